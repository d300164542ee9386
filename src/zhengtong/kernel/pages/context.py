"""What every template may use."""

from typing import Any

from django.http import HttpRequest

from zhengtong.kernel.pages import links, preferences


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the preferences, the address to come back to and the footer's links. Reads no table."""
    return {"preferences": preferences.of(request), "here": request.get_full_path(), "foot_links": links.listed()}

"""What comes from npm is locked by content, and what browsers get stays small."""

import json
from pathlib import Path

import brotli
import pytest
from django.conf import settings

LOCK = Path(__file__).parents[5] / "web/package-lock.json"
VENDOR = settings.STATICFILES_DIRS[0] / "vendor"


def test_every_locked_package_is_named_by_its_content_and_by_no_address() -> None:
    packages = {name: entry for name, entry in json.loads(LOCK.read_text())["packages"].items() if name}
    assert packages
    assert [name for name, entry in packages.items() if not entry.get("integrity", "").startswith("sha512-")] == []
    assert [name for name, entry in packages.items() if "resolved" in entry] == []


@pytest.mark.parametrize(("name", "budget"), [("pages.css", 15_000), ("pages.js", 20_000)])
def test_what_a_first_visit_loads_stays_in_budget(name: str, budget: int) -> None:
    assert 0 < len(brotli.compress((VENDOR / name).read_bytes())) <= budget

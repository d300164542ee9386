"""Every address of the platform, read from the URL configuration, with an example of each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern, RoutePattern

EXAMPLES = {"int": "1", "uuid": "00000000-0000-7000-8000-000000000000", "slug": "none", "str": "none", "path": "none"}


@dataclass(frozen=True, kw_only=True)
class Route:
    """One address: its name with namespaces (or its pattern, where it has none), and an example of it."""

    name: str
    pattern: str
    example: str

    @property
    def takes_arguments(self) -> bool:
        """Tell whether the address names something, so that the example leads nowhere."""
        return "<" in self.pattern


def routes() -> list[Route]:
    """Return every route once."""
    return list({route.pattern: route for route in _walk(get_resolver(), "", "", "")}.values())


def _walk(resolver: URLResolver, pattern: str, example: str, space: str) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        whole = pattern + str(entry.pattern)
        so_far = example + _example_of(entry.pattern)
        if isinstance(entry, URLResolver):
            name = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from _walk(entry, whole, so_far, name)
        elif isinstance(entry, URLPattern):
            name = f"{space}{entry.name}" if entry.name else f"/{whole}"
            yield Route(name=name, pattern=f"/{whole}", example=f"/{so_far}")


def _example_of(pattern: object) -> str:
    if isinstance(pattern, RoutePattern):
        return re.sub(r"<(?:(\w+):)?\w+>", lambda match: EXAMPLES.get(match.group(1) or "str", "none"), str(pattern))
    assert isinstance(pattern, RegexPattern)
    text = str(pattern).strip("^$")
    text = re.sub(r"\(\?P<\w+>([a-z_]+)\|[^)]*\)", r"\1", text)  # a choice: its first
    text = re.sub(r"\(\?P<\w+>\([^)]*\)[^)]*\)", "none", text)
    text = re.sub(r"\(\?P<\w+>[^)]*\)", "none", text)
    return text.replace("\\.", ".").replace("\\", "")

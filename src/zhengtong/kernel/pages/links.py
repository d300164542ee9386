"""The links every footer shows: each portal adds its own when it is loaded, so that no portal knows another."""

from dataclasses import dataclass

from zhengtong.kernel.errors import Text


@dataclass(frozen=True, kw_only=True, order=True)
class Link:
    """One link; `order` places it, `route` is the name of its address."""

    order: int
    label: Text
    route: str


_links: dict[str, Link] = {}


def add(*links: Link) -> None:
    """Add *links*; the same route twice is one link."""
    _links.update({link.route: link for link in links})


def listed() -> list[Link]:
    """Return the links in order."""
    return sorted(_links.values(), key=lambda link: link.order)

"""The one inbox 收件箱: what waits for an official, from every room that has something waiting.

A room above (cases, incidents, petitions) gives a source; `site/wiring.py` registers it; the workbench draws what comes
out. The registry lies here, below them all, so that none of them imports a page (decision 0080).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from zhengtong.kernel.errors import Text
from zhengtong.trust.identity.contracts import Actor


class Light(StrEnum):
    """How near a deadline is 红黄灯; every light is also said in words by `InboxEntry.note`."""

    GREEN = "good"
    YELLOW = "warn"
    RED = "bad"


@dataclass(frozen=True, kw_only=True, slots=True)
class InboxEntry:
    """One thing that waits. `link` is a path on this platform; `at` is when it came, `due` when it must be done."""

    title: str
    link: str
    at: datetime
    unread: bool = False
    note: Text = ""
    due: datetime | None = None
    light: Light | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class InboxPage:
    """Some entries, the foremost first; `next` is the `after` of the following page, empty on the last."""

    items: tuple[InboxEntry, ...]
    next: str = ""


class InboxSource(Protocol):
    """Where things come from. Each call costs at most one statement."""

    @property
    def name(self) -> str:
        """A short name for addresses: `messages`."""
        ...

    @property
    def title(self) -> Text:
        """What the entries are called on screen."""
        ...

    def waiting(self, actor: Actor) -> int:
        """Return how many wait for *actor*."""
        ...

    def entries(self, actor: Actor, *, waiting_only: bool, after: str, limit: int) -> InboxPage:
        """Return the foremost entries for *actor* behind *after*, all of them or those alone that still wait."""
        ...


_sources: dict[str, InboxSource] = {}


def register_inbox_source(source: InboxSource) -> None:
    """Add a source; the same name again replaces it. Called by `site/wiring.py`."""
    _sources[source.name] = source


def inbox_sources() -> Sequence[InboxSource]:
    """Return all sources in the order they were registered."""
    return tuple(_sources.values())

"""What a developer looks up, read from the running code so that it cannot be out of date: events, refusals."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, get_type_hints

from django.utils.translation import gettext

from zhengtong.kernel.errors import Refusal
from zhengtong.kernel.events.api import EventType, event_types


@dataclass(frozen=True, kw_only=True)
class PayloadField:
    """One field of an event's data."""

    name: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class EventEntry:
    """An event as the catalogue shows it."""

    name: str
    meaning: str
    source: str
    fields: tuple[PayloadField, ...]


@dataclass(frozen=True, kw_only=True)
class RefusalEntry:
    """A refusal as the catalogue shows it."""

    code: str
    status: int
    message: str
    remedy: str
    room: str


def events() -> list[EventEntry]:
    """Return every declared event by name."""
    return sorted((_entry(one) for one in event_types()), key=lambda entry: entry.name)


def refusals() -> list[RefusalEntry]:
    """Return every refusal some room may answer with, by room and code."""
    found = {
        (kind.__module__, kind.code): RefusalEntry(
            code=kind.code,
            status=kind.status,
            message=gettext(str(kind.message)),
            remedy=gettext(str(kind.remedy)),
            room=".".join(kind.__module__.split(".")[1:3]),
        )
        for kind in refusal_kinds()
    }
    return sorted(found.values(), key=lambda entry: (entry.room, entry.code))


def refusal_kinds() -> list[type[Refusal]]:
    """Return the classes of these refusals, each once; a test holds that no two of them share a code."""
    ours = {
        kind
        for kind in _kinds(Refusal)
        if kind.__module__.startswith("zhengtong.") and ".tests." not in kind.__module__
    }
    return sorted(ours, key=lambda kind: (kind.__module__, kind.__qualname__))


def _kinds(base: type[Refusal]) -> Iterator[type[Refusal]]:
    yield base
    for kind in base.__subclasses__():
        yield from _kinds(kind)


def _entry(one: EventType) -> EventEntry:
    hints: dict[str, Any] = get_type_hints(one.payload)
    shown = tuple(PayloadField(name=field.name, kind=_name(hints[field.name])) for field in fields(one.payload))
    return EventEntry(name=one.name, meaning=one.meaning, source=one.source, fields=shown)


def _name(kind: Any) -> str:
    return kind.__name__ if isinstance(kind, type) else str(kind).replace("typing.", "")

"""What crosses the door of kernel.events 领域事件: events, their declaration, what is outstanding.

Events follow CloudEvents 1.0 (CNCF): type names such as `process.case.accepted.v1`, the room as source, the thing it
happened to as subject. This file imports no table, so that the contracts of every app can declare their events.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from zhengtong.kernel.errors import NotFound
from zhengtong.kernel.errors import mark as _
from zhengtong.kernel.events import payloads
from zhengtong.kernel.events.payloads import UnfitPayload, is_code

__all__ = [
    "Delivery",
    "Event",
    "EventType",
    "Handler",
    "HandlerName",
    "OutsideTransaction",
    "UnfitPayload",
    "UnknownDelivery",
    "event",
    "event_type",
    "event_types",
    "is_code",
]

PayloadT = TypeVar("PayloadT")
DataT_co = TypeVar("DataT_co", covariant=True)

_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){2,4}\.v[1-9][0-9]*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Event(Generic[DataT_co]):
    """One thing that happened, as a handler receives it. `data` is an instance of the declared payload class."""

    id: UUID
    type: str
    source: str
    subject: str
    time: datetime
    data: DataT_co

    def document(self) -> dict[str, Any]:
        """Return the CloudEvents 1.0 JSON document (structured mode)."""
        return {
            "specversion": "1.0",
            "id": str(self.id),
            "source": self.source,
            "type": self.type,
            "subject": self.subject,
            "time": self.time.isoformat(),
            "datacontenttype": "application/json",
            "data": payloads.dump(self.data),
        }


Handler = Callable[[Event[Any]], None]
HandlerName = str


@dataclass(frozen=True, kw_only=True, slots=True)
class EventType:
    """A declared event: its name, its payload class, what it says (the first paragraph of the payload's docstring)."""

    name: str
    payload: type[Any] = field(compare=False)
    meaning: str = field(compare=False)

    @property
    def source(self) -> str:
        """The room that emits it, as a CloudEvents source."""
        return "/zhengtong/" + "/".join(self.name.split(".")[:-3])


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """An event that a handler has not taken yet: it failed and waits, waits behind one that failed, or is parked."""

    event: UUID
    type: str
    subject: str
    handler: HandlerName
    attempts: int
    due: datetime
    parked_at: datetime | None
    error: str


class OutsideTransaction(RuntimeError):  # noqa: N818 -- named after what is missing, like a refusal
    """An event or an act must be written in the transaction of what it tells: a programming error."""


class UnknownDelivery(NotFound):
    """No outstanding delivery of that event."""

    code = "unknown_delivery"
    message = _("没有待处理的事件投递：{event}")
    remedy = _("请用 zhengtong events parked 查看停放的事件。")


_declared: dict[str, EventType] = {}


def event(name: str) -> Callable[[type[PayloadT]], type[PayloadT]]:
    """Declare a frozen dataclass as the payload of the event *name*; its docstring says what happened.

    Raises:
        UnfitPayload: the name is not `room.thing.happened.vN`, is taken, or a field could hold personal data.
    """

    def declare(payload: type[PayloadT]) -> type[PayloadT]:
        if not _NAME.fullmatch(name):
            raise UnfitPayload(f"event name {name!r}: write room.thing.happened.vN in lower case")
        meaning = " ".join((payload.__doc__ or "").strip().split("\n\n")[0].split())
        if not meaning or meaning.startswith(f"{payload.__name__}("):
            raise UnfitPayload(f"{payload.__qualname__}: its docstring must say what happened")
        payloads.check_class(payload)
        known = _declared.get(name)
        if known is not None and (known.payload.__module__, known.payload.__qualname__) != (
            payload.__module__,
            payload.__qualname__,
        ):
            raise UnfitPayload(f"event {name} is already declared by {known.payload.__module__}")
        _declared[name] = EventType(name=name, payload=payload, meaning=meaning)
        return payload

    return declare


def event_type(name: str) -> EventType:
    """Return the declaration of the event *name*.

    Raises:
        UnfitPayload: nobody declared it.
    """
    try:
        return _declared[name]
    except KeyError:
        raise UnfitPayload(f"event {name} is not declared: put @event({name!r}) on its payload class") from None


def event_types() -> Iterator[EventType]:
    """Yield every declared event, by name."""
    yield from (_declared[name] for name in sorted(_declared))

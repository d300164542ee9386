"""Acts of kernel.events: emit, schedule, cancel, receive from outside, replay, discard."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, transaction

from zhengtong.kernel.events import payloads, store
from zhengtong.kernel.events.contracts import (
    HandlerName,
    OutsideTransaction,
    UnfitPayload,
    UnknownDelivery,
    event_type,
)
from zhengtong.kernel.events.models import OutstandingDelivery, Timer
from zhengtong.kernel.ids import new_id


def require_transaction(what: str) -> None:
    """Refuse to go on outside a transaction.

    Raises:
        OutsideTransaction: no transaction is open.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction(
            f"{what} belongs into the transaction of what it tells: open transaction.atomic() first"
        )


def emit(name: str, *, subject: str | UUID, data: Any, at: datetime, source: str | None = None) -> UUID:
    """Write the event *name* to the outbox, in the transaction of what it tells; return its id.

    It is handled after the commit, at least once, with exactly-once effect, in order for each subject.

    Args:
        name: the declared name, `process.case.accepted.v1`.
        subject: the id of what it happened to; its events are handled in the order they were written.
        data: an instance of the payload class declared under *name*.
        at: when it happened, aware.
        source: the emitting room; by default read off the name.

    Raises:
        OutsideTransaction: no transaction is open.
        UnfitPayload: the event is not declared, *data* is of another class, or a text in it is not an id or a code.
    """
    require_transaction(f"event {name}")
    _require_zone(name, at)
    identifier = new_id()
    store.append([(identifier, *_written(name, subject, data, source), at, _json(data))])
    return identifier


def schedule(name: str, *, due: datetime, subject: str | UUID, data: Any, source: str | None = None) -> UUID:
    """Have the event *name* happen at *due* unless it is cancelled before; return the timer's id, the later event's id.

    Raises:
        OutsideTransaction, UnfitPayload: as `emit`.
    """
    require_transaction(f"timer {name}")
    _require_zone(name, due)
    identifier = new_id()
    kind, origin, about = _written(name, subject, data, source)
    Timer.objects.create(id=identifier, type=kind, source=origin, subject=about, data=_json(data), due=due)
    return identifier


def cancel(timer: UUID) -> bool:
    """Take a timer back; False when it has happened already or never was.

    Raises:
        OutsideTransaction: no transaction is open.
    """
    require_transaction("a timer's cancellation")
    return Timer.objects.filter(id=timer).delete()[0] == 1


def receive_once(event: UUID, *, handler: HandlerName, at: datetime, effect: Callable[[], object]) -> bool:
    """Run *effect* and note in the inbox, in one transaction, that *handler* took the event: for events from outside.

    Returns:
        False when the handler had taken this event before, and nothing was done.
    """
    with transaction.atomic():
        if not store.receive([(event, handler)], at):
            return False
        effect()
        return True


def replay(event: UUID, *, at: datetime, handler: HandlerName | None = None) -> int:
    """Let parked deliveries of *event* be tried again, from the first attempt; return how many.

    Raises:
        UnknownDelivery: none is parked.
    """
    parked = OutstandingDelivery.objects.filter(event__id=event, parked_at__isnull=False)
    if handler is not None:
        parked = parked.filter(handler=handler)
    released = parked.update(parked_at=None, attempts=0, due=at)
    if not released:
        raise UnknownDelivery(event=event)
    return released


def discard(event: UUID, *, at: datetime, handler: HandlerName) -> None:
    """Give up one parked delivery for good, so that the events behind it go on; the inbox counts it as taken.

    Raises:
        UnknownDelivery: this delivery is not parked.
    """
    with transaction.atomic():
        parked = OutstandingDelivery.objects.filter(event__id=event, handler=handler, parked_at__isnull=False)
        if not parked.delete()[0]:
            raise UnknownDelivery(event=event)
        store.receive([(event, handler)], at)


def fire_due(now: datetime, limit: int = 200) -> int:
    """Move timers that are due to the outbox, the earliest first; return how many."""
    if not Timer.objects.filter(due__lte=now).exists():
        return 0
    with transaction.atomic():
        timers = list(
            Timer.objects.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)
            .filter(due__lte=now)
            .order_by("due", "id")[:limit]
        )
        if timers:
            store.append(
                [(timer.id, timer.type, timer.source, timer.subject, timer.due, timer.data) for timer in timers]
            )
            Timer.objects.filter(id__in=[timer.id for timer in timers]).delete()
    return len(timers)


def forget_before(moment: datetime, limit: int = 1_000) -> int:
    """Delete up to *limit* events dispatched before *moment*, and inbox entries as old; return how many events.

    Events with an outstanding delivery stay.
    """
    with transaction.atomic():
        return store.forget(moment, limit)


def _written(name: str, subject: str | UUID, data: Any, source: str | None) -> tuple[str, str, str]:
    declared = event_type(name)
    if not isinstance(data, declared.payload):
        raise UnfitPayload(f"event {name} carries {declared.payload.__qualname__}, not {type(data).__qualname__}")
    about = str(subject)
    if not payloads.is_code(about):
        raise UnfitPayload(f"event {name}: the subject must be an id or a code")
    return name, source or declared.source, about


def _require_zone(name: str, moment: datetime) -> None:
    if moment.tzinfo is None:
        raise UnfitPayload(f"event {name}: a moment needs its time zone")


def _json(data: Any) -> str:
    return orjson.dumps(payloads.dump(data)).decode()

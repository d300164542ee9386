"""The statements of the outbox 发件箱语句: plain SQL, because it runs for every event, alike on SQLite and PostgreSQL.

A batch is claimed by row locks inside the transaction that also handles it, so there is no lease to run out: a killed
worker's transaction is undone by the database at once and the batch is free again. On SQLite the one writer is the
lock. Only the oldest waiting event of each subject, its head, is locked; who holds the head owns the whole subject, and
takes the events behind it in the same statement. Decision 0040 tells why.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from zhengtong.kernel.events import payloads
from zhengtong.kernel.events.contracts import Event, HandlerName, event_type

_COLUMNS = "position, id, type, source, subject, time, data"
# A scalar subquery, not NOT EXISTS: PostgreSQL turns the latter into a join of all that waits, and without statistics,
# in a fresh or bursting outbox, that took 190 ms a batch where this takes one look into the index for each row.
_IS_HEAD = (
    "o.position = (SELECT min(e.position) FROM events_outbox e WHERE e.dispatched_at IS NULL AND e.subject = o.subject)"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """An outbox row that waits; its payload is read only when a handler is about to take it."""

    position: int
    id: UUID
    type: str
    source: str
    subject: str
    time: datetime
    data: str

    def event(self) -> Event[Any]:
        """Return the event as handlers receive it."""
        payload = payloads.load(event_type(self.type).payload, orjson.loads(self.data))
        return Event(id=self.id, type=self.type, source=self.source, subject=self.subject, time=self.time, data=payload)


Pair = tuple[UUID, HandlerName]


def append(rows: Sequence[tuple[UUID, str, str, str, datetime, str]]) -> None:
    """Write events (id, type, source, subject, time, data) to the outbox, in this order."""
    marks = ", ".join(["(%s, %s, %s, %s, %s, %s)"] * len(rows))
    values = [
        value
        for identifier, name, source, subject, time, data in rows
        for value in (_uuid(identifier), name, source, subject, _moment(time), data)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO events_outbox (id, type, source, subject, time, data) VALUES {marks}",  # noqa: S608 -- marks only
            values,
        )


def anything_waits() -> bool:
    """Tell whether any event waits; a plain read, so that idle workers never take SQLite's write lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM events_outbox WHERE dispatched_at IS NULL LIMIT 1")
        return cursor.fetchone() is not None


def claim(limit: int) -> list[Waiting]:
    """Lock up to *limit* waiting events, whole subjects in order, for the rest of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH heads AS MATERIALIZED (SELECT o.subject FROM events_outbox o"  # noqa: S608 -- constants only
            f" WHERE o.dispatched_at IS NULL AND {_IS_HEAD} ORDER BY o.position LIMIT %s{_lock()})"
            f" SELECT {_COLUMNS} FROM events_outbox"
            " WHERE dispatched_at IS NULL AND subject IN (SELECT subject FROM heads) ORDER BY position LIMIT %s",
            [limit, limit],
        )
        return [_waiting(row) for row in cursor.fetchall()]


def claim_one(position: int) -> bool:
    """Lock this event if it still waits, is its subject's head and nobody else holds it."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT o.position FROM events_outbox o"  # noqa: S608 -- constants only
            f" WHERE o.position = %s AND o.dispatched_at IS NULL AND {_IS_HEAD}{_lock()}",
            [position],
        )
        return cursor.fetchone() is not None


def mark_dispatched(positions: Collection[int], at: datetime) -> None:
    """Note that every handler has taken these events or has them outstanding."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE events_outbox SET dispatched_at = %s"  # noqa: S608 -- marks only
            f" WHERE position IN ({_marks(positions)}) AND dispatched_at IS NULL",
            [_moment(at), *positions],
        )


def receive(pairs: Sequence[Pair], at: datetime) -> set[Pair]:
    """Enter (event, handler) pairs in the inbox; return those that were not there before."""
    if not pairs:
        return set()
    marks = ", ".join(["(%s, %s, %s)"] * len(pairs))
    values = [value for event, handler in pairs for value in (_uuid(event), handler, _moment(at))]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO events_inbox (event, handler, at) VALUES {marks}"  # noqa: S608 -- marks only
            " ON CONFLICT DO NOTHING RETURNING event, handler",
            values,
        )
        return {(as_uuid(event), handler) for event, handler in cursor.fetchall()}


def give_back(pairs: Iterable[Pair]) -> None:
    """Take pairs out of the inbox again: their turn did not come in this transaction."""
    with connection.cursor() as cursor:
        for event, handler in pairs:
            cursor.execute("DELETE FROM events_inbox WHERE event = %s AND handler = %s", [_uuid(event), handler])


def busy_lanes(subjects: Collection[str]) -> set[tuple[str, HandlerName]]:
    """Return the (subject, handler) lanes in which an older event is still outstanding."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT subject, handler FROM events_outstanding"  # noqa: S608 -- marks only
            f" WHERE subject IN ({_marks(subjects)})",
            list(subjects),
        )
        return set(cursor.fetchall())


def leave_outstanding(rows: Sequence[tuple[Waiting, HandlerName]], *, attempts: int, due: datetime, error: str) -> None:
    """Note deliveries that could not be made; noting one twice changes nothing."""
    marks = ", ".join(["(%s, %s, %s, %s, %s, %s)"] * len(rows))
    values = [
        value
        for waiting, handler in rows
        for value in (waiting.position, handler, waiting.subject, attempts, _moment(due), error)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO events_outstanding (event_id, handler, subject, attempts, due, error)"  # noqa: S608 -- marks
            f" VALUES {marks} ON CONFLICT DO NOTHING",
            values,
        )


def anything_to_retry(now: datetime) -> bool:
    """Tell whether any delivery that is not parked is due; a plain read, as `anything_waits`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM events_outstanding WHERE parked_at IS NULL AND due <= %s LIMIT 1", [_moment(now)])
        return cursor.fetchone() is not None


def claim_outstanding(now: datetime) -> tuple[int, int, HandlerName, Waiting] | None:
    """Lock the oldest delivery whose turn it is: due, not parked, first in its lane; row, attempts, handler, event."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT o.id, o.attempts, o.handler, b.position, b.id, b.type, b.source, b.subject, b.time, b.data"  # noqa: S608 -- constants only
            " FROM events_outstanding o JOIN events_outbox b ON b.position = o.event_id"
            " WHERE o.parked_at IS NULL AND o.due <= %s AND NOT EXISTS (SELECT 1 FROM events_outstanding e"
            " WHERE e.subject = o.subject AND e.handler = o.handler AND e.event_id < o.event_id)"
            f" ORDER BY o.event_id LIMIT 1{_lock()}",
            [_moment(now)],
        )
        row = cursor.fetchone()
    return None if row is None else (row[0], row[1], row[2], _waiting(row[3:]))


def forget(before: datetime, limit: int) -> int:
    """Delete up to *limit* events dispatched before a moment that no handler waits for, and inbox entries as old."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT position FROM events_outbox b WHERE dispatched_at < %s AND NOT EXISTS"
            " (SELECT 1 FROM events_outstanding o WHERE o.event_id = b.position) ORDER BY dispatched_at LIMIT %s",
            [_moment(before), limit],
        )
        positions = [position for (position,) in cursor.fetchall()]
        if positions:
            cursor.execute(f"DELETE FROM events_outbox WHERE position IN ({_marks(positions)})", positions)  # noqa: S608 -- marks only
        cursor.execute(
            "DELETE FROM events_inbox WHERE at < %s"
            " AND NOT EXISTS (SELECT 1 FROM events_outbox b WHERE b.id = events_inbox.event)",
            [_moment(before)],
        )
    return len(positions)


def _lock() -> str:
    return " FOR UPDATE OF o SKIP LOCKED" if connection.vendor == "postgresql" else ""


def _marks(values: Collection[Any]) -> str:
    return ", ".join(["%s"] * len(values))


def _uuid(value: UUID) -> Any:
    return value if connection.features.has_native_uuid_field else value.hex


def _moment(value: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(value)


def as_uuid(value: Any) -> UUID:
    """Return what the database returned for a UUID column as a UUID."""
    return value if isinstance(value, UUID) else UUID(value)


def as_moment(value: Any) -> datetime:
    """Return what the database returned for a moment as an aware moment in UTC."""
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _waiting(row: Sequence[Any]) -> Waiting:
    position, identifier, name, source, subject, time, data = row
    return Waiting(
        position=position,
        id=as_uuid(identifier),
        type=name,
        source=source,
        subject=subject,
        time=as_moment(time),
        data=data,
    )

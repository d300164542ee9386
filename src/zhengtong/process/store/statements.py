"""The statements of the process store 存储语句: plain SQL, alike on SQLite and PostgreSQL.

A command needs at most six: find and lock the instance (and see whether the key was used), read its rows, delete,
upsert, append the step, move the revision on. Their texts are constant for each shape, so that drivers keep them
prepared. The naive ORM costs ten times as much.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from zhengtong.process.store.models import RowKind
from zhengtong.process.store.rows import Stored, Written
from zhengtong.process.store.session import Session, Statement, read_moment, read_uuid

_CHUNK = 500  # rows a statement: well below SQLite's limit of parameters


class Locked(NamedTuple):
    """An instance under the lock of this transaction; `earlier` is the step that used the same key before."""

    definition: int
    state: str
    next_id: int
    revision: int
    earlier: tuple[int, str, str] | None
    rows: list[Stored] | None = None  # where the same statement has read them already


_LOCK = (
    "SELECT i.definition_id, i.state, i.next_id, i.revision, s.sequence, s.digest, s.entries"
    " FROM process_store_instance i"
    " LEFT JOIN process_store_step s ON s.instance_id = i.id AND s.command_key = %s WHERE i.id = %s"
)
LOCK = Statement(_LOCK)
WAIT = Statement("SELECT definition_id, state, next_id, revision FROM process_store_instance WHERE id = %s FOR UPDATE")
_EARLIER = -1  # no kind of row
HOLD = Statement("SELECT 1 FROM process_store_instance WHERE id = %s FOR UPDATE")
EARLIER_AND_ROWS = Statement(
    f"SELECT {_EARLIER}, sequence, digest, 0, entries FROM process_store_step"  # noqa: S608 -- a constant
    " WHERE instance_id = %s AND command_key = %s UNION ALL"
    ' SELECT kind, "key", name, owner, body FROM process_store_liverow WHERE instance_id = %s'
)
INSERT_INSTANCE = Statement(
    "INSERT INTO process_store_instance (id, definition_id, state, next_id, revision, started_at, ended_at)"
    " VALUES (%s, %s, %s, 1, 0, %s, NULL) ON CONFLICT (id) DO NOTHING"
)
READ_ROWS = Statement('SELECT kind, "key", name, owner, body FROM process_store_liverow WHERE instance_id = %s')
APPEND_STEP = Statement(
    "INSERT INTO process_store_step (instance_id, sequence, command_key, command, digest, actor, at, entries)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
)
ADVANCE = Statement(
    "UPDATE process_store_instance SET revision = revision + 1, next_id = %s, state = %s, ended_at = %s,"
    " definition_id = %s WHERE id = %s AND revision = %s"
)
DUE_TIMERS = Statement(
    'SELECT instance_id, "key", due FROM process_store_liverow WHERE due <= %s ORDER BY due LIMIT %s'
)
DUE_TIMERS_OF = Statement(
    'SELECT instance_id, "key", due FROM process_store_liverow WHERE instance_id = %s AND due <= %s ORDER BY due'
)
RUNNING = Statement(
    "SELECT id FROM process_store_instance WHERE definition_id = %s AND state = 'running' AND id > %s"
    " ORDER BY id LIMIT %s"
)
COUNT_MOVED = Statement("UPDATE process_store_casemigration SET moved = moved + 1, after = %s WHERE id = %s")
COUNT_BLOCKED = Statement("UPDATE process_store_casemigration SET blocked = blocked + 1, after = %s WHERE id = %s")
BLOCK = Statement(
    "INSERT INTO process_store_blockedcase (migration_id, instance_id, obstacles) VALUES (%s, %s, %s)"
    " ON CONFLICT (migration_id, instance_id) DO NOTHING"
)
CALLED = Statement("SELECT 1 FROM process_store_call WHERE child = %s")
POSTPONE = Statement(
    f"UPDATE process_store_liverow SET due = %s WHERE instance_id = %s AND kind = {int(RowKind.TIMER)}"  # noqa: S608 -- a constant
    ' AND "key" = %s'
)


def lock(db: Session, instance: UUID, command_key: str) -> Locked | None:
    """Lock *instance*; None when there is none."""
    if db.postgresql:
        return _wait_and_lock(db, instance, command_key)
    row = db.one(LOCK, (command_key, db.uuid(instance)))
    if row is None:
        return None
    definition, state, next_id, revision, sequence, digest, entries = row
    return Locked(definition, state, next_id, revision, None if sequence is None else (sequence, digest, entries))


def hold(db: Session, instance: UUID) -> None:
    """Wait for the lock of *instance*; SQLite lets one write at a time anyway."""
    if db.postgresql:
        db.all(HOLD, (instance,))


def _wait_and_lock(db: Session, instance: UUID, command_key: str) -> Locked | None:
    """Wait for the lock in one statement and read in the next, which is what PostgreSQL needs.

    A single statement would see the instance as the transaction before left it, but the commands as they were when it
    began to wait: one that came twice would run twice.
    """
    row = db.one(WAIT, (instance,))
    if row is None:
        return None
    definition, state, next_id, revision = row
    found: list[Stored] = db.all(EARLIER_AND_ROWS, (instance, command_key, instance))
    earlier = next(((key, name, body) for kind, key, name, _owner, body in found if kind == _EARLIER), None)
    live = [stored for stored in found if stored[0] != _EARLIER]
    return Locked(definition, state, next_id, revision, earlier, live)


def insert_instance(db: Session, instance: UUID, definition: int, state: str, at: datetime) -> bool:
    """Create an instance; False when it exists already."""
    return db.count(INSERT_INSTANCE, (db.uuid(instance), definition, state, db.moment(at))) == 1


def read_rows(db: Session, instance: UUID, locked: Locked | None = None) -> list[Stored]:
    """Return all live rows of *instance*, from its lock where that has read them."""
    if locked is not None and locked.rows is not None:
        return locked.rows
    return db.all(READ_ROWS, (db.uuid(instance),))


@lru_cache(maxsize=_CHUNK)
def _rows_of(count: int) -> Statement:
    marks = ", ".join(["%s"] * count)
    return Statement(
        'SELECT instance_id, kind, "key", name, owner, body FROM process_store_liverow'  # noqa: S608 -- marks
        f" WHERE instance_id IN ({marks})"
    )


def read_rows_of(db: Session, instances: Sequence[UUID]) -> dict[UUID, list[Stored]]:
    """Return all live rows of several instances by one statement."""
    found: dict[UUID, list[Stored]] = {instance: [] for instance in instances}
    for instance, *stored in db.all(_rows_of(len(instances)), [_id(db, one) for one in instances]):
        found[read_uuid(instance)].append((stored[0], stored[1], stored[2], stored[3], stored[4]))
    return found


@lru_cache(maxsize=256)
def _delete(shape: tuple[tuple[int, int], ...], variables: int) -> Statement:
    """Return the deletion of so many keys of each kind and so many variables."""
    conditions = [f'(kind = {kind} AND "key" IN ({", ".join(["%s"] * count)}))' for kind, count in shape]
    conditions += [f'(kind = {int(RowKind.VARIABLE)} AND "key" = %s AND name = %s)'] * variables
    return Statement(f"DELETE FROM process_store_liverow WHERE instance_id = %s AND ({' OR '.join(conditions)})")  # noqa: S608 -- marks


def delete_rows(db: Session, instance: UUID, places: Iterable[tuple[int, int, str]]) -> None:
    """Delete rows by kind, key and name."""
    found = list(places)
    for start in range(0, len(found), _CHUNK):
        numbers: dict[int, list[Any]] = {}
        variables: list[Any] = []
        for kind, key, name in found[start : start + _CHUNK]:
            if kind == RowKind.VARIABLE:
                variables += (key, name)
            else:
                numbers.setdefault(kind, []).append(key)
        shape = tuple((kind, len(keys)) for kind, keys in numbers.items())
        values = [db.uuid(instance)]
        for keys in numbers.values():
            values += keys
        db.execute(_delete(shape, len(variables) // 2), (*values, *variables))


@lru_cache(maxsize=_CHUNK)
def _upsert(count: int) -> Statement:
    """Return the insertion or update of *count* rows."""
    marks = ", ".join(["(%s, %s, %s, %s, %s, %s, %s, %s)"] * count)
    return Statement(
        'INSERT INTO process_store_liverow (instance_id, kind, "key", name, owner, due, label, body)'  # noqa: S608 -- marks
        f' VALUES {marks} ON CONFLICT (instance_id, kind, "key", name) DO UPDATE'
        " SET owner = excluded.owner, due = excluded.due, label = excluded.label, body = excluded.body"
    )


def upsert_rows(db: Session, instance: UUID, rows: Sequence[Written]) -> None:
    """Insert rows, or update those that exist."""
    identifier = db.uuid(instance)
    for start in range(0, len(rows), _CHUNK):
        chunk = rows[start : start + _CHUNK]
        values: list[Any] = []
        for kind, key, name, owner, due, label, body in chunk:
            values += (identifier, kind, key, name, owner, None if due is None else db.moment(due), label, body)
        db.execute(_upsert(len(chunk)), values)


class NewStep(NamedTuple):
    """A command as it enters the log; `actor` is None for the clock."""

    key: str
    command: str
    digest: str
    actor: UUID | None
    at: datetime


def append_step(db: Session, instance: UUID, sequence: int, step: NewStep, entries: str) -> None:
    """Append to the log of *instance*."""
    key, command, digest, actor, at = step
    by = None if actor is None else db.uuid(actor)
    db.execute(APPEND_STEP, (db.uuid(instance), sequence, key, command, digest, by, db.moment(at), entries))


def advance(
    db: Session, instance: UUID, revision: int, next_id: int, state: str, ended_at: datetime | None, definition: int
) -> bool:
    """Move *instance* from *revision* to the next; False when somebody else did."""
    ended = None if ended_at is None else db.moment(ended_at)
    return db.count(ADVANCE, (next_id, state, ended, definition, db.uuid(instance), revision)) == 1


def due_timers(db: Session, at: datetime, limit: int) -> list[tuple[UUID, int, datetime]]:
    """Return instance, timer and due moment of up to *limit* timers due at *at*, the longest due first."""
    found = db.all(DUE_TIMERS, (db.moment(at), limit))
    return [(read_uuid(instance), key, read_moment(due)) for instance, key, due in found]


def due_timers_of(db: Session, instance: UUID, at: datetime) -> list[tuple[UUID, int, datetime]]:
    """Return the timers of *instance* due at *at*, as `due_timers` does."""
    found = db.all(DUE_TIMERS_OF, (db.uuid(instance), db.moment(at)))
    return [(read_uuid(owner), key, read_moment(due)) for owner, key, due in found]


def postpone(db: Session, instance: UUID, timer: int, until: datetime) -> None:
    """Let the dispatcher pass a timer by until *until*; for the engine it stays due when it was."""
    db.execute(POSTPONE, (db.moment(until), db.uuid(instance), timer))


@lru_cache(maxsize=16)
def _labelled(kind: int, labels: int) -> Statement:
    marks = ", ".join(["%s"] * labels)
    return Statement(
        f'SELECT instance_id, "key", owner, body FROM process_store_liverow WHERE kind = {kind}'  # noqa: S608 -- marks
        f' AND label IN ({marks}) ORDER BY instance_id, "key" LIMIT %s'
    )


def labelled(db: Session, kind: RowKind, labels: Sequence[str], limit: int) -> list[tuple[UUID, int, int, str]]:
    """Return instance, key, owner and body of up to *limit* rows of *kind* with one of *labels*, oldest first."""
    found = db.all(_labelled(int(kind), len(labels)), (*labels, limit))
    return [(read_uuid(instance), key, owner, body) for instance, key, owner, body in found]


@lru_cache(maxsize=_CHUNK)
def _insert_calls(count: int) -> Statement:
    marks = ", ".join(["(%s, %s, %s, %s, %s, %s, %s, %s)"] * count)
    return Statement(
        "INSERT INTO process_store_call (child, parent, work_item, called, inputs, wanted, begun, returned)"  # noqa: S608 -- marks
        f" VALUES {marks}"
    )


def insert_calls(db: Session, parent: UUID, calls: Sequence[tuple[UUID, int, str, str, str]]) -> None:
    """Keep the calls of *parent*: child, work item, the definition called, its inputs, the results wanted."""
    for start in range(0, len(calls), _CHUNK):
        chunk = calls[start : start + _CHUNK]
        values: list[Any] = []
        for child, item, called, inputs, wanted in chunk:
            values += (_id(db, child), _id(db, parent), item, called, inputs, wanted, False, False)
        db.execute(_insert_calls(len(chunk)), values)


def is_called(db: Session, instance: UUID) -> bool:
    """Tell whether another instance called *instance*."""
    return db.one(CALLED, (db.uuid(instance),)) is not None


def running(db: Session, definition: int, after: UUID, limit: int) -> list[UUID]:
    """Return up to *limit* running instances of *definition* that come after the id *after*, in order."""
    return [read_uuid(found) for (found,) in db.all(RUNNING, (definition, db.uuid(after), limit))]


def count_moved(db: Session, migration: UUID, instance: UUID) -> None:
    """Count an instance as moved by *migration*."""
    db.execute(COUNT_MOVED, (_id(db, instance), _id(db, migration)))


def block(db: Session, migration: UUID, instance: UUID, obstacles: str) -> None:
    """Keep what stands against moving *instance*, and count it once."""
    if db.count(BLOCK, (_id(db, migration), _id(db, instance), obstacles)) == 1:
        db.execute(COUNT_BLOCKED, (_id(db, instance), _id(db, migration)))


def _id(db: Session, value: UUID) -> Any:
    return value if db.postgresql else value.hex

"""What a step changes goes into the tables 写入: rows, log and revision, and whoever follows is told."""

from uuid import UUID

from zhengtong.process.engine.api import Outcome, What
from zhengtong.process.store import following, outward, rows, statements
from zhengtong.process.store.contracts import InstanceState, LogEntry, Receipt
from zhengtong.process.store.definitions import Compiled
from zhengtong.process.store.session import Session
from zhengtong.process.store.statements import Locked, NewStep

_ENDINGS = {
    What.PROCESS_COMPLETED: InstanceState.COMPLETED,
    What.PROCESS_TERMINATED: InstanceState.TERMINATED,
    What.PROCESS_FAILED: InstanceState.FAILED,
    What.PROCESS_CANCELLED: InstanceState.CANCELLED,
}


def keep(
    db: Session,
    instance: UUID,
    locked: Locked,
    outcome: Outcome,
    made: NewStep,
    compiled: Compiled,
    *,
    definition: int | None = None,
) -> Receipt:
    """Write what a step changed, log it, and tell the followers of its definition.

    A migration gives the *definition* the instance follows from now on.
    """
    state = _state_after(outcome)
    _write_rows(db, instance, outcome)
    sequence = locked.revision + 1
    statements.append_step(db, instance, sequence, made, rows.write_entries(outcome.entries))
    ended_at = None if state is InstanceState.RUNNING else made.at
    follows = locked.definition if definition is None else definition
    if not statements.advance(db, instance, locked.revision, outcome.changes.next_id, state, ended_at, follows):
        raise RuntimeError("an instance moved on under its lock: the database does not keep row locks")
    entries = tuple(
        [LogEntry(what, process, node, token, data) for what, process, node, token, _, data in outcome.entries]
    )
    receipt = Receipt(instance=instance, sequence=sequence, state=state, entries=entries)
    outward.tell(db, instance, sequence, outcome, state, compiled.library, made.at)
    following.tell(compiled.key, receipt, made.at)
    return receipt


def _write_rows(db: Session, instance: UUID, outcome: Outcome) -> None:
    changes = outcome.changes
    if changes.deleted:
        statements.delete_rows(db, instance, [rows.place_of(row) for row in changes.deleted])
    written = [rows.write_row(row) for row in (*changes.inserted, *changes.updated)]
    if written:
        statements.upsert_rows(db, instance, written)


def _state_after(outcome: Outcome) -> InstanceState:
    for entry in outcome.entries:
        if entry.what in _ENDINGS:
            return _ENDINGS[entry.what]
    return InstanceState.RUNNING

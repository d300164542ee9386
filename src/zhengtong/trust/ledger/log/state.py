"""How the log stands 日志状态: for the auditor's pages. Reads only."""

from collections.abc import Iterable
from uuid import UUID

from zhengtong.trust.ledger.contracts import CheckpointState, EntryProof, LogState, NotInLog, UnknownAct
from zhengtong.trust.ledger.log import reading, rows
from zhengtong.trust.ledger.log.evidence import best_checkpoint
from zhengtong.trust.ledger.log.witnessing import witness_states
from zhengtong.trust.ledger.models import (
    CheckpointRow,
    CosignatureRow,
    EntryRow,
    RecordedActRow,
    StampRow,
    WaitingRow,
)

NEWEST = 10


def log_state() -> LogState:
    """Return how the log stands, with its newest checkpoints: six statements.

    Raises:
        LogNotBegun: no act was ever sequenced.
    """
    log = rows.read_log()
    return LogState(
        origin=log.origin,
        hash=log.hashing.name.value,
        size=log.size,
        waiting=WaitingRow.objects.count(),
        checkpoints=_states(CheckpointRow.objects.order_by("-size")[:NEWEST]),
        witnesses=witness_states(),
    )


def act_at(number: int) -> UUID | None:
    """Return the act at a place of the log, None where there is none."""
    return EntryRow.objects.filter(number=number).values_list("act_id", flat=True).first()


def entry_proof(act: UUID) -> EntryProof:
    """Return where an act stands and what proves it.

    Raises:
        UnknownAct: there is none of this id.
        NotInLog: no signed checkpoint covers it yet.
    """
    leaf = RecordedActRow.objects.filter(id=act).values_list("leaf", flat=True).first()
    if leaf is None:
        raise UnknownAct
    number = rows.place_of_act(act)
    size = None if number is None else best_checkpoint(number)
    if number is None or size is None:
        raise NotInLog
    log = rows.read_log()
    return EntryProof(
        act=act,
        number=number,
        leaf_hash=log.hashing.leaf(bytes(leaf)).hex(),
        path=tuple(one.hex() for one in reading.inclusion_proof(log, number, size)),
        checkpoint=_states(CheckpointRow.objects.filter(size=size))[0],
    )


def _states(found: Iterable[CheckpointRow]) -> tuple[CheckpointState, ...]:
    checkpoints = list(found)
    sizes = [row.size for row in checkpoints]
    signed, stamped = CosignatureRow.objects.filter(checkpoint__in=sizes), StampRow.objects.filter(checkpoint__in=sizes)
    witnesses = list(signed.order_by("witness").values_list("checkpoint", "witness"))
    stamps = list(stamped.order_by("at").values_list("checkpoint", "authority", "at"))
    return tuple(
        CheckpointState(
            size=row.size,
            root=bytes(row.root).hex(),
            at=row.at,
            witnesses=tuple(name for size, name in witnesses if size == row.size),
            stamps=tuple((name, at) for size, name, at in stamps if size == row.size),
        )
        for row in checkpoints
    )

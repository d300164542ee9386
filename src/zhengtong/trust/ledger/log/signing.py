"""Signing checkpoints 签发检查点: what the log vouches for, at most two seconds behind the acts.

One checkpoint of each size, under the lock of the log's row; it is written in the database in the same transaction
and leaves the house only from there. Before a signature is made, the log must continue what was signed before.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from zhengtong.kernel.failpoints import declare, failpoint
from zhengtong.trust.ledger.contracts import LogForked
from zhengtong.trust.ledger.log import memory, reading, rows
from zhengtong.trust.ledger.log.memory import Signed
from zhengtong.trust.ledger.log.sequencing import durable
from zhengtong.trust.ledger.models import CheckpointRow
from zhengtong.trust.ledger.tree.checkpoints import Checkpoint
from zhengtong.trust.ledger.tree.notes import NoteSigner, sign

CHECKPOINT = declare(
    "ledger.rooted", "ledger.remembered", "ledger.signed", "ledger.written", "ledger.published"
)  # fmt: skip
"""Where a test makes the signer die."""

PACE = timedelta(seconds=1)
"""Least time between two checkpoints: many acts share one, and the log's size of today stays small."""

Signers = Callable[[rows.Log], Sequence[NoteSigner]]


def sign_checkpoint(signers: Signers, at: datetime) -> Checkpoint | None:
    """Sign the log as it stands; None if that was done already, or less than `PACE` ago.

    Raises:
        LogForked: the log does not continue what was signed before; nothing is signed.
    """
    if not _is_due(rows.read_log(), at):
        return None
    with durable(), transaction.atomic():
        log = rows.read_log(lock=True)
        if not _is_due(log, at):
            return None
        checkpoint = Checkpoint(origin=log.origin, size=log.size, root=log.root)
        _require_continuation(log)
        failpoint("ledger.rooted")
        memory.remember(log.identity, Signed(log.size, log.root))
        failpoint("ledger.remembered")
        note = sign(checkpoint.text(), signers(log))
        failpoint("ledger.signed")
        CheckpointRow.objects.create(size=log.size, root=log.root, note=note.written(), at=at)
        failpoint("ledger.written")
    failpoint("ledger.published")
    return checkpoint


def _is_due(log: rows.Log, at: datetime) -> bool:
    if not log.size:
        return False
    last = CheckpointRow.objects.order_by("-size").values_list("size", "at").first()
    return last is None or (last[0] != log.size and not timedelta(0) <= at - last[1] < PACE)


def _require_continuation(log: rows.Log) -> None:
    """Refuse to sign a log that is smaller than, or different from, what was signed."""
    last = CheckpointRow.objects.order_by("-size").first()
    known = [memory.remembered(log.identity), Signed(last.size, bytes(last.root)) if last else None]
    for signed in known:
        if signed is not None and (signed.size > log.size or _root_at(log, signed.size) != signed.root):
            raise LogForked(signed=signed.size, size=log.size)
    if reading.root_at(log, log.size) != log.root:
        raise LogForked(signed=log.size, size=log.size)


def _root_at(log: rows.Log, size: int) -> bytes | None:
    try:
        return reading.root_at(log, size)
    except LookupError:
        return None

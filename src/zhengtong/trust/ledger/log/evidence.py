"""Putting evidence together 出具证据: of one act, the entry, its proof, the checkpoint and all that vouches for that.

The checkpoint is the earliest one that covers the act and carries a time stamp, because that says most about when;
without one yet, the newest that is co-signed. Making a bundle changes nothing and keeps nothing.
"""

import base64
from uuid import UUID

from zhengtong.trust.keys.api import verify_time_stamp
from zhengtong.trust.ledger.contracts import ActKind, ConcernsOthers, NotInLog, UnknownAct
from zhengtong.trust.ledger.evidence.bundle import EvidenceBundle, TimeStampEvidence, write_evidence
from zhengtong.trust.ledger.evidence.stamps import stamp_checker
from zhengtong.trust.ledger.evidence.trusted import TrustedList
from zhengtong.trust.ledger.evidence.verifying import Verdict, verify
from zhengtong.trust.ledger.law import read_leaf
from zhengtong.trust.ledger.log import reading, rows
from zhengtong.trust.ledger.log.publication import signed_checkpoint
from zhengtong.trust.ledger.log.trust import own_trust
from zhengtong.trust.ledger.models import CheckpointRow, CosignatureRow, RecordedActRow, StampRow
from zhengtong.trust.ledger.tree.checkpoints import write_proof


def evidence_of(act: UUID) -> str:
    """Return the evidence bundle of an act, as a JSON file.

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
    path = reading.inclusion_proof(rows.read_log(), number, size)
    return write_evidence(
        EvidenceBundle(
            entry=bytes(leaf),
            proof=write_proof(number, path, signed_checkpoint(size)),
            time_stamps=tuple(map(_stamp, StampRow.objects.filter(checkpoint=size).order_by("authority"))),
        )
    )


def evidence_for(act: UUID, *, subject: UUID) -> str:
    """Return the evidence of a look at the data of *subject*, for that person.

    Raises:
        UnknownAct: there is no such look, or at somebody else's data.
        ConcernsOthers: it touched other people as well.
        NotInLog: no signed checkpoint covers it yet.
    """
    row = RecordedActRow.objects.filter(id=act).first()
    concerned = set(read_leaf(bytes(row.leaf))[1].concerns) if row else set()
    if row is None or row.kind != ActKind.READ or subject not in concerned:
        raise UnknownAct
    if len(concerned) > 1:
        raise ConcernsOthers
    return evidence_of(act)


def verify_evidence(written: bytes, trusted: TrustedList | None = None) -> Verdict:
    """Check a bundle that somebody handed in, by our own trusted list unless another is given; nothing is kept."""
    return verify(written, own_trust() if trusted is None else trusted, stamp_checker(verify_time_stamp))


def best_checkpoint(number: int) -> int | None:
    """Return the size of the checkpoint that proves entry *number* best, None where none covers it."""
    stamped = StampRow.objects.filter(checkpoint__gt=number).order_by("checkpoint")
    earliest = stamped.values_list("checkpoint", flat=True).first()
    if earliest is not None:
        return earliest
    signed = CosignatureRow.objects.filter(checkpoint__gt=number).order_by("-checkpoint")
    newest = signed.values_list("checkpoint", flat=True).first()
    if newest is not None:
        return newest
    return CheckpointRow.objects.filter(size__gt=number).order_by("-size").values_list("size", flat=True).first()


def _stamp(row: StampRow) -> TimeStampEvidence:
    return TimeStampEvidence(
        authority=row.authority,
        token=bytes(row.token),
        crls=tuple(base64.b64decode(one) for one in row.crls),
    )

"""Verifying evidence 核验证据: what a bundle shows by a trusted list alone; no network, no database.

Outcomes are those of ETSI EN 319 102-1: passed; failed, where something contradicts itself or is signed wrongly;
indeterminate, where something is missing, so that nobody can tell.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from zhengtong.trust.ledger.contracts import Act
from zhengtong.trust.ledger.evidence.bundle import (
    EvidenceBundle,
    MalformedEvidence,
    TimeStampEvidence,
    read_evidence,
)
from zhengtong.trust.ledger.evidence.trusted import TrustedList, TrustedLog
from zhengtong.trust.ledger.law import read_leaf
from zhengtong.trust.ledger.tree.checkpoints import Checkpoint, read_proof, read_signed, split_cosignature
from zhengtong.trust.ledger.tree.hashing import HashUnavailable, hashing
from zhengtong.trust.ledger.tree.notes import MalformedNote, Note, NoteRefused, verified
from zhengtong.trust.ledger.tree.proofs import ProofRefused, verify_inclusion

CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far our clock may be ahead of an authority's before an act counts as recorded after its own time stamp."""


class Outcome(StrEnum):
    """How a check, or all of them, ended."""

    PASSED = "passed"
    FAILED = "failed"
    INDETERMINATE = "indeterminate"


class Subject(StrEnum):
    """What is checked."""

    FORM = "form"
    ENTRY = "entry"
    LOG = "log"
    SIGNATURE = "signature"
    INCLUSION = "inclusion"
    WITNESSES = "witnesses"
    TIME_STAMP = "time_stamp"
    ORDER = "order"


class Reason(StrEnum):
    """Why a check ended as it did; `wording` has the sentences."""

    READABLE = "readable"
    UNREADABLE = "unreadable"
    IS_AN_ACT = "is_an_act"
    IS_NO_ACT = "is_no_act"
    LOG_TRUSTED = "log_trusted"
    LOG_UNKNOWN = "log_unknown"
    HASH_UNAVAILABLE = "hash_unavailable"
    SIGNED = "signed"
    SIGNED_BY_NOBODY_KNOWN = "signed_by_nobody_known"
    SIGNATURE_WRONG = "signature_wrong"
    INCLUDED = "included"
    NOT_INCLUDED = "not_included"
    WITNESSED = "witnessed"
    TOO_FEW_WITNESSES = "too_few_witnesses"
    NO_WITNESS_ASKED_FOR = "no_witness_asked_for"
    STAMPED = "stamped"
    NOT_STAMPED = "not_stamped"
    NO_AUTHORITY_TRUSTED = "no_authority_trusted"
    STAMP_UNDECIDED = "stamp_undecided"
    STAMP_WRONG = "stamp_wrong"
    TIMES_FIT = "times_fit"
    TIMES_CONTRADICT = "times_contradict"


class StampRefused(Exception):  # noqa: N818 -- named after what happened
    """A time stamp does not hold; `undecided` where only something to judge it by is missing."""

    def __init__(self, why: str, *, undecided: bool = False) -> None:
        super().__init__(why)
        self.undecided = undecided


@dataclass(frozen=True, kw_only=True, slots=True)
class StampProof:
    """What a time stamp proves: that the checkpoint existed at this moment."""

    at: datetime
    subject: str


class CheckStamp(Protocol):
    """Checks an RFC 3161 token; given as an argument, because it needs a library for certificates."""

    def __call__(self, stamp: TimeStampEvidence, data: bytes, roots: tuple[bytes, ...]) -> StampProof:
        """Return what the token proves about *data*.

        Raises:
            StampRefused: it does not hold under any of *roots*.
        """
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One check: of what, how it ended, why; `details` are ids, numbers and names."""

    subject: Subject
    outcome: Outcome
    reason: Reason
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What the evidence shows."""

    checks: tuple[Check, ...]
    act: Act | None = None
    act_id: str = ""
    number: int | None = None
    checkpoint: Checkpoint | None = None
    proven_at: datetime | None = None

    @property
    def outcome(self) -> Outcome:
        """Failed if one check failed, passed if all passed."""
        outcomes = {check.outcome for check in self.checks}
        for worst in (Outcome.FAILED, Outcome.INDETERMINATE):
            if worst in outcomes:
                return worst
        return Outcome.PASSED


def verify(written: bytes, trusted: TrustedList, check_stamp: CheckStamp) -> Verdict:
    """Check a bundle; every check that can be made is made, whatever the others said.

    Args:
        written: the file.
        trusted: whom the reader believes.
        check_stamp: checks time stamps.
    """
    try:
        bundle = read_evidence(written)
        number, path, signed = read_proof(bundle.proof)
        note, checkpoint = read_signed(signed)
    except (MalformedEvidence, MalformedNote) as error:
        return Verdict(checks=(_check(Subject.FORM, Outcome.FAILED, Reason.UNREADABLE, why=error),))
    checks = [_check(Subject.FORM, Outcome.PASSED, Reason.READABLE)]
    entry, act, act_id = _entry(bundle)
    stamps, proven_at = _stamps(bundle, note, trusted, check_stamp)
    checks += [entry, *_by_log(trusted, bundle, note, checkpoint, number, path), _witnesses(trusted, note), *stamps]
    if act is not None and proven_at is not None:
        checks.append(_order(act, proven_at))
    return Verdict(
        checks=tuple(checks),
        act=act,
        act_id=act_id,
        number=number,
        checkpoint=checkpoint,
        proven_at=proven_at,
    )


def _entry(bundle: EvidenceBundle) -> tuple[Check, Act | None, str]:
    try:
        identifier, act = read_leaf(bundle.entry)
    except ValueError as error:
        return _check(Subject.ENTRY, Outcome.FAILED, Reason.IS_NO_ACT, why=error), None, ""
    return _check(Subject.ENTRY, Outcome.PASSED, Reason.IS_AN_ACT, act=identifier), act, str(identifier)


def _by_log(
    trusted: TrustedList, bundle: EvidenceBundle, note: Note, checkpoint: Checkpoint, number: int, path: list[bytes]
) -> Iterable[Check]:
    """Check what needs the log's place in the trusted list: its signature, and its hash for the proof."""
    log = trusted.log(checkpoint.origin)
    if log is None:
        yield _check(Subject.LOG, Outcome.INDETERMINATE, Reason.LOG_UNKNOWN, origin=checkpoint.origin)
        return
    yield _check(Subject.LOG, Outcome.PASSED, Reason.LOG_TRUSTED, origin=log.origin)
    yield _signature(note, log)
    yield _inclusion(bundle, log, checkpoint, number, path)


def _signature(note: Note, log: TrustedLog) -> Check:
    try:
        signed = verified(note, log.keys)
    except NoteRefused as refusal:
        return _check(Subject.SIGNATURE, Outcome.FAILED, Reason.SIGNATURE_WRONG, why=refusal)
    if not signed:
        return _check(Subject.SIGNATURE, Outcome.FAILED, Reason.SIGNED_BY_NOBODY_KNOWN, origin=log.origin)
    algorithms = ", ".join(key.algorithm for key in signed)
    return _check(Subject.SIGNATURE, Outcome.PASSED, Reason.SIGNED, origin=log.origin, algorithms=algorithms)


def _inclusion(
    bundle: EvidenceBundle, log: TrustedLog, checkpoint: Checkpoint, number: int, path: list[bytes]
) -> Check:
    details = {"number": str(number), "size": str(checkpoint.size), "hash": log.hash.value}
    try:
        hasher = hashing(log.hash)
        verify_inclusion(
            hasher,
            index=number,
            size=checkpoint.size,
            leaf=hasher.leaf(bundle.entry),
            proof=path,
            root=checkpoint.root,
        )
    except HashUnavailable:
        return _check(Subject.INCLUSION, Outcome.INDETERMINATE, Reason.HASH_UNAVAILABLE, **details)
    except ProofRefused as refusal:
        return _check(Subject.INCLUSION, Outcome.FAILED, Reason.NOT_INCLUDED, why=refusal, **details)
    return _check(Subject.INCLUSION, Outcome.PASSED, Reason.INCLUDED, **details)


def _witnesses(trusted: TrustedList, note: Note) -> Check:
    try:
        signed = verified(note, trusted.witnesses)
    except NoteRefused as refusal:
        return _check(Subject.WITNESSES, Outcome.FAILED, Reason.SIGNATURE_WRONG, why=refusal)
    names = ", ".join(f"{key.name} {_cosigned_at(note, key.name, key.key_id)}" for key in signed)
    details = {"found": str(len(signed)), "quorum": str(trusted.quorum), "names": names}
    if len(signed) < trusted.quorum:
        return _check(Subject.WITNESSES, Outcome.INDETERMINATE, Reason.TOO_FEW_WITNESSES, **details)
    reason = Reason.WITNESSED if trusted.quorum else Reason.NO_WITNESS_ASKED_FOR
    return _check(Subject.WITNESSES, Outcome.PASSED, reason, **details)


def _cosigned_at(note: Note, name: str, key_id: bytes) -> str:
    value = next(one.value for one in note.signatures if (one.name, one.key_id) == (name, key_id))
    seconds, _ = split_cosignature(value)
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return str(seconds)


def _stamps(
    bundle: EvidenceBundle, note: Note, trusted: TrustedList, check_stamp: CheckStamp
) -> tuple[list[Check], datetime | None]:
    """Check each time stamp; return also the earliest moment that one proves."""
    if not trusted.authorities:
        return [_check(Subject.TIME_STAMP, Outcome.INDETERMINATE, Reason.NO_AUTHORITY_TRUSTED)], None
    if not bundle.time_stamps:
        return [_check(Subject.TIME_STAMP, Outcome.INDETERMINATE, Reason.NOT_STAMPED)], None
    roots = tuple(authority.root for authority in trusted.authorities)
    checks, moments = [], []
    for stamp in bundle.time_stamps:
        try:
            proof = check_stamp(stamp, note.text.encode(), roots)
        except StampRefused as refusal:
            outcome = Outcome.INDETERMINATE if refusal.undecided else Outcome.FAILED
            reason = Reason.STAMP_UNDECIDED if refusal.undecided else Reason.STAMP_WRONG
            checks.append(_check(Subject.TIME_STAMP, outcome, reason, authority=stamp.authority, why=refusal))
            continue
        moments.append(proof.at)
        at = proof.at.isoformat()
        checks.append(_check(Subject.TIME_STAMP, Outcome.PASSED, Reason.STAMPED, authority=proof.subject, at=at))
    return checks, min(moments, default=None)


def _order(act: Act, proven_at: datetime) -> Check:
    details = {"recorded": act.at.isoformat(), "stamped": proven_at.isoformat()}
    if act.at > proven_at + CLOCK_TOLERANCE:
        return _check(Subject.ORDER, Outcome.FAILED, Reason.TIMES_CONTRADICT, **details)
    return _check(Subject.ORDER, Outcome.PASSED, Reason.TIMES_FIT, **details)


def _check(subject: Subject, outcome: Outcome, reason: Reason, **details: Any) -> Check:
    return Check(
        subject=subject, outcome=outcome, reason=reason, details={name: str(one) for name, one in details.items()}
    )


Verify = Callable[[bytes, TrustedList], Verdict]
"""`verify` with the check of time stamps filled in."""

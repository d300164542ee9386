"""The door of trust.ledger 存证: record an act in its own transaction, tell a person who looked at their data.

with transaction.atomic():
    ...change the row...
    record(Act(
        authority=Authority(clause="行政许可法§32", permission="process.case:accept"),
        business=Business(command="process.case.accept", object_type="process.case", object_id=str(case.id),
                          before=digest(old), after=digest(new)),
        responsibility=Responsibility(subject=actor.subject, post=actor.post, channel=actor.channel),
        purpose="process.case.handling", concerns=(case.applicant,), at=at,
    ))
"""

from zhengtong.trust.ledger.contracts import (
    Act,
    ActKind,
    ActPage,
    ActReceipt,
    ActSearch,
    Authority,
    Business,
    CheckpointState,
    ConcernsOthers,
    EntryProof,
    Finding,
    Flaw,
    LogFinding,
    LogFlaw,
    LogForked,
    LogNotBegun,
    LogState,
    Look,
    LookPage,
    NotInLog,
    NotPublished,
    Permission,
    RecordedAct,
    Responsibility,
    UnfitAct,
    UnknownAct,
    WitnessState,
)
from zhengtong.trust.ledger.evidence.reports import report
from zhengtong.trust.ledger.law import digest, leaf_hash
from zhengtong.trust.ledger.log.checking import check_log
from zhengtong.trust.ledger.log.evidence import evidence_for, evidence_of, verify_evidence
from zhengtong.trust.ledger.log.publication import published_tile, signed_checkpoint
from zhengtong.trust.ledger.log.running import publish, round_of_worker, sequence
from zhengtong.trust.ledger.log.state import act_at, entry_proof, log_state
from zhengtong.trust.ledger.log.trust import own_trusted_list
from zhengtong.trust.ledger.log.witnessing import witness_states
from zhengtong.trust.ledger.purposes import declare_purpose, purpose_title
from zhengtong.trust.ledger.queries import (
    act,
    acts_by,
    acts_by_day,
    acts_concerning,
    acts_on,
    check_acts,
    checked_act,
    count_acts,
    log_size,
    looks_at,
    search_acts,
    verify,
)
from zhengtong.trust.ledger.services import record, record_reading

__all__ = [
    "Act",
    "ActKind",
    "ActPage",
    "ActReceipt",
    "ActSearch",
    "Authority",
    "Business",
    "CheckpointState",
    "ConcernsOthers",
    "EntryProof",
    "Finding",
    "Flaw",
    "LogFinding",
    "LogFlaw",
    "LogForked",
    "LogNotBegun",
    "LogState",
    "Look",
    "LookPage",
    "NotInLog",
    "NotPublished",
    "Permission",
    "RecordedAct",
    "Responsibility",
    "UnfitAct",
    "UnknownAct",
    "WitnessState",
    "act",
    "act_at",
    "acts_by",
    "acts_by_day",
    "acts_concerning",
    "acts_on",
    "check_acts",
    "check_log",
    "checked_act",
    "count_acts",
    "declare_purpose",
    "digest",
    "entry_proof",
    "evidence_for",
    "evidence_of",
    "leaf_hash",
    "log_size",
    "log_state",
    "looks_at",
    "own_trusted_list",
    "publish",
    "published_tile",
    "purpose_title",
    "record",
    "record_reading",
    "report",
    "round_of_worker",
    "search_acts",
    "sequence",
    "signed_checkpoint",
    "verify",
    "verify_evidence",
    "witness_states",
]

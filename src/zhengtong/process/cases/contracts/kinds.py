"""Kinds of everything about cases 类别, and the ports through which evidence comes and outputs are issued."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from django.utils.translation import gettext_lazy

from zhengtong.kernel.errors import Text
from zhengtong.trust.identity.contracts import Actor


class CaseState(StrEnum):
    """Where a case stands 办件状态."""

    RECEIVED = "received"
    CORRECTION = "correction"
    ACCEPTED = "accepted"
    GRANTED = "granted"
    DENIED = "denied"
    NOT_ACCEPTED = "not_accepted"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> Text:
        """The state's name on screen."""
        return _STATE_LABELS[self]

    @property
    def ended(self) -> bool:
        """Whether nothing can be done in the case any more."""
        return self in {CaseState.GRANTED, CaseState.DENIED, CaseState.NOT_ACCEPTED, CaseState.WITHDRAWN}


_STATE_LABELS: Mapping[CaseState, Text] = {
    CaseState.RECEIVED: gettext_lazy("已收件"),
    CaseState.CORRECTION: gettext_lazy("待补正"),
    CaseState.ACCEPTED: gettext_lazy("已受理"),
    CaseState.GRANTED: gettext_lazy("已办结：准予"),
    CaseState.DENIED: gettext_lazy("已办结：不予批准"),
    CaseState.NOT_ACCEPTED: gettext_lazy("不予受理"),
    CaseState.WITHDRAWN: gettext_lazy("已撤回"),
}


class Decision(StrEnum):
    """How a stage ends 办理意见: by an official's decision, by the applicant, by silence, or with the whole case."""

    ACCEPT = "accept"
    ACCEPT_CONDITIONALLY = "accept_conditionally"
    RETURN = "return"
    REFUSE = "refuse"
    AGREE = "agree"
    DISAGREE = "disagree"
    EXTEND = "extend"
    KEEP = "keep"
    GRANT = "grant"
    DENY = "deny"
    SUPPLIED = "supplied"
    FINISHED = "finished"
    RECALLED = "recalled"
    TRANSFERRED = "transferred"
    DEEMED = "deemed"
    LAPSED = "lapsed"

    @property
    def label(self) -> Text:
        """The decision's name on screen."""
        return _DECISION_LABELS[self]

    @property
    def needs_reason(self) -> bool:
        """Whether the applicant must be told why (行政许可法 §32, §38)."""
        return self in {
            Decision.RETURN,
            Decision.REFUSE,
            Decision.DENY,
            Decision.DISAGREE,
            Decision.EXTEND,
            Decision.KEEP,
        }


_DECISION_LABELS: Mapping[Decision, Text] = {
    Decision.ACCEPT: gettext_lazy("予以受理"),
    Decision.ACCEPT_CONDITIONALLY: gettext_lazy("容缺受理"),
    Decision.RETURN: gettext_lazy("退回补正"),
    Decision.REFUSE: gettext_lazy("不予受理"),
    Decision.GRANT: gettext_lazy("准予"),
    Decision.DENY: gettext_lazy("不予批准"),
    Decision.AGREE: gettext_lazy("会签同意"),
    Decision.DISAGREE: gettext_lazy("会签不同意"),
    Decision.EXTEND: gettext_lazy("批准延期"),
    Decision.KEEP: gettext_lazy("不批准延期"),
    Decision.FINISHED: gettext_lazy("程序结束，恢复计时"),
    Decision.RECALLED: gettext_lazy("受理意见已收回，重新审查"),
    Decision.TRANSFERRED: gettext_lazy("已移送"),
    Decision.SUPPLIED: gettext_lazy("补正材料已提交"),
    Decision.DEEMED: gettext_lazy("逾期未告知，自收到之日起视为受理"),
    Decision.LAPSED: gettext_lazy("随办件终止"),
}


class Permission(StrEnum):
    """What a post may be allowed to do with cases."""

    ACCEPT = "process.case:accept"
    DECIDE = "process.case:decide"
    OPINE = "process.case:opine"
    EXTEND = "process.case:extend"
    SUPERVISE = "process.case:supervise"


PERMISSION_SENTENCES: Mapping[Permission, Text] = {
    Permission.ACCEPT: gettext_lazy("受理、退回补正或不予受理办件"),
    Permission.DECIDE: gettext_lazy("对已受理的办件作出决定"),
    Permission.OPINE: gettext_lazy("对其他部门牵头的办件会签意见"),
    Permission.EXTEND: gettext_lazy("批准办件延期"),
    Permission.SUPERVISE: gettext_lazy("督办超期办件，答复差评"),
}
DECISIONS: Mapping[Permission, tuple[Decision, ...]] = {
    Permission.ACCEPT: (Decision.ACCEPT, Decision.ACCEPT_CONDITIONALLY, Decision.RETURN, Decision.REFUSE),
    Permission.DECIDE: (Decision.GRANT, Decision.DENY),
    Permission.OPINE: (Decision.AGREE, Decision.DISAGREE),
    Permission.EXTEND: (Decision.EXTEND, Decision.KEEP),
}


class Procedure(StrEnum):
    """Special procedures whose time is not counted 特别程序 (行政许可法 §45)."""

    HEARING = "hearing"
    TENDER = "tender"
    AUCTION = "auction"
    INSPECTION = "inspection"
    TEST = "test"
    QUARANTINE = "quarantine"
    APPRAISAL = "appraisal"
    EXPERT_REVIEW = "expert_review"

    @property
    def label(self) -> Text:
        """The procedure's name on screen."""
        return _PROCEDURE_LABELS[self]


_PROCEDURE_LABELS: Mapping[Procedure, Text] = {
    Procedure.HEARING: gettext_lazy("听证"),
    Procedure.TENDER: gettext_lazy("招标"),
    Procedure.AUCTION: gettext_lazy("拍卖"),
    Procedure.INSPECTION: gettext_lazy("检验"),
    Procedure.TEST: gettext_lazy("检测"),
    Procedure.QUARANTINE: gettext_lazy("检疫"),
    Procedure.APPRAISAL: gettext_lazy("鉴定"),
    Procedure.EXPERT_REVIEW: gettext_lazy("专家评审"),
}
EXTENSION = "extension"
PROCESSES = ("single_item", "joint_review")
"""Keys of the processes that handle cases; items name one of them, a province draws them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ServedEvidence:
    """A piece of evidence of a case and which way served it; `to_check` until the department has checked it.

    `check` is the request to a department, `checked` its answer (`asked` until there is one), `checked_by` its name.
    """

    key: str
    name: str
    name_en: str
    route: str
    source: str
    on: date
    to_check: bool = False
    missing: bool = False
    file: str = ""
    check: str = ""
    checked: str = ""
    checked_by: str = ""


class EvidenceSource(Protocol):
    """Where evidence comes from without paper: an e-licence wallet, shared data. Wired in by the composition root."""

    title: str

    def find(self, key: str, *, actor: Actor, purpose: str, at: datetime) -> str | None:
        """Return the reference under which this source serves the evidence *key* for the actor's party, or None.

        The reading is on the record. A source that does not answer returns None: the next route is tried.
        """
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class IssueOrder:
    """What a granted case gives, for whoever issues it: a licence to the wallet, a document to the post."""

    case: UUID
    reference: str
    item: str
    output: str
    name: str
    licence: bool
    holder: UUID
    organisation: UUID
    region: str
    answers: Mapping[str, Any]


class OutputIssuer(Protocol):
    """Issues what a granted case gives, in the transaction of the decision."""

    def issue(self, order: IssueOrder, *, at: datetime) -> str | None:
        """Return the number of what was issued, or None when this issuer does not issue such an output."""
        ...

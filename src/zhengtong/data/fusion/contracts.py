"""What crosses the door of fusion 融合: permissions, discrepancies, reviews, versions, events."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.events.contracts import event

REGISTRAR = "registrar"
"""The office that decides which records are one subject; every other key of an office is a department's."""

ANSWER_LENGTH = 200


class Permission(StrEnum):
    """What a post may be allowed to do with golden records."""

    ANSWER = "data.fusion:answer"
    REVIEW = "data.fusion:review"


PERMISSION_SENTENCES: Mapping[Permission, Promise] = {
    Permission.ANSWER: _("答复本部门数据的矛盾工单"),
    Permission.REVIEW: _("复核疑似同一主体，合并或拆分记录"),
}


class DiscrepancyState(StrEnum):
    """Where a contradiction stands: asked, answered, or gone from the golden record."""

    OPEN = "open"
    ANSWERED = "answered"
    CLEARED = "cleared"


DISCREPANCY_STATE_LABELS: Mapping[DiscrepancyState, Promise] = {
    DiscrepancyState.OPEN: _("待答复"),
    DiscrepancyState.ANSWERED: _("已答复，待入库"),
    DiscrepancyState.CLEARED: _("已消除"),
}


class Decision(StrEnum):
    """Whether a row belongs to a record: undecided, merged into it, or kept apart."""

    PENDING = "pending"
    MERGED = "merged"
    SEPARATE = "separate"


DECISION_LABELS: Mapping[Decision, Promise] = {
    Decision.PENDING: _("待复核"),
    Decision.MERGED: _("已合并"),
    Decision.SEPARATE: _("不是同一主体"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """What one source says of a contradicted attribute, and since when."""

    source: str
    department: str
    value: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class DiscrepancyRow:
    """A discrepancy in a list: no personal data."""

    id: UUID
    registry: str
    attribute: str
    department: str
    state: DiscrepancyState
    opened_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class DiscrepancyView:
    """A contradiction put to the department that answers for the attribute; `key` and values are in the clear."""

    row: DiscrepancyRow
    key: str
    candidates: tuple[Candidate, ...]
    answer: str | None
    answered_at: datetime | None
    cleared_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewRow:
    """A pair in a list: no personal data."""

    id: UUID
    registry: str
    source: str
    probability: float
    decision: Decision
    by_machine: bool
    opened_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewView:
    """A row without a valid key beside the record it may belong to, in the clear; `differs` names attributes."""

    row: ReviewRow
    left: Mapping[str, str]
    right: Mapping[str, str]
    differs: frozenset[str]
    decided_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Pass:
    """What one run of fusion over a registry did."""

    registry: str
    version: int
    rows: int
    keyless: int
    linked: int
    to_review: int
    records: int
    upserted: int
    deleted: int
    conflicts: int
    opened: int
    cleared: int
    digest: str


@dataclass(frozen=True, kw_only=True, slots=True)
class VersionView:
    """A version of a registry as it was published."""

    registry: str
    version: int
    records: int
    conflicts: int
    digest: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Supply:
    """How many golden records take an attribute from a source, and how old its words are.

    `source` is None where the words are answers to contradictions.
    """

    attribute: str
    source: str | None
    records: int
    conflicts: int
    oldest: datetime
    newest: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Resolution:
    """How much of the contradictions is settled: counts of discrepancies."""

    open: int
    answered: int
    cleared: int

    @property
    def share(self) -> float | None:
        """Cleared discrepancies over all of them, None where there are none."""
        total = self.open + self.answered + self.cleared
        return self.cleared / total if total else None


@event("data.fusion.registry_changed.v1")
@dataclass(frozen=True, kw_only=True)
class RegistryChanged:
    """A base registry has a new version: its changes after `from_version` up to `to_version` can be read.

    `table` names the golden table, `count` how many records changed, `digest` is the SHA-256 over all of `to_version`.
    """

    registry: str
    table: str
    from_version: int
    to_version: int
    count: int
    digest: str


@event("data.fusion.discrepancies_opened.v1")
@dataclass(frozen=True, kw_only=True)
class DiscrepanciesOpened:
    """Contradictions about one attribute were put to the department that answers for it: so many new ones."""

    registry: str
    attribute: str
    department: str
    count: int


@event("data.fusion.discrepancy_answered.v1")
@dataclass(frozen=True, kw_only=True)
class DiscrepancyAnswered:
    """A department answered a contradiction; the next pass takes its word before every source's."""

    discrepancy: UUID
    registry: str
    attribute: str

"""What crosses the door of quality 数据质量: rules, assessments, scores, issues."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.errors import NotFound, Refusal, Text, mark
from zhengtong.kernel.events.contracts import event

ISSUE_OPENED = "data.quality.issue.opened.v1"
ISSUE_CLOSED = "data.quality.issue.closed.v1"


class Dimension(StrEnum):
    """What a rule is about 质量维度.

    GB/T 36344-2018 names accuracy, completeness, timeliness, consistency among others; uniqueness and reference are
    told apart here because others mend them.
    """

    ACCURACY = "accuracy"
    COMPLETENESS = "completeness"
    TIMELINESS = "timeliness"
    CONSISTENCY = "consistency"
    UNIQUENESS = "uniqueness"
    REFERENCE = "reference"


class Check(StrEnum):
    """What a rule asks of a row; an empty value breaks `not_null` only."""

    NOT_NULL = "not_null"
    PATTERN = "pattern"
    LENGTH = "length"
    RANGE = "range"
    ONE_OF = "one_of"
    NOT_FUTURE = "not_future"
    FRESH = "fresh"
    RESIDENT_ID = "resident_id"
    CREDIT_CODE = "credit_code"
    COMPARE = "compare"
    BORN_AS_ID_SAYS = "born_as_id_says"
    UNIQUE = "unique"
    REFERENCE = "reference"


class IssueState(StrEnum):
    """Where an issue stands: open, answered by its department, closed by an assessment that no longer finds it."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


class Permission(StrEnum):
    """What a post may be allowed to do with quality."""

    SET_RULES = "data.quality:set_rules"
    ASSESS = "data.quality:assess"
    ANSWER = "data.quality:answer"


PERMISSION_SENTENCES: dict[Permission, Text] = {
    Permission.SET_RULES: _("设置数据质量规则"),
    Permission.ASSESS: _("检查数据质量"),
    Permission.ANSWER: _("答复本部门的数据质量问题"),
}
DIMENSION_LABELS: Mapping[Dimension, Text] = {
    Dimension.ACCURACY: _("准确性"),
    Dimension.COMPLETENESS: _("完整性"),
    Dimension.TIMELINESS: _("时效性"),
    Dimension.CONSISTENCY: _("一致性"),
    Dimension.UNIQUENESS: _("唯一性"),
    Dimension.REFERENCE: _("关联性"),
}
ISSUE_STATE_LABELS: Mapping[IssueState, Text] = {
    IssueState.OPEN: _("待整改"),
    IssueState.ANSWERED: _("已答复"),
    IssueState.CLOSED: _("已解决"),
}


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule of a dataset, as data.

    Args:
        key: unique within the dataset.
        name: what it says, in words.
        dimension: what it is about.
        check: what is asked.
        column: the data element it looks at.
        parameters: `pattern`; `least`, `most`; `values`; `days`; `columns` (unique together); `dataset`, `column`
            (reference); `than`, `operator` (compare: `<=`, `<`, `=`); `id` (whose digits tell the birth date).
        weight: how much it counts in the score.
        tolerance: the share of failing rows above which a batch may not land; None never stops one.
    """

    key: str
    name: str
    dimension: Dimension
    check: Check
    column: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    weight: float = 1.0
    tolerance: float | None = None


@dataclass(frozen=True, kw_only=True)
class RuleResult:
    """How many of the rows break a rule."""

    rule: Rule
    rows: int
    failing: int

    @property
    def share(self) -> float:
        """The share of rows that break it, 0 to 1."""
        return self.failing / self.rows if self.rows else 0.0

    @property
    def percent(self) -> float:
        """The share of rows that keep it, in per cent."""
        return round(100 * (1 - self.share), 2)

    @property
    def dimension_label(self) -> Text:
        return DIMENSION_LABELS[self.rule.dimension]


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """How a version of a dataset did: its score from 0 to 100, and rule by rule."""

    dataset: str
    version: int | None
    at: datetime
    rows: int
    score: float
    results: tuple[RuleResult, ...]


@dataclass(frozen=True, kw_only=True)
class Score:
    """The latest score of a dataset, the one before it, and its open issues."""

    dataset: str
    dataset_name: str
    dataset_name_en: str
    provider: UUID
    provider_name: str
    provider_name_en: str
    score: float
    before: float | None
    rows: int
    at: datetime
    issues: int

    @property
    def slug(self) -> str:
        """The code as it stands in addresses."""
        return self.dataset.replace("/", "-")


@dataclass(frozen=True, kw_only=True)
class DepartmentScore:
    """The mean score of a department's datasets, weighted by their rows."""

    provider: UUID
    name: str
    name_en: str
    score: float
    datasets: int
    issues: int


@dataclass(frozen=True, kw_only=True)
class Issue:
    """That a rule is broken and its department must mend the data 质量问题; it is due after `due_on`."""

    id: UUID
    dataset: str
    dataset_name: str
    provider: UUID
    rule_key: str
    rule_name: str
    state: IssueState
    failing: int
    rows: int
    opened_at: datetime
    due_on: date
    answer: str

    @property
    def state_label(self) -> Text:
        return ISSUE_STATE_LABELS[self.state]


@dataclass(frozen=True, kw_only=True)
class ImportedRules:
    """Rules read from a data contract, and what in it was passed over, with the reason."""

    rules: tuple[Rule, ...]
    passed_over: tuple[str, ...]


@event(ISSUE_OPENED)
@dataclass(frozen=True, kw_only=True)
class IssueOpened:
    """A rule is broken: the department that provides the dataset must mend it."""

    issue: UUID
    dataset: str
    rule: str
    failing: int


@event(ISSUE_CLOSED)
@dataclass(frozen=True, kw_only=True)
class IssueClosed:
    """A rule that was broken is kept again."""

    issue: UUID
    dataset: str
    rule: str


class RulesUnfit(Refusal):
    """Rules that cannot be applied to the dataset; `what` lists every fault, and nothing was saved."""

    code = "quality_rules_unfit"
    status = 422
    message = mark("质量规则有误：{what}")
    remedy = mark("请改正后重新保存，原规则继续有效。")


class NoRules(Refusal):
    """The dataset has no quality rules."""

    code = "no_quality_rules"
    status = 409
    message = mark("数据集 {dataset} 还没有质量规则。")
    remedy = mark("请先设置规则，或按目录自动生成。")


class NoRowsYet(Refusal):
    """Nothing has been collected for the dataset."""

    code = "no_rows_yet"
    status = 409
    message = mark("数据集 {dataset} 还没有归集数据。")
    remedy = mark("请先归集一个批次。")


class IssueUnknown(NotFound):
    """There is no such issue, or none this actor may see."""

    code = "issue_unknown"
    message = mark("没有找到这个质量问题。")
    remedy = mark("请在质量看板或数据工作台查看。")


class AnswerMissing(Refusal):
    """An answer must say what was done, or why the data are right."""

    code = "quality_answer_missing"
    status = 422
    message = mark("请填写整改情况或说明。")
    remedy = mark("写明已如何改正，或为何数据无误。")


Results = Sequence[RuleResult]

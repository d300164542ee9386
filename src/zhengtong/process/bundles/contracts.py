"""What crosses the door of bundles 一件事: the bundle, its parts, how far it is; events and refusals."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy

from zhengtong.kernel.errors import Conflict, InvalidInput, NotFound, Refusal, Text
from zhengtong.kernel.errors import mark as _
from zhengtong.kernel.events.contracts import event
from zhengtong.process.cases.contracts import CaseLine


class PartState(StrEnum):
    """How far a part is: one item of the bundle, at one department."""

    WAITING = "waiting"
    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"
    BLOCKED = "blocked"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> Text:
        """The state's name on screen."""
        return _PART_LABELS[self]

    @property
    def settled(self) -> bool:
        """Whether nothing more happens to the part."""
        return self not in {PartState.WAITING, PartState.OPEN}


_PART_LABELS: Mapping[PartState, Text] = {
    PartState.WAITING: gettext_lazy("等待前一事项"),
    PartState.OPEN: gettext_lazy("办理中"),
    PartState.GRANTED: gettext_lazy("已办成"),
    PartState.REFUSED: gettext_lazy("未办成"),
    PartState.BLOCKED: gettext_lazy("前一事项未办成，没有开始"),
    PartState.WITHDRAWN: gettext_lazy("已撤回"),
}


class BundleState(StrEnum):
    """How far the whole bundle is; partial completion is told as what it is."""

    OPEN = "open"
    COMPLETED = "completed"
    PARTLY = "partly"
    NOT_DONE = "not_done"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> Text:
        """The state's name on screen."""
        return _BUNDLE_LABELS[self]


_BUNDLE_LABELS: Mapping[BundleState, Text] = {
    BundleState.OPEN: gettext_lazy("办理中"),
    BundleState.COMPLETED: gettext_lazy("全部办成"),
    BundleState.PARTLY: gettext_lazy("部分办成"),
    BundleState.NOT_DONE: gettext_lazy("没有办成"),
    BundleState.WITHDRAWN: gettext_lazy("已撤回"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class PartView:
    """A part as the applicant and the lead authority see it; `case` is empty while it waits for others."""

    item: str
    name: str
    name_en: str
    department: str
    department_en: str
    state: PartState
    waits_for: tuple[str, ...]
    case: CaseLine | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PartPlace:
    """A part as whoever has its bundle under a project follows it; `case` is empty while it waits for others."""

    item: str
    state: PartState
    case: UUID | None


@dataclass(frozen=True, kw_only=True, slots=True)
class BundleLine:
    """A bundle in a list."""

    reference: str
    name: str
    name_en: str
    state: BundleState
    received_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class BundleView:
    """A bundle whole: its parts in order, and how many of them are done."""

    id: UUID
    line: BundleLine
    code: str
    applicant: UUID
    lead: UUID
    region: str
    lead_name: str
    parts: tuple[PartView, ...]
    answers: Mapping[str, Any]
    prefilled: Mapping[str, Any]
    schema: Mapping[str, Any]
    concluded_at: datetime | None

    @property
    def done(self) -> int:
        """How many parts were granted."""
        return sum(part.state is PartState.GRANTED for part in self.parts)


@event("process.bundle.received.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class BundleReceived:
    """A bundle was applied for; each part has its own case, now or when what it waits for is granted."""

    bundle: UUID
    code: str
    applicant: UUID


@event("process.bundle.concluded.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class BundleConcluded:
    """Every part is settled; `outcome` says whether all, some or none were granted."""

    bundle: UUID
    code: str
    applicant: UUID
    outcome: str


@event("process.bundle.nudged.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class BundleNudged:
    """The lead authority reminded the department a part waits at."""

    bundle: UUID
    item: str
    organisation: UUID


class BundleUnknown(NotFound):
    """There is no such bundle, or not for this reader."""

    code = "bundle_unknown"
    message = _("没有找到这个“一件事”申请。")
    remedy = _("请核对编号，或从“我的办件”进入。")


class BundleNotOffered(Refusal):
    """Nobody handles an item of the bundle, so it cannot be applied for as one."""

    code = "bundle_not_offered"
    message = _("“{bundle}”目前不能一次申请：“{item}”没有实施机构。")
    remedy = _("请分别办理各事项，或者到窗口咨询。")


class NotRehearsable(InvalidInput):
    """The answers that a rehearsal invents do not fit the bundle's form: no text fits a pattern, for example."""

    code = "bundle_not_rehearsable"
    message = _("“{bundle}”不能演练：为表单编造的答案不符合字段 {fields} 的要求。")
    remedy = _("请检查该字段的格式要求能否被满足；能满足的，请用真实的答案试办一次。")


class NothingToNudge(Conflict):
    """A part waits for no department: it is concluded, not begun, or waits for its applicant."""

    code = "bundle_nothing_to_nudge"
    message = _("这个事项现在没有等待部门办理。")
    remedy = _("请刷新页面查看最新进度。")


class NudgedToday(Conflict):
    """A department is reminded of a part at most once a working day."""

    code = "bundle_nudged_today"
    message = _("这个事项本工作日已经催办过。")
    remedy = _("下一个工作日仍未办理的，可以再次催办；急件请直接联系承办部门。")

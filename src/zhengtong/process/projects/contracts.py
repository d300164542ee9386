"""What crosses the door of investment projects 投资项目: registration, stages, drawings; events and refusals."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext_lazy

from zhengtong.kernel.errors import Conflict, NotFound, Refusal, Text
from zhengtong.kernel.errors import mark as _
from zhengtong.kernel.events.contracts import event
from zhengtong.process.cases.contracts import DeadlineLight
from zhengtong.process.items.contracts import Words

MATTER = "development_reform"
"""The matter a mandate must name for registering a project and keeping its drawings: the investment department's."""


class Permission(StrEnum):
    """What a post may be allowed to do with investment projects."""

    READ = "process.project:read"


PERMISSION_SENTENCES: Mapping[Permission, Text] = {
    Permission.READ: gettext_lazy("查看辖区内的投资项目及其图纸"),
}


class ProjectKind(StrEnum):
    """How the investment department deals with a project 管理方式 (政府投资条例; 企业投资项目核准和备案管理条例 §3)."""

    APPROVAL = "approval"
    VERIFICATION = "verification"
    FILING = "filing"

    @property
    def label(self) -> Text:
        """The kind's name on screen."""
        return _KINDS[self]


_KINDS: Mapping[ProjectKind, Text] = {
    ProjectKind.APPROVAL: gettext_lazy("审批（政府投资）"),
    ProjectKind.VERIFICATION: gettext_lazy("核准（目录内的企业投资）"),
    ProjectKind.FILING: gettext_lazy("备案（其他企业投资）"),
}


class ProjectType(StrEnum):
    """What is mainly built or bought 项目类型 (GB/T 40058-2021, 3.4)."""

    CONSTRUCTION = "construction"
    RENOVATION = "renovation"
    PURCHASE = "purchase"
    INFORMATION = "information"
    OTHER = "other"

    @property
    def label(self) -> Text:
        """The type's name on screen."""
        return _TYPES[self]


_TYPES: Mapping[ProjectType, Text] = {
    ProjectType.CONSTRUCTION: gettext_lazy("基本建设"),
    ProjectType.RENOVATION: gettext_lazy("技术改造"),
    ProjectType.PURCHASE: gettext_lazy("单纯购置"),
    ProjectType.INFORMATION: gettext_lazy("信息化"),
    ProjectType.OTHER: gettext_lazy("其他"),
}


class Industry(StrEnum):
    """The industry a project belongs to 行业; the platform's own list, each led by one department of the State."""

    MANUFACTURING = "manufacturing"
    ENERGY = "energy"
    TRANSPORT = "transport"
    WATER = "water"
    AGRICULTURE = "agriculture"
    HOUSING = "housing"
    URBAN = "urban"
    INFORMATION = "information"
    ENVIRONMENT = "environment"
    SOCIETY = "society"
    OTHER = "other"

    @property
    def label(self) -> Text:
        """The industry's name on screen."""
        return _INDUSTRIES[self]


_INDUSTRIES: Mapping[Industry, Text] = {
    Industry.MANUFACTURING: gettext_lazy("制造业"),
    Industry.ENERGY: gettext_lazy("能源"),
    Industry.TRANSPORT: gettext_lazy("交通运输"),
    Industry.WATER: gettext_lazy("水利"),
    Industry.AGRICULTURE: gettext_lazy("农林牧渔"),
    Industry.HOUSING: gettext_lazy("房屋建筑"),
    Industry.URBAN: gettext_lazy("城市基础设施"),
    Industry.INFORMATION: gettext_lazy("信息产业"),
    Industry.ENVIRONMENT: gettext_lazy("生态环境"),
    Industry.SOCIETY: gettext_lazy("教育、卫生、文化等社会事业"),
    Industry.OTHER: gettext_lazy("其他行业"),
}


class ProjectState(StrEnum):
    """Whether something of a project is still to be done."""

    ACTIVE = "active"
    COMPLETED = "completed"

    @property
    def label(self) -> Text:
        """The state's name on screen."""
        return _PROJECT_STATES[self]


_PROJECT_STATES: Mapping[ProjectState, Text] = {
    ProjectState.ACTIVE: gettext_lazy("在办"),
    ProjectState.COMPLETED: gettext_lazy("四个阶段均已办成"),
}


class StepState(StrEnum):
    """How far one item of a stage is."""

    LATER = "later"
    READY = "ready"
    WAITING = "waiting"
    OPEN = "open"
    GRANTED = "granted"
    FAILED = "failed"

    @property
    def label(self) -> Text:
        """The state's name on screen."""
        return _STEP_STATES[self]

    @property
    def may_begin(self) -> bool:
        """Whether the applicant may begin it now; what failed may be applied for again."""
        return self in {StepState.READY, StepState.FAILED}


_STEP_STATES: Mapping[StepState, Text] = {
    StepState.LATER: gettext_lazy("等待前面的事项"),
    StepState.READY: gettext_lazy("可以办理"),
    StepState.WAITING: gettext_lazy("已申请，等待前一事项"),
    StepState.OPEN: gettext_lazy("办理中"),
    StepState.GRANTED: gettext_lazy("已办成"),
    StepState.FAILED: gettext_lazy("未办成，可以重新申请"),
}


class StageState(StrEnum):
    """How far a stage is."""

    LATER = "later"
    READY = "ready"
    OPEN = "open"
    DONE = "done"

    @property
    def label(self) -> Text:
        """The state's name on screen."""
        return _STAGE_STATES[self]


_STAGE_STATES: Mapping[StageState, Text] = {
    StageState.LATER: gettext_lazy("还没有开始"),
    StageState.READY: gettext_lazy("可以办理"),
    StageState.OPEN: gettext_lazy("办理中"),
    StageState.DONE: gettext_lazy("已完成"),
}


class Discipline(StrEnum):
    """A part of a drawing set 专业; the platform's own division."""

    SITE = "site"
    ARCHITECTURE = "architecture"
    STRUCTURE = "structure"
    PLUMBING = "plumbing"
    ELECTRICAL = "electrical"
    HVAC = "hvac"
    FIRE = "fire"

    @property
    def label(self) -> Text:
        """The discipline's name on screen."""
        return _DISCIPLINES[self]


_DISCIPLINES: Mapping[Discipline, Text] = {
    Discipline.SITE: gettext_lazy("总平面图"),
    Discipline.ARCHITECTURE: gettext_lazy("建筑"),
    Discipline.STRUCTURE: gettext_lazy("结构"),
    Discipline.PLUMBING: gettext_lazy("给水排水"),
    Discipline.ELECTRICAL: gettext_lazy("电气"),
    Discipline.HVAC: gettext_lazy("暖通空调"),
    Discipline.FIRE: gettext_lazy("消防设计"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class StageItem:
    """An item of a stage; `after` are items to be granted first, `kinds` the projects it is for (empty: all)."""

    code: str
    name: Words
    department: Words
    required: bool = True
    kinds: tuple[ProjectKind, ...] = ()
    after: tuple[str, ...] = ()

    def is_for(self, kind: ProjectKind) -> bool:
        """Say whether projects of *kind* need or may have it."""
        return not self.kinds or kind in self.kinds


@dataclass(frozen=True, kw_only=True, slots=True)
class StageBundle:
    """The bundle that applies for several items of a stage at once."""

    code: str
    name: Words
    items: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """A stage 阶段: who leads it, its items, which run in parallel but for what `after` says, and its bundle."""

    key: str
    name: Words
    lead: Words
    items: tuple[StageItem, ...]
    bundle: StageBundle | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class StagePlan:
    """What one version says of all stages; `drawings` are the pieces of evidence that the drawing set serves."""

    stages: tuple[Stage, ...]
    drawings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ProjectEntry:
    """What is registered of a project; the total `investment` is in fen, the dates are as planned then."""

    name: str
    kind: ProjectKind
    type: ProjectType
    industry: Industry
    region: str
    investment: int
    starts_on: date
    finishes_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class ProjectLine:
    """A project in a list; `stage` is the first that is not done, empty when all are."""

    code: str
    name: str
    kind: ProjectKind
    state: ProjectState
    stage: Words | None
    owner_name: str
    region_name: str
    registered_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ProjectPage:
    """Some projects; `after` asks for the following page, empty on the last."""

    items: tuple[ProjectLine, ...]
    after: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """One file of a drawing set."""

    discipline: Discipline
    file: UUID
    size: int
    sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawings:
    """One version of a project's drawing set 一套图; `digest` is over its sheets."""

    version: int
    digest: str
    note: str
    uploaded_at: datetime
    sheets: tuple[Sheet, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class StepView:
    """An item of a stage as it stands; `drawings` is the version its case refers to, `older` where there is a newer.

    `reference` is its case's, `bundle` that of the bundle it was applied for with; the light is that of `due_on`.
    `at_organisation` is whom an open case waits for, empty where it waits for its applicant (`on_applicant`).
    """

    item: StageItem
    state: StepState
    waits_for: tuple[Words, ...] = ()
    reference: str = ""
    bundle: str = ""
    due_on: date | None = None
    light: DeadlineLight | None = None
    drawings: int | None = None
    older: bool = False
    organisation: UUID | None = None
    at_organisation: Words | None = None
    on_applicant: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class StageView:
    """A stage as it stands: its steps, the required ones not granted yet, and whether its bundle may begin."""

    stage: Stage
    state: StageState
    steps: tuple[StepView, ...]
    missing: tuple[Words, ...]
    may_bundle: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ProjectView:
    """A project whole."""

    id: UUID
    line: ProjectLine
    owner: UUID
    entry: ProjectEntry
    plan: int
    stages: tuple[StageView, ...]
    drawings: tuple[Drawings, ...]


@event("process.project.registered.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class ProjectRegistered:
    """An investment project was registered and has its code."""

    project: UUID
    code: str
    owner: UUID
    region: str


@event("process.project.drawings_renewed.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class DrawingsRenewed:
    """A version of the drawing set was uploaded; `cases` are the open ones that refer to an older version."""

    project: UUID
    code: str
    version: int
    digest: str
    cases: tuple[UUID, ...]


@event("process.project.stage_done.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class StageDone:
    """All that a stage requires is granted; `stage` is its key."""

    project: UUID
    code: str
    stage: str


class ProjectUnknown(NotFound):
    """There is no such project, or not for this reader."""

    code = "project_unknown"
    message = _("没有找到这个投资项目。")
    remedy = _("请核对项目代码，或从项目列表进入。")


class EnterpriseNeeded(Refusal):
    """A project belongs to an enterprise; a person acts for one."""

    code = "project_enterprise_needed"
    status = 403
    message = _("投资项目由企业登记，您现在以个人身份办事。")
    remedy = _("请在“我的”中切换到您代表的企业；受托人须先得到企业的委托。")


class ProjectUnfit(Refusal):
    """What is to be registered does not hold together."""

    code = "project_unfit"
    status = 422
    message = _("登记内容有误：{what}")
    remedy = _("请改正后重新提交。")


class NoStagePlan(Conflict):
    """Nothing says yet which items belong to which stage."""

    code = "project_no_stage_plan"
    message = _("本地还没有发布工程建设项目的阶段方案，暂时不能登记。")
    remedy = _("请稍后再试，或联系投资主管部门。")


class CodesUsedUp(Conflict):
    """No free code was drawn."""

    code = "project_codes_used_up"
    message = _("没有取得空闲的项目代码，项目没有登记。")
    remedy = _("请再提交一次；仍不成功的，请联系平台运维人员。")


class StepNotOpen(Conflict):
    """The item runs already, is granted, or waits for others of the project."""

    code = "project_step_not_open"
    message = _("“{item}”现在不能申请：{state}。")
    remedy = _("请在项目页面查看它等待哪些事项，或从已有的办件继续。")


class DrawingsMissing(Conflict):
    """The item needs drawings and the project has none."""

    code = "project_drawings_missing"
    message = _("办理“{item}”要用到图纸，项目还没有上传。")
    remedy = _("请先在项目页面上传一套图，各阶段共用，不用重复提交。")


class DrawingsUnchanged(Conflict):
    """The new version has the very files of the one before."""

    code = "project_drawings_unchanged"
    message = _("上传的图纸与第 {version} 版完全相同，没有产生新版本。")
    remedy = _("请选择修改过的文件；没有修改的专业不用上传。")


class SheetUnknown(NotFound):
    """The version has no such drawing."""

    code = "project_sheet_unknown"
    message = _("没有找到这张图纸。")
    remedy = _("请从项目页面进入。")


class StagePlanBroken(Refusal):
    """A stage plan cannot be read."""

    code = "project_stage_plan_broken"
    status = 422
    message = _("阶段方案有误（{place}）：{what}")
    remedy = _("请改正文件后重新发布；当前版本不受影响。")

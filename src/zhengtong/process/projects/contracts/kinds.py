"""Kinds and states of projects, stages and drawings 项目种类和状态; who may read them."""

from collections.abc import Mapping
from enum import StrEnum

from django.utils.translation import gettext_lazy

from zhengtong.kernel.errors import Text

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

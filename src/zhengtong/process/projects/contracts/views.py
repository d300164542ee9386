"""What is told of projects 项目视图: stages as planned and as they stand, drawings, registration; events."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from zhengtong.kernel.events.contracts import event
from zhengtong.process.cases.contracts import DeadlineLight
from zhengtong.process.items.contracts import Words
from zhengtong.process.projects.contracts.kinds import (
    Discipline,
    Industry,
    ProjectKind,
    ProjectState,
    ProjectType,
    StageState,
    StepState,
)


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

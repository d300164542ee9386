"""Reads of investment projects 投资项目查询: one's own, those within an official's reach, one whole with its stages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Max, Q

from zhengtong.kernel.pages.api import Asked, Slice, of_queryset
from zhengtong.process.bundles import api as bundles
from zhengtong.process.cases import api as cases
from zhengtong.process.items.contracts import Words
from zhengtong.process.projects import law, reading
from zhengtong.process.projects.contracts import (
    Discipline,
    Drawings,
    Industry,
    Permission,
    ProjectEntry,
    ProjectKind,
    ProjectLine,
    ProjectPage,
    ProjectState,
    ProjectType,
    ProjectUnknown,
    ProjectView,
    Sheet,
    SheetUnknown,
    Stage,
    StageItem,
    StagePlan,
    StageState,
    StageView,
    StepState,
    StepView,
)
from zhengtong.process.projects.models import DrawingSet, DrawingSheet, Project, ProjectApplication, StagePlanVersion
from zhengtong.trust.access.api import scope_filter, within
from zhengtong.trust.identity.contracts import Actor

_ORDERS = {"registered": "registered_at", "code": "code"}
PAGE = 20


def current_plan() -> StagePlanVersion | None:
    """Return the stage plan that projects are registered under today."""
    return StagePlanVersion.objects.order_by("-version").first()


def stage_plan() -> tuple[int, StagePlan] | None:
    """Return the stage plan in force and its version, None before any is published."""
    row = current_plan()
    return None if row is None else (row.version, reading.load(row.content))


def projects_of(actor: Actor, *, after: str = "", limit: int = PAGE) -> ProjectPage:
    """Return the projects of the actor, or of whom they act for, the newest first: one statement.

    Raises:
        UnreadableCursor: *after* was not made here.
    """
    asked = Asked(sort="registered", descending=True, after=after, size=limit)
    found = _slice(Project.objects.filter(owner=actor.party), asked)
    return ProjectPage(items=tuple(found.rows), after=found.after)


def projects_within(actor: Actor, asked: Asked, *, state: ProjectState | None = None) -> Slice[ProjectLine]:
    """Return the projects in the regions *actor* may look into, by code or words of their name: one statement.

    Raises:
        UnreadableCursor: the mark of the page was not made here.
    """
    rows = Project.objects.filter(_within_reach(actor))
    if state is not None:
        rows = rows.filter(state=state)
    if asked.text:
        digits = asked.text.replace(" ", "")
        rows = rows.filter(Q(name__icontains=asked.text) | Q(code__startswith=law.read(digits) or digits))
    return _slice(rows, asked)


def own_project(actor: Actor, code: str, *, at: datetime) -> ProjectView:
    """Return the actor's own project: four statements.

    Raises:
        ProjectUnknown: it is somebody else's, or there is none.
    """
    return _view(own_row(actor, code), at)


def project_within_reach(actor: Actor, code: str, *, at: datetime) -> ProjectView:
    """Return a project in a region the official may look into, with whom each open case waits for: four statements.

    Raises:
        ProjectUnknown: it lies outside their bounds, or there is none.
    """
    return _view(_row(_within_reach(actor), code), at, waits=True)


def own_sheet(actor: Actor, code: str, version: int, discipline: str) -> UUID:
    """Return the file of a drawing of the actor's own project.

    Raises:
        SheetUnknown: there is none, or the project is somebody else's.
    """
    return _sheet(Q(drawings__project__owner=actor.party), code, version, discipline)


def sheet_within_reach(actor: Actor, code: str, version: int, discipline: str) -> UUID:
    """Return the file of a drawing of a project in a region the official may look into.

    Raises:
        SheetUnknown: there is none, or the project lies outside their bounds.
    """
    return _sheet(_within_reach(actor, "drawings__project__region"), code, version, discipline)


def _sheet(condition: Q, code: str, version: int, discipline: str) -> UUID:
    rows = DrawingSheet.objects.filter(
        condition, drawings__project__code=code, drawings__version=version, discipline=discipline
    )
    found = rows.values_list("file", flat=True).first()
    if found is None:
        raise SheetUnknown
    return found


def _within_reach(actor: Actor, region: str = "region") -> Q:
    scope = scope_filter(actor, Permission.READ)
    return within(scope, region=region) if scope else Q(pk__in=[])


def own_row(actor: Actor, code: str) -> Project:
    """Return the row of the actor's own project.

    Raises:
        ProjectUnknown: it is somebody else's, or there is none.
    """
    return _row(Q(owner=actor.party), code)


def own_drawn(actor: Actor, code: str) -> tuple[Project, int | None]:
    """Return the row of the actor's own project and the version of its drawings, None while it has none: one statement.

    Raises:
        ProjectUnknown: it is somebody else's, or there is none.
    """
    rows = Project.objects.filter(owner=actor.party, code=code).select_related("plan", "region")
    row = rows.annotate(drawn=Max("drawing_sets__version")).first()
    if row is None:
        raise ProjectUnknown
    return row, row.drawn


def _row(condition: Q, code: str) -> Project:
    row = Project.objects.filter(condition, code=code).select_related("plan", "region").first()
    if row is None:
        raise ProjectUnknown
    return row


def _slice(rows: Any, asked: Asked) -> Slice[ProjectLine]:
    found = of_queryset(rows.select_related("plan", "region"), asked, orders=_ORDERS, default="registered_at")
    return Slice(rows=[_line(row) for row in found.rows], after=found.after)


def _line(row: Project) -> ProjectLine:
    names = {stage["key"]: Words(*stage["name"]) for stage in row.plan.content["stages"]}
    return ProjectLine(
        code=row.code,
        name=row.name,
        kind=ProjectKind(row.kind),
        state=ProjectState(row.state),
        stage=names.get(row.stage),
        owner_name=row.owner_name,
        region_name=row.region.name,
        registered_at=row.registered_at,
    )


def entry_of(row: Project) -> ProjectEntry:
    """Return what was registered."""
    return ProjectEntry(
        name=row.name,
        kind=ProjectKind(row.kind),
        type=ProjectType(row.type),
        industry=Industry(row.industry),
        region=row.region_id,
        investment=row.investment.fen,
        starts_on=row.starts_on,
        finishes_on=row.finishes_on,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Begun:
    """How far an item of a project is that was applied for; `case` is empty while its part of a bundle waits."""

    state: StepState
    case: UUID | None
    reference: str
    bundle: str
    drawings: int | None


def begun_in(row: Project) -> dict[str, Begun]:
    """Return by item how far it is, of what was applied for under a project; the latest application counts.

    One statement: what was applied for, with its cases and the parts of bundles.
    """
    part = "bundle__parts__"
    found = ProjectApplication.objects.filter(project=row).order_by("begun_at", "pk", part + "position")
    of_case, of_part = ("case", "case__reference", "case__state"), ("case", "case__reference", "case__state")
    names = ("item", "bundle__reference", "drawings__version", part + "item", part + "state")
    begun = {}
    for applied in found.values(*names, *of_case, *(part + name for name in of_part)):
        case, reference, state = (applied[name] or applied[part + name] for name in of_case)
        waits = applied[part + "state"] == bundles.PartState.WAITING
        begun[applied["item"] or applied[part + "item"]] = Begun(
            state=_state(state, waits=waits), case=case, reference=reference or "",
            bundle=applied["bundle__reference"] or "", drawings=applied["drawings__version"],
        )  # fmt: skip
    return begun


def _state(case: str | None, *, waits: bool) -> StepState:
    """Return how far an item is by the state of its case, or of its part of a bundle where that has none."""
    if case is None:
        return StepState.WAITING if waits else StepState.FAILED
    if case == cases.CaseState.GRANTED:
        return StepState.GRANTED
    return StepState.FAILED if cases.CaseState(case).ended else StepState.OPEN


def drawings_of(row: Project) -> tuple[Drawings, ...]:
    """Return the versions of a project's drawing set, the latest first: one statement."""
    sheets: dict[UUID, list[Sheet]] = {}
    sets: dict[UUID, DrawingSet] = {}
    for sheet in DrawingSheet.objects.filter(drawings__project=row).select_related("drawings"):
        sets[sheet.drawings_id] = sheet.drawings
        one = Sheet(discipline=Discipline(sheet.discipline), file=sheet.file_id, size=sheet.size, sha256=sheet.sha256)
        sheets.setdefault(sheet.drawings_id, []).append(one)
    order = list(Discipline)
    found = [
        Drawings(
            version=one.version,
            digest=one.digest,
            note=one.note,
            uploaded_at=one.uploaded_at,
            sheets=tuple(sorted(sheets[one.pk], key=lambda sheet: order.index(sheet.discipline))),
        )
        for one in sets.values()
    ]
    return tuple(sorted(found, key=lambda one: -one.version))


def _view(row: Project, at: datetime, *, waits: bool = False) -> ProjectView:
    plan = reading.load(row.plan.content)
    begun, drawings = begun_in(row), drawings_of(row)
    steps = law.steps(plan.stages, ProjectKind(row.kind), {code: one.state for code, one in begun.items()})
    running = [one.case for one in begun.values() if one.case and one.state is StepState.OPEN]
    dues: Mapping[UUID, cases.CaseLine | cases.Wait] = {}
    if running:
        dues = cases.waits_of(running, at=at) if waits else cases.lines_of(running, at=at)
    latest = drawings[0].version if drawings else None
    views = {
        code: _step(state, lacking, _item_of(plan, code), begun.get(code), dues, latest)
        for code, (state, lacking) in steps.items()
    }
    return ProjectView(
        id=row.id,
        line=_line(row),
        owner=row.owner,
        entry=entry_of(row),
        plan=row.plan_id,
        stages=tuple(_stage(stage, views, steps) for stage in plan.stages),
        drawings=drawings,
    )


def _item_of(plan: StagePlan, code: str) -> StageItem:
    return next(item for stage in plan.stages for item in stage.items if item.code == code)


def _step(
    state: StepState,
    lacking: Iterable[StageItem],
    item: StageItem,
    begun: Begun | None,
    dues: Mapping[UUID, cases.CaseLine | cases.Wait],
    latest: int | None,
) -> StepView:
    due = dues.get(begun.case) if begun and begun.case else None
    wait = due if isinstance(due, cases.Wait) else None
    version = begun.drawings if begun else None
    return StepView(
        item=item,
        state=state,
        waits_for=tuple(one.name for one in lacking) if state is StepState.LATER else (),
        reference=begun.reference if begun else "",
        bundle=begun.bundle if begun else "",
        due_on=due.due_on if due else None,
        light=due.light if due else None,
        drawings=version,
        older=state is StepState.OPEN and version is not None and version != latest,
        organisation=wait.organisation if wait else None,
        at_organisation=Words(wait.organisation_name, wait.organisation_name_en) if wait else None,
        on_applicant=wait is not None and wait.on_applicant,
    )


def _stage(
    stage: Stage,
    views: Mapping[str, StepView],
    steps: Mapping[str, tuple[StepState, tuple[StageItem, ...]]],
) -> StageView:
    own = tuple(views[item.code] for item in stage.items if item.code in views)
    return StageView(
        stage=stage,
        state=state_of(stage, {code: state for code, (state, _lacking) in steps.items()}),
        steps=own,
        missing=tuple(one.item.name for one in own if one.item.required and one.state is not StepState.GRANTED),
        may_bundle=stage.bundle is not None and law.bundle_may_begin(stage.bundle.items, steps),
    )


def state_of(stage: Stage, states: Mapping[str, StepState]) -> StageState:
    """Return how far a stage is, by the states of the items that its project has."""
    own = [item for item in stage.items if item.code in states]
    return law.stage_state(
        [states[item.code] for item in own if item.required], [states[item.code] for item in own if not item.required]
    )

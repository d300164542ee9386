"""Reads of cases 办件查询: one's own cases, what waits at an official's post, one case whole."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from django.db.models import Q, QuerySet

from zhengtong.kernel import clock
from zhengtong.kernel.calendar import api as calendars
from zhengtong.process.cases import evidence, law
from zhengtong.process.cases.contracts import (
    DECISIONS,
    EXTENSION,
    CaseLine,
    CaseState,
    CaseView,
    Decision,
    LinePage,
    Permission,
    Task,
)
from zhengtong.process.cases.models import Case, Leave, Stage
from zhengtong.process.cases.paging import cut, first_due_first, newest_first
from zhengtong.process.cases.refusals import CaseUnknown
from zhengtong.process.cases.timeline import PROCEDURES, telling_of
from zhengtong.process.forms import api as forms
from zhengtong.trust.access.api import scope_filter, within
from zhengtong.trust.identity.contracts import Actor

ACCEPTED = frozenset({Decision.ACCEPT, Decision.ACCEPT_CONDITIONALLY})
_UNREAD = ("form", "evidence")
NOBODY_DECIDED = (Decision.LAPSED, Decision.DEEMED)


def cases_of(actor: Actor, *, at: datetime, before: str = "", limit: int = 20) -> LinePage:
    """Return the cases of the actor, or of whom they act for, the newest first.

    Args:
        actor: whose cases.
        at: the present moment, for the lights.
        before: `after` of the page before, empty for the first.
        limit: how many.
    """
    rows = newest_first(Case.objects.filter(applicant=actor.party).defer(*_UNREAD), "received_at", before, UUID)
    found, rest = cut(list(rows[: limit + 1]), limit, "received_at")
    today = clock.on_day(at)
    return LinePage(items=tuple(_line(row, _due(row), today) for row in found), after=rest)


def waiting_tasks(actor: Actor, *, at: datetime) -> int:
    """Return how many tasks wait that *actor* may handle, those of colleagues on leave included."""
    return Stage.objects.filter(within_reach(actor, at=at)).count()


def tasks_of(actor: Actor, *, at: datetime, after: str = "", limit: int = 20) -> LinePage:
    """Return cases with a task that *actor* may handle, the first due first; those of colleagues on leave say whose."""
    tasks = first_due_first(_with_case(Stage.objects.filter(within_reach(actor, at=at))), after)
    found, rest = cut(list(tasks[: limit + 1]), limit, "due_on")
    today = clock.on_day(at)
    lines = (_in_place(_line(task.case, task.due_on, today), task, actor) for task in found)
    return LinePage(items=tuple(lines), after=rest)


def done_by(actor: Actor, *, at: datetime, before: str = "", limit: int = 20) -> LinePage:
    """Return cases with a stage that *actor* ended, not those that lapsed, the latest first 已办."""
    done = Stage.objects.filter(official=actor.subject).exclude(closed_at=None).exclude(decision__in=NOBODY_DECIDED)
    found, rest = cut(list(newest_first(_with_case(done), "closed_at", before, int)[: limit + 1]), limit, "closed_at")
    today = clock.on_day(at)
    lines = (_in_place(_line(stage.case, _due(stage.case), today), stage, actor) for stage in found)
    return LinePage(items=tuple(lines), after=rest)


def watched_by(actor: Actor, *, at: datetime, after: str = "", limit: int = 20) -> LinePage:
    """Return late stages in the organisations that *actor* supervises, the longest late first 督办."""
    condition = _place_condition(actor, Permission.SUPERVISE)
    late = Stage.objects.filter(condition, closed_at=None, due_on__lt=clock.on_day(at)).exclude(permission="")
    found, rest = cut(list(first_due_first(_with_case(late), after)[: limit + 1]), limit, "due_on")
    today = clock.on_day(at)
    return LinePage(items=tuple(_line(stage.case, stage.due_on, today) for stage in found), after=rest)


def watched(actor: Actor, *, at: datetime) -> int:
    """Return how many late stages *actor* supervises."""
    condition = _place_condition(actor, Permission.SUPERVISE)
    return Stage.objects.filter(condition, closed_at=None, due_on__lt=clock.on_day(at)).exclude(permission="").count()


def cases_at(actor: Actor, *, items: Collection[str], at: datetime, after: str = "", limit: int = 20) -> LinePage:
    """Return the cases at the offices whose decisions are the actor's, the newest first.

    Args:
        actor: who decides there.
        items: codes of items; none named, all.
        at: the present moment, for the lights.
        after: `after` of the page before, empty for the first.
        limit: how many.

    Raises:
        ValueError: *after* was not made here.
    """
    rows = Case.objects.filter(_place_condition(actor, Permission.DECIDE)).defer(*_UNREAD)
    if items:
        rows = rows.filter(item__in=items)
    found, rest = cut(list(newest_first(rows, "received_at", after, UUID)[: limit + 1]), limit, "received_at")
    today = clock.on_day(at)
    return LinePage(items=tuple(_line(row, _due(row), today) for row in found), after=rest)


def places_of(case: UUID, *, at: datetime) -> tuple[CaseLine, tuple[UUID, ...]]:
    """Return a case as a line, and the organisations that have to do with it now: its own, and those asked.

    Raises:
        CaseUnknown: there is none.
    """
    row = Case.objects.filter(pk=case).defer("form").first()
    if row is None:
        raise CaseUnknown
    asked = Stage.objects.filter(case=case, closed_at=None).values_list("organisation", flat=True)
    return _line(row, _due(row), clock.on_day(at)), tuple(dict.fromkeys([row.organisation_id, *asked]))


class OpenCases:
    """What data.exchange may know of cases: which item an open one is about, and no more."""

    def item_of(self, reference: str) -> str | None:
        """Return the item's code, or None where there is no such open case."""
        found = Case.objects.filter(reference=reference, concluded_at=None).values_list("item", flat=True)
        return found.first()


def own_case(actor: Actor, reference: str, *, at: datetime) -> CaseView:
    """Return the actor's own case.

    Raises:
        CaseUnknown: it is somebody else's, or there is none.
    """
    row = _row(reference)
    if row.applicant != actor.party:
        raise CaseUnknown
    stages = _stages(row)
    waiting = next((stage for stage in stages if stage.kind == "supplement" and stage.closed_at is None), None)
    return _view(row, stages, at, waiting)


def case_within_reach(actor: Actor, reference: str, *, at: datetime) -> CaseView:
    """Return a case that the official may handle; read it through `open_dossier`, which records the look.

    Raises:
        CaseUnknown: it lies outside their bounds, or there is none.
    """
    row, stages = _dossier(reference)
    mine = [stage for stage in stages if _holds(actor, stage.permission, stage)]
    decides = _holds(actor, Permission.DECIDE, row)
    if not mine and not decides and not any(_holds(actor, name, row) for name in Permission):
        raise CaseUnknown
    waiting = [stage for stage in mine if stage.closed_at is None]
    given = {stage.assignee for stage in waiting} - {None, actor.subject}
    away = set(standing_in_for(actor, at=at).values_list("official", flat=True)) if given else set()
    mine_now = {actor.subject, *away}
    # A task that was given to the reader comes first, then their own; one given to a colleague is shown last.
    waiting.sort(key=lambda stage: (stage.assignee not in mine_now, stage.assignee is not None, stage.pk))
    view = _view(row, stages, at, waiting[0] if waiting else None)
    task = view.task
    if task is not None and task.assignee in away:
        task = replace(task, in_place_of=task.assignee)
    return replace(
        view,
        task=task,
        may_decide=decides and row.state == CaseState.ACCEPTED,
        may_recall=recallable(row, stages, actor.subject),
        extension_waits=any(stage.kind == EXTENSION and stage.closed_at is None for stage in stages),
    )


def line_of(case: UUID, *, at: datetime) -> CaseLine:
    """Return a case as a line, for whoever has checked that the reader may see it.

    Raises:
        CaseUnknown: there is none.
    """
    return lines_of([case], at=at)[case]


def lines_of(cases: Iterable[UUID], *, at: datetime) -> dict[UUID, CaseLine]:
    """Return cases as lines by id: one statement."""
    today = clock.on_day(at)
    return {row.id: _line(row, _due(row), today) for row in Case.objects.filter(pk__in=list(cases)).defer(*_UNREAD)}


def open_cases_using(subject: UUID, source: str, *, at: datetime, limit: int = 20) -> tuple[CaseLine, ...]:
    """Return a person's open cases that rest on a shared data item, for whoever keeps it: one statement.

    Args:
        subject: whose cases.
        source: the data item, `population.address`.
        at: the present moment, for the lights.
        limit: how many open cases are looked at, the oldest first.
    """
    today = clock.on_day(at)
    rows = Case.objects.filter(applicant=subject, concluded_at=None).order_by("received_at")[:limit]
    return tuple(_line(row, _due(row), today) for row in rows if source in sources_in(document(row).prefilled))


def sources_in(prefilled: Mapping[str, Any]) -> frozenset[str]:
    """Return the shared data items that filled fields of an application."""
    return frozenset(one["source"] for one in prefilled.values())


def recallable(row: Case, stages: list[Stage], official: UUID) -> bool:
    """Say whether *official* may take their acceptance back: it was theirs, and only its decision waits since."""
    accepted = next((stage for stage in reversed(stages) if stage.decision in ACCEPTED), None)
    if row.state != CaseState.ACCEPTED or accepted is None or accepted.official != official:
        return False
    since = [stage for stage in stages if stage.pk > accepted.pk]
    return len(since) == 1 and since[0].kind == "decide" and since[0].closed_at is None and since[0].assignee is None


def _with_case(stages: QuerySet[Stage]) -> QuerySet[Stage]:
    """Read the cases with their stages, but for what a line does not tell and lies sealed."""
    return stages.select_related("case").defer("reason", *(f"case__{name}" for name in _UNREAD))


def _place_condition(actor: Actor, permission: Permission) -> Q:
    scope = scope_filter(actor, permission)
    if not scope:
        return Q(pk__in=[])
    return within(scope, organisation="organisation__path", region="region")


def standing_in_for(actor: Actor, *, at: datetime) -> QuerySet[Leave]:
    """Return the leaves in which *actor* stands in at this moment, from the post they act from; never across doors."""
    if actor.post is None:
        return Leave.objects.none()
    mine = Leave.objects.filter(substitute=actor.subject, substitute_post=actor.post)
    return mine.filter(begins_at__lte=at, ends_at__gt=at)


def within_reach(actor: Actor, *, at: datetime) -> Q:
    """Return the waiting stages whose permission reaches their place, as one condition.

    One that was given to somebody is theirs alone, and their substitute's while they are on leave.
    """
    condition = Q(pk__in=[])
    for permission in DECISIONS:
        if scope_filter(actor, permission):
            condition |= Q(permission=permission) & _place_condition(actor, permission)
    away = standing_in_for(actor, at=at).values("official")
    return condition & Q(closed_at=None) & (Q(assignee=None) | Q(assignee=actor.subject) | Q(assignee__in=away))


def _holds(actor: Actor, permission: str, place: Case | Stage) -> bool:
    """Say whether the actor holds *permission* at the place of a case or a stage; both came with the row."""
    if not permission:
        return False
    scope = scope_filter(actor, Permission(permission))
    return scope.covers(organisation=place.organisation.path, place=place.region.low)


def _row(reference: str) -> Case:
    row = Case.objects.select_related("organisation", "region").filter(reference=reference).first()
    if row is None:
        raise CaseUnknown
    return row


def _stages(row: Case) -> list[Stage]:
    """Return the stages of a case, the first opened first: one statement."""
    return list(Stage.objects.filter(case=row).select_related("organisation", "region").order_by("opened_at", "id"))


def _dossier(reference: str) -> tuple[Case, list[Stage]]:
    """Return a case with its stages, the first opened first: one statement, two for a case without any."""
    rows = Stage.objects.filter(case__reference=reference).order_by("opened_at", "id")
    stages = list(rows.select_related("organisation", "region", "case__organisation", "case__region"))
    return (stages[0].case, stages) if stages else (_row(reference), [])


def _due(row: Case) -> date | None:
    return None if row.concluded_at else law.shown_due(row.promised_due, row.suspended_on)


def _line(row: Case, due: date | None, today: date) -> CaseLine:
    return CaseLine(
        id=row.id,
        reference=row.reference,
        item=row.item,
        item_name=row.item_name,
        item_name_en=row.item_name_en,
        state=CaseState(row.state),
        received_at=row.received_at,
        due_on=due,
        light=None if due is None else law.light(today, due, calendars.current()),
    )


def _in_place(line: CaseLine, stage: Stage, actor: Actor) -> CaseLine:
    """Return *line* with the colleague whose task it was, where that is not the actor's own."""
    if stage.assignee in {None, actor.subject} or stage.decision in {Decision.LAPSED, Decision.DEEMED}:
        return line
    return replace(line, in_place_of=stage.assignee)


def _view(row: Case, stages: list[Stage], at: datetime, waiting: Stage | None) -> CaseView:
    dues = [stage.due_on for stage in stages if stage.closed_at is None and stage.due_on]
    said = document(row)
    return CaseView(
        line=_line(row, min(dues, default=None), clock.on_day(at)),
        applicant=row.applicant,
        applicant_name=said.applicant,
        organisation=row.organisation_id,
        region=row.region_id,
        organisation_name=row.organisation.name,
        organisation_name_en=row.organisation.name_en,
        form=said.answers,
        prefilled=said.prefilled,
        schema=said.schema,
        evidence=evidence.load(row.evidence),
        missing_due=row.missing_due,
        suspended_on=row.suspended_on,
        procedure=next((stage.kind for stage in stages if stage.closed_at is None and stage.kind in PROCEDURES), ""),
        bundle=row.bundle,
        output=row.output,
        archived_at=row.archived_at,
        statutory_due=row.statutory_due,
        promised_due=row.promised_due,
        provisional=row.provisional,
        timeline=telling_of(row, stages),
        task=None if waiting is None else _task(waiting),
        revision=row.revision,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """An application as it lies sealed in its row."""

    applicant: str
    answers: Mapping[str, Any]
    prefilled: Mapping[str, Any]
    schema: Mapping[str, Any]


def document(row: Case) -> Document:
    """Return the application of *row*; rows of the first release hold the answers only."""
    kept = orjson.loads(row.form)
    if "answers" not in kept:
        return Document(applicant="", answers=kept, prefilled={}, schema=forms.common_schema())
    return Document(
        applicant=kept["applicant"],
        answers=kept["answers"],
        prefilled=kept.get("prefilled", {}),
        schema=kept.get("schema") or forms.common_schema(),
    )


def _task(row: Stage) -> Task:
    permission = Permission(row.permission) if row.permission else None
    return Task(
        stage=row.pk,
        number=-row.pk if row.number is None else row.number,
        kind=row.kind,
        assignee=row.assignee,
        days=row.days,
        permission=permission,
        decisions=DECISIONS[permission] if permission else (),
        opened_at=row.opened_at,
    )

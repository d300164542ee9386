"""What moves the clock 计时: special procedures that stop it (行政许可法 §45), extension with approval (§42)."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from zhengtong.kernel import clock
from zhengtong.kernel.calendar import api as calendars
from zhengtong.kernel.events.api import emit
from zhengtong.process.cases import law
from zhengtong.process.cases.contracts import (
    EXTENSION,
    CaseExtended,
    CaseResumed,
    CaseSuspended,
    Decision,
    Permission,
    Procedure,
)
from zhengtong.process.cases.models import Case, Stage
from zhengtong.process.cases.refusals import (
    ExtensionTooLong,
    NoProcedure,
    OwnRequest,
    ProcedureRuns,
    ReasonMissing,
)
from zhengtong.process.cases.services.common import close, in_progress, locked, record_act
from zhengtong.process.engine.api import ClockContradiction, Deadline
from zhengtong.process.items import api as items
from zhengtong.trust.access.api import require
from zhengtong.trust.identity.contracts import Actor

_RUNNING_OUT = (Permission.DECIDE, Permission.OPINE, Permission.EXTEND)
_UNITS = {items.DayUnit.WORKDAYS: calendars.Unit.WORKING_DAYS, items.DayUnit.DAYS: calendars.Unit.CALENDAR_DAYS}


def begin_procedure(*, actor: Actor, case: UUID, procedure: Procedure, days: int, reason: str, at: datetime) -> None:
    """Begin a special procedure: from today no day is counted until it ends; the applicant is told how long (§45).

    Args:
        actor: who decides the case.
        case: an accepted case.
        procedure: which of §45's procedures.
        days: how many days it will take, as the applicant is told.
        reason: why it is needed.
        at: the present moment.

    Raises:
        NotInProgress, NotAllowed, ReasonMissing, ProcedureRuns: it cannot begin; nothing changed.
    """
    with transaction.atomic():
        row = _deciding(actor, case)
        if not reason.strip():
            raise ReasonMissing(decision=str(procedure.label), field="reason")
        if running := _running(row):
            raise ProcedureRuns(procedure=str(Procedure(running.kind).label))
        Stage.objects.create(
            case=row, kind=procedure, permission="", organisation_id=row.organisation_id, region_id=row.region_id,
            opened_at=at, days=max(1, min(days, 3650)), reason=reason.strip(), official=actor.subject, post=actor.post,
        )  # fmt: skip
        record_act(actor, "begin_procedure", row, at, permission=Permission.DECIDE, after={"procedure": procedure})
        recount(row)
        about = CaseSuspended(case=row.id, item=row.item, applicant=row.applicant, procedure=procedure)
        emit("process.case.suspended.v1", subject=row.id, data=about, at=at)


def end_procedure(*, actor: Actor, case: UUID, at: datetime) -> None:
    """End the special procedure that runs: the period runs on with what was left of it.

    Raises:
        NotInProgress, NotAllowed, NoProcedure: there is nothing to end.
    """
    with transaction.atomic():
        row = _deciding(actor, case)
        running = _running(row)
        if running is None:
            raise NoProcedure
        close(running, Decision.FINISHED, running.reason or "", actor, at)
        record_act(actor, "end_procedure", row, at, permission=Permission.DECIDE, after={"procedure": running.kind})
        recount(row)
        about = CaseResumed(case=row.id, item=row.item, applicant=row.applicant, procedure=running.kind)
        emit("process.case.resumed.v1", subject=row.id, data=about, at=at)


def ask_extension(*, actor: Actor, case: UUID, days: int, reason: str, at: datetime) -> None:
    """Ask the head of the organ to extend the period (§42): once, at most ten days, before it has run out.

    Raises:
        NotInProgress, NotAllowed, ReasonMissing, ExtensionTooLong: it cannot be asked; nothing changed.
    """
    with transaction.atomic():
        row = _deciding(actor, case)
        if not reason.strip():
            raise ReasonMissing(decision=str(Decision.EXTEND.label), field="reason")
        _extendable(row, days, at)
        Stage.objects.create(
            case=row, kind=EXTENSION, permission=Permission.EXTEND, organisation_id=row.organisation_id,
            region_id=row.region_id, opened_at=at, due_on=law.shown_due(row.promised_due, row.suspended_on), days=days,
            reason=reason.strip(), official=actor.subject, post=actor.post,
        )  # fmt: skip
        record_act(actor, "ask_extension", row, at, permission=Permission.DECIDE, after={"days": days})


def _extendable(row: Case, days: int, at: datetime) -> None:
    today = clock.on_day(at)
    if not 1 <= days <= law.EXTENSION_DAYS:
        raise ExtensionTooLong(what="1–10", field="days")
    asked = Stage.objects.filter(case=row, kind=EXTENSION).exclude(decision=Decision.KEEP)
    if asked.exists():
        raise ExtensionTooLong(what=str(Decision.EXTEND.label), field="days")
    if law.has_run_out(_reckoned(row)["statutory"], today):
        raise ExtensionTooLong(what=str(row.statutory_due), field="days")


def not_own_request(stage: Stage, actor: Actor) -> None:
    """Refuse to let who asked for an extension approve it.

    Raises:
        OwnRequest: it is the same official.
    """
    if stage.official == actor.subject:
        raise OwnRequest


def extension_decided(row: Case, stage: Stage, at: datetime) -> None:
    """Count anew after the head of the organ has decided on an extension.

    Raises:
        ExtensionTooLong: the period has run out meanwhile.
    """
    if stage.decision != Decision.EXTEND:
        return
    try:
        recount(row)
    except ClockContradiction as late:
        raise ExtensionTooLong(what=str(row.statutory_due)) from late
    about = CaseExtended(case=row.id, item=row.item, applicant=row.applicant, days=stage.days)
    emit("process.case.extended.v1", subject=row.id, data=about, at=at)


def recount(row: Case) -> None:
    """Work out both deadlines from what happened, and bring the waiting stages' days in step (§42, §45, §82)."""
    if row.accepted_on is None:
        return
    both = _reckoned(row)
    row.statutory_due, row.promised_due = both["statutory"].due_on, both["promised"].due_on
    row.provisional = any(deadline.provisional for deadline in both.values())
    row.suspended_on = both["promised"].suspended_on
    row.save(update_fields=["statutory_due", "promised_due", "provisional", "suspended_on"])
    Stage.objects.filter(case=row, closed_at=None, permission__in=_RUNNING_OUT).update(
        due_on=law.shown_due(row.promised_due, row.suspended_on)
    )


def _reckoned(row: Case) -> Mapping[str, Deadline]:
    """Return where the terms of an accepted case stand after what happened."""
    assert row.accepted_on is not None  # noqa: S101 -- the callers have looked
    stages = list(Stage.objects.filter(case=row))
    spans = [
        law.Span(
            began_on=clock.on_day(stage.opened_at), ended_on=clock.on_day(stage.closed_at) if stage.closed_at else None
        )
        for stage in stages
        if stage.kind in set(Procedure)
    ]
    extensions = [
        law.Extension(on=clock.on_day(stage.closed_at), days=stage.days)
        for stage in stages
        if stage.kind == EXTENSION and stage.decision == Decision.EXTEND and stage.closed_at
    ]
    item = items.version(row.item, row.item_version)
    happened = law.clock_events(row.accepted_on, spans, extensions)
    return law.deadlines(happened, *_periods(item), calendars.current())


def _periods(item: items.Item) -> tuple[tuple[int, calendars.Unit], tuple[int, calendars.Unit]]:
    """Return the statutory and the promised period; §42's twenty days where no other law says otherwise."""
    legal = item.statutory
    statutory = (legal.days, _UNITS[legal.unit]) if legal else (law.DECISION_DAYS, calendars.Unit.WORKING_DAYS)
    return statutory, (item.promised.days, _UNITS[item.promised.unit])


def start_periods(row: Case, day: date) -> None:
    """Start both periods on the day of acceptance."""
    row.accepted_on = day
    row.save(update_fields=["accepted_on"])
    recount(row)


def _deciding(actor: Actor, case: UUID) -> Case:
    row = locked(case)
    require(actor, Permission.DECIDE, organisation=row.organisation_id, region=row.region_id)
    return in_progress(row)


def _running(row: Case) -> Stage | None:
    return Stage.objects.filter(case=row, closed_at=None, kind__in=list(Procedure)).first()

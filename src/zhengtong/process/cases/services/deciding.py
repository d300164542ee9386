"""What officials decide 审批: accept, return, refuse; countersign; grant, deny; approve an extension."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from zhengtong.kernel import clock
from zhengtong.kernel.calendar import api as calendars
from zhengtong.process.cases import evidence, law, leave
from zhengtong.process.cases.contracts import (
    DECISIONS,
    EXTENSION,
    CheckAnswer,
    Decision,
    Permission,
    Procedure,
)
from zhengtong.process.cases.models import Case, Stage
from zhengtong.process.cases.refusals import (
    AlreadyHandled,
    AlreadyReturned,
    AssignedElsewhere,
    DutiesMeet,
    EvidenceOpen,
    NothingMissing,
    ProcedureRuns,
    ReasonMissing,
    WrongDecision,
)
from zhengtong.process.cases.services import clocks
from zhengtong.process.cases.services.common import close, locked, record_act, unchanged
from zhengtong.process.store import api as store
from zhengtong.trust.access.api import require
from zhengtong.trust.identity.contracts import Actor

_NOBODYS = (Decision.RECALLED, Decision.LAPSED, Decision.DEEMED)
"""Ends of a stage that are nobody's review."""


def decide(  # noqa: PLR0913 -- a decision has so many parts, all named at the call
    *,
    actor: Actor,
    case: UUID,
    task: int,
    decision: Decision,
    reason: str,
    at: datetime,
    checked: Collection[str] = (),
    missing: Collection[str] = (),
    revision: int | None = None,
) -> None:
    """Decide a task: accept, accept conditionally, return once or refuse; agree or not; grant or deny.

    Args:
        actor: the official.
        case: the case.
        task: the number of the task, as the dossier showed it.
        decision: one of the task's.
        reason: required for what is against the applicant; they read it.
        at: the present moment.
        checked: evidence the official has checked with the department that keeps it.
        missing: evidence that may come later, for a conditional acceptance.
        revision: the case's as the official has read it.

    Raises:
        CaseUnknown: there is no such case.
        NotAllowed: it lies outside the official's bounds.
        AlreadyHandled: somebody was first, or silence was; nothing changed by this.
        CaseChanged: the case is not at *revision* any more; nothing changed.
        WrongDecision, ReasonMissing, AlreadyReturned, NothingMissing: the decision does not fit, or lacks something.
        AssignedElsewhere: the task was delegated to a colleague who is not on leave with the actor standing in.
        DutiesMeet: the actor stands in, and has handled another review of the case.
        EvidenceOpen, ProcedureRuns: it is too early to grant.
    """
    try:
        with transaction.atomic():
            row = locked(case)
            stage = _stage(actor, row, task, decision)
            doer = _in_whose_place(actor, stage, at)
            _in_time(stage, at)
            unchanged(row, revision)
            if decision.needs_reason and not reason.strip():
                raise ReasonMissing(decision=str(decision.label), field="reason")
            _fits(row, decision, checked, missing, at)
            close(stage, decision, reason.strip(), actor, at)
            permission = Permission(stage.permission)
            after = {"task": task, "decision": decision.value, "checked": sorted(checked), "missing": sorted(missing)}
            record_act(doer, decision.value, row, at, permission=permission, after=after)
            if stage.kind == EXTENSION:
                clocks.extension_decided(row, stage, at)
                return
            outcome = Decision.ACCEPT if decision is Decision.ACCEPT_CONDITIONALLY else decision
            command = store.CompleteWorkItem(work_item=task, results={"decision": outcome.value})
            store.carry_out(case, command, key=f"task:{task}", at=at, actor=actor.subject)
    except _Silence as silence:
        store.fire_due_timers_of(case, at)  # no worker has come yet to say so
        raise AlreadyHandled from silence


class _Silence(Exception):  # noqa: N818 -- no error: the law has spoken first
    """The days for a notice are over: the application counts as accepted (§32)."""


def _in_time(stage: Stage, at: datetime) -> None:
    if stage.permission == Permission.ACCEPT and stage.due_on is not None and clock.on_day(at) > stage.due_on:
        raise _Silence


def _stage(actor: Actor, row: Case, task: int, decision: Decision) -> Stage:
    """Return the open stage of a task that the actor may decide so.

    An extension has no work item; its task is the negative of its stage.
    """
    permission = next((name for name, allowed in DECISIONS.items() if decision in allowed), None)
    if permission is None:
        raise WrongDecision
    facts = {"pk": -task} if task < 0 else {"number": task}
    stage = Stage.objects.select_related("organisation").filter(case=row, **facts).first()
    place = row if stage is None else stage
    require(actor, permission, organisation=place.organisation_id, region=place.region_id)
    if stage is None or stage.closed_at is not None:
        raise AlreadyHandled
    if stage.permission != permission:
        raise WrongDecision
    if stage.kind == EXTENSION:
        clocks.not_own_request(stage, actor)
    return stage


def _in_whose_place(actor: Actor, stage: Stage, at: datetime) -> Actor:
    """Return *actor* as the record names them: on behalf of the colleague on leave whose task this is 代班."""
    if stage.assignee in {None, actor.subject}:
        return actor
    standing = leave.standing_in(actor, stage.assignee, at=at)
    if standing is None:
        raise AssignedElsewhere
    closed = Stage.objects.filter(case=stage.case_id, official=actor.subject, closed_at__isnull=False)
    for earlier in closed.exclude(permission="").exclude(decision__in=_NOBODYS):
        if law.duties_meet([Permission(earlier.permission)], Permission(stage.permission)):
            raise DutiesMeet(decision=str(Decision(earlier.decision).label))
    return replace(actor, on_behalf_of=stage.assignee, mandate=standing)


def _fits(row: Case, decision: Decision, checked: Collection[str], missing: Collection[str], at: datetime) -> None:
    if decision is Decision.RETURN:
        returned = Stage.objects.filter(case=row, decision=Decision.RETURN).count()
        if not law.may_return(returned):
            raise AlreadyReturned
    elif decision is Decision.ACCEPT_CONDITIONALLY:
        _leave_open(row, missing, at)
    elif decision in {Decision.GRANT, Decision.DENY}:
        running = Stage.objects.filter(case=row, closed_at=None, kind__in=list(Procedure)).first()
        if running is not None:
            raise ProcedureRuns(procedure=str(Procedure(running.kind).label))
        if decision is Decision.GRANT:
            _evidence_complete(row, checked, at)


def _leave_open(row: Case, missing: Collection[str], at: datetime) -> None:
    pieces = evidence.load(row.evidence)
    if not missing or not set(missing) <= {piece.key for piece in pieces}:
        raise NothingMissing(field="missing")
    row.evidence = evidence.dump(replace(piece, missing=piece.key in missing) for piece in pieces)
    row.missing_due = law.missing_due(clock.on_day(at), calendars.current()).on
    row.save(update_fields=["evidence", "missing_due"])


def _evidence_complete(row: Case, checked: Collection[str], at: datetime) -> None:
    pieces = evidence.load(row.evidence)
    denied = {piece.key for piece in pieces if piece.checked == CheckAnswer.NOT_CONFIRMED}
    seen = set(checked) - denied  # what its keeper did not confirm, nobody else declares checked
    still = [piece for piece in pieces if piece.missing or (piece.to_check and piece.key not in seen)]
    if still:
        raise EvidenceOpen(names="、".join(piece.name for piece in still))
    if any(piece.to_check for piece in pieces):
        today = clock.on_day(at)
        row.evidence = evidence.dump(
            replace(piece, to_check=False, on=today) if piece.to_check else piece for piece in pieces
        )
        row.save(update_fields=["evidence"])

"""Who handles a case 分派: delegate a task and take it back, transfer a case, recall one's own acceptance."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from zhengtong.kernel import clock
from zhengtong.kernel.events.api import emit
from zhengtong.process.cases import evidence, queries
from zhengtong.process.cases.contracts import (
    AcceptanceRecalled,
    CaseState,
    CaseTransferred,
    Decision,
    Permission,
)
from zhengtong.process.cases.models import Case, Stage
from zhengtong.process.cases.refusals import (
    AlreadyHandled,
    AssignedElsewhere,
    CannotRecall,
    ColleagueUnfit,
    NotCompetent,
    NotInProgress,
    ReasonMissing,
)
from zhengtong.process.cases.services.common import close, locked, record_act, silence_begins, unchanged
from zhengtong.process.items import api as items
from zhengtong.process.store import api as store
from zhengtong.trust.access.api import require
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Actor


def delegate(*, actor: Actor, case: UUID, task: int, to: UUID, at: datetime) -> None:
    """Give a task to a colleague of the same organisation 委托; only they can decide it until it is taken back.

    Raises:
        AlreadyHandled, AssignedElsewhere, ColleagueUnfit, NotAllowed: it cannot be given; nothing changed.
    """
    with transaction.atomic():
        row = locked(case)
        stage = _open(row, task)
        require(actor, Permission(stage.permission), organisation=stage.organisation_id, region=stage.region_id)
        if stage.assignee not in {None, actor.subject}:
            raise AssignedElsewhere
        held = {appointment.post.organisation for appointment in identity.appointments_of(to, at=at)}
        if actor.organisation is None or actor.organisation not in held:
            raise ColleagueUnfit(field="to")
        stage.assignee = to
        stage.official, stage.post = actor.subject, actor.post
        stage.save(update_fields=["assignee", "official", "post"])
        record_act(actor, "delegate", row, at, permission=Permission(stage.permission), after={"to": str(to)})


def take_back(*, actor: Actor, case: UUID, task: int, at: datetime) -> None:
    """Take a delegated task back 收回委托: by who gave it.

    Raises:
        AlreadyHandled: it was decided meanwhile, or nobody has it.
        AssignedElsewhere: somebody else gave it.
    """
    with transaction.atomic():
        row = locked(case)
        stage = _open(row, task)
        if stage.assignee is None:
            raise AlreadyHandled
        if stage.official != actor.subject:
            raise AssignedElsewhere
        stage.assignee = stage.official = stage.post = None
        stage.save(update_fields=["assignee", "official", "post"])
        record_act(actor, "take_back", row, at, permission=Permission(stage.permission))


def transfer(*, actor: Actor, case: UUID, to: UUID, reason: str, at: datetime, revision: int | None = None) -> None:
    """Transfer a case to the office that is competent 移送: it must have the item in its implementation list.

    Raises:
        NotInProgress, NotCompetent, ReasonMissing, NotAllowed: it cannot go there; nothing changed.
        CaseChanged: it is not at *revision* any more.
    """
    with transaction.atomic():
        row = locked(case)
        if row.state not in {CaseState.RECEIVED, CaseState.ACCEPTED}:
            raise NotInProgress
        permission = Permission.ACCEPT if row.state == CaseState.RECEIVED else Permission.DECIDE
        require(actor, permission, organisation=row.organisation_id, region=row.region_id)
        unchanged(row, revision)
        if not reason.strip():
            raise ReasonMissing(decision=str(Decision.TRANSFERRED.label), field="reason")
        guide = items.guide(row.item, at=clock.on_day(at))
        target = next((body for body in guide.implementations if body.organisation == to), None)
        if target is None or to == row.organisation_id:
            name = target.organisation_name.zh if target else identity.organisation(to).name
            raise NotCompetent(organisation=name)
        record_act(actor, "transfer", row, at, permission=permission, after={"to": str(to)})
        Stage.objects.create(
            case=row, kind="transfer", permission="", organisation_id=row.organisation_id, region_id=row.region_id,
            opened_at=at, closed_at=at, decision=Decision.TRANSFERRED, reason=reason.strip(), official=actor.subject,
            post=actor.post,
        )  # fmt: skip
        sender, row.organisation_id, row.region_id = row.organisation_id, target.organisation, target.region
        row.save(update_fields=["organisation", "region"])
        open_stages = Stage.objects.filter(case=row, closed_at=None).exclude(permission=Permission.OPINE)
        open_stages.update(organisation=target.organisation, region=target.region, assignee=None)
        about = CaseTransferred(
            case=case, item=row.item, applicant=row.applicant, sender=sender, organisation=target.organisation
        )
        emit("process.case.transferred.v1", subject=case, data=about, at=at)


def recall(*, actor: Actor, case: UUID, reason: str, at: datetime, revision: int | None = None) -> None:
    """Take back one's own acceptance while nobody has acted on it 收回: the case is examined again.

    Raises:
        CannotRecall: it is not the actor's, or something has happened since; nothing changed.
        CaseChanged: it is not at *revision* any more.
    """
    with transaction.atomic():
        row = locked(case)
        if not reason.strip():
            raise ReasonMissing(decision=str(Decision.RECALLED.label), field="reason")
        stages = list(Stage.objects.filter(case=row).order_by("opened_at", "id"))
        mine = next((stage for stage in reversed(stages) if stage.decision in queries.ACCEPTED), None)
        if not queries.recallable(row, stages, actor.subject) or mine is None:
            raise CannotRecall
        require(actor, Permission.ACCEPT, organisation=mine.organisation_id, region=mine.region_id)
        unchanged(row, revision)
        decide = next(stage for stage in stages if stage.closed_at is None and stage.kind == "decide")
        close(decide, Decision.RECALLED, reason.strip(), actor, at)
        record_act(actor, "recall", row, at, permission=Permission.ACCEPT)
        row.accepted_on = row.promised_due = row.statutory_due = row.missing_due = None
        row.evidence = evidence.dump(replace(piece, missing=False) for piece in evidence.load(row.evidence))
        row.save(update_fields=["accepted_on", "promised_due", "statutory_due", "missing_due", "evidence"])
        about = AcceptanceRecalled(case=case, item=row.item, applicant=row.applicant)
        emit("process.case.recalled.v1", subject=case, data=about, at=at)
        message = store.DeliverMessage(name="recall", payload={"acceptance_ends": silence_begins(at)})
        store.carry_out(case, message, key=f"recall:{mine.pk}", at=at, actor=actor.subject)


def _open(row: Case, task: int) -> Stage:
    stage = Stage.objects.filter(case=row, number=task, closed_at=None).exclude(permission="").first()
    if stage is None:
        raise AlreadyHandled
    return stage

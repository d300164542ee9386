"""Department checks as requests 部门核验: where neither a licence nor shared data proves a fact, who keeps it is asked.

The department answers in its own inbox; its answer becomes the source of the evidence. The case's clock runs on: a
check is no special procedure of 行政许可法 §45, so the answer is due before the case is. Reading a request is a look at
the applicant's data, on record for them.
"""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from zhengtong.kernel import clock
from zhengtong.kernel.calendar import api as calendars
from zhengtong.kernel.ids import new_id
from zhengtong.process.cases import evidence, law
from zhengtong.process.cases.contracts import (
    CaseState,
    CheckAnswer,
    CheckLine,
    CheckPage,
    CheckView,
    DeskPermission,
    Permission,
    ServedEvidence,
)
from zhengtong.process.cases.models import Case, EvidenceCheck
from zhengtong.process.cases.queries import case_within_reach, document
from zhengtong.process.cases.refusals import (
    CaseUnknown,
    CheckAnswered,
    CheckAsked,
    CheckUnknown,
    KeeperMissing,
    NotInProgress,
    NotToCheck,
    ReasonMissing,
)
from zhengtong.process.cases.services.common import locked, record_act, unchanged
from zhengtong.process.items import api as items
from zhengtong.process.items.api import EvidenceRoute
from zhengtong.trust.access import api as access
from zhengtong.trust.delivery.api import Fact, MessageKind, Related, Wording, deliver, of_post, of_subject
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Actor
from zhengtong.trust.ledger.api import Authority, record_reading

CHECKING = "process.case.checking"
_PROVEN = (EvidenceRoute.LICENCE, EvidenceRoute.SHARED)
_CLAUSE = "个人信息保护法§34"
_MOST_POSTS = 5


def checkable(pieces: tuple[ServedEvidence, ...]) -> tuple[ServedEvidence, ...]:
    """Return the evidence a department may be asked about: nothing has proved it, and no answer waits."""
    return tuple(
        piece for piece in pieces if piece.route not in _PROVEN and piece.checked not in {"asked", "confirmed"}
    )


def ask_check(
    *, actor: Actor, case: UUID, evidence_key: str, department: str, question: str, at: datetime,
    revision: int | None = None,
) -> UUID:  # fmt: skip
    """Ask the department that keeps a fact to check a piece of evidence 请求核验, and return the request.

    Args:
        actor: the official who handles the case now.
        case: the case.
        evidence_key: which piece.
        department: the key of the department of the catalogue; its body where the case is handled is asked.
        question: what is to be checked; sealed.
        at: the present moment.
        revision: the case's as the official has read it.

    Raises:
        NotInProgress, NotAllowed, CaseChanged: the case is not the actor's to ask about now.
        NotToCheck, CheckAsked, KeeperMissing, ReasonMissing: there is nothing to ask, nobody, or no question.
    """
    with transaction.atomic():
        row = locked(case)
        if row.state not in {CaseState.RECEIVED, CaseState.ACCEPTED}:
            raise NotInProgress
        permission = Permission.ACCEPT if row.state == CaseState.RECEIVED else Permission.DECIDE
        access.require(actor, permission, organisation=row.organisation_id, region=row.region_id)
        piece = next((one for one in evidence.load(row.evidence) if one.key == evidence_key), None)
        if piece is not None and piece.checked == "asked":
            raise CheckAsked
        if piece is None or piece not in checkable((piece,)):
            raise NotToCheck(field="evidence")
        unchanged(row, revision)
        if not question.strip():
            raise ReasonMissing(decision=str(CheckAnswer.ASKED.label), field="question")
        body = items.body_of(department, row.region_id)
        if body is None:
            raise KeeperMissing(field="department")
        check = EvidenceCheck.objects.create(
            id=new_id(), case=row, evidence=piece.key, evidence_name=piece.name, evidence_name_en=piece.name_en,
            organisation_id=body.organisation, region_id=body.region, question=question.strip(),
            asked_by=actor.subject, asked_at=at,
            due_on=law.check_due(clock.on_day(at), row.promised_due, calendars.current()),
        )  # fmt: skip
        asked = replace(piece, check=str(check.id), checked="asked", checked_by=body.organisation_name.zh)
        _keep(row, asked)
        after = {"evidence": piece.key, "organisation": str(body.organisation)}
        record_act(actor, "ask_check", row, at, permission=permission, after=after)
        _tell_keeper(check, row, at)
    return check.id


def answer_check(*, actor: Actor, check: UUID, answer: CheckAnswer, reason: str, at: datetime) -> None:
    """Answer a request to check: confirmed, not confirmed, or it cannot be said 答复核验; once.

    Raises:
        CheckUnknown: there is none.
        NotAllowed: another organisation was asked, or the post does not answer such requests.
        CheckAnswered, NotInProgress: it was answered already; the case has ended.
        ReasonMissing: an answer that does not confirm says why.
    """
    with transaction.atomic():
        case = EvidenceCheck.objects.filter(pk=check).values_list("case", flat=True).first()
        if case is None or answer is CheckAnswer.ASKED:
            raise CheckUnknown
        row = locked(case)
        asked = EvidenceCheck.objects.select_related("organisation").get(pk=check)
        where, permission = asked.organisation_id, DeskPermission.ANSWER_CHECKS
        access.require(actor, permission, organisation=where, region=asked.region_id)
        if asked.answered_at is not None:
            raise CheckAnswered
        if CaseState(row.state).ended:
            raise NotInProgress
        if answer is not CheckAnswer.CONFIRMED and not reason.strip():
            raise ReasonMissing(decision=str(answer.label), field="reason")
        asked.answer, asked.reason, asked.answered_by, asked.answered_at = answer, reason.strip(), actor.subject, at
        asked.save(update_fields=["answer", "reason", "answered_by", "answered_at"])
        piece = next((one for one in evidence.load(row.evidence) if one.check == str(check)), None)
        if piece is not None:
            _keep(row, _answered(piece, asked, answer, clock.on_day(at)))
        after = {"evidence": asked.evidence, "answer": answer.value}
        record_act(actor, "answer_check", row, at, permission=permission, after=after)
        _tell_asker(asked, row, at)


def open_check(*, actor: Actor, check: UUID, at: datetime) -> CheckView:
    """Return a request to the department that was asked, or to who handles the case, and record the look.

    Raises:
        CheckUnknown: there is none, or not for this reader.
    """
    row = EvidenceCheck.objects.select_related("case", "organisation", "region").filter(pk=check).first()
    if row is None:
        raise CheckUnknown
    scope = access.scope_filter(actor, DeskPermission.ANSWER_CHECKS)
    keeps = scope.covers(organisation=row.organisation.path, place=row.region.low)
    if not keeps:
        try:
            case_within_reach(actor, row.case.reference, at=at)
        except CaseUnknown as unknown:
            raise CheckUnknown from unknown
    with transaction.atomic():
        record_reading(
            responsibility=identity.responsibility_of(actor),
            authority=Authority(clause=_CLAUSE),
            concerns=(row.case.applicant,),
            object_type="process.check",
            object_id=str(row.id),
            purpose=CHECKING,
            at=at,
        )
    return CheckView(
        line=_line(row, clock.on_day(at)),
        reference=row.case.reference,
        applicant=row.case.applicant,
        applicant_name=document(row.case).applicant,
        organisation_name=row.organisation.name,
        organisation_name_en=row.organisation.name_en,
        question=row.question or "",
        reason=row.reason or "",
        answered_at=row.answered_at,
        may_answer=keeps and row.answered_at is None and not CaseState(row.case.state).ended,
    )


def checks_to_answer(
    actor: Actor, *, at: datetime, answered: bool = False, after: str = "", limit: int = 20
) -> CheckPage:
    """Return the requests to the organisations for which *actor* answers, the first due first.

    Raises:
        ValueError: *after* was not made here.
    """
    scope = access.scope_filter(actor, DeskPermission.ANSWER_CHECKS)
    if not scope:
        return CheckPage(items=())
    reached = access.within(scope, organisation="organisation__path", region="region")
    rows = EvidenceCheck.objects.filter(reached, answered_at__isnull=not answered)
    if not answered:
        rows = rows.filter(case__concluded_at=None)
    if after:
        due, _sep, identifier = after.partition("_")
        last_due, last_id = date.fromisoformat(due), UUID(identifier)
        rows = rows.filter(Q(due_on__gt=last_due) | Q(due_on=last_due, id__gt=last_id))
    found = list(rows.select_related("case").defer("case__form").order_by("due_on", "id")[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    today = clock.on_day(at)
    return CheckPage(
        items=tuple(_line(row, today) for row in found[:limit]),
        after="" if last is None else f"{last.due_on}_{last.id}",
    )


def _answered(piece: ServedEvidence, asked: EvidenceCheck, answer: CheckAnswer, today: date) -> ServedEvidence:
    """Return the piece as the answer leaves it: the department is its source, or it stays to be checked."""
    if answer is not CheckAnswer.CONFIRMED:
        return replace(piece, checked=answer.value, to_check=True)
    return replace(
        piece, checked=answer.value, route=EvidenceRoute.CHECK.value, source=f"{asked.organisation.name} {asked.id}",
        on=today, to_check=False, missing=False,
    )  # fmt: skip


def _keep(row: Case, changed: ServedEvidence) -> None:
    pieces = [changed if piece.key == changed.key else piece for piece in evidence.load(row.evidence)]
    row.evidence = evidence.dump(pieces)
    if not any(piece.missing for piece in pieces):
        row.missing_due = None
    row.save(update_fields=["evidence", "missing_due"])


def _line(row: EvidenceCheck, today: date) -> CheckLine:
    waits = row.answered_at is None
    return CheckLine(
        id=row.id,
        evidence_name=row.evidence_name,
        evidence_name_en=row.evidence_name_en,
        item_name=row.case.item_name,
        item_name_en=row.case.item_name_en,
        asked_at=row.asked_at,
        due_on=row.due_on,
        light=law.light(today, row.due_on, calendars.current()) if waits else None,
        answer=CheckAnswer(row.answer or CheckAnswer.ASKED),
    )


def _tell_keeper(check: EvidenceCheck, row: Case, at: datetime) -> None:
    """Put the request into the mailboxes of the posts that answer for the organisation asked, the nearest first."""
    grants = access.holders_of(DeskPermission.ANSWER_CHECKS, actor=identity.system_actor())
    path, low = check.organisation.path, check.region.low
    covering = [grant for grant in grants if grant.post and grant.clause.covers(organisation=path, place=low)]
    covering.sort(key=lambda grant: -len(grant.clause.organisation or ""))
    facts = [
        Fact(label=Wording(zh="材料", en="Evidence"), value=Wording(zh=check.evidence_name, en=check.evidence_name_en)),
        Fact(label=Wording(zh="事项", en="Service"), value=Wording(zh=row.item_name, en=row.item_name_en)),
        Fact(label=Wording(zh="答复期限", en="Answer by"), value=Wording(zh=str(check.due_on))),
    ]
    for post in list(dict.fromkeys(grant.post for grant in covering if grant.post))[:_MOST_POSTS]:
        deliver(
            to=of_post(post),
            kind=MessageKind.REMINDER,
            title=Wording(zh="请核验材料", en="Please check a piece of evidence"),
            body=facts,
            link=f"/officer/checks/{check.id}/",
            related=Related(object_type="process.check", object_id=str(check.id)),
            at=at,
        )


def _tell_asker(check: EvidenceCheck, row: Case, at: datetime) -> None:
    deliver(
        to=of_subject(check.asked_by),
        kind=MessageKind.NOTICE,
        title=Wording(zh="核验请求已答复", en="Your request for a check was answered"),
        body=[
            Fact(label=Wording(zh="办件编号", en="Case number"), value=Wording(zh=row.reference)),
            Fact(
                label=Wording(zh="材料", en="Evidence"),
                value=Wording(zh=check.evidence_name, en=check.evidence_name_en),
            ),
        ],
        link=f"/officer/cases/{row.reference}/",
        related=Related(object_type="process.check", object_id=str(check.id)),
        at=at,
    )

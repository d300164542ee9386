"""Objections to shared data 数据异议: opened by the person concerned, answered by the department that keeps the data.

个人信息保护法 §46: whoever finds their data wrong may ask for a correction; the data are verified and corrected in good
time, and the answer goes back to the person. An objection is answered once, by an Act with its clause.
"""

from contextlib import suppress
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from zhengtong.kernel import clock
from zhengtong.kernel.calendar import api as calendars
from zhengtong.kernel.errors import Refusal
from zhengtong.kernel.events.api import emit
from zhengtong.kernel.ids import new_id
from zhengtong.process.forms import law
from zhengtong.process.forms.contracts import (
    DataObjected,
    DataObjectionAnswered,
    ObjectionAnswered,
    ObjectionAnswerMissing,
    ObjectionEmpty,
    ObjectionLine,
    ObjectionPage,
    ObjectionUnknown,
    ObjectionView,
    Outcome,
    Permission,
    PrefillSource,
)
from zhengtong.process.forms.models import Objection
from zhengtong.process.forms.sources import source_named, titled
from zhengtong.process.items import api as items
from zhengtong.trust.access.api import require, scope_filter, within
from zhengtong.trust.delivery.api import Fact, MessageKind, Related, Wording, deliver, of_subject
from zhengtong.trust.identity.api import responsibility_of
from zhengtong.trust.identity.contracts import Actor
from zhengtong.trust.ledger.api import Act, Authority, Business, record, record_reading

CLAUSE = "个人信息保护法§46"
OBJECTION = "process.form.objection"
PAGE = 20
_SEALED = ("claim", "answer")
_SHORTEST = 4


def object_to(*, actor: Actor, source: str, claim: str, at: datetime) -> UUID:
    """Record that a shared data item about the actor's party is wrong, for the department that keeps it.

    Args:
        actor: the person concerned.
        source: the data item, `population.address`.
        claim: what is wrong and what is right; sealed.
        at: the present moment.

    Raises:
        SourceUnknown: no source keeps such an item.
        ObjectionEmpty: nothing was said.
    """
    keeper = _keeper(source_named(source), actor, at)
    if len(claim.strip()) < 2:
        raise ObjectionEmpty(field="claim")
    key, _dot, item = source.partition(".")
    with transaction.atomic():
        row = Objection.objects.create(
            id=new_id(),
            subject=actor.party,
            source=key,
            item=item[:60],
            claim=claim.strip(),
            opened_at=at,
            organisation_id=keeper.organisation if keeper else None,
            region_id=keeper.region if keeper else None,
            due_on=law.answer_due(clock.on_day(at), calendars.current()),
        )
        _record(actor, "object", row, at)
        about = DataObjected(objection=row.id, subject=actor.party, source=key, item=row.item)
        emit("process.form.objected.v1", subject=row.id, data=about, at=at)
    return row.id


def _keeper(source: PrefillSource, actor: Actor, at: datetime) -> items.ImplementationView | None:
    """Return the body that keeps the data where the person belongs; any body of the department where nobody says."""
    place: tuple[str, str] | None = None
    with suppress(Refusal):
        place = source.values({"region"}, actor=actor, purpose=OBJECTION, at=at).get("region")
    found = items.body_of(source.department, place[0]) if place else None
    return found or items.first_body_of(source.department)


def answer_objection(*, actor: Actor, objection: UUID, outcome: Outcome, text: str, at: datetime) -> None:
    """Answer an objection, once; the person concerned is told and reads the answer.

    Raises:
        ObjectionUnknown: there is none.
        NotAllowed: another organisation keeps the data.
        ObjectionAnswered: somebody has answered it already.
        ObjectionAnswerMissing: it does not say what was verified.
    """
    with transaction.atomic():
        row = Objection.objects.select_for_update(of=("self",)).filter(pk=objection).first()
        if row is None or row.organisation_id is None:
            raise ObjectionUnknown
        require(actor, Permission.ANSWER_OBJECTION, organisation=row.organisation_id, region=row.region_id)
        if row.answered_at is not None:
            raise ObjectionAnswered
        if len(text.strip()) < _SHORTEST:
            raise ObjectionAnswerMissing(field="answer")
        row.outcome, row.answer, row.answered_at, row.answered_by = outcome, text.strip(), at, actor.subject
        row.save(update_fields=["outcome", "answer", "answered_at", "answered_by"])
        _record(actor, "answer_objection", row, at, permission=Permission.ANSWER_OBJECTION)
        about = DataObjectionAnswered(
            objection=row.id, subject=row.subject, source=row.source, item=row.item, outcome=outcome
        )
        emit("process.form.objection_answered.v1", subject=row.id, data=about, at=at)
        _tell(row, outcome, at)


def own_objections(actor: Actor, *, at: datetime, limit: int = PAGE) -> tuple[ObjectionView, ...]:
    """Return the objections of the actor, or of whom they act for, the newest first."""
    rows = Objection.objects.filter(subject=actor.party).select_related("organisation").order_by("-opened_at")[:limit]
    return tuple(_view(row, at) for row in rows)


def open_about(subject: UUID, *, at: datetime) -> tuple[ObjectionLine, ...]:
    """Return the unanswered objections of a person, for whoever has checked that the reader may see them."""
    rows = Objection.objects.filter(subject=subject, answered_at=None).select_related("organisation").defer(*_SEALED)
    return tuple(_line(row, at) for row in rows.order_by("opened_at"))


def waiting_objections(actor: Actor) -> int:
    """Return how many objections wait for an answer by the organisations *actor* answers for."""
    return Objection.objects.filter(_within_reach(actor), answered_at=None).count()


def objections_to_answer(
    actor: Actor, *, at: datetime, answered: bool = False, after: str = "", limit: int = PAGE
) -> ObjectionPage:
    """Return objections the organisations *actor* answers for have to answer, or have answered; the first due first.

    Raises:
        ValueError: *after* marks no page.
    """
    rows = Objection.objects.filter(_within_reach(actor), answered_at__isnull=not answered)
    if after:
        due, _sep, identifier = after.partition("_")
        day, last = date.fromisoformat(due), UUID(identifier)
        rows = rows.filter(Q(due_on__gt=day) | Q(due_on=day, id__gt=last))
    found = list(rows.select_related("organisation").defer(*_SEALED).order_by("due_on", "id")[: limit + 1])
    mark = f"{found[limit - 1].due_on}_{found[limit - 1].pk}" if len(found) > limit else ""
    return ObjectionPage(items=tuple(_line(row, at) for row in found[:limit]), after=mark)


def open_objection(*, actor: Actor, objection: UUID, at: datetime) -> ObjectionView:
    """Return an objection whole to an official who answers for the data; the look is on record.

    Raises:
        ObjectionUnknown: another organisation keeps the data, or there is none.
    """
    row = Objection.objects.filter(_within_reach(actor), pk=objection).select_related("organisation").first()
    if row is None:
        raise ObjectionUnknown
    with transaction.atomic():
        record_reading(
            responsibility=responsibility_of(actor),
            authority=Authority(clause=CLAUSE),
            concerns=(row.subject,),
            object_type="process.form.objection",
            object_id=str(row.id),
            purpose=OBJECTION,
            at=at,
        )
    return _view(row, at)


def _within_reach(actor: Actor) -> Q:
    scope = scope_filter(actor, Permission.ANSWER_OBJECTION)
    return within(scope, organisation="organisation__path", region="region") if scope else Q(pk__in=[])


def _line(row: Objection, at: datetime) -> ObjectionLine:
    due = None if row.answered_at else row.due_on
    source = f"{row.source}.{row.item}"
    return ObjectionLine(
        id=row.id,
        subject=row.subject,
        source=source,
        title=titled(source),
        keeper=row.organisation.name if row.organisation else "",
        keeper_en=row.organisation.name_en if row.organisation else "",
        opened_at=row.opened_at,
        due_on=due,
        light=None if due is None else law.light(clock.on_day(at), due, calendars.current()),
        outcome=Outcome(row.outcome) if row.outcome else None,
    )


def _view(row: Objection, at: datetime) -> ObjectionView:
    return ObjectionView(line=_line(row, at), claim=row.claim, answer=row.answer or "", answered_at=row.answered_at)


def _tell(row: Objection, outcome: Outcome, at: datetime) -> None:
    title = {
        Outcome.CORRECTED: Wording(zh="您的数据异议属实，已更正", en="Your objection was right: data corrected"),
        Outcome.KEPT: Wording(zh="您的数据异议有了答复", en="Your objection to shared data was answered"),
    }
    deliver(
        to=of_subject(row.subject),
        kind=MessageKind.RESULT,
        title=title[outcome],
        body=[Fact(label=Wording(zh="答复", en="Answer"), value=Wording(zh=row.answer))],
        link="/me/objections/",
        related=Related(object_type="process.form.objection", object_id=str(row.id)),
        at=at,
    )


def _record(actor: Actor, verb: str, row: Objection, at: datetime, *, permission: Permission | None = None) -> None:
    record(
        Act(
            authority=Authority(clause=CLAUSE, permission=permission),
            business=Business(
                command=f"process.form.{verb}", object_type="process.form.objection", object_id=str(row.id)
            ),
            responsibility=responsibility_of(actor),
            at=at,
            concerns=(row.subject,),
        )
    )

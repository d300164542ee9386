"""What the public wants opened, and what it says of what is open 公众需求和意见; the department answers by a day."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from zhengtong.data.opening import queries, storing
from zhengtong.data.opening.contracts import (
    AnsweredAlready,
    EnquiryKind,
    EnquiryUnknown,
    EnquiryView,
    Permission,
    WordsNeeded,
)
from zhengtong.data.opening.models import Enquiry
from zhengtong.data.opening.registering import due_on, require_answering
from zhengtong.kernel.clock import on_day
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Actor
from zhengtong.trust.ledger.api import Act, Authority, Business, digest, record

THING = "data.opening.enquiry"
CLAUSE = "数据安全法§41"


def ask_for_data(*, actor: Actor, enquiry: UUID, provider: UUID, text: str, at: datetime) -> EnquiryView:
    """Ask a department to open data that are not open yet 申请开放; sent twice, it is one.

    Raises:
        NotFound: there is no such department.
        WordsNeeded: it does not say which data.
    """
    found = identity.organisation(provider)
    return _asked(actor, Enquiry(id=enquiry, kind=EnquiryKind.REQUEST, provider_id=found.id), text, at)


def give_feedback(*, actor: Actor, enquiry: UUID, slug: str, text: str, at: datetime) -> EnquiryView:
    """Say something about a release: an error, a wish; sent twice, it is one.

    Raises:
        NotReleased: nothing is open under this name.
        WordsNeeded: it says nothing.
    """
    one = queries.released(slug)
    row = Enquiry(id=enquiry, kind=EnquiryKind.FEEDBACK, provider_id=one.provider, application_id=one.id)
    return _asked(actor, row, text, at)


def answer(*, actor: Actor, enquiry: UUID, text: str, at: datetime) -> EnquiryView:
    """Answer for the department.

    Raises:
        EnquiryUnknown: there is none, or it is another department's.
        NotAllowed: the actor may not answer for the department.
        AnsweredAlready: somebody was first.
        WordsNeeded: the answer says nothing.
    """
    with transaction.atomic():
        row = _rows().select_for_update(of=("self",)).filter(pk=enquiry, provider=actor.organisation).first()
        if row is None:
            raise EnquiryUnknown
        require_answering(actor, row.provider_id)
        if row.answered_at is not None:
            raise AnsweredAlready
        if not text.strip():
            raise WordsNeeded(field="text")
        row.answer, row.answered_at, row.answered_by = text.strip(), at, actor.subject
        row.save(update_fields=["answer", "answered_at", "answered_by"])
        _record(actor, "answer", row, at)
    return view(row)


def enquiry_to_answer(actor: Actor, identifier: UUID) -> EnquiryView:
    """Return an enquiry to the actor's department.

    Raises:
        EnquiryUnknown: there is none.
        NotAllowed: the actor may not answer for the department.
    """
    row = _rows().filter(pk=identifier, provider=actor.organisation).first()
    if row is None:
        raise EnquiryUnknown
    require_answering(actor, row.provider_id)
    return view(row)


def enquiries_to_answer(provider: UUID) -> tuple[EnquiryView, ...]:
    """Return what waits for the department's answer, the most urgent first."""
    rows = _rows().filter(provider=provider, answered_at=None).order_by("due_on", "asked_at")
    return tuple(map(view, rows[: queries.PAGE]))


def enquiries_of(actor: Actor) -> tuple[EnquiryView, ...]:
    """Return what the actor asked and what was answered, the newest first."""
    return tuple(map(view, _rows().filter(subject=actor.party).order_by("-asked_at")[: queries.PAGE]))


def view(row: Enquiry) -> EnquiryView:
    """Return *row*, whose provider and application are loaded, as a contract."""
    return EnquiryView(
        id=row.id, kind=EnquiryKind(row.kind), provider=row.provider_id, provider_name=row.provider.name,
        about=row.application.title if row.application else "", text=row.text, asked_at=row.asked_at,
        due_on=row.due_on, answer=row.answer or "", answered_at=row.answered_at,
    )  # fmt: skip


def _asked(actor: Actor, row: Enquiry, text: str, at: datetime) -> EnquiryView:
    if not text.strip():
        raise WordsNeeded(field="text")
    days = storing.standard_on(on_day(at)).answer_working_days
    with transaction.atomic():
        if not Enquiry.objects.filter(pk=row.pk, subject=actor.party).exists():
            row.subject, row.text, row.asked_at = actor.party, text.strip(), at
            row.due_on = due_on(on_day(at), days)
            row.save(force_insert=True)
            _record(actor, "ask", row, at)
    return view(_rows().get(pk=row.pk))


def _rows() -> QuerySet[Enquiry]:
    return Enquiry.objects.select_related("provider", "application")


def _record(actor: Actor, verb: str, row: Enquiry, at: datetime) -> None:
    record(
        Act(
            authority=Authority(clause=CLAUSE, permission=Permission.ANSWER if verb == "answer" else None),
            business=Business(
                command=f"data.opening.{verb}", object_type=THING, object_id=str(row.id),
                after=digest({"kind": row.kind, "answered": row.answered_at is not None}),
            ),
            responsibility=identity.responsibility_of(actor),
            concerns=(row.subject,),
            at=at,
        )
    )  # fmt: skip

"""Reviews of services 好差评: one for each case or bundle, five grades, a bad one stays until it is answered.

国办发〔2019〕51号: every service is rated, one service once; a bad review is verified at once, mended or explained, and
answered.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy

from zhengtong.kernel.errors import Conflict, NotFound, Refusal, Text
from zhengtong.kernel.errors import mark as _
from zhengtong.kernel.events.api import emit
from zhengtong.kernel.events.contracts import event
from zhengtong.process.cases.contracts import Permission
from zhengtong.process.cases.models import ServiceReview
from zhengtong.trust.access.api import require, scope_filter, within
from zhengtong.trust.delivery.api import Fact, MessageKind, Related, Wording, deliver, of_subject
from zhengtong.trust.identity.api import responsibility_of
from zhengtong.trust.identity.contracts import Actor
from zhengtong.trust.ledger.api import Act, Authority, Business, record

CLAUSE = "国办发〔2019〕51号"


class Grade(IntEnum):
    """The five grades, the best first."""

    VERY_SATISFIED = 5
    SATISFIED = 4
    FAIRLY_SATISFIED = 3
    DISSATISFIED = 2
    VERY_DISSATISFIED = 1

    @property
    def label(self) -> Text:
        """The grade's name on screen."""
        return _GRADE_LABELS[self]

    @property
    def bad(self) -> bool:
        """Whether it is a bad review 差评, which must be answered."""
        return self <= Grade.DISSATISFIED


_GRADE_LABELS: Mapping[Grade, Text] = {
    Grade.VERY_SATISFIED: gettext_lazy("非常满意"),
    Grade.SATISFIED: gettext_lazy("满意"),
    Grade.FAIRLY_SATISFIED: gettext_lazy("基本满意"),
    Grade.DISSATISFIED: gettext_lazy("不满意"),
    Grade.VERY_DISSATISFIED: gettext_lazy("非常不满意"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewView:
    """A review and its answer."""

    id: UUID
    about: str
    title: str
    grade: Grade
    text: str
    reviewed_at: datetime
    answer: str
    answered_at: datetime | None
    link: str


@event("process.review.given.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewGiven:
    """A service was rated; a grade of 1 or 2 is a bad review, which its organisation must answer."""

    review: UUID
    organisation: UUID
    grade: int
    bad: bool


@event("process.review.answered.v1")
@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewAnswered:
    """A bad review was answered."""

    review: UUID
    organisation: UUID
    reviewer: UUID


class ReviewTooEarly(Conflict):
    """What is not concluded cannot be rated yet."""

    code = "review_too_early"
    message = _("办结以后才能评价。")
    remedy = _("如有不满，请用“撤回”或者到窗口反映。")


class AlreadyReviewed(Conflict):
    """One service is rated once 一事一评."""

    code = "already_reviewed"
    message = _("这件事已经评价过了。")
    remedy = _("感谢您的评价；如需补充，请拨打 12345。")


class ReviewUnknown(NotFound):
    """There is no such review waiting for an answer, or not for this reader."""

    code = "review_unknown"
    message = _("没有找到待答复的评价。")
    remedy = _("它可能已经答复，请刷新列表。")


class AnswerMissing(Refusal):
    """An answer to a bad review says what was found and done."""

    code = "review_answer_missing"
    status = 422
    message = _("请写明核实的情况和整改的措施。")
    remedy = _("申请人会看到您的答复。")


def rate(  # noqa: PLR0913 -- what is rated, by whom, how
    *,
    actor: Actor,
    about: str,
    title: str,
    organisation: UUID,
    region: str,
    concluded: bool,
    grade: Grade,
    text: str,
    link: str,
    at: datetime,
) -> UUID:
    """Rate a concluded case or bundle of the actor's party.

    Args:
        actor: whose matter it was; the caller has checked that.
        about: its reference.
        title: the service's name.
        organisation: who answers for it: the office that decided, or the lead authority.
        region: of that organisation.
        concluded: whether it is concluded.
        grade: one of the five.
        text: what else they say; sealed.
        link: where an official reads what it was about.
        at: the present moment.

    Raises:
        ReviewTooEarly, AlreadyReviewed: nothing was recorded.
    """
    if not concluded:
        raise ReviewTooEarly
    with transaction.atomic():
        row, made = ServiceReview.objects.get_or_create(
            about=about,
            defaults={
                "reviewer": actor.party, "title": title, "organisation_id": organisation, "region_id": region,
                "grade": grade, "text": text.strip(), "link": link, "reviewed_at": at, "answer": "",
            },
        )  # fmt: skip
        if not made:
            raise AlreadyReviewed
        _record(actor, "rate", row, at)
        given = ReviewGiven(review=row.id, organisation=organisation, grade=grade, bad=grade.bad)
        emit("process.review.given.v1", subject=row.id, data=given, at=at)
    return row.id


def review_of(about: str) -> ReviewView | None:
    """Return the review of a case or bundle; the caller has checked that the reader may see it."""
    row = ServiceReview.objects.filter(about=about).first()
    return None if row is None else _view(row)


def bad_reviews(actor: Actor, *, limit: int = 50) -> tuple[ReviewView, ...]:
    """Return bad reviews that wait for an answer by the organisations *actor* supervises, the oldest first."""
    rows = ServiceReview.objects.filter(_waiting(actor)).order_by("reviewed_at")[:limit]
    return tuple(map(_view, rows))


def answer(*, actor: Actor, review: UUID, text: str, at: datetime) -> None:
    """Answer a bad review; the reviewer reads it.

    Raises:
        ReviewUnknown: there is none that waits.
        NotAllowed: another organisation answers for it.
        AnswerMissing: nothing was said.
    """
    with transaction.atomic():
        row = ServiceReview.objects.select_for_update().filter(pk=review, answered_at=None).first()
        if row is None:
            raise ReviewUnknown
        require(actor, Permission.SUPERVISE, organisation=row.organisation_id, region=row.region_id)
        if len(text.strip()) < 4:
            raise AnswerMissing(field="answer")
        row.answer, row.answered_at, row.answered_by = text.strip(), at, actor.subject
        row.save(update_fields=["answer", "answered_at", "answered_by"])
        _record(actor, "answer", row, at)
        deliver(
            to=of_subject(row.reviewer),
            kind=MessageKind.NOTICE,
            title=Wording(zh=f"您的评价有了答复：{row.title}"[:200], en="Your review was answered"),
            body=[Fact(label=Wording(zh="答复", en="Answer"), value=Wording(zh=row.answer))],
            related=Related(object_type="process.review", object_id=str(row.id)),
            at=at,
        )
        answered = ReviewAnswered(review=row.id, organisation=row.organisation_id, reviewer=row.reviewer)
        emit("process.review.answered.v1", subject=row.id, data=answered, at=at)


def _waiting(actor: Actor) -> Q:
    scope = scope_filter(actor, Permission.SUPERVISE)
    if not scope:
        return Q(pk__in=[])
    return within(scope, organisation="organisation__path", region="region") & Q(
        answered_at=None, grade__lte=Grade.DISSATISFIED
    )


def _view(row: ServiceReview) -> ReviewView:
    return ReviewView(
        id=row.id,
        about=row.about,
        title=row.title,
        grade=Grade(row.grade),
        text=row.text,
        reviewed_at=row.reviewed_at,
        answer=row.answer,
        answered_at=row.answered_at,
        link=row.link,
    )


def _record(actor: Actor, verb: str, row: ServiceReview, at: datetime) -> None:
    record(
        Act(
            authority=Authority(clause=CLAUSE),
            business=Business(command=f"process.review.{verb}", object_type="process.review", object_id=str(row.id)),
            responsibility=responsibility_of(actor),
            at=at,
            concerns=(row.reviewer,),
        )
    )

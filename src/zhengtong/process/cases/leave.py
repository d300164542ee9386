"""Leave and substitution 请假与代班: who is away from when to when, and which colleague handles their tasks meanwhile.

A substitute is never given a right: their own post must reach whatever the absent official's post reaches. What they
gain is the tasks that were given to the absent official by name. They act under their own name, and the record says in
whose place. It ends by itself.
"""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotAllowed
from zhengtong.kernel.events.api import emit
from zhengtong.process.cases.contracts import (
    DECISIONS,
    AtPost,
    DeskPermission,
    LeaveArranged,
    LeaveEnded,
    LeavePage,
    LeaveView,
)
from zhengtong.process.cases.models import Leave
from zhengtong.process.cases.queries import standing_in_for
from zhengtong.process.cases.refusals import (
    LeaveOverlaps,
    LeavePeriodUnfit,
    LeaveUnknown,
    NothingToStandIn,
    StandingIn,
    SubstituteAway,
    SubstituteIsSelf,
    SubstituteUnfit,
)
from zhengtong.trust.access.api import require, scope_filter, within
from zhengtong.trust.delivery.api import Fact, MessageKind, Related, Wording, deliver, of_subject
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Actor, SubjectKind
from zhengtong.trust.ledger.api import Act, Authority, Business, digest, record

LONGEST = timedelta(days=366)  # this platform's own choice
_CLAUSE = "公务员法§14"


def arrange(
    *,
    actor: Actor,
    leave: UUID,
    away: AtPost,
    substitute: AtPost,
    first_day: date,
    last_day: date,
    at: datetime,
) -> None:
    """Enter a leave with its substitute 登记请假: one's own, or a colleague's with the permission to arrange it.

    Args:
        actor: who enters it.
        leave: an id chosen with the form, so that sending it twice makes one leave.
        away: who is away, from which post.
        substitute: who stands in; from a post of the same organisation that reaches at least the same.
        first_day: the first day away.
        last_day: the last day away.
        at: the present moment.

    Raises:
        NotAllowed: it is a colleague's, and the actor may not arrange that.
        LeavePeriodUnfit, LeaveOverlaps: the days do not fit.
        SubstituteIsSelf, SubstituteUnfit, SubstituteAway, StandingIn, NothingToStandIn: nobody can stand in so.
    """
    begins_at, ends_at = _period(first_day, last_day, at)
    if away.official == substitute.official:
        raise SubstituteIsSelf(field="substitute")
    place = _held(away, at)
    if away.official != actor.subject:
        require(actor, DeskPermission.ARRANGE_LEAVE, organisation=place.organisation, region=place.region)
    with transaction.atomic():
        _one_at_a_time()
        if Leave.objects.filter(pk=leave).exists():
            return
        _entitled(place, substitute, at)
        _apart(away, substitute, begins_at, ends_at)
        row = Leave.objects.create(
            id=leave, organisation_id=place.organisation, region_id=place.region, official=away.official,
            post=away.post, substitute=substitute.official, substitute_post=substitute.post, begins_at=begins_at,
            ends_at=ends_at, arranged_by=actor.subject,
        )  # fmt: skip
        _record(actor, "arrange_leave", row, at)
        about = LeaveArranged(leave=leave, official=away.official, substitute=substitute.official)
        emit("process.leave.arranged.v1", subject=leave, data=about, at=at)


def end_early(*, actor: Actor, leave: UUID, at: datetime) -> None:
    """End a leave before its last day 提前销假: whose it is, or who may arrange it; once over, nothing changes.

    Raises:
        LeaveUnknown: there is none, or it is not the actor's to end.
    """
    with transaction.atomic():
        row = Leave.objects.select_for_update().filter(pk=leave).first()
        if row is None or not _may_end(actor, row):
            raise LeaveUnknown
        if row.ended_by is not None or row.ends_at <= at:
            return
        row.ends_at, row.ended_by = max(at, row.begins_at), actor.subject
        row.save(update_fields=["ends_at", "ended_by"])
        _record(actor, "end_leave", row, at)
        about = LeaveEnded(leave=leave, official=row.official, substitute=row.substitute)
        emit("process.leave.ended.v1", subject=leave, data=about, at=at)


def leaves_of(actor: Actor, *, at: datetime, after: str = "", limit: int = 20) -> LeavePage:
    """Return the leaves of the actor, those they stand in for, and those they may arrange, the last to begin first.

    Raises:
        ValueError: *after* was not made here.
    """
    rows = Leave.objects.filter(Q(official=actor.subject) | Q(substitute=actor.subject) | _arrangeable(actor))
    if after:
        moment, _sep, identifier = after.partition("_")
        begins, last_id = datetime.fromisoformat(moment), UUID(identifier)
        rows = rows.filter(Q(begins_at__lt=begins) | Q(begins_at=begins, id__lt=last_id))
    found = list(rows.select_related("organisation", "region").order_by("-begins_at", "-id")[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    shown = found[:limit]
    names = identity.names_of({one for row in shown for one in (row.official, row.substitute)}) if shown else {}
    return LeavePage(
        items=tuple(_view(row, names, actor, at) for row in shown),
        after="" if last is None else f"{last.begins_at.isoformat()}_{last.id}",
    )


def standing_in(actor: Actor, official: UUID, *, at: datetime) -> UUID | None:
    """Return the leave during which *actor* stands in for *official* at this moment, from the post they act from."""
    found: UUID | None = standing_in_for(actor, at=at).filter(official=official).values_list("id", flat=True).first()
    return found


def tell_both(*, leave: UUID, at: datetime) -> None:
    """Tell who goes on leave and who stands in what was arranged, or that it ended early."""
    row = Leave.objects.get(pk=leave)
    names = identity.names_of([row.official, row.substitute])
    ended = row.ended_by is not None
    days = f"{_first(row)} – {_last(row)}"
    facts = [
        Fact(label=Wording(zh="请假人", en="On leave"), value=Wording(zh=names.get(row.official, ""))),
        Fact(label=Wording(zh="代班人", en="Standing in"), value=Wording(zh=names.get(row.substitute, ""))),
        Fact(label=Wording(zh="起止日期", en="Days"), value=Wording(zh=days)),
    ]
    title = Wording(zh="代班已提前结束", en="Substitution ended early")
    for_away = title if ended else Wording(zh="请假已登记", en="Your leave is entered")
    for_substitute = title if ended else Wording(zh="请您代班", en="You stand in for a colleague")
    for subject, said in ((row.official, for_away), (row.substitute, for_substitute)):
        deliver(
            to=of_subject(subject),
            kind=MessageKind.NOTICE,
            title=said,
            body=facts,
            link="/officer/leave/",
            related=Related(object_type="process.leave", object_id=str(leave)),
            at=at,
        )


def _period(first_day: date, last_day: date, at: datetime) -> tuple[datetime, datetime]:
    if not clock.on_day(at) <= first_day <= last_day or last_day - first_day >= LONGEST:
        raise LeavePeriodUnfit(field="last_day")
    begins_at = max(at, datetime.combine(first_day, time(), clock.BEIJING))
    return begins_at, datetime.combine(last_day + timedelta(days=1), time(), clock.BEIJING)


def _held(away: AtPost, at: datetime) -> identity.PostView:
    """Return the post if the official holds it."""
    held = {one.post.id: one.post for one in identity.appointments_of(away.official, at=at)}
    if away.post not in held:
        raise NotAllowed
    return held[away.post]


def _one_at_a_time() -> None:
    """Let one transaction at a time arrange leaves, so that two make no chain; SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('process.leave'))")


def _entitled(place: identity.PostView, substitute: AtPost, at: datetime) -> None:
    """Refuse a substitute whose post does not reach everything the absent official's post reaches."""
    held = {one.post.id: one.post.organisation for one in identity.appointments_of(substitute.official, at=at)}
    if held.get(substitute.post) != place.organisation:
        raise SubstituteUnfit(field="substitute")
    posts = (place.id, substitute.post)
    theirs, mine = (Actor(subject=substitute.official, kind=SubjectKind.OFFICIAL, post=post) for post in posts)
    reached = [(scope_filter(theirs, name), scope_filter(mine, name)) for name in DECISIONS]
    if not any(away for away, _here in reached):
        raise NothingToStandIn(field="official")
    if not all(here.includes(away) for away, here in reached):
        raise SubstituteUnfit(field="substitute")


def _apart(away: AtPost, substitute: AtPost, begins_at: datetime, ends_at: datetime) -> None:
    """Refuse a second leave of the post in these days, and every chain of substitutes."""
    meeting = Leave.objects.filter(begins_at__lt=ends_at, ends_at__gt=begins_at)
    if (found := meeting.filter(official=away.official, post=away.post).first()) is not None:
        raise LeaveOverlaps(period=_days(found), field="first_day")
    if (found := meeting.filter(official=substitute.official).first()) is not None:
        raise SubstituteAway(period=_days(found), field="substitute")
    if (found := meeting.filter(substitute=away.official).first()) is not None:
        raise StandingIn(period=_days(found), field="first_day")


def _may_end(actor: Actor, row: Leave) -> bool:
    if row.official == actor.subject:
        return True
    scope = scope_filter(actor, DeskPermission.ARRANGE_LEAVE)
    return scope.covers(organisation=row.organisation.path, place=row.region.low if row.region else None)


def _arrangeable(actor: Actor) -> Q:
    scope = scope_filter(actor, DeskPermission.ARRANGE_LEAVE)
    return within(scope, organisation="organisation__path", region="region") if scope else Q(pk__in=[])


def _record(actor: Actor, verb: str, row: Leave, at: datetime) -> None:
    own = row.official == actor.subject
    after = {"substitute": str(row.substitute), "begins": row.begins_at.isoformat(), "ends": row.ends_at.isoformat()}
    record(
        Act(
            authority=Authority(clause=_CLAUSE, permission=None if own else DeskPermission.ARRANGE_LEAVE),
            business=Business(
                command=f"process.desk.{verb}", object_type="process.leave", object_id=str(row.id), after=digest(after)
            ),
            responsibility=identity.responsibility_of(actor),
            at=at,
            concerns=(row.official, row.substitute),
        )
    )


def _view(row: Leave, names: dict[UUID, str], actor: Actor, at: datetime) -> LeaveView:
    over = row.ended_by is not None or row.ends_at <= at
    return LeaveView(
        id=row.id,
        official=row.official,
        official_name=names.get(row.official, ""),
        substitute=row.substitute,
        substitute_name=names.get(row.substitute, ""),
        first_day=_first(row),
        last_day=_last(row),
        began=row.begins_at <= at,
        over=over,
        ended_early=row.ended_by is not None,
        may_end=not over and _may_end(actor, row),
    )


def _first(row: Leave) -> date:
    return clock.on_day(row.begins_at)


def _last(row: Leave) -> date:
    """Return the last day of which any part lies in the leave; where nothing is left of it, the first."""
    return max(_first(row), clock.on_day(row.ends_at - timedelta(microseconds=1)))


def _days(row: Leave) -> str:
    return f"{_first(row)} – {_last(row)}"

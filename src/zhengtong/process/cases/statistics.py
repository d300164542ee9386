"""Figures of a desk 办件统计: what is open, what was done, in how many working days, how much of it on time.

Counted are stages at an office: what somebody decided, not what lapsed, and not what waited for the applicant. Nobody's
colleagues are compared: an official sees their own figures and those of their organisation as a whole.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet

from zhengtong.kernel import clock
from zhengtong.kernel.calendar import api as calendars
from zhengtong.process.cases.models import Stage
from zhengtong.process.cases.queries import within_reach
from zhengtong.trust.identity.contracts import Actor

_MOST = 50_000
_When = tuple[datetime, datetime | None, date | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class DeskFigures:
    """Figures of a desk; the average is in working days, the share from 0 to 1, both None where nothing was done."""

    open: int
    late: int
    done: int
    average_working_days: float | None
    on_time_share: float | None

    @property
    def on_time_percent(self) -> float | None:
        """The share done on time in per cent."""
        return None if self.on_time_share is None else 100 * self.on_time_share


def own_figures(actor: Actor, *, since: datetime, at: datetime) -> DeskFigures:
    """Return what waits for the official, and what they decided since *since*: two statements."""
    waiting = Stage.objects.filter(within_reach(actor))
    return _figures(waiting, Stage.objects.filter(official=actor.subject), since, at)


def office_figures(actor: Actor, *, since: datetime, at: datetime) -> DeskFigures:
    """Return what waits at the official's organisation, and what was decided there since *since*: two statements."""
    at_office = Stage.objects.filter(organisation=actor.organisation)
    waiting = at_office.filter(closed_at=None).exclude(permission="")
    return _figures(waiting, at_office.filter(official__isnull=False), since, at)


def _figures(waiting: QuerySet[Stage], decided: QuerySet[Stage], since: datetime, at: datetime) -> DeskFigures:
    late = Q(due_on__lt=clock.on_day(at))
    counted = waiting.aggregate(open=Count("pk"), late=Count("pk", filter=late))
    rows = decided.filter(closed_at__gte=since, closed_at__lte=at).exclude(permission="").order_by("-closed_at")
    done, average, share = _summed(rows.values_list("opened_at", "closed_at", "due_on")[:_MOST])
    return DeskFigures(
        open=counted["open"], late=counted["late"], done=done, average_working_days=average, on_time_share=share
    )


def _summed(rows: Iterable[_When]) -> tuple[int, float | None, float | None]:
    """Return how many there are, their average length in working days, and the share done by the day due."""
    calendar, done, days, due, kept = calendars.current(), 0, 0, 0, 0
    for opened_at, closed_at, due_on in rows:
        closed_on = clock.on_day(closed_at or opened_at)
        done += 1
        days += calendar.working_days_between(clock.on_day(opened_at), closed_on)
        if due_on is not None:
            due, kept = due + 1, kept + (closed_on <= due_on)
    return done, days / done if done else None, kept / due if due else None

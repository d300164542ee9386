"""Figures of a desk 办件统计: what is open, what was done, in how many working days, how much of it on time.

Counted are stages at an office: what somebody decided, not what lapsed, and not what waited for the applicant. Nobody's
colleagues are compared: an official sees their own figures and those of their organisation as a whole.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Count, DateField, F, Func, Q, QuerySet, Value
from django.db.models.functions import Cast

from zhengtong.kernel import clock
from zhengtong.kernel.calendar import api as calendars
from zhengtong.process.cases.models import Stage
from zhengtong.process.cases.queries import NOBODY_DECIDED, within_reach
from zhengtong.trust.identity.contracts import Actor

_OWN, _OFFICE = "own", "office"


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


class _Counted(NamedTuple):
    """Stages of one desk that began and ended on the same days: how many, of these late or with a day due, kept.

    What is still open has no last day; `due` counts the late ones then.
    """

    desk: str
    opened_on: date | None
    closed_on: date | None
    number: int
    due: int
    kept: int


class _Day(Func):
    """The day of a moment in China, by the database itself."""

    output_field = DateField()
    template = "(%(expressions)s AT TIME ZONE 'Asia/Shanghai')::date"

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, **extra, template="date(%(expressions)s, '+8 hours')")


def desk_figures(actor: Actor, *, since: datetime, at: datetime) -> tuple[DeskFigures, DeskFigures]:
    """Return the official's own figures and their organisation's since *since*: one statement, however many stages."""
    at_office = Stage.objects.filter(organisation=actor.organisation)
    parts = (
        _waiting(_OWN, Stage.objects.filter(within_reach(actor, at=at)), at),
        _done(_OWN, Stage.objects.filter(official=actor.subject), since, at),
        _waiting(_OFFICE, at_office.filter(closed_at=None).exclude(permission=""), at),
        _done(_OFFICE, at_office.filter(official__isnull=False), since, at),
    )
    rows = [_Counted(*row) for row in parts[0].union(*parts[1:], all=True)]
    return _figures(row for row in rows if row.desk == _OWN), _figures(row for row in rows if row.desk == _OFFICE)


def _waiting(desk: str, stages: QuerySet[Stage], at: datetime) -> QuerySet[Stage, tuple[Any, ...]]:
    nothing = Cast(Value(None), DateField())
    late = Count("pk", filter=Q(due_on__lt=clock.on_day(at)))
    rows = stages.order_by().values(desk=Value(desk), opened_on=nothing, closed_on=nothing)
    return rows.annotate(number=Count("pk"), due=late, kept=Value(0)).values_list(*_Counted._fields)


def _done(desk: str, stages: QuerySet[Stage], since: datetime, at: datetime) -> QuerySet[Stage, tuple[Any, ...]]:
    done = stages.filter(closed_at__gte=since, closed_at__lte=at).exclude(permission="").order_by()
    done = done.exclude(decision__in=NOBODY_DECIDED)
    rows = done.values(desk=Value(desk), opened_on=_Day("opened_at"), closed_on=_Day("closed_at"))
    kept = Count("due_on", filter=Q(due_on__gte=F("closed_on")))
    return rows.annotate(number=Count("pk"), due=Count("due_on"), kept=kept).values_list(*_Counted._fields)


def _figures(rows: Iterable[_Counted]) -> DeskFigures:
    """Sum the groups of one desk; the working calendar is asked once a pair of days."""
    calendar, found = calendars.current(), list(rows)
    waiting = [row for row in found if row.closed_on is None]
    ended = [(row, row.opened_on, row.closed_on) for row in found]
    done = sum(row.number for row in found if row.closed_on is not None)
    days = sum(
        row.number * calendar.working_days_between(opened, closed) for row, opened, closed in ended if opened and closed
    )
    due = sum(row.due for row in found if row.closed_on is not None)
    kept = sum(row.kept for row in found)
    return DeskFigures(
        open=sum(row.number for row in waiting),
        late=sum(row.due for row in waiting),
        done=done,
        average_working_days=days / done if done else None,
        on_time_share=kept / due if due else None,
    )

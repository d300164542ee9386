"""What the Administrative License Law 行政许可法 (2019) says of a case's time, as pure functions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from zhengtong.kernel.calendar.contracts import DueDate, Unit
from zhengtong.process.cases.contracts import DeadlineLight, Permission
from zhengtong.process.engine.api import ClockEvent, Deadline, Term, Tick, fold_clock

CORRECTION_NOTICE_DAYS = 5  # §32(1)(4): all that is missing is told at once, or within five days
EXTENSION_DAYS = 10  # §42(1): ten more days with the approval of the head of the organ
MISSING_DAYS = 5  # when what a conditional acceptance left open must be there: this platform's own choice
CHECK_DAYS = 3  # when a department that was asked answers, unless the case is due before: this platform's own choice
ARCHIVE_DAYS = 30  # when a concluded case is archived: this platform's own choice
DECISION_DAYS = 20  # §42(1): twenty days from acceptance, where no other law says otherwise


class Calendar(Protocol):
    """What is asked of the working calendar."""

    def due_on(self, start: date, length: int, unit: Unit = ..., *, rolls: bool = ...) -> DueDate:
        """Return the last day of a period."""
        ...

    def working_days_between(self, start: date, end: date) -> int:
        """Count the working days after *start* up to *end*."""
        ...


def acceptance_due(received_on: date, calendar: Calendar) -> DueDate:
    """Return the last day to accept, return or refuse; after it the application counts as accepted (§32, §82).

    >>> from zhengtong.kernel.calendar.api import WorkingCalendar, shipped_notices
    >>> str(acceptance_due(date(2026, 9, 24), WorkingCalendar(shipped_notices())).on)
    '2026-10-09'
    """
    return calendar.due_on(received_on, CORRECTION_NOTICE_DAYS, Unit.WORKING_DAYS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """A special procedure: the day it began and, when it is over, the day it ended."""

    began_on: date
    ended_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Extension:
    """An approved extension: the day of approval and its length in the period's own unit."""

    on: date
    days: int


def clock_events(
    accepted_on: date, spans: Iterable[Span], extensions: Iterable[Extension], concluded_on: date | None = None
) -> tuple[ClockEvent, ...]:
    """Return what moved the clock of a case, in order; procedures that overlap stop it once (§45).

    >>> [event.tick.value for event in clock_events(date(2026, 11, 23), [
    ...     Span(began_on=date(2026, 11, 24), ended_on=date(2026, 11, 27)),
    ...     Span(began_on=date(2026, 11, 25), ended_on=date(2026, 11, 26))], [])]
    ['started', 'suspended', 'resumed']
    """
    moves: list[tuple[date, int, int]] = []
    for span in spans:
        moves.append((span.began_on, 1, 0))
        if span.ended_on is not None:
            moves.append((span.ended_on, -1, 0))
    moves += [(extension.on, 0, extension.days) for extension in extensions]
    events = [ClockEvent(tick=Tick.STARTED, on=accepted_on)]
    running = 0
    for on, step, days in sorted(moves, key=lambda move: (move[0], -move[1])):
        if days:
            events.append(ClockEvent(tick=Tick.EXTENDED, on=on, length=days))
            continue
        before, running = running, running + step
        if before == 0 and running:
            events.append(ClockEvent(tick=Tick.SUSPENDED, on=on))
        elif before and running == 0:
            events.append(ClockEvent(tick=Tick.RESUMED, on=on))
    if concluded_on is not None:
        events.append(ClockEvent(tick=Tick.STOPPED, on=concluded_on))
    return tuple(events)


def deadlines(
    events: Iterable[ClockEvent], statutory: tuple[int, Unit], promised: tuple[int, Unit], calendar: Calendar
) -> Mapping[str, Deadline]:
    """Return where the statutory and the promised term stand (§42, §45, §82).

    A promise that has run out stays broken: an extension approved later lengthens the statutory term alone.

    Raises:
        ClockContradiction: an extension longer than §42 allows, or after the statutory term has run out.

    >>> from zhengtong.kernel.calendar.api import WorkingCalendar, shipped_notices
    >>> calendar = WorkingCalendar(shipped_notices())
    >>> events = clock_events(date(2026, 11, 23), [Span(began_on=date(2026, 11, 25), ended_on=date(2026, 12, 2))], [])
    >>> both = deadlines(events, (20, Unit.WORKING_DAYS), (3, Unit.WORKING_DAYS), calendar)
    >>> str(both["promised"].due_on), str(both["statutory"].due_on)
    ('2026-12-04', '2026-12-29')
    """
    legal, kept = (
        Term(key=key, length=length, unit=unit, longest_extension=EXTENSION_DAYS)
        for key, (length, unit) in (("statutory", statutory), ("promised", promised))
    )
    happened = tuple(events)
    in_time: list[ClockEvent] = []
    for event in happened:
        if event.tick is Tick.EXTENDED and has_run_out(fold_clock(in_time, [kept], calendar)[kept.key], event.on):
            continue
        in_time.append(event)
    return {**fold_clock(happened, [legal], calendar), **fold_clock(in_time, [kept], calendar)}


def has_run_out(deadline: Deadline, today: date) -> bool:
    """Say whether a term has run out: not while the clock stands still, unless it had before."""
    return deadline.expired or (deadline.suspended_on is None and today > deadline.due_on)


def shown_due(due: date | None, suspended_on: date | None) -> date | None:
    """Return the day an inbox sorts and lights by: none while the clock stands still, unless it had run out before.

    >>> shown_due(date(2026, 11, 26), date(2026, 11, 25)), str(shown_due(date(2026, 11, 26), date(2026, 11, 27)))
    (None, '2026-11-26')
    """
    stands = due is not None and suspended_on is not None and suspended_on <= due
    return None if stands else due


def may_return(times_returned: int) -> bool:
    """Say whether a case may be returned for correction: once, and then completely (§32(1)(4)).

    >>> may_return(0), may_return(1)
    (True, False)
    """
    return times_returned == 0


def duties_meet(earlier: Iterable[Permission], now: Permission) -> bool:
    """Say whether who handled stages under *earlier* permissions must not handle one under *now* in another's place.

    Two reviews of one case by two officials must not become one because the second is on leave; a second acceptance
    after a correction is the same review. Two opinions of a countersignature 会签 are two reviews.

    >>> duties_meet([Permission.ACCEPT], Permission.DECIDE), duties_meet([Permission.ACCEPT], Permission.ACCEPT)
    (True, False)
    >>> duties_meet([Permission.OPINE], Permission.OPINE)
    True
    """
    return any(one is not now or now is Permission.OPINE for one in earlier)


def missing_due(accepted_on: date, calendar: Calendar) -> DueDate:
    """Return the last day to hand in what a conditional acceptance left open 容缺."""
    return calendar.due_on(accepted_on, MISSING_DAYS, Unit.WORKING_DAYS)


def check_due(asked_on: date, case_due: date | None, calendar: Calendar) -> date:
    """Return the day by which a department answers whether a fact holds; the case's own period runs on meanwhile.

    >>> from zhengtong.kernel.calendar.api import WorkingCalendar, shipped_notices
    >>> calendar = WorkingCalendar(shipped_notices())
    >>> asked = date(2026, 11, 26)
    >>> str(check_due(asked, None, calendar)), str(check_due(asked, date(2026, 11, 27), calendar))
    ('2026-12-01', '2026-11-27')
    """
    due = calendar.due_on(asked_on, CHECK_DAYS, Unit.WORKING_DAYS).on
    return due if case_due is None else max(asked_on, min(due, case_due))


def decision_due(accepted_on: date, days: int, unit: Unit, calendar: Calendar) -> DueDate:
    """Return the last day of a statutory or promised period that runs from acceptance (§42, §82)."""
    return calendar.due_on(accepted_on, days, unit)


def light(today: date, due: date, calendar: Calendar) -> DeadlineLight:
    """Return red after the due day, yellow on it and on the working day before, else green.

    When yellow begins is this platform's own choice; no statute sets it.
    """
    if today > due:
        return DeadlineLight.RED
    return DeadlineLight.YELLOW if calendar.working_days_between(today, due) <= 1 else DeadlineLight.GREEN

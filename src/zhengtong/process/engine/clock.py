"""The clock of a case 办理时限: deadlines as a fold over what happened, statutory and promised terms side by side.

What the law says (the working calendar counts, see `kernel.calendar.law`):

- Administrative Licensing Law 行政许可法 art. 42: a decision within 20 working days of acceptance; 10 more with
approval,   and the applicant is told why. Art. 45: hearings, tenders, auctions, inspections, tests, quarantine,
appraisals and   expert reviews are not counted; the applicant is told how long they take. Art. 82: working days. -
Civil Code 民法典 art. 201: the day on which a period starts is not counted; here also the day on which it resumes.

A day on which the clock is suspended is not counted, nor is the day it resumes: neither shortens the office's time.
Once a term has run out nothing brings it back. Lights are derived on reading from the stored dates, never stored.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol

from zhengtong.kernel.calendar.contracts import DueDate, Unit
from zhengtong.kernel.errors import Refusal
from zhengtong.kernel.errors import mark as _

ONE_DAY = timedelta(days=1)


class Calendar(Protocol):
    """The working calendar, as far as the clock needs it."""

    def due_on(self, start: date, length: int, unit: Unit = ..., *, rolls: bool = ...) -> DueDate:
        """Return the last day of a period that starts on *start*, the first day not counted."""
        ...

    def working_days_between(self, start: date, end: date) -> int:
        """Count the working days after *start* up to and including *end*."""
        ...


class ClockContradiction(Refusal):
    """What is said of the clock contradicts what was said before."""

    code = "process_clock_contradiction"
    message = _("计时记录前后矛盾：{what}（{on}）。")
    remedy = _("请核对受理、暂停、恢复、延期的日期和次序。")


class Tick(StrEnum):
    """What happens to a clock."""

    STARTED = "started"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    EXTENDED = "extended"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockEvent:
    """One event of the clock, on a day in Beijing.

    `term` limits an extension to one term; `length` is an extension's length in the term's own unit; `reason` is the
    code of the special procedure or the approval.
    """

    tick: Tick
    on: date
    term: str = ""
    length: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A term 期限: statutory or promised. `warn` is how many working days before its end the light turns yellow."""

    key: str
    length: int
    unit: Unit = Unit.WORKING_DAYS
    warn: int = 2
    rolls: bool = True
    longest_extension: int | None = None


class DeadlineLight(StrEnum):
    """The light 红黄灯."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """Where a term stands: its last day, or, while the clock is suspended, what is left of it in its own unit.

    `used` and `extended` are in the term's unit; `anchor_on` is the day from which the rest is counted.
    """

    term: Term
    started_on: date
    anchor_on: date
    due_on: date
    provisional: bool
    warn_on: date
    used: int = 0
    extended: int = 0
    suspended_days: int = 0
    suspended_on: date | None = None
    stopped_on: date | None = None
    expired: bool = False

    @property
    def total(self) -> int:
        """The length with extensions."""
        return self.term.length + self.extended

    @property
    def left(self) -> int:
        """What is not used up at the anchor."""
        return self.total - self.used


def fold(events: Iterable[ClockEvent], terms: Iterable[Term], calendar: Calendar) -> Mapping[str, Deadline]:
    """Return where each term stands after *events*, in the order they happened; empty before the clock starts.

    Raises:
        ClockContradiction: an event does not fit the ones before it.
    """
    deadlines: dict[str, Deadline] = {}
    latest: date | None = None
    known = list(terms)
    for event in events:
        if latest is not None and event.on < latest:
            raise ClockContradiction(what=event.tick.value, on=event.on)
        latest = event.on
        if event.tick is Tick.STARTED:
            if deadlines:
                raise ClockContradiction(what=event.tick.value, on=event.on)
            deadlines = {term.key: _started(term, event.on, calendar) for term in known}
        elif not deadlines or (event.term and event.term not in deadlines):
            raise ClockContradiction(what=event.tick.value, on=event.on)
        else:
            deadlines = {
                key: APPLY[event.tick](deadline, event, calendar) if event.term in {"", key} else deadline
                for key, deadline in deadlines.items()
            }
    return deadlines


def _started(term: Term, on: date, calendar: Calendar) -> Deadline:
    deadline = Deadline(term=term, started_on=on, anchor_on=on, due_on=on, provisional=False, warn_on=on)
    return _settled(deadline, calendar)


def _settled(deadline: Deadline, calendar: Calendar) -> Deadline:
    """Return *deadline* with its last day worked out from its anchor."""
    term = deadline.term
    if term.unit in {Unit.WORKING_DAYS, Unit.CALENDAR_DAYS}:
        due = calendar.due_on(deadline.anchor_on, deadline.left, term.unit, rolls=term.rolls)
    elif deadline.suspended_days:
        last = calendar.due_on(deadline.started_on, deadline.total, term.unit, rolls=False).on
        due = calendar.due_on(last, deadline.suspended_days, Unit.CALENDAR_DAYS, rolls=term.rolls)
    else:
        due = calendar.due_on(deadline.started_on, deadline.total, term.unit, rolls=term.rolls)
    warn_on = _warn_on(due.on, term.warn, calendar)
    return replace(deadline, due_on=due.on, provisional=due.provisional, warn_on=warn_on)


def _warn_on(due_on: date, warn: int, calendar: Calendar) -> date:
    """Return the first day on which at most *warn* working days are left."""
    day = due_on
    while calendar.working_days_between(day - ONE_DAY, due_on) <= warn:
        day -= ONE_DAY
    return day


def _running(deadline: Deadline, event: ClockEvent) -> None:
    if deadline.suspended_on is not None or deadline.stopped_on is not None:
        raise ClockContradiction(what=event.tick.value, on=event.on)


def _suspended(deadline: Deadline, event: ClockEvent, calendar: Calendar) -> Deadline:
    """Stop counting; the day itself is not used. A term that has run out stays as it is."""
    _running(deadline, event)
    if event.on > deadline.due_on:
        return replace(deadline, suspended_on=event.on, expired=True)
    before = max(event.on - ONE_DAY, deadline.anchor_on)
    used = calendar.working_days_between(deadline.anchor_on, before)
    if deadline.term.unit is Unit.CALENDAR_DAYS:
        used = (before - deadline.anchor_on).days
    if deadline.term.unit in {Unit.MONTHS, Unit.YEARS}:
        used = 0
    used = min(deadline.used + used, deadline.total)
    return replace(deadline, suspended_on=event.on, used=used)


def _resumed(deadline: Deadline, event: ClockEvent, calendar: Calendar) -> Deadline:
    """Go on counting with what is left; the day itself is not counted."""
    if deadline.suspended_on is None or deadline.stopped_on is not None:
        raise ClockContradiction(what=event.tick.value, on=event.on)
    if deadline.expired:
        return replace(deadline, suspended_on=None)
    days = deadline.suspended_days + (event.on - deadline.suspended_on).days
    return _settled(replace(deadline, suspended_on=None, anchor_on=event.on, suspended_days=days), calendar)


def _extended(deadline: Deadline, event: ClockEvent, calendar: Calendar) -> Deadline:
    """Lengthen a term that has not run out; no further than the law allows."""
    limit = deadline.term.longest_extension
    too_long = limit is not None and deadline.extended + event.length > limit
    late = deadline.expired or (deadline.suspended_on is None and event.on > deadline.due_on)
    if event.length <= 0 or too_long or late or deadline.stopped_on is not None:
        raise ClockContradiction(what=event.tick.value, on=event.on)
    longer = replace(deadline, extended=deadline.extended + event.length)
    return longer if longer.suspended_on is not None else _settled(longer, calendar)


def _stopped(deadline: Deadline, event: ClockEvent, _calendar: Calendar) -> Deadline:
    """The case is concluded."""
    if deadline.stopped_on is not None:
        raise ClockContradiction(what=event.tick.value, on=event.on)
    return replace(deadline, stopped_on=event.on)


APPLY = {
    Tick.SUSPENDED: _suspended,
    Tick.RESUMED: _resumed,
    Tick.EXTENDED: _extended,
    Tick.STOPPED: _stopped,
}


def light(deadline: Deadline, today: date) -> DeadlineLight:
    """Return the light on *today*: yellow from the warning day, red from the day after the last.

    A concluded case keeps the light of the day it was concluded on; a suspended one is green unless it had run out.
    """
    if deadline.expired:
        return DeadlineLight.RED
    if deadline.suspended_on is not None and deadline.stopped_on is None:
        return DeadlineLight.GREEN
    day = deadline.stopped_on or today
    if day > deadline.due_on:
        return DeadlineLight.RED
    if deadline.stopped_on is None and day >= deadline.warn_on:
        return DeadlineLight.YELLOW
    return DeadlineLight.GREEN

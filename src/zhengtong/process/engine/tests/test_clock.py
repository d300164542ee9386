"""The clock of a case: start, suspend, resume, extend, and the lights."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhengtong.kernel.calendar.contracts import Unit
from zhengtong.kernel.calendar.law import WorkingCalendar
from zhengtong.kernel.calendar.notices import shipped_notices
from zhengtong.process.engine.clock import (
    ClockContradiction,
    ClockEvent,
    Deadline,
    DeadlineLight,
    Term,
    Tick,
    fold,
    light,
)

CALENDAR = WorkingCalendar(shipped_notices())
STATUTORY = Term(key="statutory", length=20, warn=3, longest_extension=10)
PROMISED = Term(key="promised", length=5)
MONDAY = date(2026, 3, 2)


def after(*events: ClockEvent, term: Term = STATUTORY) -> Deadline:
    return fold(events, [term], CALENDAR)[term.key]


def at(tick: Tick, on: date, *, term: str = "", length: int = 0) -> ClockEvent:
    return ClockEvent(tick=tick, on=on, term=term, length=length)


STARTED = at(Tick.STARTED, MONDAY)


def test_the_term_starts_on_the_day_after_acceptance() -> None:
    assert after(STARTED).due_on == CALENDAR.due_on(MONDAY, 20).on == date(2026, 3, 30)


def test_statutory_and_promised_terms_stand_side_by_side() -> None:
    both = fold([STARTED], [STATUTORY, PROMISED], CALENDAR)
    assert (both["statutory"].due_on, both["promised"].due_on) == (date(2026, 3, 30), date(2026, 3, 9))


def test_before_acceptance_no_term_runs() -> None:
    assert fold([], [STATUTORY], CALENDAR) == {}


def test_special_procedures_are_not_counted() -> None:
    suspended = at(Tick.SUSPENDED, date(2026, 3, 9))
    paused = after(STARTED, suspended)
    assert (paused.used, paused.left) == (4, 16)
    assert light(paused, date(2026, 12, 1)) is DeadlineLight.GREEN
    resumed = after(STARTED, suspended, at(Tick.RESUMED, date(2026, 3, 16)))
    assert resumed.due_on == CALENDAR.due_on(date(2026, 3, 16), 16).on == date(2026, 4, 8)


def test_an_extension_lengthens_its_own_term_only() -> None:
    extension = at(Tick.EXTENDED, date(2026, 3, 20), term="statutory", length=10)
    both = fold([STARTED, extension], [STATUTORY, PROMISED], CALENDAR)
    assert both["statutory"].due_on == CALENDAR.due_on(MONDAY, 30).on
    assert both["promised"].due_on == date(2026, 3, 9)


def test_a_late_case_turns_red_on_the_day_after_the_last() -> None:
    deadline = after(STARTED)
    assert deadline.warn_on == date(2026, 3, 25)
    assert light(deadline, date(2026, 3, 24)) is DeadlineLight.GREEN
    assert light(deadline, date(2026, 3, 25)) is DeadlineLight.YELLOW
    assert light(deadline, date(2026, 3, 30)) is DeadlineLight.YELLOW
    assert light(deadline, date(2026, 3, 31)) is DeadlineLight.RED


def test_a_concluded_case_keeps_the_light_of_its_day() -> None:
    in_time = after(STARTED, at(Tick.STOPPED, date(2026, 3, 30)))
    late = after(STARTED, at(Tick.STOPPED, date(2026, 3, 31)))
    assert light(in_time, date(2027, 1, 1)) is DeadlineLight.GREEN
    assert light(late, date(2027, 1, 1)) is DeadlineLight.RED


def test_a_term_that_has_run_out_is_not_brought_back() -> None:
    late = date(2026, 4, 1)
    suspended = after(STARTED, at(Tick.SUSPENDED, late))
    resumed = after(STARTED, at(Tick.SUSPENDED, late), at(Tick.RESUMED, date(2026, 5, 6)))
    assert suspended.due_on == resumed.due_on == date(2026, 3, 30)
    assert light(suspended, late) is light(resumed, date(2026, 5, 6)) is DeadlineLight.RED


@pytest.mark.parametrize(
    "events",
    [
        [at(Tick.SUSPENDED, MONDAY)],
        [STARTED, STARTED],
        [STARTED, at(Tick.RESUMED, MONDAY)],
        [STARTED, at(Tick.SUSPENDED, MONDAY), at(Tick.SUSPENDED, MONDAY)],
        [STARTED, at(Tick.EXTENDED, MONDAY, length=11)],
        [STARTED, at(Tick.EXTENDED, MONDAY, length=0)],
        [STARTED, at(Tick.EXTENDED, date(2026, 3, 31), length=5)],
        [STARTED, at(Tick.EXTENDED, MONDAY, length=5, term="unknown")],
        [STARTED, at(Tick.SUSPENDED, MONDAY - timedelta(days=1))],
        [STARTED, at(Tick.STOPPED, MONDAY), at(Tick.STOPPED, MONDAY)],
    ],
)
def test_contradictions_are_refused(events: list[ClockEvent]) -> None:
    with pytest.raises(ClockContradiction):
        fold(events, [STATUTORY], CALENDAR)


def test_months_move_by_the_days_of_suspension() -> None:
    term = Term(key="months", length=3, unit=Unit.MONTHS, rolls=False)
    events = [STARTED, at(Tick.SUSPENDED, date(2026, 4, 1)), at(Tick.RESUMED, date(2026, 4, 11))]
    assert after(*events, term=term).due_on == date(2026, 6, 12)


def walked(start: date, pauses: list[tuple[date, date]], length: int) -> date:
    """Count day by day: an oracle that knows only what a working day is."""
    day, counted = start, 0
    while counted < length:
        day += timedelta(days=1)
        paused = any(first <= day <= last for first, last in pauses)
        counted += CALENDAR.is_working_day(day) and not paused
    return day


@given(
    start=st.dates(date(2024, 1, 1), date(2025, 6, 30)),
    length=st.integers(5, 60),
    gaps=st.lists(st.tuples(st.integers(1, 10), st.integers(0, 20)), max_size=4),
)
def test_any_history_agrees_with_counting_day_by_day(start: date, length: int, gaps: list[tuple[int, int]]) -> None:
    events, pauses, day = [at(Tick.STARTED, start)], [], start
    term = Term(key="t", length=length)
    for run, pause in gaps:
        suspended_on = day + timedelta(days=run)
        if suspended_on > after(*events, term=term).due_on:
            break
        day = suspended_on + timedelta(days=pause)
        events += [at(Tick.SUSPENDED, suspended_on), at(Tick.RESUMED, day)]
        pauses.append((suspended_on, day))
    assert after(*events, term=term).due_on == walked(start, pauses, length)

"""Due dates are those of the law, equal to the announced calendar on every day it covers."""

import doctest
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhengtong.kernel.calendar import law
from zhengtong.kernel.calendar.contracts import Affected, DateOutsideCalendar, Unit
from zhengtong.kernel.calendar.law import WorkingCalendar, estimated_days_off
from zhengtong.kernel.calendar.notices import read_notices, shipped_notices

CALENDAR = WorkingCalendar(shipped_notices())
DAY = timedelta(days=1)
FIRST, LAST = date(2004, 1, 1), date(2026, 12, 31)
NOTICE_2027 = """
[[notice]]
year = 2027
citation = "演示〔2026〕1号"
off = ["元旦 2027-01-01/2027-01-03", "春节 2027-02-05/2027-02-11"]
work = ["2026-12-26", "2027-02-20"]
"""

days = st.dates(FIRST, date(2049, 12, 31))


def test_every_day_from_2004_to_2026_is_worked_when_the_independent_table_says_so() -> None:
    span = [FIRST + DAY * step for step in range((LAST - FIRST).days + 1)]
    assert len(span) == 8_401
    assert [day for day in span if CALENDAR.is_working_day(day) != chinese_calendar.is_workday(day)] == []


def test_every_due_date_is_the_nth_worked_day_after_the_start() -> None:
    worked = [day for day in (FIRST + DAY * step for step in range(8_401)) if chinese_calendar.is_workday(day)]
    for length in (1, 5, 20):
        later = 0
        for start in (FIRST + DAY * step for step in range(8_000)):
            while worked[later] <= start:
                later += 1
            assert CALENDAR.due_on(start, length).on == worked[later + length - 1]


@pytest.mark.parametrize(
    ("start", "length", "due"),
    [
        ("2026-02-13", 1, "2026-02-14"),  # the Saturday before Spring Festival is worked
        ("2026-02-14", 1, "2026-02-24"),  # nine days off follow
        ("2026-09-30", 3, "2026-10-10"),  # 8, 9, and the Saturday made up
        ("2026-11-21", 1, "2026-11-23"),  # received on a Saturday: Monday is the first day
        ("2020-01-23", 1, "2020-02-03"),  # Spring Festival 2020 was prolonged by three days
    ],
)
def test_working_days_are_counted_around_holidays_and_make_up_days(start: str, length: int, due: str) -> None:
    answer = CALENDAR.due_on(date.fromisoformat(start), length)
    assert answer.on == date.fromisoformat(due)
    assert not answer.provisional


def test_before_the_amending_notice_a_due_date_was_another() -> None:
    original = WorkingCalendar(notice for notice in shipped_notices() if not notice.amends)
    assert original.due_on(date(2020, 1, 23), 1).on == date(2020, 1, 31)
    assert original.version != CALENDAR.version


@given(start=days, length=st.integers(1, 60))
def test_a_period_of_working_days_ends_on_one_and_holds_just_that_many(start: date, length: int) -> None:
    due = CALENDAR.due_on(start, length)
    assert CALENDAR.is_working_day(due.on)
    assert CALENDAR.working_days_between(start, due.on) == length
    assert CALENDAR.working_days_between(due.on, start) == -length


@given(start=days, length=st.integers(0, 200))
def test_calendar_days_roll_to_the_next_working_day_and_no_further(start: date, length: int) -> None:
    counted = start + DAY * length
    due = CALENDAR.due_on(start, length, Unit.CALENDAR_DAYS).on
    assert CALENDAR.is_working_day(due)
    assert not any(CALENDAR.is_working_day(counted + DAY * step) for step in range((due - counted).days))
    assert CALENDAR.due_on(start, length, Unit.CALENDAR_DAYS, rolls=False).on == counted


def test_a_period_of_ten_calendar_days_that_ends_in_the_national_holiday_ends_after_it() -> None:
    assert CALENDAR.due_on(date(2026, 9, 21), 10, Unit.CALENDAR_DAYS).on == date(2026, 10, 8)


@pytest.mark.parametrize(
    ("start", "length", "unit", "due"),
    [
        ("2026-01-31", 1, Unit.MONTHS, "2026-02-28"),
        ("2024-02-29", 1, Unit.YEARS, "2025-02-28"),
        ("2025-11-30", 3, Unit.MONTHS, "2026-02-28"),
        ("2026-08-15", 6, Unit.MONTHS, "2027-02-15"),
    ],
)
def test_months_and_years_end_on_the_corresponding_day_or_the_last(
    start: str, length: int, unit: Unit, due: str
) -> None:
    answer = CALENDAR.due_on(date.fromisoformat(start), length, unit, rolls=False)
    assert answer.on == date.fromisoformat(due)
    assert not answer.provisional  # nothing hangs on the calendar when the end does not roll


def test_a_period_of_no_working_days_ends_today_or_when_offices_open_again() -> None:
    assert CALENDAR.due_on(date(2026, 11, 20), 0).on == date(2026, 11, 20)
    assert CALENDAR.due_on(date(2026, 11, 21), 0).on == date(2026, 11, 23)


def test_a_due_date_is_provisional_as_soon_as_its_period_reaches_an_unsettled_day() -> None:
    assert not CALENDAR.due_on(date(2026, 12, 1), 17).provisional
    assert CALENDAR.due_on(date(2026, 12, 1), 17).on == date(2026, 12, 24)
    assert CALENDAR.due_on(date(2026, 12, 1), 18).provisional
    assert CALENDAR.due_on(date(2026, 12, 20), 7, Unit.CALENDAR_DAYS).provisional
    assert not CALENDAR.due_on(date(2026, 12, 20), 4, Unit.CALENDAR_DAYS).provisional


def test_when_the_notice_arrives_a_due_date_is_recomputed_and_becomes_certain() -> None:
    announced = WorkingCalendar((*shipped_notices(), *read_notices(NOTICE_2027)))
    before = CALENDAR.due_on(date(2026, 12, 18), 6)
    after = announced.recompute(before)
    assert (before.on, before.provisional) == (date(2026, 12, 28), True)
    assert (after.on, after.provisional) == (date(2026, 12, 26), False)  # the notice makes that Saturday a working day
    affected = CALENDAR.compared_with(announced)
    assert affected == Affected(date(2026, 12, 25), date(2027, 12, 24))
    assert affected.touches(before)
    assert not affected.touches(CALENDAR.due_on(date(2026, 12, 1), 3))
    assert not affected.touches(announced.due_on(date(2028, 1, 1), 3))


def test_two_equal_calendars_have_nothing_to_recompute() -> None:
    assert CALENDAR.compared_with(WorkingCalendar(shipped_notices())) is None


def test_a_year_to_come_keeps_the_thirteen_statutory_holidays_free() -> None:
    off = estimated_days_off(2027)
    assert len(off) == 13
    assert not any(CALENDAR.is_working_day(day) for day in off)
    assert all(day.weekday() < 5 for day in off)
    assert [day for day, name in off.items() if name == "端午节"] == [date(2027, 6, 9)]
    assert CALENDAR.day(date(2027, 2, 8)) == (date(2027, 2, 8), False, True, "春节")


def test_the_estimate_beats_weekends_alone_on_the_years_we_can_check() -> None:
    """Had 2025 not been announced: the estimate misjudges fewer days than counting Monday to Friday would."""
    known = [notice for notice in shipped_notices() if notice.year != 2025]
    estimated = WorkingCalendar(known)
    span = [date(2025, 1, 8) + DAY * step for step in range(340)]
    truth = [chinese_calendar.is_workday(day) for day in span]
    wrong = sum(estimated.is_working_day(day) != right for day, right in zip(span, truth, strict=True))
    weekdays_wrong = sum((day.weekday() < 5) != right for day, right in zip(span, truth, strict=True))
    assert wrong < weekdays_wrong


@given(
    start=days,
    length=st.integers(0, 400),
    unit=st.sampled_from(Unit),
    options=st.fixed_dictionaries({"rolls": st.booleans()}),
)
def test_recomputing_under_the_same_calendar_changes_nothing(
    start: date, length: int, unit: Unit, options: dict[str, bool]
) -> None:
    try:
        due = CALENDAR.due_on(start, length, unit, **options)
    except DateOutsideCalendar:
        return
    assert CALENDAR.recompute(due) == due
    assert due.on >= start


@pytest.mark.parametrize(
    ("start", "length", "unit"),
    [
        (date(2003, 12, 31), 1, Unit.WORKING_DAYS),
        (date(2050, 12, 30), 5, Unit.WORKING_DAYS),
        (date(2051, 1, 1), 1, Unit.WORKING_DAYS),
        (date(2003, 12, 1), 1, Unit.CALENDAR_DAYS),
        (date(2050, 12, 30), 5, Unit.CALENDAR_DAYS),
        (date(2026, 1, 1), 8_000, Unit.YEARS),
        (date(2050, 12, 31), 0, Unit.CALENDAR_DAYS),
        (date(2050, 12, 31), 0, Unit.WORKING_DAYS),
    ],
)
def test_a_period_beyond_the_calendar_is_refused_not_guessed(start: date, length: int, unit: Unit) -> None:
    with pytest.raises(DateOutsideCalendar):
        CALENDAR.due_on(start, length, unit)


def test_a_term_that_does_not_roll_may_outlast_the_calendar() -> None:
    assert CALENDAR.due_on(date(2026, 1, 1), 70, Unit.YEARS, rolls=False).on == date(2096, 1, 1)


def test_a_moment_is_no_date_and_a_period_never_runs_backwards() -> None:
    with pytest.raises(TypeError, match="on_day"):
        CALENDAR.due_on(datetime(2026, 1, 1, tzinfo=UTC), 1)
    with pytest.raises(ValueError, match="ends before it starts"):
        CALENDAR.due_on(date(2026, 1, 5), -1)


def test_the_pure_part_needs_no_django() -> None:
    program = "import sys, zhengtong.kernel.calendar.law; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_examples_hold() -> None:
    assert doctest.testmod(law) == (0, 1)  # failed, attempted

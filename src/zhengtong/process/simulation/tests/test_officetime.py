"""The office clock: what counts as office time, there and back."""

from datetime import date, datetime, time

from hypothesis import given
from hypothesis import strategies as st

from zhengtong.kernel.calendar import api as calendars
from zhengtong.process.mining.api import OfficeHours
from zhengtong.process.simulation.officetime import DAY, OfficeClock

HOUR = 3600
HOURS = OfficeHours(intervals=((time(9), time(12)), (time(13, 30), time(17))))
MONDAY = date(2026, 1, 5)


def clock() -> OfficeClock:
    return OfficeClock(HOURS, MONDAY)


def test_lunch_evening_and_weekend_do_not_count() -> None:
    assert clock().worked(9 * HOUR) == 0
    assert clock().worked(13 * HOUR) == 3 * HOUR
    assert clock().worked(DAY) == 6.5 * HOUR
    assert clock().worked(7 * DAY) == 5 * 6.5 * HOUR


def test_work_begun_before_closing_goes_on_the_next_working_day() -> None:
    friday_at_four = 4 * DAY + 16 * HOUR
    assert clock().after(friday_at_four, 2 * HOUR) == 7 * DAY + 10 * HOUR
    assert clock().after(friday_at_four, HOUR) == 4 * DAY + 17 * HOUR


def test_nothing_to_do_waits_for_the_doors_to_open() -> None:
    assert clock().after(5 * DAY, 0) == 7 * DAY + 9 * HOUR
    assert clock().after(10 * HOUR, 0) == 10 * HOUR


def test_the_state_council_calendar_decides_what_a_working_day_is() -> None:
    calendar = calendars.WorkingCalendar(calendars.shipped_notices())
    hours = OfficeHours(is_working_day=calendar.is_working_day, intervals=HOURS.intervals)
    spring = OfficeClock(hours, date(2026, 2, 1))
    days = spring.working_days(0, 27 * DAY)
    assert days == calendar.working_days_between(date(2026, 2, 1), date(2026, 2, 28))


@given(start=st.floats(0, 30 * DAY), seconds=st.floats(1, 200 * HOUR))
def test_after_is_the_inverse_of_worked(start: float, seconds: float) -> None:
    end = clock().after(start, seconds)
    assert end >= start
    assert abs(clock().worked(end) - clock().worked(start) - seconds) < 1e-3


def test_moments_are_beijing_time() -> None:
    from zhengtong.process.simulation.officetime import midnight

    assert midnight(MONDAY) == datetime.fromisoformat("2026-01-05T00:00+08:00")

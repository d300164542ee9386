"""Values at the door: Python to FEEL and back, text and JSON; and the calendar arithmetic beneath."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhengtong.rules.feel.api import (
    Date,
    DateTime,
    DayTimeDuration,
    Range,
    YearMonthDuration,
    compile_expression,
    feel_text,
    from_python,
    to_json,
    to_python,
)
from zhengtong.rules.feel.values.durations import parse_duration
from zhengtong.rules.feel.values.reading import parse_datetime
from zhengtong.rules.feel.values.temporal import date_of_ordinal

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7, "7"),
        (0.1, "0.1"),
        (float("nan"), "null"),
        (Decimal("NaN"), "null"),
        (date(2026, 11, 22), "2026-11-22"),
        (time(8, 30, tzinfo=UTC), "08:30:00Z"),
        (datetime(2026, 11, 22, 8, 30, tzinfo=SHANGHAI), "2026-11-22T08:30:00@Asia/Shanghai"),
        (datetime(2026, 11, 22, 8, 30, 0, 5, timezone(timedelta(hours=-2))), "2026-11-22T08:30:00.000005-02:00"),
        (timedelta(days=1, seconds=61), "P1DT1M1S"),
        ((1, {"a": {2}}), "[1, {a: [2]}]"),
    ],
)
def test_python_values_become_feel_values(value: Any, text: str) -> None:
    found = from_python(value)
    assert ("null" if found is None else feel_text(found)) == text


@pytest.mark.parametrize(
    "value",
    [
        date(2026, 11, 22),
        datetime(2026, 11, 22, 8, 30, tzinfo=SHANGHAI),
        datetime(2026, 11, 22, 8, 30, tzinfo=timezone(timedelta(hours=8))),
        time(8, 30),
        timedelta(days=-3, microseconds=7),
        {"a": [Decimal("1.5"), None, True, "x"]},
    ],
)
def test_values_come_back_as_they_went_in(value: Any) -> None:
    assert to_python(from_python(value)) == value


def test_what_python_cannot_hold_comes_back_as_text() -> None:
    assert to_python(Date(-44, 3, 15)) == "-0044-03-15"
    assert to_python(YearMonthDuration(14)) == "P1Y2M"
    assert to_python(DayTimeDuration(9 * 10**22)) == "P1041666666DT16H"
    assert to_python(Range(Decimal(1), Decimal(2))) == "[1..2]"
    assert to_json([Decimal(5), Decimal("0.5"), Date(2026, 1, 2)]) == [5, "0.5", "2026-01-02"]


@settings(deadline=None)
@given(st.integers(-365_000_000_000, 365_000_000_000))
def test_every_day_number_is_one_day_and_back(ordinal: int) -> None:
    day = date_of_ordinal(ordinal)
    assert day is not None
    assert day.ordinal == ordinal


@settings(deadline=None)
@given(st.dates(), st.integers(-100_000, 100_000))
def test_adding_days_agrees_with_pythons_calendar(day: date, days: int) -> None:
    try:
        expected = str(day + timedelta(days=days))
    except OverflowError:
        return
    source = f'date({day.year}, {day.month}, {day.day}) + duration("P1D") * {days}'
    assert feel_text(compile_expression(source).value()) == expected


@settings(deadline=None)
@given(st.integers(-(10**21), 10**21), st.integers(-(10**9), 10**9))
def test_durations_are_read_as_they_are_written(nanos: int, months: int) -> None:
    for duration in (DayTimeDuration(nanos), YearMonthDuration(months)):
        read = parse_duration(str(duration))
        assert read == duration or (duration.total == 0 and read is not None and read.total == 0)


@settings(deadline=None)
@given(st.datetimes(min_value=datetime(1950, 1, 1), max_value=datetime(2090, 1, 1)), st.integers(-(10**6), 10**6))  # noqa: DTZ001
def test_moments_in_a_zone_move_along_the_line_of_utc(moment: datetime, minutes: int) -> None:
    zone = ZoneInfo("Europe/Paris")
    aware = moment.replace(microsecond=0, tzinfo=zone)
    aware = aware.astimezone(UTC).astimezone(zone)
    expected = (aware.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(zone)
    result = compile_expression(f'm + duration("PT1M") * {minutes}').value({"m": aware})
    assert isinstance(result, DateTime)
    if expected.fold == 0 and aware.fold == 0:
        assert feel_text(result) == f"{expected.replace(tzinfo=None).isoformat()}@Europe/Paris"
    assert parse_datetime(str(result)) == result

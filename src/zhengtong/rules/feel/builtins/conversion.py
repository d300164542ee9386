"""Conversion functions 转换函数 (DMN 1.5, table 61)."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from zhengtong.rules.feel.builtins.registry import builtin
from zhengtong.rules.feel.comparison import order
from zhengtong.rules.feel.lexer import unescape
from zhengtong.rules.feel.numbers import parse_number
from zhengtong.rules.feel.runtime import FeelError, Runtime
from zhengtong.rules.feel.text import feel_text
from zhengtong.rules.feel.values import Date, DateTime, DayTimeDuration, Range, Time, YearMonthDuration
from zhengtong.rules.feel.values.durations import parse_duration
from zhengtong.rules.feel.values.reading import parse_date, parse_datetime, parse_temporal, parse_time
from zhengtong.rules.feel.values.temporal import OFFSET_LIMIT, find_zone, make_date

_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d+)?|\.\d+)([eE][+-]?\d{1,5})?", re.ASCII)
_MIDNIGHT_UTC: Final = Time(0, 0, 0, 0, 0)


def _found(value: Any, what: str) -> Any:
    if value is None:
        raise FeelError("out-of-range", detail=what)
    return value


def _whole(number: Decimal, what: str) -> int:
    if number != number.to_integral_value() or abs(number) > 10**12:
        raise FeelError("out-of-range", detail=what)
    return int(number)


@builtin("date(from: string)")
def date_from_text(text: str) -> Date:
    """Read a date."""
    return _found(parse_date(text), "date")  # type: ignore[no-any-return]


@builtin("date(from: date or date and time)")
def date_from_moment(moment: Date | DateTime) -> Date:
    """Return the date of a date and time."""
    return moment.date if isinstance(moment, DateTime) else moment


@builtin("date(year: number, month: number, day: number)")
def date_from_parts(year: Decimal, month: Decimal, day: Decimal) -> Date:
    """Build a date."""
    parts = (_whole(year, "year"), _whole(month, "month"), _whole(day, "day"))
    return _found(make_date(*parts), "date")  # type: ignore[no-any-return]


@builtin("time(from: string)")
def time_from_text(text: str) -> Time:
    """Read a time."""
    return _found(parse_time(text), "time")  # type: ignore[no-any-return]


@builtin("time(from: date or date and time)", "time(from: time)")
def time_from_moment(moment: Date | DateTime | Time) -> Time:
    """Return the time of a date and time; a date counts as midnight UTC."""
    if isinstance(moment, Time):
        return moment
    return moment.time if isinstance(moment, DateTime) else _MIDNIGHT_UTC


def _time(hour: Decimal, minute: Decimal, second: Decimal, offset: int | None, zone: str | None = None) -> Time:
    whole = int(second)
    hours, minutes = _whole(hour, "hour"), _whole(minute, "minute")
    if not (0 <= hours <= 23 and 0 <= minutes <= 59 and 0 <= second < 60):
        raise FeelError("out-of-range", detail="time")
    nano = int((second - whole).scaleb(9))
    return Time(hours, minutes, whole, nano, offset, zone)


def _offset(offset: DayTimeDuration | None) -> int | None:
    if offset is None:
        return None
    if abs(offset.whole_seconds) > OFFSET_LIMIT:
        raise FeelError("out-of-range", detail="offset")
    return offset.whole_seconds


@builtin("time(hour: number, minute: number, second: number, [offset: days and time duration?])")
def time_from_parts(hour: Decimal, minute: Decimal, second: Decimal, offset: DayTimeDuration | None = None) -> Time:
    """Build a time."""
    return _time(hour, minute, second, _offset(offset))


@builtin("date and time(from: string)")
def datetime_from_text(text: str) -> DateTime:
    """Read a date and time; a date alone is its midnight."""
    return _found(parse_datetime(text), "date and time")  # type: ignore[no-any-return]


@builtin("date and time(from: date and time)")
def datetime_from_moment(moment: DateTime) -> DateTime:
    """Return the date and time itself."""
    return moment


@builtin("date and time(date: date or date and time, time: time)")
def datetime_from_date(date: Date | DateTime, time: Time) -> DateTime:
    """Join a date and a time."""
    return DateTime(date.date if isinstance(date, DateTime) else date, time)


@builtin(
    "date and time(year: number, month: number, day: number, hour: number, minute: number, second: number, "
    "[offset: days and time duration?])"
)
def datetime_from_parts(
    year: Decimal,
    month: Decimal,
    day: Decimal,
    hour: Decimal,
    minute: Decimal,
    second: Decimal,
    offset: DayTimeDuration | None = None,
) -> DateTime:
    """Build a date and time with an offset."""
    return DateTime(date_from_parts(year, month, day), _time(hour, minute, second, _offset(offset)))


@builtin(
    "date and time(year: number, month: number, day: number, hour: number, minute: number, second: number, "
    "timezone: string)"
)
def datetime_in_zone(
    year: Decimal, month: Decimal, day: Decimal, hour: Decimal, minute: Decimal, second: Decimal, timezone: str
) -> DateTime:
    """Build a date and time in a zone."""
    _found(find_zone(timezone), "timezone")
    return DateTime(date_from_parts(year, month, day), _time(hour, minute, second, None, timezone))


@builtin("duration(from: string)")
def duration_from_text(text: str) -> YearMonthDuration | DayTimeDuration:
    """Read a duration of either kind."""
    return _found(parse_duration(text), "duration")  # type: ignore[no-any-return]


@builtin("duration(from: duration)")
def duration_itself(value: YearMonthDuration | DayTimeDuration) -> YearMonthDuration | DayTimeDuration:
    """Return the duration itself."""
    return value


@builtin("years and months duration(from: date or date and time, to: date or date and time)")
def years_and_months(start: Date | DateTime, stop: Date | DateTime) -> YearMonthDuration:
    """Return the whole months from one day to another."""
    a = start.date if isinstance(start, DateTime) else start
    b = stop.date if isinstance(stop, DateTime) else stop
    months = (b.year - a.year) * 12 + b.month - a.month
    if months > 0 and b.day < a.day:
        months -= 1
    elif months < 0 and b.day > a.day:
        months += 1
    return YearMonthDuration(months)


@builtin("number(from: string, [grouping separator: string?], [decimal separator: string?])")
def number(text: str, grouping_separator: str | None = None, decimal_separator: str | None = None) -> Decimal:
    """Read a number, with separators of thousands (space, comma, period) and of decimals (comma, period)."""
    grouping, point = grouping_separator, decimal_separator
    if grouping not in {None, " ", ",", "."} or point not in {None, ",", "."} or (grouping and grouping == point):
        raise FeelError("out-of-range", detail="separator")
    if grouping:
        text = text.replace(grouping, "")
    if point:
        text = text.replace(point, ".")
    if len(text) > 10_000 or not _NUMBER.fullmatch(text):
        raise FeelError("out-of-range", detail="number")
    return parse_number(text)


@builtin("number(from: number)")
def number_itself(value: Decimal) -> Decimal:
    """Return the number itself."""
    return value


@builtin("string(from: any)")
def string(runtime: Runtime, value: Any) -> str | None:
    """Write a value as text; null stays null."""
    if value is None:
        return None
    text = feel_text(value)
    runtime.afford(len(text))
    return text


@builtin("range(from: string)")
def range_from_text(text: str) -> Range:
    """Read a range such as `"[18..65)"`; an end left out is unbounded: `"[18..)"`."""
    match = _RANGE.fullmatch(text.strip())
    if match is None:
        raise FeelError("out-of-range", detail="range")
    low, high = _end(match["low"]), _end(match["high"])
    opened, closed = match["open"] == "[", match["close"] == "]"
    unbounded_and_included = (low is None and opened) or (high is None and closed)
    if unbounded_and_included or (low is None and high is None):
        raise FeelError("out-of-range", detail="range")
    if low is not None and high is not None and order(low, high) not in {-1, 0}:
        raise FeelError("out-of-range", detail="range")
    return Range(low, high, opened, closed)


def _end(text: str) -> Any:
    """Read an end of a range: a number, a string, an @-literal, or a call of a temporal constructor with one string."""
    text = text.strip()
    if not text:
        return None
    if _NUMBER.fullmatch(text):
        return parse_number(text)
    match = _LITERAL.fullmatch(text)
    if match is None:
        raise FeelError("out-of-range", detail="range")
    inner = unescape(match["text"])
    if match["call"] is None:
        return _found(parse_temporal(inner), "range") if match["at"] else inner
    return _found(_CONSTRUCTORS[" ".join(match["call"].split())](inner), "range")


_RANGE: Final = re.compile(r"(?P<open>[\[(\]])(?P<low>.*?)\.\.(?P<high>.*)(?P<close>[\])\[])", re.DOTALL)
_LITERAL: Final = re.compile(
    r"(?P<at>@?)(?:(?P<call>date\s+and\s+time|date|time|duration)\s*\(\s*)?"
    r'"(?P<text>(?:[^"\\]|\\.)*)"(?(call)\s*\))'
)
_CONSTRUCTORS: Final[dict[str, Callable[[str], Any]]] = {
    "date": parse_date,
    "time": parse_time,
    "date and time": parse_datetime,
    "duration": parse_duration,
}


@builtin("@(from: string)")
def at_literal(text: str) -> Any:
    """Read the literal `@"…"`."""
    return _found(parse_temporal(text), text)

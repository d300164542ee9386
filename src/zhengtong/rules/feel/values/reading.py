"""Reading 读取: dates and times from their ISO 8601 writing with FEEL's zone suffix (DMN 1.5, 10.3.4.1)."""

import re
from typing import Final

from zhengtong.rules.feel.values.durations import DayTimeDuration, YearMonthDuration, parse_duration
from zhengtong.rules.feel.values.temporal import OFFSET_LIMIT, Date, DateTime, Time, find_zone, make_date

_DATE: Final = re.compile(r"(-?)(\d{4}|[1-9]\d{4,8})-(\d\d)-(\d\d)", re.ASCII)
_TIME: Final = re.compile(
    r"(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9})\d*)?(?:(Z)|([+-])(\d\d):(\d\d)(?::(\d\d))?|@([A-Za-z][\w+\-/]{0,60}))?",
    re.ASCII,
)
_MIDNIGHT: Final = Time(0, 0, 0)

Temporal = Date | Time | DateTime | YearMonthDuration | DayTimeDuration


def parse_date(text: str) -> Date | None:
    """Read `2026-11-22`; a year of more than four digits has no leading zero.

    >>> str(parse_date("-2017-12-31")), parse_date("2017-02-30")
    ('-2017-12-31', None)
    """
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    sign, year, month, day = match.groups()
    return make_date(-int(year) if sign else int(year), int(month), int(day))


def parse_time(text: str) -> Time | None:
    """Read `10:30:00`, with a fraction, `Z`, `+08:00` or `@Asia/Shanghai`."""
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    hour, minute, second = (int(match.group(i)) for i in (1, 2, 3))
    if hour > 23 or minute > 59 or second > 59:
        return None
    nano = int((match.group(4) or "").ljust(9, "0"))
    if match.group(5):
        return Time(hour, minute, second, nano, 0)
    if match.group(6):
        offset = _offset(match)
        return None if offset is None else Time(hour, minute, second, nano, offset)
    zone = match.group(10)
    if zone is not None and find_zone(zone) is None:
        return None
    return Time(hour, minute, second, nano, None, zone)


def _offset(match: re.Match[str]) -> int | None:
    hours, minutes, seconds = int(match.group(7)), int(match.group(8)), int(match.group(9) or 0)
    total = hours * 3600 + minutes * 60 + seconds
    if minutes > 59 or seconds > 59 or total > OFFSET_LIMIT:
        return None
    return -total if match.group(6) == "-" else total


def parse_datetime(text: str) -> DateTime | None:
    """Read `2026-11-22T10:30:00+08:00`; a date alone is its midnight."""
    day_text, mark, time_text = text.partition("T")
    day = parse_date(day_text)
    if day is None:
        return None
    if not mark:
        return DateTime(day, _MIDNIGHT)
    time = parse_time(time_text)
    return None if time is None else DateTime(day, time)


def parse_temporal(text: str) -> Temporal | None:
    """Read what stands after `@`: a date, a time, a date and time or a duration."""
    if text.startswith(("P", "-P")):
        return parse_duration(text)
    if "T" in text and not text.startswith("T"):
        moment = parse_datetime(text)
        if moment is not None:
            return moment
    return parse_date(text) or parse_time(text)

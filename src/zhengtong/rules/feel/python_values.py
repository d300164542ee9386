"""Python values 与 Python 值互转: at the door, ints, floats, dates and the like become FEEL values, and back."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from zhengtong.rules.feel.numbers import CONTEXT, from_float, is_integer, to_text
from zhengtong.rules.feel.text import feel_text
from zhengtong.rules.feel.values import Date, DateTime, DayTimeDuration, FeelFunction, Range, Time, YearMonthDuration
from zhengtong.rules.feel.values.durations import NANOS

_READY: Final = frozenset(
    {type(None), bool, str, Date, Time, DateTime, YearMonthDuration, DayTimeDuration, Range, FeelFunction}
)
DEPTH_LIMIT: Final = 64


def from_python(value: Any, depth: int = 0) -> Any:
    """Convert a Python value to a FEEL value; FEEL values stay as they are.

    Raises:
        TypeError: a kind of value FEEL does not know, or one nested deeper than 64 levels.
    """
    kind = type(value)
    if kind is Decimal:
        return value if value.is_finite() else None
    if kind in _READY:
        return value
    if depth > DEPTH_LIMIT:
        raise TypeError("nested too deep")
    if kind is dict or isinstance(value, Mapping):
        return {str(name): from_python(item, depth + 1) for name, item in value.items()}
    if kind is list or isinstance(value, list | tuple | set | frozenset):
        return [from_python(item, depth + 1) for item in value]
    for known, convert in _FROM_PYTHON:
        if isinstance(value, known):
            return convert(value)
    raise TypeError(f"{kind.__name__} is no FEEL value")


def _from_int(value: int) -> Decimal:
    if abs(value).bit_length() > 20_000:
        raise TypeError("the number exceeds 34-digit decimals")
    return CONTEXT.create_decimal(value)


def _from_decimal(value: Decimal) -> Decimal | None:
    return CONTEXT.plus(value) if value.is_finite() else None


def _from_time(value: time, on: datetime | None = None) -> Time:
    zone = value.tzinfo
    nano = value.microsecond * 1000
    if zone is None:
        return Time(value.hour, value.minute, value.second, nano)
    if isinstance(zone, ZoneInfo) and zone.key:
        return Time(value.hour, value.minute, value.second, nano, None, zone.key)
    offset = (on or value).utcoffset() or timedelta()
    return Time(value.hour, value.minute, value.second, nano, int(offset.total_seconds()))


def _from_datetime(value: datetime) -> DateTime:
    return DateTime(Date(value.year, value.month, value.day), _from_time(value.timetz(), value))


def _from_timedelta(value: timedelta) -> DayTimeDuration:
    return DayTimeDuration((value.days * 86_400 + value.seconds) * NANOS + value.microseconds * 1000)


_FROM_PYTHON: Final[tuple[tuple[type, Callable[[Any], Any]], ...]] = (
    (int, _from_int),
    (float, from_float),
    (Decimal, _from_decimal),
    (datetime, _from_datetime),
    (date, lambda v: Date(v.year, v.month, v.day)),
    (time, _from_time),
    (timedelta, _from_timedelta),
    (str, str),
)


def to_python(value: Any) -> Any:
    """Convert a FEEL value to plain Python: dates and times to `datetime` where it can hold them, else to text.

    Numbers stay `Decimal`; years and months have no Python kind and become ISO text; functions become their signature.
    """
    if isinstance(value, list):
        return [to_python(item) for item in value]
    if isinstance(value, dict):
        return {name: to_python(item) for name, item in value.items()}
    if isinstance(value, Date | Time | DateTime):
        return _to_datetime(value)
    if isinstance(value, DayTimeDuration):
        return timedelta(microseconds=value.total // 1000) if abs(value.total) < 8 * 10**22 else str(value)
    if isinstance(value, YearMonthDuration | Range | FeelFunction):
        return feel_text(value)
    return value


def _to_datetime(value: Date | Time | DateTime) -> date | time | datetime | str:
    if isinstance(value, Time):
        return time(value.hour, value.minute, value.second, value.nano // 1000, _tzinfo(value))
    day = value if isinstance(value, Date) else value.date
    if not 1 <= day.year <= 9999:
        return str(value)
    if isinstance(value, Date):
        return date(day.year, day.month, day.day)
    clock = value.time
    return datetime(
        day.year, day.month, day.day, clock.hour, clock.minute, clock.second, clock.nano // 1000, _tzinfo(clock)
    )


def _tzinfo(value: Time) -> ZoneInfo | timezone | None:
    if value.zone is not None:
        return ZoneInfo(value.zone)
    return None if value.offset is None else timezone(timedelta(seconds=value.offset))


def to_json(value: Any) -> Any:
    """Convert a FEEL value to what JSON holds: whole numbers to int, other numbers and everything temporal to text."""
    if isinstance(value, list):
        return [to_json(item) for item in value]
    if isinstance(value, dict):
        return {name: to_json(item) for name, item in value.items()}
    if isinstance(value, Decimal):
        return int(value) if is_integer(value) and abs(value) < 10**15 else to_text(value)
    if value is None or isinstance(value, bool | str):
        return value

    return feel_text(value)

"""Properties 属性: the members of dates, times, durations and ranges (DMN 1.5, table 65)."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from zhengtong.rules.feel.values import Date, DateTime, DayTimeDuration, Range, Time, YearMonthDuration


def _offset(seconds: int | None) -> DayTimeDuration | None:
    return None if seconds is None else DayTimeDuration.of_seconds(seconds)


def _signed(position: int) -> Callable[[DayTimeDuration], Decimal]:
    def part(duration: DayTimeDuration) -> Decimal:
        value = duration.parts()[position]
        return Decimal(-value if duration.total < 0 else value)

    return part


_DAY: Final[Mapping[str, Callable[[Any], Any]]] = {
    "year": lambda v: Decimal(v.year),
    "month": lambda v: Decimal(v.month),
    "day": lambda v: Decimal(v.day),
    "weekday": lambda v: Decimal(v.weekday),
}
_CLOCK: Final[Mapping[str, Callable[[Any], Any]]] = {
    "hour": lambda v: Decimal(v.hour),
    "minute": lambda v: Decimal(v.minute),
    "second": lambda v: Decimal(v.second),
    "timezone": lambda v: v.zone,
}


def _of_date(read: Callable[[Any], Any]) -> Callable[[DateTime], Any]:
    return lambda v: read(v.date)


def _of_time(read: Callable[[Any], Any]) -> Callable[[DateTime], Any]:
    return lambda v: read(v.time)


PROPERTIES: Final[dict[type, Mapping[str, Callable[[Any], Any]]]] = {
    Date: _DAY,
    Time: {**_CLOCK, "time offset": lambda v: _offset(v.offset_on(Date(1970, 1, 1)))},
    DateTime: {
        **{name: _of_date(read) for name, read in _DAY.items()},
        **{name: _of_time(read) for name, read in _CLOCK.items()},
        "time offset": lambda v: _offset(v.offset),
    },
    YearMonthDuration: {"years": lambda v: Decimal(v.years), "months": lambda v: Decimal(v.months)},
    DayTimeDuration: {name: _signed(i) for i, name in enumerate(("days", "hours", "minutes", "seconds"))},
    Range: {
        "start": lambda v: v.low,
        "end": lambda v: v.high,
        "start included": lambda v: v.low_included,
        "end included": lambda v: v.high_included,
    },
}


def member_of(value: Any, name: str) -> tuple[bool, Any]:
    """Return whether *value* has the member, and its value (null if not)."""
    if isinstance(value, dict):
        return name in value, value.get(name)
    read = PROPERTIES.get(type(value), {}).get(name)
    return (False, None) if read is None else (True, read(value))

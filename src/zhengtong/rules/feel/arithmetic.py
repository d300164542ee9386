"""Arithmetic 算术: +, -, *, /, ** over numbers, strings, dates, times and durations (DMN 1.5, tables 56–58).

Each function returns the result or `NOT_APPLICABLE`; the caller turns that into null with a diagnostic.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from zhengtong.rules.feel import numbers
from zhengtong.rules.feel.values import Date, DateTime, DayTimeDuration, Time, YearMonthDuration
from zhengtong.rules.feel.values.durations import MONTHS_LIMIT, NANOS, NANOS_LIMIT
from zhengtong.rules.feel.values.temporal import DAY_NANOS, add_months, date_of_ordinal, shift, time_of_nanos

Operation = Callable[[Any, Any], Any]
NOT_APPLICABLE: Final = object()
_MIDNIGHT_UTC: Final = Time(0, 0, 0, 0, 0)


def _or_not(value: Any) -> Any:
    return NOT_APPLICABLE if value is None else value


def _months(total: int) -> Any:
    return YearMonthDuration(total) if abs(total) <= MONTHS_LIMIT else NOT_APPLICABLE


def _nanos(total: int) -> Any:
    return DayTimeDuration(total) if abs(total) <= NANOS_LIMIT else NOT_APPLICABLE


def _date_plus_months(day: Date, months: int) -> Any:
    return _or_not(add_months(day, months))


def _moment_plus_months(moment: DateTime, months: int) -> Any:
    day = add_months(moment.date, months)
    return NOT_APPLICABLE if day is None else DateTime(day, moment.time)


def _date_plus_nanos(day: Date, nanos: int) -> Any:
    return _or_not(date_of_ordinal(day.ordinal + nanos // DAY_NANOS))


def _time_plus_nanos(time: Time, nanos: int) -> Any:
    return time_of_nanos(time.nanos + nanos, time.offset, time.zone)


def _between_moments(a: DateTime, b: DateTime) -> Any:
    if a.is_zoned is not b.is_zoned:
        return NOT_APPLICABLE
    return _nanos(a.instant - b.instant)


def _between_times(a: Time, b: Time) -> Any:
    if a.is_zoned is not b.is_zoned:
        return NOT_APPLICABLE
    epoch = Date(1970, 1, 1)
    offset = (a.offset_on(epoch) or 0) - (b.offset_on(epoch) or 0)
    return DayTimeDuration(a.nanos - b.nanos - offset * NANOS)


def _at_midnight(day: Date) -> DateTime:
    return DateTime(day, _MIDNIGHT_UTC)


def _scaled_months(duration: YearMonthDuration, factor: Decimal, operation: Operation) -> Any:
    return _months(int(operation(Decimal(duration.total), factor)))


def _scaled_nanos(duration: DayTimeDuration, factor: Decimal, operation: Operation) -> Any:
    return _nanos(int(operation(Decimal(duration.total), factor)))


def _ratio(a: Any, b: Any) -> Any:
    return numbers.divide(Decimal(a.total), Decimal(b.total))


_N, _YM, _DT = Decimal, YearMonthDuration, DayTimeDuration

ADDITION: Final[dict[tuple[type, type], Operation]] = {
    (_N, _N): numbers.add,
    (str, str): lambda a, b: a + b,
    (_YM, _YM): lambda a, b: _months(a.total + b.total),
    (_DT, _DT): lambda a, b: _nanos(a.total + b.total),
    (Date, _YM): lambda a, b: _date_plus_months(a, b.total),
    (_YM, Date): lambda a, b: _date_plus_months(b, a.total),
    (Date, _DT): lambda a, b: _date_plus_nanos(a, b.total),
    (_DT, Date): lambda a, b: _date_plus_nanos(b, a.total),
    (DateTime, _YM): lambda a, b: _moment_plus_months(a, b.total),
    (_YM, DateTime): lambda a, b: _moment_plus_months(b, a.total),
    (DateTime, _DT): lambda a, b: _or_not(shift(a, b.total)),
    (_DT, DateTime): lambda a, b: _or_not(shift(b, a.total)),
    (Time, _DT): lambda a, b: _time_plus_nanos(a, b.total),
    (_DT, Time): lambda a, b: _time_plus_nanos(b, a.total),
}
SUBTRACTION: Final[dict[tuple[type, type], Operation]] = {
    (_N, _N): numbers.subtract,
    (_YM, _YM): lambda a, b: _months(a.total - b.total),
    (_DT, _DT): lambda a, b: _nanos(a.total - b.total),
    (Date, Date): lambda a, b: _nanos((a.ordinal - b.ordinal) * DAY_NANOS),
    (DateTime, DateTime): _between_moments,
    (Date, DateTime): lambda a, b: _between_moments(_at_midnight(a), b),
    (DateTime, Date): lambda a, b: _between_moments(a, _at_midnight(b)),
    (Time, Time): _between_times,
    (Date, _YM): lambda a, b: _date_plus_months(a, -b.total),
    (Date, _DT): lambda a, b: _date_plus_nanos(a, -b.total),
    (DateTime, _YM): lambda a, b: _moment_plus_months(a, -b.total),
    (DateTime, _DT): lambda a, b: _or_not(shift(a, -b.total)),
    (Time, _DT): lambda a, b: _time_plus_nanos(a, -b.total),
}
MULTIPLICATION: Final[dict[tuple[type, type], Operation]] = {
    (_N, _N): numbers.multiply,
    (_YM, _N): lambda a, b: _scaled_months(a, b, numbers.multiply),
    (_N, _YM): lambda a, b: _scaled_months(b, a, numbers.multiply),
    (_DT, _N): lambda a, b: _scaled_nanos(a, b, numbers.multiply),
    (_N, _DT): lambda a, b: _scaled_nanos(b, a, numbers.multiply),
}
DIVISION: Final[dict[tuple[type, type], Operation]] = {
    (_N, _N): numbers.divide,
    (_YM, _N): lambda a, b: _scaled_months(a, b, numbers.divide),
    (_DT, _N): lambda a, b: _scaled_nanos(a, b, numbers.divide),
    (_YM, _YM): _ratio,
    (_DT, _DT): _ratio,
}
POWER: Final[dict[tuple[type, type], Operation]] = {(_N, _N): lambda a, b: numbers.power(a, b) if b else numbers.ONE}
OPERATIONS: Final = {"+": ADDITION, "-": SUBTRACTION, "*": MULTIPLICATION, "/": DIVISION, "**": POWER}


def negate(value: Any) -> Any:
    """Arithmetic negation of a number or a duration."""
    if type(value) is Decimal:
        return value.copy_negate() if value else value
    if isinstance(value, YearMonthDuration | DayTimeDuration):
        return type(value)(-value.total)
    return NOT_APPLICABLE

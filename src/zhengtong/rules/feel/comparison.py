"""Comparison 比较: equality, order and membership with three truth values (DMN 1.5, 10.3.2.6–7, tables 42, 53–55).

Values of different kinds are neither equal nor unequal: the answer is null, as it is when an order is asked of kinds
that have none.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from zhengtong.rules.feel.meter import charge
from zhengtong.rules.feel.values import Date, DateTime, DayTimeDuration, FeelFunction, Range, Time, YearMonthDuration

Key = Callable[[Any], Any]


def _time_key(value: Time) -> tuple[bool, int]:
    if value.zone is not None:
        return True, value.nanos - (value.offset_on(Date(1970, 1, 1)) or 0) * 1_000_000_000
    if value.offset is None:
        return False, value.nanos
    return True, value.nanos - value.offset * 1_000_000_000


def _moment_key(value: DateTime) -> tuple[bool, int]:
    return value.is_zoned, value.instant


# How the values of a kind are put in order; the kinds with a flag compare only when the flag agrees.
_FLAGGED: Final[dict[type, Callable[[Any], tuple[bool, int]]]] = {Time: _time_key, DateTime: _moment_key}
_PLAIN: Final = frozenset({Decimal, str, Date, YearMonthDuration, DayTimeDuration})


def equal(a: Any, b: Any) -> bool | None:  # noqa: PLR0911 -- one answer a kind
    """`a = b`: true, false, or null for values of different kinds."""
    if a is None or b is None:
        return a is b
    kind = type(a)
    if kind is not type(b):
        return None
    if kind in _PLAIN or kind is bool:
        return bool(a == b)
    if kind is list:
        return _equal_lists(a, b)
    if kind is dict:
        return _equal_contexts(a, b)
    if kind in _FLAGGED:
        return _FLAGGED[kind](a) == _FLAGGED[kind](b)
    if kind is Range:
        return _equal_ranges(a, b)
    return a is b if kind is FeelFunction else None


def _equal_lists(a: list[Any], b: list[Any]) -> bool | None:
    if len(a) != len(b):
        return False
    charge(1 + len(a))
    return conjunction(equal(x, y) for x, y in zip(a, b, strict=True))


def _equal_contexts(a: dict[str, Any], b: dict[str, Any]) -> bool | None:
    if a.keys() != b.keys():
        return False
    charge(1 + len(a))
    return conjunction(equal(value, b[name]) for name, value in a.items())


def _equal_ranges(a: Range, b: Range) -> bool | None:
    if (a.low_included, a.high_included) != (b.low_included, b.high_included):
        return False
    return conjunction((equal(a.low, b.low), equal(a.high, b.high)))


def conjunction(answers: Any) -> bool | None:
    """Three-valued `and` over answers."""
    result: bool | None = True
    for answer in answers:
        if answer is False:
            return False
        if answer is not True:
            result = None
    return result


def same(a: Any, b: Any) -> bool:
    """`is(a, b)`: the same kind and the same value as written (an offset differs from a zone)."""
    if type(a) is not type(b):
        return False
    charge()
    if isinstance(a, list):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(value, b[name]) for name, value in a.items())
    if isinstance(a, Range):
        ends = (a.low_included, a.high_included) == (b.low_included, b.high_included)
        return ends and same(a.low, b.low) and same(a.high, b.high)
    return bool(a == b)


def order(a: Any, b: Any) -> int | None:
    """Return -1, 0 or 1, or None if the two do not compare."""
    kind = type(a)
    if kind is not type(b):
        return None
    if kind in _PLAIN:
        return -1 if a < b else 1 if b < a else 0
    key = _FLAGGED.get(kind)
    if key is None:
        return None
    (a_zoned, a_key), (b_zoned, b_key) = key(a), key(b)
    if a_zoned is not b_zoned:
        return None
    return -1 if a_key < b_key else 1 if b_key < a_key else 0


_ANSWERS: Final[dict[str, Callable[[int], bool]]] = {
    "<": lambda sign: sign < 0,
    "<=": lambda sign: sign <= 0,
    ">": lambda sign: sign > 0,
    ">=": lambda sign: sign >= 0,
}


def compare(operator: str, a: Any, b: Any) -> bool | None:
    """`a < b` and its like; null if the two do not compare."""
    sign = order(a, b)
    return None if sign is None else _ANSWERS[operator](sign)


def in_range(value: Any, interval: Range) -> bool | None:
    """Tell whether *value* lies in *interval*; null if it does not compare with the ends."""
    above = below = True
    if interval.low is not None:
        sign = order(value, interval.low)
        if sign is None:
            return None
        above = sign > 0 or (sign == 0 and interval.low_included)
    if interval.high is not None:
        sign = order(value, interval.high)
        if sign is None:
            return None
        below = sign < 0 or (sign == 0 and interval.high_included)
    if interval.low is None and interval.high is None:
        return None
    return above and below


def satisfies(value: Any, test: Any) -> bool | None:
    """`value in test`: equal to it, within it if it is a range, among its items if it is a list."""
    if isinstance(test, Range):
        return equal(value, test) if isinstance(value, Range) else in_range(value, test)
    if isinstance(test, list):
        return _among(value, test)
    return equal(value, test)


def _among(value: Any, items: list[Any]) -> bool | None:
    if isinstance(value, list) and equal(value, items) is True:
        return True
    charge(1 + (len(items) >> 2))
    for item in items:
        answer = in_range(value, item) if isinstance(item, Range) else equal(value, item)
        if answer is True:
            return True
    return False

"""Conformity 类型相符: the type of a value, conformance, and the implicit conversions (DMN 1.5, 10.3.2.9.4)."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from zhengtong.rules.feel import types as t
from zhengtong.rules.feel.meter import charge
from zhengtong.rules.feel.values import Date, DateTime, DayTimeDuration, FeelFunction, Range, Time, YearMonthDuration

_SIMPLE: Final[dict[type, t.FeelType]] = {
    type(None): t.NULL,
    bool: t.BOOLEAN,
    Decimal: t.NUMBER,
    str: t.STRING,
    Date: t.DATE,
    Time: t.TIME,
    DateTime: t.DATE_TIME,
    YearMonthDuration: t.YEAR_MONTH,
    DayTimeDuration: t.DAY_TIME,
}
_MIDNIGHT_UTC: Final = Time(0, 0, 0, 0, 0)
NATIVE: Final = frozenset(_SIMPLE) | {list, dict, Range, FeelFunction}


def type_of(value: Any) -> t.FeelType:
    """Return the type of a value; a list of mixed items is a list of Any."""
    simple = _SIMPLE.get(type(value))
    if simple is not None:
        return simple
    if isinstance(value, list):
        kinds = {kind for kind in map(type_of, value) if kind != t.NULL}
        return t.ListType(kinds.pop() if len(kinds) == 1 else t.ANY)
    if isinstance(value, dict):
        return t.ContextType(tuple((str(name), type_of(item)) for name, item in value.items()))
    if isinstance(value, Range):
        return t.RangeType(type_of(value.high if value.low is None else value.low))
    if isinstance(value, FeelFunction):
        return value.type
    return t.ANY


def describe(value: Any) -> str:
    """Name the kind of a value for a message, without showing the value (it may be personal data)."""
    if isinstance(value, list | dict):
        return "list" if isinstance(value, list) else "context"
    kind = type_of(value)
    return "null" if kind == t.NULL else kind.name


def is_instance(value: Any, kind: t.FeelType) -> bool:
    """`value instance of kind`: null is an instance of nothing but Null."""
    if value is None:
        return kind == t.NULL
    return conforms_to(value, kind)


def conforms_to(value: Any, kind: t.FeelType) -> bool:
    """Tell whether *value* may stand where *kind* is asked; null may stand anywhere."""
    if value is None or kind is t.ANY:
        return True
    check = _CHECKS.get(type(kind))
    if check is not None:
        return check(value, kind)
    return _SIMPLE.get(type(value)) == kind or kind == t.ANY or (kind == t.FUNCTION and isinstance(value, FeelFunction))


def _list(value: Any, kind: Any) -> bool:
    if not isinstance(value, list):
        return False
    if kind.item is t.ANY:
        return True
    charge(1 + (len(value) >> 2))
    return all(conforms_to(item, kind.item) for item in value)


def _context(value: Any, kind: Any) -> bool:
    return isinstance(value, dict) and all(n in value and conforms_to(value[n], m) for n, m in kind.members)


def _range(value: Any, kind: Any) -> bool:
    return isinstance(value, Range) and conforms_to(value.low, kind.item) and conforms_to(value.high, kind.item)


def _function(value: Any, kind: Any) -> bool:
    return isinstance(value, FeelFunction) and t.conforms(value.type, kind)


def _constrained(value: Any, kind: Any) -> bool:
    return conforms_to(value, kind.base) and (kind.allows is None or kind.allows(value))


_CHECKS: Final[dict[type, Callable[[Any, Any], bool]]] = {
    t.ListType: _list,
    t.ContextType: _context,
    t.RangeType: _range,
    t.FunctionType: _function,
    t.ConstrainedType: _constrained,
}


def completed(value: Any, kind: t.FeelType) -> Any:
    """Add the members that a context of *kind* lacks, as null: a form leaves out what was not filled in."""
    base = t.base_of(kind)
    if isinstance(base, t.ContextType) and isinstance(value, dict):
        known = {name: completed(value.get(name), member) for name, member in base.members}
        return {**value, **known}
    if isinstance(base, t.ListType) and isinstance(value, list):
        return [completed(item, base.item) for item in value]
    return value


def coerce(value: Any, kind: t.FeelType) -> tuple[Any, bool]:
    """Convert *value* to *kind* by the implicit conversions; (null, False) if it does not conform.

    A list of one item becomes the item, an item becomes a list of one, a date becomes midnight UTC.
    """
    if value is None or kind is t.ANY or conforms_to(value, kind):
        return value, True
    base = t.base_of(kind)
    if isinstance(base, t.ListType):
        if not isinstance(value, list) and conforms_to([value], kind):
            return [value], True
    elif isinstance(value, list) and len(value) == 1:
        return coerce(value[0], kind)
    if isinstance(value, Date) and base == t.DATE_TIME:
        moment = DateTime(value, _MIDNIGHT_UTC)
        if conforms_to(moment, kind):
            return moment, True
    return None, False

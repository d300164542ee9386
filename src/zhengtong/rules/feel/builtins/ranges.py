"""Range functions 区间函数: Allen's relations of points and ranges (DMN 1.5, table 73)."""

from collections.abc import Callable
from typing import Any

from zhengtong.rules.feel.builtins.registry import builtin
from zhengtong.rules.feel.comparison import order
from zhengtong.rules.feel.runtime import FeelError
from zhengtong.rules.feel.values import Range


def _order(a: Any, b: Any) -> int:
    sign = order(a, b)
    if sign is None:
        raise FeelError("out-of-range", detail="comparable values")
    return sign


def _starts(a: Range, b: Range) -> int:
    """Order the starts; an unbounded one is first, an included one before an excluded one at the same value."""
    if a.low is None or b.low is None:
        return (a.low is not None) - (b.low is not None)
    return _order(a.low, b.low) or b.low_included - a.low_included


def _ends(a: Range, b: Range) -> int:
    """Order the ends; an unbounded one is last, an included one after an excluded one at the same value."""
    if a.high is None or b.high is None:
        return (b.high is not None) - (a.high is not None)
    return _order(a.high, b.high) or a.high_included - b.high_included


def _end_to_start(a: Range, b: Range) -> int:
    """Order the end of *a* and the start of *b*: 0 if they share their one value, -1 if *a* ends before."""
    if a.high is None or b.low is None:
        return 1
    return _order(a.high, b.low) or (0 if a.high_included and b.low_included else -1)


def _point(value: Any) -> Range:
    """Return a point as the range of that one value."""
    return value if isinstance(value, Range) else Range(value, value)


def _before(a: Any, b: Any) -> bool:
    return _end_to_start(_point(a), _point(b)) < 0


def _meets(a: Range, b: Range) -> bool:
    return _end_to_start(a, b) == 0


def _overlaps(a: Range, b: Range) -> bool:
    return _end_to_start(a, b) >= 0 and _end_to_start(b, a) >= 0


def _overlaps_before(a: Range, b: Range) -> bool:
    return _starts(a, b) < 0 and _end_to_start(a, b) >= 0 and _ends(a, b) <= 0


def _finishes(a: Any, b: Range) -> bool:
    if not isinstance(a, Range):
        return b.high is not None and b.high_included and _order(a, b.high) == 0
    return _ends(a, b) == 0 and _starts(a, b) >= 0


def _starts_range(a: Any, b: Range) -> bool:
    if not isinstance(a, Range):
        return b.low is not None and b.low_included and _order(a, b.low) == 0
    return _starts(a, b) == 0 and _ends(a, b) <= 0


def _includes(a: Range, b: Any) -> bool:
    inner = _point(b)
    return _starts(a, inner) <= 0 and _ends(a, inner) >= 0


def _coincides(a: Any, b: Any) -> bool:
    first, second = _point(a), _point(b)
    return _starts(first, second) == 0 and _ends(first, second) == 0


def _relation(name: str, function: Callable[[Any, Any], bool], doc: str, *parameters: str) -> None:
    def relation(a: Any, b: Any) -> bool:
        return function(a, b)

    relation.__doc__ = doc
    builtin(*(f"{name}({signature})" for signature in parameters))(relation)


def _swapped(function: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda a, b: function(b, a)


_POINTS = "point1: comparable, point2: comparable"
_POINT_RANGE = "point: comparable, range: range"
_RANGE_POINT = "range: range, point: comparable"
_RANGES = "range1: range, range2: range"

_relation(
    "before", _before, "Tell whether the first lies before the second.", _POINTS, _POINT_RANGE, _RANGE_POINT, _RANGES
)
_relation(
    "after",
    _swapped(_before),
    "Tell whether the first lies after the second.",
    _POINTS,
    _POINT_RANGE,
    _RANGE_POINT,
    _RANGES,
)
_relation("meets", _meets, "Tell whether the first ends where the second starts.", _RANGES)
_relation("met by", _swapped(_meets), "Tell whether the first starts where the second ends.", _RANGES)
_relation("overlaps", _overlaps, "Tell whether the ranges share a value.", _RANGES)
_relation(
    "overlaps before", _overlaps_before, "Tell whether the first starts earlier and ends inside the second.", _RANGES
)
_relation(
    "overlaps after",
    _swapped(_overlaps_before),
    "Tell whether the first starts inside the second and ends later.",
    _RANGES,
)
_relation("finishes", _finishes, "Tell whether the first is the end of the second.", _POINT_RANGE, _RANGES)
_relation("finished by", _swapped(_finishes), "Tell whether the second is the end of the first.", _RANGE_POINT, _RANGES)
_relation("includes", _includes, "Tell whether the second lies within the first.", _RANGE_POINT, _RANGES)
_relation("during", _swapped(_includes), "Tell whether the first lies within the second.", _POINT_RANGE, _RANGES)
_relation("starts", _starts_range, "Tell whether the first is the start of the second.", _POINT_RANGE, _RANGES)
_relation(
    "started by", _swapped(_starts_range), "Tell whether the second is the start of the first.", _RANGE_POINT, _RANGES
)
_relation("coincides", _coincides, "Tell whether both are the same.", _POINTS, _RANGES)

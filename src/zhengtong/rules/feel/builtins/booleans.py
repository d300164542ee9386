"""Boolean functions 布尔函数 (DMN 1.5, table 63 and `is`)."""

from typing import Any

from zhengtong.rules.feel.builtins.registry import builtin
from zhengtong.rules.feel.comparison import same


@builtin("not(negand: boolean?)")
def negated(negand: Any) -> bool | None:
    """Return the opposite truth value; null stays null."""
    return None if negand is None else not negand


@builtin("is([value1: any], [value2: any])")
def is_same(value1: Any = None, value2: Any = None) -> bool:
    """Tell whether both are the same value of the same kind, offsets and zones included."""
    return same(value1, value2)

"""External functions 外部函数: the few Java functions the standard's examples call, as Python functions.

No Java and no Python is called by name from a model: a definition is looked up in this table, by class, method and
types, and anything else is null with a diagnostic. A platform may pass its own table to `load_model`.
"""

import math
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from zhengtong.rules.feel.numbers import from_float, parse_number


def _real(function: Callable[..., float]) -> Callable[..., Decimal | None]:
    def call(*arguments: Any) -> Decimal | None:
        return from_float(function(*(float(_number(argument)) for argument in arguments)))

    return call


def _number(value: Any) -> Decimal:
    if not isinstance(value, Decimal):
        raise TypeError("number")
    return value


def _whole(low: int, high: int) -> Callable[[Any], Decimal]:
    def call(value: Any) -> Decimal:
        number = int(_number(value))
        if not low <= number <= high:
            raise ValueError(value)
        return Decimal(number)

    return call


def _pick(choose: Callable[[Decimal, Decimal], Decimal]) -> Callable[[Any, Any], Decimal]:
    return lambda a, b: choose(_number(a), _number(b))


def _text_number(value: Any) -> Decimal:
    if not isinstance(value, str):
        raise TypeError("string")
    return parse_number(value.strip())


def _character(value: Any) -> str:
    if not isinstance(value, str) or len(value) != 1:
        raise ValueError("char")
    return value


def _format(template: Any, *arguments: Any) -> str:
    """Fill `%s` places, the one directive of `String.format` that needs no locale."""
    if not isinstance(template, str):
        raise TypeError("string")
    parts = template.split("%s")
    if "%" in "".join(parts).replace("%%", "") or len(parts) - 1 > len(arguments):
        raise ValueError(template)
    filled = "".join(part + str(value) for part, value in zip(parts, arguments, strict=False))
    return (filled + parts[-1]).replace("%%", "%")


_MATH: Final[dict[str, Callable[..., Any]]] = {
    **{f"java.lang.Math.{f.__name__}(double)": _real(f) for f in (math.cos, math.sin, math.tan, math.exp, math.sqrt)},
    "java.lang.Math.abs(double)": lambda n: abs(_number(n)),
    "java.lang.Math.pow(double,double)": _real(math.pow),
    **{
        f"java.lang.Math.{name}({kind},{kind})": _pick(choose)
        for name, choose in (("max", max), ("min", min))
        for kind in ("double", "float", "int", "long")
    },
}
JAVA_FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {
    **_MATH,
    "java.lang.Byte.valueOf(byte)": _whole(-(2**7), 2**7 - 1),
    "java.lang.Short.valueOf(short)": _whole(-(2**15), 2**15 - 1),
    "java.lang.Integer.valueOf(int)": _whole(-(2**31), 2**31 - 1),
    "java.lang.Long.valueOf(long)": _whole(-(2**63), 2**63 - 1),
    "java.lang.Integer.valueOf(java.lang.String)": _text_number,
    "java.lang.Long.valueOf(java.lang.String)": _text_number,
    "java.lang.Float.valueOf(java.lang.String)": _text_number,
    "java.lang.Double.valueOf(java.lang.String)": _text_number,
    "java.lang.String.valueOf(char)": _character,
    "java.lang.String.format(java.lang.String,[Ljava.lang.Object;)": _format,
}

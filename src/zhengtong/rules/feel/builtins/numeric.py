"""Numeric functions 数值函数 (DMN 1.5, table 70)."""

import decimal
from collections.abc import Callable
from decimal import Decimal

from zhengtong.rules.feel import numbers
from zhengtong.rules.feel.builtins.registry import builtin
from zhengtong.rules.feel.runtime import FeelError, Runtime
from zhengtong.rules.feel.values import DayTimeDuration, YearMonthDuration

SCALE_LOW, SCALE_HIGH = -6111, 6176


def _scale(scale: Decimal) -> int:
    if not SCALE_LOW <= scale <= SCALE_HIGH:
        raise FeelError("out-of-range", detail=f"scale {SCALE_LOW}..{SCALE_HIGH}")
    return int(scale)


@builtin("decimal(n: number, scale: number)")
def decimal_(n: Decimal, scale: Decimal) -> Decimal:
    """Round to *scale* decimals, half to even."""
    return numbers.rounded(n, _scale(scale), decimal.ROUND_HALF_EVEN)


@builtin("floor(n: number, [scale: number])")
def floor(n: Decimal, scale: Decimal = numbers.ZERO) -> Decimal:
    """Round down to *scale* decimals (towards minus infinity)."""
    return numbers.rounded(n, _scale(scale), decimal.ROUND_FLOOR)


@builtin("ceiling(n: number, [scale: number])")
def ceiling(n: Decimal, scale: Decimal = numbers.ZERO) -> Decimal:
    """Round up to *scale* decimals (towards plus infinity)."""
    return numbers.rounded(n, _scale(scale), decimal.ROUND_CEILING)


def _rounding(name: str, mode: str, doc: str) -> None:
    def round_to(n: Decimal, scale: Decimal) -> Decimal:
        return numbers.rounded(n, _scale(scale), mode)

    round_to.__doc__ = doc
    builtin(f"{name}(n: number, scale: number)")(round_to)


_rounding("round up", decimal.ROUND_UP, "Round to *scale* decimals, away from zero.")
_rounding("round down", decimal.ROUND_DOWN, "Round to *scale* decimals, towards zero.")
_rounding("round half up", decimal.ROUND_HALF_UP, "Round to *scale* decimals, halves away from zero.")
_rounding("round half down", decimal.ROUND_HALF_DOWN, "Round to *scale* decimals, halves towards zero.")


@builtin("modulo(dividend: number, divisor: number)")
def modulo(runtime: Runtime, dividend: Decimal, divisor: Decimal) -> Decimal:
    """Return `dividend - divisor * floor(dividend / divisor)`: the remainder with the sign of the divisor."""
    if divisor == 0:
        raise FeelError("division-by-zero")
    runtime.spend(abs(dividend.adjusted() - divisor.adjusted()))
    remainder = numbers.WIDE.remainder(dividend, divisor)
    if remainder and (remainder < 0) is not (divisor < 0):
        remainder = numbers.WIDE.add(remainder, divisor)
    return numbers.CONTEXT.plus(remainder)


def _domain(condition: bool, detail: str) -> None:  # noqa: FBT001 -- reads as an assertion
    if not condition:
        raise FeelError("out-of-range", detail=detail)


@builtin("sqrt(number: number)")
def sqrt(number: Decimal) -> Decimal:
    """Return the square root; null for a negative number."""
    _domain(number >= 0, "number < 0")
    return numbers.root(number)


@builtin("log(number: number)")
def log(runtime: Runtime, number: Decimal) -> Decimal:
    """Return the natural logarithm; null unless the number is positive."""
    runtime.spend(20)
    _domain(number > 0, "number <= 0")
    return numbers.logarithm(number)


@builtin("exp(number: number)")
def exp(runtime: Runtime, number: Decimal) -> Decimal:
    """Return e to the power of the number."""
    runtime.spend(20)
    _domain(number < 14_000, "overflow")
    return numbers.exponential(number)


def _parity(name: str, wanted: int, doc: str) -> Callable[[Decimal], bool]:
    def parity(number: Decimal) -> bool:
        return numbers.is_integer(number) and numbers.WIDE.remainder(abs(number), Decimal(2)) == wanted

    parity.__doc__ = doc
    return builtin(f"{name}(number: number)")(parity)


odd = _parity("odd", 1, "Tell whether the number is odd.")
even = _parity("even", 0, "Tell whether the number is even.")


@builtin("abs(n: number)", "abs(n: days and time duration)", "abs(n: years and months duration)")
def absolute(n: Decimal | DayTimeDuration | YearMonthDuration) -> Decimal | DayTimeDuration | YearMonthDuration:
    """Return the absolute value of a number or a duration."""
    if isinstance(n, Decimal):
        return n.copy_abs()
    return type(n)(abs(n.total))

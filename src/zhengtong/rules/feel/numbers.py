"""Numbers 数: IEEE 754-2008 decimal128, 34 digits, half-even (DMN 1.5, 10.3.2.3.1)."""

import decimal
from decimal import Decimal
from typing import Final

CONTEXT: Final = decimal.Context(
    prec=34,
    rounding=decimal.ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)
# Wide enough to hold any 34-digit number written out with 6176 decimals.
WIDE: Final = decimal.Context(prec=12_400, Emin=-20_000, Emax=20_000, traps=[decimal.InvalidOperation])
ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)

add = CONTEXT.add
subtract = CONTEXT.subtract
multiply = CONTEXT.multiply
divide = CONTEXT.divide
power = CONTEXT.power


def parse_number(text: str) -> Decimal:
    """Read a numeric literal, rounded to 34 digits.

    Raises:
        ArithmeticError: the text is no number, or one beyond the range of decimal128.
    """
    return CONTEXT.create_decimal(text)


def from_float(value: float) -> Decimal | None:
    """Convert a binary float by its shortest decimal writing; NaN and infinities are null."""
    number = Decimal(repr(value))
    return CONTEXT.plus(number) if number.is_finite() else None


def is_integer(value: Decimal) -> bool:
    """Tell whether *value* has no fractional part."""
    return value == value.to_integral_value()


def to_text(value: Decimal) -> str:
    """Write a number without an exponent and without an empty fraction.

    >>> to_text(Decimal("1.0E+3")), to_text(Decimal("-0.50"))
    ('1000', '-0.50')
    """
    return format(value, "f") if value else "0"


def rounded(value: Decimal, scale: int, rounding: str) -> Decimal:
    """Round to *scale* decimals (negative: to tens, hundreds) by one of the `decimal` rounding modes."""
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -scale and scale >= 0:
        return value
    return CONTEXT.plus(value.quantize(Decimal((0, (1,), -scale)), rounding=rounding, context=WIDE))


def root(value: Decimal) -> Decimal:
    """Return the square root to 34 digits."""
    return CONTEXT.sqrt(value)


def exponential(value: Decimal) -> Decimal:
    """Return e to the power of *value*."""
    return CONTEXT.exp(value)


def logarithm(value: Decimal) -> Decimal:
    """Return the natural logarithm of *value*."""
    return CONTEXT.ln(value)

"""Money 金额: whole fen, never a float.

Public money is counted in fen (分), so that a sum of a million rows is exact and an allocation loses nothing. Amounts
in words (大写) follow annex 1 of the Measures for Payment and Settlement 支付结算办法 (银发〔1997〕393号): 壹佰元整.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy

from zhengtong.kernel.errors import InvalidInput, Phrase
from zhengtong.kernel.errors import mark as _

_NUMERALS = "零壹贰叁肆伍陆柒捌玖"
_UNITS = ("", "拾", "佰", "仟")
_SECTIONS = ("", "万", "亿", "万亿")
MOST_FEN = 10**18 - 1  # 16 digits of yuan: what words can say, and within a 64-bit column

Rate = Fraction | Decimal | int | str


def _require_whole(value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"money is counted in whole numbers, never in {type(value).__name__}")


class InvalidMoney(InvalidInput):
    """A typed amount is not an amount of money."""

    code = "invalid_money"
    message = _("金额有误：{what}")
    remedy = _("请填写以元为单位的数字，至多两位小数，例如 1280.50。")


@dataclass(frozen=True, order=True, slots=True)
class Money:
    """An amount in fen; may be negative (a refund, a balance). Adds only to money, multiplies only by whole numbers.

    Raises:
        TypeError: built from, or combined with, anything that is not exact.

    >>> Money(128050) + Money(50)
    Money(fen=128100)
    """

    fen: int

    def __post_init__(self) -> None:
        _require_whole(self.fen)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read yuan as people type them: `1280.5`, `1,280.50`, `￥1280`, `-3`.

        Raises:
            InvalidMoney: not a number, or more than two decimal places.
        """
        plain = text.strip().translate({ord("，"): ",", ord("￥"): "¥", ord("．"): "."}).removeprefix("¥")
        sign, digits = (-1, plain[1:]) if plain.startswith("-") else (1, plain)
        yuan, _point, decimals = digits.replace(",", "").partition(".")
        if not (yuan.isascii() and yuan.isdigit() and (decimals or "0").isascii() and (decimals or "0").isdigit()):
            raise InvalidMoney(what=Phrase(_("不是以元为单位的数字")))
        if len(decimals) > 2:
            raise InvalidMoney(what=Phrase(_("小数多于两位")))
        fen = int(yuan) * 100 + int(decimals.ljust(2, "0"))
        if fen > MOST_FEN:
            raise InvalidMoney(what=Phrase(_("超出可表示的范围")))
        return cls(sign * fen)

    def __add__(self, other: Self) -> Self:
        return type(self)(self.fen + other.fen) if isinstance(other, Money) else NotImplemented

    def __sub__(self, other: Self) -> Self:
        return type(self)(self.fen - other.fen) if isinstance(other, Money) else NotImplemented

    def __mul__(self, times: int) -> Self:
        _require_whole(times)
        return type(self)(self.fen * times)

    __rmul__ = __mul__

    def __neg__(self) -> Self:
        return type(self)(-self.fen)

    def __bool__(self) -> bool:
        return self.fen != 0

    def __str__(self) -> str:
        return self.plain()

    def plain(self) -> str:
        """Return yuan with two decimals, as an input field or a file wants it: `-1280.50`."""
        yuan, fen = divmod(abs(self.fen), 100)
        return f"{'-' if self.fen < 0 else ''}{yuan}.{fen:02d}"

    def written(self) -> str:
        """Return yuan as a page shows them: `¥1,280.50`, a minus sign before the ¥."""
        yuan, fen = divmod(abs(self.fen), 100)
        return f"{'-' if self.fen < 0 else ''}¥{yuan:,}.{fen:02d}"

    def in_words(self) -> str:
        """Return the amount in capital numerals, ready for a bill.

        Raises:
            OverflowError: ten thousand trillion yuan or more.

        >>> Money(640902).in_words(), Money(168032).in_words(), Money(10000).in_words()
        ('陆仟肆佰零玖元零贰分', '壹仟陆佰捌拾元零叁角贰分', '壹佰元整')
        """
        if abs(self.fen) > MOST_FEN:
            raise OverflowError("amounts of 10^16 yuan and more have no customary numerals")
        yuan, rest = divmod(abs(self.fen), 100)
        words = _whole_in_words(yuan) + "元" if yuan or not rest else ""
        return ("负" if self.fen < 0 else "") + words + _rest_in_words(yuan, rest)

    def at_rate(self, rate: Rate) -> Self:
        """Return this amount times an exact *rate*, rounded half up (away from zero) to whole fen.

        Args:
            rate: a Fraction, Decimal, int, or text such as `"0.035"`, `"7/12"` or `"3.5%"`; a float is a TypeError.

        >>> Money(1050).at_rate("5%"), Money(-1050).at_rate("1/20")
        (Money(fen=53), Money(fen=-53))
        """
        exact = abs(self.fen) * exact_rate(rate)
        rounded = (2 * abs(exact.numerator) + exact.denominator) // (2 * exact.denominator)
        return type(self)(rounded if (self.fen < 0) == (exact < 0) else -rounded)

    def allocate(self, weights: Sequence[int]) -> list[Self]:
        """Split into shares proportional to *weights* that add up exactly (largest remainder, the earlier wins a tie).

        Raises:
            ValueError: no weight, a negative weight, or all weights zero.

        >>> [share.fen for share in Money(100).allocate([1, 1, 1])]
        [34, 33, 33]
        """
        for weight in weights:
            _require_whole(weight)
        total = sum(weights)
        if total <= 0 or min(weights) < 0:
            raise ValueError("weights must not be negative and must not all be zero")
        sign = -1 if self.fen < 0 else 1
        quotas = [divmod(abs(self.fen) * weight, total) for weight in weights]
        missing = abs(self.fen) - sum(share for share, _remainder in quotas)
        by_remainder = sorted(range(len(quotas)), key=lambda place: -quotas[place][1])
        lucky = frozenset(by_remainder[:missing])
        return [type(self)(sign * (share + (place in lucky))) for place, (share, _remainder) in enumerate(quotas)]


ZERO = Money(0)


def total(amounts: Iterable[Money]) -> Money:
    """Return the sum; of nothing it is zero."""
    return Money(sum(amount.fen for amount in amounts))


def exact_rate(rate: Rate) -> Fraction:
    """Return *rate* as an exact fraction; text may end in %.

    Raises:
        TypeError: a float or a truth value, which are not exact.
        ValueError: text that is no number.
    """
    if isinstance(rate, bool) or not isinstance(rate, (Fraction, Decimal, int, str)):
        raise TypeError(f"a rate is a Fraction, Decimal, int or text, never {type(rate).__name__}")
    if isinstance(rate, str) and rate.endswith("%"):
        return Fraction(rate[:-1]) / 100
    return Fraction(rate)


def _whole_in_words(yuan: int) -> str:
    """Return whole yuan in capitals: sections of four digits, one 零 for a gap (annex 1)."""
    if not yuan:
        return _NUMERALS[0]
    words, gap = "", False
    for place in range(len(_SECTIONS) - 1, -1, -1):
        section = yuan // 10 ** (4 * place) % 10**4
        if not section:
            gap = bool(words)
            continue
        if words and (gap or section < 1000):
            words += _NUMERALS[0]
        words += _section_in_words(section) + _section_name(place, yuan)
        gap = False
    return words


def _section_name(place: int, yuan: int) -> str:
    """Return 万亿 shortened to 万 where the 亿 follows with its own section."""
    if place == 3 and yuan // 10**8 % 10**4:
        return "万"
    return _SECTIONS[place]


def _section_in_words(section: int) -> str:
    """Return a number under 10,000 in capitals, without a leading 零."""
    words, gap = "", False
    for power in (3, 2, 1, 0):
        digit = section // 10**power % 10
        if digit:
            words += (_NUMERALS[0] if gap and words else "") + _NUMERALS[digit] + _UNITS[power]
            gap = False
        else:
            gap = True
    return words


def _rest_in_words(yuan: int, rest: int) -> str:
    """Return jiao and fen: 整 closes whole yuan only, 零 fills an empty yuan or jiao place (annex 1)."""
    jiao, fen = divmod(rest, 10)
    if not rest:
        return "整"
    bridge = _NUMERALS[0] if yuan and (yuan % 10 == 0 or not jiao) else ""
    return bridge + (_NUMERALS[jiao] + "角" if jiao else "") + (_NUMERALS[fen] + "分" if fen else "")


_Set_contra = TypeVar("_Set_contra", contravariant=True)
_Get_co = TypeVar("_Get_co", covariant=True)

if TYPE_CHECKING:

    class _FenField(models.BigIntegerField[_Set_contra, _Get_co]):
        """Tells the type checker that a column holds Money, or Money or None where it may be null."""

        _pyi_private_set_type: Money  # type: ignore[assignment]
        _pyi_private_get_type: Money  # type: ignore[assignment]

else:

    class _FenField(models.BigIntegerField, Generic[_Set_contra, _Get_co]):
        """The same column at run time, where Django's fields take no type arguments."""


class MoneyFormField(forms.CharField):
    """A text box for yuan whose value is `Money`."""

    def to_python(self, value: Any) -> Any:
        """Read what was typed; a refusal becomes the field's error."""
        if isinstance(value, Money):
            return value
        text = super().to_python(value)
        if not text:
            return None
        try:
            return Money.parse(text)
        except InvalidMoney as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from refusal

    def prepare_value(self, value: Any) -> Any:
        """Show plain yuan in the box."""
        return value.plain() if isinstance(value, Money) else value


class MoneyField(_FenField[_Set_contra, _Get_co]):
    """A column of whole fen whose values are `Money`."""

    description = gettext_lazy("金额（分）")

    @cached_property
    def validators(self) -> list[Any]:
        """The caller's validators; Django's own compare with plain integers, and `Money` keeps the range itself."""
        own: list[Any] = vars(self)["_validators"]
        return own

    def from_db_value(self, value: int | None, expression: object, connection: object) -> Money | None:
        """Wrap what the database holds."""
        del expression, connection
        return None if value is None else Money(int(value))

    def to_python(self, value: Any) -> Money | None:
        """Accept money, or yuan as text from a form or a fixture."""
        if value is None or isinstance(value, Money):
            return value
        if isinstance(value, str):
            return Money.parse(value)
        raise TypeError(f"a money column takes Money, never {type(value).__name__}")

    def get_prep_value(self, value: Any) -> int | None:
        """Unwrap for the database; anything but money is a programming error."""
        money = self.to_python(value)
        return None if money is None else money.fen

    def formfield(self, **kwargs: Any) -> Any:
        """Ask for yuan in a text box that reads `Money.parse`."""
        return super(models.IntegerField, self).formfield(**{"form_class": MoneyFormField, **kwargs})

    def value_to_string(self, obj: models.Model) -> str:
        """Write yuan into a fixture."""
        money = self.to_python(self.value_from_object(obj))
        return "" if money is None else money.plain()

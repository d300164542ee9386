"""Money is exact, adds up, and reads as the bank wants it."""

from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

import pytest
from django import forms
from django.db import connection, models
from django.db.models import Sum
from django.test.utils import isolate_apps
from hypothesis import given
from hypothesis import strategies as st

from zhengtong.kernel.money import MOST_FEN, ZERO, InvalidMoney, Money, MoneyField, MoneyFormField, Rate, total

amounts = st.integers(-MOST_FEN, MOST_FEN).map(Money)


def test_a_float_is_refused_wherever_it_comes_in() -> None:
    for attempt in (
        lambda: Money(1.0),  # type: ignore[arg-type]
        lambda: Money(fen=True),
        lambda: Money(100) * 1.5,  # type: ignore[operator]
        lambda: Money(100).at_rate(0.05),  # type: ignore[arg-type]
        lambda: Money(100).allocate([0.5, 0.5]),  # type: ignore[list-item]
        lambda: MoneyField().to_python(1.5),
        lambda: MoneyField().get_prep_value(5),
    ):
        with pytest.raises(TypeError):
            attempt()


def test_money_does_not_mix_with_plain_numbers() -> None:
    with pytest.raises(TypeError):
        Money(1) + 1  # type: ignore[operator]
    with pytest.raises(TypeError):
        Money(1) - 1  # type: ignore[operator]
    with pytest.raises(TypeError):
        assert Money(1) < 2  # type: ignore[operator]
    assert Money(1) != 1  # type: ignore[comparison-overlap]


def test_arithmetic_is_that_of_whole_fen() -> None:
    assert Money(5) + Money(7) - Money(2) == Money(10)
    assert -Money(5) * 3 == 3 * Money(-5) == Money(-15)
    assert total([Money(1), Money(2)]) == Money(3)
    assert total([]) == ZERO
    assert not ZERO
    assert Money(1)


@given(amount=amounts)
def test_what_is_written_can_be_read_back(amount: Money) -> None:
    assert Money.parse(amount.plain()) == amount
    assert Money.parse(amount.written().replace("-¥", "-")) == amount


@pytest.mark.parametrize(
    ("typed", "fen"),
    [("1280.5", 128050), (" ￥1，280.50 ", 128050), ("-3", -300), ("0.05", 5), ("1.", 100), ("007", 700)],
)
def test_amounts_are_read_as_people_type_them(typed: str, fen: int) -> None:
    assert Money.parse(typed) == Money(fen)


@pytest.mark.parametrize("typed", ["", "-", ".5", "1.234", "一百", "١٢", "1e3", "1.5.2", "NaN", "10000000000000000"])
def test_what_is_not_an_amount_is_refused(typed: str) -> None:
    with pytest.raises(InvalidMoney):
        Money.parse(typed)


@pytest.mark.parametrize(
    ("fen", "rate", "result"),
    [
        (1050, "5%", 53),
        (1049, "5%", 52),
        (-1050, "5%", -53),
        (1050, Fraction(-1, 20), -53),
        (100, Decimal("0.335"), 34),
        (3, "1/2", 2),
        (1, "1/3", 0),
        (7, 0, 0),
    ],
)
def test_a_half_fen_is_rounded_up(fen: int, rate: Rate, result: int) -> None:
    assert Money(fen).at_rate(rate) == Money(result)


@given(amount=amounts, rate=st.fractions())
def test_a_rate_is_off_by_half_a_fen_at_most(amount: Money, rate: Fraction) -> None:
    assert abs(amount.at_rate(rate).fen - amount.fen * rate) <= Fraction(1, 2)


@given(amount=amounts, weights=st.lists(st.integers(0, 10**6), min_size=1, max_size=40).filter(any))
def test_an_allocation_loses_nothing_and_strays_by_less_than_a_fen(amount: Money, weights: list[int]) -> None:
    shares = amount.allocate(weights)
    assert total(shares) == amount
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share.fen - Fraction(amount.fen * weight, sum(weights))) < 1


def test_the_largest_remainder_gets_the_odd_fen_and_the_earlier_wins_a_tie() -> None:
    assert Money(100).allocate([1, 1, 1]) == [Money(34), Money(33), Money(33)]
    assert Money(101).allocate([1, 3]) == [Money(25), Money(76)]
    assert Money(-100).allocate([1, 1, 1]) == [Money(-34), Money(-33), Money(-33)]


@pytest.mark.parametrize("weights", [[], [0, 0], [2, -1]])
def test_weights_that_mean_nothing_are_a_programming_error(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        Money(1).allocate(weights)


@pytest.mark.parametrize(
    ("plain", "words"),
    [
        ("100", "壹佰元整"),
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角"),
        ("1409.50", "壹仟肆佰零玖元伍角"),  # the examples of the Measures, annex 1
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元零叁角贰分"),
        ("107000.53", "壹拾万柒仟元零伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("100005000", "壹亿零伍仟元整"),
        ("1000000000000", "壹万亿元整"),
        ("1000300000000", "壹万零叁亿元整"),
        ("-20", "负贰拾元整"),
    ],
)
def test_amounts_in_words_follow_the_settlement_rules(plain: str, words: str) -> None:
    assert Money.parse(plain).in_words() == words


def read_words(words: str) -> int:
    """Read an amount in words by adding up, independently of how it was written."""
    sign, words = (-1, words[1:]) if words.startswith("负") else (1, words)
    yuan_words, mark, rest = words.rpartition("元")
    rest = rest if mark else words
    whole = section = digit = 0
    for character in yuan_words:
        if character in "零壹贰叁肆伍陆柒捌玖":
            digit = "零壹贰叁肆伍陆柒捌玖".index(character)
        elif character in "拾佰仟":
            section += digit * 10 ** ("拾佰仟".index(character) + 1)
            digit = 0
        elif character == "万":
            section, digit = (section + digit) * 10_000, 0
        else:
            whole, section, digit = (whole + section + digit) * 10**8, 0, 0
    fen = (whole + section + digit) * 100
    for numeral, unit in zip(rest.lstrip("零")[::2], rest.lstrip("零")[1::2], strict=False):
        fen += "零壹贰叁肆伍陆柒捌玖".index(numeral) * {"角": 10, "分": 1}[unit]
    return sign * fen


@given(amount=amounts | st.integers(0, 10**7).map(Money))
def test_words_say_the_amount_and_never_a_double_zero(amount: Money) -> None:
    words = amount.in_words()
    assert read_words(words) == amount.fen
    assert "零零" not in words
    assert words.endswith("整") == (amount.fen % 100 == 0)


def test_an_amount_beyond_the_numerals_is_refused() -> None:
    with pytest.raises(OverflowError):
        Money(MOST_FEN + 1).in_words()


@pytest.mark.django_db(transaction=True)
@isolate_apps("zhengtong.kernel.regions")
def test_a_column_of_fen_stores_sums_and_compares_money() -> None:
    class Fee(models.Model):  # noqa: DJ008 -- lives for one test
        amount = MoneyField[Money | None, Money | None](null=True)
        objects: ClassVar[models.Manager["Fee"]] = models.Manager()

        class Meta:
            app_label = "regions"

    with connection.schema_editor() as editor:
        editor.create_model(Fee)
    try:
        Fee.objects.bulk_create([Fee(amount=Money(5)), Fee(amount=Money(10**17)), Fee(amount=None)])
        assert list(Fee.objects.filter(amount__gte=Money(6)).values_list("amount", flat=True)) == [Money(10**17)]
        assert Fee.objects.aggregate(sum=Sum("amount"))["sum"] == Money(10**17 + 5)
        assert Fee.objects.get(amount=Money(5)).amount == Money(5)
        Fee(amount=Money(7)).full_clean()
        assert Fee._meta.get_field("amount").value_to_string(Fee(amount=Money(7))) == "0.07"
    finally:
        with connection.schema_editor() as editor:
            editor.delete_model(Fee)


def test_a_form_reads_yuan_and_explains_what_it_cannot_read() -> None:
    class FeeForm(forms.Form):
        amount = MoneyField().formfield()

    assert isinstance(FeeForm.base_fields["amount"], MoneyFormField)
    good = FeeForm({"amount": "12.5"})
    assert good.is_valid()
    assert good.cleaned_data == {"amount": Money(1250)}
    assert 'value="12.50"' in FeeForm(initial={"amount": Money(1250)}).as_p()
    assert FeeForm({"amount": "12.555"}).errors["amount"].as_data()[0].code == "invalid_money"

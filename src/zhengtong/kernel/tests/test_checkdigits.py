"""A mistyped code is seen, and the citizen is told where."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhengtong.kernel import checkdigits as cd

# The examples printed in the standards, and a licence identifier made of two public bodies' codes.
GB_11643_EXAMPLES = ["11010519491231002X", "440524188001010014"]
GB_32100_EXAMPLE = "91350100M000100Y43"
LICENCE_ID_PARTS = "11100000000013338W009" + "11330105002500287C" + "2025052201" + "002"

regions = st.sampled_from(["110105", "320102", "330106", "330127", "310000"])
resident_ids = st.builds(
    cd.compose_resident_id,
    region=regions,
    born_on=st.dates(date(1900, 1, 1), date(2026, 1, 1)),
    sequence=st.integers(0, 999),
)
alphanumerics = st.text(cd.ALPHANUMERIC, min_size=1, max_size=60)


def substitutions(text: str, alphabet: str) -> Iterator[str]:
    for place in range(len(text)):
        for character in alphabet:
            if character != text[place]:
                yield text[:place] + character + text[place + 1 :]


def transpositions(text: str) -> Iterator[str]:
    for place in range(len(text) - 1):
        if text[place] != text[place + 1]:
            yield text[:place] + text[place + 1] + text[place] + text[place + 2 :]


@pytest.mark.parametrize("number", GB_11643_EXAMPLES)
def test_the_examples_of_gb_11643_are_valid(number: str) -> None:
    assert cd.parse_resident_id(number).text == number


def test_the_first_example_of_gb_11643_is_a_woman_from_chaoyang() -> None:
    assert cd.parse_resident_id("11010519491231002X") == cd.ResidentId(
        text="11010519491231002X", region="110105", born_on=date(1949, 12, 31), sequence=2, sex=cd.Sex.FEMALE
    )


def test_the_example_of_gb_32100_falls_into_its_parts() -> None:
    assert cd.parse_credit_code(GB_32100_EXAMPLE) == cd.CreditCode(
        text=GB_32100_EXAMPLE, authority="9", category="1", region="350100", organisation="M000100Y4"
    )


def test_the_example_of_gb_11714_is_valid_with_and_without_its_dash() -> None:
    assert cd.parse_organisation_code("D2143569-X") == cd.parse_organisation_code("d2143569x") == "D2143569X"


def test_the_licence_identifier_closes_with_mod_37_36() -> None:
    assert cd.mod_37_36(LICENCE_ID_PARTS) == "0"
    assert cd.has_valid_mod_37_36(LICENCE_ID_PARTS + "0")
    assert not cd.has_valid_mod_37_36(LICENCE_ID_PARTS + "1")


@pytest.mark.parametrize(
    ("check", "body", "expected"),
    [(cd.mod_11_2, "0794", "0"), (cd.mod_97_10, "794", "44"), (cd.mod_37_36, "A12425GABC1234002", "M")],
)
def test_the_published_examples_of_iso_7064_hold(check: Callable[[str], str], body: str, expected: str) -> None:
    assert check(body) == expected


def test_an_iban_is_a_use_of_mod_97_10() -> None:
    assert cd.mod_97_10("WEST12345698765432" + "GB") == "82"


@given(number=resident_ids)
def test_every_wrong_digit_of_an_identity_number_is_found(number: str) -> None:
    for wrong in [*substitutions(number, "0123456789X"), *transpositions(number)]:
        with pytest.raises(cd.InvalidResidentId):
            cd.parse_resident_id(wrong)


@given(body=st.text(cd.CREDIT_CODE_ALPHABET, min_size=8, max_size=8), region=regions)
def test_every_wrong_character_of_a_credit_code_is_found(body: str, region: str) -> None:
    organisation_check = cd.organisation_code_check_character(body)
    code = "91" + region + body + organisation_check
    code += cd.modulus31_check_character(code)
    assert cd.parse_credit_code(code).organisation == body + organisation_check
    for wrong in [*substitutions(code, cd.ALPHANUMERIC), *transpositions(code)]:
        with pytest.raises(cd.InvalidCreditCode):
            cd.parse_credit_code(wrong)


@given(text=alphanumerics)
def test_mod_37_36_finds_every_wrong_character_and_nearly_every_exchange(text: str) -> None:
    closed = text + cd.mod_37_36(text)
    assert cd.has_valid_mod_37_36(closed)
    assert not any(cd.has_valid_mod_37_36(wrong) for wrong in substitutions(closed, cd.ALPHANUMERIC))


def test_mod_37_36_misses_few_exchanges() -> None:
    pairs = [first + second for first in cd.ALPHANUMERIC for second in cd.ALPHANUMERIC if first < second]
    missed = [pair for pair in pairs if cd.mod_37_36("33A" + pair + "7") == cd.mod_37_36("33A" + pair[::-1] + "7")]
    assert len(missed) <= len(pairs) // 100


@given(text=st.text(cd.DIGITS, min_size=1, max_size=40))
def test_mod_97_10_finds_every_wrong_digit_and_exchange(text: str) -> None:
    closed = text + cd.mod_97_10(text)
    assert cd.has_valid_mod_97_10(closed)
    wrong = [*substitutions(closed, cd.DIGITS), *transpositions(closed)]
    assert not any(cd.has_valid_mod_97_10(code) for code in wrong)


@given(text=st.text(cd.ALPHANUMERIC[10:], min_size=1, max_size=20))
def test_mod_97_10_finds_every_wrong_letter(text: str) -> None:
    check = cd.mod_97_10(text)
    assert not any(cd.has_valid_mod_97_10(wrong + check) for wrong in substitutions(text, cd.ALPHANUMERIC[10:]))


@given(text=st.text(cd.DIGITS, min_size=1, max_size=40))
def test_mod_11_2_finds_every_wrong_digit_and_exchange(text: str) -> None:
    closed = text + cd.mod_11_2(text)
    assert cd.has_valid_mod_11_2(closed)
    wrong = [*substitutions(closed, cd.DIGITS + "X"), *transpositions(closed)]
    assert not any(cd.has_valid_mod_11_2(code) for code in wrong)


@given(born_on=st.dates(date(1900, 1, 1), date(2026, 1, 1)), sequence=st.integers(0, 999))
def test_a_composed_identity_number_says_what_went_in(born_on: date, sequence: int) -> None:
    parsed = cd.parse_resident_id(cd.compose_resident_id(region="330106", born_on=born_on, sequence=sequence))
    assert (parsed.region, parsed.born_on, parsed.sequence) == ("330106", born_on, sequence)
    assert parsed.sex is (cd.Sex.MALE if sequence % 2 else cd.Sex.FEMALE)


def test_blanks_and_small_letters_are_put_right() -> None:
    assert cd.parse_resident_id(" 110105 19491231 002x").text == "11010519491231002X"
    assert cd.parse_credit_code("91350100 m000100y43").text == GB_32100_EXAMPLE


@pytest.mark.parametrize(
    ("typed", "position", "what"),
    [
        ("11010519491231002", None, "应为 18 位，实际 17 位"),
        ("110105491231002", None, "15 位号码已于 2013 年停止使用，请填写 18 位号码"),
        ("1101051949I231002X", 11, "第 11 位“I”不是允许的字符"),
        ("11010519491231002A", 18, "第 18 位“A”不是允许的字符"),
        ("99010519491231002X", 1, "第 1 至 2 位不是省级行政区划代码"),
        ("11010519490231002X", 7, "第 7 至 14 位不是历法上的日期"),
        ("110105194912310021", 18, "第 18 位校验码与前 17 位不符"),
    ],
)
def test_a_wrong_identity_number_is_refused_with_the_place(typed: str, position: int | None, what: str) -> None:
    with pytest.raises(cd.InvalidResidentId) as refusal:
        cd.parse_resident_id(typed)
    assert (refusal.value.position, refusal.value.explanation) == (position, f"公民身份号码有误：{what}")
    assert refusal.value.code == "invalid_resident_id"
    assert typed not in str(refusal.value.problem())


def test_a_birth_date_in_the_future_is_refused_when_today_is_known() -> None:
    number = cd.compose_resident_id(region="330106", born_on=date(2030, 1, 1), sequence=1)
    assert cd.parse_resident_id(number).born_on == date(2030, 1, 1)
    with pytest.raises(cd.InvalidResidentId, match="出生日期晚于今天"):
        cd.parse_resident_id(number, today=date(2029, 12, 31))


@pytest.mark.parametrize(
    ("typed", "position", "what"),
    [
        ("91350100M000100Y4", None, "应为 18 位，实际 17 位"),
        ("9135O100M000100Y43", 5, "第 5 位“O”不是允许的字符"),
        ("91350100M0001O0Y43", 14, "第 14 位“O”不是允许的字符"),
        ("91350100M000100Y44", 18, "第 18 位校验码与前 17 位不符"),
    ],
)
def test_a_wrong_credit_code_is_refused_with_the_place(typed: str, position: int | None, what: str) -> None:
    with pytest.raises(cd.InvalidCreditCode) as refusal:
        cd.parse_credit_code(typed)
    assert (refusal.value.position, refusal.value.explanation) == (position, f"统一社会信用代码有误：{what}")


def test_a_credit_code_whose_body_code_does_not_close_is_refused_at_place_17() -> None:
    body = "91350100M000100Y5"
    with pytest.raises(cd.InvalidCreditCode, match="第 17 位主体标识码校验码") as refusal:
        cd.parse_credit_code(body + cd.modulus31_check_character(body))
    assert refusal.value.position == 17


def test_a_wrong_organisation_code_is_refused_with_the_place() -> None:
    with pytest.raises(cd.InvalidOrganisationCode, match="第 9 位校验码与前 8 位不符") as refusal:
        cd.parse_organisation_code("D2143569-1")
    assert refusal.value.position == 9


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (cd.mod_37_36, "a"),
        (cd.mod_11_2, "12X"),
        (cd.modulus31_check_character, "1" * 31),
        (cd.organisation_code_check_character, "1234567"),
        (cd.resident_id_check_character, "1"),
    ],
)
def test_foreign_characters_and_lengths_are_programming_errors_in_the_bare_checks(
    check: Callable[[str], str], text: str
) -> None:
    with pytest.raises(ValueError, match=r"character|digits"):
        check(text)


def test_a_sequence_of_four_digits_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="sequence 1000"):
        cd.compose_resident_id(region="330106", born_on=date(2000, 1, 1), sequence=1000)


def test_a_code_with_foreign_characters_or_without_a_body_does_not_close() -> None:
    assert not cd.has_valid_mod_11_2("1-0")
    assert not cd.has_valid_mod_97_10("44")

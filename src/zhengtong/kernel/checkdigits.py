"""Check characters 校验码: the codes that name persons and organisations, and how to see that one is mistyped.

GB 32100-2015 统一社会信用代码, GB 11714-1997 组织机构代码, GB 11643-1999 公民身份号码, and from GB/T 17710
(ISO/IEC 7064) the pure systems MOD 11-2 and MOD 97-10 and the hybrid system MOD 37,36. Each code has a
`…_check_character`, a `parse_…` that refuses with the place and the reason, and a `compose_…`. A valid check character
says that a code is well formed, never that it was issued: that is for the population and the enterprise registry to
say. Refusals name the position and the offending character only, so that they may be shown and logged; they never hold
the code.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from zhengtong.kernel.errors import InvalidInput, Phrase
from zhengtong.kernel.errors import mark as _

ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CREDIT_CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
DIGITS = "0123456789"

_VALUES = {
    alphabet: {character: value for value, character in enumerate(alphabet)}
    for alphabet in (ALPHANUMERIC, CREDIT_CODE_ALPHABET, DIGITS)
}
_CREDIT_WEIGHTS = tuple(3**place % 31 for place in range(30))
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_ORGANISATION_CHECKS = "0123456789X0"
_MOD_11_2 = "0123456789X"
_RESIDENT_WEIGHTS = tuple(2 ** (17 - place) % 11 for place in range(17))
# GB/T 2260 provinces, and 83 for the residence permit of Taiwan residents (81 and 82 serve Hong Kong and Macao).
_PROVINCES = frozenset(
    (*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82, 83)
)


class InvalidCode(InvalidInput):
    """A code is not well formed. `position` counts characters from 1; it is None when the length is wrong."""

    code = "invalid_code"
    message = _("代码有误：{what}")
    remedy = _("请对照证照原件逐位核对后重新填写。")

    def __init__(self, *, what: Phrase, position: int | None = None) -> None:
        super().__init__(what=what, position=position)
        self.position = position


class InvalidCreditCode(InvalidCode):
    """Not a unified social credit code of GB 32100-2015."""

    code = "invalid_credit_code"
    message = _("统一社会信用代码有误：{what}")


class InvalidOrganisationCode(InvalidCode):
    """Not an organisation code of GB 11714-1997."""

    code = "invalid_organisation_code"
    message = _("组织机构代码有误：{what}")


class InvalidResidentId(InvalidCode):
    """Not a citizen's identity number of GB 11643-1999."""

    code = "invalid_resident_id"
    message = _("公民身份号码有误：{what}")


class Sex(StrEnum):
    """Sex 性别 as the 17th digit of an identity number tells it."""

    MALE = "male"
    FEMALE = "female"


class _Shape:
    """Which characters a code may have, place by place: a pattern to accept at once, a walk to say what is wrong."""

    def __init__(self, *parts: tuple[int, str]) -> None:
        self._alphabets = [alphabet for length, alphabet in parts for _place in range(length)]
        self._pattern = re.compile("".join(f"[{alphabet}]{{{length}}}" for length, alphabet in parts))

    def require(self, code: str, refusal: type[InvalidCode]) -> None:
        """Refuse a wrong length, then the first character that its place does not allow."""
        if self._pattern.fullmatch(code):
            return
        expected = len(self._alphabets)
        if len(code) != expected:
            what = Phrase(_("应为 {expected} 位，实际 {actual} 位"), expected=expected, actual=len(code))
            raise refusal(what=what)
        for position, (character, alphabet) in enumerate(zip(code, self._alphabets, strict=True), start=1):
            if character not in alphabet:
                what = Phrase(_("第 {position} 位“{character}”不是允许的字符"), position=position, character=character)
                raise refusal(what=what, position=position)


_CREDIT_CODE = _Shape((2, CREDIT_CODE_ALPHABET), (6, DIGITS), (10, CREDIT_CODE_ALPHABET))
_ORGANISATION_CODE = _Shape((9, ALPHANUMERIC))
_RESIDENT_ID = _Shape((17, DIGITS), (1, _MOD_11_2))


@dataclass(frozen=True, kw_only=True, slots=True)
class CreditCode:
    """A unified social credit code in its five parts (GB 32100-2015, 4.1)."""

    text: str
    authority: str
    category: str
    region: str
    organisation: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ResidentId:
    """What a citizen's identity number says (GB 11643-1999, 4): where and when it was first issued, and the sex."""

    text: str
    region: str
    born_on: date
    sequence: int
    sex: Sex


# ISO 7064


def mod_11_2(digits: str) -> str:
    """Return the check character (0–9 or X) of a string of digits by ISO 7064 MOD 11-2.

    >>> mod_11_2("0794")
    '0'
    """
    remainder = 0
    for digit in _valued(digits, DIGITS):
        remainder = (remainder + digit) * 2 % 11
    return _MOD_11_2[(12 - remainder) % 11]


def mod_37_36(text: str) -> str:
    """Return the check character (0–9, A–Z) of digits and capitals by ISO 7064 MOD 37,36.

    >>> mod_37_36("A12425GABC1234002")
    'M'
    """
    product = 36
    for value in _valued(text, ALPHANUMERIC):
        product = ((product + value) % 36 or 36) * 2 % 37
    return ALPHANUMERIC[(1 - product) % 36]


def mod_97_10(text: str) -> str:
    """Return the two check digits of digits and capitals (A = 10 … Z = 35) by ISO 7064 MOD 97-10.

    >>> mod_97_10("794")
    '44'
    """
    number = int("".join(str(value) for value in _valued(text, ALPHANUMERIC)) or "0")
    return f"{98 - number * 100 % 97:02d}"


def has_valid_mod_37_36(text: str) -> bool:
    """Tell whether *text* ends in its MOD 37,36 check character; foreign characters make it False."""
    return _closes(text, 1, mod_37_36)


def has_valid_mod_11_2(text: str) -> bool:
    """Tell whether *text* ends in its MOD 11-2 check character; foreign characters make it False."""
    return _closes(text, 1, mod_11_2)


def has_valid_mod_97_10(text: str) -> bool:
    """Tell whether *text* ends in its two MOD 97-10 check digits; foreign characters make it False."""
    return _closes(text, 2, mod_97_10)


def _closes(text: str, width: int, check: Callable[[str], str]) -> bool:
    if len(text) <= width:
        return False
    try:
        return check(text[:-width]) == text[-width:]
    except ValueError:
        return False


# GB 32100 and GB 11714


def modulus31_check_character(text: str) -> str:
    """Return the check character of up to 30 characters by the weighted sum of GB 32100-2015 (weights 3ⁱ⁻¹ mod 31).

    31 is prime and all weights differ, so that every wrong character and every exchange of two characters shows.
    """
    if len(text) > len(_CREDIT_WEIGHTS):
        raise ValueError(f"at most {len(_CREDIT_WEIGHTS)} characters, not {len(text)}")
    values = _valued(text, CREDIT_CODE_ALPHABET)
    total = sum(value * weight for value, weight in zip(values, _CREDIT_WEIGHTS, strict=False))
    return CREDIT_CODE_ALPHABET[-total % 31]


def organisation_code_check_character(body: str) -> str:
    """Return the ninth character (0–9 or X) for the eight of an organisation code (GB 11714-1997, 3.3).

    >>> organisation_code_check_character("D2143569")
    'X'
    """
    if len(body) != 8:
        raise ValueError(f"eight characters are needed, not {len(body)}")
    total = sum(
        value * weight for value, weight in zip(_valued(body, ALPHANUMERIC), _ORGANISATION_WEIGHTS, strict=True)
    )
    return _ORGANISATION_CHECKS[11 - total % 11]


def parse_organisation_code(text: str) -> str:
    """Return *text* as nine characters; the dash before the check character may be written or left out.

    Raises:
        InvalidOrganisationCode: with the position and the reason.
    """
    code = _compact(text).replace("-", "")
    _ORGANISATION_CODE.require(code, InvalidOrganisationCode)
    if organisation_code_check_character(code[:8]) != code[8]:
        raise InvalidOrganisationCode(what=Phrase(_("第 9 位校验码与前 8 位不符")), position=9)
    return code


def compose_credit_code(*, authority: str, category: str, region: str, organisation: str) -> str:
    """Return the 18 characters for a registering authority, category, region and the first eight of the body code.

    >>> compose_credit_code(authority="9", category="1", region="330106", organisation="MA27XY12")
    '91330106MA27XY122Q'
    """
    body = organisation + organisation_code_check_character(organisation)
    code = authority + category + region + body
    return parse_credit_code(code + modulus31_check_character(code)).text


def parse_credit_code(text: str) -> CreditCode:
    """Return the parts of a unified social credit code; blanks and small letters are put right.

    Raises:
        InvalidCreditCode: with the position and the reason.

    >>> parse_credit_code("91330106MA27XY122Q").region
    '330106'
    """
    code = _compact(text)
    _CREDIT_CODE.require(code, InvalidCreditCode)
    if modulus31_check_character(code[:17]) != code[17]:
        raise InvalidCreditCode(what=Phrase(_("第 18 位校验码与前 17 位不符")), position=18)
    if organisation_code_check_character(code[8:16]) != code[16]:
        raise InvalidCreditCode(what=Phrase(_("第 17 位主体标识码校验码与第 9 至 16 位不符")), position=17)
    return CreditCode(text=code, authority=code[0], category=code[1], region=code[2:8], organisation=code[8:17])


# GB 11643


def compose_resident_id(*, region: str, born_on: date, sequence: int) -> str:
    """Return the 18 characters for a six-digit region, a birth date and a sequence of 0–999 (odd for men).

    >>> compose_resident_id(region="330106", born_on=date(1990, 3, 7), sequence=123)
    '330106199003071236'
    """
    if not 0 <= sequence <= 999:
        raise ValueError(f"sequence {sequence} does not fit into three digits")
    body = f"{region}{born_on:%Y%m%d}{sequence:03d}"
    return parse_resident_id(body + resident_id_check_character(body)).text


def resident_id_check_character(body: str) -> str:
    """Return the 18th character (0–9 or X) for the first 17 digits (GB 11643-1999, 4.2.4: MOD 11-2)."""
    if len(body) != 17:
        raise ValueError(f"seventeen digits are needed, not {len(body)}")
    total = sum(value * weight for value, weight in zip(_valued(body, DIGITS), _RESIDENT_WEIGHTS, strict=True))
    return _MOD_11_2[(12 - total) % 11]


def parse_resident_id(text: str, *, today: date | None = None) -> ResidentId:
    """Return what an identity number says; blanks and a small x are put right.

    Args:
        text: the number as typed.
        today: if given, a birth date after it is refused.

    Raises:
        InvalidResidentId: with the position and the reason.

    >>> parse_resident_id("330106199003071236").sex
    <Sex.MALE: 'male'>
    """
    code = _compact(text)
    if len(code) == 15:
        raise InvalidResidentId(what=Phrase(_("15 位号码已于 2013 年停止使用，请填写 18 位号码")))
    _RESIDENT_ID.require(code, InvalidResidentId)
    if int(code[:2]) not in _PROVINCES:
        raise InvalidResidentId(what=Phrase(_("第 1 至 2 位不是省级行政区划代码")), position=1)
    born_on = _birth_date(code[6:14])
    if today is not None and born_on > today:
        raise InvalidResidentId(what=Phrase(_("第 7 至 14 位出生日期晚于今天")), position=7)
    if resident_id_check_character(code[:17]) != code[17]:
        raise InvalidResidentId(what=Phrase(_("第 18 位校验码与前 17 位不符")), position=18)
    sequence = int(code[14:17])
    return ResidentId(
        text=code, region=code[:6], born_on=born_on, sequence=sequence, sex=Sex.MALE if sequence % 2 else Sex.FEMALE
    )


def _birth_date(digits: str) -> date:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise InvalidResidentId(what=Phrase(_("第 7 至 14 位不是历法上的日期")), position=7) from None


# What all share


def _compact(text: str) -> str:
    return "".join(text.split()).upper()


def _valued(text: str, alphabet: str) -> list[int]:
    """Return the value of each character.

    Raises:
        ValueError: a character is not in *alphabet*.
    """
    values = _VALUES[alphabet]
    try:
        return [values[character] for character in text]
    except KeyError as error:
        raise ValueError(f"character {error} is not one of {alphabet}") from None

"""What the standards and the law say of licences, as pure functions.

The identifier 电子证照标识 is laid out as C0123 and GB/T 36904-2018 have it: the root `1.2.156.3005.2`, the type's code
(21 characters: the credit code of the body that administers the type and three digits), the issuer's credit code (18),
a serial, the version (3), and a check character by ISO 7064 MOD 37,36 over these parts without the dots.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from zhengtong.kernel.checkdigits import mod_37_36
from zhengtong.kernel.errors import Phrase
from zhengtong.kernel.errors import mark as _
from zhengtong.trust.licenses.contracts import (
    AttributesUnfit,
    InvalidLicenseNumber,
    LicenseNumber,
    LicenseState,
    LicenseType,
)

ROOT = "1.2.156.3005.2"
CODE_PREFIX = "LC"
CODE_LIVES = timedelta(seconds=60)
CONSENT_LIVES = timedelta(minutes=15)
LONGEST_VALUE = 500
_WIDTHS = ((21, _("证照类型代码")), (18, _("颁发机构代码")), (None, _("流水号")), (3, _("版本号")), (1, _("校验位")))
_ALNUM = re.compile("[0-9A-Z]+")
_LONGEST_SERIAL = 40

MOVES: Mapping[LicenseState, frozenset[LicenseState]] = {
    LicenseState.VALID: frozenset({LicenseState.SUSPENDED, LicenseState.REVOKED, LicenseState.REPLACED}),
    LicenseState.SUSPENDED: frozenset({LicenseState.VALID, LicenseState.REVOKED}),
    LicenseState.REVOKED: frozenset(),
    LicenseState.REPLACED: frozenset(),
}
"""From each stored state, where it may lead. A suspended licence is not replaced: that would lift the suspension."""

CLAUSES: Mapping[str, str] = {
    "issue": "国务院令第716号§10",
    "suspend": "国务院令第716号§10",
    "resume": "国务院令第716号§10",
    "revoke": "行政许可法§69–70",
    "replace": "行政许可法§49",
    "start_batch": "国务院令第716号§10",
    "publish": "国务院令第716号§10",
    "download": "国务院令第716号§10",
    "consent": "个人信息保护法§14",
    "evidence": "国务院令第716号§10",
    "verify": "个人信息保护法§13",
    "open": "个人信息保护法§45",
    "keep": "个人信息保护法§34",
}
"""The clause each act rests on."""


def compose(number: LicenseNumber) -> str:
    """Return the identifier with its check character.

    Raises:
        InvalidLicenseNumber: a part has a wrong length or a foreign character.

    >>> compose(LicenseNumber(type_code="11100000000013338W009", issuer="11330105002500287C", serial="2025052201",
    ...                       version="002"))
    '1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.002.0'
    """
    parts = [number.type_code, number.issuer, number.serial, number.version]
    for place, part in enumerate(parts):
        _require(part, place)
    return ".".join([ROOT, *parts, mod_37_36("".join(parts))])


def parse(text: str) -> LicenseNumber:
    """Return the parts of an identifier; blanks and small letters are put right.

    Raises:
        InvalidLicenseNumber: with the part and the reason.

    >>> parse("1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.002.0").serial
    '2025052201'
    """
    compact = "".join(text.split()).upper()
    if not compact.startswith(f"{ROOT}."):
        raise InvalidLicenseNumber(what=Phrase(_("应以 {root} 开头"), root=ROOT))
    parts = compact.removeprefix(f"{ROOT}.").split(".")
    if len(parts) != len(_WIDTHS):
        what = Phrase(_("应有 {expected} 段，实际 {actual} 段"), expected=len(_WIDTHS), actual=len(parts))
        raise InvalidLicenseNumber(what=what)
    for place, part in enumerate(parts):
        _require(part, place)
    if mod_37_36("".join(parts[:-1])) != parts[-1]:
        raise InvalidLicenseNumber(what=Phrase(_("校验位与前面各段不符")))
    return LicenseNumber(type_code=parts[0], issuer=parts[1], serial=parts[2], version=parts[3])


def _require(part: str, place: int) -> None:
    width, name = _WIDTHS[place]
    if not (len(part) == width if width else 0 < len(part) <= _LONGEST_SERIAL):
        raise InvalidLicenseNumber(what=Phrase(_("{part}的长度不对"), part=Phrase(name)))
    if not _ALNUM.fullmatch(part):
        raise InvalidLicenseNumber(what=Phrase(_("{part}只能是数字和大写字母"), part=Phrase(name)))


def may_become(state: LicenseState, to: LicenseState) -> bool:
    """Tell whether a licence in *state* may be brought to *to*.

    >>> may_become(LicenseState.REVOKED, LicenseState.VALID)
    False
    """
    return to in MOVES[state]


def standing(state: LicenseState, valid_until: date | None, today: date) -> LicenseState:
    """Return how a licence stands on *today*: its last valid day still counts.

    >>> standing(LicenseState.VALID, date(2026, 1, 1), date(2026, 1, 2)).value
    'expired'
    """
    if state in {LicenseState.VALID, LicenseState.SUSPENDED} and valid_until is not None and today > valid_until:
        return LicenseState.EXPIRED
    return state


def last_day(years: int | None, first: date) -> date | None:
    """Return the last valid day of a licence that is valid for *years* from *first*; None is for ever.

    >>> last_day(10, date(2024, 2, 29))
    datetime.date(2034, 2, 27)
    """
    if years is None:
        return None
    leap_safe = min(first.day, 28) if first.month == 2 else first.day
    return date(first.year + years, first.month, leap_safe) - timedelta(days=1)


def check_attributes(kind: LicenseType, attributes: Mapping[str, str]) -> dict[str, str]:
    """Return *attributes* in the type's order, without empty ones.

    Raises:
        AttributesUnfit: one is missing, unknown, too long or no text; names the field, never the value.
    """
    for key in attributes:
        if kind.field(key) is None:
            raise AttributesUnfit(what=Phrase(_("没有“{name}”这一项"), name=key), field=key)
    kept = {}
    for one in kind.fields:
        value = attributes.get(one.key) or ""
        if not isinstance(value, str) or len(value) > LONGEST_VALUE:
            raise AttributesUnfit(what=Phrase(_("“{name}”过长或不是文字"), name=one.name.zh), field=one.key)
        if value.strip():
            kept[one.key] = value.strip()
        elif not one.optional:
            raise AttributesUnfit(what=Phrase(_("缺少“{name}”"), name=one.name.zh), field=one.key)
    return kept


def gather(kind: LicenseType, facts: Mapping[str, object]) -> dict[str, str]:
    """Return the attributes that *facts* give: each field's first source that says something."""
    found = {}
    for one in kind.fields:
        said = [fact for fact in map(facts.get, one.sources) if isinstance(fact, str | int | date) and fact != ""]
        if said:
            found[one.key] = str(said[0])
    return found


def expires_at(made_at: datetime, at: datetime) -> datetime:
    """Return when a code made *at* ends: after a minute, at the latest with the consent of *made_at*."""
    return min(at + CODE_LIVES, made_at + CONSENT_LIVES)

"""Numbers that name demo things: ids, identity numbers, credit codes, plates. Well formed, unique, plainly synthetic.

Identity numbers (GB 11643-1999) take their sequence from 900 to 999, which real counties rarely reach in one day of
births; credit codes (GB 32100-2015) begin their organisation part with DM, where registries issue MA. Every space is
cut into one stretch for each part, so that parts made alone never collide.
"""

import hashlib
from datetime import date
from functools import cache
from uuid import UUID

from zhengtong.kernel.checkdigits import (
    CREDIT_CODE_ALPHABET,
    Sex,
    modulus31_check_character,
    organisation_code_check_character,
    resident_id_check_character,
)

RESIDENT, HOUSEHOLD, ADDRESS, ORGANISATION = 1, 2, 3, 4

_FIRST_SEQUENCE = 900
_LAST_SEQUENCE = 999
_HOME_STRETCH, _AWAY_STRETCH = 32, 12
_CODES_A_PART = 1 << 16
_BODIES = len(CREDIT_CODE_ALPHABET) ** 6
_BODY_STEP = 314_159_269  # prime to 31, so that stepping by it visits every body once
_PLATE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_PLATE_PATTERNS = [(first, second) for second in range(5) for first in range(second)]
_PLATES = len(_PLATE_PATTERNS) * len(_PLATE_LETTERS) ** 2 * 1000
_PLATE_STEP = 1_234_577  # prime to 2, 3 and 5
PLATES_A_PART = 25_000


class IdMaker:
    """Makes version 8 UUIDs (RFC 9562 §5.8) that sort by part and index and differ between seeds."""

    def __init__(self, seed: str, part: int, kind: int) -> None:
        tail = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8]) >> 2
        self._base = 0xDE00 << 112 | part << 100 | 0x8 << 76 | kind << 64 | 0b10 << 62 | tail

    def make(self, index: int) -> UUID:
        """Return the id of thing *index* (below 2²⁰) in this part."""
        return UUID(int=self._base | index << 80)


class ResidentIds:
    """Hands out identity numbers of one part.

    Args:
        home: the part's county.
        home_round: how many parts settled in that county before.
        away_round: how many parts used the same foreign counties before.
    """

    def __init__(self, *, home: str, home_round: int, away_round: int) -> None:
        self._home = home
        self._home_first = _FIRST_SEQUENCE + _HOME_STRETCH * home_round
        self._away_first = _FIRST_SEQUENCE + _AWAY_STRETCH * away_round
        self._given: dict[tuple[str, int, bool], int] = {}

    def make(self, region: str, birth: int, sex: Sex) -> str:
        """Return the next number for a birth day (proleptic ordinal) and sex in *region*.

        Raises:
            ValueError: the stretch of this region, day and sex is used up.
        """
        key = (region, birth, sex is Sex.MALE)
        count = self._given.get(key, 0)
        self._given[key] = count + 1
        first, stretch = (
            (self._home_first, _HOME_STRETCH) if region == self._home else (self._away_first, _AWAY_STRETCH)
        )
        sequence = first + 2 * count + (1 if sex is Sex.MALE else 0)
        if 2 * count >= stretch or sequence > _LAST_SEQUENCE:
            raise ValueError(f"identity numbers of {region} on {date.fromordinal(birth)} are used up")
        body = f"{region}{_compact_date(birth)}{sequence}"
        return body + resident_id_check_character(body)


@cache
def _compact_date(ordinal: int) -> str:
    return date.fromordinal(ordinal).strftime("%Y%m%d")


def credit_code(*, authority: str, category: str, region: str, part: int, index: int) -> str:
    """Return the credit code of body *index* (below 65,536) of *part*; every (part, index) has its own body."""
    number = (part * _CODES_A_PART + index) * _BODY_STEP % _BODIES
    letters = []
    for _place in range(6):
        number, remainder = divmod(number, len(CREDIT_CODE_ALPHABET))
        letters.append(CREDIT_CODE_ALPHABET[remainder])
    organisation = "DM" + "".join(letters)
    # An organisation whose own check character is not in the alphabet of the credit code cannot occur: X is in it.
    body = authority + category + region + organisation + organisation_code_check_character(organisation)
    return body + modulus31_check_character(body)


def plate(prefix: str, part: int, index: int) -> str:
    """Return plate *index* (below 25,000) of *part*: two letters and three digits after the city's letter (GA 36)."""
    number = (part * PLATES_A_PART + index) * _PLATE_STEP % _PLATES
    number, digits = divmod(number, 1000)
    number, first = divmod(number, len(_PLATE_LETTERS))
    pattern, second = divmod(number, len(_PLATE_LETTERS))
    characters = list(f"{digits:03d}")
    for spot, letter in zip(_PLATE_PATTERNS[pattern], (first, second), strict=True):
        characters.insert(spot, _PLATE_LETTERS[letter])
    return f"{prefix}{''.join(characters)}"

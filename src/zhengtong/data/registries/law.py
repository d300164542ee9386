"""What counting means 统计口径: ages and their bands, as pure functions."""

from collections.abc import Iterable

from zhengtong.data.registries.contracts import AgeBand
from zhengtong.kernel.checkdigits import Sex

BAND, LAST_BAND = 5, 90


def pyramid(counts: Iterable[tuple[Sex, int, int]], year: int) -> tuple[AgeBand, ...]:
    """Return the age pyramid of (sex, birth year, residents) in *year*: bands of five years, 90 and over together.

    Ages are those reached in the course of the year, the way yearbooks give them.

    >>> pyramid([(Sex.MALE, 2020, 3), (Sex.FEMALE, 1930, 2)], 2026)[1]
    AgeBand(youngest=5, oldest=9, men=3, women=0)
    """
    men = [0] * (LAST_BAND // BAND + 1)
    women = [0] * (LAST_BAND // BAND + 1)
    for sex, born, residents in counts:
        side = men if sex is Sex.MALE else women
        side[min(max(year - born, 0), LAST_BAND) // BAND] += residents
    return tuple(
        AgeBand(
            youngest=place * BAND,
            oldest=None if place * BAND == LAST_BAND else place * BAND + BAND - 1,
            men=men[place],
            women=women[place],
        )
        for place in range(len(men))
    )

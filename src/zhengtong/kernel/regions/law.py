"""Codes and places 区划代码: how a code is written, and how a region gets its interval in the tree. Pure.

GB/T 2260 gives provinces, cities and counties two digits each; GB/T 10114 adds three for a town, the statistical code
three more for a village. Codes change as regions are merged and split, and development zones have codes of their own,
so nothing here reads "within" off the digits. Instead every region gets an interval of whole numbers inside its
parent's: the n-th child of a level starts n spans after its parent. A region's place never moves; a region that
changes its parent gets, by the standards, a new code, and so is a new region.
"""

import re

from zhengtong.kernel.regions.contracts import RegionLevel

# How many children of each level find room under one parent: 99 provinces, 999 cities …, 9,999 grids; 18 digits in all.
_WIDTHS = {
    RegionLevel.PROVINCE: 2,
    RegionLevel.CITY: 3,
    RegionLevel.COUNTY: 3,
    RegionLevel.TOWN: 3,
    RegionLevel.VILLAGE: 3,
    RegionLevel.GRID: 4,
}
SPANS: dict[RegionLevel, int] = {
    level: 10 ** sum(width for below, width in _WIDTHS.items() if below > level) for level in RegionLevel
}
CAPACITY: dict[RegionLevel, int] = {level: 10**width - 1 for level, width in _WIDTHS.items()}

_CODE = re.compile(r"[0-9A-Z]{2,24}")


def is_code(text: str) -> bool:
    """Tell whether *text* may be a region's code: 2 to 24 digits or capitals."""
    return _CODE.fullmatch(text) is not None


def canonical_code(code: str) -> str:
    """Strip the zeros with which forms pad the codes of the upper levels; other codes stay as they are.

    >>> [canonical_code(code) for code in ("330000", "330100", "330106", "330106000000", "330106001051")]
    ['33', '3301', '330106', '330106', '330106001051']
    """
    if len(code) == 12 and code.isdigit() and code.endswith("000"):
        code = code[:9] if not code.endswith("000000") else code[:6]
    if len(code) == 6 and code.endswith("00"):
        return code[:2] if code.endswith("0000") else code[:4]
    return code


def first_child_low(parent_low: int, level: RegionLevel) -> int:
    """Return where the first child of *level* starts under a parent that starts at *parent_low* (0 for the country)."""
    return parent_low + SPANS[level]


def high_of(low: int, level: RegionLevel) -> int:
    """Return the last number of the interval of a region of *level* that starts at *low*."""
    return low + SPANS[level] - 1


def has_room(parent_low: int, low: int, level: RegionLevel) -> bool:
    """Tell whether a child of *level* that starts at *low* is still within what its parent may hold."""
    return (low - parent_low) // SPANS[level] <= CAPACITY[level]


def lows_around(low: int) -> tuple[int, ...]:
    """Return where every region that may contain *low* starts, itself included, widest first: no recursion needed.

    >>> lows_around(10_230_000_000_000_000)
    (10000000000000000, 10230000000000000)
    """
    return tuple(sorted({low - low % SPANS[level] for level in RegionLevel} - {0}))

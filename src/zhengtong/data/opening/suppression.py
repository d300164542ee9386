"""Suppressing small counts 小单元格抑制, and as many others as it takes that nobody computes them from the totals.

A table of counts with its totals is a set of equations: every total is the sum of its parts. A blanked cell is given
away when the equations leave it one value only, that is, when its row in a basis of their null space is nought. Cells
are blanked, the smallest beside it first, until none is given away. What a reader may still learn is a range; bounds
are not narrowed here (Hundepool and others, Handbook on Statistical Disclosure Control, on secondary suppression).
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

import numpy as np

from zhengtong.data.opening.law import ALL

Cell = tuple[str, ...]
MOST_UNKNOWN = 400
"""Blanked cells up to which the equations are solved; a table with more is to be made coarser."""
_NOUGHT = 1e-9


class TooSparse(ValueError):  # noqa: N818 -- named after what is wrong
    """So many cells are small that suppressing them is no remedy."""


def small(counts: Mapping[Cell, int], threshold: int) -> frozenset[Cell]:
    """Return the cells that count too few.

    >>> sorted(small({("a",): 3, ("b",): 5, ("c",): 0}, 5))
    [('a',)]
    """
    return frozenset(cell for cell, count in counts.items() if 0 < count < threshold)


def suppressed(counts: Mapping[Cell, int], threshold: int) -> tuple[frozenset[Cell], frozenset[Cell]]:
    """Return the cells to blank because they are small, and those to blank besides.

    Args:
        counts: of every cell; where a coordinate is `*`, it is the total over that field.
        threshold: counts below it are small.

    Raises:
        TooSparse: more than `MOST_UNKNOWN` would have to be blanked.
    """
    first = small(counts, threshold)
    blank, lines = set(first), _lines(counts)
    while exposed := given_away(counts, blank):
        for cell in sorted(exposed):
            blank |= _beside(cell, counts, blank, lines)
    return first, frozenset(blank) - first


def given_away(counts: Mapping[Cell, int], blank: Collection[Cell]) -> frozenset[Cell]:
    """Return the blanked cells that the cells and totals left determine.

    Raises:
        TooSparse: there are too many to say.

    >>> table = {("a",): 3, ("b",): 9, ("*",): 12}
    >>> sorted(given_away(table, {("a",)})), sorted(given_away(table, {("a",), ("b",)}))
    ([('a',)], [])
    """
    unknown = sorted(blank)
    if not unknown:
        return frozenset()
    if len(unknown) > MOST_UNKNOWN:
        raise TooSparse
    place = {cell: index for index, cell in enumerate(unknown)}
    rows = []
    for line, parts in _lines(counts).items():
        row = np.zeros(len(unknown))
        for cell, sign in ((line[0], -1.0), *((part, 1.0) for part in parts)):
            if cell in place:
                row[place[cell]] = sign
        if row.any():
            rows.append(row)
    if not rows:
        return frozenset()
    _left, values, right = np.linalg.svd(np.array(rows), full_matrices=True)
    null = right[int((values > _NOUGHT).sum()) :]
    free = np.abs(null).max(axis=0, initial=0.0) > _NOUGHT
    return frozenset(cell for cell, index in place.items() if not free[index])


def _lines(counts: Mapping[Cell, int]) -> dict[tuple[Cell, int], list[Cell]]:
    """Return for each total and the field it runs over the cells it sums; empty where no totals are published."""
    found: dict[tuple[Cell, int], list[Cell]] = defaultdict(list)
    for cell in counts:
        for total, field in _totals(cell):
            if total in counts:
                found[total, field].append(cell)
    return found


def _totals(cell: Cell) -> Iterator[tuple[Cell, int]]:
    for field, value in enumerate(cell):
        if value != ALL:
            yield (*cell[:field], ALL, *cell[field + 1 :]), field


def _beside(
    cell: Cell, counts: Mapping[Cell, int], blank: set[Cell], lines: Mapping[tuple[Cell, int], list[Cell]]
) -> set[Cell]:
    """Return the smallest cell that shares an equation with *cell* and is not blank; any other where there is none."""
    sharing = {
        one for (total, _field), parts in lines.items() if cell == total or cell in parts for one in (total, *parts)
    }
    for candidates in (sharing - blank, counts.keys() - blank):
        left = [one for one in candidates if counts[one]]
        if left:
            return {min(left, key=lambda one: (one.count(ALL), counts[one], one))}
    return set()

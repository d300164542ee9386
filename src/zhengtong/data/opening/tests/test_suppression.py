"""No blanked count can be computed from what is left."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhengtong.data.opening import suppression
from zhengtong.data.opening.law import ALL

Table = dict[suppression.Cell, int]


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """A table of counts with all its totals; combinations that do not occur have no cell, as in a GROUP BY."""
    rows, columns = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    inner: Table = {
        (f"r{row}", f"c{column}"): draw(st.integers(0, 12)) for row, column in product(range(rows), range(columns))
    }
    found = {cell: count for cell, count in inner.items() if count}
    for (row, column), count in list(found.items()):
        for total in ((row, ALL), (ALL, column), (ALL, ALL)):
            found[total] = found.get(total, 0) + count
    return found


def solutions_differ(counts: Table, blank: frozenset[suppression.Cell], cell: suppression.Cell) -> bool:
    """Say whether two sets of numbers fit all that is published and differ in *cell*: by least squares, not by rank."""
    unknown = sorted(blank)
    lines: dict[tuple[suppression.Cell, int], list[suppression.Cell]] = {}
    for row, column in counts:
        if row != ALL:
            lines.setdefault(((ALL, column), 0), []).append((row, column))
        if column != ALL:
            lines.setdefault(((row, ALL), 1), []).append((row, column))
    equations, values = [], []
    for (total, _field), parts in lines.items():
        equations.append([(one in parts) - (one == total) for one in unknown])
        values.append((0 if total in blank else counts[total]) - sum(counts[one] for one in parts if one not in blank))
    moved = [*equations, [one == cell for one in unknown]]
    wanted = [*values, counts[cell] + 1]
    matrix, right = np.array(moved, dtype=float), np.array(wanted, dtype=float)
    answer, *_rest = np.linalg.lstsq(matrix, right, rcond=None)
    return bool(np.allclose(matrix @ answer, right, atol=1e-6))


@given(tables())
def test_nothing_small_is_left_and_nothing_blank_is_given_away(counts: Table) -> None:
    first, beside = suppression.suppressed(counts, 5)
    blank = first | beside
    assert first == {cell for cell, count in counts.items() if 0 < count < 5}
    assert not suppression.given_away(counts, blank)
    assert all(solutions_differ(counts, blank, cell) for cell in blank)


@given(tables())
def test_what_is_said_to_be_given_away_has_one_value_only(counts: Table) -> None:
    blank = suppression.small(counts, 5)
    given = suppression.given_away(counts, blank)
    assert given == {cell for cell in blank if not solutions_differ(counts, blank, cell)}


def test_without_totals_only_the_small_cells_are_blanked() -> None:
    counts: Table = {("a", "x"): 2, ("a", "y"): 9, ("b", "x"): 7}
    assert suppression.suppressed(counts, 5) == (frozenset({("a", "x")}), frozenset())


def test_two_blanks_a_line_are_not_enough_where_a_bridge_gives_one_away() -> None:
    """Two cycles joined by one cell: every line has two blanks, and still the bridge has one value only."""
    names = [(row, column) for row in "abcd" for column in "wxyz"]
    counts: Table = dict.fromkeys(names, 9)
    for row, column in names:
        for total in ((row, ALL), (ALL, column), (ALL, ALL)):
            counts[total] = counts.get(total, 0) + 9
    blank = {(row, column) for row in "ab" for column in "wx"} | {(row, column) for row in "cd" for column in "yz"}
    assert suppression.given_away(counts, blank | {("b", "y")}) == {("b", "y")}


def test_a_table_of_little_but_small_cells_is_no_case_for_suppression() -> None:
    counts: Table = {(str(number),): 1 for number in range(suppression.MOST_UNKNOWN + 1)}
    with pytest.raises(suppression.TooSparse):
        suppression.suppressed(counts, 5)

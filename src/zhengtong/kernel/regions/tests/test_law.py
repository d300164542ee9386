"""Places in the tree nest, and no two regions share a number."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhengtong.kernel.regions import law
from zhengtong.kernel.regions.contracts import RegionLevel

steps = st.lists(st.integers(1, 99), min_size=1, max_size=6)


def place(numbers: list[int]) -> tuple[int, int]:
    """Return the interval of the n-th child of the n-th child …"""
    low = 0
    for level, number in zip(RegionLevel, numbers, strict=False):
        low = law.first_child_low(low, level) + (number - 1) * law.SPANS[level]
    return low, law.high_of(low, RegionLevel(len(numbers)))


@given(one=steps, other=steps)
def test_one_place_lies_in_another_exactly_when_its_path_begins_with_the_others(
    one: list[int], other: list[int]
) -> None:
    (low, high), (other_low, other_high) = place(one), place(other)
    assert (low <= other_low <= high) == (other[: len(one)] == one)
    assert (other_low <= low <= other_high) == (one[: len(other)] == other)


@given(numbers=steps)
def test_the_places_around_a_place_are_those_of_its_ancestors(numbers: list[int]) -> None:
    ancestors = [place(numbers[:depth])[0] for depth in range(1, len(numbers) + 1)]
    assert list(law.lows_around(ancestors[-1])) == ancestors


@pytest.mark.parametrize("level", list(RegionLevel))
def test_the_last_child_with_room_stays_within_its_parent(level: RegionLevel) -> None:
    low = law.first_child_low(0, level) + (law.CAPACITY[level] - 1) * law.SPANS[level]
    assert law.has_room(0, low, level)
    assert not law.has_room(0, low + law.SPANS[level], level)
    parent_span = law.SPANS[RegionLevel(level - 1)] if level > 1 else 10**18
    assert law.high_of(low, level) == parent_span - 1


@pytest.mark.parametrize(("code", "fits"), [("33", True), ("330106001051001", True), ("3", False), ("33a", False)])
def test_codes_are_digits_and_capitals(code: str, fits: bool) -> None:  # noqa: FBT001 -- a table of cases
    assert law.is_code(code) is fits


@pytest.mark.parametrize(
    ("padded", "canonical"),
    [
        ("330000000000", "33"),
        ("330100000000", "3301"),
        ("330106001000", "330106001"),
        ("330106", "330106"),
        ("33", "33"),
    ],
)
def test_zeros_of_forms_are_stripped(padded: str, canonical: str) -> None:
    assert law.canonical_code(padded) == canonical


def test_the_examples_hold() -> None:
    assert doctest.testmod(law) == (0, 2)  # failed, attempted

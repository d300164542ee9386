"""Repeatable chance for demo data: the same key, the same draws, on every machine and Python version.

Only `random.Random.random` is used, the one method whose sequence Python guarantees for a string seed, and only
arithmetic that IEEE 754 fixes. Demo people hold no secrets, so that a predictable generator is right here and nowhere
else.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


class Draw:
    """A stream of draws named by its *key*; streams with different keys are independent."""

    def __init__(self, *key: object) -> None:
        self.random = Random("/".join(str(part) for part in key)).random  # noqa: S311 -- demo data, not secrets

    def between(self, low: int, high: int) -> int:
        """Return an integer from *low* to *high*, both included."""
        return low + int(self.random() * (high - low + 1))

    def chance(self, share: float) -> bool:
        """Return True in *share* of the draws."""
        return self.random() < share

    def one_of(self, choices: Sequence[T]) -> T:
        """Return one of *choices*, all equally likely."""
        return choices[int(self.random() * len(choices))]

    def normal(self, mean: float, spread: float, low: float, high: float) -> float:
        """Return a bell-shaped draw (Irwin-Hall of three) in [*low*, *high*]; *spread* is a standard deviation.

        A draw outside the bounds is made again, evenly between them, so that nothing piles up at a bound.
        """
        draw = self.random
        value = mean + spread * 2.0 * (draw() + draw() + draw() - 1.5)
        return value if low <= value <= high else low + (high - low) * draw()


class Weighted(Generic[T]):
    """Values drawn in proportion to their weights."""

    def __init__(self, pairs: Iterable[tuple[T, float]]) -> None:
        kept = [(value, weight) for value, weight in pairs if weight > 0]
        if not kept:
            raise ValueError("at least one value must have a weight above zero")
        self.values = [value for value, _weight in kept]
        self._bounds = list(accumulate(weight for _value, weight in kept))

    def pick(self, draw: Draw) -> T:
        """Return one value."""
        return self.values[bisect_right(self._bounds, draw.random() * self._bounds[-1])]


def apportion(total: int, weights: Sequence[float]) -> list[int]:
    """Split *total* into whole shares by largest remainder; the shares sum to *total*.

    >>> apportion(10, [1, 1, 1])
    [4, 3, 3]
    """
    whole = sum(weights)
    exact = [total * weight / whole for weight in weights]
    shares = [int(value) for value in exact]
    by_remainder = sorted(range(len(weights)), key=lambda place: (shares[place] - exact[place], place))
    for place in by_remainder[: total - sum(shares)]:
        shares[place] += 1
    return shares

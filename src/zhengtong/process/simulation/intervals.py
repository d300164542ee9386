"""Confidence intervals 置信区间 over independent replications: Student's t, whose quantile is worked out here."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import atan, cos, exp, inf, lgamma, log, pi, sqrt


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean over replications and the half width of its confidence interval; infinite with one replication."""

    mean: float
    half: float

    @property
    def low(self) -> float:
        """The lower bound."""
        return self.mean - self.half

    @property
    def high(self) -> float:
        """The upper bound."""
        return self.mean + self.half

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out zero: a difference that is more than chance."""
        return self.low > 0 or self.high < 0


def estimate(values: Sequence[float], confidence: float) -> Estimate:
    """Return the mean of *values* with its interval at *confidence* (0 to 1)."""
    count = len(values)
    mean = sum(values) / count
    if count < 2:
        return Estimate(mean=mean, half=inf)
    variance = sum((value - mean) ** 2 for value in values) / (count - 1)
    return Estimate(mean=mean, half=student(count - 1, confidence) * sqrt(variance / count))


@cache
def student(freedom: int, confidence: float) -> float:
    """Return t such that *confidence* of Student's distribution with *freedom* degrees lies within ±t.

    >>> round(student(9, 0.95), 3), round(student(1, 0.95), 3)
    (2.262, 12.706)
    """
    low, high = 0.0, 1.0
    while _within(freedom, high) < confidence:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _within(freedom, middle) < confidence else (low, middle)
    return (low + high) / 2


def _within(freedom: int, bound: float) -> float:
    """Return how much lies within ±*bound*: Simpson's rule over the angle θ with t = √ν·tan θ."""
    top = atan(bound / sqrt(freedom))
    scale = 2 * exp(lgamma((freedom + 1) / 2) - lgamma(freedom / 2) - 0.5 * log(pi))
    steps = 400
    width = top / steps
    weights = (1 if at in {0, steps} else 4 if at % 2 else 2 for at in range(steps + 1))
    total = sum(weight * cos(at * width) ** (freedom - 1) for at, weight in enumerate(weights))
    return scale * total * width / 3

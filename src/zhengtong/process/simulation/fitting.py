"""Durations 时长分布: given, or fitted to what a log shows; drawn by their quantile function.

A draw turns one uniform number into a duration, so two definitions can be given the same numbers for the same case.
The lognormal is fitted by maximum likelihood: the mean and the deviation (over n) of the logarithms.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import erf, exp, log, sqrt
from statistics import NormalDist
from typing import Protocol

import numpy as np

_NORMAL = NormalDist()
_FEW = 20


class Duration(Protocol):
    """A distribution of durations, in seconds."""

    @property
    def mean(self) -> float:
        """The mean, in seconds."""
        ...

    def quantile(self, share: float) -> float:
        """Return the duration that *share* of all stay below; 0 ≤ share < 1."""
        ...


@dataclass(frozen=True, slots=True)
class Fixed:
    """Always the same."""

    seconds: float

    @property
    def mean(self) -> float:
        return self.seconds

    def quantile(self, share: float) -> float:
        del share
        return self.seconds


@dataclass(frozen=True, slots=True)
class Exponential:
    """Memoryless, as arrivals of strangers are."""

    mean: float

    def quantile(self, share: float) -> float:
        return -self.mean * log(1.0 - share)


@dataclass(frozen=True, slots=True)
class Uniform:
    """Anything between two bounds alike."""

    low: float
    high: float

    @property
    def mean(self) -> float:
        return (self.low + self.high) / 2

    def quantile(self, share: float) -> float:
        return self.low + share * (self.high - self.low)


@dataclass(frozen=True, slots=True)
class Triangular:
    """Between two bounds, most often near the mode: for experts' guesses."""

    low: float
    mode: float
    high: float

    @property
    def mean(self) -> float:
        return (self.low + self.mode + self.high) / 3

    def quantile(self, share: float) -> float:
        width = self.high - self.low
        if not width:
            return self.low
        turn = (self.mode - self.low) / width
        if share < turn:
            return self.low + sqrt(share * width * (self.mode - self.low))
        return self.high - sqrt((1 - share) * width * (self.high - self.mode))


@dataclass(frozen=True, slots=True)
class Lognormal:
    """The logarithm is normal with mean `mu` and deviation `sigma` (of seconds): most work of people is like that."""

    mu: float
    sigma: float

    @property
    def mean(self) -> float:
        return exp(self.mu + self.sigma**2 / 2)

    def quantile(self, share: float) -> float:
        return exp(self.mu + self.sigma * _NORMAL.inv_cdf(min(max(share, 1e-12), 1 - 1e-12)))

    def below(self, value: float) -> float:
        """Return the share of durations not above *value*."""
        if value <= 0:
            return 0.0
        if not self.sigma:
            return float(log(value) >= self.mu)
        return 0.5 * (1 + erf((log(value) - self.mu) / (self.sigma * sqrt(2))))


@dataclass(frozen=True, slots=True)
class Empirical:
    """What was seen, each as often as it was seen; `values` are sorted."""

    values: tuple[float, ...]

    @property
    def mean(self) -> float:
        return float(np.mean(self.values))

    def quantile(self, share: float) -> float:
        return self.values[min(int(share * len(self.values)), len(self.values) - 1)]


@dataclass(frozen=True, kw_only=True)
class Fit:
    """What fits the values, why, and how well.

    `lognormal_distance` and `empirical_distance` are Kolmogorov distances to the half of the values that was held out,
    averaged over both halves; None where there are too few values to tell.
    """

    chosen: Duration
    family: str
    count: int
    lognormal: Lognormal | None
    lognormal_distance: float | None = None
    empirical_distance: float | None = None


def fit(values: Sequence[float]) -> Fit:
    """Choose between the empirical distribution and the lognormal, by which predicts held-out values better.

    With fewer than 20 values, or with values that are not positive, the empirical one is taken.

    Raises:
        ValueError: there is no value, or a negative one.
    """
    if not len(values) or min(values) < 0:
        raise ValueError("durations are needed, none of them negative")
    empirical = Empirical(tuple(sorted(float(value) for value in values)))
    if min(values) <= 0 or len(values) < 2:
        return Fit(chosen=empirical, family="empirical", count=len(values), lognormal=None)
    smooth = lognormal(values)
    if len(values) < _FEW:
        return Fit(chosen=empirical, family="empirical", count=len(values), lognormal=smooth)
    halves = (values[::2], values[1::2])
    ours = sum(_smooth_distance(lognormal(one), other) for one, other in (halves, halves[::-1])) / 2
    theirs = _step_distance(*halves)
    better = ours <= theirs
    return Fit(
        chosen=smooth if better else empirical,
        family="lognormal" if better else "empirical",
        count=len(values),
        lognormal=smooth,
        lognormal_distance=ours,
        empirical_distance=theirs,
    )


def lognormal(values: Sequence[float]) -> Lognormal:
    """Return the maximum likelihood fit to positive *values*.

    >>> lognormal([1.0, 1.0, 1.0])
    Lognormal(mu=0.0, sigma=0.0)
    """
    logarithms = np.log(np.asarray(values, dtype=float))
    return Lognormal(mu=float(logarithms.mean()), sigma=float(logarithms.std()))


def _smooth_distance(fitted: Lognormal, values: Sequence[float]) -> float:
    """Return the Kolmogorov distance of a curve to the steps of *values*."""
    ordered = sorted(values)
    count = len(ordered)
    return max(
        max(abs(fitted.below(value) - at / count), abs(fitted.below(value) - (at + 1) / count))
        for at, value in enumerate(ordered)
    )


def _step_distance(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the Kolmogorov distance between the steps of two samples."""
    left, right = np.sort(np.asarray(one, dtype=float)), np.sort(np.asarray(other, dtype=float))
    places = np.concatenate([left, right])
    gaps = np.searchsorted(left, places, "right") / len(left) - np.searchsorted(right, places, "right") / len(right)
    return float(np.abs(gaps).max())

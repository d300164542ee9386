"""Fitting: the right family wins, by what it says of values it has not seen."""

from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhengtong.process.simulation.fitting import (
    Duration,
    Empirical,
    Exponential,
    Fixed,
    Lognormal,
    Triangular,
    Uniform,
    fit,
    lognormal,
)
from zhengtong.process.simulation.intervals import estimate

RNG = np.random.default_rng(5)


def test_the_lognormal_is_fitted_by_maximum_likelihood() -> None:
    found = lognormal([1.0, exp(2), exp(4)])
    assert (round(found.mu, 9), round(found.sigma, 9)) == (2.0, round((8 / 3) ** 0.5, 9))


def test_lognormal_work_is_found_to_be_lognormal() -> None:
    found = fit(RNG.lognormal(mean=log(1200), sigma=0.8, size=2000).tolist())
    assert found.family == "lognormal"
    assert found.lognormal is not None
    assert abs(found.lognormal.mu - log(1200)) < 0.06
    assert abs(found.lognormal.sigma - 0.8) < 0.05


def test_two_kinds_of_work_under_one_name_are_kept_as_they_were_seen() -> None:
    values = [*RNG.normal(300, 10, 500), *RNG.normal(9000, 100, 500)]
    RNG.shuffle(values)
    found = fit(values)
    assert found.family == "empirical"
    assert found.empirical_distance is not None
    assert found.lognormal_distance is not None
    assert found.empirical_distance < found.lognormal_distance


def test_few_values_or_zeros_are_taken_as_they_are() -> None:
    assert fit([60.0]).family == "empirical"
    assert fit([0.0] * 30).chosen == Empirical((0.0,) * 30)
    with pytest.raises(ValueError, match="durations are needed"):
        fit([])


@pytest.mark.parametrize(
    "duration",
    [
        Fixed(5),
        Exponential(600),
        Uniform(60, 120),
        Triangular(60, 80, 300),
        Triangular(9, 9, 9),
        Lognormal(6, 0.7),
        Empirical((1, 2, 3, 9)),
    ],
)
def test_draws_have_the_mean_that_is_promised_and_rise_with_the_share(duration: Duration) -> None:
    shares = (np.arange(20_000) + 0.5) / 20_000
    values = [duration.quantile(float(share)) for share in shares]
    assert values == sorted(values)
    assert sum(values) / len(values) == pytest.approx(duration.mean, rel=0.01)


def test_an_interval_is_as_wide_as_the_books_say() -> None:
    # mean 3, deviation 1.5811, n 5, t(4, .975) = 2.776
    found = estimate([1, 2, 3, 4, 5], 0.95)
    assert (found.mean, round(found.half, 3)) == (3.0, 1.963)
    assert not estimate([1.0], 0.95).is_clear


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=20))
def test_more_confidence_makes_wider_intervals(values: list[float]) -> None:
    assert estimate(values, 0.99).half >= estimate(values, 0.9).half

"""Ranges 区间: two ends, each included or not; an end of None is unbounded (DMN 1.5, 10.3.2.7)."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Range:
    """All values between *low* and *high* of one comparable kind."""

    low: Any
    high: Any
    low_included: bool = True
    high_included: bool = True

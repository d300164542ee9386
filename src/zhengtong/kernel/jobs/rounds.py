"""Rounds 巡检: what the worker looks after besides events and jobs, such as timers of processes that have come due.

The registry lies here, below the rooms that have something to look after; each adds itself in `ready()` or is added by
`site/wiring.py`. A round is safe to run in several workers at once and does little when there is nothing to do.
"""

from collections.abc import Callable
from datetime import datetime

Round = Callable[[datetime], int]
_rounds: dict[str, Round] = {}


def every_round(name: str, look: Round) -> None:
    """Have the worker call *look* with the present moment again and again; it returns how much it did."""
    _rounds[name] = look


def make_rounds(at: datetime) -> int:
    """Call every round once; return how much was done."""
    return sum(look(at) for look in tuple(_rounds.values()))

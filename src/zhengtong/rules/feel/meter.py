"""Meter 计量: lets deep comparisons and writers pay from the budget of the evaluation they run in.

Values may share parts (`{a: [1, 1], b: [a, a], c: [b, b]}`), so what is small in memory can be enormous when walked.
Whatever walks into values charges here. The meter is per thread and is set only while an evaluation runs, which never
yields.
"""

import threading
from typing import Any, Protocol


class Payer(Protocol):
    """What has a budget."""

    def spend(self, steps: int = 1) -> None:
        """Pay, or raise."""
        ...


class _Meter(threading.local):
    payer: Payer | None = None


_METER = _Meter()


def charge(steps: int = 1) -> None:
    """Pay for *steps* from the running evaluation; free outside of one."""
    payer = _METER.payer
    if payer is not None:
        payer.spend(steps)


def exchange(payer: Payer | None) -> Payer | None:
    """Set who pays from now on; returns who paid before."""
    before, _METER.payer = _METER.payer, payer
    return before


def weigh(value: Any) -> None:
    """Pay for every part of *value*, shared parts as often as they are met."""
    if isinstance(value, list):
        charge(1 + (len(value) >> 2))
        for item in value:
            if isinstance(item, list | dict):
                weigh(item)
    elif isinstance(value, dict):
        charge(1 + (len(value) >> 2))
        for item in value.values():
            if isinstance(item, list | dict):
                weigh(item)

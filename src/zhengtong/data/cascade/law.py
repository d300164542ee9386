"""When a resource that comes from another node is late, as a pure function."""

from collections.abc import Mapping
from datetime import timedelta

from zhengtong.data.catalog.contracts import UpdateCycle

CYCLES: Mapping[UpdateCycle, timedelta] = {
    UpdateCycle.REALTIME: timedelta(hours=1),
    UpdateCycle.DAILY: timedelta(days=1),
    UpdateCycle.WEEKLY: timedelta(days=7),
    UpdateCycle.MONTHLY: timedelta(days=31),
    UpdateCycle.QUARTERLY: timedelta(days=92),
    UpdateCycle.HALF_YEARLY: timedelta(days=184),
    UpdateCycle.YEARLY: timedelta(days=366),
}
"""How long the catalogue's update cycles are at most; an hour for real time is this platform's own choice."""


def patience(cycle: UpdateCycle) -> timedelta | None:
    """Return how long after a pull the next one may come before the resource is late; None where it never is.

    >>> patience(UpdateCycle.DAILY).days, patience(UpdateCycle.IRREGULAR)
    (1, None)
    """
    return CYCLES.get(cycle)

"""The rules of delivery 投递规则, as pure functions."""

from datetime import timedelta

ATTEMPTS = 12
"""After so many failures a delivery is parked: about half an hour of trying."""

RETENTION = timedelta(days=30)
"""Dispatched events and inbox entries are kept so long; the ledger, not the outbox, is the lasting record."""


def wait_after(attempts: int) -> timedelta:
    """Return how long a delivery waits after its *attempts*-th failure: 1 s, doubled each time, at most an hour.

    >>> [wait_after(n).total_seconds() for n in (1, 2, 3, 13)]
    [1.0, 2.0, 4.0, 3600.0]
    """
    return min(timedelta(seconds=2 ** (min(attempts, 20) - 1)), timedelta(hours=1))


def is_parked(attempts: int) -> bool:
    """Tell whether a delivery that failed so often waits for a person instead of the clock.

    >>> is_parked(11), is_parked(12)
    (False, True)
    """
    return attempts >= ATTEMPTS

"""When a message that did not arrive is tried again, as pure functions. The times are this platform's own choice."""

from datetime import datetime, timedelta

DELAYS = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=12),
)


def next_attempt(failed_at: datetime, failures: int) -> datetime | None:
    """Return when to try again after so many failures; None when it is given up.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    >>> next_attempt(noon, 1).isoformat(), next_attempt(noon, 7)
    ('2026-11-23T12:00:30+00:00', None)
    """
    return failed_at + DELAYS[failures - 1] if failures <= len(DELAYS) else None


def arrived(status: int | None) -> bool:
    """Say whether an answer means that the message arrived.

    >>> arrived(204), arrived(302), arrived(500), arrived(None)
    (True, False, False, False)
    """
    return status is not None and 200 <= status < 300

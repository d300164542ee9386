"""The clock 时钟: time comes in as an argument; only the edges of the platform (a request, a job, a command) read it.

Government time is Beijing time (UTC+8, no summer time since 1992); the database holds UTC.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """What tells the time."""

    def now(self) -> datetime:
        """Return the present moment, aware."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return datetime.now(UTC)


@dataclass(kw_only=True)
class ManualClock:
    """A clock that stands still until told to move: for tests, replay and simulation."""

    at: datetime

    def now(self) -> datetime:
        """Return the moment it stands at."""
        return self.at

    def advance(self, step: timedelta) -> None:
        """Move forward by *step*."""
        self.at += step


system = SystemClock()


def on_day(moment: datetime) -> date:
    """Return the day in Beijing on which *moment* falls.

    >>> on_day(datetime(2026, 1, 1, 17, tzinfo=UTC))
    datetime.date(2026, 1, 2)
    """
    return moment.astimezone(BEIJING).date()

"""The office clock 办公时钟: seconds of office time, by the working calendar and the hours offices keep.

Moments are seconds since midnight, Beijing time, of the first day. A clock that is always open serves services that
never close, and the comparison with queueing theory.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from zhengtong.process.mining.api import OfficeHours

BEIJING = ZoneInfo("Asia/Shanghai")
DAY = 86_400


class Clock(Protocol):
    """Counts the time that counts."""

    seconds_a_day: int

    def worked(self, moment: float) -> float:
        """Return the office seconds from the first midnight to *moment*."""
        ...

    def after(self, moment: float, seconds: float) -> float:
        """Return the first moment at which *seconds* of office time have passed since *moment*."""
        ...

    def working_days(self, start: float, end: float) -> int:
        """Return the working days after the day of *start* up to and including the day of *end*."""
        ...


class AlwaysOpen:
    """Every second counts, every day is a working day."""

    seconds_a_day = DAY

    def worked(self, moment: float) -> float:
        """Return *moment*."""
        return moment

    def after(self, moment: float, seconds: float) -> float:
        """Return their sum."""
        return moment + seconds

    def working_days(self, start: float, end: float) -> int:
        """Count days."""
        return int(end // DAY) - int(start // DAY)


class OfficeClock:
    """The hours of *hours* from *first_on*; days are laid out as they are needed."""

    def __init__(self, hours: OfficeHours, first_on: date) -> None:
        self.seconds_a_day = hours.seconds_a_day
        self._first_on = first_on
        self._works: Callable[[date], bool] = hours.is_working_day
        self._intervals = [
            (
                opens.hour * 3600 + opens.minute * 60 + opens.second,
                closes.hour * 3600 + closes.minute * 60 + closes.second,
            )
            for opens, closes in hours.intervals
        ]
        self._open: list[bool] = []
        self._before: list[int] = [0]  # how many working days lie before each day
        self._nth: list[int] = []  # which day is the n-th working day

    def worked(self, moment: float) -> float:
        """Return the office seconds up to *moment*."""
        day = int(moment // DAY)
        self._lay_out(day)
        return self._before[day] * self.seconds_a_day + (self._into(moment - day * DAY) if self._open[day] else 0.0)

    def after(self, moment: float, seconds: float) -> float:
        """Return when *seconds* are done: at closing time, not the next opening; with none, when offices open."""
        target = self.worked(moment) + seconds
        number, rest = divmod(target, self.seconds_a_day)
        if seconds <= 0 and self._is_open(moment):
            return moment
        if rest == 0 and seconds > 0:
            number, rest = number - 1, float(self.seconds_a_day)
        day = self._working_day(int(number))
        return max(moment, day * DAY + self._out_of(rest, closing=seconds > 0))

    def working_days(self, start: float, end: float) -> int:
        """Count working days as the law does: the first day not, the last day yes."""
        last = int(end // DAY)
        self._lay_out(last)
        return self._before[last + 1] - self._before[int(start // DAY) + 1]

    def _is_open(self, moment: float) -> bool:
        day = int(moment // DAY)
        second = moment - day * DAY
        return self._open[day] and any(opens <= second < closes for opens, closes in self._intervals)

    def _into(self, second: float) -> float:
        return sum(max(0.0, min(second, closes) - opens) for opens, closes in self._intervals)

    def _out_of(self, rest: float, *, closing: bool) -> float:
        """Return the second of the day at which *rest* office seconds of it have passed."""
        for opens, closes in self._intervals:
            length = closes - opens
            if rest < length or (closing and rest == length):
                return opens + rest
            rest -= length
        return self._intervals[-1][1]

    def _working_day(self, number: int) -> int:
        while len(self._nth) <= number:
            self._lay_out(len(self._open) + 30)
        return self._nth[number]

    def _lay_out(self, day: int) -> None:
        while len(self._open) <= day:
            works = self._works(self._first_on + timedelta(days=len(self._open)))
            if works:
                self._nth.append(len(self._open))
            self._open.append(works)
            self._before.append(self._before[-1] + works)


def midnight(day: date) -> datetime:
    """Return the moment from which seconds are counted."""
    return datetime(day.year, day.month, day.day, tzinfo=BEIJING)

"""Dates and times 日期与时间: proleptic Gregorian, years to ±999 999 999, nanoseconds, zones (DMN 1.5, 10.3.2.3.4–6).

Python's own `datetime` ends at year 9999 and at microseconds, so these are our own small values. Offsets are seconds; a
zone is an IANA id, looked up in the time-zone database.
"""

from dataclasses import dataclass
from datetime import date as python_date
from datetime import datetime as python_datetime
from functools import cache, lru_cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from zhengtong.rules.feel.values.durations import NANOS

YEAR_LIMIT: Final = 999_999_999
DAY_SECONDS: Final = 86_400
DAY_NANOS: Final = DAY_SECONDS * NANOS
OFFSET_LIMIT: Final = 18 * 3600
_DAYS_BEFORE_EPOCH: Final = 719_468
_MONTH_DAYS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def is_leap(year: int) -> bool:
    """Tell whether *year* has 366 days."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def days_in_month(year: int, month: int) -> int:
    """Return the number of days of a month."""
    return 29 if month == 2 and is_leap(year) else _MONTH_DAYS[month - 1]


@dataclass(frozen=True, slots=True, order=True)
class Date:
    """A calendar day."""

    year: int
    month: int
    day: int

    @property
    def ordinal(self) -> int:
        """Days since 1970-01-01 (negative before)."""
        year = self.year - (self.month <= 2)
        era, of_era = divmod(year, 400)
        of_year = (153 * (self.month + (-3 if self.month > 2 else 9)) + 2) // 5 + self.day - 1
        return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - _DAYS_BEFORE_EPOCH

    @property
    def weekday(self) -> int:
        """Monday 1 to Sunday 7 (ISO 8601)."""
        return (self.ordinal + 3) % 7 + 1

    def __str__(self) -> str:
        sign = "-" if self.year < 0 else ""
        return f"{sign}{abs(self.year):04d}-{self.month:02d}-{self.day:02d}"


def make_date(year: int, month: int, day: int) -> Date | None:
    """Return the day, or None if there is no such day."""
    if not (abs(year) <= YEAR_LIMIT and 1 <= month <= 12 and 1 <= day <= days_in_month(year, month)):
        return None
    return Date(year, month, day)


def date_of_ordinal(ordinal: int) -> Date | None:
    """Return the day *ordinal* days after 1970-01-01; None beyond the year limit."""
    era, of_era = divmod(ordinal + _DAYS_BEFORE_EPOCH, 146_097)
    year_of_era = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * of_year + 2) // 153
    day = of_year - (153 * shifted + 2) // 5 + 1
    month = shifted + 3 if shifted < 10 else shifted - 9
    year = era * 400 + year_of_era + (month <= 2)
    return Date(year, month, day) if abs(year) <= YEAR_LIMIT else None


@lru_cache(maxsize=512)
def find_zone(name: str) -> ZoneInfo | None:
    """Return the IANA zone of that id, or None."""
    return ZoneInfo(name) if name in _zone_names() else None


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones())


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day, local, with an offset, or in a zone (then `offset` is None and `zone` is the id)."""

    hour: int
    minute: int
    second: int
    nano: int = 0
    offset: int | None = None
    zone: str | None = None

    @property
    def nanos(self) -> int:
        """Nanoseconds since midnight, local."""
        return ((self.hour * 60 + self.minute) * 60 + self.second) * NANOS + self.nano

    @property
    def is_zoned(self) -> bool:
        """Whether it is bound to an offset or a zone."""
        return self.offset is not None or self.zone is not None

    def offset_on(self, day: Date) -> int | None:
        """Return the offset in seconds on *day*; None for a local time."""
        if self.zone is None:
            return self.offset
        return zone_offset(self.zone, day, self.hour, self.minute, self.second)

    def __str__(self) -> str:
        fraction = f".{self.nano:09d}".rstrip("0") if self.nano else ""
        return f"{self.hour:02d}:{self.minute:02d}:{self.second:02d}{fraction}{self.suffix}"

    @property
    def suffix(self) -> str:
        """The offset or zone as written."""
        if self.zone is not None:
            return f"@{self.zone}"
        return "" if self.offset is None else offset_text(self.offset)


def offset_text(seconds: int) -> str:
    """Write an offset: `Z`, `+08:00`, `-02:45:55`."""
    if seconds == 0:
        return "Z"
    minutes, rest = divmod(abs(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{'-' if seconds < 0 else '+'}{hours:02d}:{minutes:02d}" + (f":{rest:02d}" if rest else "")


@lru_cache(maxsize=4096)
def zone_offset(zone: str, day: Date, hour: int, minute: int, second: int) -> int:
    """Return the offset in seconds of *zone* at a local moment; years outside 1–9999 use the nearest like year."""
    info = find_zone(zone)
    if info is None:
        return 0
    year = day.year if 1 < day.year < 9999 else 2000 + day.year % 400
    moment = python_datetime(year, day.month, day.day, hour, minute, second, tzinfo=info)
    offset = moment.utcoffset()
    return int(offset.total_seconds()) if offset else 0


@dataclass(frozen=True, slots=True)
class DateTime:
    """A day and a time of day."""

    date: Date
    time: Time

    @property
    def offset(self) -> int | None:
        """The offset in seconds at that moment; None for a local one."""
        return self.time.offset_on(self.date)

    @property
    def local_nanos(self) -> int:
        """Nanoseconds since 1970-01-01T00:00:00 on the local clock."""
        return self.date.ordinal * DAY_NANOS + self.time.nanos

    @property
    def instant(self) -> int:
        """Nanoseconds since the epoch: on the UTC line if zoned, on the local one if not."""
        return self.local_nanos - (self.offset or 0) * NANOS

    @property
    def is_zoned(self) -> bool:
        """Whether it is bound to an offset or a zone."""
        return self.time.is_zoned

    def __str__(self) -> str:
        return f"{self.date}T{self.time}"


def time_of_nanos(nanos: int, offset: int | None = None, zone: str | None = None) -> Time:
    """Return the time *nanos* nanoseconds after midnight (wrapping at a day)."""
    seconds, nano = divmod(nanos % DAY_NANOS, NANOS)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return Time(hour, minute, second, nano, offset, zone)


def shift(moment: DateTime, nanos: int) -> DateTime | None:
    """Return *moment* moved by *nanos* nanoseconds; in a zone, along the UTC line."""
    time = moment.time
    if time.zone is None:
        return _from_local(moment.local_nanos + nanos, time.offset, None)
    instant = moment.instant + nanos
    guess = _from_local(instant + (moment.offset or 0) * NANOS, None, time.zone)
    if guess is None or guess.offset == moment.offset:
        return guess
    return _from_local(instant + (guess.offset or 0) * NANOS, None, time.zone)


def _from_local(nanos: int, offset: int | None, zone: str | None) -> DateTime | None:
    days, rest = divmod(nanos, DAY_NANOS)
    day = date_of_ordinal(days)
    return None if day is None else DateTime(day, time_of_nanos(rest, offset, zone))


def add_months(day: Date, months: int) -> Date | None:
    """Return *day* moved by whole months, the day cut to the length of the month reached."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if abs(year) > YEAR_LIMIT:
        return None
    return Date(year, month + 1, min(day.day, days_in_month(year, month + 1)))


def from_python_date(value: python_date) -> Date:
    """Convert a Python date."""
    return Date(value.year, value.month, value.day)

"""Durations 时长: years and months, or days and time; the two kinds do not compare (DMN 1.5, 10.3.2.3.7–8)."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from zhengtong.rules.feel.numbers import WIDE

NANOS: Final = 1_000_000_000
_DAY: Final = 86_400 * NANOS
# About three million years either way: more than any statute, small enough that every sum stays exact and short.
MONTHS_LIMIT: Final = 12 * 1_000_000_000 * 2
NANOS_LIMIT: Final = _DAY * 366 * 1_000_000_000 * 2
_PATTERN: Final = re.compile(
    r"(?P<sign>-?)P(?:(?P<years>\d{1,18})Y)?(?:(?P<months>\d{1,18})M)?(?:(?P<days>\d{1,18})D)?"
    r"(?P<time>T(?:(?P<hours>\d{1,18})H)?(?:(?P<minutes>\d{1,18})M)?(?:(?P<seconds>\d{1,18}(?:\.\d{0,18})?)S)?)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, order=True)
class YearMonthDuration:
    """A number of months, shown as years and months.

    >>> str(YearMonthDuration(-14))
    '-P1Y2M'
    """

    total: int

    @property
    def years(self) -> int:
        """Whole years, with the sign."""
        return self.total // 12 if self.total >= 0 else -(-self.total // 12)

    @property
    def months(self) -> int:
        """Months beyond the whole years, with the sign."""
        return self.total - 12 * self.years

    def __str__(self) -> str:
        years, months = divmod(abs(self.total), 12)
        body = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
        return ("-" if self.total < 0 else "") + "P" + (body or "0M")


@dataclass(frozen=True, slots=True, order=True)
class DayTimeDuration:
    """A number of nanoseconds, shown as days, hours, minutes and seconds.

    >>> str(DayTimeDuration.of_seconds(90_061))
    'P1DT1H1M1S'
    """

    total: int

    @classmethod
    def of_seconds(cls, seconds: int) -> "DayTimeDuration":
        """Return the duration of *seconds*."""
        return cls(seconds * NANOS)

    @property
    def whole_seconds(self) -> int:
        """Seconds, the fraction cut off towards zero."""
        return self.total // NANOS if self.total >= 0 else -(-self.total // NANOS)

    def parts(self) -> tuple[int, int, int, int, int]:
        """Return days, hours, minutes, seconds and nanoseconds of the absolute value."""
        seconds, nanos = divmod(abs(self.total), NANOS)
        minutes, seconds = divmod(seconds, 60)
        hours, minutes = divmod(minutes, 60)
        days, hours = divmod(hours, 24)
        return days, hours, minutes, seconds, nanos

    def __str__(self) -> str:
        days, hours, minutes, seconds, nanos = self.parts()
        body = f"{days}D" if days else ""
        time = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
        if seconds or nanos:
            fraction = f"{nanos:09d}".rstrip("0")
            time += f"{seconds}.{fraction}S" if fraction else f"{seconds}S"
        if time:
            body += "T" + time
        return ("-" if self.total < 0 else "") + "P" + (body or "T0S")


def parse_duration(text: str) -> YearMonthDuration | DayTimeDuration | None:
    """Read an ISO 8601 duration of one kind; None if it is neither (`P1Y1D` mixes both kinds).

    >>> parse_duration("P1Y"), parse_duration("PT36H"), parse_duration("P")
    (YearMonthDuration(total=12), DayTimeDuration(total=129600000000000), None)
    """
    match = _PATTERN.fullmatch(text)
    if match is None:
        return None
    g = match.groupdict()
    has_months = g["years"] is not None or g["months"] is not None
    has_time = any(g[k] is not None for k in ("hours", "minutes", "seconds"))
    if has_time != (g["time"] is not None) or has_months == (has_time or g["days"] is not None):
        return None
    sign = -1 if g["sign"] else 1
    if has_months:
        months = int(g["years"] or 0) * 12 + int(g["months"] or 0)
        return YearMonthDuration(sign * months) if months <= MONTHS_LIMIT else None
    minutes = int(g["days"] or 0) * 1440 + int(g["hours"] or 0) * 60 + int(g["minutes"] or 0)
    nanos = minutes * 60 * NANOS + int(WIDE.multiply(Decimal(g["seconds"] or 0), Decimal(NANOS)))
    return DayTimeDuration(sign * nanos) if nanos <= NANOS_LIMIT else None

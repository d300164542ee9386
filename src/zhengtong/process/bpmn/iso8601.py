"""ISO 8601 moments, durations and cycles 日期、时长与循环, as timers write them (BPMN 2.0 clause 10.5.5.15).

A cycle is `R[n]/duration`, `R[n]/start/duration` or `R[n]/duration/end` (ISO 8601 §4.5). A moment without an offset is
Beijing time. Months and years are added by the calendar; days are 24 hours (a working-day term is FEEL's business).
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from zhengtong.kernel.clock import BEIJING

_NUMBER = r"(\d+(?:[.,]\d+)?)"
_DURATION = re.compile(
    rf"(?P<sign>-?)P(?=\d|T\d)(?:{_NUMBER}Y)?(?:{_NUMBER}M)?(?:{_NUMBER}W)?(?:{_NUMBER}D)?"
    rf"(?:T(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?",
)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?")
_SECONDS = {"weeks": 604800, "days": 86400, "hours": 3600, "minutes": 60, "seconds": 1}


@dataclass(frozen=True, slots=True)
class Duration:
    """A span of months and seconds."""

    months: int
    seconds: Decimal

    def after(self, moment: datetime) -> datetime:
        """Return *moment* moved by this span; the 31st becomes a shorter month's last day."""
        if self.months:
            index = moment.year * 12 + moment.month - 1 + self.months
            year, month = divmod(index, 12)
            moment = moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))
        return moment + timedelta(seconds=float(self.seconds))


@dataclass(frozen=True, slots=True)
class Cycle:
    """A repeating interval; `count` None repeats for ever."""

    count: int | None
    interval: str
    start: datetime | None = None
    end: datetime | None = None


def parse_duration(text: str) -> Duration | None:
    """Read an ISO 8601 duration, or None.

    >>> parse_duration("P1Y2M")
    Duration(months=14, seconds=Decimal('0'))
    >>> parse_duration("PT5S").seconds
    Decimal('5')
    >>> parse_duration("5 days") is None
    True
    """
    match = _DURATION.fullmatch(text.strip())
    if match is None or not any(match.groups()[1:]) or text.rstrip().endswith("T"):
        return None
    sign = -1 if match["sign"] else 1
    years, months, *rest = (Decimal((value or "0").replace(",", ".")) for value in match.groups()[1:])
    seconds = sum((value * size for value, size in zip(rest, _SECONDS.values(), strict=True)), Decimal(0))
    total = years * 12 + months
    return Duration(sign * int(total), sign * seconds) if total == int(total) else None


def parse_moment(text: str) -> datetime | None:
    """Read an ISO 8601 date or date and time, or None.

    >>> parse_moment("2026-01-05").isoformat()
    '2026-01-05T00:00:00+08:00'
    """
    if not _MOMENT.fullmatch(text.strip()):
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)


def parse_cycle(text: str) -> Cycle | None:
    """Read an ISO 8601 repeating interval, or None.

    >>> parse_cycle("R4/PT10S")
    Cycle(count=4, interval='PT10S', start=None, end=None)
    """
    head, *parts = text.strip().split("/")
    if not re.fullmatch(r"R\d*", head) or len(parts) not in {1, 2}:
        return None
    count = int(head[1:]) if head[1:] else None
    start = end = None
    interval = parts[0]
    if len(parts) == 2:
        start, end = parse_moment(parts[0]), parse_moment(parts[1])
        if start and end:
            interval = f"PT{int((end - start).total_seconds())}S"
            end = None
        elif start:
            interval = parts[1]
        elif not end:
            return None
    duration = parse_duration(interval)
    return (
        Cycle(count, interval, start, end) if duration is not None and (duration.months or duration.seconds) else None
    )

"""When a timer is due 定时: an ISO 8601 literal, or what FEEL yields (BPMN 2.0 clause 10.5.5.15)."""

from datetime import date, datetime, timedelta
from typing import Any

from zhengtong.process.bpmn.iso8601 import parse_cycle, parse_duration, parse_moment


def as_text(value: Any) -> str:
    """Write a FEEL value so that it can be read back as ISO 8601."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return f"PT{value.total_seconds():g}S" if value >= timedelta(0) else f"-PT{-value.total_seconds():g}S"
    return str(value)


def first_due(kind: str, text: str, now: datetime) -> tuple[datetime, int | None, str] | None:
    """Return when a timer is first due, how often it repeats after that, and its interval; None if unreadable."""
    if kind == "date":
        moment = parse_moment(text)
        return (moment, 0, "") if moment else None
    if kind == "duration":
        duration = parse_duration(text)
        return (duration.after(now), 0, "") if duration else None
    cycle = parse_cycle(text)
    if cycle is None or cycle.count == 0:
        return None
    duration = parse_duration(cycle.interval)
    if duration is None:
        return None
    due = cycle.start if cycle.start and cycle.start >= now else duration.after(cycle.start or now)
    return due, None if cycle.count is None else cycle.count - 1, cycle.interval

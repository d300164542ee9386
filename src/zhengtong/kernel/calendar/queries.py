"""Which working calendar is in force: the shipped notices and those adopted since."""

import time
from typing import Any

from django.db import connection
from django.db.models import Max

from zhengtong.kernel.calendar.contracts import HolidayNotice
from zhengtong.kernel.calendar.law import WorkingCalendar
from zhengtong.kernel.calendar.models import CalendarYear
from zhengtong.kernel.calendar.notices import notice_from, shipped_notices

RECHECK_SECONDS = 30.0


class _Held:
    """The calendar this process holds, which adopted notice it ends with, and when that was last checked."""

    calendar: WorkingCalendar | None = None
    newest = -1
    checked = float("-inf")
    unsettled = False


_held = _Held()


def current() -> WorkingCalendar:
    """Return the calendar in force. Hold on to it for a run of due dates: they must all come from one calendar.

    Costs one small statement at most every 30 seconds, so that other processes learn of an adoption; a few
    milliseconds when there is something to learn.
    """
    now = time.monotonic()
    if _held.calendar and not _held.unsettled and now - _held.checked < RECHECK_SECONDS:
        return _held.calendar
    if _held.calendar and _newest() == _held.newest:
        calendar, newest = _held.calendar, _held.newest
    else:
        adopted = _adopted()
        newest = adopted[-1]["id"] if adopted else 0
        calendar = WorkingCalendar((*shipped_notices(), *map(notice_from, adopted)))
    if connection.in_atomic_block and _held.unsettled:
        return calendar  # what this transaction adopted may yet be rolled back: nobody else may see it
    _held.calendar, _held.newest, _held.checked, _held.unsettled = calendar, newest, now, False
    return calendar


def adopted_notices() -> tuple[HolidayNotice, ...]:
    """Return the notices officials adopted, in order of adoption."""
    return tuple(map(notice_from, _adopted()))


def _adopted() -> list[dict[str, Any]]:
    fields = ("id", "year", "amends", "citation", "title", "off", "work")
    return list(CalendarYear.objects.order_by("id").values(*fields))


def _newest() -> int:
    return CalendarYear.objects.aggregate(newest=Max("id"))["newest"] or 0


def look_again() -> None:
    """Make the next `current` ask the database: an adoption is under way or has just been committed."""
    _held.unsettled = True


def forget() -> None:
    """Drop what this process holds; for tests, whose adoptions are rolled back."""
    _held.calendar, _held.unsettled = None, False

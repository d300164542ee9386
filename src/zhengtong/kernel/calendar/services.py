"""Acts upon the working calendar: an official adopts a notice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max

from zhengtong.kernel.calendar import queries
from zhengtong.kernel.calendar.contracts import Affected, HolidayNotice
from zhengtong.kernel.calendar.events import ADOPTED, CalendarAdopted
from zhengtong.kernel.calendar.law import WorkingCalendar
from zhengtong.kernel.calendar.models import CalendarYear
from zhengtong.kernel.calendar.notices import UnreadableNotice, entry_of, read_notices, shipped_notices
from zhengtong.kernel.calendar.refusals import InvalidNotice, YearAlreadyAnnounced, YearNotAnnounced
from zhengtong.kernel.events import api as events


@dataclass(frozen=True, kw_only=True, slots=True)
class Adoption:
    """What came of adopting notices: those that were new, and the days they changed (None: nothing to recompute)."""

    adopted: tuple[HolidayNotice, ...]
    affected: Affected | None
    version: str


def adopt_text(*, text: str, at: datetime) -> Adoption:
    """Adopt the notices of a TOML file, see `adopt`.

    Raises:
        InvalidNotice: the file cannot be read or contradicts itself.
    """
    try:
        notices = read_notices(text)
    except UnreadableNotice as error:
        raise InvalidNotice(what=str(error)) from error
    return adopt(notices=notices, at=at)


@transaction.atomic
def adopt(*, notices: Sequence[HolidayNotice], at: datetime) -> Adoption:
    """Add *notices* to the calendar in force; one that is already in it is passed over, so a repeat does no harm.

    Returns what is new and the days affected, and tells the other rooms (`CalendarAdopted`): whoever keeps due dates
    works out again those whose period touches these days.

    Raises:
        YearAlreadyAnnounced: a base notice for a year that has one.
        YearNotAnnounced: an amendment of a year that has none.
    """
    _one_at_a_time()
    before = WorkingCalendar((*shipped_notices(), *queries.adopted_notices()))
    known = list(before.notices)
    adopted = []
    for notice in notices:
        if notice in known:
            continue
        announced = any(earlier.year == notice.year and not earlier.amends for earlier in known)
        if announced and not notice.amends:
            raise YearAlreadyAnnounced(year=notice.year)
        if notice.amends and not announced:
            raise YearNotAnnounced(year=notice.year)
        _store(notice, at)
        known.append(notice)
        adopted.append(notice)
    after = WorkingCalendar(known)
    affected = before.compared_with(after)
    if adopted:
        queries.look_again()
        transaction.on_commit(queries.look_again)
    if affected:
        data = CalendarAdopted(first_on=affected.first_on, last_on=affected.last_on, version=after.version)
        events.emit(ADOPTED, subject="working-calendar", data=data, at=at)
    return Adoption(adopted=tuple(adopted), affected=affected, version=after.version)


def _store(notice: HolidayNotice, at: datetime) -> None:
    newest = CalendarYear.objects.filter(year=notice.year).aggregate(newest=Max("version"))["newest"] or 0
    CalendarYear.objects.create(**entry_of(notice), version=newest + 1, adopted_at=at)


def _one_at_a_time() -> None:
    """Let a second adoption wait for the first, so that each sees what is in force. SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE workcalendar_calendaryear IN SHARE ROW EXCLUSIVE MODE")

"""The working calendar's only door.

Pure code takes a `WorkingCalendar` as an argument; the edges get it from `current`:

    calendar = api.current()
    due = calendar.due_on(on_day(accepted_at), 20, api.Unit.WORKING_DAYS)
    row.due_on, row.due_provisional, row.calendar_version = due.on, due.provisional, calendar.version
"""

from zhengtong.kernel.calendar.contracts import (
    Affected,
    DateOutsideCalendar,
    DayStatus,
    DueDate,
    Festival,
    HolidayNotice,
    Unit,
)
from zhengtong.kernel.calendar.events import CalendarAdopted
from zhengtong.kernel.calendar.law import WorkingCalendar
from zhengtong.kernel.calendar.notices import shipped_notices
from zhengtong.kernel.calendar.queries import current, forget
from zhengtong.kernel.calendar.refusals import InvalidNotice, YearAlreadyAnnounced, YearNotAnnounced
from zhengtong.kernel.calendar.services import Adoption, adopt, adopt_text

__all__ = [
    "Adoption",
    "Affected",
    "CalendarAdopted",
    "DateOutsideCalendar",
    "DayStatus",
    "DueDate",
    "Festival",
    "HolidayNotice",
    "InvalidNotice",
    "Unit",
    "WorkingCalendar",
    "YearAlreadyAnnounced",
    "YearNotAnnounced",
    "adopt",
    "adopt_text",
    "current",
    "forget",
    "shipped_notices",
]

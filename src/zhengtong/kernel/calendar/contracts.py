"""What the working calendar 工作日历 says to others: units, due dates, notices. No Django in here."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple


class Unit(StrEnum):
    """What a statutory period 期限 is counted in."""

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    MONTHS = "months"
    YEARS = "years"


class DateOutsideCalendar(ValueError):  # noqa: N818 -- says what is the matter, like a refusal
    """A day lies before the first or after the last year the calendar covers."""


class DueDate(NamedTuple):
    """The last day 到期日 of a period, and all that is needed to work it out again.

    `provisional` is True while the answer rests on a day whose notice has not been issued; work it out again with
    `recompute` when the calendar arrives. A named tuple because millions are made.
    """

    on: date
    provisional: bool
    start: date
    length: int
    unit: Unit
    rolls: bool


class DayStatus(NamedTuple):
    """One day of the calendar: worked or not, certain or not, and the festival if the notice names one."""

    on: date
    working: bool
    provisional: bool
    festival: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Festival:
    """A run of days off 放假 under one name, both ends included."""

    name: str
    first_on: date
    last_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class HolidayNotice:
    """A State Council notice 节假日安排通知: the days off and the make-up working days 调休上班日 of a year.

    `amends` marks a notice that changes an earlier one of the same year and names only what changes.
    """

    year: int
    off: tuple[Festival, ...]
    work: tuple[date, ...]
    citation: str = ""
    title: str = ""
    amends: bool = False


class Affected(NamedTuple):
    """The days, both ends included, on which two calendars differ in what is worked or in what is certain.

    A due date must be worked out again when its period touches these days.
    """

    first_on: date
    last_on: date

    def touches(self, due: DueDate) -> bool:
        """Tell whether the period behind *due* reaches into these days."""
        return due.start <= self.last_on and due.on >= self.first_on

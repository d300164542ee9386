"""Statutory periods 期间: counting in working and calendar days. Pure: no Django, no clock, no database.

What the law says:

- Civil Code 民法典 art. 201: a period in years, months or days does not count the day on which it starts.
- art. 202: a period in months or years ends on the corresponding day of the last month, or on that month's last day.
- art. 203: if the last day is a statutory rest day 法定休假日, the day after the rest days is the last day. The Civil
  Procedure Law 民事诉讼法 art. 85 says the same of procedure. Here every day that is not worked, weekends included, is
  a rest day; a statute that says otherwise is served by `rolls=False` (art. 204: special provisions prevail).
- Administrative Licensing Law 行政许可法 art. 82: the authority's periods are counted in working days, statutory
  holidays excluded. 行政处罚法 art. 85 and 行政强制法 art. 69 say the same of their short periods.
- 全国年节及纪念日放假办法 (国务院令第795号) art. 2 lists the thirteen public holidays; by art. 6 one that falls on a
  weekend is made up for on a working day. The year's notice moves them about; until then a year is only estimated.

A notice of year Y has named days of late December of Y − 1 in 2006, 2007, 2011, 2018 and 2022. So the week from
25 December is certain only when the notice of the next year is known as well.
"""

import hashlib
import json
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import cached_property

from zhengtong.kernel.calendar.contracts import Affected, DateOutsideCalendar, DayStatus, DueDate, HolidayNotice, Unit
from zhengtong.kernel.calendar.notices import days_of, entry_of, festival_days

FIRST_YEAR = 2004
LAST_YEAR = 2050
_ONE_DAY = timedelta(days=1)
_WORKING_DAYS = Unit.WORKING_DAYS
_YEAR_END = (12, 25)


class WorkingCalendar:
    """The working days from 2004 to 2050 as the given notices settle them; immutable and safe to share.

    Three tables over day numbers answer everything: how many working days lie up to a day, which day is the n-th
    working day, and how many uncertain days lie up to a day. A due date costs two look-ups.
    """

    def __init__(self, notices: Iterable[HolidayNotice]) -> None:
        self.notices = tuple(notices)
        self.announced_years = frozenset(notice.year for notice in self.notices if not notice.amends)
        self._base = date(FIRST_YEAR, 1, 1).toordinal()
        self._festivals = self._festivals_by_day()
        worked = frozenset(self._make_up_days())
        self._rank: list[int] = []
        self._working: list[date] = []
        self._uncertain: list[int] = []
        uncertain = 0
        for day in _days_between(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)):
            if day in worked or (day.weekday() < 5 and day not in self._festivals):
                self._working.append(day)
            uncertain += not self._is_settled(day)
            self._rank.append(len(self._working))
            self._uncertain.append(uncertain)

    @cached_property
    def version(self) -> str:
        """Twelve hexadecimal digits that change with any notice; store it beside a computed due date."""
        text = json.dumps([entry_of(notice) for notice in self.notices], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def is_working_day(self, day: date) -> bool:
        """Tell whether offices are open on *day*."""
        place = self._place(day)
        return self._rank[place] != (self._rank[place - 1] if place else 0)

    def is_provisional(self, day: date) -> bool:
        """Tell whether a notice yet to come may still change *day*."""
        return not self._is_settled(day)

    def day(self, day: date) -> DayStatus:
        """Return all there is to say about *day*."""
        return DayStatus(day, self.is_working_day(day), self.is_provisional(day), self._festivals.get(day, ""))

    def days(self, first_on: date, last_on: date) -> Iterator[DayStatus]:
        """Return the days from *first_on* to *last_on*, both included."""
        return (self.day(day) for day in _days_between(first_on, last_on))

    def working_days_between(self, start: date, end: date) -> int:
        """Count the working days after *start* up to and including *end*; negative when *end* lies before *start*.

        The inverse of `due_on`: `working_days_between(start, due_on(start, n).on) == n`.
        """
        return self._rank[self._place(end)] - self._rank[self._place(start)]

    def next_working_day(self, day: date) -> date:
        """Return *day* if offices are open, else the first day on which they are again."""
        place = self._place(day)
        return self._nth_working(self._rank[place - 1] if place else 0)

    def due_on(self, start: date, length: int, unit: Unit = Unit.WORKING_DAYS, *, rolls: bool = True) -> DueDate:
        """Return the last day of a period of *length* units that starts on *start*, the first day not counted.

        Args:
            start: the day in Beijing on which the period starts, see `kernel.clock.on_day`; never a datetime.
            length: how many units; 0 working days is the same day, or the next one on which offices are open.
            unit: working days, calendar days, months or years.
            rolls: whether a period not counted in working days that ends on a rest day ends on the next working day
                (Civil Code art. 203); False where a statute or a promise says otherwise (art. 204).

        Raises:
            DateOutsideCalendar: the answer hangs on a day before 2004 or after 2050.
            TypeError: *start* is not a plain date.
            ValueError: *length* is negative.
        """
        if type(start) is not date:
            raise TypeError(f"a period starts on a date, not a {type(start).__name__}; see kernel.clock.on_day")
        place = start.toordinal() - self._base
        if unit is not _WORKING_DAYS or length <= 0 or place < 0:
            return self._due_otherwise(start, length, unit, rolls=rolls)
        try:
            due = self._working[self._rank[place] + length - 1]
            provisional = self._uncertain[due.toordinal() - self._base] != self._uncertain[place]
        except IndexError:
            raise _outside(f"{length} working days after {start}") from None
        return DueDate(due, provisional, start, length, unit, rolls)

    def recompute(self, due: DueDate) -> DueDate:
        """Work out again, under this calendar, a due date that another calendar gave."""
        return self.due_on(due.start, due.length, due.unit, rolls=due.rolls)

    def compared_with(self, other: "WorkingCalendar") -> Affected | None:
        """Return the days on which the two differ, or None: what to work out again when one follows the other."""
        first, last = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
        pairs = zip(self.days(first, last), other.days(first, last), strict=True)
        differing = [mine.on for mine, theirs in pairs if mine[:3] != theirs[:3]]
        return Affected(differing[0], differing[-1]) if differing else None

    def _due_otherwise(self, start: date, length: int, unit: Unit, *, rolls: bool) -> DueDate:
        if length < 0:
            raise ValueError(f"a period of {length} units ends before it starts")
        last = start if unit is _WORKING_DAYS else _add(start, length, unit)
        if unit is not _WORKING_DAYS and not rolls:
            return DueDate(last, False, start, length, unit, rolls)  # noqa: FBT003 -- a named tuple, made by position
        due = self.next_working_day(last)
        before, after = self._place(last) - 1, self._place(due)
        provisional = self._uncertain[after] != (self._uncertain[before] if before >= 0 else 0)
        return DueDate(due, provisional, start, length, unit, rolls)

    def _festivals_by_day(self) -> Mapping[date, str]:
        """Name the days off: as the notices say in order of issue, as the law says where none has been issued."""
        named: dict[date, str] = {}
        for year in range(FIRST_YEAR, LAST_YEAR + 1):
            if year not in self.announced_years:
                named.update(estimated_days_off(year))
        for notice in self.notices:
            for day in notice.work:
                named.pop(day, None)
            named.update((day, festival.name) for festival in notice.off for day in days_of(festival))
        return named

    def _make_up_days(self) -> Iterator[date]:
        """Return the weekend days that are worked: named by a notice and not taken back by a later one."""
        return (day for notice in self.notices for day in notice.work if day not in self._festivals)

    def _is_settled(self, day: date) -> bool:
        years = self.announced_years
        return day.year in years and ((day.month, day.day) < _YEAR_END or day.year + 1 in years)

    def _place(self, day: date) -> int:
        place = day.toordinal() - self._base
        if not 0 <= place < len(self._rank):
            raise _outside(day.isoformat())
        return place

    def _nth_working(self, position: int) -> date:
        if position >= len(self._working):
            raise _outside("the next working day")
        return self._working[position]


def estimated_days_off(year: int) -> dict[date, str]:
    """Return the thirteen public holidays of a year to come, weekend ones moved to the next free weekday.

    >>> [day.isoformat() for day, name in estimated_days_off(2027).items() if name == "劳动节"]
    ['2027-05-03', '2027-05-04']
    """
    fixed = [("元旦", date(year, 1, 1)), ("劳动节", date(year, 5, 1)), ("劳动节", date(year, 5, 2))]
    fixed += [("国庆节", date(year, 10, number)) for number in (1, 2, 3)]
    if year in festival_days():
        spring, clear_bright, dragon_boat, mid_autumn = festival_days()[year]
        fixed += [("春节", spring + _ONE_DAY * step) for step in (-1, 0, 1, 2)]
        fixed += [("清明节", clear_bright), ("端午节", dragon_boat), ("中秋节", mid_autumn)]
    off: dict[date, str] = {day: name for name, day in fixed if day.weekday() < 5}
    for name, day in sorted(fixed, key=lambda entry: entry[1]):
        if day.weekday() >= 5:
            made_up = day
            while made_up.weekday() >= 5 or made_up in off:
                made_up += _ONE_DAY
            off[made_up] = name
    return dict(sorted(off.items()))


def _add(start: date, length: int, unit: Unit) -> date:
    try:
        if unit is Unit.CALENDAR_DAYS:
            return start + _ONE_DAY * length
        months = start.month - 1 + (length if unit is Unit.MONTHS else 12 * length)
        year, month = start.year + months // 12, months % 12 + 1
        return date(year, month, min(start.day, monthrange(year, month)[1]))
    except (ValueError, OverflowError):
        raise _outside(f"{length} {unit} after {start}") from None


def _days_between(first_on: date, last_on: date) -> Iterator[date]:
    return (first_on + _ONE_DAY * step for step in range((last_on - first_on).days + 1))


def _outside(what: str) -> DateOutsideCalendar:
    return DateOutsideCalendar(f"{what} is outside the calendar, which covers {FIRST_YEAR}–{LAST_YEAR}")

"""Date and time functions 日期时间函数; `now` and `today` take the evaluation's clock (DMN 1.5, table 71)."""

from decimal import Decimal
from typing import Final

from zhengtong.rules.feel.builtins.registry import builtin
from zhengtong.rules.feel.python_values import from_python
from zhengtong.rules.feel.runtime import FeelError, Runtime
from zhengtong.rules.feel.values import Date, DateTime

_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@builtin("now()", pure=False)
def now(runtime: Runtime) -> DateTime:
    """Return the present moment of the clock that was given; null without one."""
    moment = from_python(runtime.now)
    if not isinstance(moment, DateTime):
        raise FeelError("out-of-range", detail="no clock")
    return moment


@builtin("today()", pure=False)
def today(runtime: Runtime) -> Date:
    """Return the present day of the clock that was given; null without one."""
    moment: DateTime = now(runtime)
    return moment.date


def _day(date: Date | DateTime) -> Date:
    return date.date if isinstance(date, DateTime) else date


@builtin("day of week(date: date or date and time)")
def day_of_week(date: Date | DateTime) -> str:
    """Return the English name of the day of the week."""
    return _DAYS[_day(date).weekday - 1]


@builtin("month of year(date: date or date and time)")
def month_of_year(date: Date | DateTime) -> str:
    """Return the English name of the month."""
    return _MONTHS[_day(date).month - 1]


@builtin("day of year(date: date or date and time)")
def day_of_year(date: Date | DateTime) -> Decimal:
    """Return the number of the day in the year, from 1."""
    day = _day(date)
    return Decimal(day.ordinal - Date(day.year, 1, 1).ordinal + 1)


@builtin("week of year(date: date or date and time)")
def week_of_year(date: Date | DateTime) -> Decimal:
    """Return the ISO 8601 week number."""
    day = _day(date)
    thursday = day.ordinal - day.weekday + 4
    for year in (day.year + 1, day.year, day.year - 1):
        first = Date(year, 1, 1).ordinal
        if thursday >= first:
            return Decimal((thursday - first) // 7 + 1)
    raise FeelError("out-of-range", detail="date")

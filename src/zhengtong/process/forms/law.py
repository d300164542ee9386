"""When an objection must be answered 异议答复期限, as pure functions.

个人信息保护法 §46: data a person asks to have corrected are verified and corrected in good time. How many days that is
no statute says: the figure is this platform's own choice.
"""

from datetime import date
from typing import Protocol

from zhengtong.kernel.calendar.contracts import DueDate, Unit
from zhengtong.process.forms.contracts import AnswerLight

ANSWER_DAYS = 10


class Calendar(Protocol):
    """What is asked of the working calendar."""

    def due_on(self, start: date, length: int, unit: Unit = ..., *, rolls: bool = ...) -> DueDate:
        """Return the last day of a period."""
        ...

    def working_days_between(self, start: date, end: date) -> int:
        """Count the working days after *start* up to *end*."""
        ...


def answer_due(opened_on: date, calendar: Calendar) -> date:
    """Return the last day to answer an objection.

    >>> from zhengtong.kernel.calendar.api import WorkingCalendar, shipped_notices
    >>> str(answer_due(date(2026, 9, 24), WorkingCalendar(shipped_notices())))
    '2026-10-15'
    """
    return calendar.due_on(opened_on, ANSWER_DAYS, Unit.WORKING_DAYS).on


def light(today: date, due: date, calendar: Calendar) -> AnswerLight:
    """Return red after the due day, yellow on it and on the working day before, else green."""
    if today > due:
        return AnswerLight.RED
    return AnswerLight.YELLOW if calendar.working_days_between(today, due) <= 1 else AnswerLight.GREEN

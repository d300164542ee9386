"""What the rules on sharing government data say, as pure functions.

Sources: 国务院关于印发政务信息资源共享管理暂行办法的通知 (国发〔2016〕51号), in the text by articles; ten working
days for the answer to a request for a conditionally shared resource are its article 12.
"""

from datetime import date
from typing import Protocol

from zhengtong.data.catalog.contracts import SharingClass
from zhengtong.kernel.calendar.contracts import DueDate, Unit

ANSWER_WORKING_DAYS = 10
"""Working days a provider has to answer (国发〔2016〕51号 §12)."""


class Calendar(Protocol):
    """What is asked of the working calendar."""

    def due_on(self, start: date, length: int, unit: Unit = ...) -> DueDate:
        """Return the last day of a period."""
        ...


def answer_due(sharing: SharingClass, asked_on: date, calendar: Calendar) -> date | None:
    """Return the last day for the provider's answer; None where no answer is needed (§12).

    An unconditional resource is obtained from the platform directly, a withheld one is not asked for.

    >>> from zhengtong.kernel.calendar.api import WorkingCalendar, shipped_notices
    >>> str(answer_due(SharingClass.CONDITIONAL, date(2026, 9, 24), WorkingCalendar(shipped_notices())))
    '2026-10-15'
    """
    if sharing is not SharingClass.CONDITIONAL:
        return None
    return calendar.due_on(asked_on, ANSWER_WORKING_DAYS, Unit.WORKING_DAYS).on

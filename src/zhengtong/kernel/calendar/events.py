"""What the working calendar tells the other rooms."""

from dataclasses import dataclass
from datetime import date

from zhengtong.kernel.events.api import event

ADOPTED = "kernel.calendar.adopted.v1"


@event(ADOPTED)
@dataclass(frozen=True, kw_only=True)
class CalendarAdopted:
    """A holiday notice was adopted: due dates whose period touches these days must be worked out again.

    Both ends are included; `version` is that of the calendar now in force.
    """

    first_on: date
    last_on: date
    version: str

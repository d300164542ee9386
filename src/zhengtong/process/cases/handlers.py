"""What cases do when they hear of themselves: tell the applicant, so that nobody must ask how it stands."""

from typing import Any

from zhengtong.kernel.events.api import Event
from zhengtong.process.cases import api


def tell_the_applicant(event: Event[Any]) -> None:
    """Tell the applicant what happened; what only officials are told has its own handler."""
    if event.type != "process.case.escalated.v1":
        api.tell_the_applicant(case=event.data.case, turn=event.type, at=event.time)


def count_evidence(event: Event[Any]) -> None:
    """Count which way served the evidence of a case that was received."""
    api.count_evidence(event.data.case, event.data.item)


def tell_the_supervisors(event: Event[Any]) -> None:
    """Tell whoever supervises the organisation that a stage is late."""
    api.tell_the_supervisors(case=event.data.case, stage=event.data.stage, at=event.time)


def tell_both_of_leave(event: Event[Any]) -> None:
    """Tell who is on leave and who stands in."""
    api.tell_both(leave=event.data.leave, at=event.time)

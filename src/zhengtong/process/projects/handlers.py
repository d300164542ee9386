"""A project follows its cases 项目跟随办件: when one is concluded, a stage may be done."""

from typing import Any

from zhengtong.kernel.events.api import Event
from zhengtong.process.projects import api


def case_concluded(event: Event[Any]) -> None:
    """Let the project of the case, if it has one, go on to the stage it has reached."""
    api.follow_case(case=event.data.case, at=event.time)

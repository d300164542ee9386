"""What seals do when they hear of themselves: tell public security, once in effect, again if it did not answer."""

from typing import Any

from zhengtong.kernel.events.api import Event
from zhengtong.trust.seals import api


def file(event: Event[Any]) -> None:
    """File a seal that was made."""
    api.file_with_public_security(seal=event.data.seal, at=event.time)


def give_up(event: Event[Any]) -> None:
    """Give up a filing that was not answered in time."""
    api.give_up_filing(seal=event.data.seal, at=event.time)


def report(event: Event[Any]) -> None:
    """Report a changed state."""
    api.report_to_public_security(seal=event.data.seal, state=event.data.state, at=event.time)

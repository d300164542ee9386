"""What delivery does when it hears that a letter left: puts it into the mailbox, once in effect."""

from typing import Any

from zhengtong.kernel import clock
from zhengtong.kernel.events.api import Event
from zhengtong.trust.delivery import api


def arrive(event: Event[Any]) -> None:
    """Put a letter that was sent into its addressee's mailbox, at the moment this happens."""
    api.put_into_box(letter=event.data.letter, at=max(event.time, clock.system.now()))

"""What systems hear of 订阅: every turn of a case goes into the feed."""

from typing import Any

from zhengtong.kernel.events.api import Event
from zhengtong.process.systems import api


def note_change(event: Event[Any]) -> None:
    """Note the turn for the organisations that have to do with the case, the one it left included."""
    left = getattr(event.data, "sender", None)
    api.note(event=event.id, kind=event.type, case=event.data.case, also=left, at=event.time)

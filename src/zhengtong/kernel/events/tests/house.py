"""What the tests of events share: an event, a handler whose effect can be counted, a way to tell."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

from django.db import transaction

from zhengtong.kernel.events import api
from zhengtong.kernel.events.models import OutboxEvent

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)


@api.event("kernel.test.happened.v1")
@dataclass(frozen=True, kw_only=True)
class Happened:
    """A test happened: used by the tests of the dispatcher alone."""

    thing: UUID
    number: int


@api.event("kernel.test.noted.v1")
@dataclass(frozen=True, kw_only=True)
class Noted:
    """A test handler took an event: its effect, undone with the handler's transaction."""

    number: int
    by: str


class Recorder:
    """Takes events down in the outbox; fails for the numbers in `fails`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.fails: set[int] = set()

    def __call__(self, event: api.Event[Happened]) -> None:
        noted = Noted(number=event.data.number, by=self.name)
        api.emit("kernel.test.noted.v1", subject=event.subject, data=noted, at=NOON)
        if event.data.number in self.fails:
            raise ValueError("王小明 13800138000")

    @property
    def seen(self) -> list[tuple[str, int]]:
        rows = OutboxEvent.objects.filter(type="kernel.test.noted.v1").order_by("position")
        return [
            (row.subject, json.loads(row.data)["number"]) for row in rows if json.loads(row.data)["by"] == self.name
        ]


def tell(subject: str, number: int) -> UUID:
    with transaction.atomic():
        return api.emit(
            "kernel.test.happened.v1", subject=subject, data=Happened(thing=uuid4(), number=number), at=NOON
        )

"""Handlers that leave a trace."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection
from killable.models import Trace

from zhengtong.kernel.events.api import Event, event


@event("killable.step.taken.v1")
@dataclass(frozen=True, kw_only=True)
class StepTaken:
    """A subject took its next step."""

    number: int
    fails: bool = False


def trace(handler: str) -> Callable[[Event[StepTaken]], None]:
    """Return a handler that writes a trace and counts."""

    def take(event: Event[StepTaken]) -> None:
        Trace.objects.create(handler=handler, subject=event.subject, number=event.data.number)
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO killable_counter (key, steps) VALUES (%s, 1)"
                " ON CONFLICT (key) DO UPDATE SET steps = killable_counter.steps + 1",
                [f"{handler}:{event.subject}"],
            )

    return take


def fragile(event: Event[StepTaken]) -> None:
    """Fail where the event says so, after having written something that must not stay."""
    Trace.objects.create(handler="fragile", subject=event.subject, number=event.data.number)
    if event.data.fails:
        raise RuntimeError

"""Reads of kernel.events: what waits, and what is outstanding."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Count, Min

from zhengtong.kernel.events.contracts import Delivery
from zhengtong.kernel.events.models import OutboxEvent, OutstandingDelivery

_COUNTS = """SELECT (SELECT COUNT(*) FROM events_outstanding WHERE parked_at IS NULL),
    (SELECT COUNT(*) FROM events_outstanding WHERE parked_at IS NOT NULL), (SELECT COUNT(*) FROM events_timer)"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Depth:
    """How much waits: events not dispatched, deliveries waiting for another try, parked ones, timers set."""

    waiting: int
    retrying: int
    parked: int
    timers: int
    oldest: datetime | None


def depth() -> Depth:
    """Count what waits, in two statements."""
    waiting = OutboxEvent.objects.filter(dispatched_at=None).aggregate(count=Count("position"), oldest=Min("time"))
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS)
        retrying, parked_, timers = cursor.fetchone()
    return Depth(waiting=waiting["count"], oldest=waiting["oldest"], retrying=retrying, parked=parked_, timers=timers)


def parked(limit: int = 100) -> list[Delivery]:
    """Return parked deliveries, the oldest first."""
    return _deliveries(limit, parked_at__isnull=False)


def outstanding(limit: int = 100) -> list[Delivery]:
    """Return all deliveries not made yet, the oldest first."""
    return _deliveries(limit)


def _deliveries(limit: int, **conditions: object) -> list[Delivery]:
    rows = OutstandingDelivery.objects.filter(**conditions).select_related("event").order_by("event_id", "handler")
    return [
        Delivery(
            event=row.event.id,
            type=row.event.type,
            subject=row.subject,
            handler=row.handler,
            attempts=row.attempts,
            due=row.due,
            parked_at=row.parked_at,
            error=row.error,
        )
        for row in rows[:limit]
    ]

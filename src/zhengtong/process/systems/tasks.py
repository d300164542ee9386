"""Jobs of departments' systems: a message whose time has come is sent by the worker."""

from datetime import datetime
from uuid import UUID

from django_tasks import task

from zhengtong.kernel import clock
from zhengtong.process.systems import api


@task()
def send_delivery(delivery: str) -> None:
    """Send one message."""
    api.send(UUID(delivery), at=clock.system.now(), now=clock.system.now)


def enqueue_due(at: datetime) -> int:
    """Enqueue every message whose time has come."""
    due = api.claim_due(at)
    for delivery in due:
        send_delivery.enqueue(str(delivery))
    return len(due)

"""Jobs of exchange: an announcement whose time has come is pushed by the worker."""

from datetime import datetime
from uuid import UUID

from django_tasks import task

from zhengtong.data.exchange import api
from zhengtong.kernel import clock


@task()
def send_announcement(delivery: str) -> None:
    """Send one message."""
    api.send_announcement(UUID(delivery), at=clock.system.now(), now=clock.system.now)


def enqueue_due(at: datetime) -> int:
    """Enqueue every message whose time has come."""
    due = api.claim_due_announcements(at)
    for delivery in due:
        send_announcement.enqueue(str(delivery))
    return len(due)

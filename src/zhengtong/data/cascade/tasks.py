"""Jobs of cascade: what is due to be pulled from a node is pulled by the worker."""

from datetime import datetime, timedelta
from uuid import UUID

from django_tasks import task

from zhengtong.data.cascade import api

_PUT_OFF = timedelta(minutes=15)


@task()
def pull_intake(intake: str) -> None:
    """Pull from the node of *intake*."""
    api.pull_by_schedule(UUID(intake))


def enqueue_due(at: datetime) -> int:
    """Enqueue every pull whose turn has come, put its turn off so that it is enqueued once, and note what is late."""
    api.note_late(at)
    due = api.claim_due(at, until=at + _PUT_OFF)
    for intake in due:
        pull_intake.enqueue(str(intake))
    return len(due)

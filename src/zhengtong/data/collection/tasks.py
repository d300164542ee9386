"""Jobs of collection: a source that has come due is collected by the worker."""

from datetime import datetime, timedelta
from uuid import UUID

from django_tasks import task

from zhengtong.data.collection import api

_PUT_OFF = timedelta(minutes=15)


@task()
def collect_source(source: str) -> None:
    """Collect a batch from *source*."""
    api.collect_by_schedule(UUID(source))


def enqueue_due(at: datetime) -> int:
    """Enqueue every source whose turn has come, and put its turn off so that it is enqueued once."""
    due = api.claim_due(at, until=at + _PUT_OFF)
    for source in due:
        collect_source.enqueue(str(source))
    return len(due)

"""Jobs of identity: applications are told by the worker that a session has ended."""

from datetime import datetime, timedelta
from uuid import UUID

from django_tasks import task

from zhengtong.kernel import clock
from zhengtong.trust.identity import api

_PUT_OFF = timedelta(minutes=5)


@task()
def tell_of_logout(session: str) -> None:
    """Tell an application that *session* has ended."""
    api.tell_application(session=UUID(session), at=clock.system.now())


def end_and_tell(at: datetime) -> int:
    """End what has run out, and enqueue the telling of what has ended; a job that gets lost comes again."""
    ended = api.end_overdue_sessions(at=at)
    due = api.claim_untold_sessions(at, until=at + _PUT_OFF)
    for session in due:
        tell_of_logout.enqueue(str(session))
    return ended + len(due)

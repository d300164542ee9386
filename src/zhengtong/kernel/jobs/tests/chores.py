"""Jobs for the tests of the queue."""

from django_tasks import task

from zhengtong.kernel.events.models import Timer
from zhengtong.kernel.events.store import as_moment
from zhengtong.kernel.ids import new_id


@task()
def leave_a_trace(name: str, due: str) -> str:
    """Write a row that a test can count."""
    Timer.objects.create(id=new_id(), type=name, source="/t", subject="s", data="{}", due=as_moment(due))
    return name


@task()
def fail() -> None:
    """Fail."""
    raise RuntimeError

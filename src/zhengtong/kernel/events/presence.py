"""Which workers are alive 在岗: each shows itself every few seconds; silent for half a minute, it counts as dead."""

import os
from datetime import datetime, timedelta
from uuid import UUID

from zhengtong.kernel.events.models import Worker

ALIVE_WITHIN = timedelta(seconds=30)


def arrive(worker: UUID, *, host: str, pid: int, at: datetime) -> None:
    """Enter a worker, and strike out those of this host whose process is gone, so that nobody waits for them."""
    for other in Worker.objects.filter(host=host):
        if not _runs(other.pid) or other.pid == pid:
            other.delete()
    show(worker, host=host, pid=pid, at=at)


def show(worker: UUID, *, host: str, pid: int, at: datetime) -> None:
    """Note that the worker is alive now."""
    if not Worker.objects.filter(id=worker).update(seen_at=at):
        Worker.objects.create(id=worker, host=host, pid=pid, started_at=at, seen_at=at)


def leave(worker: UUID) -> None:
    """Strike out a worker that stops in order."""
    Worker.objects.filter(id=worker).delete()


def alive(now: datetime) -> set[UUID]:
    """Return the workers seen within the last half minute."""
    return set(Worker.objects.filter(seen_at__gt=now - ALIVE_WITHIN).values_list("id", flat=True))


def forget(now: datetime) -> None:
    """Strike out workers that were not seen for a day."""
    Worker.objects.filter(seen_at__lt=now - timedelta(days=1)).delete()


def _runs(pid: int) -> bool:
    """Tell whether a process of this number runs on this machine."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True

"""The job queue 任务队列: runs what was enqueued with Django's task interface, and takes back what a dead worker held.

    from django_tasks import task

    @task
    def recompute(item: str) -> None: ...

    recompute.enqueue(str(item.id))     # in the transaction that needs it

A job runs at least once: after a crash it starts again, so it must bear repetition, or do its work by services that do.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django_tasks import DEFAULT_TASK_BACKEND_ALIAS, TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker as Executor
from django_tasks_db.models import DBTaskResult
from django_tasks_db.utils import exclusive_transaction

ATTEMPTS = 3
"""A job whose worker died so often is given up: most likely it is what kills them."""


def run_next(worker: UUID) -> bool:
    """Run the next job that is due, in this thread; False when there is none."""
    due = DBTaskResult.objects.ready().filter(backend_name=DEFAULT_TASK_BACKEND_ALIAS)
    if not due.exists():  # a plain read: an idle worker never takes SQLite's write lock
        return False
    with exclusive_transaction():
        job = due.get_locked()
        if job is None:
            return False
        job.claim(str(worker))
    _executor(worker).run_task(job)
    return True


def take_back(alive: set[UUID], now: datetime) -> int:
    """Queue the jobs again that workers not *alive* left running; return how many were freed or given up."""
    running = DBTaskResult.objects.running().filter(backend_name=DEFAULT_TASK_BACKEND_ALIAS)
    names = {str(worker) for worker in alive}
    if all(job.worker_ids[-1] in names for job in running.only("worker_ids")):
        return 0
    freed = 0
    with transaction.atomic():
        for job in running.select_for_update():
            if job.worker_ids[-1] in names:
                continue
            if len(job.worker_ids) >= ATTEMPTS:
                job.status, job.finished_at = TaskResultStatus.FAILED, now
                job.exception_class_path = "builtins.ChildProcessError"
                job.traceback = f"Its worker died {ATTEMPTS} times."
            else:
                job.status = TaskResultStatus.READY
            job.save(update_fields=["status", "finished_at", "exception_class_path", "traceback"])
            freed += 1
    return freed


def forget_before(moment: datetime) -> int:
    """Delete the results of jobs that finished before *moment*; return how many."""
    return DBTaskResult.objects.finished().filter(finished_at__lt=moment).delete()[0]


def _executor(worker: UUID) -> Executor:
    """Return the library's executor; only its `run_task` is used, the loop around it is ours."""
    return Executor(
        queue_names=["*"],
        interval=0,
        batch=True,
        backend_name=DEFAULT_TASK_BACKEND_ALIAS,
        startup_delay=False,
        max_tasks=1,
        worker_id=str(worker),
        excluded_queue_names=[],
    )

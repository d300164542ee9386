"""Jobs run once they are committed; what a dead worker held starts again; the worker does events and jobs alike."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from zhengtong.kernel.clock import ManualClock
from zhengtong.kernel.events import presence
from zhengtong.kernel.events.models import Timer, Worker
from zhengtong.kernel.jobs import queue
from zhengtong.kernel.jobs.tests import chores
from zhengtong.kernel.jobs.worker import WorkerProcess

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
LATER = datetime(2126, 1, 1, tzinfo=UTC)


def traces() -> list[str]:
    return list(Timer.objects.order_by("id").values_list("type", flat=True))


def a_held_job(*workers: UUID) -> "DBTaskResult[..., str]":
    chores.leave_a_trace.enqueue("held", LATER.isoformat())
    job = DBTaskResult.objects.latest("enqueued_at")
    for worker in workers:
        job.claim(str(worker))
    return job


@pytest.mark.django_db
def test_a_worker_runs_jobs_until_none_is_due() -> None:
    for name in ("one", "two"):
        chores.leave_a_trace.enqueue(name, LATER.isoformat())
    assert WorkerProcess(clock=ManualClock(at=NOON)).run_until_idle() == 2
    assert traces() == ["one", "two"]
    assert set(DBTaskResult.objects.values_list("status", flat=True)) == {TaskResultStatus.SUCCESSFUL}


@pytest.mark.django_db(transaction=True)
def test_a_job_of_a_transaction_that_was_undone_never_runs() -> None:
    with transaction.atomic():
        chores.leave_a_trace.enqueue("undone", LATER.isoformat())
        transaction.set_rollback(True)
    assert WorkerProcess().run_until_idle() == 0
    assert traces() == []


@pytest.mark.django_db
def test_a_failing_job_is_marked_and_the_next_one_runs() -> None:
    chores.fail.enqueue()
    chores.leave_a_trace.enqueue("after", LATER.isoformat())
    assert WorkerProcess().run_until_idle() == 2
    assert traces() == ["after"]
    assert DBTaskResult.objects.get(status=TaskResultStatus.FAILED).exception_class_path == "builtins.RuntimeError"


@pytest.mark.django_db
def test_a_job_of_a_dead_worker_starts_again_and_one_of_a_living_worker_does_not() -> None:
    dead, living = uuid4(), uuid4()
    a_held_job(living)
    lost = a_held_job(dead)
    assert queue.take_back({living}, NOON) == 1
    lost.refresh_from_db()
    assert lost.status == TaskResultStatus.READY
    assert WorkerProcess().run_until_idle() == 1
    assert traces() == ["held"]
    assert queue.take_back({living}, NOON) == 0


@pytest.mark.django_db
def test_a_job_whose_worker_died_three_times_is_given_up() -> None:
    job = a_held_job(uuid4(), uuid4(), uuid4())
    assert queue.take_back(set(), NOON) == 1
    job.refresh_from_db()
    assert (job.status, job.finished_at) == (TaskResultStatus.FAILED, NOON)
    assert WorkerProcess().run_until_idle() == 0


@pytest.mark.django_db
def test_results_are_forgotten_after_their_time() -> None:
    chores.leave_a_trace.enqueue("old", LATER.isoformat())
    WorkerProcess().run_until_idle()
    finished_at = DBTaskResult.objects.get().finished_at
    assert finished_at is not None
    assert queue.forget_before(finished_at) == 0
    assert queue.forget_before(finished_at + timedelta(microseconds=1)) == 1


@pytest.mark.django_db
def test_a_worker_counts_as_dead_half_a_minute_after_it_was_last_seen() -> None:
    worker = uuid4()
    presence.arrive(worker, host="elsewhere", pid=1, at=NOON)
    assert presence.alive(NOON + timedelta(seconds=29)) == {worker}
    assert presence.alive(NOON + timedelta(seconds=30)) == set()
    presence.show(worker, host="elsewhere", pid=1, at=NOON + timedelta(seconds=30))
    assert presence.alive(NOON + timedelta(seconds=59)) == {worker}
    presence.leave(worker)
    assert presence.alive(NOON) == set()


@pytest.mark.django_db
def test_a_new_worker_strikes_out_those_of_its_host_whose_process_is_gone() -> None:
    gone, elsewhere, here = uuid4(), uuid4(), uuid4()
    presence.show(gone, host="here", pid=2**22 + 1, at=NOON)  # above the kernel's largest process number
    presence.show(elsewhere, host="elsewhere", pid=2**22 + 1, at=NOON)
    presence.arrive(here, host="here", pid=1, at=NOON)
    assert set(Worker.objects.values_list("id", flat=True)) == {elsewhere, here}

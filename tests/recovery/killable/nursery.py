"""Start workers and have them die, then work off the rest and print the tally.

    python -m killable.nursery rush KILLS EVENTS SEED     each worker killed at a random moment
    python -m killable.nursery die PLACE FAILS            one worker dies at a failpoint, the next one ends the work
    python -m killable.nursery share WORKERS EVENTS       some workers at once, nobody dies

Workers are forked from here, so that fifty of them start in the time of one; each has its own database connections.
"""

import os
import random
import signal
import sys
import time
from collections.abc import Callable

import django
from django.db import connections, transaction

RUSH_SUBJECTS = 50


def emit_steps(subjects: list[str], numbers: range, *, failing: int = -1) -> None:
    """Write each subject's steps of these numbers; the step *failing* makes the fragile handler fail."""
    from killable.handlers import StepTaken

    from zhengtong.kernel.clock import system
    from zhengtong.kernel.events.api import emit

    with transaction.atomic():
        for number in numbers:
            for subject in subjects:
                data = StepTaken(number=number, fails=number == failing)
                emit("killable.step.taken.v1", subject=subject, data=data, at=system.now())


def in_a_child(work: Callable[[], object], *, kill_after: float | None = None) -> int:
    """Run *work* in a forked process, kill it after so many seconds; return the signal it died of, 0 for none."""
    connections.close_all()
    child = os.fork()
    if not child:
        work()
        os._exit(0)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def work_off_the_rest() -> None:
    """Work until nothing waits; a killed worker's locks on PostgreSQL may take a moment to fall."""
    from zhengtong.kernel.events.api import depth
    from zhengtong.kernel.jobs.worker import WorkerProcess

    while depth().waiting:
        WorkerProcess().run_until_idle()


def rush(kills: int, events: int, seed: int) -> list[str]:
    """Emit portion after portion, each with a worker that is killed at a random moment; return the subjects."""
    from zhengtong.kernel.jobs.worker import WorkerProcess

    chance = random.Random(seed)  # noqa: S311 -- moments to kill at, repeatable by seed
    subjects = [f"rush{number}" for number in range(RUSH_SUBJECTS)]
    portion = events // kills // RUSH_SUBJECTS
    killed = 0
    for turn in range(kills):
        emit_steps(subjects, range(turn * portion, (turn + 1) * portion))
        killed += in_a_child(lambda: WorkerProcess().run(), kill_after=chance.uniform(0.0, 0.12)) == signal.SIGKILL
    print(f"killed {killed}")  # noqa: T201 -- its result
    return subjects


def share(workers: int, events: int) -> list[str]:
    """Have some workers hand out the same backlog at once; return the subjects."""
    from zhengtong.kernel.jobs.worker import WorkerProcess

    subjects = [f"share{number}" for number in range(RUSH_SUBJECTS)]
    emit_steps(subjects, range(events // RUSH_SUBJECTS))
    connections.close_all()
    children = []
    for _worker in range(workers):
        child = os.fork()
        if not child:
            WorkerProcess().run_until_idle()
            os._exit(0)
        children.append(child)
    ended = [os.waitpid(child, 0)[1] for child in children]
    print(f"ended {ended}")  # noqa: T201 -- its result
    return subjects


def die(place: str, *, fails: bool) -> list[str]:
    """Have one worker die at *place* while it hands out six steps of one subject; return the subject."""
    from zhengtong.kernel import failpoints
    from zhengtong.kernel.events.api import Dispatcher
    from zhengtong.kernel.jobs.worker import WorkerProcess

    def work_and_die() -> None:
        failpoints.arm(place)
        # however busy the machine is, no batch ends early: so the places are met in the same order each time
        WorkerProcess(dispatcher=Dispatcher(budget=600.0)).run_until_idle()

    subject = f"die-{place}-{fails}"
    emit_steps([subject], range(6), failing=3 if fails else -1)
    print(f"killed {int(in_a_child(work_and_die) == signal.SIGKILL)}")  # noqa: T201 -- its result
    return [subject]


def tally(subjects: list[str]) -> None:
    """Print, for the handlers, how many steps they took of how many subjects, whether in order; then what is left."""
    from killable.models import Counter, Trace

    from zhengtong.kernel.events.api import depth
    from zhengtong.kernel.events.models import InboxEntry, OutboxEvent, OutstandingDelivery

    for handler in ("first", "second", "fragile"):
        seen: dict[str, list[int]] = {}
        traces = Trace.objects.filter(handler=handler, subject__in=subjects).order_by("id")
        for subject, number in traces.values_list("subject", "number"):
            seen.setdefault(subject, []).append(number)
        in_order = all(numbers == list(range(len(numbers))) for numbers in seen.values())
        counted = Counter.objects.filter(key__in=[f"{handler}:{subject}" for subject in subjects])
        steps = sorted(set(counted.values_list("steps", flat=True)))
        print(handler, len(seen), sum(map(len, seen.values())), steps, "in order" if in_order else "out of order")  # noqa: T201 -- its result
    events = OutboxEvent.objects.filter(subject__in=subjects).values("id")
    inbox = InboxEntry.objects.filter(event__in=events).count()
    outstanding = OutstandingDelivery.objects.filter(subject__in=subjects).count()
    print(f"waiting {depth().waiting}, inbox {inbox}, outstanding {outstanding}")  # noqa: T201 -- its result


def main() -> None:
    """Run one course."""
    django.setup()
    course, *rest = sys.argv[1:]
    if course == "die":
        subjects = die(rest[0], fails=rest[1] == "True")
    else:
        run = rush if course == "rush" else share
        subjects = run(*map(int, rest))
    work_off_the_rest()
    tally(subjects)


if __name__ == "__main__":
    main()

"""Random histories of cases over the real services, beside a reckoning of the law of its own: does it ever differ?

    python -m benchmarks case_state_machine [histories] [--seed 1] [--processes 2] [--steps 20]

The state machine is that of the tests (`process/cases/tests/machine.py`): applicants, clerks, approvers and heads of
two offices, a worker and clients that send again act in random order; after every act state, tasks, days, lights,
evidence, decisions and Acts must be those of the reckoning. Each process has an embedded database of its own in a
folder of this run. A history that differs is printed as the acts that lead to it; the same seed gives the same ones.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed

from benchmarks.common import machine, measured

PORTION = 100


def prepare() -> None:
    """Set Django up on an empty database of this process and build the town."""
    os.environ["ZHENGTONG_HOME"] = tempfile.mkdtemp(prefix="zhengtong-bench-", dir=os.environ["HISTORIES_FOLDER"])
    os.environ["DATABASE_URL"] = ""
    os.environ["DJANGO_SETTINGS_MODULE"] = "zhengtong.site.settings.test"
    import django  # noqa: PLC0415 -- after the environment is set
    import structlog  # noqa: PLC0415

    django.setup()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    from django.core.management import call_command  # noqa: PLC0415

    from zhengtong.process.cases.tests.machine import CaseMachine  # noqa: PLC0415
    from zhengtong.process.cases.tests.town import a_town  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    CaseMachine.town = a_town()


def run(histories: int, seed: int, steps: int) -> tuple[int, float]:
    """Run so many histories; return how many acts they held and the processor time they took."""
    from hypothesis import HealthCheck, Phase, settings  # noqa: PLC0415 -- in the process that needs it
    from hypothesis import seed as seeded  # noqa: PLC0415
    from hypothesis.stateful import run_state_machine_as_test  # noqa: PLC0415

    from zhengtong.process.cases.tests.machine import CaseMachine  # noqa: PLC0415

    started, before = time.process_time(), CaseMachine.checked
    phases = (Phase.generate, Phase.shrink) if os.environ.get("HISTORIES_SHRINK") else (Phase.generate,)
    asked = settings(
        max_examples=histories, stateful_step_count=steps, deadline=None, database=None, phases=phases,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(seeded(seed)(CaseMachine), settings=asked)
    return CaseMachine.checked - before, time.process_time() - started


def portions(histories: int, seed: int) -> Iterator[tuple[int, int]]:
    """Yield the size and the seed of each portion.

    >>> list(portions(250, 7))
    [(100, 7000000), (100, 7000001), (50, 7000002)]
    """
    for number, first in enumerate(range(0, histories, PORTION)):
        yield min(PORTION, histories - first), seed * 1_000_000 + number


def main() -> None:
    """Run all portions and print progress and what it took."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("histories", type=int, nargs="?", default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--steps", type=int, default=20)
    asked = parser.parse_args()
    print(machine())
    done = acts = 0
    spent = 0.0
    with tempfile.TemporaryDirectory(prefix="zhengtong-bench-") as folder, measured() as cost:
        os.environ["HISTORIES_FOLDER"] = folder
        with ProcessPoolExecutor(asked.processes, initializer=prepare) as pool:
            sizes = {
                pool.submit(run, size, seed, asked.steps): size for size, seed in portions(asked.histories, asked.seed)
            }
            for portion in as_completed(sizes):
                found, took = portion.result()
                done, acts, spent = done + sizes[portion], acts + found, spent + took
                print(f"{done:>7,} histories, {acts:>9,} acts checked, 0 differ, {spent:.0f} CPU s", flush=True)
    print(
        f"{done:,} histories of up to {asked.steps} acts: {cost.wall:.0f} s, {spent / done * 1000:.0f} CPU ms a history"
    )


if __name__ == "__main__":
    main()

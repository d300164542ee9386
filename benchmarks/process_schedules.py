"""Random schedules of officials, networks and machines: is a token ever lost or doubled?

    python -m benchmarks.process_schedules [schedules] [database URL]

Each schedule is a joint approval of two to six departments with a correction loop behind it. Officials act in random
order, requests are sent up to three times, and the machine stops before any statement of a command, COMMIT included,
about every second time; the client then tries again. Every fiftieth schedule runs in three threads with connections of
their own. Afterwards every department must have decided exactly once, the log must have no gap, no row may be left
over, and the case must end. Without a URL on an embedded SQLite database; with one on PostgreSQL (an empty database).
"""

import os
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import UUID

from benchmarks.joint_case import NOW

POINTS = ("lock", "read_rows", "delete_rows", "upsert_rows", "append_step", "advance", "commit")


class MachineStops(BaseException):
    """What a crash looks like from inside: nothing after it happens."""


def prepare(url: str) -> None:
    """Set Django up on an empty database."""
    os.environ["ZHENGTONG_HOME"] = tempfile.mkdtemp(prefix="zhengtong-bench-")
    os.environ["DATABASE_URL"] = url
    os.environ["DJANGO_SETTINGS_MODULE"] = "zhengtong.site.settings.base"
    import django  # noqa: PLC0415 -- after the environment is set

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)


class Crashes:
    """Stops the machine before a chosen statement of the next command, in this thread."""

    def __init__(self) -> None:
        from zhengtong.process.store import session, statements  # noqa: PLC0415 -- after Django is set up

        self.at = threading.local()
        for name in POINTS[:-1]:
            setattr(statements, name, self._guarded(name, getattr(statements, name)))
        leave = session.Transaction.__exit__

        def guarded(transaction: Any, kind: Any, error: Any, trace: Any) -> Any:
            if kind is None and getattr(self.at, "point", None) == "commit":
                stop = MachineStops("commit")
                leave(transaction, MachineStops, stop, None)
                raise stop
            return leave(transaction, kind, error, trace)

        session.Transaction.__exit__ = guarded  # type: ignore[method-assign]  # the crash is the point

    def _guarded(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(*arguments: Any) -> Any:
            if getattr(self.at, "point", None) == name:
                raise MachineStops(name)
            return real(*arguments)

        return guarded


def run(seed: int, definitions: dict[int, int], crashes: Crashes) -> Counter[str]:
    """Run one schedule and check what must hold; returns what happened, by name."""
    from zhengtong.kernel.ids import new_id  # noqa: PLC0415 -- after Django is set up
    from zhengtong.process.store import api as store  # noqa: PLC0415

    rng = random.Random(seed)  # noqa: S311 -- a repeatable schedule
    width = rng.randrange(2, 7)
    instance, seen = new_id(), Counter[str]()

    def persist(act: Callable[[], Any], rng: random.Random) -> None:
        """Act until the answer comes, as a client does."""
        while True:
            crashes.at.point = rng.choice([*POINTS, *[None] * len(POINTS)])
            try:
                receipt = act()
            except MachineStops as stop:
                seen[f"crash before {stop}"] += 1
                continue
            finally:
                crashes.at.point = None
            seen["repeated" if receipt.repeated else "carried out"] += 1
            return

    order = store.StartProcess(process="main", variables={"seed": seed})
    persist(lambda: store.start(instance, definitions[width], order, at=NOW), rng)
    items = {work.node: work.work_item for work in store.open_work(instance)}
    todo = [node for node in items for _ in range(rng.randrange(1, 4))]
    rng.shuffle(todo)

    def work(mine: list[str], rng: random.Random) -> None:
        for node in mine:
            command = store.CompleteWorkItem(work_item=items[node])
            persist(lambda command=command, node=node: store.carry_out(instance, command, key=node, at=NOW), rng)  # type: ignore[misc]

    if seed % 50:
        work(todo, rng)
    else:
        in_threads([lambda part=todo[n::3], n=n: work(part, random.Random(seed * 3 + n)) for n in range(3)])  # type: ignore[misc]  # noqa: S311
        seen["schedules in threads"] += 1
    check(instance, items, width)
    for round_ in range(rng.randrange(3)):
        correct(instance, round_, persist, rng)
    (last,) = store.open_work(instance)
    done = store.CompleteWorkItem(work_item=last.work_item, results={"missing": 0})
    persist(lambda: store.carry_out(instance, done, key="last", at=NOW), rng)
    if store.state_of(instance) is not store.InstanceState.COMPLETED or store.open_work(instance):
        raise SystemExit(f"schedule {seed}: the case did not end")
    return seen


def correct(instance: UUID, round_: int, persist: Callable[..., None], rng: random.Random) -> None:
    """Send the case back for correction once."""
    from zhengtong.process.store import api as store  # noqa: PLC0415 -- after Django is set up

    for node, results in (("decide", {"missing": 1}), ("correct", {})):
        (item,) = store.open_work(instance)
        if item.node != node:
            raise SystemExit(f"{node} expected, {item.node} found")
        command = store.CompleteWorkItem(work_item=item.work_item, results=results)
        key = f"{node}-{round_}"
        persist(lambda command=command, key=key: store.carry_out(instance, command, key=key, at=NOW), rng)


def check(instance: UUID, items: dict[str, int], width: int) -> None:
    """Every department decided once, the log has no gap, and nothing is left of them."""
    from zhengtong.process.store import api as store  # noqa: PLC0415 -- after Django is set up
    from zhengtong.process.store.models import LiveRow  # noqa: PLC0415

    steps = store.history(instance)
    done = Counter(entry.node for step in steps for entry in step.entries if entry.what == "work_completed")
    if done != dict.fromkeys(items, 1):
        raise SystemExit(f"{instance}: {done}")
    if [step.sequence for step in steps] != list(range(1, width + 2)):
        raise SystemExit(f"{instance}: the log has a gap")
    tokens = LiveRow.objects.filter(instance_id=instance, kind=1).count()
    if [work.node for work in store.open_work(instance)] != ["decide"] or tokens != 2:
        raise SystemExit(f"{instance}: {tokens} tokens")


def in_threads(acts: list[Callable[[], None]]) -> None:
    """Do all *acts* at the same time; an error in one of them is ours."""
    errors: list[BaseException] = []

    def alone(act: Callable[[], None]) -> None:
        from django.db import connection  # noqa: PLC0415 -- after Django is set up

        try:
            act()
        except BaseException as error:  # noqa: BLE001 -- handed to the thread that waits
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=alone, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def main(count: int, url: str) -> None:
    """Run *count* schedules and print what happened."""
    prepare(url)
    from zhengtong.kernel.ids import new_id  # noqa: PLC0415 -- after Django is set up
    from zhengtong.process.store import api as store  # noqa: PLC0415
    from zhengtong.process.store.tests import models  # noqa: PLC0415
    from zhengtong.trust.ledger.api import Authority, Responsibility  # noqa: PLC0415

    act: dict[str, Any] = {"authority": Authority(clause="b"), "responsibility": Responsibility(subject=new_id())}
    published = {
        width: store.publish(
            f"joint-{width}", models.joint_with_correction(width), effective_from=NOW, at=NOW, **act
        ).id
        for width in range(2, 7)
    }
    crashes, seen, started = Crashes(), Counter[str](), time.perf_counter()
    for seed in range(count):
        seen += run(seed, published, crashes)
        if (seed + 1) % 1000 == 0 or seed + 1 == count:
            print(
                f"{seed + 1} schedules in {time.perf_counter() - started:.0f} s: no token lost or doubled", flush=True
            )
    for name, times in sorted(seen.items()):
        print(f"  {name:<28} {times:>8,}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000, sys.argv[2] if len(sys.argv) > 2 else "")

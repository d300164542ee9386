"""Does a command cost the same with a million open cases, in the hundredth correction round, among forty departments?

    python -m benchmarks.process_flatness [open cases]

CPU time of whole commands through the store, committed, on SQLite. The open cases are written by SQL: each an instance
with its tokens, an open work item of a performer and the first step of its log.
"""

import sys
import time
from typing import Any
from uuid import UUID

from benchmarks.joint_case import FORM, NOW, measure, prepare

BATCHES = 7
CASES = 60
ROUNDS = 100


def cheapest() -> float:
    """Return the CPU milliseconds of a joint case in the best of several batches."""
    return min(measure(CASES) for _ in range(BATCHES))


def fill(count: int) -> None:
    """Write *count* open cases."""
    from django.db import connection  # noqa: PLC0415 -- after Django is set up

    from zhengtong.process.store.models import Definition  # noqa: PLC0415

    definition = Definition.objects.get(key="joint").pk
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"  # noqa: S608 -- a number
    case = "printf('019a%028x', i)"
    moment = "'2026-11-01 01:00:00'"
    form = "lower(hex(randomblob(100)))"
    item = '["main","office1","userTask","2026-11-01T01:00:00+00:00",{},["office"]]'
    rows = (
        (1, 1, 0, "NULL", """'["main","main","active","root","",0,{}]'"""),
        (1, 3, 1, "NULL", """'["main","office1","active","flow","f3",0,{}]'"""),
        (2, 4, 3, "'office ' || (i % 500)", f"'{item}'"),
        (5, 1, 1, "NULL", f"""'"' || {form} || '"'"""),
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"{numbers} INSERT INTO process_store_instance (id, definition_id, state, next_id, revision, started_at)"  # noqa: S608
            f" SELECT {case}, {definition}, 'running', 9, 1, {moment} FROM n"
        )
        for kind, key, owner, label, body in rows:
            name = "'form'" if kind == 5 else "''"
            cursor.execute(
                f'{numbers} INSERT INTO process_store_liverow (instance_id, kind, "key", name, owner, due, label, body)'  # noqa: S608
                f" SELECT {case}, {kind}, {key}, {name}, {owner}, NULL, {label}, {body} FROM n"
            )
        cursor.execute(
            f"{numbers} INSERT INTO process_store_step"  # noqa: S608
            " (instance_id, sequence, command_key, command, digest, actor, at, entries)"
            f" SELECT {case}, 1, 'start', 'StartProcess', '', NULL, {moment}, '[\"main\",[1,\"main\",1]]' FROM n"
        )


def rounds() -> tuple[float, float]:
    """Return the CPU milliseconds of an early and of the last correction round (two commands each)."""
    _store, begin, finish = tools()
    from zhengtong.process.store.tests import models  # noqa: PLC0415

    cost = [0.0] * ROUNDS
    for _ in range(25):
        instance, item = begin("correction", models.correction(), {"form": FORM})
        for number in range(ROUNDS):
            started = time.process_time()
            item = finish(instance, item, f"a{number}", {"missing": 1})
            item = finish(instance, item, f"c{number}", {})
            cost[number] += time.process_time() - started
    per_round = [seconds / 25 * 1000 for seconds in cost]
    return sum(sorted(per_round[:5])[:3]) / 3, sum(sorted(per_round[-5:])[:3]) / 3


def widths() -> list[tuple[int, float]]:
    """Return the CPU milliseconds of a whole joint approval by its number of departments."""
    store, begin, finish = tools()
    from zhengtong.process.store.tests import models  # noqa: PLC0415

    found = []
    for width in (5, 10, 20, 40):
        costs: list[float] = []
        items: list[int] = []
        for _ in range(200 // width + 10):
            started = time.process_time()
            instance, last = begin(f"wide-{width}", models.joint(width), {"form": FORM})
            items = items or [work.work_item for work in store.open_work(instance)]  # every case numbers them alike
            for item in items:
                last = finish(instance, item, str(item), {})
            finish(instance, last, "decide", {})
            costs.append(time.process_time() - started)
        costs.sort()
        found.append((width, sum(costs[: len(costs) // 2]) / (len(costs) // 2) * 1000))
    return found


def tools() -> tuple[Any, Any, Any]:
    """Return the store, a way to begin a case and a way to complete a work item; both return the item opened last."""
    from zhengtong.kernel.ids import new_id  # noqa: PLC0415 -- after Django is set up
    from zhengtong.process.store import api as store  # noqa: PLC0415
    from zhengtong.trust.ledger.api import Authority, Responsibility  # noqa: PLC0415

    act: dict[str, Any] = {"authority": Authority(clause="b"), "responsibility": Responsibility(subject=new_id())}
    known: dict[str, int] = {}

    def opened(receipt: store.Receipt) -> int:
        return next((e.data["work_item"] for e in reversed(receipt.entries) if e.what == "work_opened"), 0)

    def begin(key: str, bpmn: bytes, variables: dict[str, Any]) -> tuple[UUID, int]:
        if key not in known:
            known[key] = store.publish(key, bpmn, effective_from=NOW, at=NOW, **act).id
        instance = new_id()
        order = store.StartProcess(process="main", variables=variables)
        return instance, opened(store.start(instance, known[key], order, at=NOW))

    def finish(instance: UUID, item: int, key: str, results: dict[str, Any]) -> int:
        command = store.CompleteWorkItem(work_item=item, results=results)
        return opened(store.carry_out(instance, command, key=key, at=NOW))

    return store, begin, finish


def main(count: int) -> None:
    """Print the three figures."""
    prepare()
    early, late = rounds()
    print(f"correction round 1: {early:.3f} ms, round {ROUNDS}: {late:.3f} ms, {late / early:.2f}×")
    for width, cost in widths():
        print(f"{width:>2} parallel departments: {cost:.2f} ms a case, {cost / width:.3f} ms a department")
    empty = cheapest()
    fill(count)
    full = cheapest()
    print(f"joint case, no other open: {empty:.2f} ms, {count:,} open: {full:.2f} ms, {full / empty:.2f}×")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)

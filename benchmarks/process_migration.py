"""Migrate running cases: random ones against loss, and a batch of stored ones against the clock.

    python -m benchmarks.process_migration [triples] [stored cases]

Each triple is a random block-structured process, one to three random edits of it, and a case somewhere on its way. A
migration either names obstacles and changes nothing, or the case goes on to its end with every token, work item and
result kept; any other outcome stops the run with its seed. The stored cases wait at the join of a joint approval with
a 3 KB form each, and move to a version that has one more task.
"""

import sys
import time
from typing import Any

from benchmarks import joint_case
from zhengtong.process.engine.tests.triples import try_triple

NOW = joint_case.NOW


def random_triples(count: int) -> None:
    """Try *count* triples and print the figures."""
    started, blocked, tokens = time.process_time(), 0, 0
    for seed in range(count):
        result = try_triple(seed)
        blocked, tokens = blocked + result.blocked, tokens + result.tokens
    seconds = time.process_time() - started
    print(f"{count} triples, {tokens} tokens, {blocked} blocked by name, 0 lost or doubled, {seconds:.0f} s CPU")


def longer() -> bytes:
    """Return the joint case with a review before its decision."""
    text = joint_case.bpmn().decode()
    text = text.replace("<endEvent", '<userTask id="review" name="review"/><endEvent')
    text = text.replace('sourceRef="join" targetRef="decide"', 'sourceRef="join" targetRef="review"')
    last = '<sequenceFlow id="added" sourceRef="review" targetRef="decide"/></process>'
    return text.replace("</process>", last).encode()


def stored(count: int) -> None:
    """Move *count* stored cases, take them back, and print how long it took."""
    joint_case.prepare()
    from zhengtong.kernel.ids import new_id  # noqa: PLC0415 -- after Django is set up
    from zhengtong.process.store import api as store  # noqa: PLC0415
    from zhengtong.trust.ledger.api import Authority, Responsibility  # noqa: PLC0415

    authority, responsibility = Authority(clause="benchmark"), Responsibility(subject=new_id())

    def publish(bpmn: bytes) -> int:
        decisions = {"rate.dmn": joint_case.dmn()}
        act: dict[str, Any] = {"authority": authority, "responsibility": responsibility}
        return store.publish("joint", bpmn, decisions, effective_from=NOW, at=NOW, **act).id

    old, new = publish(joint_case.bpmn()), publish(longer())
    for _ in range(count):
        instance = new_id()
        command = store.StartProcess(process="main", variables={"form": joint_case.FORM, "area": 25})
        entries = store.start(instance, old, command, at=NOW).entries
        item = next(entry.data["work_item"] for entry in entries if entry.what == "work_opened")
        store.carry_out(instance, store.CompleteWorkItem(work_item=item), key="first", at=NOW)
    wall = time.perf_counter()
    report = store.dry_run_migration(old, new)
    print(f"dry run of {report.total}: {report.movable} movable, {time.perf_counter() - wall:.1f} s")
    act: dict[str, Any] = {"at": NOW, "authority": authority, "responsibility": responsibility}
    first = timed(store.begin_migration(old, new, **act), count)
    timed(store.revert_migration(first, **act), count)


def timed(batch: Any, count: int) -> Any:
    """Carry out a batch that was begun, print how long it took, and return its id."""
    from zhengtong.process.store import api as store  # noqa: PLC0415 -- after Django is set up

    wall, cpu = time.perf_counter(), time.process_time()
    done = store.proceed_with_migration(batch.id, at=NOW)
    seconds, processor = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{done.moved} of {done.total} moved, {done.blocked} blocked, {seconds:.1f} s, {processor:.1f} s CPU")
    if done.moved != count:
        raise SystemExit("a case was left behind")
    return done.id


if __name__ == "__main__":
    random_triples(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
    stored(int(sys.argv[2]) if len(sys.argv) > 2 else 10_000)

"""Have sequencers of the ledger's log die, then go on and print whether anything was lost, doubled or forked.

python -m killable.logkeeper die PLACE…         at each place one sequencer dies, the next one ends the work
python -m killable.logkeeper rush KILLS SEED    each sequencer killed at a random moment while acts come in
python -m killable.logkeeper share SEQUENCERS   some sequencers at once on one backlog, nobody dies
"""

import os
import random
import signal
import sys
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import django
from django.db import connections, transaction
from killable.nursery import in_a_child

START = datetime(2026, 11, 25, 4, tzinfo=UTC)


def record_acts(number: int) -> None:
    """Commit *number* acts, one transaction each."""
    from zhengtong.trust.ledger import api

    for place in range(number):
        with transaction.atomic():
            api.record(
                api.Act(
                    authority=api.Authority(clause="测试"),
                    business=api.Business(command="killable.step", object_type="killable.step", object_id=str(place)),
                    responsibility=api.Responsibility(subject=uuid4()),
                    at=START,
                )
            )


def sequence_all(minutes: int) -> None:
    """Sequence and sign until nothing is left, some minutes later, so that signing is due."""
    from zhengtong.trust.ledger.log import running

    while running.sequence(START + timedelta(minutes=minutes)):
        pass


def die(places: list[str]) -> None:
    """Have a sequencer die at each of *places*, in work that follows a signed checkpoint; tell after each."""
    from zhengtong.kernel import failpoints

    for turn, place in enumerate(places):

        def work_and_die(place: str = place, minutes: int = 3 * turn + 1) -> None:
            failpoints.arm(place)
            sequence_all(minutes)

        record_acts(5)
        sequence_all(3 * turn)
        record_acts(7)
        print(f"{place}: killed {int(in_a_child(work_and_die) == signal.SIGKILL)}")  # noqa: T201 -- its result
        record_acts(2)
        sequence_all(3 * turn + 2)
        tally()


def rush(kills: int, seed: int) -> None:
    """Kill a sequencer again and again while acts come in."""
    chance = random.Random(seed)  # noqa: S311 -- moments to kill at, repeatable by seed
    killed = 0
    for turn in range(kills):

        def work_on(turn: int = turn) -> None:
            while True:
                sequence_all(turn)

        record_acts(20)
        killed += in_a_child(work_on, kill_after=chance.uniform(0, 0.1)) == signal.SIGKILL
    print(f"killed {killed}")  # noqa: T201 -- its result
    sequence_all(kills + 1)


def share(sequencers: int) -> None:
    """Have some sequencers take the same backlog at once."""
    from zhengtong.trust.ledger.log import sequencing

    record_acts(600)
    sequence_all(0)
    record_acts(600)
    connections.close_all()
    children = []
    for number in range(sequencers):
        child = os.fork()
        if not child:
            while sequencing.append_waiting(limit=7 + number).entries:
                pass
            sequence_all(number + 1)
            os._exit(0)
        children.append(child)
    print(f"ended {[os.waitpid(child, 0)[1] for child in children]}")  # noqa: T201 -- its result
    sequence_all(sequencers + 1)


def tally() -> None:
    """Print whether every act has one place, the tree is theirs, and every checkpoint continues the one before."""
    from zhengtong.trust.ledger.log import memory, reading, rows
    from zhengtong.trust.ledger.models import CheckpointRow, EntryRow, RecordedActRow
    from zhengtong.trust.ledger.tree import tiles
    from zhengtong.trust.ledger.tree.checkpoints import read_signed

    log = rows.read_log()
    entries = list(EntryRow.objects.order_by("number").values_list("number", "act_id"))
    acts = dict(RecordedActRow.objects.values_list("id", "leaf"))
    once = sorted(act for _, act in entries) == sorted(acts) and [number for number, _ in entries] == list(
        range(log.size)
    )
    print(f"acts {len(acts)}, each in one place {once}, waiting {rows.anything_waits()}")  # noqa: T201 -- its result
    built = tiles.grow(log.hashing, 0, {}, log.hashing.leaves(bytes(acts[act]) for _, act in entries))
    root = tiles.root_of(log.hashing, log.size, lambda wanted: tiles.nodes_in(built, wanted))
    same = rows.read_tiles(built) == built
    print(f"the root is theirs {root == log.root}, the tiles are theirs {same}")  # noqa: T201 -- its result
    signed = [read_signed(note)[1] for note in CheckpointRow.objects.order_by("size").values_list("note", flat=True)]
    continued = all(
        one.root == tiles.root_of(log.hashing, one.size, lambda wanted: tiles.nodes_in(built, wanted)) for one in signed
    )
    kept = memory.remembered(log.identity)
    last = (signed[-1].size, signed[-1].root) == (log.size, log.root) == (kept and (kept.size, kept.root))
    continued = continued and reading.root_at(log, log.size) == root
    print(f"every checkpoint continues {continued}, the last is signed {last}")  # noqa: T201 -- its result


def main() -> None:
    """Run one course."""
    django.setup()
    course, *rest = sys.argv[1:]
    if course == "die":
        die(rest)
        return
    if course == "rush":
        rush(*map(int, rest))
    else:
        share(int(rest[0]))
    tally()


if __name__ == "__main__":
    main()

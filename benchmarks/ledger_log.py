"""The ledger's log: appending beside the hash loop, proofs beside pymerkle, durable entries, flipped bytes.

Run: `.venv/bin/python -m benchmarks ledger_log`. Entries have 209 bytes where the tree is measured alone, and are acts
where the whole sequencer is. pymerkle (GPL) runs in a throwaway environment; `--no-peer` leaves it out.
"""

import hashlib
import os
import secrets
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING
from uuid import UUID

from benchmarks.common import run_peer

if TYPE_CHECKING:
    from zhengtong.trust.ledger.tree.hashing import HashName

os.environ["DJANGO_SETTINGS_MODULE"] = "zhengtong.site.settings.test"
os.environ["ZHENGTONG_HOME"] = tempfile.mkdtemp(prefix="zhengtong-bench-")

ENTRIES, ENTRY_BYTES, BATCH, ROUNDS = 100_000, 209, 5_000, 5
ACTS, PROOFS, FLIPS, PEER_ENTRIES, PEER_PROOFS = 20_000, 5_000, 10_000, 200_000, 20
PEER = """
import sys, time
from pymerkle import SqliteTree
entries, proofs, path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
tree = SqliteTree(path, algorithm="sha256")
tree.append_entries([b"entry %d" % number for number in range(entries)], chunksize=5000)
started = time.process_time()
for number in range(proofs):
    tree.prove_inclusion(number * entries // proofs + 1, entries)
print(proofs / (time.process_time() - started))
"""


def rate(number: int, work: Callable[[], object]) -> float:
    """Return how many of *number* steps *work* does in a second of CPU time."""
    started = time.process_time()
    work()
    return number / (time.process_time() - started)


def hash_loop(name: str, entries: list[bytes]) -> None:
    """Compute the hashes of a tree of these entries and nothing else: the ceiling."""
    new = hashlib.new
    hashes = [new(name, b"\x00" + entry).digest() for entry in entries]
    for number in range(len(entries)):
        new(name, b"\x01" + hashes[number] + hashes[number]).digest()


def bundles(entries: list[bytes], start: int, end: int) -> Iterator[tuple[int, bytes]]:
    """Yield the entry bundles that the entries from *start* to *end* are in; the last may be partial."""
    from zhengtong.trust.ledger.tree import tiles  # noqa: PLC0415

    for number in range(start // tiles.WIDTH, -(-end // tiles.WIDTH)):
        first = number * tiles.WIDTH
        yield number, tiles.write_bundle(entries[first : min(first + tiles.WIDTH, end)])


def append(name: "HashName", entries: list[bytes], *, bundled: bool) -> None:
    """Grow a tree into SQLite in batches, each committed; entries are rows, or bundles of 256 as the log publishes."""
    from zhengtong.trust.ledger.tree import tiles  # noqa: PLC0415
    from zhengtong.trust.ledger.tree.hashing import hashing  # noqa: PLC0415

    hasher, size = hashing(name), 0
    stored: dict[tiles.TilePlace, tiles.Tile] = {}
    with tempfile.TemporaryDirectory(dir=os.environ["ZHENGTONG_HOME"]) as folder:
        database = sqlite3.connect(Path(folder) / "tree.sqlite3")
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        database.execute("CREATE TABLE entry (number INTEGER PRIMARY KEY, entry BLOB)")
        database.execute(
            "CREATE TABLE tile (level INT, number INT, hashes BLOB, nodes BLOB, PRIMARY KEY (level, number))"
        )
        for start in range(0, len(entries), BATCH):
            some = entries[start : start + BATCH]
            changed = tiles.grow(hasher, size, stored, hasher.leaves(some))
            size += len(some)
            stored = {place: (stored | changed)[place] for place in tiles.open_tiles(size)}
            database.executemany(
                "INSERT OR REPLACE INTO entry VALUES (?, ?)" if bundled else "INSERT INTO entry VALUES (?, ?)",
                bundles(entries, start, size) if bundled else enumerate(some, start),
            )
            database.executemany(
                "INSERT OR REPLACE INTO tile VALUES (?, ?, ?, ?)",
                [(*place, tile.hashes, tile.inner) for place, tile in changed.items()],
            )
            database.commit()
        database.close()


def append_beside_the_hash_loop() -> None:
    """Append and compute the ceiling in turns, so that a busy machine slows both; the share is the median's."""
    from zhengtong.trust.ledger.tree.hashing import HashName  # noqa: PLC0415

    entries = [secrets.token_bytes(ENTRY_BYTES) for _ in range(ENTRIES)]
    for name in HashName:
        works = (
            partial(hash_loop, name, entries),
            partial(append, name, entries, bundled=False),
            partial(append, name, entries, bundled=True),
        )
        rounds = [[rate(ENTRIES, work) for work in works] for _ in range(ROUNDS)]
        print(f"hash loop {name:6} {median(one[0] for one in rounds):10,.0f}/s")
        for kind, place in (("entries as rows", 1), ("as bundles of 256", 2)):
            share = [one[place] / one[0] for one in rounds]
            told = f"{median(one[place] for one in rounds):10,.0f}/s   {median(share):.0%} of the loop"
            print(f"append    {name:6} {told}, best {max(share):.0%}, worst {min(share):.0%} ({kind})")


def sequence_durably() -> None:
    """Put acts into the queue and have the sequencer place, hash and store them, each batch flushed to the disk."""
    from django.core.management import call_command  # noqa: PLC0415

    from zhengtong.kernel import clock  # noqa: PLC0415
    from zhengtong.trust.ledger.log import running, sequencing  # noqa: PLC0415
    from zhengtong.trust.ledger.log.beginning import begin_log  # noqa: PLC0415

    call_command("migrate", verbosity=0, skip_checks=True)
    begin_log()
    record_acts(ACTS)
    started, cpu = time.perf_counter(), time.process_time()
    while sequencing.append_waiting().entries:
        pass
    wall, cpu = time.perf_counter() - started, time.process_time() - cpu
    running.sequence(clock.system.now())
    print(f"sequencer, SM3, durable   {ACTS / wall:10,.0f} acts/s wall   {ACTS / cpu:10,.0f} acts/s CPU")


def record_acts(number: int) -> None:
    """Write acts in bulk, as a busy minute of the province would leave them."""
    from uuid import uuid4  # noqa: PLC0415

    from django.db import transaction  # noqa: PLC0415

    from zhengtong.kernel import clock  # noqa: PLC0415
    from zhengtong.kernel.ids import new_id  # noqa: PLC0415
    from zhengtong.trust.ledger import api, law  # noqa: PLC0415
    from zhengtong.trust.ledger.models import ConcernRow, RecordedActRow  # noqa: PLC0415

    act = api.Act(
        authority=api.Authority(clause="行政许可法§32", permission="process.case:accept", power_item="330000-XK-0017"),
        business=api.Business(command="process.case.accept", object_type="process.case", object_id="c1"),
        responsibility=api.Responsibility(subject=uuid4(), post=uuid4(), channel="window"),
        purpose="process.case.handling", concerns=(uuid4(),), at=clock.system.now(),
    )  # fmt: skip
    written = []
    for _ in range(number):
        identifier = new_id()
        leaf = law.leaf(identifier, act)
        written.append(
            RecordedActRow(
                id=identifier, at=act.at, kind=act.kind, subject=act.responsibility.subject, leaf=leaf,
                object_type="process.case", object_id="c1", leaf_hash=law.leaf_hash(leaf),
            )
        )  # fmt: skip
    with transaction.atomic():
        RecordedActRow.objects.bulk_create(written, batch_size=500)
        ConcernRow.objects.bulk_create(
            [ConcernRow(data_subject=act.concerns[0], act_id=row.id, kind=act.kind) for row in written], batch_size=500
        )


def proofs_beside_pymerkle(*, peer: bool) -> None:
    """Prove random entries of the sequenced log, tiles read anew and then from memory; the peer proves its own."""
    from zhengtong.trust.ledger.log import reading, rows  # noqa: PLC0415

    log = rows.read_log()
    places = [secrets.randbelow(log.size) for _ in range(PROOFS)]
    cold = rate(500, lambda: [reading.TileShelf().nodes([]) or fresh_proof(log, place) for place in places[:500]])
    warm = rate(PROOFS, lambda: [reading.inclusion_proof(log, place, log.size) for place in places])
    print(f"inclusion proofs, SM3     {warm:10,.0f}/s of {log.size:,} entries; tiles read anew {cold:,.0f}/s")
    if peer:
        path = os.path.join(os.environ["ZHENGTONG_HOME"], "peer.sqlite3")  # noqa: PTH118
        theirs = float(run_peer(["pymerkle==7.0.0"], PEER, str(PEER_ENTRIES), str(PEER_PROOFS), path))
        ours = proofs_of_a_large_tree()
        print(f"of {PEER_ENTRIES:,} entries {ours:10,.0f}/s   pymerkle {theirs:,.1f}/s   {ours / theirs:,.0f}×")


def proofs_of_a_large_tree() -> float:
    """Return our proofs a second, SM3, in a tree of the peer's size; its tiles are in memory."""
    from zhengtong.trust.ledger.tree import tiles  # noqa: PLC0415
    from zhengtong.trust.ledger.tree.hashing import HashName, hashing  # noqa: PLC0415

    hasher = hashing(HashName.SM3)
    stored = tiles.grow(hasher, 0, {}, hasher.leaves(b"entry %d" % number for number in range(PEER_ENTRIES)))
    places = [secrets.randbelow(PEER_ENTRIES) for _ in range(PROOFS)]

    def prove(place: int) -> list[bytes]:
        return tiles.prove_inclusion(hasher, place, PEER_ENTRIES, lambda wanted: tiles.nodes_in(stored, wanted))

    return rate(PROOFS, lambda: [prove(place) for place in places])


def fresh_proof(log: object, place: int) -> list[bytes]:
    """Prove an entry with nothing in memory."""
    from zhengtong.trust.ledger.log import reading  # noqa: PLC0415
    from zhengtong.trust.ledger.tree import tiles  # noqa: PLC0415

    return tiles.prove_inclusion(log.hashing, place, log.size, reading.TileShelf().nodes)  # type: ignore[attr-defined]


def flip_bytes() -> None:
    """Flip a random bit of a random byte in as many stored entries; the check must name every one and no other."""
    from django.db import connection, transaction  # noqa: PLC0415

    from zhengtong.trust.ledger import api, guards  # noqa: PLC0415
    from zhengtong.trust.ledger.contracts import LogFlaw  # noqa: PLC0415
    from zhengtong.trust.ledger.models import EntryRow, RecordedActRow  # noqa: PLC0415

    acts = list(EntryRow.objects.values_list("act_id", flat=True))
    chosen: set[UUID] = set()
    while len(chosen) < FLIPS:
        chosen.add(secrets.choice(acts))
    guards.lift(connection)
    with transaction.atomic():
        for row in RecordedActRow.objects.filter().iterator():
            if row.id in chosen:
                leaf = bytearray(bytes(row.leaf))
                leaf[secrets.randbelow(len(leaf))] ^= 1 << secrets.randbelow(8)
                RecordedActRow.objects.filter(id=row.id).update(leaf=bytes(leaf))
    started = time.process_time()
    found = [finding for finding in api.check_log() if finding.flaw is LogFlaw.ENTRY]
    took = time.process_time() - started
    named = {finding.act for finding in found} == chosen
    print(f"flipped bytes             {len(found):,} of {FLIPS:,} found, each by name {named}")
    print(f"check                     {len(acts) / took:10,.0f} entries/s")


def main() -> None:
    """Measure one after the other."""
    append_beside_the_hash_loop()
    import django  # noqa: PLC0415 -- after the settings are named

    django.setup()
    sequence_durably()
    proofs_beside_pymerkle(peer="--no-peer" not in sys.argv)
    flip_bytes()


if __name__ == "__main__":
    main()

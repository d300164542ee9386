"""Sequencing 定序: the one place where acts get their numbers in the log.

A batch is one transaction: numbers, tiles, size and root are written together or not at all, under the lock of the
log's row. Any number of sequencers may run; they take turns. A killed one leaves its acts in the queue.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction

from zhengtong.kernel.failpoints import declare, failpoint
from zhengtong.trust.ledger.log import reading, rows
from zhengtong.trust.ledger.tree import tiles

APPEND = declare("ledger.taken", "ledger.placed", "ledger.tiled", "ledger.counted", "ledger.appended")
"""Where a test makes the sequencer die."""

BATCH = 5_000
"""Acts of one transaction: about a tenth of a second, so that SQLite's single writer is soon free again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Appended:
    """What a batch added, and the log's size behind it."""

    entries: int
    size: int


def append_waiting(limit: int = BATCH) -> Appended:
    """Give up to *limit* waiting acts their place; when this returns, they are on the disk."""
    with durable(), transaction.atomic():
        log = rows.read_log(lock=True)
        with connection.cursor() as cursor:
            acts, leaves = rows.take_waiting(cursor, limit)
            if not acts:
                return Appended(entries=0, size=log.size)
            failpoint("ledger.taken")
            rows.place(cursor, log.size, acts)
            failpoint("ledger.placed")
            edge = rows.read_tiles(tiles.open_tiles(log.size))
            changed = tiles.grow(log.hashing, log.size, edge, log.hashing.leaves(leaves))
            rows.write_tiles(cursor, changed)
            failpoint("ledger.tiled")
            size = log.size + len(acts)
            rows.count(cursor, size, reading.fresh_root(log.hashing, size, changed))
            failpoint("ledger.counted")
    failpoint("ledger.appended")
    return Appended(entries=len(acts), size=size)


@contextmanager
def durable() -> Iterator[None]:
    """Have commits wait for the disk: a root that was signed must survive a power cut.

    The platform's SQLite connections leave that to the next checkpoint of the write-ahead log, which suits everything
    that was not promised to others. PostgreSQL waits by default.
    """
    waits = connection.vendor == "sqlite" and not connection.in_atomic_block
    if waits:
        _pragma("FULL")
    try:
        yield
    finally:
        if waits:
            _pragma("NORMAL")


def _pragma(level: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA synchronous={level}")

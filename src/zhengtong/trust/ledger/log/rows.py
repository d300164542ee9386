"""The log's rows, by SQL: what a batch of thousands reads and writes is not made into objects first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.backends.utils import CursorWrapper

from zhengtong.trust.ledger.contracts import LogNotBegun
from zhengtong.trust.ledger.models import EntryRow, LogRow
from zhengtong.trust.ledger.tree.hashing import Hashing, HashName, hashing
from zhengtong.trust.ledger.tree.tiles import Tile, TilePlace

LOG = 1
"""The id of the one log."""
_ROWS_A_STATEMENT = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class Log:
    """How far the log has come."""

    identity: UUID
    origin: str
    hashing: Hashing
    size: int
    root: bytes
    keys: tuple[str, ...]


def read_log(*, lock: bool = False) -> Log:
    """Return how far the log has come.

    Args:
        lock: hold it until the transaction ends, so that nobody else appends or signs.

    Raises:
        LogNotBegun: no act was ever sequenced.
    """
    rows = LogRow.objects.select_for_update() if lock else LogRow.objects.all()
    row = rows.filter(id=LOG).first()
    if row is None:
        raise LogNotBegun
    return Log(
        identity=row.identity,
        origin=row.origin,
        hashing=hashing(HashName(row.hash)),
        size=row.size,
        root=bytes(row.root),
        keys=tuple(row.keys),
    )


def anything_waits() -> bool:
    """Tell whether an act has no place in the log yet; a plain read, so an idle sequencer takes no lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM ledger_waiting LIMIT 1")
        return cursor.fetchone() is not None


def take_waiting(cursor: CursorWrapper, limit: int) -> tuple[list[Any], list[bytes]]:
    """Return ids (as the database writes them) and leaves of the acts that wait, the oldest first."""
    cursor.execute(
        "SELECT w.act_id, a.leaf FROM ledger_waiting w JOIN ledger_act a ON a.id = w.act_id ORDER BY w.act_id LIMIT %s",
        [limit],
    )
    rows = cursor.fetchall()
    return [row[0] for row in rows], [bytes(row[1]) for row in rows]


def place(cursor: CursorWrapper, size: int, acts: Sequence[Any]) -> None:
    """Give *acts* the places from *size* on and take them off the queue."""
    cursor.executemany("INSERT INTO ledger_entry (number, act_id) VALUES (%s, %s)", list(enumerate(acts, size)))
    cursor.executemany("DELETE FROM ledger_waiting WHERE act_id = %s", [(act,) for act in acts])


def read_tiles(places: Iterable[TilePlace]) -> dict[TilePlace, Tile]:
    """Return those of the tiles that are there."""
    wanted = list(places)
    found: dict[TilePlace, Tile] = {}
    with connection.cursor() as cursor:
        for start in range(0, len(wanted), _ROWS_A_STATEMENT):
            some = wanted[start : start + _ROWS_A_STATEMENT]
            marks = ", ".join(["(%s, %s)"] * len(some))
            cursor.execute(
                f"SELECT level, number, hashes, nodes FROM ledger_tile WHERE (level, number) IN (VALUES {marks})",  # noqa: S608 -- placeholders only
                [value for one in some for value in one],
            )
            for level, number, hashes, nodes in cursor.fetchall():
                found[TilePlace(level, number)] = Tile(bytes(hashes), bytes(nodes))
    return found


def write_tiles(cursor: CursorWrapper, tiles: Mapping[TilePlace, Tile]) -> None:
    """Write tiles that are new or have grown."""
    binary = connection.Database.Binary  # type: ignore[attr-defined]
    cursor.executemany(
        "INSERT INTO ledger_tile (level, number, hashes, nodes) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (level, number) DO UPDATE SET hashes = excluded.hashes, nodes = excluded.nodes",
        [(place.level, place.number, binary(tile.hashes), binary(tile.inner)) for place, tile in tiles.items()],
    )


def count(cursor: CursorWrapper, size: int, root: bytes) -> None:
    """Write how far the log has come."""
    binary = connection.Database.Binary  # type: ignore[attr-defined]
    cursor.execute("UPDATE ledger_log SET size = %s, root = %s WHERE id = %s", [size, binary(root), LOG])


def place_of_act(act: UUID) -> int | None:
    """Return an act's place in the log, None while it waits."""
    return EntryRow.objects.filter(act_id=act).values_list("number", flat=True).first()

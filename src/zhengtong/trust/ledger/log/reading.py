"""Reads of the log: roots and proofs, out of tiles that are kept in memory once read."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from uuid import UUID

from zhengtong.trust.ledger.log import rows
from zhengtong.trust.ledger.tree import tiles
from zhengtong.trust.ledger.tree.hashing import Hashing
from zhengtong.trust.ledger.tree.proofs import Node
from zhengtong.trust.ledger.tree.tiles import Tile, TilePlace, place_of

KEPT_TILES = 4096
"""How many tiles a process keeps (16 KB each): those of a million entries."""


class TileShelf:
    """The tiles of one log that were read lately; safe between threads.

    A tile never changes but by growing, so one that holds the wanted node is right however old it is.

    Args:
        load: reads tiles by their places.
        keep: how many to keep.
    """

    def __init__(
        self, load: Callable[[set[TilePlace]], dict[TilePlace, Tile]] = rows.read_tiles, keep: int = KEPT_TILES
    ) -> None:
        self._load = load
        self._keep = keep
        self._lock = Lock()
        self._kept: OrderedDict[TilePlace, Tile] = OrderedDict()

    def nodes(self, wanted: list[Node]) -> list[bytes]:
        """Return the hashes of complete subtrees.

        Raises:
            LookupError: the tree is smaller, or a tile is missing.
        """
        placed = [place_of(node) for node in wanted]
        with self._lock:
            kept = {place: self._kept[place] for place, _, _ in placed if place in self._kept}
        missing = {
            place for place, height, position in placed if place not in kept or position >= kept[place].width >> height
        }
        if missing:
            fresh = self._load(missing)
            kept.update(fresh)
            self._store(fresh)
        return [kept[place].node(height, position) for place, height, position in placed]

    def _store(self, fresh: dict[TilePlace, Tile]) -> None:
        with self._lock:
            for place, tile in fresh.items():
                if place not in self._kept or self._kept[place].width < tile.width:
                    self._kept[place] = tile
                self._kept.move_to_end(place)
            while len(self._kept) > self._keep:
                self._kept.popitem(last=False)


_shelves: dict[UUID, TileShelf] = {}


def shelf_of(log: rows.Log) -> TileShelf:
    """Return this process's shelf of *log*."""
    if log.identity not in _shelves:
        _shelves.clear()
        _shelves[log.identity] = TileShelf()
    return _shelves[log.identity]


def root_at(log: rows.Log, size: int) -> bytes:
    """Return the root of the log's first *size* entries.

    Raises:
        LookupError: the log is smaller, or tiles are missing.
    """
    return tiles.root_of(log.hashing, size, shelf_of(log).nodes)


def inclusion_proof(log: rows.Log, number: int, size: int) -> list[bytes]:
    """Return the proof that entry *number* is in the log's first *size* entries.

    Raises:
        ValueError: it is not.
    """
    return tiles.prove_inclusion(log.hashing, number, size, shelf_of(log).nodes)


def consistency_proof(log: rows.Log, old_size: int, new_size: int) -> list[bytes]:
    """Return the proof that the first *new_size* entries continue the first *old_size*.

    Raises:
        ValueError: one of them is empty, or they are the wrong way round.
    """
    return tiles.prove_consistency(log.hashing, old_size, new_size, shelf_of(log).nodes)


def fresh_root(hashing: Hashing, size: int, changed: dict[TilePlace, Tile]) -> bytes:
    """Return the root of a tree just grown to *size*, of whose tiles only the changed ones are at hand.

    The subtrees that make up the root lie on the right edge of each level, in tiles that either changed or are read.
    """

    def nodes(wanted: list[Node]) -> list[bytes]:
        missing = {place for place, _, _ in map(place_of, wanted)} - changed.keys()
        return tiles.nodes_in({**rows.read_tiles(missing), **changed}, wanted)

    return tiles.root_of(hashing, size, nodes)

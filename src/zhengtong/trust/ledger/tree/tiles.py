"""Tiles 瓦片: the tree cut into pieces of height 8 that are published and cached as files (C2SP tlog-tiles).

Tile (level, number) holds up to 256 neighbouring hashes of tree level 8·level. What lies between two tile levels is
computed from the tile; we keep it beside the published hashes (`inner`), so that a proof reads and does not hash.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from zhengtong.trust.ledger.tree.hashing import HASH_BYTES, Hashing
from zhengtong.trust.ledger.tree.proofs import Node, complete, consistency_nodes, fold, inclusion_nodes

HEIGHT, WIDTH = 8, 256
ENTRY_LIMIT = 2**16 - 1
"""Bytes of the longest entry that an entry bundle can hold."""

_PATH = re.compile(r"(\d{1,2}|entries)/((?:x\d{3}/)*\d{3})(?:\.p/([1-9]\d{0,2}))?")


class TilePlace(NamedTuple):
    """Where a tile lies; `level` counts tile levels."""

    level: int
    number: int


class MalformedPath(ValueError):  # noqa: N818 -- named after what is wrong
    """A path names no tile."""


class MalformedBundle(ValueError):  # noqa: N818 -- named after what is wrong
    """Bytes are no entry bundle."""


@dataclass(frozen=True, slots=True)
class Tile:
    """Published hashes, and the complete nodes of the tree levels between this tile level and the next.

    `inner` holds the nodes one level up, then two, … seven, each level from left to right.
    """

    hashes: bytes
    inner: bytes

    @property
    def width(self) -> int:
        """How many hashes it holds."""
        return len(self.hashes) // HASH_BYTES

    def node(self, height: int, position: int) -> bytes:
        """Return the node *height* levels (0 … 7) above the tile's hashes, counted within the tile.

        Raises:
            LookupError: the tile does not hold it.
        """
        width = self.width
        if position >= width >> height:
            raise LookupError(f"the tile has no complete node {position} at height {height}")
        if height == 0:
            return self.hashes[position * HASH_BYTES : (position + 1) * HASH_BYTES]
        start = (sum(width >> lower for lower in range(1, height)) + position) * HASH_BYTES
        return self.inner[start : start + HASH_BYTES]


def place_of(node: Node) -> tuple[TilePlace, int, int]:
    """Return the tile that holds *node*, the node's height in it and its position at that height."""
    level, height = divmod(node.level, HEIGHT)
    bits = HEIGHT - height
    return TilePlace(level, node.number >> bits), height, node.number & ((1 << bits) - 1)


def tile_path(place: TilePlace, *, width: int = WIDTH, entries: bool = False) -> str:
    """Return the path below the log's address.

    >>> tile_path(TilePlace(0, 1234067)), tile_path(TilePlace(1, 5), width=112)
    ('tile/0/x001/x234/067', 'tile/1/005.p/112')
    """
    digits = str(place.number)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[start : start + 3] for start in range(0, len(digits), 3)]
    index = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
    partial = "" if width == WIDTH else f".p/{width}"
    return f"tile/{'entries' if entries else place.level}/{index}{partial}"


def read_tile_path(path: str) -> tuple[TilePlace | None, int, int]:
    """Read what follows `tile/`; return the place (None for an entry bundle), the index and the width.

    Raises:
        MalformedPath: it is not exactly as `tile_path` writes it.

    >>> read_tile_path("1/x001/005.p/112")
    (TilePlace(level=1, number=1005), 1005, 112)
    """
    found = _PATH.fullmatch(path)
    if found is None:
        raise MalformedPath(path)
    kind, groups, partial = found.groups()
    index, width = int(groups.replace("x", "").replace("/", "")), int(partial or WIDTH)
    place = None if kind == "entries" else TilePlace(int(kind), index)
    written = tile_path(place or TilePlace(0, index), width=width, entries=place is None)
    if written != f"tile/{path}" or width > WIDTH or (partial and width == WIDTH) or (place and place.level > 63):
        raise MalformedPath(path)
    return place, index, width


def write_bundle(entries: Iterable[bytes]) -> bytes:
    """Return entries as an entry bundle.

    Raises:
        MalformedBundle: an entry is longer than 65,535 bytes.
    """
    written = []
    for entry in entries:
        if len(entry) > ENTRY_LIMIT:
            raise MalformedBundle(f"an entry of {len(entry)} bytes does not fit")
        written += [len(entry).to_bytes(2, "big"), entry]
    return b"".join(written)


def read_bundle(bundle: bytes) -> list[bytes]:
    """Return the entries of a bundle.

    Raises:
        MalformedBundle: the lengths do not fit.
    """
    found, offset = [], 0
    while offset < len(bundle):
        end = offset + 2 + int.from_bytes(bundle[offset : offset + 2], "big")
        if offset + 2 > len(bundle) or end > len(bundle):
            raise MalformedBundle("an entry is cut off")
        found.append(bundle[offset + 2 : end])
        offset = end
    return found


def tiles_of(size: int) -> list[tuple[TilePlace, int]]:
    """Return every tile of a tree with its width; each level's last one may be partial.

    >>> [(place, width) for place, width in tiles_of(257)]
    [(TilePlace(level=0, number=0), 256), (TilePlace(level=0, number=1), 1), (TilePlace(level=1, number=0), 1)]
    """
    found, level = [], 0
    while hashes := size >> HEIGHT * level:
        full, rest = divmod(hashes, WIDTH)
        found += [(TilePlace(level, index), WIDTH) for index in range(full)]
        if rest:
            found.append((TilePlace(level, full), rest))
        level += 1
    return found


def open_tiles(size: int) -> list[TilePlace]:
    """Return the tiles that the next entries will change: of each level the last one, where it is not full."""
    return [TilePlace(level, index) for level, index, rest in _edge(size) if rest]


def grow(hashing: Hashing, size: int, edge: Mapping[TilePlace, Tile], leaves: Sequence[bytes]) -> dict[TilePlace, Tile]:
    """Append leaf hashes to a tree; return the tiles that are new or changed.

    Args:
        hashing: how the log hashes.
        size: how many entries the tree has.
        edge: the tiles of `open_tiles(size)`.
        leaves: the hashes to append.
    """
    changed: dict[TilePlace, Tile] = {}
    level, count, fresh = 0, size, list(leaves)
    while fresh:
        first, filled = divmod(count, WIDTH)
        old = edge[TilePlace(level, first)] if filled else Tile(b"", b"")
        layers = _layers(hashing, old, fresh)
        for number, tile in enumerate(_cut(layers)):
            changed[TilePlace(level, first + number)] = tile
        top = layers[HEIGHT]
        level, count, fresh = level + 1, count >> HEIGHT, top
    return changed


def root_of(hashing: Hashing, size: int, nodes: Callable[[list[Node]], list[bytes]]) -> bytes:
    """Return the root of the first *size* entries; *nodes* gives the hashes of complete subtrees."""
    return fold(hashing, nodes(complete(0, size)) if size else [])


def prove_inclusion(hashing: Hashing, index: int, size: int, nodes: Callable[[list[Node]], list[bytes]]) -> list[bytes]:
    """Return the inclusion proof of the entry at *index* in the tree of *size* entries.

    Raises:
        ValueError: there is no such entry in the tree.
    """
    return _folded(hashing, inclusion_nodes(index, size), nodes)


def prove_consistency(
    hashing: Hashing, old_size: int, new_size: int, nodes: Callable[[list[Node]], list[bytes]]
) -> list[bytes]:
    """Return the consistency proof between two sizes.

    Raises:
        ValueError: sizes of 0, or the newer tree is the smaller one.
    """
    return _folded(hashing, consistency_nodes(old_size, new_size), nodes)


def nodes_in(tiles: Mapping[TilePlace, Tile], wanted: Iterable[Node]) -> list[bytes]:
    """Return the hashes of complete subtrees out of *tiles*.

    Raises:
        LookupError: a tile is missing or too narrow.
    """
    found = []
    for node in wanted:
        place, height, position = place_of(node)
        found.append(tiles[place].node(height, position))
    return found


def _edge(size: int) -> list[tuple[int, int, int]]:
    found, level = [], 0
    while hashes := size >> HEIGHT * level:
        found.append((level, *divmod(hashes, WIDTH)))
        level += 1
    return found


def _layers(hashing: Hashing, old: Tile, fresh: list[bytes]) -> list[list[bytes]]:
    """Return the hashes of the tiles from *old* on, and above them the complete nodes of each height up to 8."""
    known = _opened(old)
    layers = [known[0] + fresh]
    for height in range(1, HEIGHT + 1):
        below, kept = layers[-1], known[height]
        layers.append(kept + hashing.parents(below[len(kept) * 2 :]))
    return layers


def _opened(tile: Tile) -> list[list[bytes]]:
    """Return a partial tile's hashes by height; the eighth height has none yet."""
    return [[tile.node(height, position) for position in range(tile.width >> height)] for height in range(HEIGHT)] + [
        []
    ]


def _cut(layers: list[list[bytes]]) -> list[Tile]:
    joined = [b"".join(layer) for layer in layers[:HEIGHT]]
    found = []
    for start in range(0, len(layers[0]), WIDTH):
        pieces = [
            layer[(start >> height) * HASH_BYTES : ((start + WIDTH) >> height) * HASH_BYTES]
            for height, layer in enumerate(joined)
        ]
        found.append(Tile(pieces[0], b"".join(pieces[1:])))
    return found


def _folded(hashing: Hashing, parts: list[list[Node]], nodes: Callable[[list[Node]], list[bytes]]) -> list[bytes]:
    hashes = iter(nodes([node for part in parts for node in part]))
    return [fold(hashing, [next(hashes) for _node in part]) for part in parts]

"""The auditor's check 日志核查: every stored entry is hashed again, every tile built again, every checkpoint compared.

What is believed at the end are signatures: those of the checkpoints here and, better, those of checkpoints kept
elsewhere. Who rewrites an act, its hash, the tiles and the checkpoint together still cannot make the checkpoint that
a witness holds.
"""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db import connection

from zhengtong.trust.ledger.contracts import LogFinding, LogFlaw
from zhengtong.trust.ledger.log import memory, rows
from zhengtong.trust.ledger.log.keys import signers_of
from zhengtong.trust.ledger.log.witnessing import known_witnesses
from zhengtong.trust.ledger.models import CheckpointRow, CosignatureRow, EntryRow, RecordedActRow, WaitingRow
from zhengtong.trust.ledger.tree import tiles
from zhengtong.trust.ledger.tree.checkpoints import Checkpoint, read_signed
from zhengtong.trust.ledger.tree.hashing import HASH_BYTES
from zhengtong.trust.ledger.tree.notes import MalformedNote, Note, NoteRefused, read_note, read_signatures, verified
from zhengtong.trust.ledger.tree.proofs import Node
from zhengtong.trust.ledger.tree.tiles import WIDTH, Tile, TilePlace
from zhengtong.trust.ledger.tree.verifiers import PublicNoteKey

_TILES_A_READ = 20


def check_log(kept_elsewhere: Iterable[Checkpoint] = ()) -> Iterator[LogFinding]:
    """Yield what in the log is not as it was signed, in the order of the entries.

    Args:
        kept_elsewhere: checkpoints that somebody else held, a witness for instance; compared as ours are.
    """
    log = rows.read_log()
    yield from _unplaced()
    ours, findings = _own_checkpoints(log)
    yield from findings
    wanted = sorted({*ours, *_elsewhere(log, kept_elsewhere)}, key=lambda one: one.size)
    rebuilt = _Rebuilt(log)
    for number in range(0, log.size, WIDTH * _TILES_A_READ):
        yield from rebuilt.take(number, min(number + WIDTH * _TILES_A_READ, log.size), wanted)
    yield from rebuilt.close()
    for checkpoint in wanted:
        if checkpoint.size > log.size:
            yield LogFinding(flaw=LogFlaw.CUT_OFF, number=log.size, what=f"{checkpoint.size} entries were signed")


def checkpoint_of(written: str) -> Checkpoint:
    """Return the checkpoint in a file that somebody kept, if this log's keys signed it.

    Raises:
        MalformedNote: it is none.
        NoteRefused: none of our keys signed it, or the signature does not fit.
    """
    log = rows.read_log()
    note, checkpoint = read_signed(written)
    if checkpoint.origin != log.origin or not verified(note, _keys(log)):
        raise NoteRefused("no key of this log signed it")
    return checkpoint


class _Rebuilt:
    """The tree built again from the entries, of which only the open tiles are kept at hand."""

    def __init__(self, log: rows.Log) -> None:
        self._log = log
        self._open: dict[TilePlace, Tile] = {}
        self._upper: dict[TilePlace, Tile] = {}
        self.size = 0

    def take(self, begin: int, end: int, wanted: list[Checkpoint]) -> Iterator[LogFinding]:
        """Hash the entries *begin* … *end*, compare them with their tiles, and the roots of checkpoints on the way."""
        places = [TilePlace(0, number // WIDTH) for number in range(begin, end, WIDTH)]
        stored, entries = rows.read_tiles(places), _entries(begin, end)
        for place in places:
            first, last = place.number * WIDTH, min((place.number + 1) * WIDTH, end)
            tile = stored.get(place)
            leaves: list[bytes] = []
            for number in range(first, last):
                leaf, finding = self._leaf(number, entries.get(number), tile)
                leaves.append(leaf)
                if finding is not None:
                    yield finding
            yield from self._grow(place, tile, leaves, wanted)

    def close(self) -> Iterator[LogFinding]:
        """Compare the tiles above the entries, and the size and root that the log gives for itself."""
        stored = rows.read_tiles(self._upper)
        for place, tile in self._upper.items():
            if stored.get(place) != tile:
                yield LogFinding(flaw=LogFlaw.TILE, what=tiles.tile_path(place, width=tile.width))
        if self._root(self.size) != self._log.root:
            yield LogFinding(flaw=LogFlaw.ROOT, number=self.size)

    def _leaf(
        self, number: int, entry: tuple[UUID, bytes] | None, tile: Tile | None
    ) -> tuple[bytes, LogFinding | None]:
        """Return the hash to go on with: the stored one, since that is what was signed."""
        position = (number % WIDTH) * HASH_BYTES
        signed = tile.hashes[position : position + HASH_BYTES] if tile else b""
        if entry is None:
            finding = LogFinding(flaw=LogFlaw.MISSING, number=number)
            return signed or self._log.hashing.empty, finding
        act, leaf = entry
        found = self._log.hashing.leaf(leaf)
        if found == signed:
            return found, None
        return signed or found, LogFinding(flaw=LogFlaw.ENTRY, number=number, act=act)

    def _grow(
        self, place: TilePlace, tile: Tile | None, leaves: list[bytes], wanted: list[Checkpoint]
    ) -> Iterator[LogFinding]:
        before = self.size
        changed = tiles.grow(self._log.hashing, before, self._open, leaves)
        self.size += len(leaves)
        self._at_hand = {**self._open, **changed}
        if changed[place] != tile:
            yield LogFinding(flaw=LogFlaw.TILE, what=tiles.tile_path(place, width=len(leaves)))
        for checkpoint in wanted:
            if before < checkpoint.size <= self.size and self._root(checkpoint.size) != checkpoint.root:
                yield LogFinding(flaw=LogFlaw.CHECKPOINT, number=checkpoint.size)
        self._upper.update({where: one for where, one in changed.items() if where.level})
        self._open = {where: self._at_hand[where] for where in tiles.open_tiles(self.size)}

    def _root(self, size: int) -> bytes:
        def nodes(needed: list[Node]) -> list[bytes]:
            return tiles.nodes_in({**self._upper, **self._at_hand}, needed)

        return tiles.root_of(self._log.hashing, size, nodes)

    _at_hand: dict[TilePlace, Tile] = {}


def _entries(begin: int, end: int) -> dict[int, tuple[UUID, bytes]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.number, a.id, a.leaf FROM ledger_entry e JOIN ledger_act a ON a.id = e.act_id"
            " WHERE e.number >= %s AND e.number < %s",
            [begin, end],
        )
        return {number: (_uuid(act), bytes(leaf)) for number, act, leaf in cursor.fetchall()}


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


def _unplaced() -> Iterator[LogFinding]:
    """Yield acts that have no place and do not wait for one: somebody took them off the queue."""
    placed, waiting = EntryRow.objects.values("act_id"), WaitingRow.objects.values("act_id")
    lost = RecordedActRow.objects.exclude(id__in=placed).exclude(id__in=waiting)
    for act in lost.values_list("id", flat=True).iterator():
        yield LogFinding(flaw=LogFlaw.UNPLACED, act=act)


def _own_checkpoints(log: rows.Log) -> tuple[list[Checkpoint], list[LogFinding]]:
    """Return our checkpoints whose signatures hold, and what is wrong with the others and their co-signatures."""
    keys, found, findings = _keys(log), [], []
    for row in CheckpointRow.objects.order_by("size").iterator():
        try:
            note, checkpoint = read_signed(row.note)
            whole = len(verified(note, keys)) == len(keys)
        except (MalformedNote, NoteRefused):
            whole = False
        if whole and (checkpoint.origin, checkpoint.size, checkpoint.root) == (log.origin, row.size, bytes(row.root)):
            found.append(checkpoint)
        else:
            findings.append(LogFinding(flaw=LogFlaw.SIGNATURE, number=row.size))
    kept = memory.remembered(log.identity)
    if kept is not None:
        found.append(Checkpoint(origin=log.origin, size=kept.size, root=kept.root))
    return found, findings + list(_cosignatures())


def _cosignatures() -> Iterator[LogFinding]:
    witnesses = {one.key.name: one.key for one in known_witnesses()}
    for row in CosignatureRow.objects.select_related("checkpoint").order_by("checkpoint").iterator():
        key = witnesses.get(row.witness)
        if key is not None and not _is_cosigned(row, key):
            yield LogFinding(flaw=LogFlaw.COSIGNATURE, number=row.checkpoint_id, what=row.witness)


def _is_cosigned(row: CosignatureRow, key: PublicNoteKey) -> bool:
    try:
        return bool(verified(Note(read_note(row.checkpoint.note).text, read_signatures(row.line)), [key]))
    except (MalformedNote, NoteRefused):
        return False


def _elsewhere(log: rows.Log, kept: Iterable[Checkpoint]) -> list[Checkpoint]:
    return [one for one in kept if one.origin == log.origin and one.size]


def _keys(log: rows.Log) -> tuple[PublicNoteKey, ...]:
    return tuple(signer.public for signer in signers_of(log.origin, log.keys))

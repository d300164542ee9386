"""What the log publishes 日志公开: checkpoint and tiles, as the bytes of C2SP tlog-tiles.

Entries are not published. An act names people and officials by their ids: whoever knows an id, the person's own
employer for one, could read from the bundles whose data were read when and why. Pseudonymous data are personal data
(个人信息保护法 §4, §73); hashes suffice for witnesses and proofs. The auditor exports entries with `zhengtong ledger
export`.
"""

from zhengtong.trust.ledger.contracts import NotPublished
from zhengtong.trust.ledger.log import rows
from zhengtong.trust.ledger.models import CheckpointRow, CosignatureRow
from zhengtong.trust.ledger.tree.hashing import HASH_BYTES
from zhengtong.trust.ledger.tree.tiles import HEIGHT, WIDTH, MalformedPath, read_tile_path


def signed_checkpoint(size: int | None = None) -> str:
    """Return the newest signed checkpoint, or that of *size*, with the co-signatures got so far.

    Raises:
        NotPublished: there is none.
    """
    checkpoints = CheckpointRow.objects.order_by("-size")
    row = (checkpoints if size is None else checkpoints.filter(size=size)).first()
    if row is None:
        raise NotPublished
    lines = CosignatureRow.objects.filter(checkpoint=row).order_by("witness").values_list("line", flat=True)
    return row.note + "".join(lines)


def published_tile(path: str) -> bytes:
    """Return the hashes of a tile, full or partial, by what follows `tile/` in its address.

    Raises:
        NotPublished: it is no tile's path, an entry bundle's, or no signed checkpoint reaches so far.
    """
    try:
        place, number, width = read_tile_path(path)
    except MalformedPath as error:
        raise NotPublished from error
    if place is None:
        raise NotPublished
    signed = CheckpointRow.objects.order_by("-size").values_list("size", flat=True).first() or 0
    if (signed >> HEIGHT * place.level) < number * WIDTH + width:
        raise NotPublished
    tile = rows.read_tiles([place]).get(place)
    if tile is None:
        raise NotPublished
    return tile.hashes[: width * HASH_BYTES]

"""Nodes of other levels 上下级节点: ranges of versions fetched from another node, each in a folder with its manifest.

The folders lie as a subscriber of the exchange leaves them: `manifest.json` tells `from`, `to`, the parts there are and
those fetched; `from` is null where all rows of `to` lie. A range is taken when it is whole and begins where the last
one ended, so what was lost on the way stops the source instead of leaving a hole in the data.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from zhengtong.data.collection.connectors.pieces import Piece, Reading
from zhengtong.data.collection.contracts import SourceUnreadable
from zhengtong.kernel.errors import Phrase
from zhengtong.kernel.errors import mark as _

if TYPE_CHECKING:
    import duckdb

Manifest = dict[str, Any]


def pieces(connection: "duckdb.DuckDBPyConnection", reading: Reading) -> Iterator[Piece]:
    """Yield the ranges behind the version taken last, in their order, each as one piece; the last change of a key wins.

    Raises:
        SourceUnreadable: what lies there begins behind a gap, or is damaged.
    """
    after = int(reading.position["version"]) if reading.position else None
    lying = whole_ranges(Path(reading.location))
    while (following := _following(lying, after)) is not None:
        folder, manifest = following
        _read(connection, folder, manifest)
        after = int(manifest["to"])
        is_whole = manifest["from"] is None
        yield Piece(relation="raw_rows", position={"version": after}, change="_change_type", is_whole=is_whole)
    if beyond := [manifest for _folder, manifest in lying if _begins(manifest) > _next(after)]:
        first = min(map(_begins, beyond))
        raise SourceUnreadable(
            what=Phrase(_("缺少第 {first} 版到第 {last} 版的变更"), first=_next(after), last=first - 1)
        )


def whole_ranges(folder: Path) -> list[tuple[Path, Manifest]]:
    """Return the ranges in *folder* of which every part lies there, with their manifests.

    Raises:
        SourceUnreadable: a manifest is damaged.
    """
    found = []
    for path in sorted(folder.glob("*/manifest.json")):
        try:
            manifest: Manifest = orjson.loads(path.read_bytes())
            is_whole = len(manifest["fetched"]) == len(manifest["parts"]) and isinstance(manifest["to"], int)
        except (OSError, orjson.JSONDecodeError, KeyError, TypeError):
            raise SourceUnreadable(what=Phrase(_("清单损坏：{name}"), name=path.parent.name)) from None
        if is_whole:
            found.append((path.parent, manifest))
    return found


def _following(lying: list[tuple[Path, Manifest]], after: int | None) -> tuple[Path, Manifest] | None:
    """Return the range that goes on behind *after*; at the very beginning, all rows there are."""
    for folder, manifest in lying:
        if manifest["from"] == (None if after is None else after + 1):
            return folder, manifest
    return None


def _begins(manifest: Manifest) -> int:
    return -1 if manifest["from"] is None else int(manifest["from"])


def _next(after: int | None) -> int:
    return 0 if after is None else after + 1


def _read(connection: "duckdb.DuckDBPyConnection", folder: Path, manifest: Manifest) -> None:
    import duckdb  # noqa: PLC0415 -- heavy; only collecting needs it

    parts = [str(path) for path in sorted(folder.glob("part-*.parquet"))]
    try:
        if len(parts) != len(manifest["parts"]):
            raise FileNotFoundError
        if not parts:  # a range that changed nothing has its columns all the same
            names = ["_change_type", *(str(field["name"]) for field in manifest["fields"])]
            empty = ", ".join('NULL::VARCHAR AS "' + name.replace('"', '""') + '"' for name in names)
            connection.execute(f"CREATE OR REPLACE TEMP TABLE raw_rows AS SELECT {empty} WHERE false")
            return
        connection.read_parquet(parts).create_view("node_rows", replace=True)
        connection.execute("""CREATE OR REPLACE TEMP TABLE raw_rows AS SELECT * EXCLUDE (_commit_version)
            FROM node_rows WHERE _change_type <> 'update_preimage'
            ORDER BY _commit_version, _change_type <> 'delete'""")
    except (OSError, duckdb.Error) as error:
        raise SourceUnreadable(
            what=Phrase(_("范围 {name} 损坏（{kind}）"), name=folder.name, kind=type(error).__name__)
        ) from error

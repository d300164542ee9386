"""What a range of versions changed 变更分片, portion by portion, as the Delta protocol lays down its change data feed.

A commit tells its changes in change files of its own where it has any, else by the files it added (inserts) and removed
(deletes); a commit that only rewrote files changed nothing. Read from the log and the files themselves, the portions of
a range are the same rows in the same order whoever asks, whenever; one query over all of it promises no order.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import orjson

from zhengtong.data.collection.contracts import ChangesCleared, VersionUnknown
from zhengtong.data.collection.lake import table_path
from zhengtong.data.collection.portions import gathered, portions, read_groups
from zhengtong.kernel.errors import Refusal

if TYPE_CHECKING:
    import pyarrow as pa

KIND, COMMIT = "_change_type", "_commit_version"
"""The columns of Delta's change data feed that say what happened to a row, and in which version."""
INSERT, BEFORE, AFTER, DELETE = "insert", "update_preimage", "update_postimage", "delete"
MOST_COMMITS = 1_000
"""Versions in one range at most; what comes after is asked for as the next range."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeFile:
    """A file of a commit; `kind` is what happened to all of its rows, empty where a column of the file says it."""

    version: int
    path: str
    kind: str


ChangePiece = tuple[ChangeFile, tuple[int, ...]]
"""Row groups of a file."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangePortion:
    """Row groups by file, and the rows they hold."""

    pieces: tuple[ChangePiece, ...]
    rows: int


@dataclass(frozen=True, kw_only=True)
class Changed:
    """What the versions `first` to `last` changed, both included; `first` None: all rows of `last`, as inserts."""

    first: int | None
    last: int
    schema: "pa.Schema"
    portions: tuple[ChangePortion, ...]

    @property
    def rows(self) -> int:
        """How many change rows there are."""
        return sum(portion.rows for portion in self.portions)


def changed(table: str, *, first: int | None, last: int | None = None) -> Changed:
    """Return what a range of versions changed, in portions.

    Args:
        table: in the lake.
        first: the first version of the range; None for all rows of the last one, as inserts.
        last: its last version, the latest by default; `Changed.last` tells where a range ends that would have more than
            `MOST_COMMITS`. A range that begins behind it is empty.

    Raises:
        VersionUnknown: the table has no such version.
        ChangesCleared: files of the range have been cleared away, or their columns no longer fit.
    """
    if first is None:
        return _whole(table, last)
    from deltalake import DeltaTable  # noqa: PLC0415 -- heavy; only what touches rows needs it
    from deltalake.exceptions import DeltaError  # noqa: PLC0415 -- see above

    path = table_path(table)
    try:
        latest = DeltaTable(path).version()
    except (DeltaError, OSError):
        raise VersionUnknown(version=first) from None
    if last is not None and last > latest:
        raise VersionUnknown(version=last)
    end = min(latest if last is None else last, first + MOST_COMMITS - 1)
    try:
        return _planned(path, first, end)
    except (DeltaError, OSError):
        raise ChangesCleared(first=first, last=end) from None


def read_changed(found: Changed, number: int, columns: Sequence[str]) -> "pa.Table":
    """Return a portion's change rows: `_change_type`, `_commit_version`, and the wanted columns.

    Raises:
        ChangesCleared: its files have been cleared away, or their columns no longer fit.
    """
    return _read(found, found.portions[number].pieces, columns)


def updating(found: Changed, number: int) -> tuple[ChangePiece, ...]:
    """Return the pieces that hold updates of the versions a portion touches, wherever in the range they lie."""
    touched = {file.version for file, _groups in found.portions[number].pieces if not file.kind}
    pieces = (piece for portion in found.portions for piece in portion.pieces)
    return tuple(piece for piece in pieces if piece[0].version in touched and not piece[0].kind)


def read_updates(found: Changed, piece: ChangePiece, columns: Sequence[str]) -> "pa.Table":
    """Return both images of the updates that a piece holds, as `read_changed` gives them.

    Raises:
        ChangesCleared: its file has been cleared away, or its columns no longer fit.
    """
    import pyarrow as pa  # noqa: PLC0415 -- heavy
    import pyarrow.compute as pc  # noqa: PLC0415 -- heavy

    rows = _read(found, [piece], columns)
    return rows.filter(pc.is_in(rows[KIND], pa.array([BEFORE, AFTER])))


def _whole(table: str, last: int | None) -> Changed:
    found = portions(table, version=last)
    return Changed(
        first=None,
        last=found.version,
        schema=found.schema,
        portions=tuple(
            ChangePortion(
                pieces=tuple(
                    (ChangeFile(version=found.version, path=path, kind=INSERT), groups)
                    for path, groups in portion.pieces
                ),
                rows=portion.rows,
            )
            for portion in found.portions
        ),
    )


@lru_cache(maxsize=64)
def _planned(path: Path, first: int, last: int) -> Changed:
    import pyarrow as pa  # noqa: PLC0415 -- heavy
    import pyarrow.parquet as pq  # noqa: PLC0415 -- heavy
    from deltalake import DeltaTable  # noqa: PLC0415 -- heavy

    files = [one for version in range(first, last + 1) for one in _files(path, version)]
    return Changed(
        first=first,
        last=last,
        schema=pa.schema(DeltaTable(path, version=max(last, 0)).schema().to_arrow()),
        portions=tuple(
            ChangePortion(pieces=pieces, rows=rows)
            for pieces, rows in gathered((one, pq.read_metadata(one.path)) for one in files)
        ),
    )


def _files(path: Path, version: int) -> list[ChangeFile]:
    """Return the files that tell what a commit changed, by what they hold and their names."""
    actions = [orjson.loads(line) for line in (path / "_delta_log" / f"{version:020d}.json").open("rb")]
    own = list(_named(actions, "cdc", path, version, ""))
    if own:
        return own
    gone = _named(actions, "remove", path, version, DELETE)
    return [*gone, *_named(actions, "add", path, version, INSERT)]


def _named(
    actions: Sequence[Mapping[str, Any]], action: str, path: Path, version: int, kind: str
) -> Iterator[ChangeFile]:
    found = [one[action] for one in actions if action in one]
    for name in sorted(one["path"] for one in found if action == "cdc" or one["dataChange"]):
        yield ChangeFile(version=version, path=str(path / unquote(name)), kind=kind)


def _read(found: Changed, pieces: Sequence[ChangePiece], columns: Sequence[str]) -> "pa.Table":
    import pyarrow as pa  # noqa: PLC0415 -- heavy

    held = {field.name: pa.field(field.name, field.type) for field in found.schema}
    wanted = pa.schema([held.get(name, pa.field(name, pa.string())) for name in columns])
    told = pa.schema([pa.field(KIND, pa.string()), pa.field(COMMIT, pa.int64())])
    empty = pa.schema([*told, *wanted]).empty_table()
    try:
        read = [_told(file, groups, wanted) for file, groups in pieces]
    except (OSError, pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise _cleared(found) from None
    return pa.concat_tables([empty, *read]).combine_chunks()


def _cleared(found: Changed) -> Refusal:
    if found.first is None:
        return VersionUnknown(version=found.last)
    return ChangesCleared(first=found.first, last=found.last)


def _told(file: ChangeFile, groups: Sequence[int], wanted: "pa.Schema") -> "pa.Table":
    import pyarrow as pa  # noqa: PLC0415 -- heavy

    own = pa.schema([pa.field(KIND, pa.string()), *wanted])
    rows = read_groups(file.path, groups, own, frozenset())
    if file.kind:
        rows = rows.set_column(0, KIND, pa.repeat(pa.scalar(file.kind, pa.string()), rows.num_rows))
    return rows.add_column(1, COMMIT, pa.repeat(pa.scalar(file.version, pa.int64()), rows.num_rows))

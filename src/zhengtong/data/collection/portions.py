"""A version in portions 分片: what a large table is read by, each portion alone and within bounded memory.

A portion is a run of row groups of the version's Parquet files, which never change once written: the portions of a
version are the same whoever asks, whenever. Only the wanted columns are read.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from zhengtong.data.collection.contracts import VersionUnknown
from zhengtong.data.collection.lake import PORTION_ROWS, table_path

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

_BYTES_A_VALUE = 3
"""Bytes below which a text column is one of few values: it is then read as codes into a dictionary."""
Piece = tuple[str, tuple[int, ...]]
FileT = TypeVar("FileT")
"""What a file is known by: its path, or its path with what it holds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Portion:
    """One portion: row groups by file, and the rows they hold."""

    pieces: tuple[Piece, ...]
    rows: int


@dataclass(frozen=True, kw_only=True)
class Portions:
    """A version of a table in portions; `repeating` names the text columns that hold few values."""

    version: int
    schema: "pa.Schema"
    portions: tuple[Portion, ...]
    repeating: frozenset[str]

    @property
    def rows(self) -> int:
        """How many rows the version has."""
        return sum(portion.rows for portion in self.portions)


def portions(table: str, *, version: int | None = None) -> Portions:
    """Return a version of a table in portions, the latest by default.

    Raises:
        VersionUnknown: the table has no such version, or its files have been cleared away.
    """
    from deltalake import DeltaTable  # noqa: PLC0415 -- heavy; only what touches rows needs it
    from deltalake.exceptions import DeltaError  # noqa: PLC0415 -- see above

    path = table_path(table)
    try:
        if version is None:
            version = DeltaTable(path).version()
        return _planned(path, version)
    except (DeltaError, OSError):
        raise VersionUnknown(version="" if version is None else version) from None


def read_portion(found: Portions, number: int, columns: Sequence[str]) -> "pa.Table":
    """Return the wanted columns of a portion in one piece, columns that its files lack filled with nulls.

    Raises:
        VersionUnknown: its files have been cleared away.
    """
    import pyarrow as pa  # noqa: PLC0415 -- heavy

    wanted = schema_of(found, columns)
    try:
        pieces = [read_groups(path, groups, wanted, found.repeating) for path, groups in found.portions[number].pieces]
    except OSError:
        raise VersionUnknown(version=found.version) from None
    return pa.concat_tables(pieces).unify_dictionaries().combine_chunks()


def schema_of(found: Portions, columns: Sequence[str]) -> "pa.Schema":
    """Return the schema of these columns as `read_portion` gives them."""
    import pyarrow as pa  # noqa: PLC0415 -- heavy

    coded = pa.dictionary(pa.int32(), pa.string())
    held = {field.name: pa.field(field.name, field.type) for field in found.schema}
    own = [held.get(name, pa.field(name, pa.string())) for name in columns]
    return pa.schema([field.with_type(coded) if field.name in found.repeating else field for field in own])


@lru_cache(maxsize=64)
def _planned(path: Path, version: int) -> Portions:
    import pyarrow as pa  # noqa: PLC0415 -- heavy
    import pyarrow.parquet as pq  # noqa: PLC0415 -- heavy
    from deltalake import DeltaTable  # noqa: PLC0415 -- heavy

    opened = DeltaTable(path, version=version)
    schema = pa.schema(opened.schema().to_arrow())
    files = [(one, pq.read_metadata(one)) for one in sorted(opened.file_uris())]
    return Portions(
        version=version, schema=schema, portions=tuple(_parted(files)), repeating=frozenset(_repeating(files, schema))
    )


def _parted(files: "Iterable[tuple[str, pq.FileMetaData]]") -> Iterator[Portion]:
    for pieces, rows in gathered(files):
        yield Portion(pieces=pieces, rows=rows)


def gathered(
    files: "Iterable[tuple[FileT, pq.FileMetaData]]",
) -> "Iterator[tuple[tuple[tuple[FileT, tuple[int, ...]], ...], int]]":
    """Yield row groups by file, together until they hold `PORTION_ROWS` rows, and how many they hold."""
    pieces, rows = dict[FileT, list[int]](), 0
    for file, metadata in files:
        for group in range(metadata.num_row_groups):
            count = metadata.row_group(group).num_rows
            if rows and rows + count > PORTION_ROWS:
                yield tuple((one, tuple(groups)) for one, groups in pieces.items()), rows
                pieces, rows = {}, 0
            pieces.setdefault(file, []).append(group)
            rows += count
    if rows:
        yield tuple((one, tuple(groups)) for one, groups in pieces.items()), rows


def _repeating(files: "Sequence[tuple[str, pq.FileMetaData]]", schema: "pa.Schema") -> Iterator[str]:
    import pyarrow as pa  # noqa: PLC0415 -- heavy

    size, rows = dict[str, int](), 0
    for _path, metadata in files:
        for group in map(metadata.row_group, range(metadata.num_row_groups)):
            rows += group.num_rows
            for column in map(group.column, range(group.num_columns)):
                size[column.path_in_schema] = size.get(column.path_in_schema, 0) + column.total_uncompressed_size
    for field in schema:
        if pa.types.is_string(field.type) and rows > 1000 and size.get(field.name, 0) < _BYTES_A_VALUE * rows:
            yield field.name


def read_groups(path: str, groups: Sequence[int], wanted: "pa.Schema", repeating: frozenset[str]) -> "pa.Table":
    """Return the wanted columns of some row groups of a file, columns that it lacks filled with nulls."""
    import pyarrow as pa  # noqa: PLC0415 -- heavy
    import pyarrow.parquet as pq  # noqa: PLC0415 -- heavy

    with pq.ParquetFile(path, read_dictionary=[name for name in wanted.names if name in repeating]) as file:
        present = [name for name in wanted.names if name in file.schema_arrow.names]
        rows = file.read_row_groups(groups, columns=present, use_threads=False)
    columns = [
        rows[field.name].cast(field.type) if field.name in present else pa.nulls(rows.num_rows, field.type)
        for field in wanted
    ]
    return pa.table(columns, schema=wanted)

"""The lake 数据湖: one Delta table a dataset, a version a batch, with its change feed; refused rows beside it.

Tables lie under `ZHENGTONG_HOME/lake`. A piece is written under the source's number (a Delta application transaction):
written twice, it lands once. DuckDB, Polars, Spark and Sail read these tables as they are.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings

if TYPE_CHECKING:
    import pyarrow as pa
    from deltalake import DeltaTable, WriterProperties

_FEED = {"delta.enableChangeDataFeed": "true"}
PORTION_ROWS = 131_072
"""Rows of a row group at most, so that a large table can be read portion by portion."""
GONE = "_gone"
"""The column of a merge's source that marks rows to delete."""
ORIGIN, ORIGIN_VERSION = "_source", "_source_version"
"""The columns that say from which node a row came, and in which of its versions it was told."""


def table_path(table: str) -> Path:
    """Return where the table of a dataset lies."""
    return Path(settings.HOME) / "lake" / "datasets" / table


def refused_path(table: str) -> Path:
    """Return where the refused rows of a dataset lie."""
    return Path(settings.HOME) / "lake" / "refused" / table


def opened(path: Path, *, version: int | None = None) -> "DeltaTable | None":
    """Return the table at *path*, or None where there is none yet."""
    from deltalake import DeltaTable  # noqa: PLC0415 -- heavy; only what touches rows needs it

    return DeltaTable(path, version=version) if DeltaTable.is_deltatable(str(path)) else None


def rows(table: str, *, version: int | None = None, columns: Sequence[str] | None = None) -> "pa.Table | None":
    """Return the rows of a dataset (of its latest version, or of *version*) as Arrow; None where there is none."""
    found = opened(table_path(table), version=version)
    return None if found is None else found.to_pyarrow_table(columns=list(columns) if columns else None)


def rows_from(table: str, origin: str) -> "pa.Table | None":
    """Return what a node said, without the columns that say so; None where there is no table yet."""
    import pyarrow.compute as pc  # noqa: PLC0415 -- heavy

    found = rows(table)
    return None if found is None else without_origin(found.filter(pc.equal(found[ORIGIN], origin)))


def without_origin(rows: "pa.Table") -> "pa.Table":
    """Return *rows* without the columns that say from which node they came."""
    return rows.drop_columns([name for name in (ORIGIN, ORIGIN_VERSION) if name in rows.column_names])


def with_origin(rows: "pa.Table", origin: str, version: int) -> "pa.Table":
    """Return *rows* with the columns that say from which node they came, and in which of its versions."""
    import pyarrow as pa  # noqa: PLC0415 -- heavy

    said = (
        (ORIGIN, pa.repeat(pa.scalar(origin, pa.string()), rows.num_rows)),
        (ORIGIN_VERSION, pa.repeat(pa.scalar(version, pa.int64()), rows.num_rows)),
    )
    for name, values in said:
        rows = rows.append_column(name, values)
    return rows


def version_of(table: str) -> int | None:
    """Return the latest version of a dataset's table, None where there is none."""
    found = opened(table_path(table))
    return None if found is None else found.version()


def changes(table: str, *, after: int, until: int | None = None) -> "pa.Table":
    """Return what changed after version *after*, with `_change_type` and `_commit_version`; empty when nothing did."""
    import pyarrow as pa  # noqa: PLC0415 -- heavy

    found = opened(table_path(table))
    last = -1 if found is None else (found.version() if until is None else until)
    if found is None or last <= after:
        return pa.table({})
    return pa.table(found.load_cdf(starting_version=after + 1, ending_version=last))


def landed_sequence(table: str, source: UUID) -> int:
    """Return the number of the last piece of *source* that the table holds, 0 for none."""
    found = opened(table_path(table))
    return (found.transaction_version(str(source)) or 0) if found is not None else 0


def land(
    table: str,
    rows: "pa.Table",
    *,
    keys: Sequence[str],
    mode: str,
    source: UUID,
    sequence: int,
    notes: Mapping[str, str],
) -> int:
    """Write a piece and return the version it made.

    With keys rows replace their namesakes and those marked `GONE` are deleted; `append` and tables without keys add;
    `snapshot` without keys replaces everything. Concurrent writers are kept apart by Delta's commit protocol.
    """
    from deltalake import CommitProperties, Transaction, write_deltalake  # noqa: PLC0415 -- heavy

    path, written = table_path(table), _written()
    commit = CommitProperties(
        app_transactions=[Transaction(str(source), sequence)], custom_metadata=dict(notes), max_commit_retries=20
    )
    found = opened(path)
    if found is None or (mode == "snapshot" and not keys):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_deltalake(
            path, without_mark(rows), mode="overwrite", schema_mode="overwrite", configuration=_FEED,
            commit_properties=commit, writer_properties=written,
        )  # fmt: skip
    elif mode == "append" or not keys:
        write_deltalake(
            path, without_mark(rows), mode="append", schema_mode="merge", commit_properties=commit,
            writer_properties=written,
        )  # fmt: skip
    else:
        _merge(found, rows, keys, commit)
    latest = opened(path)
    assert latest is not None  # noqa: S101 -- just written
    return int(latest.version())


def keep_refused(table: str, batch: UUID, refused: "pa.Table") -> None:
    """Keep refused rows under their batch; written again after a crash, they replace themselves."""
    from deltalake import write_deltalake  # noqa: PLC0415 -- heavy

    path = refused_path(table)
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = refused.append_column("batch", [[str(batch)] * refused.num_rows])
    predicate = f"batch = '{batch}'"
    if opened(path) is None:
        write_deltalake(path, rows)
    else:
        write_deltalake(path, rows, mode="overwrite", predicate=predicate)


def refused_of(table: str, batch: UUID, *, limit: int) -> list[dict[str, Any]]:
    """Return at most *limit* refused rows of a batch, in their order."""
    import pyarrow.compute as pc  # noqa: PLC0415 -- heavy

    found = opened(refused_path(table))
    if found is None:
        return []
    rows = found.to_pyarrow_table(filters=[("batch", "=", str(batch))])
    order = pc.sort_indices(rows, sort_keys=[("number", "ascending")])
    return list(rows.take(order.slice(0, limit)).to_pylist())


def _merge(found: "DeltaTable", rows: "pa.Table", keys: Sequence[str], commit: Any) -> None:
    columns = [name for name in rows.column_names if name != GONE]
    match = " AND ".join(f'target."{key}" = source."{key}"' for key in keys)
    assign = {f'"{name}"': f'source."{name}"' for name in columns}
    merge = found.merge(
        rows, match, source_alias="source", target_alias="target", commit_properties=commit,
        writer_properties=_written(),
    )  # fmt: skip
    if GONE in rows.column_names:
        merge = merge.when_matched_delete(predicate=f"source.{GONE} = true")
        merge.when_matched_update(assign).when_not_matched_insert(assign, predicate=f"source.{GONE} = false").execute()
    else:
        merge.when_matched_update(assign).when_not_matched_insert(assign).execute()


def _written() -> "WriterProperties":
    from deltalake import WriterProperties  # noqa: PLC0415 -- heavy

    return WriterProperties(max_row_group_size=PORTION_ROWS)


def without_mark(rows: "pa.Table") -> "pa.Table":
    """Return the rows that are not marked as gone, without the mark."""
    if GONE not in rows.column_names:
        return rows
    import pyarrow.compute as pc  # noqa: PLC0415 -- heavy

    return rows.filter(pc.invert(rows[GONE])).drop_columns([GONE])

"""Golden tables 黄金表: Delta tables in buckets with a change feed, written by difference, read by version.

A pass writes what differs from the last version in one commit, and nothing where nothing differs: so a pass that is run
again makes no version, and the feed carries changes only. Tables are partitioned by a hash of the key, because an
upsert rewrites whole files and a bucket bounds how many. Deletion vectors and column mapping stay off: not every
reader has them.
"""
# ruff: noqa: S608 -- every name in these statements is ours, Splink's or declared; values are bound or registered

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zhengtong.data.fusion.refusals import VersionUnknown

_FEED = {"delta.enableChangeDataFeed": "true"}
_GONE = "gone"
_SAME = "target.bucket = source.bucket AND target.key = source.key"


@dataclass(frozen=True, kw_only=True, slots=True)
class Commit:
    """What was written: the table's version now, how many records were upserted and deleted."""

    version: int
    upserted: int
    deleted: int


def publish(connection: Any, table: str, path: Path) -> Commit:
    """Bring the Delta table at *path* to what the DuckDB table *table* holds, in one commit.

    Raises:
        deltalake.exceptions.CommitFailedError: another pass wrote meanwhile; nothing was written.
    """
    from deltalake import DeltaTable, write_deltalake  # noqa: PLC0415 -- heavy, and only where the lake is touched

    if not DeltaTable.is_deltatable(str(path)):
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.chmod(0o700)
        rows = connection.execute(f'SELECT * FROM "{table}"').to_arrow_reader(100_000)
        write_deltalake(path, rows, partition_by=["bucket"], configuration=_FEED)
        count = connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]
        return Commit(version=DeltaTable(path).version(), upserted=count, deleted=0)
    lake = DeltaTable(path)
    changes = _difference(connection, table, lake)
    if not changes.num_rows:
        return Commit(version=lake.version(), upserted=0, deleted=0)
    merge = lake.merge(changes, _SAME, source_alias="source", target_alias="target")
    kept = f"source.{_GONE} = false"
    except_columns = [_GONE]
    (
        merge.when_matched_delete(predicate=f"source.{_GONE} = true")
        .when_matched_update_all(predicate=kept, except_cols=except_columns)
        .when_not_matched_insert_all(predicate=kept, except_cols=except_columns)
        .execute()
    )
    deleted = sum(changes.column(_GONE).to_pylist())
    return Commit(version=lake.version(), upserted=changes.num_rows - deleted, deleted=deleted)


def _difference(connection: Any, table: str, lake: Any) -> Any:
    """Return records that are new or other than in *lake*, and those that are gone (flagged)."""
    connection.register("lake_now", lake.to_pyarrow_dataset())
    columns = ", ".join(f'"{row[0]}"' for row in connection.execute(f'DESCRIBE "{table}"').fetchall())
    return connection.execute(
        f"""
        SELECT *, false AS {_GONE} FROM (SELECT {columns} FROM "{table}" EXCEPT SELECT {columns} FROM lake_now)
        UNION ALL
        SELECT {columns}, true FROM lake_now l WHERE NOT EXISTS (SELECT 1 FROM "{table}" t WHERE t.key = l.key)
        """
    ).to_arrow_table()


def latest(path: Path) -> int | None:
    """Return the version of the table at *path*, None where there is none."""
    from deltalake import DeltaTable  # noqa: PLC0415

    return DeltaTable(path).version() if DeltaTable.is_deltatable(str(path)) else None


def read(path: Path, version: int | None = None) -> Any:
    """Return the golden table of *version* (None: the latest) as an Arrow dataset."""
    from deltalake import DeltaTable  # noqa: PLC0415

    return DeltaTable(path, version=version).to_pyarrow_dataset()


def changes(path: Path, *, registry: str, start: int, end: int) -> Any:
    """Return the changes after version *start* up to *end* as an Arrow table.

    Columns beyond the record's: `_change_type` (insert, update_preimage, update_postimage, delete), `_commit_version`,
    `_commit_timestamp`. `start=-1` gives everything from the beginning.

    Raises:
        VersionUnknown: there is no such range.
    """
    import pyarrow as pa  # noqa: PLC0415
    from deltalake import DeltaTable  # noqa: PLC0415

    last = latest(path)
    if last is None or not -1 <= start <= end <= last:
        raise VersionUnknown(registry=registry, start=start, end=end, latest="—" if last is None else last)
    if start == end:
        return pa.table(DeltaTable(path).load_cdf(starting_version=last, ending_version=last).read_all()).slice(0, 0)
    return pa.table(DeltaTable(path).load_cdf(starting_version=start + 1, ending_version=end).read_all())


def digest(connection: Any, table: str, buckets: int) -> str:
    """Return the SHA-256 of the golden records in *table*: the same whatever engine made them and in whatever order.

    Each record is a line of its columns in the order of their names, joined by U+001F, null as U+2205; lines are
    hashed by MD5, the hashes of a bucket sorted and hashed together, the buckets' hashes in order once more. A bucket
    is in memory.
    """
    names = sorted(row[0] for row in connection.execute(f'DESCRIBE "{table}"').fetchall())
    line = "concat_ws(chr(31), " + ", ".join(f"coalesce(\"{name}\"::VARCHAR, '∅')" for name in names) + ")"
    running = hashlib.sha256()
    for bucket in range(buckets):
        found = connection.execute(
            f"""SELECT sha256(string_agg(hash, '' ORDER BY hash)) FROM (SELECT md5({line}) AS hash FROM "{table}"
            WHERE bucket = {bucket})"""
        ).fetchone()[0]
        running.update((found or "").encode())
    return running.hexdigest()


def digest_of(records: list[dict[str, Any]], buckets: int) -> str:
    """Return the same digest in plain Python, for the oracle."""
    lines: list[list[str]] = [[] for _bucket in range(buckets)]
    for record in records:
        text = "\x1f".join(_shown(record[name]) for name in sorted(record))
        lines[record["bucket"]].append(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest())
    running = hashlib.sha256()
    for hashes in lines:
        running.update(hashlib.sha256("".join(sorted(hashes)).encode()).hexdigest().encode() if hashes else b"")
    return running.hexdigest()


def _shown(value: Any) -> str:
    if value is None:
        return "∅"
    return str(value).lower() if isinstance(value, bool) else str(value)


def close(path: Path) -> None:
    """Let nobody but the platform's own user into the folder *path*: golden records are personal data in the clear."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.chmod(path, 0o700)  # noqa: PTH101 -- an existing folder may be wider open

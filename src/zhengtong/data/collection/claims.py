"""What nodes say of a key 各节点所述: several nodes may give rows to one dataset, which holds one row a key.

Whoever moves from one county to another is told gone by the first and new by the second, and nobody knows who is heard
first. So what each node says lies apart, under key and node, and the dataset's row follows from all of it: heard in any
order, the same rows come of it. Where two nodes go on claiming one key, the first by name is taken until one gives way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from zhengtong.data.collection import lake
from zhengtong.data.collection.conforming import quoted
from zhengtong.data.collection.differences import differences
from zhengtong.kernel.failpoints import declare, failpoint

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

SHARED = "shared"
"""The option of a source of kind `node` that says: other nodes give rows to this dataset too."""
declare("collection.claimed")


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a node told in a piece: its rows, whether they are all it has, in which of its versions."""

    rows: "pa.Table"
    is_whole: bool
    version: int


@dataclass(frozen=True, kw_only=True)
class Telling:
    """Who tells, of which dataset's table, under which number and notes it is kept."""

    node: str
    source: UUID
    sequence: int
    table: str
    keys: Sequence[str]
    notes: Mapping[str, str]


def alone(connection: "duckdb.DuckDBPyConnection", telling: Telling, told: Told) -> "pa.Table":
    """Return what a node that gives all rows of a dataset changes in it."""
    rows = lake.without_mark(told.rows) if told.is_whole else told.rows
    if told.is_whole and (current := lake.rows(telling.table)) is not None:
        rows = differences(connection, rows, lake.without_origin(current), telling.keys)
    return lake.with_origin(rows, telling.node, told.version)


def among_others(connection: "duckdb.DuckDBPyConnection", telling: Telling, told: Told) -> "pa.Table":
    """Keep what one of several nodes told, and return what follows from it for the dataset."""
    table = f"{telling.table}.claims"
    if lake.landed_sequence(table, telling.source) < telling.sequence:
        rows = lake.without_mark(told.rows) if told.is_whole else told.rows
        if told.is_whole and (before := lake.rows_from(table, telling.node)) is not None:
            rows = differences(connection, rows, before, telling.keys)
        rows = lake.with_origin(rows, telling.node, told.version)
        lake.land(
            table, rows, keys=(*telling.keys, lake.ORIGIN), mode="upsert", source=telling.source,
            sequence=telling.sequence, notes=telling.notes,
        )  # fmt: skip
    failpoint("collection.claimed")
    claims, current = lake.rows(table), lake.rows(telling.table)
    assert claims is not None  # noqa: S101 -- just written
    if told.is_whole:
        following = _following(connection, claims, telling.keys)
        return following if current is None else differences(connection, following, current, telling.keys)
    return _touched(connection, claims, lake.with_origin(told.rows, telling.node, told.version), telling.keys)


def _following(connection: "duckdb.DuckDBPyConnection", claims: "pa.Table", keys: Sequence[str]) -> "pa.Table":
    """Return one row a key."""
    connection.register("claims", claims)
    try:
        names, by = ", ".join(map(quoted, claims.column_names)), ", ".join(map(quoted, keys))
        found = connection.execute(
            f"SELECT {names} FROM claims QUALIFY row_number() OVER (PARTITION BY {by} ORDER BY {lake.ORIGIN}) = 1"  # noqa: S608 -- quoted names of the catalogue
        )
        return found.to_arrow_table().cast(claims.schema)
    finally:
        connection.unregister("claims")


def _touched(
    connection: "duckdb.DuckDBPyConnection", claims: "pa.Table", told: "pa.Table", keys: Sequence[str]
) -> "pa.Table":
    """Return, of the keys that were told of, the row each has now, or that nobody has it any more."""
    names = [quoted(name) for name in told.column_names if name != lake.GONE]
    by = ", ".join(map(quoted, keys))
    match = " AND ".join(f"c.{quoted(key)} = t.{quoted(key)}" for key in keys)
    connection.register("claims", claims)
    connection.register("told", told)
    try:
        found = connection.execute(f"""
            SELECT {", ".join(f"c.{name}" for name in names)}, false AS {lake.GONE}
            FROM claims c SEMI JOIN told t ON {match}
            QUALIFY row_number() OVER (PARTITION BY {by} ORDER BY c.{lake.ORIGIN}) = 1
            UNION ALL BY NAME SELECT * FROM told t WHERE NOT EXISTS (SELECT 1 FROM claims c WHERE {match})
            """)  # noqa: S608 -- quoted names of the catalogue
        return found.to_arrow_table().select(told.column_names).cast(told.schema)
    finally:
        connection.unregister("claims")
        connection.unregister("told")

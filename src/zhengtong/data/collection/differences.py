"""What a whole delivery changes 全量比对: rows that are new or differ, rows that are gone; every cell is compared."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from zhengtong.data.collection.conforming import quoted
from zhengtong.data.collection.lake import GONE

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa


def differences(
    connection: "duckdb.DuckDBPyConnection", new: "pa.Table", current: "pa.Table", keys: Sequence[str]
) -> "pa.Table":
    """Return the rows of *new* that *current* lacks or has otherwise, and those it alone has, marked `_gone`."""
    names = [quoted(name) for name in new.column_names]
    shared = [quoted(name) for name in new.column_names if name in current.column_names and name not in keys]
    match = " AND ".join(f"n.{quoted(key)} = c.{quoted(key)}" for key in keys)
    differs = [f"n.{name} IS DISTINCT FROM c.{name}" for name in shared]
    differs += [f"n.{quoted(name)} IS NOT NULL" for name in new.column_names if name not in current.column_names]
    lost = [quoted(name) if name in current.column_names else f"NULL AS {quoted(name)}" for name in new.column_names]
    connection.register("new_rows", new)
    connection.register("current_rows", current)
    try:
        found = connection.execute(f"""
            SELECT {", ".join(f"n.{name}" for name in names)}, false AS {GONE} FROM new_rows n
            LEFT JOIN current_rows c ON {match}
            WHERE c.{quoted(keys[0])} IS NULL OR {" OR ".join(differs) or "false"}
            UNION ALL
            SELECT {", ".join(lost)}, true FROM current_rows c
            WHERE NOT EXISTS (SELECT 1 FROM new_rows n WHERE {match})""")  # noqa: S608 -- quoted names of the catalogue
        return found.to_arrow_table().cast(new.schema.append(_mark()))
    finally:
        connection.unregister("new_rows")
        connection.unregister("current_rows")


def _mark() -> "pa.Field":
    import pyarrow as pa  # noqa: PLC0415 -- heavy

    return pa.field(GONE, pa.bool_())

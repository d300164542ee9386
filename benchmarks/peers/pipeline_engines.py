"""The pipeline (rules, fusion, marts) on one engine: prints a line of JSON with counts, digests and what it took.

    python -m benchmarks.peers.pipeline_engines duckdb|pyspark|sail|spark://host:port ROWS_FOLDER DECLARATION OUT_FOLDER

All three steps are the platform's own Ibis expressions, imported as they are; only the connection differs.
"""

import hashlib
import json
import os
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import ibis

from benchmarks.peers.fusion_engines import session, tree_seconds
from zhengtong.data.fusion import expression, loading, marts
from zhengtong.data.quality.compiling import compiled
from zhengtong.data.quality.contracts import Check, Dimension, Rule

TODAY = date(2026, 3, 2)
ASKED: tuple[tuple[Check, str, dict[str, object]], ...] = (
    (Check.NOT_NULL, "name", {}),
    (Check.LENGTH, "name", {"least": 2, "most": 20}),
    (Check.PATTERN, "phone", {"pattern": "1[3-9][0-9]{9}"}),
    (Check.ONE_OF, "sex", {"values": ["male", "female"]}),
    (Check.ONE_OF, "marital_status", {"values": ["married"]}),
    (Check.PATTERN, "birth_date", {"pattern": "(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}"}),
    (Check.RANGE, "source", {"least": 0, "most": 4}),
    (Check.RESIDENT_ID, "key", {}),
    (Check.NOT_NULL, "residence", {}),
    (Check.UNIQUE, "key", {}),
)


def rules() -> list[Rule]:
    """Return ten rules over standard rows; some find much, so that a wrong count would show."""
    return [
        Rule(
            key=f"{column}_{check}", name=check, dimension=Dimension.ACCURACY, check=check, column=column,
            parameters=parameters,
        )
        for check, column, parameters in ASKED
    ]  # fmt: skip


def connect(engine: str, rows: str) -> Any:
    """Return an Ibis connection of *engine* that knows the rows as the table `rows`."""
    if engine == "duckdb":
        connection = ibis.duckdb.connect(memory_limit="2GB", threads=2, preserve_insertion_order=False)
        connection.con.execute(f"CREATE VIEW rows AS SELECT * FROM '{rows}/*.parquet'")  # noqa: S608 -- our own folder
        return connection
    spark = session(engine)
    spark.read.parquet(rows).createOrReplaceTempView("rows")
    return ibis.pyspark.connect(spark)


def write(connection: Any, engine: str, table: Any, out: str) -> Any:
    """Compute *table* into Parquet files below *out* and return them as a table."""
    if engine == "duckdb":
        Path(out).mkdir(parents=True)
        connection.con.execute(f"COPY ({connection.compile(table)}) TO '{out}/part.parquet'")
        return connection.read_parquet(f"{out}/*.parquet")
    spark = connection._session  # noqa: SLF001 -- Ibis hides the session it was given
    spark.sql(connection.compile(table)).write.mode("overwrite").parquet(out)
    spark.read.parquet(out).createOrReplaceTempView("golden")
    return connection.table("golden")


def main() -> None:
    """Run the three steps."""
    engine, rows, declaration, out = sys.argv[1:5]
    registry = loading.read_registry(Path(declaration))
    connection = connect(engine, rows)
    started, before = time.perf_counter(), tree_seconds()
    table = connection.table("rows")
    [counts] = connection.execute(compiled(table, rules(), today=TODAY, references={})).to_dict("records")
    golden = write(connection, engine, expression.golden(table, registry), out)
    supply = connection.execute(marts.supply(golden, registry)).to_dict("records")
    lines = sorted(",".join(str(row[name]) for name in marts.SUPPLY) for row in supply)
    found = {
        "wall": time.perf_counter() - started,
        "cpu": tree_seconds() - before,
        "rules": [int(counts[name]) for name in sorted(counts)],
        "supply": hashlib.sha256("\n".join(lines).encode()).hexdigest(),
        "lines": len(lines),
    }
    print(json.dumps(found))
    sys.stdout.flush()
    os._exit(0)  # at once, whatever the server's threads are about


if __name__ == "__main__":
    main()

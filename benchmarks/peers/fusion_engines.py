"""Fusion on Spark or Sail: runs in an environment of its own and prints what it took and the digest of what came out.

    python -m benchmarks.peers.fusion_engines pyspark|sail|spark://host:port ROWS_FOLDER DECLARATION OUT_FOLDER

The expression is the platform's own module, imported as it is; only the connection differs.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import ibis

from zhengtong.data.fusion import expression, loading

_MEMORY = "2g"
_SERVERS: list[Any] = []  # a server that nobody holds is stopped


def tree_seconds(*roots: int) -> float:
    """Return processor seconds of the processes *roots* (none: this one), their ended children, and what runs below."""
    tick = os.sysconf("SC_CLK_TCK")
    total = 0
    for root in roots or (os.getpid(),):
        for process in (root, *below(root)):
            fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rsplit(") ", 1)[1].split()
            total += sum(map(int, fields[11:15]))
    return total / tick


def below(process: int) -> list[int]:
    """Return the processes below *process* at any depth, from /proc: Sail's threads would not survive a fork."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (entry / "stat").exists():
            parent = int((entry / "stat").read_text(encoding="utf-8").rsplit(") ", 1)[1].split()[1])
            children.setdefault(parent, []).append(int(entry.name))
    found, waiting = [], [process]
    while waiting:
        some = children.get(waiting.pop(), [])
        found += some
        waiting += some
    return found


def session(engine: str) -> Any:
    """Return a Spark session: local, on a cluster, or Sail's by Spark Connect."""
    from pyspark.sql import SparkSession  # noqa: PLC0415 -- only this environment has it

    if engine == "sail":
        from pysail.spark import SparkConnectServer  # noqa: PLC0415

        server = SparkConnectServer()
        _SERVERS.append(server)
        server.start(background=True)
        _host, port = server.listening_address
        return SparkSession.builder.remote(f"sc://localhost:{port}").getOrCreate()
    master = "local[2]" if engine == "pyspark" else engine
    builder = SparkSession.builder.master(master).config("spark.driver.memory", _MEMORY)
    builder = builder.config("spark.executor.memory", "1g").config("spark.executor.cores", "1")
    builder = builder.config("spark.sql.shuffle.partitions", "8").config("spark.ui.enabled", "false")
    return builder.config("spark.driver.host", "127.0.0.1").getOrCreate()


def main() -> None:
    """Fuse and print a line of JSON."""
    engine, rows, declaration, out = sys.argv[1:5]
    spark = session(engine)
    connection = ibis.pyspark.connect(spark)
    registry = loading.read_registry(Path(declaration))
    spark.read.parquet(rows).createOrReplaceTempView("rows")
    started, before = time.perf_counter(), tree_seconds()
    query = connection.compile(expression.golden(connection.table("rows"), registry))
    spark.sql(query).write.mode("overwrite").parquet(out)
    print(json.dumps({"wall": time.perf_counter() - started, "cpu": tree_seconds() - before}))
    sys.stdout.flush()
    os._exit(0)  # at once, whatever the server's threads are about


if __name__ == "__main__":
    main()

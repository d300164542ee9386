"""Fusion: rows per processor second with provenance and conflicts on DuckDB in 2 GB, beside PySpark and Sail.

PySpark and Sail serve only here, from an environment of their own: name its Python in `SPARK_PYTHON` (pyspark 4.0,
pysail, ibis-framework, duckdb, pyyaml; Java 17). Without it the comparison is left out and says so.

    python -m benchmarks.fusion [rows of the comparison] [rows of the large run; 0 leaves it out]
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import ibis

from benchmarks.common import measured
from zhengtong.data.fusion import expression, lake, loading, oracle
from zhengtong.data.fusion.declaration import Registry

DECLARATION = Path(__file__).resolve().parents[1] / "provinces/demo/fusion/population.yaml"
JUDGED = 100_000
_SAID = {
    0: ("name", "sex", "birth_date", "registered_address"), 1: ("marital_status", "name", "birth_date"),
    2: ("name", "sex", "birth_date", "phone", "residence"), 3: ("name", "birth_date", "phone"),
    4: ("phone", "residence", "name", "sex", "birth_date"), 5: ("name", "sex", "birth_date"),
}  # fmt: skip
_WORDS = {
    "name": "'张' || chr((20000 + (k * 7 + (h % 29 = 0)::BIGINT) % 3000)::INTEGER)",
    "sex": "CASE k % 2 WHEN 0 THEN 'male' ELSE 'female' END",
    "birth_date": "(1950 + k % 70)::VARCHAR || '-0' || (1 + k % 9)::VARCHAR || '-1' || (k % 9)::VARCHAR",
    "registered_address": "'武康街道永安路' || (k % 5000)::VARCHAR || '号'",
    "phone": "'1990' || lpad(((k * 31 + (h % 7 = 0)::BIGINT) % 10000000)::VARCHAR, 7, '0')",
    "residence": "'阜溪街道环城北路' || ((k * 3 + (h % 11 = 0)::BIGINT) % 5000)::VARCHAR || '号'",
    "marital_status": "CASE k % 3 WHEN 0 THEN 'unmarried' ELSE 'married' END",
}


def generate(rows: int, folder: Path, registry: Registry) -> None:
    """Write standard rows of *rows* // 5 people, bucket by bucket, at most one a person and source."""
    folder.mkdir(parents=True)
    connection = duckdb.connect(config={"memory_limit": "1GB", "threads": 2})
    names = registry.names
    for bucket in range(registry.buckets):
        parts = []
        for source, said in _SAID.items():
            words = ", ".join(f"{_WORDS[name] if name in said else 'NULL::VARCHAR'} AS {name}" for name in names)
            parts.append(
                f"""SELECT {bucket}::SMALLINT AS bucket, lpad(k::VARCHAR, 18, '0') AS key, {source}::SMALLINT AS source,
                (13000000 + h % 500000)::BIGINT AS minute, k AS row, {words}
                FROM (SELECT k, (hash(k * 6 + {source}) % 1000000)::BIGINT AS h
                      FROM range({bucket}, {rows // 5}, {registry.buckets}) t(k))
                WHERE h % 6 <> {source}"""  # noqa: S608 -- our own numbers
            )
        connection.execute(f"COPY ({' UNION ALL '.join(parts)}) TO '{folder / f'{bucket:03d}.parquet'}'")
    connection.close()


def by_bucket(folder: Path, registry: Registry, out: Path, memory: str) -> int:
    """Fuse bucket by bucket on DuckDB within *memory*; return the rows read."""
    out.mkdir(parents=True)
    connection = ibis.duckdb.connect(memory_limit=memory, threads=2, preserve_insertion_order=False)
    count = 0
    for path in sorted(folder.glob("*.parquet")):
        connection.con.execute(f"CREATE OR REPLACE VIEW rows AS SELECT * FROM '{path}'")  # noqa: S608 -- our own folder
        query = connection.compile(expression.golden(connection.table("rows"), registry))
        connection.con.execute(f"COPY ({query}) TO '{out / path.name}'")
        count += connection.con.execute("SELECT count(*) FROM rows").fetchone()[0]
    connection.disconnect()
    return count


def digest(folder: Path, registry: Registry) -> str:
    """Return the digest of the golden records in *folder*."""
    connection = duckdb.connect(config={"memory_limit": "1GB"})
    connection.execute(f"CREATE VIEW golden AS SELECT * FROM '{folder}/*.parquet'")  # noqa: S608 -- our own folder
    return lake.digest(connection, "golden", registry.buckets)


def peer(engine: str, folder: Path, out: Path, python: str) -> dict[str, float]:
    """Fuse on another engine, in its own environment."""
    root = Path(__file__).resolve().parents[1]
    environment = {**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{root / 'src'}"}
    done = subprocess.run(
        [python, "-m", "benchmarks.peers.fusion_engines", engine, folder, DECLARATION, out], env=environment, cwd=root,
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def judge(registry: Registry, folder: Path) -> None:
    """Compare with the plain judge on a part of the rows."""
    rows = folder / "judged"
    generate(JUDGED, rows, registry)
    by_bucket(rows, registry, folder / "judged-out", "1GB")
    ours = digest(folder / "judged-out", registry)
    table = duckdb.sql(f"SELECT * FROM '{rows}/*.parquet'").to_arrow_table().to_pylist()  # noqa: S608 -- our own folder
    theirs = lake.digest_of(oracle.golden(table, registry), registry.buckets)
    print(f"plain judge, {len(table):,} rows: digest {'equal' if ours == theirs else 'DIFFERENT'}")


def compare(rows: int, registry: Registry, folder: Path) -> None:
    """Fuse *rows* on DuckDB and, where there is an environment for them, on PySpark and Sail."""
    generate(rows, folder / "rows", registry)
    with measured() as ours:
        count = by_bucket(folder / "rows", registry, folder / "duckdb", "2GB")
    mine = digest(folder / "duckdb", registry)
    print(f"{count:,} rows × {len(registry.names)} attributes with source, time and conflict")
    print(f"  DuckDB   {ours.cpu:7.1f} CPU-s {ours.wall:7.1f} s  {count / ours.cpu / 1e6:5.2f} M rows/CPU-s")
    python = os.environ.get("SPARK_PYTHON")
    if not python:
        print("  PySpark, Sail: left out, SPARK_PYTHON names no Python that has them")
        return
    for engine in ("pyspark", "sail"):
        cost = peer(engine, folder / "rows", folder / engine, python)
        same = "equal" if digest(folder / engine, registry) == mine else "DIFFERENT"
        print(
            f"  {engine:<8} {cost['cpu']:7.1f} CPU-s {cost['wall']:7.1f} s  "
            f"{count / cost['cpu'] / 1e6:5.2f} M rows/CPU-s, {cost['cpu'] / ours.cpu:.1f}× ours, digest {same}"
        )


def main() -> None:
    """Run the three parts."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000_000
    large = int(sys.argv[2]) if len(sys.argv) > 2 else 30_000_000
    registry = loading.read_registry(DECLARATION)
    folder = Path(tempfile.mkdtemp(prefix="zhengtong-fusion-"))
    try:
        judge(registry, folder)
        compare(rows, registry, folder)
        if large:
            generate(large, folder / "large", registry)
            with measured() as cost:
                count = by_bucket(folder / "large", registry, folder / "large-out", "1500MB")
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
            print(
                f"{count:,} rows: {cost.cpu:.0f} CPU-s, {count / cost.cpu / 1e6:.2f} M rows/CPU-s, peak {peak:.2f} GB"
            )
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()

"""The whole pipeline of a registry on a Spark standalone cluster of two workers, beside DuckDB and Sail: equal digests.

Quality rules in one pass, golden records with source, time and conflict, and the mart of who supplies what: the same
Ibis expressions on every engine. `SPARK_PYTHON` names an environment with the platform's requirements, pyspark 4.0 and
pysail; Java 17 must be there. Processor seconds of the cluster count its master and workers.

    SPARK_PYTHON=/path/to/python python -m benchmarks distributed [rows]
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.fusion import DECLARATION, digest, generate
from benchmarks.peers.fusion_engines import tree_seconds
from benchmarks.peers.spark_cluster import running
from zhengtong.data.fusion import loading
from zhengtong.data.fusion.declaration import Registry

ROOT = Path(__file__).resolve().parents[1]
ROWS = 1_250_000


def run(engine: str, rows: Path, out: Path, python: str) -> dict[str, Any]:
    """Run the pipeline on *engine* in the environment of *python*; return what it printed."""
    environment = {
        **os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}", "PYSPARK_PYTHON": python,
        "SPARK_LOCAL_IP": "127.0.0.1",
    }  # fmt: skip
    done = subprocess.run(
        [python, "-m", "benchmarks.peers.pipeline_engines", engine, rows, DECLARATION, out],
        env=environment, cwd=ROOT, check=False, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"{engine} failed:\n{done.stderr[-3000:]}")
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def show(name: str, found: dict[str, Any], ours: dict[str, Any], registry: Registry, out: Path, mine: str) -> bool:
    """Print what an engine took and whether it agrees; return whether it does."""
    same = {
        "rules": found["rules"] == ours["rules"],
        "golden": digest(out, registry) == mine,
        "mart": found["supply"] == ours["supply"],
    }
    verdict = ", ".join(f"{part} {'equal' if equal else 'DIFFERENT'}" for part, equal in same.items())
    print(f"  {name:<22} {found['cpu']:7.1f} CPU-s {found['wall']:7.1f} s   {verdict}", flush=True)
    return all(same.values())


def main() -> None:
    """Compare the engines; exit with 1 if one disagrees."""
    python = os.environ.get("SPARK_PYTHON")
    if not python:
        sys.exit("Name an environment with pyspark and pysail in SPARK_PYTHON, see the module's text.")
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    registry = loading.read_registry(DECLARATION)
    folder = Path(tempfile.mkdtemp(prefix="zhengtong-distributed-"))
    try:
        generate(rows, folder / "rows", registry)
        print(f"{rows:,} rows: 10 rules, {len(registry.names)} attributes fused, supply by attribute and source")
        ours = run("duckdb", folder / "rows", folder / "duckdb", python)
        mine = digest(folder / "duckdb", registry)
        show("DuckDB, one process", ours, ours, registry, folder / "duckdb", mine)
        with running(python) as cluster:
            before = tree_seconds(*cluster.processes)
            found = run(cluster.url, folder / "rows", folder / "spark", python)
            found["cpu"] += tree_seconds(*cluster.processes) - before
        agree = show("Spark, two workers", found, ours, registry, folder / "spark", mine)
        found = run("sail", folder / "rows", folder / "sail", python)
        agree &= show("Sail", found, ours, registry, folder / "sail", mine)
    finally:
        shutil.rmtree(folder)
    if not agree:
        sys.exit("The engines disagree.")


if __name__ == "__main__":
    main()

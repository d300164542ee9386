"""Process mining: 10 M events through `process.mining`; on a sample, edges and variants equal pm4py's, with both costs.

pm4py is AGPL and serves only here, from an environment of its own: name its Python in `PM4PY_PYTHON`; without it the
comparison is left out and says so.

    python -m benchmarks.mining_beside_pm4py [events]
"""

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

from zhengtong.process.mining import api as mining

SAMPLE = 200_000
STEPS = ("收件", "受理", "补正", "初审", "会签", "现场核查", "审核", "决定", "制证", "送达")

_PEER = """
import json, resource, sys
import pandas as pd
import pm4py
frame = pd.read_csv(sys.argv[1], dtype={"case_id": str})
frame["completed_at"] = pd.to_datetime(frame["completed_at"])
frame = pm4py.format_dataframe(frame, case_id="case_id", activity_key="activity", timestamp_key="completed_at")
before = resource.getrusage(resource.RUSAGE_SELF)
edges, starts, ends = pm4py.discover_dfg(frame)
variants = pm4py.get_variants(frame)
after = resource.getrusage(resource.RUSAGE_SELF)
cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
print(json.dumps({"cpu": cpu, "edges": [[*edge, count] for edge, count in edges.items()],
                  "variants": [[list(way), count] for way, count in variants.items()]}))
"""


def main() -> None:
    """Print seconds and CPU seconds of every analysis, then the comparison."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.parquet"
        _generate(events, path)
        _measure(path, events)
        _compare(Path(folder))


def _generate(events: int, path: Path) -> None:
    """Make a log in DuckDB: 10 events a case on average, ten activities with corrections that loop back."""
    log = mining.Log()
    log.db.execute(
        f"""
        copy (
            select (i // 10)::varchar as case_id,
                   ({list(STEPS)!r})[(1 + least(9, (i % 10 + hash(i) % 3) % 10))::bigint] as activity,
                   timestamp '2025-01-01' + to_seconds(
                       ((hash(i // 10) % 20000000) + (i % 10) * (hash(i * 7) % 90000))::bigint) as completed_at,
                   'office-' || (hash(i * 3) % 40) as office, 'item-' || (hash(i // 10) % 25) as item
            from range({events}) t(i)
        ) to '{path}'
        """  # noqa: S608 -- our own numbers
    )
    log.close()


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _measure(path: Path, events: int) -> None:
    log = mining.Log()
    total = 0.0
    print(f"{events:,} events")
    for name, action in (
        ("load", lambda: log.add_file(path)),
        ("order", lambda: log.ask("select 1")),
        ("graph", lambda: mining.graph(log)),
        ("variants", lambda: mining.variants(log)),
        ("bottlenecks", lambda: mining.bottlenecks(log)),
        ("rework", lambda: mining.rework(log)),
    ):
        started, cpu = time.perf_counter(), _cpu()
        action()
        seconds = time.perf_counter() - started
        total += seconds
        print(f"  {name:<12} {seconds:6.2f} s  {_cpu() - cpu:6.2f} CPU-s")
    print(f"  {'all':<12} {total:6.2f} s, peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB")
    log.close()


def _compare(folder: Path) -> None:
    python = os.environ.get("PM4PY_PYTHON")
    if not python:
        print("pm4py: left out, PM4PY_PYTHON names no Python that has it")
        return
    rng = random.Random(7)  # noqa: S311 -- a repeatable sample
    path = folder / "sample.csv"
    start = datetime(2025, 1, 1)  # noqa: DTZ001 -- logs are in local time
    with path.open("w", encoding="utf-8") as file:
        file.write("case_id,activity,completed_at\n")
        for number in range(SAMPLE // 8):
            moment = start + timedelta(seconds=rng.randrange(20_000_000))
            for _step in range(8):
                file.write(f"{number},{rng.choice(STEPS[:5])},{moment.isoformat(sep=' ')}\n")
                moment += timedelta(seconds=rng.randrange(1, 90_000))
    peer = json.loads(
        subprocess.run([python, "-c", _PEER, path], check=True, capture_output=True).stdout.splitlines()[-1]
    )
    log = mining.Log()
    log.add_file(path)
    before = _cpu()
    found = mining.graph(log)
    ways = mining.variants(log, most=SAMPLE)
    cpu = _cpu() - before
    edges = {(source, target): count for source, target, count in peer["edges"]}
    same_edges = {(edge.source, edge.target): edge.count for edge in found.edges} == edges
    same_ways = {way.activities: way.cases for way in ways} == {tuple(way): count for way, count in peer["variants"]}
    print(f"sample of {SAMPLE:,}: edges equal {same_edges}, variants equal {same_ways}")
    print(f"  CPU: ours {cpu:.2f} s (with durations), pm4py {peer['cpu']:.2f} s, ratio {peer['cpu'] / cpu:.1f}")


if __name__ == "__main__":
    main()

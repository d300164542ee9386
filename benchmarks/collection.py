"""Collection: a 1 M-row CSV to a version, and 150 k rows merged into 1 M with the change feed, beside pyiceberg.

Run: `.venv/bin/python -m benchmarks collection [rows]`. Goals: the CSV (GB18030) within 10 s, conforming and refusing
included; the upsert within 2 s. `PEER_PYICEBERG=/path/to/python` names an environment that holds pyiceberg[sql-sqlite,
pyarrow]; without it the peer is left out. Peers upsert a tenth of the rows: pyiceberg 0.12 needs minutes for all.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from uuid import UUID

os.environ["DJANGO_SETTINGS_MODULE"] = "zhengtong.site.settings.test"
HOME = Path(tempfile.mkdtemp(prefix="zhengtong-bench-"))
os.environ["ZHENGTONG_HOME"] = str(HOME)
ROWS = 1_000_000
PEER = """
import sys, time, tempfile, resource
import pyarrow as pa
from pyiceberg.catalog.sql import SqlCatalog
rows, changed, new = map(int, sys.argv[1:])
folder = tempfile.mkdtemp()
catalog = SqlCatalog("c", uri=f"sqlite:///{folder}/c.db", warehouse=f"file://{folder}")
catalog.create_namespace("n")
def made(first, last, word):
    numbers = range(first, last)
    return pa.table({"id": [f"{n:018d}" for n in numbers], "name": [f"{word}{n}" for n in numbers]})
table = catalog.create_table("n.t", made(0, 1, "x").schema)
table.append(made(0, rows, "a"))
more = made(rows - changed, rows + new, "b")
wall, cpu = time.perf_counter(), time.process_time()
table.upsert(more, join_cols=["id"])
print(time.perf_counter() - wall, time.process_time() - cpu)
"""


def main() -> None:
    """Collect a large CSV, merge changes, print figures."""
    import django  # noqa: PLC0415 -- after the settings are named

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    from benchmarks.common import measured, ratio  # noqa: PLC0415

    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    call_command("migrate", verbosity=0, skip_checks=True)
    source = a_source(rows)
    with measured() as cost:
        collect(source)
    print(f"  CSV of {rows:,} rows to a version   {cost.wall:6.2f} s wall, {cost.cpu:.2f} s CPU   (goal: ≤ 10 s)")
    changed, new = rows // 10, rows // 20
    with measured() as ours:
        upsert(rows, changed, new)
    print(f"  upsert of {changed + new:,} into {rows:,}  {ours.wall:6.2f} s wall, {ours.cpu:.2f} s CPU   (goal: ≤ 2 s)")
    if python := os.environ.get("PEER_PYICEBERG"):
        size = [str(rows // 10), str(changed // 10), str(new // 10)]
        said = subprocess.run([python, "-c", PEER, *size], check=True, capture_output=True, text=True).stdout.split()
        print(f"  pyiceberg, a tenth of it      {float(said[0]):6.2f} s wall, {float(said[1]):.2f} s CPU")
        print(f"  ours, row by row: {ratio(ours.cpu / 10, float(said[1]))}")


def a_source(rows: int) -> UUID:
    """Set up a dataset and a CSV file of *rows* rows in GB18030."""
    from zhengtong.data.catalog.tests import builders  # noqa: PLC0415
    from zhengtong.data.collection import api  # noqa: PLC0415
    from zhengtong.trust.identity.tests.builders import NOW, SYSTEM  # noqa: PLC0415

    builders.published(builders.a_house())
    path = HOME / "people.csv"
    with path.open("w", encoding="gb18030") as file:
        file.write("公民身份号码,姓名,登记日期\n")
        for number in range(rows):
            file.write(f"{number:018d},张{number % 977},{2000 + number % 25}-01-{1 + number % 28:02d}\n")
    entry = api.SourceEntry(dataset=builders.HOUSEHOLDS, name="f", kind=api.ConnectorKind.FILE, location=str(path))
    return api.set_up_source(actor=SYSTEM, entry=entry, at=NOW).id


def collect(source: UUID) -> None:
    """Collect the file."""
    from zhengtong.data.collection import api  # noqa: PLC0415
    from zhengtong.trust.identity.tests.builders import SYSTEM  # noqa: PLC0415

    batch = api.collect(actor=SYSTEM, source=source)
    assert batch.version == 0, batch.error


def upsert(rows: int, changed: int, new: int) -> None:
    """Merge changed and new rows by their key and read the change feed."""
    import pyarrow as pa  # noqa: PLC0415

    from zhengtong.data.collection import api, lake  # noqa: PLC0415
    from zhengtong.kernel.ids import new_id  # noqa: PLC0415

    first = rows - changed
    table = pa.table(
        {
            "id_number": [f"{number:018d}" for number in range(first, rows + new)],
            "name": [f"改{number}" for number in range(first, rows + new)],
            "registered_on": pa.array([None] * (changed + new), pa.date32()),
        }
    )
    lake.land("police_households", table, keys=["id_number"], mode="upsert", source=new_id(), sequence=1, notes={})
    assert api.changes("police_households", after=0).num_rows == 2 * changed + new


if __name__ == "__main__":
    main()

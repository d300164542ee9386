"""Quality rules: ten rules, a check digit among them, over two million rows in one pass, beside Great Expectations.

Run: `.venv/bin/python -m benchmarks quality_rules [rows]`. Goals: at least 0.5 M rows × 10 rules a core-second and four
times Great Expectations. `PEER_GX=/path/to/python` names an environment that holds great_expectations and pandas; it
checks eight of the rules (it has none for check digits or dates of birth) and is compared with ours on those alone.
"""

import os
import subprocess
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "zhengtong.site.settings.test"
os.environ["ZHENGTONG_HOME"] = tempfile.mkdtemp(prefix="zhengtong-bench-")
ROWS = 2_000_000
PEER = r"""
import sys, time, resource, datetime
import pandas as pd, great_expectations as gx
import great_expectations.expectations as gxe
frame = pd.read_parquet(sys.argv[1])
context = gx.get_context(mode="ephemeral")
asset = context.data_sources.add_pandas("p").add_dataframe_asset("a")
batch = asset.add_batch_definition_whole_dataframe("b").get_batch(batch_parameters={"dataframe": frame})
suite = gx.ExpectationSuite(name="s", expectations=[
    gxe.ExpectColumnValuesToNotBeNull(column="name"),
    gxe.ExpectColumnValuesToMatchRegex(column="phone", regex=r"^1[3-9][0-9]{9}$"),
    gxe.ExpectColumnValueLengthsToBeBetween(column="name", min_value=2, max_value=20),
    gxe.ExpectColumnValuesToBeBetween(column="age", min_value=0, max_value=120),
    gxe.ExpectColumnValuesToBeInSet(column="sex", value_set=["男", "女"]),
    gxe.ExpectColumnValuesToBeBetween(column="born", max_value=datetime.date(2026, 3, 2)),
    gxe.ExpectColumnValuesToBeBetween(column="seen", min_value=datetime.date(2025, 3, 2)),
    gxe.ExpectColumnValuesToBeUnique(column="id"),
])
def cpu():
    own = resource.getrusage(resource.RUSAGE_SELF)
    return own.ru_utime + own.ru_stime
before = cpu()
batch.validate(suite)
print(len(frame), cpu() - before)
"""


def main() -> None:
    """Count broken rows, print rows a core-second."""
    import django  # noqa: PLC0415 -- after the settings are named

    django.setup()
    import pyarrow.parquet as pq  # noqa: PLC0415

    from benchmarks.common import measured  # noqa: PLC0415
    from zhengtong.data.quality import api  # noqa: PLC0415

    count = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    rows = made(count)
    api.evaluate(rows.slice(0, 1000), rules(), at=AT)  # imports
    with measured() as cost:
        results = api.evaluate(rows, rules(), at=AT)
    ours = count / cost.cpu / 1e6
    broken = sum(result.failing for result in results)
    print(
        f"  {len(results)} rules over {count:,} rows, {broken:,} breaks: {cost.wall:.2f} s wall, {cost.cpu:.2f} s CPU"
    )
    print(f"  ours                 {ours:.2f} M rows a core-second   (goal: ≥ 0.5)")
    if python := os.environ.get("PEER_GX"):
        path = Path(os.environ["ZHENGTONG_HOME"]) / "rows.parquet"
        pq.write_table(rows, path)
        said = subprocess.run(
            [python, "-c", PEER, str(path)], check=True, capture_output=True, text=True
        ).stdout.split()
        theirs = float(said[-2]) / float(said[-1]) / 1e6
        shared = [rule for rule in rules() if rule.check not in {api.Check.RESIDENT_ID, api.Check.BORN_AS_ID_SAYS}]
        with measured() as cost:
            api.evaluate(rows, shared, at=AT)
        print(f"  Great Expectations   {theirs:.2f} M rows a core-second, eight rules")
        same = count / cost.cpu / 1e6
        print(f"  ours, the same eight {same:.2f} M rows a core-second: {same / theirs:.1f}×   (goal: ≥ 4×)")
        print(f"  ours, all ten        {ours / theirs:.1f}×")


AT = datetime(2026, 3, 2, 4, tzinfo=UTC)


def made(count: int) -> Any:
    """Return *count* rows of people, one in fifty with some mistake."""
    import pyarrow as pa  # noqa: PLC0415

    from zhengtong.kernel.checkdigits import compose_resident_id  # noqa: PLC0415

    born = [date(1950, 1, 1) + timedelta(days=number) for number in range(20_000)]
    people = [compose_resident_id(region="330106", born_on=day, sequence=7) for day in born]
    places = range(count)
    return pa.table(
        {
            "id": [
                f"{people[n % 20_000][:6]}{people[n % 20_000][6:]}" if n % 50 else people[n % 20_000][:17] + "?"
                for n in places
            ],
            "name": [f"张{n % 1000}" if n % 51 else None for n in places],
            "phone": [f"138{n % 10**8:08d}" if n % 52 else "1" for n in places],
            "age": [n % 100 if n % 53 else 300 for n in places],
            "sex": ["男" if n % 2 else "女" for n in places],
            "born": pa.array([born[n % 20_000] for n in places], pa.date32()),
            "seen": pa.array([date(2026, 1, 1) if n % 54 else date(2020, 1, 1) for n in places], pa.date32()),
        }
    )


def rules() -> list[Any]:
    """Return the ten rules."""
    from zhengtong.data.quality import api  # noqa: PLC0415

    check = api.Check
    asked: list[tuple[api.Check, str, dict[str, object]]] = [
        (check.NOT_NULL, "name", {}),
        (check.RESIDENT_ID, "id", {}),
        (check.PATTERN, "phone", {"pattern": "1[3-9][0-9]{9}"}),
        (check.LENGTH, "name", {"least": 2, "most": 20}),
        (check.RANGE, "age", {"least": 0, "most": 120}),
        (check.ONE_OF, "sex", {"values": ["男", "女"]}),
        (check.NOT_FUTURE, "born", {}),
        (check.FRESH, "seen", {"days": 365}),
        (check.BORN_AS_ID_SAYS, "born", {"id": "id"}),
        (check.UNIQUE, "id", {}),
    ]
    return [
        api.Rule(
            key=f"{column}_{one}", name=one, dimension=api.Dimension.ACCURACY, check=one, column=column,
            parameters=parameters,
        )
        for one, column, parameters in asked
    ]  # fmt: skip


if __name__ == "__main__":
    main()

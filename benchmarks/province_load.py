"""Generating and loading the demo province: rows, seconds, CPU seconds, peak memory.

Run: `.venv/bin/python -m benchmarks.province_load [SCALE] [ARCHIVE]`. SCALE parts (20 by default) are generated to a
null sink; then one part is loaded into an embedded database of this run, or into that of DATABASE_URL. ARCHIVE is the
archive of division data, where npm is not to fetch it.
"""

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhengtong.site.settings.base")
os.environ["ZHENGTONG_HOME"] = tempfile.mkdtemp(prefix="zhengtong-bench-")
os.environ["ZHENGTONG_DEMO"] = "1"


def measured(label: str, work: Callable[[], int]) -> None:
    """Run *work*, which returns rows, and print what it took; memory is the peak of the process so far."""
    started, cpu = time.monotonic(), time.process_time()
    rows = work()
    seconds, cpu_seconds = time.monotonic() - started, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    rate = rows / cpu_seconds
    print(f"{label:<34} {rows:>11,} rows {seconds:7.1f} s {cpu_seconds:7.1f} CPU s {rate:>9,.0f}/CPU s {peak:>5} MB")


def main() -> None:
    """Print one line a step."""
    import django  # noqa: PLC0415 -- after the environment is named

    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    from zhengtong.data.registries import api as registries  # noqa: PLC0415
    from zhengtong.kernel.clock import on_day, system  # noqa: PLC0415
    from zhengtong.kernel.regions import api as regions  # noqa: PLC0415
    from zhengtong.site.demo import load, province  # noqa: PLC0415

    scale = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    archive = Path(sys.argv[2]) if len(sys.argv) > 2 else regions.fetch(Path(settings.HOME) / "downloads")
    call_command("migrate", verbosity=0, interactive=False)
    setup = load.Setup(scale=1, seed=None, console=load.Console(quiet=True), archive=archive)

    def import_regions() -> int:
        rows = regions.rows(archive, ("32", "33"))
        return regions.import_regions(rows=rows, on=on_day(system.now())).seen

    def generate() -> int:
        stream = province.parts(setup.tree, setup.content, seed=setup.content.seed, scale=scale)
        return sum(part.rows() for part in stream)

    def load_one() -> int:
        setup.run()
        sizes = registries.sizes()
        return sizes.residents + sizes.households + sizes.enterprises + sizes.vehicles

    measured("regions of two provinces", import_regions)
    measured(f"generate {scale} parts, null sink", generate)
    measured("load one part, offices, catalogue", load_one)


if __name__ == "__main__":
    main()

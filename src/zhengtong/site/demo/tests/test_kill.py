"""A load that is killed leaves whole parts only, and the next run completes it."""

import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

SCRIPT = """
import django
django.setup()
from dataclasses import replace
from django.core.management import call_command
from zhengtong.kernel.regions import api as regions
call_command("migrate", verbosity=0, interactive=False)
from zhengtong.site.demo import load
from zhengtong.site.demo.tests import homes, small
homes.import_regions()
tables = replace(small.content(), residents=6000, households=2160)
load.Setup(scale=3, seed="s", console=load.Console(), content=tables).run()
"""


def start(home: Path) -> "subprocess.Popen[str]":
    environment = os.environ | {
        "ZHENGTONG_HOME": str(home),
        "ZHENGTONG_DEMO": "1",
        "DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "zhengtong.site.settings.base",
        "PYTHONUNBUFFERED": "1",
    }
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def count(home: Path, table: str) -> int:
    with sqlite3.connect(home / "zhengtong.sqlite3") as database:
        return int(database.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0])  # noqa: S608 -- our own names


@pytest.mark.slow
@pytest.mark.parametrize(("step", "wait"), [("offices", 0.1), ("2/3", 0.3)])
def test_a_killed_load_is_completed_by_the_next_run(tmp_path: Path, step: str, wait: float) -> None:
    first = start(tmp_path)
    assert first.stdout is not None
    for line in first.stdout:
        if step in line:
            break
    time.sleep(wait)
    first.kill()
    first.wait()
    first.stdout.close()
    assert count(tmp_path, "registries_resident") % 6000 == 0
    second = start(tmp_path)
    said, _nothing = second.communicate(timeout=120)
    assert second.returncode == 0, said
    assert count(tmp_path, "registries_resident") == 18_000
    assert count(tmp_path, "registries_part") == 3
    assert count(tmp_path, "identity_account") > 300
    assert count(tmp_path, "items_implementation") > 90

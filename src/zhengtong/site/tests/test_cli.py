"""The command line answers in sentences, whatever state the database is in."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = (sys.executable, "-c", "from zhengtong.site.cli import main; main()")
NOBODY = "postgres://nobody:nothing@127.0.0.1:1/nowhere"


@pytest.mark.parametrize("arguments", ["fusion versions population", "regions show 33", "seals list", "demo reconcile"])
def test_a_database_without_tables_gets_a_sentence(tmp_path: Path, arguments: str) -> None:
    said = told(tmp_path, arguments, database="")
    assert said.splitlines() == [
        "✗ The database is not set up yet.", "  Run `zhengtong manage migrate` first, or `zhengtong demo`.",
    ]  # fmt: skip


def test_a_database_that_does_not_answer_gets_a_sentence(tmp_path: Path) -> None:
    said = told(tmp_path, "fusion versions population", database=NOBODY)
    assert said.startswith("✗ The database does not answer: ")
    assert "Traceback" not in said
    assert "nothing" not in said  # the password stays where it is


def told(home: Path, arguments: str, *, database: str) -> str:
    """Return what the command says when it fails."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ZHENGTONG_")}
    environment = kept | {
        "ZHENGTONG_HOME": str(home), "DATABASE_URL": database,
        "DJANGO_SETTINGS_MODULE": "zhengtong.site.settings.base",
    }  # fmt: skip
    done = subprocess.run(
        [*COMMAND, *arguments.split()], env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stderr

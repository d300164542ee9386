"""What the recovery tests share: an installation of its own, with its folder, its database and real processes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
COMMAND = ["-c", "from zhengtong.site.cli import main; main()"]


class House:
    """An installation of its own: a folder, a database, processes that run on them."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder = folder
        self.environment = {
            **os.environ,
            "ZHENGTONG_HOME": str(folder),
            "DATABASE_URL": database,
            "DJANGO_SETTINGS_MODULE": "killable.settings",
            "PYTHONPATH": os.pathsep.join([str(HERE), str(ROOT / "src")]),
        }

    def run(self, *arguments: str) -> str:
        """Run Python with *arguments* to its end; return what it printed."""
        command = [sys.executable, *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False, timeout=300)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start the command line with *arguments*."""
        command = [sys.executable, *COMMAND, *arguments]
        return subprocess.Popen(command, env=self.environment, stderr=subprocess.PIPE, text=True)

    def ask(self, program: str) -> str:
        """Run a few lines with Django ready; return what they print."""
        return self.run("-c", f"import django; django.setup()\n{program}")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    server = os.environ.get("ZHENGTONG_TEST_DATABASE", "")
    folder = tmp_path_factory.mktemp("house")
    if not server:
        yield prepared(House(folder, ""))
        return
    name = f"zhengtong_kill_{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield prepared(House(folder, urlunsplit(urlsplit(server)._replace(path=f"/{name}"))))
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def prepared(house: House) -> House:
    house.ask("from django.core.management import call_command; call_command('migrate', run_syncdb=True, verbosity=0)")
    return house

"""What the recovery tests share: an installation of its own, with its folder, its database and real processes."""

import contextlib
import os
import shutil
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


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """An installation with all its tables and nothing in them: made once by each test process, and only copied."""
    with a_database() as database:
        made = House(tmp_path_factory.mktemp("template"), database)
        made.ask(
            "from django.core.management import call_command; call_command('migrate', run_syncdb=True, verbosity=0)"
        )
        yield made


@pytest.fixture(scope="module")
def house(template: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """An installation of the module's own, ready to be started."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copytree(template.folder, folder, dirs_exist_ok=True)
    with a_database(like=template.environment["DATABASE_URL"]) as database:
        yield House(folder, database)


@contextlib.contextmanager
def a_database(like: str = "") -> Iterator[str]:
    """Make a database on the tests' server, empty or *like* another, for as long as the block lasts; yield its address.

    Without a server there is nothing to make: on SQLite the database is a file of the house's folder.
    """
    server = os.environ.get("ZHENGTONG_TEST_DATABASE", "")
    if not server:
        yield ""
        return
    name = f"zhengtong_kill_{uuid4().hex[:12]}"
    copied = f' TEMPLATE "{urlsplit(like).path[1:]}"' if like else ""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"{copied}')
        try:
            yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

"""A MySQL database is collected like any other; run against a throwaway MariaDB where its server is installed."""

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from zhengtong.data.collection import api, lake
from zhengtong.data.collection.tests.conftest import a_source, collect, ids

SERVER, INSTALL = shutil.which("mariadbd"), shutil.which("mariadb-install-db")
PASSWORD = 'p@ss "word/9'
STARTS = 60
"""Seconds the server may take."""

pytestmark = [
    pytest.mark.usefixtures("house"),
    pytest.mark.skipif(not (SERVER and INSTALL), reason="no MariaDB server: apt-get install mariadb-server"),
]


@dataclass(frozen=True, kw_only=True)
class Census:
    """A database of another department, with a reader who may only read."""

    socket: Path
    port: int

    def address(self, password: str = PASSWORD, database: str = "census") -> str:
        return f"mysql://reader:{quote(password, safe='')}@127.0.0.1:{self.port}/{database}"

    def run(self, *statements: str) -> None:
        """Carry out statements as the department itself."""
        subprocess.run(
            [
                "mariadb",
                f"--socket={self.socket}",
                "--user=root",
                "--default-character-set=utf8mb4",
                "-e",
                ";".join(statements),
            ],
            check=True,
        )


@pytest.fixture(scope="module")
def server() -> Iterator[Census]:
    assert SERVER
    assert INSTALL
    with tempfile.TemporaryDirectory(prefix="zt-") as short:  # a socket's path has room for a hundred characters
        home, me = Path(short), subprocess.run(["id", "-un"], check=True, capture_output=True, text=True).stdout.strip()
        data = f"--datadir={home / 'data'}"
        subprocess.run(
            [INSTALL, "--no-defaults", data, f"--user={me}", "--auth-root-authentication-method=normal"],
            check=True, capture_output=True,
        )  # fmt: skip
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            census = Census(socket=home / "s", port=free.getsockname()[1])
        process = subprocess.Popen(
            [
                SERVER, "--no-defaults", data, f"--user={me}", f"--socket={census.socket}", f"--port={census.port}",
                "--bind-address=127.0.0.1", "--skip-log-bin", "--innodb-buffer-pool-size=16M",
                "--character-set-server=utf8mb4", f"--log-error={home / 'log'}",
            ]
        )  # fmt: skip
        try:
            _wait_for(census, process)
            census.run(
                "CREATE DATABASE census",
                f"CREATE USER reader@'127.0.0.1' IDENTIFIED BY '{PASSWORD}'",
                "GRANT SELECT ON census.* TO reader@'127.0.0.1'",
            )
            yield census
        finally:
            process.terminate()
            process.wait(STARTS)


def _wait_for(census: Census, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + STARTS
    ping = ["mariadb-admin", f"--socket={census.socket}", "--user=root", "ping"]
    while subprocess.run(ping, check=False, capture_output=True).returncode:
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.1)


@pytest.fixture
def census(server: Census) -> Census:
    server.run(
        "USE census",
        "CREATE OR REPLACE TABLE people (id_number VARCHAR(18) PRIMARY KEY, name VARCHAR(50), registered_on DATE)",
        "INSERT INTO people VALUES ('A1', '张三', '2020-01-31'), ('A2', '𠮷田', NULL)",
    )
    return server


def test_a_mysql_table_becomes_a_version_with_its_characters_and_dates(census: Census) -> None:
    source = a_source(census.address(), name="mysql", kind=api.ConnectorKind.DATABASE, options={"table": "people"})
    assert collect(source).error == ""
    rows = api.rows("police_households")
    assert rows is not None
    found = zip(*(rows[name].to_pylist() for name in ("id_number", "name", "registered_on")), strict=True)
    assert sorted((own, name, str(day)) for own, name, day in found) == [
        ("A1", "张三", "2020-01-31"), ("A2", "𠮷田", "None"),
    ]  # fmt: skip
    assert collect(source).state is api.BatchState.UNCHANGED
    census.run("USE census", "INSERT INTO people VALUES ('A3', '王五', '2020-02-03')")
    assert collect(source).state is api.BatchState.LANDED
    assert (ids(), lake.version_of("police_households")) == (["A1", "A2", "A3"], 1)


def test_with_a_watermark_only_what_is_new_is_read(census: Census) -> None:
    source = a_source(
        census.address(), name="mysql", kind=api.ConnectorKind.DATABASE, options={"table": "people"},
        mode=api.Mode.UPSERT, watermark="id_number",
    )  # fmt: skip
    assert collect(source).rows_read == 2
    census.run("USE census", "INSERT INTO people VALUES ('A3', '王五', '2020-02-03')")
    assert (collect(source).rows_read, ids()) == (1, ["A1", "A2", "A3"])


@pytest.mark.parametrize("wrong", [{"password": "wrong-secret"}, {"database": "elsewhere"}])
def test_a_database_that_does_not_let_us_in_fails_the_batch_and_names_no_password(
    census: Census, wrong: dict[str, str]
) -> None:
    source = a_source(
        census.address(**wrong), name="mysql", kind=api.ConnectorKind.DATABASE, options={"table": "people"}
    )
    batch = collect(source)
    assert batch.state is api.BatchState.FAILED
    assert batch.error
    assert not any(secret in batch.error for secret in (PASSWORD, "wrong-secret", quote(PASSWORD, safe="")))
    assert lake.version_of("police_households") is None

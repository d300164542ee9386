"""A PostgreSQL server that lives as long as a test run: own folder, Unix socket only, nothing flushed to disk.

    python scripts/throwaway_postgres.py -- python -m pytest src/zhengtong/kernel

runs a command with `ZHENGTONG_TEST_DATABASE` naming the server. PostgreSQL refuses to run as root, so root starts it
as `postgres`, or as `nobody` where that user does not exist.
"""

import contextlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

REMEDY = "Install the package `postgresql` (Debian, Ubuntu) or put `initdb` and `postgres` on the PATH."
FASTER = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "max_connections=60")
START_WITHIN = 60.0


class NoPostgres(Exception):  # noqa: N818 -- it names what is missing
    """The programs of a PostgreSQL server are not on this machine, or do not start."""


def find_programs() -> Path:
    """Return the folder that holds `initdb` and `postgres`, the newest version if several are installed.

    Raises:
        NoPostgres: there is none.
    """
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name.split(".")[0]))
    on_path = shutil.which("initdb")
    candidates = [*reversed(versions), *([Path(on_path).resolve().parent] if on_path else [])]
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise NoPostgres("PostgreSQL is not installed.")


def _as_whom() -> dict[str, Any]:
    """Return the arguments that make a child process run as an ordinary user."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise NoPostgres("root may not run PostgreSQL, and neither the user postgres nor nobody exists.")


@contextlib.contextmanager
def running() -> Iterator[str]:
    """Start a server, yield its address (`postgres://…`), stop it and remove its folder.

    Raises:
        NoPostgres: it is not installed or does not start; the message holds what it said.
    """
    programs, identity = find_programs(), _as_whom()
    folder = Path(tempfile.mkdtemp(prefix="zhengtong-pg-"))
    try:
        if identity:
            os.chown(folder, identity["user"], identity["group"])
        data, log = folder / "data", folder / "log"
        made = subprocess.run(
            [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"],
            cwd=folder, capture_output=True, text=True, check=False, **identity,
        )  # fmt: skip
        if made.returncode:
            raise NoPostgres(f"initdb failed: {made.stderr.strip()}")
        options = [part for option in FASTER for part in ("-c", option)]
        with log.open("wb") as output:
            server = subprocess.Popen(
                [programs / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", *options],
                cwd=folder, stdout=output, stderr=output, stdin=subprocess.DEVNULL, **identity,
            )  # fmt: skip
        try:
            _wait_until_ready(server, folder, log)
            yield f"postgres://postgres@/postgres?host={quote(str(folder))}"
        finally:
            server.terminate()
            try:
                server.wait(timeout=5)
            except subprocess.TimeoutExpired:
                server.send_signal(3)  # SIGQUIT: stop at once; nothing here is worth keeping
                server.wait(timeout=10)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_ready(server: "subprocess.Popen[bytes]", folder: Path, log: Path) -> None:
    deadline = time.monotonic() + START_WITHIN
    while time.monotonic() < deadline and server.poll() is None:
        if (folder / ".s.PGSQL.5432").exists() and b"ready to accept" in log.read_bytes():
            return
        time.sleep(0.05)
    raise NoPostgres(f"the server did not start: {log.read_text(errors='replace').strip()}")


def main() -> int:
    """Run the command behind `--` with a server."""
    command = sys.argv[2:] if sys.argv[1:2] == ["--"] else []
    if not command:
        print("usage: throwaway_postgres.py -- command …", file=sys.stderr)
        return 2
    try:
        with running() as address:
            environment = {**os.environ, "ZHENGTONG_TEST_DATABASE": address}
            return subprocess.run(command, env=environment, check=False).returncode
    except NoPostgres as problem:
        print(f"✗ {problem}\n  {REMEDY}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    raise SystemExit(main())

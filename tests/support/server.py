"""A served demo province for browser journeys: prepared once, then one server per test process on one database."""

import contextlib
import fcntl
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COMMAND = Path(sys.executable).with_name("zhengtong")
ANSWERED = re.compile(
    r"request\.answered.*\brequest_id=(?P<id>\S+) route=(?P<route>\S+) statements=(?P<statements>\d+)"
)
READY_WITHIN = 240.0
SUPERUSER = ("journeys-root", "journeys-Passw0rd-only-here")


@dataclass(frozen=True, kw_only=True)
class Site:
    """A running platform: its address, its folder, and its log."""

    url: str
    home: Path
    log: Path

    def statements(self) -> dict[str, tuple[str, int]]:
        """Return, by request id, the route and how many SQL statements its answer took, as the log tells."""
        lines = ANSWERED.finditer(self.log.read_text(encoding="utf-8"))
        return {line["id"]: (line["route"], int(line["statements"])) for line in lines}


def environment(home: Path) -> dict[str, str]:
    """Return the environment of a demo that lives in *home* and nowhere else."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ZHENGTONG_")}
    return {
        **kept,
        "ZHENGTONG_HOME": str(home),
        "ZHENGTONG_DEMO": "1",
        "DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "zhengtong.site.settings.base",
        "PYTHONUNBUFFERED": "1",
    }


def prepare(home: Path) -> None:
    """Load the demo province into *home*, once however many processes ask, and a superuser for the back office."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (home / "prepared").exists():
            return
        username, password = SUPERUSER
        steps = (
            ["demo", "--no-serve"],
            ["manage", "collectstatic", "--no-input", "--verbosity=0"],
            ["manage", "createsuperuser", "--no-input", f"--username={username}"],
        )
        for step in steps:
            done = subprocess.run(
                [COMMAND, *step],
                cwd=ROOT, env={**environment(home), "DJANGO_SUPERUSER_PASSWORD": password},
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stdout + done.stderr
        (home / "prepared").touch()


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serving(home: Path) -> Iterator[Site]:
    """Serve what is in *home* until the block ends."""
    port = free_port()
    log = home / f"web-{port}.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [COMMAND, "web", "--port", str(port), "--workers", "1"],
            cwd=ROOT, env=environment(home), stdout=output, stderr=output, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(f"{url}/health/live", server, log)
        yield Site(url=url, home=home, log=log)
    finally:
        server.terminate()
        try:
            server.wait(timeout=15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait(timeout=5)


def wait_for(url: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until the server answers; show its log when it does not."""
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            urllib.request.urlopen(url, timeout=2).close()  # noqa: S310 -- our own address
            return
        time.sleep(0.1)
    raise AssertionError(f"the server did not start:\n{log.read_text(encoding='utf-8', errors='replace')}")

"""The web process serves, says in a sentence why it cannot, and stops in order."""

import signal
import subprocess
import time
import urllib.error
import urllib.request

import pytest

from tests.recovery.conftest import House
from tests.support.server import free_port

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


def answer_of(process: subprocess.Popen[str], url: str) -> bytes:
    """Ask until the process answers."""
    deadline = time.monotonic() + 120
    while True:
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline, "no answer within two minutes"
        try:
            with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 -- our own address
                body: bytes = response.read()
                return body
        except urllib.error.URLError:
            time.sleep(0.2)


def test_the_web_process_serves_until_it_is_asked_to_stop(house: House) -> None:
    port = free_port()
    process = house.start("web", "--port", str(port), "--workers", "2")
    assert answer_of(process, f"http://127.0.0.1:{port}/health/live") == b'{"status": "live"}'
    assert b"zhengtong_events_waiting" in answer_of(process, f"http://127.0.0.1:{port}/metrics")
    second = house.start("web", "--port", str(port))
    said = second.communicate(timeout=120)[1]
    assert (second.returncode, said.count("\n")) == (1, 2)
    assert f"127.0.0.1:{port}" in said
    process.send_signal(signal.SIGTERM)
    said = process.communicate(timeout=120)[1]
    assert process.returncode == 0, said


def test_a_worker_on_a_database_without_tables_says_what_to_do(house: House) -> None:
    name = "sqlite:////" + house.environment["ZHENGTONG_HOME"].lstrip("/") + "/empty.sqlite3"
    empty = House(house.folder, name)
    process = empty.start("worker")
    said = process.communicate(timeout=120)[1]
    assert (process.returncode, said.count("\n")) == (1, 2)
    assert "zhengtong manage migrate" in said

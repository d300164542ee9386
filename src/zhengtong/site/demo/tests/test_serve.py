"""What is started is stopped, and what fails says why."""

import os
import socket
from pathlib import Path

import pytest

from zhengtong.site.demo.serve import DidNotStart, Services


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_home_without_tables_does_not_start_and_nothing_is_left_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZHENGTONG_HOME", str(tmp_path))
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "zhengtong.site.settings.base")
    monkeypatch.setenv("DATABASE_URL", "")
    with Services(home=tmp_path, host="127.0.0.1", port=free_port()) as services:
        started = [one.process.pid for one in services._running]
        with pytest.raises(DidNotStart) as caught:
            services.wait_until_ready()
    assert "migrate" in caught.value.explanation
    assert str(tmp_path / "logs") in caught.value.advice
    assert len(started) == 2
    assert not any(alive(pid) for pid in started)


def test_an_errand_that_fails_says_so_and_stops_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ZHENGTONG_HOME", str(tmp_path))
    (tmp_path / "logs").mkdir()
    services = Services(home=tmp_path, host="127.0.0.1", port=free_port())
    services.begin("help", ["--help"])
    services.begin("reconcile", ["no-such-command"])
    for one in services._running:
        one.process.wait(60)
    services._check()
    assert services._running == []
    assert [line.split()[1] for line in capsys.readouterr().err.splitlines()] == ["reconcile"]

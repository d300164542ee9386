"""Starting web server, worker and ministries of the demo and stopping what was started 启动与停止.

Each runs in a process group of its own, so that ctrl-C stops them in order and leaves nobody behind.
"""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import click
from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.errors import Refusal

_READY = "/health/ready"
_PATIENCE = 60.0
_GRACE = 12.0
_TAIL = 12
_COMMAND = "from zhengtong.site.cli import main; main()"


class DidNotStart(Refusal):
    """Web server or worker ended, or did not answer in time; the log says why."""

    code = "did_not_start"
    status = 503
    message = _("{name} 未能运行：{last}")
    remedy = _("完整日志在 {log}；改正后再次运行 zhengtong demo，数据不会丢失。")


@dataclass(kw_only=True)
class Running:
    """A process that we started, and where it writes."""

    name: str
    log: Path
    process: subprocess.Popen[bytes]
    is_errand: bool = False

    def died(self) -> bool:
        """Say whether it has ended."""
        return self.process.poll() is not None

    def refusal(self) -> DidNotStart:
        """Return the refusal that names it, with the end of its log."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-_TAIL:]
        return DidNotStart(name=self.name, last="\n".join(lines) or "—", log=self.log)


class Services:
    """Web server, worker and simulated ministries of one home, as a context: leaving it stops them.

    Args:
        home: the folder of the data; logs go to its `logs`.
        host: address to listen on.
        port: port to listen on.
        ministries: what a simulator of the ministries is told, see `ministries simulate`; None starts none.
    """

    def __init__(self, *, home: Path, host: str, port: int, ministries: Sequence[str] | None = None) -> None:
        self.host, self.port, self._ministries = host, port, ministries
        self._logs = home / "logs"
        self._running: list[Running] = []

    def __enter__(self) -> Self:
        self._logs.mkdir(exist_ok=True)
        try:
            self._start("web", ["web", "--host", self.host, "--port", str(self.port)])
            self._start("worker", ["worker"])
            if self._ministries is not None:
                self._start("ministries", ["ministries", "simulate", *self._ministries])
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def wait_until_ready(self) -> None:
        """Return when the web server answers that it is ready.

        Raises:
            DidNotStart: it ended, or did not answer within a minute.
        """
        deadline = time.monotonic() + _PATIENCE
        while not self._answers():
            self._check()
            if time.monotonic() > deadline:
                raise self._running[0].refusal()
            time.sleep(0.2)

    def begin(self, name: str, arguments: Sequence[str]) -> None:
        """Start something that ends by itself when it is done; where it fails, a line says so and all else goes on."""
        self._start(name, arguments, is_errand=True)

    def wait(self) -> None:
        """Wait for ctrl-C or SIGTERM.

        Raises:
            KeyboardInterrupt: it came.
            DidNotStart: one of the processes ended by itself.
        """
        while True:
            self._check()
            time.sleep(0.5)

    def stop(self) -> None:
        """Ask every process group to end, and end what has not ended after some seconds."""
        for one in reversed(self._running):
            _signal(one.process, signal.SIGTERM)
        deadline = time.monotonic() + _GRACE
        for one in self._running:
            try:
                one.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal(one.process, signal.SIGKILL)
                one.process.wait()
        self._running.clear()

    def _start(self, name: str, arguments: Sequence[str], *, is_errand: bool = False) -> None:
        log = self._logs / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 -- our own command
                [sys.executable, "-c", _COMMAND, *arguments],
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        self._running.append(Running(name=name, log=log, process=process, is_errand=is_errand))

    def _check(self) -> None:
        for one in [one for one in self._running if one.died()]:
            if not one.is_errand:
                raise one.refusal()
            self._running.remove(one)
            if one.process.returncode:
                click.echo(f"  ✗ {one.name} failed and is tried again at the next start; why: {one.log}", err=True)

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=2)
        try:
            connection.request("GET", _READY)
            return connection.getresponse().status == http.client.OK
        except OSError:
            return False
        finally:
            connection.close()


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    if process.poll() is None:
        os.killpg(process.pid, number)

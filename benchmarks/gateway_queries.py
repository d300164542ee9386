"""Signed, masked point queries on record before they answer: ≥ 8,000/s on two cores, p99 ≤ 50 ms, ≤ 3× a bare one.

A real gateway (workers and scribe) over a million records on SQLite; 32 connections ask, every query signed and asked
once. In the same run: the same server answering a bare look-up (no signature, no agreement, no mask, no record), and a
django-ninja skeleton doing the same on granian.

    python -m benchmarks gateway_queries [RECORDS] [QUERIES]
"""
# ruff: noqa: E402 -- Django must be set up before its parts are imported

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

HOME = Path(tempfile.mkdtemp(prefix="zhengtong-gateway-"))
os.environ["ZHENGTONG_HOME"] = str(HOME)
os.environ["DJANGO_SETTINGS_MODULE"] = "zhengtong.site.settings.base"
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(HOME))

import django

django.setup()

import orjson
from django.core.management import call_command

from benchmarks.common import machine, quantile
from zhengtong.data.exchange.contracts import Algorithm
from zhengtong.data.exchange.gateway import points, signatures
from zhengtong.data.exchange.tests.builders import DATASET, ITEM, a_key, an_agreement, id_number, person

CONNECTIONS, WORKERS, PORT = 32, 2, 8199
GOAL_RATE, GOAL_P99, GOAL_SHARE = 8_000, 0.050, 3.0


@dataclass(frozen=True, kw_only=True)
class Load:
    """What one run of queries gave."""

    seconds: float
    times: list[float]
    server_cpu: float
    good: int

    def line(self, name: str) -> str:
        """Return the run as one line."""
        p50, p99 = (1000 * quantile(self.times, share) for share in (0.5, 0.99))
        each = 1e6 * self.server_cpu / len(self.times)
        return (
            f"{name:34} {len(self.times) / self.seconds:8,.0f}/s   p50 {p50:5.1f} ms   p99 {p99:5.1f} ms"
            f"   {each:5.0f} µs CPU of the servers each   {self.good} answered"
        )


class Asker(asyncio.Protocol):
    """One connection that asks the next query as soon as the last is answered."""

    def __init__(self, queries: Iterator[bytes], times: list[float], done: "asyncio.Future[int]") -> None:
        self._queries, self._times, self._done = queries, times, done
        self._buffer, self._good, self._sent = b"", 0, 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        if len(body) < length:
            return
        self._times.append(time.perf_counter() - self._sent)
        self._good += head.startswith(b"HTTP/1.1 200") and b'"found":true' in body
        self._buffer = b""
        self._next()

    def _next(self) -> None:
        query = next(self._queries, None)
        if query is None:
            self._transport.close()
            self._done.set_result(self._good)
            return
        self._sent = time.perf_counter()
        self._transport.write(query)


async def ask(queries: list[bytes], port: int) -> tuple[float, list[float], int]:
    """Ask all queries over `CONNECTIONS` connections; return seconds, the time of each, how many found a record."""
    loop, shared, times = asyncio.get_running_loop(), iter(queries), list[float]()
    started = time.perf_counter()
    ends = []
    for _connection in range(CONNECTIONS):
        done: asyncio.Future[int] = loop.create_future()
        ends.append(done)
        await loop.create_connection(lambda done=done: Asker(shared, times, done), "127.0.0.1", port)  # type: ignore[misc]
    good = sum(await asyncio.gather(*ends))
    return time.perf_counter() - started, times, good


def signed(count: int, records: int, agreement: str, key: tuple[str, bytes]) -> list[bytes]:
    """Return *count* signed queries, as they go over the wire."""
    made, now = [], int(time.time())
    for number in range(count):
        body = orjson.dumps({"agreement": agreement, "key": id_number(number * 7919 % records), "business": ITEM})
        headers = signatures.sign(
            method="POST",
            path="/v1/query",
            body=body,
            key_id=key[0],
            algorithm=Algorithm.HMAC_SHA256,
            key=key[1],
            now=now,
        )
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        made.append(f"POST /v1/query HTTP/1.1\r\nHost: g\r\nContent-Length: {len(body)}\r\n{lines}\r\n".encode() + body)
    return made


def cpu_of(pids: list[int]) -> float:
    """Return the processor seconds of running processes."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """Return a process and all below it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in family(int(child)))]


@contextmanager
def served(command: list[str], port: int) -> Iterator[int]:
    """Run a server until the block ends."""
    process = subprocess.Popen([sys.executable, *command], env=os.environ.copy())
    try:
        deadline = time.monotonic() + 30
        while subprocess.run(["bash", "-c", f"exec 3<>/dev/tcp/127.0.0.1/{port}"], stderr=-3, check=False).returncode:
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.2)
        time.sleep(1.5)
        yield process.pid
    finally:
        process.terminate()
        process.wait(20)


def measured(command: list[str], port: int, warm: list[bytes], queries: list[bytes]) -> Load:
    """Run a server and ask it."""
    with served(command, port) as pid:
        asyncio.run(ask(warm, port))
        before = cpu_of(family(pid))
        seconds, times, good = asyncio.run(ask(queries, port))
        return Load(seconds=seconds, times=times, good=good, server_cpu=cpu_of(family(pid)) - before)


def bare_command(port: int) -> list[str]:
    """Return the command of the bare look-up: the same server and table, and nothing else."""
    return [
        "-m", "uvicorn", "benchmarks.peers.bare_lookup:make_application", "--factory", "--port", str(port),
        "--workers", str(WORKERS), "--no-access-log", "--log-level", "warning",
    ]  # fmt: skip


def ninja_command(port: int) -> list[str]:
    """Return the command of the django-ninja skeleton: the same table, a typed body, and nothing else."""
    return [
        "-m", "granian", "benchmarks.peers.ninja_lookup:application", "--interface", "wsgi", "--host", "127.0.0.1",
        "--port", str(port), "--workers", str(WORKERS), "--log-level", "warning",
    ]  # fmt: skip


def main(records: int, count: int) -> None:
    """Load, serve, ask, compare."""
    print(machine())
    call_command("migrate", verbosity=0)
    started = time.perf_counter()
    points.load(DATASET, (person(number) for number in range(records)), version=1)
    print(f"{records:,} records loaded in {time.perf_counter() - started:.0f} s")
    now = datetime.now(UTC)
    agreement, application = an_agreement(at=now, quota=10_000_000)
    key = a_key(application, at=now - timedelta(minutes=1), expires_at=now + timedelta(hours=1))
    ours = measured(
        [
            "-c",
            "from zhengtong.site.cli import main; main()",
            "gateway",
            "--port",
            str(PORT),
            "--workers",
            str(WORKERS),
        ],
        PORT,
        signed(2_000, records, agreement, key),
        signed(count, records, agreement, key),
    )
    bare = measured(bare_command(PORT + 1), PORT + 1, *(signed(n, records, agreement, key) for n in (2_000, count)))
    ninja = measured(ninja_command(PORT + 2), PORT + 2, *(signed(n, records, agreement, key) for n in (2_000, count)))
    print(ours.line("signed, masked, on record"))
    print(bare.line("bare look-up, same server"))
    print(ninja.line("django-ninja skeleton"))
    print(f"cost of the skeleton: {ninja.server_cpu / ours.server_cpu:.1f}× of ours")
    rate, p99 = count / ours.seconds, quantile(ours.times, 0.99)
    share = ours.server_cpu / bare.server_cpu
    print(f"cost {share:.1f}× of a bare look-up: {verdict(share <= GOAL_SHARE)}")
    print(f"rate {verdict(rate >= GOAL_RATE)}; p99 {verdict(p99 <= GOAL_P99)}")


def verdict(met: Any) -> str:
    """Return the word for a goal."""
    return "met" if met else "missed"


if __name__ == "__main__":
    sizes = [int(argument.replace("_", "")) for argument in sys.argv[1:3]]
    main(*(sizes + [1_000_000, 100_000][len(sizes) :]))

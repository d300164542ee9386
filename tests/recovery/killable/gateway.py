"""Ask a gateway without pause while its processes are killed; then hold every answer against the record.

python -m killable.gateway KILLS SEED
"""

import asyncio
import os
import random
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import django
import orjson

CLIENTS, PEOPLE = 8, 50
PATIENCE = 180  # seconds until something is answered; a busy machine takes a minute to start the gateway


async def ask_on(port: int, made: "Queries", answered: set[str], stop: asyncio.Event) -> None:
    """Ask one query after another over new connections; remember what was answered."""
    while not stop.is_set():
        try:
            async with asyncio.timeout(10):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(made.next())
                await writer.drain()
                head, _, body = (await reader.read()).partition(b"\r\n\r\n")
                writer.close()
        except (OSError, TimeoutError):
            await asyncio.sleep(0.05)
            continue
        if head.startswith(b"HTTP/1.1 200") and body.endswith(b"}"):
            answered.add(orjson.loads(body)["request_digest"])


class Queries:
    """Signed queries, each another one."""

    def __init__(self, agreement: str, key: tuple[str, bytes]) -> None:
        self._agreement, self._key, self._number = agreement, key, 0

    def next(self) -> bytes:
        """Return the next query as it goes over the wire."""
        from zhengtong.data.exchange.contracts import Algorithm
        from zhengtong.data.exchange.gateway import signatures
        from zhengtong.data.exchange.tests.builders import ITEM, id_number

        self._number += 1
        person = id_number(self._number % PEOPLE)
        fields = [["region"], ["name"], ["region", "name"]][self._number // PEOPLE % 3]
        blanks = b" " * (self._number // 150)  # makes every body, and so its digest, another one
        body = orjson.dumps({"agreement": self._agreement, "key": person, "business": ITEM, "fields": fields}) + blanks
        headers = signatures.sign(
            method="POST", path="/v1/query", body=body, key_id=self._key[0], algorithm=Algorithm.HMAC_SHA256,
            key=self._key[1], now=int(time.time()),
        )  # fmt: skip
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"POST /v1/query HTTP/1.1\r\nHost: g\r\nConnection: close\r\nContent-Length: {len(body)}\r\n{lines}\r\n"
        return head.encode() + body


def below(pid: int) -> list[int]:
    """Return the processes below a process that still live."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [one for child in children for one in (int(child), *below(int(child)))]


def is_scribe(pid: int) -> bool:
    """Tell whether a process is the scribe."""
    try:
        return b"scribe" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


async def kill_some(gateway: int, kills: int, chance: random.Random, answered: set[str]) -> None:
    """Kill the scribe or a worker at random moments, each time after something was answered again."""
    for number in range(kills):
        before = len(answered)
        deadline = time.monotonic() + PATIENCE
        while len(answered) < before + 20:
            assert time.monotonic() < deadline, f"nothing is answered after {number} kills"
            await asyncio.sleep(0.02)
        await asyncio.sleep(chance.random() * 0.1)
        alive = below(gateway)
        scribes, others = [pid for pid in alive if is_scribe(pid)], [pid for pid in alive if not is_scribe(pid)]
        # of uvicorn's processes the first is its supervisor, which a service manager would start again
        victims = scribes if number % 3 else others[-1:]
        for victim in victims:
            os.kill(victim, signal.SIGKILL)


async def rush(port: int, made: Queries, gateway: int, kills: int, seed: int) -> set[str]:
    """Ask and kill at the same time; return what was answered."""
    answered, stop = set[str](), asyncio.Event()
    clients = [asyncio.create_task(ask_on(port, made, answered, stop)) for _client in range(CLIENTS)]
    await kill_some(gateway, kills, random.Random(seed), answered)  # noqa: S311 -- moments, not secrets
    stop.set()
    await asyncio.gather(*clients)
    return answered


def main(kills: int, seed: int) -> None:
    """Prepare, serve, rush, and print the tally."""
    django.setup()
    from zhengtong.data.exchange import api as exchange
    from zhengtong.data.exchange.gateway import points
    from zhengtong.data.exchange.models import Look, Usage
    from zhengtong.data.exchange.tests.builders import DATASET, a_key, an_agreement, person

    now = datetime.now(UTC)
    points.load(DATASET, [person(number) for number in range(PEOPLE)], version=1)
    agreement, application = an_agreement(at=now, quota=10_000_000)
    key = a_key(application, at=now - timedelta(minutes=1), expires_at=now + timedelta(hours=1))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = "from zhengtong.site.cli import main; main()"
    gateway = subprocess.Popen(
        [sys.executable, "-c", command, "gateway", "--port", str(port)], stdout=subprocess.DEVNULL
    )
    try:
        answered = asyncio.run(rush(port, Queries(agreement, key), gateway.pid, kills, seed))
    finally:
        gateway.terminate()
        gateway.wait(30)
    digests = [bytes(digest).hex() for digest in Look.objects.values_list("request_digest", flat=True)]
    verdict = exchange.check_looks()
    counted = sum(Usage.objects.values_list("count", flat=True))
    print(f"killed {kills}, answered {len(answered)}")  # noqa: T201
    print(f"lost {len(answered - set(digests))}, doubled {len(digests) - len(set(digests))}")  # noqa: T201
    print(f"sound {verdict.sound}, checked all {verdict.checked == len(digests)}, counted {counted == len(digests)}")  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))

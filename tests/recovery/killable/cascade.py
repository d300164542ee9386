"""Three nodes that pull from one another over lines that are cut, while their processes are killed; then count rows.

python -m killable.cascade ROUNDS SEED [HOME]

A province gives residents down to its city, and that to its county; the county gives households up. Each node has its
own home, its own gateway and one process that collects, pulls and announces. What each holds in the end is read from
its lake and held against what was ever given in.
"""

import asyncio
import csv
import hashlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from deltalake import DeltaTable

DOWN, UP = "301001/1", "301001/2"
ROLES = ("province", "city", "county")
AREAS = {"province": "", "city": "3301", "county": "330106"}
OFFERS = {"province": {"city": (DOWN, "3301")}, "city": {"county": (DOWN, "330106"), "province": (UP, "330106")},
          "county": {"city": (UP, "330106")}}  # fmt: skip
PLACES = ("330106001001", "330106001000", "330107000000", "330000000000")
FAILPOINTS = ("cascade.fetched", "collection.landed", "collection.claimed", "cascade.landed", "exchange.announced")
DATABASE = "zhengtong.sqlite3"
COMMAND = "from zhengtong.site.cli import main; main()"
PEOPLE, CHANGED = 400, 40
PATIENCE = 300.0
"""Seconds until all nodes agree once nothing is killed any more."""
Rows = dict[str, tuple[str, str]]


def set_up(role: str) -> dict[str, Any]:
    """Put both resources into the node's catalogue, and agree with those it gives to; return keys by consumer."""
    from zhengtong.data.catalog import api as catalog
    from zhengtong.data.catalog.api import SharingMode
    from zhengtong.data.exchange import api as exchange
    from zhengtong.data.exchange.tests import builders
    from zhengtong.kernel.ids import new_id
    from zhengtong.trust.identity.tests.builders import an_organisation, some_regions

    now, element = datetime.now(UTC), catalog.DataElement
    some_regions()
    provider, names = an_organisation(name="数据局"), ("id_number", "name", "region")
    for code in (DOWN, UP):
        elements = (
            element(name="id_number", title="编号", length=18, key=True),
            element(name="name", title="名称", length=50),
            element(name="region", title="区划代码", length=12, standard="region"),
        )
        entry = catalog.DatasetEntry(
            code=code, name=f"资源{code[-1]}", summary="演练。", elements=elements,
            sharing=catalog.SharingClass.UNCONDITIONAL, modes=(SharingMode.SUBSCRIPTION,),
        )  # fmt: skip
        catalog.register(actor=builders.SYSTEM, provider=provider, entries=[entry], at=now)
        catalog.publish(actor=builders.SYSTEM, codes=[code], at=now)
    keys = {}
    for consumer, (code, region) in OFFERS[role].items():
        own = an_organisation(name=consumer)
        application = builders.an_application(own, now)
        fields = tuple(exchange.FieldGrant(name=name) for name in names)
        terms = builders.some_terms(
            now, quota=10_000_000, region=region, modes=(SharingMode.SUBSCRIPTION,), rows=10**9, fields=fields
        )
        made = exchange.ask(
            actor=builders.consumer_of(own), request=new_id(), dataset=code, application=application, wanted=terms,
            at=now,
        )  # fmt: skip
        key, secret = builders.a_key(application, at=now - timedelta(minutes=1), expires_at=now + timedelta(hours=2))
        keys[consumer] = {"agreement": str(made.agreement), "key": key, "secret": secret.hex(), "dataset": code}
    return keys


def connect(role: str, peers: dict[str, Any]) -> None:
    """Set up the nodes that this one takes from."""
    from zhengtong.data.cascade import api as cascade
    from zhengtong.data.exchange.api import Algorithm
    from zhengtong.data.exchange.tests.builders import ITEM, SYSTEM

    now = datetime.now(UTC)
    for name, told in peers.items():
        is_upper = ROLES.index(name) < ROLES.index(role)
        entry = cascade.PeerEntry(
            name=name, position=cascade.Position.UPPER if is_upper else cascade.Position.LOWER,
            gateway=told["gateway"], key_id=told["key"], algorithm=Algorithm.HMAC_SHA256,
            key=bytes.fromhex(told["secret"]),
        )  # fmt: skip
        cascade.add_peer(actor=SYSTEM, entry=entry, at=now)
        wanted = cascade.IntakeEntry(dataset=told["dataset"], peer=name, agreement=UUID(told["agreement"]), item=ITEM)
        cascade.take(actor=SYSTEM, entry=wanted, at=now)


def run_node(role: str, place: str) -> None:
    """Collect what was given in, pull from the other nodes, announce; again and again, or until *place* kills it."""
    from zhengtong.data.cascade import api as cascade
    from zhengtong.data.collection import api as collection
    from zhengtong.data.exchange.tests.builders import SYSTEM
    from zhengtong.kernel import failpoints
    from zhengtong.kernel.events.api import drain

    home = Path(os.environ["ZHENGTONG_HOME"])
    if not cascade.peers():
        connect(role, json.loads((home / "peers.json").read_text()))
    failpoints.arm(place)
    while True:
        for given in sorted(home.glob("given-*.csv")):
            code = UP if role == "county" else DOWN
            entry = collection.SourceEntry(
                dataset=code, name="given", kind=collection.ConnectorKind.FILE, location=str(given)
            )
            source = collection.set_up_source(actor=SYSTEM, entry=entry, at=datetime.now(UTC))
            done = collection.collect(actor=SYSTEM, source=source.id, is_alone=True)
            assert not done.error, done.error
            given.unlink()
        for one in cascade.intakes():
            cascade.pull(actor=SYSTEM, intake=one.id)
        drain()
        time.sleep(0.3)


class Line:
    """A proxy before a gateway that can be cut: whoever is on the line hears nothing more."""

    def __init__(self, target: int) -> None:
        self.port, self._target, self.is_cut = free_port(), target, False
        self._open: set[asyncio.StreamWriter] = set()

    async def serve(self) -> None:
        """Listen."""
        await asyncio.start_server(self._carry, "127.0.0.1", self.port)

    def cut(self) -> None:
        """Cut the line."""
        self.is_cut = True
        for writer in self._open:
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            if self.is_cut:
                writer.transport.abort()
                return
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
            both = {writer, far_writer}
            self._open |= both
            await asyncio.gather(self._copy(reader, far_writer), self._copy(far_reader, writer))
            self._open -= both
        writer.close()

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(4096):
                writer.write(data)
                await writer.drain()
        writer.close()


class Node:
    """A node's home and its processes."""

    def __init__(self, role: str, home: Path) -> None:
        self.role, self.home, self.port = role, home, free_port()
        self.line = Line(self.port)
        self.environment = {**os.environ, "ZHENGTONG_HOME": str(home), "DATABASE_URL": "", "ZHENGTONG_NODE": role}
        self.gateway: subprocess.Popen[bytes] | None = None
        self.worker: subprocess.Popen[bytes] | None = None

    def start(self, place: str = "") -> None:
        """Start what does not run."""
        if self.gateway is None or self.gateway.poll() is not None:
            self.gateway = self._begun("-c", COMMAND, "gateway", "--port", str(self.port), "--workers", "1")
        if self.worker is None or self.worker.poll() is not None:
            self.worker = self._begun("-m", "killable.cascade", "node", self.role, place)

    def kill(self, what: str) -> None:
        """Kill the worker, or the gateway with all its processes, with nothing tidied up."""
        process = self.worker if what == "worker" else self.gateway
        if process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def _begun(self, *arguments: str) -> "subprocess.Popen[bytes]":
        with (self.home / "said.log").open("ab") as said:
            return subprocess.Popen(
                [sys.executable, *arguments], env=self.environment, stdout=said, stderr=said, start_new_session=True
            )

    def give(self, number: int, rows: Rows) -> None:
        """Hand in all rows that the node's own department has now."""
        partial = self.home / "given.partial"
        with partial.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("id_number", "name", "region"), *((key, *row) for key, row in rows.items())])
        partial.rename(self.home / f"given-{number:06d}.csv")

    def held(self, code: str) -> list[tuple[str, str, str]]:
        """Return the rows in the node's lake, in order, as often as they are there."""
        path = self.home / "lake/datasets" / code.replace("/", "-")
        if not DeltaTable.is_deltatable(str(path)):
            return []
        found = DeltaTable(path).to_pyarrow_table(columns=["id_number", "name", "region"])
        return sorted(zip(*(found[name].to_pylist() for name in found.column_names), strict=True))


def free_port() -> int:
    """Return a port of the loopback that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def changed(rows: Rows, number: int, chance: random.Random, places: tuple[str, ...]) -> None:
    """Have some come, go, move and be renamed."""
    for _turn in range(CHANGED):
        key, what = f"{chance.randrange(PEOPLE):018d}", chance.random()
        if what < 0.2:
            rows.pop(key, None)
        else:
            rows[key] = (f"第{number}轮{what:.6f}", chance.choice(places))


def expected(role: str, code: str, given: dict[str, Rows]) -> list[tuple[str, str, str]]:
    """Return the rows a node must hold in the end."""
    area = AREAS[role] if code == DOWN else ""
    return sorted((key, *row) for key, row in given[code].items() if row[1].startswith(area))


def sha(rows: list[tuple[str, str, str]]) -> str:
    """Return a short digest of rows."""
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:16]


async def storm(nodes: dict[str, Node], rounds: int, chance: random.Random, given: dict[str, Rows]) -> dict[str, int]:
    """Give in, cut and kill for so many rounds; return how often what happened."""
    counted = {"kills": 0, "cuts": 0, "failpoints": 0}
    for number in range(1, rounds + 1):
        for role, code, places in (("province", DOWN, PLACES), ("county", UP, PLACES[:2])):
            changed(given[code], number, chance, places)
            nodes[role].give(number, given[code])
        cut = nodes[chance.choice(ROLES)].line
        cut.cut()
        counted["cuts"] += 1
        await asyncio.sleep(chance.random() * 1.5)
        victim, what = nodes[chance.choice(ROLES)], "gateway" if chance.random() < 0.3 else "worker"
        victim.kill(what)
        counted["kills"] += 1
        place = FAILPOINTS[number % len(FAILPOINTS)]
        victim.start(place)
        cut.is_cut = False
        await asyncio.sleep(2 + chance.random() * 2)
        for node in nodes.values():
            counted["failpoints"] += node.worker is not None and node.worker.poll() == -signal.SIGKILL
            node.start()
    return counted


async def converged(nodes: dict[str, Node], given: dict[str, Rows]) -> float:
    """Wait until every node holds what it must; return after how many seconds, or the patience."""
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE:
        for node in nodes.values():
            node.start()
        if all(node.held(code) == expected(role, code, given) for role, node in nodes.items() for code in (DOWN, UP)):
            return time.monotonic() - began
        await asyncio.sleep(0.5)
    return PATIENCE


async def drill(home: Path, rounds: int, seed: int, prepared: Path | None) -> bool:
    """Prepare three nodes, storm, wait, and print the tally; say whether all is there once.

    Args:
        home: where the nodes' homes are made.
        rounds: how often something is given in, cut and killed.
        seed: of the moments.
        prepared: a home whose database has its tables already; None to make one.
    """
    chance = random.Random(seed)  # noqa: S311 -- moments, not secrets
    nodes = {role: Node(role, home / role) for role in ROLES}
    template = Node("template", home / "template")
    if prepared is not None and (prepared / DATABASE).exists():
        template.home = prepared
    else:
        template.home.mkdir()
        run(template, "-c", COMMAND, "manage", "migrate", "--run-syncdb", "--verbosity=0")
    peers: dict[str, dict[str, Any]] = {role: {} for role in ROLES}
    for role, node in nodes.items():
        shutil.copytree(template.home, node.home)
        for consumer, told in json.loads(run(node, "-m", "killable.cascade", "setup", role)).items():
            peers[consumer][role] = {**told, "gateway": f"http://127.0.0.1:{node.line.port}"}
    given: dict[str, Rows] = {DOWN: {}, UP: {}}
    for role, node in nodes.items():
        (node.home / "peers.json").write_text(json.dumps(peers[role]))
        await node.line.serve()
    try:
        for node in nodes.values():
            node.start()
        counted = await storm(nodes, rounds, chance, given)
        seconds = await converged(nodes, given)
    finally:
        for node in nodes.values():
            node.kill("worker")
            node.kill("gateway")
    return told_of(nodes, given, counted, seconds)


def told_of(nodes: dict[str, Node], given: dict[str, Rows], counted: dict[str, int], seconds: float) -> bool:
    """Print what each node holds beside what it must hold."""
    print(", ".join(f"{name} {count}" for name, count in counted.items()), f"converged after {seconds:.0f} s")  # noqa: T201
    sound = True
    for role, node in nodes.items():
        for code in (DOWN, UP):
            rows, must = node.held(code), expected(role, code, given)
            lost, doubled = len(set(must) - set(rows)), len(rows) - len({row[0] for row in rows})
            print(f"{role} {code}: {len(rows)} rows, lost {lost}, doubled {doubled}, {sha(rows)} {sha(must)}")  # noqa: T201
            sound = sound and rows == must
        if not sound:
            print((node.home / "said.log").read_text(errors="replace")[-3000:], file=sys.stderr)  # noqa: T201
    return sound


def run(node: Node, *arguments: str) -> str:
    """Run Python for a node to its end; return what it printed."""
    done = subprocess.run(
        [sys.executable, *arguments], env=node.environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""


def main(arguments: list[str]) -> int:
    """Be a node, or drill three of them."""
    if arguments[0] in {"setup", "node"}:
        import django

        django.setup()
        if arguments[0] == "setup":
            print(json.dumps(set_up(arguments[1])))  # noqa: T201
        else:
            run_node(arguments[1], arguments[2])
        return 0
    with tempfile.TemporaryDirectory(prefix="zhengtong-cascade-") as home:
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the nodes end with the drill
        prepared = Path(arguments[2]) if len(arguments) > 2 else None
        return 0 if asyncio.run(drill(Path(home), int(arguments[0]), int(arguments[1]), prepared)) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

"""Batches through the gateway, signed, masked and on record: ≥ 4 M rows per core-second, ≥ 8× JSON pages.

A real gateway (one worker and its scribe) over a version of eight columns on SQLite; every part is asked for with a
signature of its own and read to its end. Counted are the processor seconds of the servers, threads included. In the
same run: the same rows and masks as JSON pages of a thousand, from a server that asks nobody and records nothing.

    python -m benchmarks exchange_batch [ROWS]
"""

import base64
import hashlib
import http.client
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import orjson
import pyarrow as pa
from django.core.management import call_command

from benchmarks.common import machine
from benchmarks.gateway_queries import cpu_of, family, served, verdict  # sets Django up, so it comes first

# isort: split
from zhengtong.data.catalog import api as catalog
from zhengtong.data.catalog.api import SharingMode
from zhengtong.data.collection import api as collection
from zhengtong.data.collection import lake
from zhengtong.data.exchange import api as exchange
from zhengtong.data.exchange.contracts import Algorithm, FieldGrant, Mask
from zhengtong.data.exchange.gateway import signatures
from zhengtong.data.exchange.tests.builders import ITEM, SYSTEM, a_key, an_application, consumer_of, some_terms
from zhengtong.kernel.ids import new_id
from zhengtong.trust.identity.tests.builders import an_organisation, some_regions

ROWS, ROUNDS, PAGE, PORT = 1_000_000, 3, 1_000, 8299
GOAL, GOAL_RATIO = 4_000_000, 8.0
DATASET = "301001/8"
MASKS = {
    "id_number": Mask.ID_NUMBER, "name": Mask.NAME, "sex": Mask.NONE, "born_on": Mask.NONE, "region": Mask.NONE,
    "address": Mask.NONE, "phone": Mask.PHONE, "registered_on": Mask.NONE,
}  # fmt: skip
_FAMILY_NAMES, _GIVEN = "王李张刘陈杨黄赵吴周", "伟芳娜敏静丽强磊军洋"


@dataclass(frozen=True, kw_only=True)
class Share:
    """What a way of handing out rows came to."""

    name: str
    rows: int
    size: int
    cpu: float
    wall: float

    @property
    def rate(self) -> float:
        """Rows per core-second of the servers."""
        return self.rows / self.cpu

    def line(self) -> str:
        """Return it as one line."""
        return (
            f"{self.name:44} {self.rate / 1e6:5.2f} M rows per core-second   {self.size / self.rows:6.1f} bytes a row"
            f"   {self.rows / self.wall / 1e6:5.2f} M rows/s on the wall"
        )


def residents(rows: int) -> pa.Table:
    """Return people: two columns of which no two values are alike, four that repeat, two of dates."""
    day = date(1950, 1, 1)
    days = [day + timedelta(days=number) for number in range(25_000)]
    numbers = range(rows)
    return pa.table(
        {
            "id_number": [f"330106{days[n * 7919 % 25_000]:%Y%m%d}{n % 9_999:04d}" for n in numbers],
            "name": [
                _FAMILY_NAMES[n % 10] + _GIVEN[n // 10 % 10] + _GIVEN[n // 100 % 10] * (n % 3 > 0) for n in numbers
            ],
            "sex": ["男" if n % 2 else "女" for n in numbers],
            "born_on": pa.array([days[n * 7919 % 25_000] for n in numbers], pa.date32()),
            "region": ["330106001001" if n % 5 else "440103001001" for n in numbers],
            "address": [f"西湖区文三路{n % 3000}号{n % 60}幢{n % 30}室" for n in numbers],
            "phone": [f"138{n * 7919 % 100_000_000:08d}" for n in numbers],
            "registered_on": pa.array([days[20_000 + n * 31 % 5_000] for n in numbers], pa.date32()),
        }
    )


def described(provider: Any) -> None:
    """Put the resource into the catalogue."""
    element = catalog.DataElement
    entry = catalog.DatasetEntry(
        code=DATASET, name="居民信息", summary="测量用。", sharing=catalog.SharingClass.UNCONDITIONAL,
        modes=(SharingMode.QUERY, SharingMode.BATCH), table="measured",
        elements=tuple(
            element(name=name, title=name, standard="region" if name == "region" else "") for name in MASKS
        ),
    )  # fmt: skip
    catalog.register(actor=SYSTEM, provider=provider, entries=[entry], at=datetime.now(UTC))
    catalog.publish(actor=SYSTEM, codes=[DATASET], at=datetime.now(UTC))


def agreed(consumer: Any, application: Any, fields: dict[str, Mask], region: str | None) -> str:
    """Return the number of an agreement about these fields, in this area."""
    now = datetime.now(UTC)
    terms = some_terms(
        now, modes=(SharingMode.BATCH,), rows=100_000_000_000, quota=10_000_000, region=region,
        fields=tuple(FieldGrant(name=name, mask=mask) for name, mask in fields.items()),
    )  # fmt: skip
    made = exchange.ask(
        actor=consumer_of(consumer), request=new_id(), dataset=DATASET, application=application, wanted=terms, at=now
    )
    return str(made.agreement)


def parts(agreement: str, key: tuple[str, bytes], form: str, count: int) -> Iterator[tuple[int, int]]:
    """Fetch all parts of the version; yield the rows and bytes of each, whose digest is held against its header."""
    line = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    for part in range(count):
        asked = {"agreement": agreement, "business": ITEM, "version": 0, "part": part, "format": form}
        body = orjson.dumps(asked)
        headers = signatures.sign(
            method="POST", path="/v1/batch", body=body, key_id=key[0], algorithm=Algorithm.HMAC_SHA256, key=key[1],
            now=int(time.time()),
        )  # fmt: skip
        line.request("POST", "/v1/batch", body, headers)
        answer = line.getresponse()
        content = answer.read()
        assert answer.status == 200, content
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        assert answer.headers["Content-Digest"] == f"sha-256=:{digest}:"
        yield int(answer.headers["Exchange-Rows"]), len(content)


def pages(found: Any) -> Iterator[tuple[int, int]]:
    """Fetch all rows as JSON pages; yield the rows and bytes of each."""
    line = http.client.HTTPConnection("127.0.0.1", PORT + 1, timeout=60)
    for part, portion in enumerate(found.portions):
        for offset in range(0, portion.rows, PAGE):
            line.request("GET", f"/rows?part={part}&offset={offset}&limit={PAGE}")
            content = line.getresponse().read()
            yield min(PAGE, portion.rows - offset), len(content)


def shared(name: str, pid: int, fetch: Callable[[], Iterator[tuple[int, int]]], rounds: int) -> Share:
    """Fetch everything once to warm up, then *rounds* times, and measure the servers."""
    for _one in fetch():
        pass
    before, started = cpu_of(family(pid)), time.perf_counter()
    found = [one for _round in range(rounds) for one in fetch()]
    return Share(
        name=name, rows=sum(rows for rows, _size in found), size=sum(size for _rows, size in found),
        cpu=cpu_of(family(pid)) - before, wall=time.perf_counter() - started,
    )  # fmt: skip


def main(rows: int) -> None:
    """Land, serve, fetch, compare."""
    print(machine())
    call_command("migrate", verbosity=0)
    some_regions()
    provider, consumer = an_organisation(name="公安局"), an_organisation(name="民政局")
    described(provider)
    lake.land("measured", residents(rows), keys=[], mode="snapshot", source=new_id(), sequence=1, notes={})
    found, now = collection.portions("measured"), datetime.now(UTC)
    application = an_application(consumer, now)
    key = a_key(application, at=now - timedelta(minutes=1), expires_at=now + timedelta(hours=1))
    plain = agreed(consumer, application, dict.fromkeys(MASKS, Mask.NONE), None)
    masked = agreed(consumer, application, MASKS, None)
    bounded = agreed(consumer, application, MASKS, "330106")
    gateway = ["-c", "from zhengtong.site.cli import main; main()", "gateway", "--port", str(PORT), "--workers", "1"]
    ways = [
        ("Arrow lz4, as it is", plain, "arrow"),
        ("Arrow lz4, three masks", masked, "arrow"),
        ("Arrow lz4, three masks, four fifths by area", bounded, "arrow"),
        ("Parquet zstd, three masks", masked, "parquet"),
    ]
    shares = list[Share]()
    with served(gateway, PORT) as pid:
        for name, agreement, form in ways:
            shares.append(shared(name, pid, partial(parts, agreement, key, form, len(found.portions)), ROUNDS))
            print(shares[-1].line(), flush=True)
    os.environ |= {"BENCHMARK_TABLE": "measured", "BENCHMARK_MASKS": orjson.dumps(MASKS).decode()}
    peer = ["-m", "uvicorn", "benchmarks.peers.json_pages:make_application", "--factory", "--port", str(PORT + 1)]
    with served([*peer, "--no-access-log", "--log-level", "warning"], PORT + 1) as pid:
        paged = shared("JSON pages of 1,000, three masks, no door", pid, partial(pages, found), 1)
    print(paged.line())
    for one in shares:
        times = one.rate / paged.rate
        print(f"{one.name}: {times:.1f}× JSON pages {verdict(times >= GOAL_RATIO)}; rate {verdict(one.rate >= GOAL)}")


if __name__ == "__main__":
    main(int(sys.argv[1].replace("_", "")) if len(sys.argv) > 1 else ROWS)

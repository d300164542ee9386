"""Nodes of other levels for the tests: gateways in the test's own process, lines to them that can be cut."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from zhengtong.data.cascade import api as cascade
from zhengtong.data.catalog import api as catalog
from zhengtong.data.catalog.api import SharingMode
from zhengtong.data.collection import api as collection
from zhengtong.data.exchange import api as exchange
from zhengtong.data.exchange.api import FieldGrant
from zhengtong.data.exchange.gateway.scribe import Record
from zhengtong.data.exchange.tests.builders import ITEM, SYSTEM, a_key, an_agreement
from zhengtong.data.exchange.tests.counter import NOW, Counter
from zhengtong.data.exchange.tests.resource import later
from zhengtong.kernel.clock import ManualClock
from zhengtong.kernel.events.api import drain
from zhengtong.trust.identity.tests.builders import an_organisation

OWN = "301001/2"
PLAIN = tuple(FieldGrant(name=name) for name in ("id_number", "name", "region"))


@dataclass(kw_only=True)
class Node:
    """A node of another level, and what is taken from it."""

    name: str
    counter: Counter
    intake: UUID

    def pull(self, *, dies_at: int = 0, death: BaseException | None = None, **how: Any) -> cascade.PullView:
        """Pull; at a call the line is cut, or the puller dies."""
        clock = ManualClock(at=datetime.fromtimestamp(self.counter.now, UTC))
        line = line_to(self.counter, dies_at=dies_at, death=death)
        return cascade.pull(actor=SYSTEM, intake=self.intake, clock=clock, post=line, **how)


def line_to(counter: Counter, *, dies_at: int = 0, death: BaseException | None = None) -> Callable[..., Any]:
    """A line to a gateway."""
    calls = 0

    def post(path: str, *, body: bytes, headers: Mapping[str, str], method: str = "POST") -> Any:
        nonlocal calls
        calls += 1
        if calls == dies_at:
            raise death or ConnectionResetError
        answer = counter.post(path, body, headers) if method == "POST" else counter.get(path, headers)
        return answer.status, answer.headers, answer.body

    return post


def own_resource() -> None:
    """Put this node's own resource into the catalogue."""
    element = catalog.DataElement
    entry = catalog.DatasetEntry(
        code=OWN,
        name="下发居民信息",
        summary="上级下发或者下级上报的居民信息。",
        elements=(
            element(name="id_number", title="公民身份号码", length=18, key=True),
            element(name="name", title="姓名", length=50),
            element(name="region", title="区划代码", length=12, standard="region"),
        ),
        sharing=catalog.SharingClass.UNCONDITIONAL,
        modes=(catalog.SharingMode.SUBSCRIPTION,),
    )
    catalog.register(actor=SYSTEM, provider=an_organisation(name="数据局"), entries=[entry], at=NOW)
    catalog.publish(actor=SYSTEM, codes=[OWN], at=NOW)


def a_node(
    name: str = "省",
    position: cascade.Position = cascade.Position.UPPER,
    *,
    region: str | None = None,
    fields: tuple[FieldGrant, ...] = PLAIN,
    every: int | None = None,
) -> Node:
    """Set up a node and take its residents, those of an area if one is named."""
    agreement, application = an_agreement(
        at=NOW, modes=(SharingMode.SUBSCRIPTION,), rows=100_000, fields=fields, region=region
    )
    drain()
    key, secret = a_key(application, at=NOW, expires_at=later(days=1))
    counter = Counter(agreement=agreement, key=(key, secret), record=Record(agreement))
    entry = cascade.PeerEntry(
        name=name, position=position, gateway="https://gateway.example", key_id=key,
        algorithm=exchange.Algorithm.HMAC_SHA256, key=secret,
    )  # fmt: skip
    cascade.add_peer(actor=SYSTEM, entry=entry, at=NOW)
    wanted = cascade.IntakeEntry(dataset=OWN, peer=name, agreement=UUID(agreement), item=ITEM, every_minutes=every)
    return Node(name=name, counter=counter, intake=cascade.take(actor=SYSTEM, entry=wanted, at=NOW).id)


def held() -> dict[str, str]:
    """Return the names by number that this node holds; a number that is there twice fails."""
    found = collection.rows(OWN.replace("/", "-"))
    rows = [] if found is None else found.to_pylist()
    assert len({row["id_number"] for row in rows}) == len(rows)
    return {row["id_number"]: row["name"] for row in rows}

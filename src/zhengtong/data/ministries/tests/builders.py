"""A county whose civil affairs may ask about marriages, and ministries that know its people."""

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

import uvicorn

from zhengtong.data.ministries import api
from zhengtong.data.ministries.simulator import Served, application
from zhengtong.data.registries import api as registries
from zhengtong.data.registries.tests import builders as county
from zhengtong.kernel.errors import Phrase
from zhengtong.kernel.ids import new_id
from zhengtong.trust.access import api as access
from zhengtong.trust.identity.contracts import Actor, Duty, SubjectKind
from zhengtong.trust.identity.tests import builders as identities

AT, SYSTEM = county.AT, identities.SYSTEM
MARRIAGE, IDENTITY, PAIR = "civil_affairs-marriage", "public_security-identity", "civil_affairs-marriage_check"
ITEM = "902008000000"
SECRET = bytes(range(32))
FOLDER = Path(__file__).resolve().parents[5] / "provinces" / "demo" / "ministries"
ME = {"name": "沈建国", "id_number": county.id_number(1)}
SPOUSE = {"name": "陈芳", "id_number": county.id_number(2)}


def people() -> api.People:
    number = county.id_number
    spouses = {1: number(2), 2: number(1)}
    return api.People(
        persons={
            number(index): {
                "id_number": number(index), "name": one[0], "region": "德清县", "spouse_number": spouses.get(index, ""),
            }
            for index, one in county.PEOPLE.items()
        },
        entities={
            county.SHOP: {
                "credit_code": county.SHOP,
                "name": "德清安达商贸有限公司",
                "status": "存续",
                "established_on": "2020-01-02",
            }
        },
    )  # fmt: skip


@dataclass
class Scripted:
    """Ministries that answer as simulated, count what they are asked, and fail while told to."""

    asked: list[Mapping[str, str]] = field(default_factory=list)
    failing: bool = False

    def ask(
        self, interface: api.Interface, inputs: Mapping[str, str], *, request: UUID, business: str, at: datetime
    ) -> Mapping[str, str] | None:
        del request, business, at
        self.asked.append(inputs)
        if self.failing:
            raise api.UnansweredError(Phrase("接口回答 {status}", status=503))
        return api.Simulated(people()).answer(interface, inputs)


@dataclass(frozen=True, kw_only=True)
class House:
    affairs: UUID
    officer: Actor
    grant: api.GrantView
    upstream: Scripted

    def ask(self, at: datetime = AT, interface: str = MARRIAGE, business: str = ITEM, **inputs: str) -> api.Answer:
        return api.ask(
            actor=self.officer, interface=interface, business=business, inputs=inputs or ME, at=at,
            upstream=self.upstream,
        )  # fmt: skip


def an_officer(organisation: UUID, *permissions: str) -> Actor:
    role = f"role{new_id()}"
    access.define_role(
        actor=SYSTEM, code=role, name=role, name_en=role, duty=Duty.BUSINESS, permissions=permissions, at=AT
    )
    post = identities.a_post(organisation, title=role)
    access.grant_role(actor=SYSTEM, role=role, post_id=post, region="33", at=AT)
    subject = identities.an_official(post)
    return Actor(subject=subject, kind=SubjectKind.OFFICIAL, post=post, organisation=organisation)


def entry(organisation: UUID, **changed: object) -> api.GrantEntry:
    wanted = api.GrantEntry(
        interface=MARRIAGE, organisation=organisation, items=(ITEM,), purpose="核对婚姻状况", basis="《婚姻登记条例》",
        daily_quota=5, expires_on=date(2026, 12, 31),
    )  # fmt: skip
    return replace(wanted, **changed)  # type: ignore[arg-type]


def a_house(**changed: object) -> House:
    county.county()
    registries.load(county.part(), responsibility=county.LOADER, at=AT)
    api.publish_catalogue(actor=SYSTEM, catalogue=api.read_catalogue(FOLDER), at=AT)
    affairs = identities.an_organisation(name="德清县民政局", region="330521")
    return House(
        affairs=affairs,
        officer=an_officer(affairs, api.Permission.ASK),
        grant=api.grant(actor=SYSTEM, identifier=new_id(), entry=entry(affairs, **changed), at=AT),
        upstream=Scripted(),
    )


@contextmanager
def served(latency: float = 0.0, failing: tuple[str, ...] = (), catalogue: Path = FOLDER) -> Iterator[str]:
    """Run the simulator on a port of its own; yield its address."""
    interfaces = {one.code: one for one in api.read_catalogue(catalogue).interfaces}
    own = Served(interfaces=interfaces, people=people(), key_id="demo", key=SECRET, latency=latency, failing=failing)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = uvicorn.Server(uvicorn.Config(application(own), port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)

"""Interfaces of ministries in the demo province 演示部委接口: who may ask, what was asked, ministries that answer.

The simulator is told the demo's people and enterprises, which are synthetic, by two files beside its key. A little was
asked already: one interface is in good use, one falters.
"""

import csv
import secrets
import socket
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from zhengtong.data.exchange.api import Algorithm
from zhengtong.data.ministries import api as ministries
from zhengtong.data.registries.api import (
    EnterpriseRecord,
    RegistryPart,
    Relation,
    ResidentRecord,
)
from zhengtong.kernel.clock import on_day, system
from zhengtong.kernel.errors import Phrase
from zhengtong.kernel.errors import mark as _
from zhengtong.kernel.ids import new_id
from zhengtong.site.demo.accounts import in_post
from zhengtong.site.demo.offices import Offices
from zhengtong.trust.identity.api import system_actor

PORT = 8704
KEY = "demo"
MARRIAGE, PENSION = "civil_affairs-marriage", "human_resources-pension"
_MARRYING = ("902001000000", "902002000000", "902011000000")
_RELIEF, _PENSION = ("902003000000", "902004000000"), ("904004000000",)
_LASTING, _BEFORE = timedelta(days=365), timedelta(days=30)
_MARRIAGES, _ASSISTANCE, _INSURANCE = "《婚姻登记条例》", "《社会救助暂行办法》", "《中华人民共和国社会保险法》"
"""Titles of laws alone; no articles are claimed."""
_CIVIL, _SOCIAL = "civil_affairs", "human_resources"
# body, interface, items, purpose, basis, queries a day, whether applicants' forms may be filled
_GRANTS = (
    (_CIVIL, MARRIAGE, _MARRYING, "核对申请人的婚姻登记情况", _MARRIAGES, 500, True),
    (_CIVIL, "civil_affairs-marriage_check", _MARRYING, "核对双方的婚姻登记", _MARRIAGES, 500, False),
    (_CIVIL, "public_security-identity_check", _MARRYING, "核对申请人的身份", _MARRIAGES, 1_000, False),
    (_CIVIL, "natural_resources-holdings", _RELIEF, "核对申请救助家庭的财产状况", _ASSISTANCE, 300, False),
    (_CIVIL, PENSION, _RELIEF, "核对申请救助家庭的收入状况", _ASSISTANCE, 300, False),
    (_SOCIAL, PENSION, _PENSION, "核对申领人的参保缴费情况", _INSURANCE, 800, False),
)


class _OutOfService:
    """A ministry whose interface is out of service."""

    def ask(
        self, interface: ministries.Interface, inputs: Mapping[str, str], *, request: UUID, business: str, at: datetime
    ) -> Mapping[str, str] | None:
        del interface, inputs, request, business, at
        raise ministries.UnansweredError(Phrase(_("接口回答 {status}"), status=503))


def is_open(home: Path) -> bool:
    """Say whether the demo's line and grants are there."""
    return bool(ministries.address()) and (home / "ministries" / "secret").exists()


def open_line(catalogue: Path, home: Path, offices: Offices, part: RegistryPart, *, at: datetime) -> int:
    """Publish the catalogue, connect to the simulator, grant, ask a little; return how many interfaces there are.

    Args:
        catalogue: the folder of the catalogue.
        home: the folder of the data; the simulator's files go to its `ministries`.
        offices: the demo's bodies and officials.
        part: people and enterprises whom the ministries know.
        at: now.
    """
    folder, found = home / "ministries", ministries.read_catalogue(catalogue)
    folder.mkdir(parents=True, exist_ok=True)
    people = list(_people(part.residents))
    _write(folder / "people.csv", people)
    _write(folder / "entities.csv", list(_entities(part.enterprises)))
    secret = folder / "secret"
    if not secret.exists():
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_hex(32), encoding="utf-8")
    ministries.publish_catalogue(actor=system_actor(), catalogue=found, at=at)
    _grant(offices, at)
    _ask_a_little(ministries.Simulated(ministries.People.read(folder)), offices, people, at)
    connect(home, PORT, at=at)
    return len(found.interfaces)


def simulation(catalogue: Path, home: Path) -> list[str]:
    """Point the line at a port that is free; return what the simulator is told, which will listen there."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    connect(home, port, at=system.now())
    folder = home / "ministries"
    return [str(catalogue), str(folder), "--secret", str(folder / "secret"), "--port", str(port), "--key", KEY]


def connect(home: Path, port: int, *, at: datetime) -> None:
    """Point the line at the simulator on this machine."""
    key = bytes.fromhex((home / "ministries" / "secret").read_text(encoding="utf-8").strip())
    ministries.connect(
        actor=system_actor(), address=f"http://127.0.0.1:{port}", key_id=KEY, algorithm=Algorithm.HMAC_SM3, key=key,
        at=at,
    )  # fmt: skip


def _grant(offices: Offices, at: datetime) -> None:
    held = {(one.entry.organisation, one.entry.interface) for one in ministries.grants(at=at)}
    for body, interface, items, purpose, basis, quota, applicants in _GRANTS:
        organisation = offices.body(body).entry.id
        if (organisation, interface) not in held:
            entry = ministries.GrantEntry(
                interface=interface, organisation=organisation, items=items, purpose=purpose, basis=basis,
                daily_quota=quota, expires_on=on_day(at) + _LASTING, for_applicants=applicants,
            )  # fmt: skip
            ministries.grant(actor=system_actor(), identifier=new_id(), entry=entry, at=at - _BEFORE)


def _ask_a_little(upstream: ministries.Upstream, offices: Offices, people: list[dict[str, str]], at: datetime) -> None:
    """Let officers ask about the couple that was registered last; asked twice, the second answer lies here."""
    couple = next(one for one in reversed(people) if one["spouse_number"])
    inputs = {"name": couple["name"], "id_number": couple["id_number"]}
    civil, social = in_post(offices, "civil_affairs", "approver"), in_post(offices, "human_resources", "approver")
    for minutes in (50, 45):
        ministries.ask(
            actor=civil, interface=MARRIAGE, business=_MARRYING[1], inputs=inputs, at=at - timedelta(minutes=minutes),
            upstream=upstream,
        )  # fmt: skip
    with suppress(ministries.MinistrySilent):
        ministries.ask(
            actor=social, interface=PENSION, business=_PENSION[0], inputs=inputs, at=at - timedelta(minutes=20),
            upstream=_OutOfService(),
        )  # fmt: skip


def _people(residents: Iterable[ResidentRecord]) -> Iterable[dict[str, str]]:
    """Yield the residents as the simulator reads them, couples with each other's number."""
    found = list(residents)
    couples: dict[UUID, dict[Relation, str]] = {}
    for one in found:
        if one.relation in {Relation.HEAD, Relation.SPOUSE}:
            couples.setdefault(one.household, {})[one.relation] = one.id_number
    other = {Relation.HEAD: Relation.SPOUSE, Relation.SPOUSE: Relation.HEAD}
    for one in found:
        spouse = couples.get(one.household, {}).get(other[one.relation], "") if one.relation in other else ""
        yield {"id_number": one.id_number, "name": one.name, "region": one.region, "spouse_number": spouse}


def _entities(enterprises: Iterable[EnterpriseRecord]) -> Iterable[dict[str, str]]:
    for one in enterprises:
        yield {
            "credit_code": one.credit_code, "name": one.name, "status": _STATUS[one.status.value],
            "established_on": one.established_on.isoformat(),
        }  # fmt: skip


_STATUS = {"active": "存续", "revoked": "吊销", "deregistered": "注销"}


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    """Write a file that only this user reads; whole wherever it bears its name."""
    partial = path.with_suffix(".partial")
    partial.touch(mode=0o600)
    with partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    partial.replace(path)

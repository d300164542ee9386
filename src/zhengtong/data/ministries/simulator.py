"""A simulator of the ministries 部委接口模拟器: answers every interface of a catalogue, the same question always alike.

Who exists comes from `people.csv` (id_number, name, region, spouse_number) and `entities.csv` (credit_code, name,
status, established_on), both synthetic. What the files do not say is drawn from a digest of the question. Whoever the
files do not know is unknown to every ministry. The wire format is ours; see `line`.
"""

import asyncio
import csv
import hashlib
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from zhengtong.data.exchange.api import Algorithm, read_signature, signature_checker, verify_signature
from zhengtong.data.ministries.contracts import Interface, Item, ItemKind
from zhengtong.kernel.checkdigits import Sex, parse_resident_id
from zhengtong.kernel.errors import Refusal

_EPOCH = date(2005, 1, 1)
_DAYS = 7_000
LONGEST_QUERY = 64 << 10
"""Bytes."""
_REMEMBERED = 900
"""Seconds for which a nonce is known: longer than any signature with it is fresh."""


@dataclass(frozen=True, kw_only=True, slots=True)
class People:
    """Whom the ministries know: people by number, entities by credit code."""

    persons: Mapping[str, Mapping[str, str]]
    entities: Mapping[str, Mapping[str, str]]

    @classmethod
    def read(cls, folder: Path) -> "People":
        """Return whom the two files in *folder* name.

        Raises:
            OSError, KeyError: a file or a column is missing.
        """
        return cls(
            persons=_by(folder / "people.csv", "id_number"), entities=_by(folder / "entities.csv", "credit_code")
        )


class Simulated:
    """The ministries, without a wire: an `Upstream` of its own, and what the server answers from."""

    def __init__(self, people: People) -> None:
        self._people = people

    def ask(
        self, interface: Interface, inputs: Mapping[str, str], *, request: UUID, business: str, at: datetime
    ) -> Mapping[str, str] | None:
        del request, business, at
        return self.answer(interface, inputs)

    def answer(self, interface: Interface, inputs: Mapping[str, str]) -> Mapping[str, str] | None:
        """Return what the ministry says; None where it does not know the person or the entity."""
        person = self._people.persons.get(inputs.get("id_number", ""))
        entity = self._people.entities.get(inputs.get("credit_code", ""))
        if ("id_number" in inputs and person is None) or ("credit_code" in inputs and entity is None):
            return None
        drawn = hashlib.sha256(orjson.dumps([interface.code, dict(inputs)], option=orjson.OPT_SORT_KEYS)).digest()
        known = {**_of_entity(entity), **_of_person(person, drawn)}
        known["matches"] = "yes" if self._matches(inputs, person, entity, drawn) else "no"
        return {
            item.key: known.get(item.key) or _drawn(item, hashlib.sha256(drawn + item.key.encode()).digest())
            for item in interface.outputs
        }

    @staticmethod
    def _matches(
        inputs: Mapping[str, str], person: Mapping[str, str] | None, entity: Mapping[str, str] | None, drawn: bytes
    ) -> bool:
        """Say whether what was given belongs together; of papers nobody keeps here, nine in ten do."""
        if person and inputs.get("name", person["name"]) != person["name"]:
            return False
        if entity and inputs.get("entity_name", entity["name"]) != entity["name"]:
            return False
        if person and "partner_number" in inputs:
            return inputs["partner_number"] == person["spouse_number"]
        papers = {"certificate_number", "document_number", "project_code", "unit_number"} & inputs.keys()
        return drawn[0] >= 26 if papers else True


@dataclass(frozen=True, kw_only=True)
class Served:
    """The simulator as a server.

    Args:
        interfaces: by code.
        people: whom they know.
        key_id: the key that queries are signed with, HMAC with SM3.
        key: its secret.
        latency: seconds that every answer takes.
        failing: codes of interfaces that answer 503, for rehearsals.
    """

    interfaces: Mapping[str, Interface]
    people: People
    key_id: str
    key: bytes
    latency: float = 0.0
    failing: Collection[str] = ()
    _nonces: dict[str, float] = field(default_factory=dict, init=False)

    async def answer(self, request: Request) -> Response:
        """Answer one query."""
        body = await request.body()
        if len(body) > LONGEST_QUERY:
            return _problem(413, "too_long")
        refused = self._refused(request, body, time.time())
        if refused:
            return _problem(401, refused)
        interface = self.interfaces.get(request.path_params["code"])
        if interface is None:
            return _problem(404, "interface_unknown")
        if self.latency:
            await asyncio.sleep(self.latency)
        if interface.code in self.failing:
            return _problem(503, "out_of_service")
        try:
            document: dict[str, Any] = orjson.loads(body)
            inputs = {item.key: str(document["inputs"][item.key]) for item in interface.inputs}
            record = Simulated(self.people).answer(interface, inputs)
            told = {"request": str(UUID(document["request"])), "record": record}
        except (ValueError, KeyError, TypeError):
            return _problem(422, "unreadable")
        return Response(orjson.dumps(told), media_type="application/json")

    def _refused(self, request: Request, body: bytes, now: float) -> str:
        """Return why a query is not believed; empty where it is. A nonce is good once."""
        check = signature_checker(Algorithm.HMAC_SM3, self.key)
        try:
            signed = read_signature(
                method="POST", path=request.url.path, headers=dict(request.headers.raw), body=body, now=now
            )
            verify_signature(signed, algorithm=Algorithm.HMAC_SM3, check=check)
        except Refusal as refusal:
            return refusal.code
        for nonce in [nonce for nonce, at in self._nonces.items() if now - at > _REMEMBERED]:
            del self._nonces[nonce]
        if signed.key != self.key_id or signed.nonce in self._nonces:
            return "key_or_nonce"
        self._nonces[signed.nonce] = now
        return ""


def application(served: Served) -> Starlette:
    """Return the simulator as an ASGI application."""
    return Starlette(routes=[Route("/v1/interfaces/{code}", served.answer, methods=["POST"])])


def _problem(status: int, code: str) -> Response:
    return Response(orjson.dumps({"code": code}), status_code=status, media_type="application/problem+json")


def _of_person(person: Mapping[str, str] | None, drawn: bytes) -> dict[str, str]:
    if person is None:
        return {}
    parsed = parse_resident_id(person["id_number"])
    grown = (date(2026, 1, 1) - parsed.born_on).days >= 8_000  # days: about 22 years
    single = "离婚" if grown and drawn[1] < 20 else "未婚"
    return {
        "name": person["name"],
        "region": person["region"],
        "birth_date": parsed.born_on.isoformat(),
        "sex": "男" if parsed.sex is Sex.MALE else "女",
        "is_deceased": "no",
        "marriage_status": "已婚" if person["spouse_number"] else single,
    }


def _of_entity(entity: Mapping[str, str] | None) -> dict[str, str]:
    if entity is None:
        return {}
    return {
        "entity_name": entity["name"],
        "entity_status": entity["status"],
        "established_on": entity["established_on"],
    }


def _drawn(item: Item, drawn: bytes) -> str:
    number = int.from_bytes(drawn[:6], "big")
    match item.kind:
        case ItemKind.FLAG:
            return "yes" if drawn[0] < 13 else "no"
        case ItemKind.CODE:
            # The first value is the usual one: three in four.
            return item.values[0 if drawn[0] < 192 else number % len(item.values)][0]
        case ItemKind.COUNT:
            return str(number % 360)
        case ItemKind.DATE:
            return (_EPOCH + timedelta(days=number % _DAYS)).isoformat()
        case ItemKind.TEXT:
            return f"MN{number % 10**10:010d}"


def _by(path: Path, column: str) -> dict[str, Mapping[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row[column]: row for row in csv.DictReader(file)}

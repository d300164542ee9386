"""Between departments: every resource, every caller, every door of the gateway and of the agreement desk."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pyarrow as pa
import pytest

from tests.access.oracle import (
    ASKED,
    AT_THE_GATEWAY,
    DOORS,
    NAMES_NEITHER,
    NO_SUCH_AGREEMENT,
    NO_SUCH_REQUEST,
    NOT_ALLOWED,
    Resource,
    one_of_each,
    told_at,
)
from tests.access.world import KEY, NOW, SECRET, SYSTEM, an_official, describe, entry, fill, footprint
from zhengtong.data.catalog.api import SharingMode
from zhengtong.data.exchange import api as exchange
from zhengtong.data.exchange.contracts import FieldGrant, Permission
from zhengtong.data.exchange.gateway import points
from zhengtong.data.exchange.gateway.points import PointRow
from zhengtong.data.exchange.tests.builders import ITEM, a_key, an_application, consumer_of, some_terms
from zhengtong.data.exchange.tests.counter import Answer, Counter
from zhengtong.kernel.errors import Refusal
from zhengtong.kernel.ids import new_id
from zhengtong.trust.identity.contracts import Actor, SubjectKind
from zhengtong.trust.identity.tests.builders import a_person, an_organisation, some_regions

pytestmark = pytest.mark.django_db
COUNTY, NEXT_DOOR = "330106", "330107"
RESOURCES = one_of_each()
MODES = (SharingMode.QUERY, SharingMode.BATCH, SharingMode.SUBSCRIPTION)
AGREED = (FieldGrant(name="id"), FieldGrant(name="said"))
UNTIL = NOW + timedelta(days=400)


@dataclass(frozen=True, kw_only=True)
class Agreements:
    """What was agreed about a resource while it could be."""

    working: str
    expired: str
    suspended: str


@dataclass(frozen=True, kw_only=True)
class World:
    """Everybody who may come, with what they have in hand."""

    agreed: dict[int, Agreements]
    counters: dict[str, Counter]


@pytest.fixture
def world(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    settings.HOME = tmp_path
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    some_regions()
    provider, consumer = an_organisation(name="公安局"), an_organisation(name="民政局")
    others = {
        "department without an agreement": an_organisation(name="教育局"),
        "clerk of another county with the agreement's number": an_organisation(name="邻县民政局", region=NEXT_DOOR),
        "operator": an_organisation(name="数据运营公司"),
    }
    application = an_application(consumer, NOW)
    describe(
        provider, *(entry(replace(one, sharing=one.sharing.replace("withheld", "conditional"))) for one in RESOURCES)
    )
    fill(RESOURCES)
    agreed = {one.number: _agreements(provider, consumer, application, f"301001/{one.number}") for one in RESOURCES}
    describe(provider, *map(entry, RESOURCES))
    for one in RESOURCES:
        row = {"id": KEY, "said": SECRET, "other": "协议外的数据"}
        points.load(f"301001/{one.number}", [PointRow(key=KEY, subject=None, place=None, row=row)], version=0)
    holder = Counter(agreement="", key=a_key(application, at=NOW, expires_at=UNTIL))
    counters = {name: holder for name in AT_THE_GATEWAY if name.startswith("department ")}
    for name, organisation in others.items():
        counters[name] = replace(holder, key=a_key(an_application(organisation, NOW), at=NOW, expires_at=UNTIL))
    counters["somebody with another's key"] = replace(holder, key=(holder.key[0], bytes(32)))
    revoked = a_key(application, at=NOW, expires_at=UNTIL)
    exchange.revoke_key(actor=SYSTEM, key=UUID(revoked[0]), at=NOW)
    counters["application whose key was revoked"] = replace(holder, key=revoked)
    return World(agreed=agreed, counters=counters)


def _agreements(provider: UUID, consumer: UUID, application: UUID, dataset: str) -> Agreements:
    def agree(at: Any, expires_on: Any = None) -> str:
        terms = some_terms(at, modes=MODES, rows=100_000, quota=1_000, fields=AGREED)
        terms = replace(terms, expires_on=expires_on or terms.expires_on)
        made = exchange.ask(
            actor=consumer_of(consumer), request=new_id(), dataset=dataset, application=application, wanted=terms, at=at
        )
        if made.agreement is None:
            made = exchange.answer(actor=consumer_of(provider), request=made.id, agrees=True, reason="", at=at)
        return str(made.agreement)

    working, suspended = agree(NOW), agree(NOW)
    exchange.suspend(actor=consumer_of(provider), agreement=UUID(suspended), reason="核查用途", at=NOW)
    yesterday = NOW - timedelta(days=1)
    return Agreements(working=working, suspended=suspended, expired=agree(yesterday, yesterday.date()))


def asked(world: World, caller: str, door: str, resource: Resource) -> Answer:
    """Knock at a door as somebody, about a resource."""
    own = world.agreed[resource.number]
    number = own.expired if "expired" in caller else own.suspended if "suspended" in caller else own.working
    document: dict[str, Any] = {"agreement": str(new_id()) if "without" in caller else number}
    if door not in NAMES_NEITHER:
        document["business"] = "999999999999" if "purpose" in caller else ITEM
        document |= {"fields": ["said", "other"]} if "outside" in caller else {}
        document |= {"key": KEY} if door == "query" else {}
    counter = world.counters.get(caller)
    if counter is None:  # nobody gave them a key of the exchange; a browser or a key to open data signs nothing
        borne = {"Authorization": "Bearer zto_0_0"} if "researcher" in caller else {"Cookie": "sessionid=0"}
        holder = world.counters["department with an agreement"]
        if door == "announcements":
            return holder.get(f"/v1/{door}?agreement={number}", borne)
        return holder.post(f"/v1/{door}", orjson.dumps(document), borne)
    return counter.heard(**document) if door == "announcements" else counter.fetch(door, **document)


def rows_in(door: str, answer: Answer) -> list[dict[str, Any]]:
    """Return the rows that an answer holds."""
    if door == "query":
        return [answer.document["data"]]
    if door in {"batch", "changes"}:
        return list(pa.ipc.open_stream(answer.body).read_all().to_pylist())
    return []


def faults_at_the_gateway(
    world: World, resource: Resource, caller: str, door: str, before: dict[str, int]
) -> Iterator[str]:
    """Yield in what a cell is not as the table says; *before* becomes what stands after it."""
    expected = told_at(door, caller, resource)
    answer = asked(world, caller, door, resource)
    after, stood = footprint(), dict(before)
    before.update(after)
    if expected is None:
        if answer.status != 200:
            yield f"{answer.status} {answer.body!r}"
        elif door in {"query", "batch", "changes"}:
            found = rows_in(door, answer)
            if SECRET not in {row["said"] for row in found} or any("other" in row for row in found):
                yield f"not the agreed fields: {found}"
            if after["Look"] != stood["Look"] + 1:
                yield "answered without a look on record"
        return
    code = answer.document.get("code") if answer.headers["content-type"] == "application/problem+json" else None
    if code != expected:
        yield f"{answer.status} {code or answer.body!r} instead of {expected}"
    if SECRET in answer.body.decode("utf-8", "replace") or "data" in (answer.document if code else {}):
        yield "refused and yet answered"
    if after != stood:
        yield f"refused and yet changed: {stood} {after}"


def test_at_the_gateway_who_may_not_cannot_whatever_the_resource(world: World) -> None:
    before = footprint()
    wrong = [
        f"{caller} at {door}, {resource}: {fault}"
        for resource in RESOURCES
        for caller in AT_THE_GATEWAY
        for door in DOORS
        for fault in faults_at_the_gateway(world, resource, caller, door, before)
    ]
    assert wrong == []


Cell = tuple[str, str, str]
"""What is tried, what came of it, what the table says."""


def refused(act: Any, *given: Any, **named: Any) -> str:
    """Return the code an act is refused with, empty where it is done; a refusal moves nothing."""
    before = footprint()
    try:
        act(*given, **named)
    except Refusal as refusal:
        return refusal.code if footprint() == before else f"{refusal.code} and yet changed"
    return ""


class Desk:
    """Two departments, and everybody else who might come to the agreement desk."""

    def __init__(self) -> None:
        some_regions()
        self.provider, consumer, third = (an_organisation(name=name) for name in ("公安局", "民政局", "教育局"))
        neighbour = an_organisation(name="邻县公安局", region=NEXT_DOOR)
        everything = tuple(Permission)
        self.clerk = an_official(consumer, COUNTY, *everything)
        self.decider = an_official(self.provider, COUNTY, *everything)
        self.beginners = an_official(consumer, COUNTY), an_official(self.provider, COUNTY)
        self.strangers = {
            "citizen": Actor(subject=a_person(), kind=SubjectKind.NATURAL),
            "third department": an_official(third, COUNTY, *everything),
            "clerk of another county": an_official(neighbour, NEXT_DOOR, *everything),
        }
        self.application = an_application(consumer, NOW)

    def cells(self, one: Resource) -> Iterator[Cell]:
        """Yield every try about a resource, from asking to ending."""
        request = new_id()
        for who, actor in {**self.strangers, "beginner": self.beginners[0]}.items():
            yield f"{who} asks", self._ask(actor, one, new_id()), NOT_ALLOWED
        told = self._ask(self.clerk, one, request)
        state = told or exchange.request(self.clerk, request).state.value
        yield "clerk asks", state, ASKED[one.sharing]
        if state == "submitted":
            yield from self._answers(one, request)
        if not told:
            yield from self._afterwards(request)

    def _ask(self, actor: Actor, one: Resource, request: UUID) -> str:
        return refused(
            exchange.ask, actor=actor, request=request, dataset=f"301001/{one.number}", application=self.application,
            wanted=some_terms(NOW, fields=AGREED), at=NOW,
        )  # fmt: skip

    def _answers(self, one: Resource, request: UUID) -> Iterator[Cell]:
        def answer(actor: Actor) -> str:
            return refused(exchange.answer, actor=actor, request=request, agrees=True, reason="", at=NOW)

        for who, actor in {**self.strangers, "who asked": self.clerk}.items():
            yield f"{who} answers", answer(actor), NO_SUCH_REQUEST
        yield "beginner answers", answer(self.beginners[1]), NOT_ALLOWED
        describe(self.provider, entry(replace(one, sharing="withheld")))
        yield "decider agrees after it was withheld", answer(self.decider), ASKED["withheld"]
        describe(self.provider, entry(one))
        yield "decider agrees", answer(self.decider), ""

    def _afterwards(self, request: UUID) -> Iterator[Cell]:
        made = exchange.request(self.clerk, request).agreement
        for who, actor in self.strangers.items():
            named = {"actor": actor, "agreement": made, "at": NOW}
            yield f"{who} reads the request", refused(exchange.request, actor, request), NO_SUCH_REQUEST
            yield f"{who} reads", refused(exchange.agreement, actor, made, at=NOW), NO_SUCH_AGREEMENT
            yield f"{who} suspends", refused(exchange.suspend, **named, reason="x"), NO_SUCH_AGREEMENT
            yield f"{who} ends", refused(exchange.end, **named, reason="x"), NO_SUCH_AGREEMENT
            yield f"{who} subscribes", refused(exchange.set_address, **named, address=""), NO_SUCH_AGREEMENT
        for actor in self.beginners:
            yield "beginner ends", refused(exchange.end, actor=actor, agreement=made, reason="x", at=NOW), NOT_ALLOWED


def test_at_the_desk_who_may_not_ask_answer_or_read_cannot() -> None:
    desk = Desk()
    describe(desk.provider, *map(entry, RESOURCES))
    cells = ((one, *cell) for one in RESOURCES for cell in desk.cells(one))
    assert [f"{one} {tried}: {found} not {due}" for one, tried, found, due in cells if found != due] == []

"""Data shared between the demo's departments 演示共享: two agreements that work and one request that waits.

Civil affairs may check the age of who applies for a senior citizen card with the residents the police registered; human
resources have asked for cancelled residents, and the public security bureau has not answered yet. A node of the
province gives boundaries back; it is not there, so pulling from it shows what a cut line looks like.
"""

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from zhengtong.data.cascade import api as cascade
from zhengtong.data.catalog.api import SharingMode
from zhengtong.data.exchange import api as exchange
from zhengtong.data.exchange.api import FieldGrant, Mask, PointRow, Terms
from zhengtong.data.registries.api import ResidentRecord
from zhengtong.kernel import clock
from zhengtong.kernel.ids import new_id
from zhengtong.kernel.regions import api as regions
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.api import Actor

RESIDENTS, CANCELLED, ENTERPRISES = "301001/1", "301001/3", "302001/1"
BOUNDARIES = "301002/8"
_SENIOR_CARD, _PENSION, _ELDERLY_HOME = "902009000000", "904004000000", "902008000000"
_LASTING = timedelta(days=365)


def is_open(civil_affairs: UUID) -> bool:
    """Say whether the demo's agreements are there."""
    return bool(exchange.requests_made(_of(civil_affairs)))


def open_sharing(providers: Mapping[str, UUID], residents: Iterable[ResidentRecord], *, at: datetime) -> int:
    """Load the residents as points, agree with civil affairs, leave a request of human resources open.

    Civil affairs also follows the enterprises; its receiver is down, so what it is told waits.

    Args:
        providers: the organisation of each department of the catalogue.
        residents: whom the police registered.
        at: now.

    Returns:
        How many residents can be asked for.
    """
    with transaction.atomic():
        loaded = exchange.load_points(RESIDENTS, _points(residents), version=1)
        made = _ask(
            providers["civil_affairs"], ("老年人服务系统", "Services for the elderly"), RESIDENTS, _card_terms(at), at
        )
        exchange.answer(actor=_of(providers["public_security"]), request=made, agrees=True, reason="", at=at)
        _subscribe(providers["civil_affairs"], at)
        _take_from_above(at)
        _ask(providers["human_resources"], ("社会保险系统", "Social insurance"), CANCELLED, _pension_terms(at), at)
    return loaded


def _points(residents: Iterable[ResidentRecord]) -> Iterator[PointRow]:
    found = list(residents)
    places = {code: view.low for code, view in regions.regions({one.region for one in found}).items()}
    for one in found:
        row = {"id_number": one.id_number, "name": one.name, "birth_date": one.born_on.isoformat()}
        yield PointRow(key=one.id_number, subject=one.id, place=places.get(one.region), row=row)


def _ask(consumer: UUID, name: tuple[str, str], dataset: str, wanted: Terms, at: datetime) -> UUID:
    application = identity.register_application(
        actor=identity.system_actor(), organisation=consumer, name=name[0], name_en=name[1], sector="sharing", at=at
    )
    return exchange.ask(
        actor=_of(consumer), request=new_id(), dataset=dataset, application=application.subject, wanted=wanted, at=at
    ).id


def _subscribe(consumer: UUID, at: datetime) -> None:
    """Follow the enterprises: unconditional, so agreed at once."""
    name = ("养老机构管理系统", "Homes for the elderly")
    made = exchange.request(_of(consumer), _ask(consumer, name, ENTERPRISES, _home_terms(at), at)).agreement
    assert made is not None  # noqa: S101 -- see above
    actor, address = _of(consumer), "https://homes.example/announcements"
    exchange.set_address(actor=actor, agreement=made, address=address, at=at)
    exchange.pause(actor=actor, agreement=made, at=at)
    exchange.announce(ENTERPRISES, at=at)


def _take_from_above(at: datetime) -> None:
    """Take boundaries from a node of the province, by hand only: the demo calls nobody."""
    actor, province = identity.system_actor(), "省级节点（演示）"
    peer = cascade.PeerEntry(
        name=province, position=cascade.Position.UPPER, gateway="https://node.province.example", key_id=str(new_id()),
        algorithm=exchange.Algorithm.HMAC_SHA256, key=secrets.token_bytes(32),
    )  # fmt: skip
    cascade.add_peer(actor=actor, entry=peer, at=at)
    wanted = cascade.IntakeEntry(dataset=BOUNDARIES, peer=province, agreement=new_id(), item=_ELDERLY_HOME)
    cascade.take(actor=actor, entry=wanted, at=at)


def _of(organisation: UUID) -> Actor:
    """The platform itself, acting for a department."""
    return replace(identity.system_actor(), organisation=organisation)


def _card_terms(at: datetime) -> Terms:
    return Terms(
        fields=(
            FieldGrant(name="id_number", mask=Mask.ID_NUMBER),
            FieldGrant(name="name", mask=Mask.NAME),
            FieldGrant(name="birth_date"),
        ),
        items=(_SENIOR_CARD,),
        purpose="核对申请老年人优待证的人是否年满六十周岁",
        basis="《中华人民共和国老年人权益保障法》第二条",
        daily_quota=2_000,
        region=None,
        expires_on=clock.on_day(at) + _LASTING,
    )


def _home_terms(at: datetime) -> Terms:
    return Terms(
        fields=(FieldGrant(name="credit_code"), FieldGrant(name="enterprise_name"), FieldGrant(name="status")),
        items=(_ELDERLY_HOME,),
        purpose="及时知道举办养老机构的单位登记是否有变化",
        basis="《中华人民共和国老年人权益保障法》",
        daily_quota=1_000,
        region=None,
        expires_on=clock.on_day(at) + _LASTING,
        modes=(SharingMode.SUBSCRIPTION,),
        daily_rows=100_000,
    )


def _pension_terms(at: datetime) -> Terms:
    return Terms(
        fields=(FieldGrant(name="id_number", mask=Mask.ID_NUMBER), FieldGrant(name="death_date")),
        items=(_PENSION,),
        purpose="核对领取养老金的人是否在世",
        basis="《中华人民共和国社会保险法》",
        daily_quota=500,
        region=None,
        expires_on=clock.on_day(at) + _LASTING,
    )

"""Builders for the gateway: a dataset of people, an agreement about it, a key to sign with."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from zhengtong.data.catalog import api as catalog
from zhengtong.data.catalog.api import SharingClass, SharingMode
from zhengtong.data.catalog.models import Dataset
from zhengtong.data.exchange import api as exchange
from zhengtong.data.exchange.contracts import Algorithm, FieldGrant, Mask, Terms
from zhengtong.data.exchange.gateway.points import PointRow
from zhengtong.kernel.checkdigits import compose_resident_id
from zhengtong.kernel.ids import new_id
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Actor
from zhengtong.trust.identity.tests.builders import NOW, an_organisation, some_regions

DATASET = "301001/1"
ITEM = "902001000000"
FIELDS = (
    FieldGrant(name="name", mask=Mask.NAME),
    FieldGrant(name="id_number", mask=Mask.ID_NUMBER),
    FieldGrant(name="born_on", mask=Mask.YEAR),
    FieldGrant(name="region"),
)
SYSTEM = identity.system_actor()


def a_dataset(provider: UUID, sharing: SharingClass = SharingClass.UNCONDITIONAL) -> None:
    """Put the dataset of people into the catalogue and publish it."""
    element = catalog.DataElement
    personal = catalog.DataClass.PERSONAL
    entry = catalog.DatasetEntry(
        code=DATASET,
        name="居民信息",
        summary="本辖区居民的基本信息。",
        elements=(
            element(name="id_number", title="公民身份号码", length=18, key=True, data_class=personal),
            element(name="name", title="姓名", length=50, data_class=personal),
            element(name="born_on", title="出生日期", type=catalog.ElementType.DATE, data_class=personal),
            element(name="region", title="区划代码", length=12, standard="region"),
            element(name="phone", title="联系电话", length=20, data_class=personal),
        ),
        sharing=sharing,
        modes=(catalog.SharingMode.QUERY, catalog.SharingMode.BATCH, catalog.SharingMode.SUBSCRIPTION),
        condition="办理本部门事项需要核验身份" if sharing is SharingClass.CONDITIONAL else "",
        basis="试点规定" if sharing is SharingClass.WITHHELD else "",
    )
    catalog.register(actor=SYSTEM, provider=provider, entries=[entry], at=NOW)
    catalog.publish(actor=SYSTEM, codes=[DATASET], at=NOW)


def id_number(number: int) -> str:
    born = date.fromordinal(date(1950, 1, 1).toordinal() + number // 999 % 25_000)
    return compose_resident_id(region="330521", born_on=born, sequence=1 + number % 999)


def person(number: int) -> PointRow:
    name = "王李张刘陈"[number % 5] + "伟芳娜敏静"[number // 5 % 5]
    own = id_number(number)
    born = f"{own[6:10]}-{own[10:12]}-{own[12:14]}"
    row = {"name": name, "id_number": own, "born_on": born, "region": "330521", "phone": "13800000000"}
    return PointRow(key=own, subject=UUID(int=number + 1), place=1_000 + number % 100, row=row)


def some_terms(
    at: datetime,
    *,
    quota: int = 1_000,
    region: str | None = None,
    modes: tuple[SharingMode, ...] = (SharingMode.QUERY,),
    rows: int = 0,
    fields: tuple[FieldGrant, ...] = FIELDS,
) -> Terms:
    return Terms(
        fields=fields,
        items=(ITEM,),
        purpose="核对申请人身份",
        basis="行政许可法§33",
        daily_quota=quota,
        region=region,
        expires_on=at.date() + timedelta(days=300),
        modes=modes,
        daily_rows=rows,
    )


def consumer_of(organisation: UUID) -> Actor:
    """The platform itself, acting for a department."""
    return replace(SYSTEM, organisation=organisation)


def an_application(organisation: UUID, at: datetime) -> UUID:
    name = f"应用{new_id().hex[-8:]}"
    return identity.register_application(actor=SYSTEM, organisation=organisation, name=name, sector="s", at=at).subject


def an_agreement(*, at: datetime, **terms: Any) -> tuple[str, UUID]:
    """An agreement about people, and the application that may ask."""
    some_regions()
    provider, consumer = an_organisation(name="公安局"), an_organisation(name="民政局")
    if not Dataset.objects.filter(code=DATASET).exists():
        a_dataset(provider)
    application = an_application(consumer, at)
    made = exchange.ask(
        actor=consumer_of(consumer), request=new_id(), dataset=DATASET, application=application,
        wanted=some_terms(at, **terms), at=at,
    )  # fmt: skip
    assert made.agreement
    return str(made.agreement), application


def a_key(application: UUID, *, at: datetime, expires_at: datetime) -> tuple[str, bytes]:
    issued = exchange.issue_key(
        actor=SYSTEM, application=application, algorithm=Algorithm.HMAC_SHA256, at=at, expires_at=expires_at
    )
    return str(issued.id), bytes.fromhex(issued.secret)

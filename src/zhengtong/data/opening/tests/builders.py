"""A bureau with rows in the lake, an officer who applies, another who decides, an auditor."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

import pyarrow as pa
from deltalake import write_deltalake

from zhengtong.data.catalog import api as catalog
from zhengtong.data.catalog.tests import builders as catalogue
from zhengtong.data.collection import api as collection
from zhengtong.data.opening import api as opening
from zhengtong.data.opening.api import Access, FieldPlan, Plan, Role, Treatment, Wanted
from zhengtong.kernel.checkdigits import compose_resident_id
from zhengtong.kernel.ids import new_id
from zhengtong.trust.access import api as access
from zhengtong.trust.identity.contracts import Actor, Duty, SubjectKind
from zhengtong.trust.identity.tests import builders

NOW, SYSTEM = builders.NOW, builders.SYSTEM
SHOPS, PATIENTS = "302001/1", "301003/1"
CLAUSE = "数据安全法§42"
SHOP_PLAN = Plan(fields=(FieldPlan(name="name"), FieldPlan(name="kind"), FieldPlan(name="opened_on")))


@dataclass(frozen=True, kw_only=True)
class House:
    market: UUID
    health: UUID
    applicant: Actor
    decider: Actor
    healer: Actor
    stranger: Actor
    auditor: Actor


def a_house() -> House:
    builders.some_regions()
    government = builders.an_organisation(name="区人民政府")
    market, health, data = (builders.an_organisation(government, name) for name in ("市监局", "卫健局", "数据局"))
    wanted = {
        "applicant": (Duty.BUSINESS, opening.Permission.APPLY), "decider": (Duty.BUSINESS, opening.Permission.DECIDE),
        "opening_auditor": (Duty.AUDIT, opening.Permission.AUDIT),
    }  # fmt: skip
    for role, (duty, permission) in wanted.items():
        access.define_role(
            actor=SYSTEM, code=role, name=role, name_en=role, duty=duty, permissions=[permission], at=NOW
        )
    return House(
        market=market, health=health, applicant=catalogue.an_official(market, "applicant"),
        decider=catalogue.an_official(data, "decider"), healer=catalogue.an_official(health, "applicant"),
        stranger=catalogue.an_official(health), auditor=an_auditor(data),
    )  # fmt: skip


def an_auditor(organisation: UUID) -> Actor:
    post = builders.a_post(organisation, "审计", Duty.AUDIT)
    access.grant_role(actor=SYSTEM, role="opening_auditor", post_id=post, region=catalogue.COUNTY, at=NOW)
    official = builders.an_official(post, name="王审计", duty=Duty.AUDIT)
    return Actor(
        subject=official, kind=SubjectKind.OFFICIAL, post=post, posts=(post,), organisation=organisation,
        duty=Duty.AUDIT,
    )  # fmt: skip


def shops(**changed: object) -> catalog.DatasetEntry:
    element = catalog.DataElement
    entry = catalog.DatasetEntry(
        code=SHOPS, name="餐饮店名录", name_en="Restaurants", summary="登记在册的餐饮店。", table="shops",
        elements=(
            element(name="name", title="名称", key=True, data_class=catalog.DataClass.ORGANISATION),
            element(name="kind", title="类别", title_en="Kind"),
            element(name="opened_on", title="开业日期", type=catalog.ElementType.DATE),
            element(name="longitude", title="经度", type=catalog.ElementType.DOUBLE),
            element(name="latitude", title="纬度", type=catalog.ElementType.DOUBLE),
        ),
        sharing=catalog.SharingClass.UNCONDITIONAL, opening=catalog.OpeningClass.UNCONDITIONAL,
    )  # fmt: skip
    return replace(entry, **changed)  # type: ignore[arg-type]


def patients() -> catalog.DatasetEntry:
    element = catalog.DataElement
    personal, sensitive = catalog.DataClass.PERSONAL, catalog.DataClass.SENSITIVE
    return catalog.DatasetEntry(
        code=PATIENTS, name="就诊信息", name_en="Visits", summary="医疗机构的就诊信息。", table="patients",
        elements=(
            element(name="id_number", title="公民身份号码", key=True, data_class=personal),
            element(name="born_on", title="出生日期", type=catalog.ElementType.DATE, data_class=personal),
            element(name="area", title="区划代码"),
            element(name="disease", title="诊断", data_class=sensitive),
        ),
        condition="办理医保事项", opening=catalog.OpeningClass.WITHHELD,
    )  # fmt: skip


def fill(table: str, rows: pa.Table) -> None:
    path = collection.table_path(table)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_deltalake(path, rows, mode="append")


def shop_rows(count: int = 20) -> pa.Table:
    kinds = ("面馆", "茶馆", "饭店")
    return pa.table(
        {
            "name": [f"第{number}号店" for number in range(count)],
            "kind": [kinds[number % 3] for number in range(count)],
            "opened_on": [date(2015 + number % 4, 1 + number % 12, 1) for number in range(count)],
            "longitude": [120.1 + number / 1000 for number in range(count)],
            "latitude": [30.2 + number / 1000 for number in range(count)],
        }
    )


def patient_rows(count: int = 240) -> pa.Table:
    """People born in four years with three common diagnoses, and one with a rare one."""
    common = ("流感", "肺炎", "胃炎")
    return pa.table(
        {
            "id_number": [
                compose_resident_id(region="330106", born_on=date(1980 + number % 4, 5, 1), sequence=1 + number)
                for number in range(count)
            ],
            "born_on": [date(1980 + number % 4, 5, 1 + number % 20) for number in range(count)],
            "area": ["330106001001" if number % 3 else "330106001" for number in range(count)],
            "disease": [common[number // 4 % 3] if number else "罕见病" for number in range(count)],
        }
    )


def published(house: House) -> None:
    """Register both datasets, publish them and fill their tables."""
    catalog.register(actor=SYSTEM, provider=house.market, entries=[shops()], at=NOW)
    catalog.register(actor=SYSTEM, provider=house.health, entries=[patients()], at=NOW)
    catalog.publish(actor=SYSTEM, codes=[SHOPS, PATIENTS], at=NOW)
    fill("shops", shop_rows())
    fill("patients", patient_rows())


def wanted(**changed: object) -> Wanted:
    asked = Wanted(
        dataset=SHOPS, slug="restaurants", title="餐饮店名录", title_en="Restaurants", summary="登记在册的餐饮店。",
        plan=SHOP_PLAN, access=Access.UNCONDITIONAL, basis=CLAUSE,
    )  # fmt: skip
    return replace(asked, **changed)  # type: ignore[arg-type]


def visits(**changed: object) -> Wanted:
    """Visits counted by year of birth and diagnosis, for researchers first."""
    fields = (
        FieldPlan(name="born_on", treatment=Treatment.YEAR, role=Role.QUASI),
        FieldPlan(name="disease", role=Role.SENSITIVE),
    )
    plan = Plan(fields=fields, aggregate=True, margins=True, suppress=True)
    asked = Wanted(dataset=PATIENTS, slug="visits", title="就诊人次", plan=plan, access=Access.RESEARCH, basis=CLAUSE)
    return replace(asked, **changed)  # type: ignore[arg-type]


def frozen(actor: Actor, asked: Wanted) -> opening.OpeningView:
    made = opening.apply(actor=actor, application=new_id(), wanted=asked, at=NOW)
    return opening.freeze(actor=actor, application=made.id, revision=made.revision, at=NOW)


def opened(house: House, actor: Actor, asked: Wanted) -> opening.OpeningView:
    """Take an application all the way to the public."""
    one = frozen(actor, asked)
    one = opening.approve(actor=house.decider, application=one.id, revision=one.revision, at=NOW)
    return opening.release(actor=house.decider, application=one.id, revision=one.revision, at=NOW)

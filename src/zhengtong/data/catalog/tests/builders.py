"""A county with two bureaus, one post that describes data and one that publishes the catalogue."""

from dataclasses import dataclass, replace
from uuid import UUID

from zhengtong.data.catalog import api
from zhengtong.trust.access import api as access
from zhengtong.trust.identity.contracts import Actor, Duty, SubjectKind
from zhengtong.trust.identity.tests import builders

COUNTY = "330106"
HOUSEHOLDS = "301001/1"
ENTERPRISES = "302001/1"


@dataclass(frozen=True, kw_only=True)
class House:
    police: UUID
    market: UUID
    describer: Actor
    stranger: Actor
    keeper: Actor


def a_house() -> House:
    builders.some_regions()
    government = builders.an_organisation(name="区人民政府")
    police, market, data = (builders.an_organisation(government, name) for name in ("公安局", "市监局", "数据局"))
    permissions = {"describer": api.Permission.REGISTER, "keeper": api.Permission.PUBLISH}
    for role, permission in permissions.items():
        access.define_role(
            actor=builders.SYSTEM, code=role, name=role, name_en=role, duty=Duty.BUSINESS,
            permissions=[permission], at=builders.NOW,
        )  # fmt: skip
    return House(
        police=police, market=market, describer=an_official(police, "describer"), stranger=an_official(police),
        keeper=an_official(data, "keeper"),
    )  # fmt: skip


def an_official(organisation: UUID, *roles: str) -> Actor:
    post = builders.a_post(organisation, "-".join(("经办", *roles)), Duty.BUSINESS)
    for role in roles:
        access.grant_role(actor=builders.SYSTEM, role=role, post_id=post, region=COUNTY, at=builders.NOW)
    official = builders.an_official(post, name="张三", duty=Duty.BUSINESS)
    return Actor(subject=official, kind=SubjectKind.OFFICIAL, post=post, posts=(post,), organisation=organisation)


def households(**changed: object) -> api.DatasetEntry:
    element = api.DataElement
    entry = api.DatasetEntry(
        code=HOUSEHOLDS,
        name="户籍人口登记信息",
        name_en="Registered residents",
        summary="本辖区户籍人口的登记信息。",
        elements=(
            element(
                name="id_number", title="公民身份号码", length=18, required=True, key=True,
                data_class=api.DataClass.PERSONAL, grade=api.DataGrade.GENERAL_3,
            ),
            element(name="name", title="姓名", length=50, required=True, data_class=api.DataClass.PERSONAL),
            element(name="registered_on", title="登记日期", type=api.ElementType.DATE),
        ),
        condition="办理本部门事项需要核验身份",
        keywords="户口 身份证",
        table="police_households",
    )  # fmt: skip
    return replace(entry, **changed)  # type: ignore[arg-type]


def enterprises(**changed: object) -> api.DatasetEntry:
    entry = api.DatasetEntry(
        code=ENTERPRISES,
        name="企业登记信息",
        name_en="Registered enterprises",
        summary="企业的登记事项。",
        elements=(api.DataElement(name="credit_code", title="统一社会信用代码", length=18, key=True),),
        sharing=api.SharingClass.UNCONDITIONAL,
        opening=api.OpeningClass.UNCONDITIONAL,
        modes=(api.SharingMode.QUERY, api.SharingMode.BATCH),
    )
    return replace(entry, **changed)  # type: ignore[arg-type]


def published(house: House) -> None:
    """Register both datasets, each by its bureau, and publish them."""
    at = builders.NOW
    api.register(actor=builders.SYSTEM, provider=house.police, entries=[households()], at=at)
    api.register(actor=builders.SYSTEM, provider=house.market, entries=[enterprises()], at=at)
    api.publish(actor=house.keeper, codes=[HOUSEHOLDS, ENTERPRISES], at=at)

"""A bureau with catalogued rows, an officer who registers, a stranger; other bodies that may hold rights."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from zhengtong.data.assets import api as assets
from zhengtong.data.assets.api import AssetEntry, RightEntry, RightKind
from zhengtong.data.catalog.tests import builders as catalogue
from zhengtong.data.opening.tests import builders as opened
from zhengtong.kernel.ids import new_id
from zhengtong.trust.access import api as access
from zhengtong.trust.identity.contracts import Actor, Duty
from zhengtong.trust.identity.tests import builders

NOW, SYSTEM = builders.NOW, builders.SYSTEM
SHOPS, PATIENTS = opened.SHOPS, opened.PATIENTS
BEGINS, YEAR = date(2026, 1, 1), date(2027, 1, 1)


@dataclass(frozen=True, kw_only=True)
class House:
    market: UUID
    health: UUID
    data: UUID
    operator: UUID
    clerk: Actor
    healer: Actor
    stranger: Actor
    agent: Actor


def a_house() -> House:
    own = opened.a_house()
    opened.published(own)
    data, operator = builders.an_organisation(name="数据中心"), builders.an_organisation(name="数据运营公司")
    roles = {
        "registrar": (assets.Permission.REGISTER,), "agent": (assets.Permission.OPERATE,),
        "authoriser": (assets.Permission.AUTHORIZE,),
    }  # fmt: skip
    for role, permissions in roles.items():
        access.define_role(
            actor=SYSTEM, code=role, name=role, name_en=role, duty=Duty.BUSINESS, permissions=permissions, at=NOW
        )
    return House(
        market=own.market, health=own.health, data=data, operator=operator,
        clerk=catalogue.an_official(own.market, "registrar"),
        healer=catalogue.an_official(own.health, "registrar", "authoriser"), stranger=own.stranger,
        agent=catalogue.an_official(operator, "agent"),
    )  # fmt: skip


def holding(holder: UUID, starts_on: date = BEGINS, ends_on: date | None = None) -> RightEntry:
    return RightEntry(kind=RightKind.HOLDING, holder=holder, starts_on=starts_on, ends_on=ends_on)


def operating(holder: UUID, starts_on: date = BEGINS, ends_on: date | None = None) -> RightEntry:
    return RightEntry(kind=RightKind.OPERATING, holder=holder, starts_on=starts_on, ends_on=ends_on)


def shops(house: House, **changed: object) -> AssetEntry:
    entry = AssetEntry(name="餐饮店数据资产", name_en="Restaurants", datasets=(SHOPS,), rights=(holding(house.market),))
    return replace(entry, **changed)  # type: ignore[arg-type]


def registered(house: House, by: Actor | None = None, /, **changed: object) -> assets.AssetView:
    return assets.register(actor=by or house.clerk, asset=new_id(), entry=shops(house, **changed), at=NOW)

"""Data assets of the demo's departments 演示资产: three in the register, made of what is shared and opened already.

A company of the county may make products of the enterprises: one was computed, one waits for the department.

Enterprises, which civil affairs follows and everybody may download; care homes, which are open; residents, whom civil
affairs asks about one by one. The costs are invented, as everything here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password

from zhengtong.data.assets import api as assets
from zhengtong.data.assets.api import (
    AssetEntry,
    Cost,
    CostKind,
    Item,
    OperationEntry,
    ProductEntry,
    RightEntry,
    RightKind,
)
from zhengtong.data.opening.api import FieldPlan, Treatment
from zhengtong.kernel.clock import on_day
from zhengtong.kernel.ids import new_id
from zhengtong.site.demo.accounts import OPERATOR, OPERATOR_ROLE, PASSWORD, in_post
from zhengtong.site.demo.catalog import ENTERPRISES
from zhengtong.site.demo.offices import Offices
from zhengtong.site.demo.openings import CARE_HOMES
from zhengtong.site.demo.sharing import RESIDENTS
from zhengtong.trust.access import api as access
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.api import Actor, AssuranceLevel, Duty, SubjectKind

_LASTING = timedelta(days=365)
_ITEMS = ("established_on", "status")


@dataclass(frozen=True, kw_only=True)
class _Story:
    """An asset of a department."""

    department: str
    name: tuple[str, str]
    summary: str
    dataset: str
    costs: tuple[Cost, ...]


def is_registered() -> bool:
    """Say whether the demo's assets are there."""
    return assets.any_registered()


def register(offices: Offices, *, at: datetime) -> int:
    """Let each department's officer register its asset; the data bureau processes them. Return how many there are."""
    bureau = offices.body("data").entry.id
    stories = tuple(_stories())
    for story in stories:
        officer = in_post(offices, story.department, "approver")
        assert officer.organisation is not None  # noqa: S101 -- who holds a post is at an organisation
        begins = on_day(at).replace(month=1, day=1)
        rights = (
            RightEntry(kind=RightKind.HOLDING, holder=officer.organisation, starts_on=begins),
            RightEntry(kind=RightKind.PROCESSING, holder=bureau, starts_on=begins),
        )
        entry = AssetEntry(
            name=story.name[0], name_en=story.name[1], summary=story.summary, datasets=(story.dataset,), rights=rights,
            costs=story.costs,
        )  # fmt: skip
        made = assets.register(actor=officer, asset=new_id(), entry=entry, at=at)
        if story.dataset == ENTERPRISES:
            _operate(offices, officer, made, at)
    return len(stories)


def _operate(offices: Offices, officer: Actor, asset: assets.AssetView, at: datetime) -> None:
    """Let the company make products of the enterprises for a year."""
    agent, head = _company(offices, at), in_post(offices, "market_supervision", "leader")
    assert agent.organisation is not None  # noqa: S101 -- who holds a post is at an organisation
    begins = on_day(at)
    ends = begins + _LASTING
    right = RightEntry(kind=RightKind.OPERATING, holder=agent.organisation, starts_on=begins, ends_on=ends)
    assets.grant_right(actor=officer, asset=asset.id, version=asset.version, right=right, at=at)
    granted = OperationEntry(
        asset=asset.id, operator=agent.organisation, starts_on=begins, ends_on=ends, smallest_group=5,
        most_products=20, basis="演示授权运营协议",
        items=tuple(Item(dataset=ENTERPRISES, name=name) for name in _ITEMS),
    )  # fmt: skip
    operation = assets.grant(actor=head, operation=new_id(), entry=granted, at=at)
    by_year = FieldPlan(name="established_on", treatment=Treatment.YEAR)
    names = (("企业成立年份分布", "Enterprises by year"), ("企业状态分布", "Enterprises by state"))
    products = [
        assets.submit(
            actor=agent, product=new_id(), at=at,
            entry=ProductEntry(
                operation=operation.id, name=name, name_en=name_en, dataset=ENTERPRISES, fields=(field,), margins=True
            ),
        )
        for (name, name_en), field in zip(names, (by_year, FieldPlan(name="status")), strict=True)
    ]  # fmt: skip
    assets.compute(actor=head, product=products[0].id, at=at)


def _company(offices: Offices, at: datetime) -> Actor:
    """Establish the company with one post, its holder and their account; return them at work."""
    system, county = identity.system_actor(), offices.body("county").entry
    company, post, official = new_id(), new_id(), new_id()
    identity.bulk_establish_organisations(
        [
            identity.OrganisationEntry(
                id=company, parent=county.id, name="县数据运营公司", name_en="County Data Operating Company", code="",
                kind=identity.OrganisationKind.INSTITUTION, level=county.level, region=county.region,
            )
        ],
        actor=system, at=at,
    )  # fmt: skip
    identity.bulk_establish_posts(
        [
            identity.PostEntry(
                id=post, organisation=company, title="数据产品经理", title_en="Product manager", duty=Duty.BUSINESS
            )
        ],
        actor=system, at=at,
    )  # fmt: skip
    holder = identity.OfficialEntry(
        subject=official, name="钱经理", name_en="Qian", staff_number="DO001", posts=(post,), appointed_at=at
    )
    identity.bulk_register_officials([holder], actor=system, at=at)
    account = identity.AccountEntry(username=OPERATOR, subject=official, password_hash=make_password(PASSWORD))
    identity.bulk_open_accounts([account], actor=system, at=at)
    access.grant_role(actor=system, role=OPERATOR_ROLE, post_id=post, region=county.region, at=at)
    return Actor(
        subject=official, kind=SubjectKind.OFFICIAL, post=post, posts=(post,), organisation=company,
        region=county.region, duty=Duty.BUSINESS, assurance=AssuranceLevel.SUBSTANTIAL,
        channel=identity.Channel.WINDOW,
    )  # fmt: skip


def _stories() -> Iterator[_Story]:
    yield _Story(
        department="market_supervision",
        name=("企业登记数据资产", "Registered enterprises"),
        summary="登记在册企业的基本信息，供部门共享、公众下载。",
        dataset=ENTERPRISES,
        costs=(
            Cost(kind=CostKind.PROCESSING, fen=8_600_000),
            Cost(kind=CostKind.QUALITY, fen=1_200_000),
        ),
    )
    yield _Story(
        department="civil_affairs",
        name=("养老机构数据资产", "Care homes"),
        summary="登记在册的养老机构及其位置。",
        dataset=CARE_HOMES,
        costs=(Cost(kind=CostKind.PROCESSING, fen=950_000),),
    )
    yield _Story(
        department="public_security",
        name=("户籍人口数据资产", "Registered residents"),
        summary="户籍人口的登记信息，只按协议逐条核验。",
        dataset=RESIDENTS,
        costs=(Cost(kind=CostKind.SECURITY, fen=3_400_000),),
    )

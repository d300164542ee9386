"""The register of assets at the desk: the list, the chain in one picture, each step with what it asks."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from zhengtong.data.assets import api as assets
from zhengtong.data.assets.tests.builders import SHOPS
from zhengtong.data.catalog import api as catalog
from zhengtong.data.opening.tests import builders as opened
from zhengtong.portals.officer.tests.conftest import COUNTY, House, SignIn
from zhengtong.trust.access import api as access
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Duty
from zhengtong.trust.identity.tests import builders


@pytest.fixture
def desk(house: House, signed_in: SignIn, settings: Settings, tmp_path: Path) -> Client:
    """An officer of the bureau that has the shops and may register."""
    settings.HOME = tmp_path
    access.define_role(
        actor=builders.SYSTEM, code="registrar", name="登记", name_en="registrar", duty=Duty.BUSINESS,
        permissions=[assets.Permission.REGISTER], at=builders.NOW,
    )  # fmt: skip
    post = builders.a_post(house.bureau, "登记岗")
    access.grant_role(actor=builders.SYSTEM, role="registrar", post_id=post, region=COUNTY, at=builders.NOW)
    builders.an_account(builders.an_official(post, name="登记乙"), "registrar")
    catalog.register(actor=builders.SYSTEM, provider=house.bureau, entries=[opened.shops()], at=builders.NOW)
    catalog.publish(actor=builders.SYSTEM, codes=[SHOPS], at=builders.NOW)
    return signed_in("registrar")


def day(name: str, year: int) -> dict[str, str]:
    return {f"{name}_0": str(year), f"{name}_1": "1", f"{name}_2": "1"}


def asked(identifier: UUID, **changed: str) -> dict[str, str]:
    return {"asset": str(identifier), "name": "餐饮店数据资产", "datasets": SHOPS, **day("starts_on", 2026), **changed}


def made(desk: Client) -> UUID:
    identifier = uuid4()
    answer = desk.post("/officer/assets/new/", asked(identifier))
    assert answer.status_code == 302
    return identifier


def test_an_asset_is_registered_from_the_page_of_its_dataset(desk: Client) -> None:
    assert (
        f"/officer/assets/new/?dataset={SHOPS.replace('/', '%2F')}"
        in desk.get("/officer/data/catalog/302001-1/").content.decode()
    )
    page = desk.get("/officer/assets/new/", {"dataset": SHOPS}).content.decode()
    assert "checked" in page
    one = made(desk)
    text = desk.get(f"/officer/assets/{one}/").content.decode()
    for words in ("资源", "→ 资产", "→ 服务", "→ 价值", "餐饮店名录", "数据资源持有权"):
        assert words in text
    assert "data.assets.register" in desk.get(f"/officer/assets/{one}/trail/").content.decode()


def test_a_form_with_faults_comes_back_with_what_is_wrong(desk: Client) -> None:
    answer = desk.post("/officer/assets/new/", asked(uuid4(), name="", datasets=""))
    assert answer.status_code == 422
    assert "请写明名称" in answer.content.decode()
    assert not assets.any_registered()


def test_each_step_says_what_it_does_and_is_taken(house: House, desk: Client) -> None:
    one = made(desk)
    address = f"/officer/assets/{one}"
    right = {"version": "1", "kind": "operating", "holder": "德清县人民政府", **day("starts_on", 2026)}
    assert "只能有一个权利人" in desk.get(f"{address}/grant/").content.decode()
    unknown = desk.post(f"{address}/grant/", right | {"holder": "没有这个机构"})
    assert (unknown.status_code, "请填写机构全称" in unknown.content.decode()) == (422, True)
    assert desk.post(f"{address}/grant/", right).status_code == 302
    twice = desk.post(f"{address}/grant/", right | {"version": "2", "holder": "行政服务中心"})
    assert (twice.status_code, "德清县人民政府" in twice.content.decode()) == (422, True)
    assert desk.post(f"{address}/costs/", {"version": "2", "processing": "12500.50"}).status_code == 302
    assert "¥12,500.50" in desk.get(f"{address}/valuation/").content.decode()
    assert desk.post(f"{address}/suspend/", {"version": "3", "reason": ""}).status_code == 422
    assert desk.post(f"{address}/suspend/", {"version": "3", "reason": "核对口径"}).status_code == 302
    assert desk.get(f"{address}/grant/").status_code == 409
    assert desk.post(f"{address}/resume/", {"version": "4"}).status_code == 302
    shown = desk.get(f"{address}/end/").content.decode()
    assert "数据产品经营权：德清县人民政府" in shown
    stale = desk.post(f"{address}/withdraw/", {"version": "4", "reason": "停用"})
    assert (stale.status_code, "已被他人修改" in stale.content.decode()) == (422, True)
    assert desk.post(f"{address}/withdraw/", {"version": "5", "reason": "停用"}).status_code == 302
    assert desk.get(f"{address}/none/").status_code == 404
    holder = replace(identity.system_actor(), organisation=house.bureau)
    assert assets.asset(holder, one).state is assets.AssetState.WITHDRAWN


def test_nobody_else_sees_or_changes_an_asset(desk: Client, signed_in: SignIn) -> None:
    one = made(desk)
    colleague = signed_in("clerk")
    assert colleague.get(f"/officer/assets/{one}/").status_code == 200
    assert "登记权利" not in colleague.get(f"/officer/assets/{one}/").content.decode()
    assert colleague.get("/officer/assets/new/").status_code == 403
    assert colleague.post(f"/officer/assets/{one}/suspend/", {"version": "1", "reason": "x"}).status_code == 403
    other = builders.an_organisation(name="水利局", region=COUNTY)
    builders.an_account(builders.an_official(builders.a_post(other), name="外人"), "outsider")
    stranger = signed_in("outsider")
    assert stranger.get(f"/officer/assets/{one}/").status_code == 404
    assert "餐饮店数据资产" not in stranger.get("/officer/assets/").content.decode()


@pytest.mark.parametrize(
    "suffix", ["", "?q=餐饮&sort=-name&state=registered", "?state=nonsense&after=", "{one}/", "{one}/valuation/"]
)
def test_pages_take_at_most_ten_statements(
    desk: Client, django_assert_max_num_queries: DjangoAssertNumQueries, suffix: str
) -> None:
    one = made(desk)
    desk.get("/officer/assets/")
    with django_assert_max_num_queries(10):
        page = desk.get("/officer/assets/" + suffix.format(one=one))
    assert page.status_code == 200
    assert "餐饮店数据资产" in page.content.decode()


def test_the_register_is_exported_as_csv_and_says_when_it_is_empty(desk: Client) -> None:
    assert "还没有登记数据资产" in desk.get("/officer/assets/").content.decode()
    made(desk)
    rows = b"".join(desk.get("/officer/assets/?format=csv")).decode()
    assert "餐饮店数据资产,行政服务中心,1,已登记,1," in rows

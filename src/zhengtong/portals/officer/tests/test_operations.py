"""The desk of authorised operation: the department grants, the operator defines, the platform counts."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from zhengtong.data.assets import api as assets
from zhengtong.data.assets.api import AssetEntry, RightEntry, RightKind
from zhengtong.data.catalog import api as catalog
from zhengtong.data.collection import api as collection
from zhengtong.data.opening.tests import builders as opened
from zhengtong.kernel import clock
from zhengtong.portals.officer.tests.conftest import COUNTY, House, SignIn
from zhengtong.trust.access import api as access
from zhengtong.trust.identity.contracts import Duty
from zhengtong.trust.identity.tests import builders

PATIENTS, OPERATOR = opened.PATIENTS, "德清数据运营公司"
TODAY = clock.on_day(clock.system.now())
BEGINS, ENDS = TODAY - timedelta(days=30), TODAY + timedelta(days=300)


@pytest.fixture
def asset(house: House, settings: Settings, tmp_path: Path) -> UUID:
    """An asset of the bureau that a company may operate; an officer who authorises and one of the company."""
    settings.HOME = tmp_path
    company = builders.an_organisation(name=OPERATOR, region=COUNTY)
    posts = {
        "head": (house.bureau, [assets.Permission.AUTHORIZE, assets.Permission.REGISTER]),
        "agent": (company, [assets.Permission.OPERATE]),
    }
    for name, (organisation, permissions) in posts.items():
        access.define_role(
            actor=builders.SYSTEM, code=name, name=name, name_en=name, duty=Duty.BUSINESS, permissions=permissions,
            at=builders.NOW,
        )  # fmt: skip
        post = builders.a_post(organisation, f"{name}岗")
        access.grant_role(actor=builders.SYSTEM, role=name, post_id=post, region=COUNTY, at=builders.NOW)
        builders.an_account(builders.an_official(post, name=f"{name}乙"), name)
    catalog.register(actor=builders.SYSTEM, provider=house.bureau, entries=[opened.patients()], at=builders.NOW)
    catalog.publish(actor=builders.SYSTEM, codes=[PATIENTS], at=builders.NOW)
    opened.fill("patients", opened.patient_rows())
    rights = (
        RightEntry(kind=RightKind.HOLDING, holder=house.bureau, starts_on=BEGINS),
        RightEntry(kind=RightKind.OPERATING, holder=company, starts_on=BEGINS),
    )
    entry = AssetEntry(name="就诊数据资产", name_en="Visits", datasets=(PATIENTS,), rights=rights)
    return assets.register(actor=builders.SYSTEM, asset=uuid4(), entry=entry, at=builders.NOW).id


def parts(name: str, day: object) -> dict[str, str]:
    year, month, number = str(day).split("-")
    return {f"{name}_0": year, f"{name}_1": month, f"{name}_2": number}


def grant(**changed: object) -> dict[str, object]:
    return {
        "operation": str(uuid4()), "operator": OPERATOR, **parts("starts_on", BEGINS), **parts("ends_on", ENDS),
        "items": [f"{PATIENTS}|born_on", f"{PATIENTS}|disease"], "smallest_group": "10", "most_products": "5",
        "basis": "授权运营协议", **changed,
    }  # fmt: skip


def granted(head: Client, asset: UUID) -> str:
    asked = grant()
    assert head.post(f"/officer/assets/{asset}/operate/", asked).status_code == 302
    return f"/officer/operations/{asked['operation']}"


def definition(**changed: str) -> dict[str, str]:
    return {"product": str(uuid4()), "name": "按年份统计", "margins": "on", "item-born_on": "year", **changed}


def test_the_department_grants_the_operator_defines_and_downloads_counts(signed_in: SignIn, asset: UUID) -> None:
    head, agent = signed_in("head"), signed_in("agent")
    assert f"/officer/assets/{asset}/operate/" in head.get(f"/officer/assets/{asset}/").content.decode()
    address = granted(head, asset)
    shown = agent.get(f"{address}/").content.decode()
    assert f"{address}/submit/301003-1/" in shown
    asked = definition()
    assert agent.post(f"{address}/submit/301003-1/", asked).status_code == 302
    made = f"/officer/products/{asked['product']}"
    assert "运算并交付" not in agent.get(f"{made}/").content.decode()
    assert agent.post(f"{made}/compute/").status_code == 403
    assert head.post(f"{made}/compute/").status_code == 302
    page = agent.get(f"{made}/").content.decode()
    assert ("已交付" in page, "1980" in page) == (True, True)
    rows = b"".join(agent.get(f"{made}/?format=csv")).decode()
    assert rows.splitlines()[1:] == ["*,240", "1980,60", "1981,60", "1982,60", "1983,60"]
    assert "授权运营" in head.get(f"/officer/assets/{asset}/").content.decode()


def test_faults_come_back_with_the_form(signed_in: SignIn, asset: UUID) -> None:
    head, agent = signed_in("head"), signed_in("agent")
    wrong = head.post(f"/officer/assets/{asset}/operate/", grant(smallest_group="2"))
    assert (wrong.status_code, "最小分组不得小于 5" in wrong.content.decode()) == (422, True)
    key = head.post(f"/officer/assets/{asset}/operate/", grant(items=[f"{PATIENTS}|id_number"]))
    assert key.status_code == 422
    address = granted(head, asset)
    empty = agent.post(f"{address}/submit/301003-1/", definition(**{"item-born_on": ""}))
    assert (empty.status_code, "请至少选择一个数据项" in empty.content.decode()) == (422, True)
    assert agent.get(f"{address}/submit/302001-1/").status_code == 404
    assert head.get(f"{address}/submit/301003-1/").status_code == 403


def test_a_refusal_and_an_end_say_why_and_stop_what_was_given(signed_in: SignIn, asset: UUID) -> None:
    head, agent = signed_in("head"), signed_in("agent")
    address = granted(head, asset)
    first, second = definition(), definition(name="另一个")
    for asked in (first, second):
        agent.post(f"{address}/submit/301003-1/", asked)
    refused, done = (f"/officer/products/{asked['product']}" for asked in (first, second))
    assert head.post(f"{refused}/refuse/", {"reason": ""}).status_code == 422
    assert head.post(f"{refused}/refuse/", {"reason": "用途不符"}).status_code == 302
    assert "用途不符" in agent.get(f"{refused}/").content.decode()
    assert head.post(f"{refused}/compute/").status_code == 422
    head.post(f"{done}/compute/")
    assert head.post(f"{address}/end/", {"reason": "协议解除"}).status_code == 302
    page = agent.get(f"{done}/").content.decode()
    assert ("1980" in page, "结果不再提供" in page) == (False, True)
    assert agent.get(f"{done}/?format=csv").status_code == 409
    assert "协议解除" in agent.get(f"{address}/").content.decode()


def test_an_operator_gets_no_row_from_any_page_of_the_workbench(signed_in: SignIn, asset: UUID) -> None:
    rows = collection.rows("patients")
    assert rows is not None
    secrets = [*rows.column("id_number").to_pylist(), "罕见病"]
    head, agent = signed_in("head"), signed_in("agent")
    address = granted(head, asset)
    asked = definition(**{"item-disease": "keep"})
    agent.post(f"{address}/submit/301003-1/", asked)
    head.post(f"/officer/products/{asked['product']}/compute/")
    pages = [
        f"/officer/assets/{asset}/", "/officer/assets/?format=csv", f"{address}/", "/officer/operations/?format=csv",
        f"/officer/products/{asked['product']}/", f"/officer/products/{asked['product']}/?format=csv",
        "/officer/data/", "/officer/data/catalog/301003-1/", "/officer/data/lineage/301003-1/", "/officer/exchange/",
        "/officer/openings/", "/officer/openings/new/301003-1/", "/officer/data/catalog/301003-1/ask/",
    ]  # fmt: skip
    for path in pages:
        told = b"".join(agent.get(path)).decode()
        assert not [secret for secret in secrets if secret in told], path


@pytest.mark.parametrize("suffix", ["", "?q=就诊&sort=-ends", "{operation}/"])
def test_pages_take_at_most_ten_statements(
    signed_in: SignIn, asset: UUID, django_assert_max_num_queries: DjangoAssertNumQueries, suffix: str
) -> None:
    head = signed_in("head")
    address = granted(head, asset)
    asked = definition()
    signed_in("agent").post(f"{address}/submit/301003-1/", asked)
    for path in ("/officer/operations/" + suffix.format(operation=address.rpartition("/")[2]),
                 f"/officer/products/{asked['product']}/", f"/officer/assets/{asset}/"):  # fmt: skip
        with django_assert_max_num_queries(10):
            page = head.get(path)
        assert page.status_code == 200
        assert "就诊数据资产" in page.content.decode()


def test_grants_are_exported_and_others_see_none(signed_in: SignIn, asset: UUID) -> None:
    head = signed_in("head")
    address = granted(head, asset)
    rows = b"".join(head.get("/officer/operations/?format=csv")).decode()
    assert f"就诊数据资产,{OPERATOR}," in rows
    other = builders.an_organisation(name="水利局", region=COUNTY)
    builders.an_account(builders.an_official(builders.a_post(other), name="外人"), "outsider")
    stranger = signed_in("outsider")
    assert stranger.get(f"{address}/").status_code == 404
    assert "还没有授权" in stranger.get("/officer/operations/").content.decode()

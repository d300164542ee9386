"""The opening desk: one officer applies, another decides, an auditor sees who stands behind what is open."""

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from zhengtong.data.catalog import api as catalog
from zhengtong.data.opening import api as opening
from zhengtong.data.opening.tests import builders as opened
from zhengtong.kernel import clock
from zhengtong.portals.officer.opening_forms import ROLE, TREATMENT
from zhengtong.portals.officer.tests.conftest import COUNTY, House, SignIn
from zhengtong.trust.access import api as access
from zhengtong.trust.identity.contracts import Actor, Duty, SubjectKind
from zhengtong.trust.identity.tests import builders

NAME = opened.SHOPS.replace("/", "-")


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Two officers of the bureau that has the shops, and an auditor."""

    applicant: Client
    head: Client
    auditor: Client


@pytest.fixture
def desk(house: House, signed_in: SignIn, settings: Settings, tmp_path: Path) -> Desk:
    settings.HOME = tmp_path
    granted = {
        "applicant": (Duty.BUSINESS, opening.Permission.APPLY), "head": (Duty.BUSINESS, opening.Permission.DECIDE),
        "checker": (Duty.AUDIT, opening.Permission.AUDIT),
    }  # fmt: skip
    for name, (duty, permission) in granted.items():
        access.define_role(
            actor=builders.SYSTEM, code=name, name=name, name_en=name, duty=duty, permissions=[permission],
            at=builders.NOW,
        )  # fmt: skip
        post = builders.a_post(house.bureau, f"{name}岗", duty)
        access.grant_role(actor=builders.SYSTEM, role=name, post_id=post, region=COUNTY, at=builders.NOW)
        builders.an_account(builders.an_official(post, name=f"{name}乙", duty=duty), name)
    catalog.register(actor=builders.SYSTEM, provider=house.bureau, entries=[opened.shops()], at=builders.NOW)
    catalog.publish(actor=builders.SYSTEM, codes=[opened.SHOPS], at=builders.NOW)
    opened.fill("shops", opened.shop_rows())
    return Desk(applicant=signed_in("applicant"), head=signed_in("head"), auditor=signed_in("checker"))


def asked(identifier: UUID, **changed: str) -> dict[str, str]:
    return {
        "application": str(identifier), "title": "餐饮店名录", "slug": "restaurants", "access": "unconditional",
        "basis": opened.CLAUSE, TREATMENT + "name": "keep", ROLE + "name": "plain", TREATMENT + "kind": "keep",
        ROLE + "kind": "plain", **changed,
    }  # fmt: skip


def apply(desk: Desk, **changed: str) -> str:
    """Apply as the officer and return the address of the application."""
    answer = desk.applicant.post(f"/officer/openings/new/{NAME}/", asked(uuid4(), **changed))
    assert answer.status_code == 302, answer.content.decode()
    return str(answer.headers["Location"])


def take(client: Client, page: str, step: str, revision: int, **more: str) -> int:
    return client.post(f"{page}{step}/", {"revision": str(revision), **more}).status_code


def test_an_application_goes_from_the_form_to_the_public(desk: Desk, client: Client) -> None:
    page = apply(desk)
    assert take(desk.applicant, page, "freeze", 1) == 302
    assert "通过：符合 2026-01-01 起施行的标准" in desk.applicant.get(page).content.decode()
    assert "餐饮店名录" in desk.head.get("/officer/openings/").content.decode()
    assert take(desk.head, page, "approve", 2) == 302
    assert take(desk.head, page, "release", 3) == 302
    assert client.get("/open/releases/restaurants/").status_code == 200
    audit = desk.auditor.get("/officer/openings/audit/").content.decode()
    for word in ("餐饮店名录", opened.CLAUSE, "applicant乙", "head乙", "有据免责", "全部开放均有完整证明"):
        assert word in audit


def test_a_failing_report_says_why_and_offers_no_approval(desk: Desk) -> None:
    page = apply(desk, aggregate="on", **{TREATMENT + "opened_on": "month"})
    assert take(desk.applicant, page, "freeze", 1) == 302
    text = desk.head.get(page).content.decode()
    assert "未通过，不能批准" in text
    assert "小单元格未抑制" in text
    assert f"{page}approve/" not in text
    assert take(desk.head, page, "approve", 2) == 422
    assert take(desk.head, page, "refuse", 2, reason="请先抑制") == 302
    assert "请先抑制" in desk.applicant.get(page).content.decode()


def test_a_plan_is_changed_until_somebody_decides(desk: Desk) -> None:
    page = apply(desk)
    assert take(desk.applicant, page, "freeze", 1) == 302
    form = desk.applicant.get(f"{page}edit/").content.decode()
    assert 'value="restaurants"' in form
    identifier = UUID(page.rstrip("/").rpartition("/")[2])
    changed = asked(identifier, revision="2", title="餐饮名录")
    assert desk.applicant.post(f"{page}edit/", changed).status_code == 302
    assert desk.applicant.post(f"{page}edit/", changed).status_code == 422  # somebody was first
    assert "餐饮名录" in desk.applicant.get(page).content.decode()


def test_mistakes_stand_at_their_fields(desk: Desk) -> None:
    address = f"/officer/openings/new/{NAME}/"
    assert desk.applicant.get(address).status_code == 200
    answer = desk.applicant.post(address, asked(uuid4(), slug="餐饮"))
    assert answer.status_code == 422
    assert "网址名称须以小写字母开头" in answer.content.decode()
    answer = desk.applicant.post(address, asked(uuid4(), **{TREATMENT + "name": "year"}))
    assert "不是日期" in answer.content.decode()


def test_who_may_not_cannot(desk: Desk, house: House, signed_in: SignIn) -> None:
    page = apply(desk)
    builders.an_account(builders.an_official(builders.a_post(house.government)), "elsewhere")
    other = signed_in("elsewhere")
    assert other.get(page).status_code == 404
    assert desk.head.get(f"/officer/openings/new/{NAME}/").status_code == 403
    assert take(desk.applicant, page, "approve", 1) == 403
    assert desk.applicant.get("/officer/openings/audit/").status_code == 403
    assert desk.applicant.get(f"{page}nothing/").status_code == 404


def test_the_desk_takes_few_statements(desk: Desk, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    page = apply(desk)
    for address in ("/officer/openings/", page):
        with django_assert_max_num_queries(10):
            assert desk.applicant.get(address).status_code == 200


def test_the_department_answers_the_public_at_its_desk(desk: Desk, house: House, signed_in: SignIn) -> None:
    access.define_role(
        actor=builders.SYSTEM, code="answering", name="a", name_en="a", duty=Duty.BUSINESS,
        permissions=[opening.Permission.ANSWER], at=builders.NOW,
    )  # fmt: skip
    post = builders.a_post(house.bureau, "答复岗")
    access.grant_role(actor=builders.SYSTEM, role="answering", post_id=post, region=COUNTY, at=builders.NOW)
    builders.an_account(builders.an_official(post), "answering")
    page = apply(desk, access="agreement")
    for client, step, revision in ((desk.applicant, "freeze", 1), (desk.head, "approve", 2), (desk.head, "release", 3)):
        assert take(client, page, step, revision) == 302
    someone = Actor(subject=builders.a_person(region="330521"), kind=SubjectKind.NATURAL)
    now = clock.system.now()
    asked = opening.register(actor=someone, slug="restaurants", registration=uuid4(), purpose="开发地图", at=now)
    said = opening.give_feedback(actor=someone, enquiry=uuid4(), slug="restaurants", text="缺少电话", at=now)
    clerk = signed_in("answering")
    shown = clerk.get("/officer/openings/").content.decode()
    assert "使用申请" in shown
    assert "缺少电话" in shown
    registration, enquiry = (f"/officer/openings/registrations/{asked.id}/", f"/officer/openings/enquiries/{said.id}/")
    assert "开发地图" in clerk.get(registration).content.decode()
    assert clerk.post(registration, {"answer": "refuse", "reason": ""}).status_code == 422
    assert clerk.post(registration, {"answer": "agree", "reason": ""}).status_code == 302
    assert clerk.post(enquiry, {"text": ""}).status_code == 422
    assert clerk.post(enquiry, {"text": "已补充"}).status_code == 302
    assert opening.enquiries_of(someone)[0].answer == "已补充"
    assert "没有待答复的公众申请" in clerk.get("/officer/openings/").content.decode()
    assert desk.applicant.get(enquiry).status_code == 403

"""A developer's way through the pages: register, read the secret once, change, suspend, remove; and who approves."""

import re
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from pytest_django import Settings

from zhengtong.kernel import clock
from zhengtong.trust.access import api as access
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Duty, Permission, ProofMethod
from zhengtong.trust.identity.models import ApplicationCredential
from zhengtong.trust.identity.tests.builders import (
    SYSTEM,
    a_person,
    a_post,
    an_account,
    an_enterprise,
    an_official,
    an_organisation,
    some_regions,
)
from zhengtong.trust.identity.tests.relying_party import logged_in

pytestmark = pytest.mark.django_db
ROOT = "/developer/applications/"
ASKED = {
    "name": "云溪办事", "kind": "web", "redirect_uris": "https://app.example/cb\nhttps://app.example/cb2",
    "logout_uri": "https://app.example/out", "scopes": ["profile"],
}  # fmt: skip


@pytest.fixture
def developer() -> Client:
    """The representative of an enterprise, acting for it."""
    person = a_person()
    firm = an_enterprise(person)
    an_account(person, "owner", ProofMethod.COUNTER)
    client = logged_in("owner")
    act_for(client, person, firm)
    return client


def act_for(client: Client, person: UUID, firm: UUID) -> None:
    now = clock.system.now()
    [mandate] = identity.mandates_held(person, at=now)
    assert mandate.principal == firm
    client.post("/me/act-for/", {"mandate": str(mandate.id)})


@pytest.fixture
def approver(settings: Settings) -> Client:
    settings.ADMINISTRATION_NEEDS_TWO_FACTORS = False  # the rule has a test of its own
    some_regions()
    post = a_post(an_organisation(name="大数据局"), "安全管理员", Duty.SECURITY)
    an_account(an_official(post, duty=Duty.SECURITY), "guard")
    access.define_role(
        actor=SYSTEM, code="guard", name="安全管理员", name_en="Guard", duty=Duty.SECURITY,
        permissions=[Permission.APPROVE_APPLICATION], at=clock.system.now(),
    )  # fmt: skip
    access.grant_role(actor=SYSTEM, role="guard", post_id=post, region="330106", at=clock.system.now())
    return logged_in("guard")


@pytest.fixture
def clerk(approver: Client) -> Client:
    """A developer of a department, whose post may do so within its region."""
    del approver
    post = a_post(an_organisation(name="人社局"), "信息岗")
    an_account(an_official(post), "clerk")
    access.define_role(
        actor=SYSTEM, code="developer", name="开发", name_en="Developer", duty=Duty.BUSINESS,
        permissions=[Permission.DEVELOP_APPLICATION], at=clock.system.now(),
    )  # fmt: skip
    access.grant_role(actor=SYSTEM, role="developer", post_id=post, region="330106", at=clock.system.now())
    return logged_in("clerk")


def text(answer: Any) -> str:
    content: str = answer.content.decode()
    return content


def register(client: Client) -> ApplicationCredential:
    client.post(f"{ROOT}new/", ASKED)
    return ApplicationCredential.objects.latest("issued_at")


def test_the_secret_is_shown_once_and_never_again(developer: Client) -> None:
    assert "还没有登记应用" in text(developer.get(ROOT))
    answer = developer.post(f"{ROOT}new/", ASKED)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    row = ApplicationCredential.objects.get()
    secrets = [one for one in re.findall(r"<code>([^<]+)</code>", text(answer)) if row.client.check_secret(one)]
    assert len(secrets) == 1
    for path in (ROOT, f"{ROOT}{row.id}/", f"{ROOT}{row.id}/edit/"):
        assert secrets[0] not in text(developer.get(path))
    page = text(developer.get(f"{ROOT}{row.id}/"))
    assert row.client_id in page
    assert "等待批准" in page
    assert "https://app.example/cb2" in page


def test_a_form_that_will_not_do_comes_back_with_what_was_written(developer: Client) -> None:
    answer = developer.post(f"{ROOT}new/", ASKED | {"redirect_uris": "http://evil.example/cb"})
    assert answer.status_code == 422
    assert "http://evil.example/cb" in text(answer)
    assert "云溪办事" in text(answer)
    assert ApplicationCredential.objects.count() == 0
    register(developer)
    assert developer.post(f"{ROOT}new/", ASKED).status_code == 422
    assert ApplicationCredential.objects.count() == 1


def test_a_developer_changes_suspends_resumes_and_removes(developer: Client) -> None:
    row = register(developer)
    here = f"{ROOT}{row.id}/"
    answer = developer.post(f"{here}edit/", ASKED | {"name": "新名", "scopes": [], "revision": "0"}, follow=True)
    assert "新名" in text(answer)
    assert developer.post(f"{here}edit/", ASKED | {"revision": "0"}).status_code == 409
    renewed = developer.post(f"{here}secret/", {"revision": "1"})
    assert renewed.status_code == 200
    assert developer.post(f"{here}secret/", {"revision": "1"}).status_code == 409
    assert "已暂停" in text(developer.post(f"{here}suspend/", {"revision": "2"}, follow=True))
    assert "正常" in text(developer.post(f"{here}resume/", {"revision": "3"}, follow=True))
    assert "不能恢复" in text(developer.get(f"{here}remove/"))
    assert "还没有登记应用" in text(developer.post(f"{here}remove/", {"revision": "4"}, follow=True))
    assert developer.get(here).status_code == 404


def test_the_security_administrator_approves_what_waits(developer: Client, approver: Client) -> None:
    row = register(developer)
    assert "待批准的应用" in text(approver.get(ROOT))
    assert "云溪办事" in text(approver.get("/developer/approvals/"))
    here = f"/developer/approvals/{row.id}/"
    assert "姓名" in text(approver.get(here))
    assert approver.post(here, {"answer": "refuse", "reason": "", "revision": "0"}).status_code == 422
    answer = approver.post(here, {"answer": "approve", "revision": "0"}, follow=True)
    assert "没有待批准的应用" in text(answer)
    row.client.refresh_from_db()
    assert row.client.get_scopes() == ["openid", "profile"]
    assert approver.get(here).status_code == 404


def test_a_department_registers_and_is_answered_within_the_approvers_region(clerk: Client, approver: Client) -> None:
    row = register(clerk)
    assert "人社局" in text(clerk.get(f"{ROOT}{row.id}/"))
    here = f"/developer/approvals/{row.id}/"
    assert approver.post(here, {"answer": "refuse", "reason": "与职责无关", "revision": "0"}).status_code == 302
    assert "与职责无关" in text(clerk.get(f"{ROOT}{row.id}/"))


def test_whoever_acts_for_nobody_learns_what_to_do(approver: Client) -> None:
    an_account(a_person(), "zhang", ProofMethod.COUNTER)
    client = logged_in("zhang")
    assert "切换到您代表的企业" in text(client.get(ROOT))
    assert client.get(f"{ROOT}new/").status_code == 403
    assert client.get("/developer/approvals/").status_code == 403
    assert approver.get(f"{ROOT}new/").status_code == 403

"""The seal desk leads a seal from application to cancellation, and warns before what cannot be undone."""

from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from zhengtong.kernel.events.api import drain
from zhengtong.portals.officer.tests.conftest import House, SignIn
from zhengtong.trust.access import api as access
from zhengtong.trust.identity.contracts import Duty
from zhengtong.trust.identity.tests import builders
from zhengtong.trust.seals import api as seals
from zhengtong.trust.seals import outside
from zhengtong.trust.seals.tests.builders import workshop


@pytest.fixture
def desk(house: House, signed_in: SignIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Client, Client]:
    """Return the clients of somebody who applies and of somebody who approves."""
    monkeypatch.setattr(outside, "_registries", [seals.SimulatedRegistry(tmp_path / "registry.sqlite3")])
    monkeypatch.setattr(outside, "_authorities", [workshop().authority])
    access.define_role(
        actor=builders.SYSTEM, code="keeper", name="keeper", name_en="keeper", duty=Duty.BUSINESS,
        permissions={str(one) for one in seals.Permission}, at=builders.NOW,
    )  # fmt: skip
    post = builders.a_post(house.bureau, "局长")
    builders.an_account(builders.an_official(post, name="局长甲"), "head")
    for one in (post, house.posts["clerk"]):
        access.grant_role(actor=builders.SYSTEM, role="keeper", post_id=one, organisation=house.bureau, at=builders.NOW)
    return signed_in("clerk"), signed_in("head")


def applied(client: Client) -> str:
    answer = client.post("/officer/seals/apply/", {"seal": str(uuid4()), "kind": "official"})
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"].rstrip("/").rpartition("/")[2]


def test_a_seal_goes_from_application_to_cancellation_at_the_desk(desk: tuple[Client, Client]) -> None:
    clerk, head = desk
    reference = applied(clerk)
    for step in ("approve", "make"):
        assert head.post(f"/officer/seals/{reference}/{step}/").status_code == 302
    assert "待公安备案" in head.get(f"/officer/seals/{reference}/").content.decode()
    drain()
    page = head.get(f"/officer/seals/{reference}/").content.decode()
    assert "3305210000001" in page
    assert "<svg" in page
    assert "密钥立即销毁" in head.get(f"/officer/seals/{reference}/cancel/").content.decode()
    assert head.post(f"/officer/seals/{reference}/cancel/", {"reason": "更名"}).status_code == 302
    assert "已注销" in head.get("/officer/seals/").content.decode()


def test_what_is_refused_is_said_at_the_form(desk: tuple[Client, Client]) -> None:
    clerk, head = desk
    reference = applied(clerk)
    answer = clerk.post(f"/officer/seals/{reference}/approve/")
    assert (answer.status_code, "申请人不能审批" in answer.content.decode()) == (422, True)
    answer = head.post(f"/officer/seals/{reference}/refuse/", {"reason": ""})
    assert answer.status_code == 422
    answer = clerk.post("/officer/seals/apply/", {"seal": str(uuid4()), "kind": "official"})
    assert (answer.status_code, "已有同类印章" in answer.content.decode()) == (422, True)
    assert head.get(f"/officer/seals/{reference}/melt/").status_code == 404


def test_the_desk_is_for_those_who_may_see_it(house: House, signed_in: SignIn, desk: tuple[Client, Client]) -> None:
    del house
    reference = applied(desk[0])
    assert signed_in("auditor").get("/officer/seals/").status_code == 403
    assert signed_in("auditor").get(f"/officer/seals/{reference}/").status_code == 404


def test_pages_take_few_statements(
    desk: tuple[Client, Client], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    reference = applied(desk[0])
    for address in ("/officer/seals/", f"/officer/seals/{reference}/", f"/officer/seals/{reference}/cancel/"):
        with django_assert_max_num_queries(10):
            desk[1].get(address)

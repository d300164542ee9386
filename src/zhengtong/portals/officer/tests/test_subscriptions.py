"""The consumer's official says where a subscription is told, pauses it and sends lost announcements again."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from zhengtong.data.catalog.api import SharingClass, SharingMode
from zhengtong.data.exchange import api as exchange
from zhengtong.data.exchange.models import Subscription
from zhengtong.data.exchange.tests import builders as shared
from zhengtong.data.exchange.tests.resource import land, own_lake, resident
from zhengtong.kernel import clock
from zhengtong.kernel.ids import new_id
from zhengtong.kernel.outbound import NoAnswer
from zhengtong.portals.officer.tests.conftest import House, SignIn
from zhengtong.trust.access import api as access
from zhengtong.trust.identity.contracts import Duty
from zhengtong.trust.identity.tests import builders

ADDRESS = "https://elderly.example/told"


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The clerk's bureau subscribes to the government's resource."""

    client: Client
    agreement: UUID

    @property
    def path(self) -> str:
        return f"/officer/exchange/agreements/{self.agreement}/subscription/"

    def page(self, rest: str = "") -> str:
        answer = self.client.get(self.path + rest)
        assert answer.status_code == 200
        return answer.content.decode()


@pytest.fixture
def desk(house: House, signed_in: SignIn, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    own_lake(settings, tmp_path, monkeypatch)
    access.define_role(
        actor=builders.SYSTEM, code="sharing", name="sharing", name_en="sharing", duty=Duty.BUSINESS,
        permissions=tuple(exchange.Permission), at=builders.NOW,
    )  # fmt: skip
    access.grant_role(
        actor=builders.SYSTEM, role="sharing", post_id=house.posts["clerk"], region="330521", at=builders.NOW
    )
    shared.a_dataset(house.government, SharingClass.UNCONDITIONAL)
    return Desk(client=signed_in("clerk"), agreement=_agreed(house.bureau, (SharingMode.SUBSCRIPTION,)))


def _agreed(consumer: UUID, modes: tuple[SharingMode, ...]) -> UUID:
    at = clock.system.now()
    made = exchange.ask(
        actor=shared.consumer_of(consumer), request=new_id(), dataset=shared.DATASET,
        application=shared.an_application(consumer, at), wanted=shared.some_terms(at, modes=modes, rows=100), at=at,
    ).agreement  # fmt: skip
    assert made is not None
    return made


def version(number: int) -> None:
    land([resident(number)], at=clock.system.now())


def test_an_address_is_set_with_a_key_that_is_shown_once(desk: Desk) -> None:
    assert "没有地址，应用自行拉取" in desk.page()
    assert desk.client.get(f"{desk.path}address/").status_code == 200
    refused = desk.client.post(f"{desk.path}address/", {"address": "http://10.0.0.1/"})
    assert (refused.status_code, "https" in refused.content.decode()) == (422, True)
    answer = desk.client.post(f"{desk.path}address/", {"address": ADDRESS})
    secret = Subscription.objects.get().secret
    assert secret in answer.content.decode()
    assert answer.headers["Cache-Control"] == "no-store"
    shown = desk.page()
    assert (ADDRESS in shown, secret in shown, "推送中" in shown) == (True, False, True)
    moved = desk.client.post(f"{desk.path}address/", {"address": ADDRESS + "/2"})
    assert moved.status_code == 302
    assert Subscription.objects.get().secret == secret
    renewed = desk.client.post(f"{desk.path}renew-key/").content.decode()
    assert Subscription.objects.get().secret in renewed
    assert secret not in renewed


def test_what_was_told_is_listed_with_what_became_of_it(
    desk: Desk, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    assert "还没有变更通知" in desk.page()
    version(0)
    desk.client.post(f"{desk.path}address/", {"address": ADDRESS})
    for number in range(1, 22):
        version(number)

    def nobody(*_place: object, **_message: object) -> int:
        raise NoAnswer from ConnectionRefusedError()

    due = exchange.claim_due_announcements(clock.system.now())
    exchange.send_announcement(due[-1], at=clock.system.now(), now=clock.system.now, post=nobody)
    desk.page()
    with django_assert_max_num_queries(9):
        shown = desk.page()
    for word in ("第 21 版", "ConnectionRefusedError", "等待送达", "下次推送", "?before="):
        assert word in shown
    (older,) = re.findall(r'href="(\?before=\d+)"', shown)
    assert [word for word in ("第 0 版的全部数据", "仅供拉取") if word not in desk.page(older)] == []
    with django_assert_max_num_queries(9):
        own = desk.client.get(f"/officer/exchange/agreements/{desk.agreement}/").content.decode()
    assert desk.path in own


def test_a_subscription_is_paused_resumed_and_lost_messages_are_sent_again(desk: Desk) -> None:
    desk.client.post(f"{desk.path}address/", {"address": ADDRESS})
    assert desk.client.post(f"{desk.path}pause/").status_code == 302
    version(0)
    assert exchange.claim_due_announcements(clock.system.now()) == []
    assert "已暂停" in desk.page()
    assert desk.client.post(f"{desk.path}resume/").status_code == 302
    assert desk.client.post(f"{desk.path}explode/").status_code == 404
    version(1)
    again = desk.client.post(desk.path, {"version": "1"}, follow=True)
    assert "1 条通知" in again.content.decode()
    assert desk.client.post(desk.path, {"version": "-1"}).status_code == 422
    assert desk.client.post(desk.path, {"version": ""}).status_code == 422


def test_an_agreement_without_a_subscription_and_a_third_department_have_no_such_page(desk: Desk, house: House) -> None:
    batches = _agreed(house.bureau, (SharingMode.BATCH,))
    others = _agreed(house.government, (SharingMode.SUBSCRIPTION,))
    assert desk.client.get(f"/officer/exchange/agreements/{batches}/subscription/").status_code == 404
    foreign = f"/officer/exchange/agreements/{others}/subscription/"
    assert desk.client.get(foreign).status_code == 404
    assert desk.client.post(f"{foreign}pause/").status_code == 404

"""Departments ask each other for data at the agreement desk; each sees its own part and nothing of a third's."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from zhengtong.data.catalog.api import SharingClass
from zhengtong.data.exchange import api as exchange
from zhengtong.data.exchange.models import Agreement, Look, ShareRequest, Usage
from zhengtong.data.exchange.tests import builders as shared
from zhengtong.kernel import clock
from zhengtong.kernel.ids import new_id
from zhengtong.portals.officer.exchange_forms import ELEMENT
from zhengtong.portals.officer.tests.conftest import House, SignIn
from zhengtong.process.items.tests import builders as items
from zhengtong.trust.access import api as access
from zhengtong.trust.identity.contracts import Duty
from zhengtong.trust.identity.tests import builders

COUNTY, ITEM = "330521", "901001000000"


@dataclass(frozen=True, kw_only=True)
class Between:
    """A request of the government that the bureau, where the clerk works, must answer."""

    request: UUID


@pytest.fixture
def between(house: House, tmp_path: Path) -> Between:
    access.define_role(
        actor=builders.SYSTEM, code="sharing", name="sharing", name_en="sharing", duty=Duty.BUSINESS,
        permissions=tuple(exchange.Permission), at=builders.NOW,
    )  # fmt: skip
    access.grant_role(
        actor=builders.SYSTEM, role="sharing", post_id=house.posts["clerk"], region=COUNTY, at=builders.NOW
    )
    shared.a_dataset(house.bureau, SharingClass.CONDITIONAL)
    items.publish(items.write(tmp_path))
    asked = _asked(house.government)
    return Between(request=asked)


def _asked(consumer: UUID) -> UUID:
    at, request = clock.system.now(), new_id()
    exchange.ask(
        actor=shared.consumer_of(consumer), request=request, dataset=shared.DATASET,
        application=shared.an_application(consumer, at), wanted=shared.some_terms(at), at=at,
    )  # fmt: skip
    return request


def _looked(agreement: UUID) -> None:
    at = clock.system.now()
    given = exchange.issue_key(
        actor=shared.SYSTEM, application=Agreement.objects.get().request.application,
        algorithm=exchange.Algorithm.HMAC_SHA256, at=at, expires_at=at + timedelta(days=1),
    )  # fmt: skip
    Look.objects.create(
        node="a", number=1, at=at, agreement=agreement, access_key=given.id, nonce="n" * 16,
        business=ITEM, key=b"k" * 19, outcome="found", request_digest=b"d" * 32, hash=b"h" * 32,
    )  # fmt: skip


def _agreed(client: Client, between: Between) -> UUID:
    address = f"/officer/exchange/requests/{between.request}/"
    assert client.post(address, {"answer": "agree", "reason": ""}).status_code == 302
    return Agreement.objects.get(request=between.request).id


def _wanted(request: UUID, application: UUID, **changed: str) -> dict[str, str]:
    until = clock.on_day(clock.system.now()) + timedelta(days=90)
    form = {
        "request": str(request), "application": str(application), ELEMENT + "name": "name", ELEMENT + "phone": "",
        "items": ITEM, "purpose": "核对申请人身份", "basis": "行政许可法§33", "daily_quota": "20", "region": COUNTY,
        "modes": "query", "daily_rows": "",
        "expires_on_0": str(until.year), "expires_on_1": str(until.month), "expires_on_2": str(until.day),
    }  # fmt: skip
    return form | changed


def test_the_provider_reads_the_terms_agrees_and_then_stops_and_resumes(
    between: Between, signed_in: SignIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in("clerk")
    desk = client.get("/officer/exchange/").content.decode()
    address = f"/officer/exchange/requests/{between.request}/"
    assert address in desk
    page = client.get(address).content.decode()
    assert [word for word in ("公民身份号码", "证件号脱敏", "核对申请人身份", "1,000") if word not in page] == []
    agreement = _agreed(client, between)
    Usage.objects.create(agreement=agreement, day=clock.on_day(clock.system.now()), count=7)
    _looked(agreement)
    own = f"/officer/exchange/agreements/{agreement}/"
    client.get(own)  # shows the message of the step before
    for path in ("/officer/exchange/", address, own):
        with django_assert_max_num_queries(10):
            assert client.get(path).status_code == 200
    shown = client.get(own).content.decode()
    assert [word for word in ("<rect", "有记录", ITEM) if word not in shown] == []
    assert "7 / 1,000" in client.get("/officer/exchange/").content.decode()
    refused = client.post(f"{own}suspend/", {"reason": " "})
    assert refused.status_code == 422
    assert not Agreement.objects.get(pk=agreement).suspended
    assert client.post(f"{own}suspend/", {"reason": "疑似超范围"}).status_code == 302
    assert Agreement.objects.get(pk=agreement).suspended
    assert client.post(f"{own}resume/").status_code == 302
    assert not Agreement.objects.get(pk=agreement).suspended
    assert client.post(f"{own}end/", {"reason": "职责调整"}).status_code == 302
    assert client.post(f"{own}resume/").status_code == 422
    assert client.get(f"{own}explode/").status_code == 404


def test_a_refusal_without_a_reason_is_told_at_its_field_and_changes_nothing(
    between: Between, signed_in: SignIn
) -> None:
    client = signed_in("clerk")
    address = f"/officer/exchange/requests/{between.request}/"
    page = client.post(address, {"answer": "refuse", "reason": ""})
    assert page.status_code == 422
    assert 'id="id_reason_error"' in page.content.decode()
    assert ShareRequest.objects.get(pk=between.request).state == "submitted"
    assert client.post(address, {"answer": "refuse", "reason": "超出职责"}).status_code == 302
    assert "超出职责" in client.get(address).content.decode()
    assert client.post(address, {"answer": "agree"}).status_code == 409


def test_a_form_with_a_mistake_keeps_what_was_typed_and_asks_for_nothing(
    between: Between, house: House, signed_in: SignIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client, at = signed_in("clerk"), clock.system.now()
    application, before = shared.an_application(house.bureau, at), ShareRequest.objects.count()
    address = "/officer/data/catalog/301001-1/ask/"
    with django_assert_max_num_queries(10):
        assert client.get(address).status_code == 200
    mistakes = (
        {"items": "123"},
        {"region": "99"},
        {ELEMENT + "name": ""},
        {"daily_quota": "0"},
        {"modes": "batch"},
        {"modes": "offline"},
        {"expires_on_0": "2019"},
    )
    for mistake in mistakes:
        page = client.post(address, _wanted(new_id(), application, **mistake))
        assert page.status_code == 422, mistake
        assert "行政许可法§33" in page.content.decode()
    assert ShareRequest.objects.count() == before


def test_asking_twice_with_one_form_makes_one_request_that_can_be_withdrawn(
    between: Between, house: House, signed_in: SignIn
) -> None:
    client, request = signed_in("clerk"), new_id()
    form = _wanted(request, shared.an_application(house.bureau, clock.system.now()))
    for _time in range(2):
        answer = client.post("/officer/data/catalog/301001-1/ask/", form)
        assert answer.status_code == 302, answer.content.decode()
    made = ShareRequest.objects.get(pk=request)
    assert (made.consumer_id, made.terms["fields"]) == (house.bureau, [{"name": "name", "mask": "name"}])
    assert client.post(f"/officer/exchange/requests/{request}/withdraw/").status_code == 302
    assert ShareRequest.objects.get(pk=request).state == "withdrawn"
    assert between.request != request


def test_whoever_may_not_decide_or_ask_sees_no_form_and_changes_nothing(between: Between, signed_in: SignIn) -> None:
    other = signed_in("auditor")
    address = f"/officer/exchange/requests/{between.request}/"
    assert 'name="answer"' not in other.get(address).content.decode()
    assert other.post(address, {"answer": "agree"}).status_code == 403
    assert other.get("/officer/data/catalog/301001-1/ask/").status_code == 403
    assert ShareRequest.objects.get(pk=between.request).state == "submitted"
    stranger = _asked_between_strangers()
    assert other.get(f"/officer/exchange/requests/{stranger}/").status_code == 404


def _asked_between_strangers() -> UUID:
    ShareRequest.objects.update(provider=builders.an_organisation(name="第三方"))
    return ShareRequest.objects.get().id

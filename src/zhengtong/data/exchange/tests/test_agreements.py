"""Asking for another department's data, and the answer."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from zhengtong.data.catalog.api import SharingClass
from zhengtong.data.exchange import api as exchange
from zhengtong.data.exchange.contracts import Algorithm, FieldGrant, RequestState
from zhengtong.data.exchange.models import AccessKey, Agreement, ShareRequest
from zhengtong.data.exchange.tests.builders import (
    DATASET,
    SYSTEM,
    a_dataset,
    an_agreement,
    an_application,
    consumer_of,
    some_terms,
)
from zhengtong.kernel.errors import InvalidInput, NotAllowed
from zhengtong.kernel.events.api import outstanding
from zhengtong.kernel.ids import new_id
from zhengtong.trust.identity.tests.builders import an_organisation, some_regions
from zhengtong.trust.ledger.api import acts_on

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 9, 24, 2, tzinfo=UTC)


class House:
    """A provider, a consumer with an application, and a dataset between them."""

    def __init__(self, sharing: SharingClass) -> None:
        some_regions()
        self.provider, self.consumer = an_organisation(name="公安局"), an_organisation(name="民政局")
        a_dataset(self.provider, sharing)
        self.application = an_application(self.consumer, NOW)

    def ask(self, request: UUID | None = None, **changed: object) -> exchange.RequestView:
        facts = {"wanted": some_terms(NOW), "application": self.application, "at": NOW, **changed}
        return exchange.ask(
            actor=consumer_of(self.consumer),
            request=request or new_id(),
            dataset=DATASET,
            **facts,  # type: ignore[arg-type]
        )


@pytest.fixture
def house(request: pytest.FixtureRequest) -> House:
    return House(getattr(request, "param", SharingClass.CONDITIONAL))


def test_a_conditional_resource_is_to_be_answered_within_ten_working_days_article_12(house: House) -> None:
    asked = house.ask()
    assert (asked.state, asked.agreement) == (RequestState.SUBMITTED, None)
    assert asked.due_on == date(2026, 10, 15)  # holidays of autumn lie between, and one working Saturday
    assert [view.id for view in exchange.requests_to_answer(consumer_of(house.provider))] == [asked.id]


@pytest.mark.parametrize("house", [SharingClass.UNCONDITIONAL], indirect=True)
def test_an_unconditional_resource_is_agreed_at_once(house: House) -> None:
    asked = house.ask()
    assert asked.state is RequestState.APPROVED
    assert asked.agreement
    agreed = exchange.agreement(consumer_of(house.consumer), asked.agreement, at=NOW)
    assert (agreed.state, agreed.used_today) == (exchange.AgreementState.ACTIVE, 0)


@pytest.mark.parametrize("house", [SharingClass.WITHHELD], indirect=True)
def test_a_withheld_resource_is_not_asked_for(house: House) -> None:
    with pytest.raises(exchange.SharingWithheld):
        house.ask()
    assert not ShareRequest.objects.exists()


def test_sending_a_request_twice_makes_one(house: House) -> None:
    identifier = new_id()
    assert house.ask(identifier) == house.ask(identifier)
    assert ShareRequest.objects.count() == 1
    assert len(acts_on("data.exchange.request", str(identifier)).items) == 1


def test_a_request_names_its_fields_items_purpose_and_basis(house: House) -> None:
    good = some_terms(NOW)
    before = outstanding()
    for poor in (
        replace(good, fields=()),
        replace(good, items=()),
        replace(good, purpose=" "),
        replace(good, basis=""),
        replace(good, daily_quota=0),
        replace(good, expires_on=NOW.date() - timedelta(days=1)),
        replace(good, expires_on=NOW.date() + timedelta(days=2_000)),
    ):
        with pytest.raises(exchange.TermsUnfit):
            house.ask(wanted=poor)
    with pytest.raises(exchange.FieldNotOffered):
        house.ask(wanted=replace(good, fields=(FieldGrant(name="salary"),)))
    assert not ShareRequest.objects.exists()
    assert outstanding() == before


def test_a_department_asks_for_its_own_applications_only(house: House) -> None:
    with pytest.raises(NotAllowed):
        house.ask(application=an_application(house.provider, NOW))


def test_the_provider_agrees_once_and_both_find_the_agreement(house: House) -> None:
    asked = house.ask()
    agreed = exchange.answer(actor=consumer_of(house.provider), request=asked.id, agrees=True, reason="", at=NOW)
    assert agreed.state is RequestState.APPROVED
    with pytest.raises(exchange.AlreadyAnswered):
        exchange.answer(actor=consumer_of(house.provider), request=asked.id, agrees=False, reason="晚了", at=NOW)
    for party in (house.provider, house.consumer):
        assert [one.id for one in exchange.agreements(consumer_of(party), at=NOW)] == [agreed.agreement]


def test_a_refusal_without_a_reason_changes_nothing(house: House) -> None:
    asked = house.ask()
    with pytest.raises(exchange.ReasonNeeded):
        exchange.answer(actor=consumer_of(house.provider), request=asked.id, agrees=False, reason="  ", at=NOW)
    assert exchange.request(consumer_of(house.consumer), asked.id).state is RequestState.SUBMITTED
    told = exchange.answer(actor=consumer_of(house.provider), request=asked.id, agrees=False, reason="超出职责", at=NOW)
    assert (told.state, told.reason) == (RequestState.REFUSED, "超出职责")


def test_another_organisation_neither_sees_nor_answers(house: House) -> None:
    asked, stranger = house.ask(), consumer_of(an_organisation(name="外单位"))
    with pytest.raises(exchange.RequestUnknown):
        exchange.request(stranger, asked.id)
    with pytest.raises(exchange.RequestUnknown):
        exchange.answer(actor=stranger, request=asked.id, agrees=True, reason="", at=NOW)
    assert not Agreement.objects.exists()


def test_a_withdrawn_request_cannot_be_answered(house: House) -> None:
    asked = house.ask()
    for _time in range(2):
        exchange.withdraw_request(actor=consumer_of(house.consumer), request=asked.id, at=NOW)
    with pytest.raises(exchange.AlreadyAnswered):
        exchange.answer(actor=consumer_of(house.provider), request=asked.id, agrees=True, reason="", at=NOW)


def test_an_ended_agreement_never_works_again(house: House) -> None:
    asked = house.ask()
    told = exchange.answer(actor=consumer_of(house.provider), request=asked.id, agrees=True, reason="", at=NOW)
    assert told.agreement
    provider, party = consumer_of(house.provider), told.agreement
    exchange.suspend(actor=provider, agreement=party, reason="核查", at=NOW)
    stopped = exchange.agreement(consumer_of(house.consumer), party, at=NOW)
    assert (stopped.state, stopped.reason) == (exchange.AgreementState.SUSPENDED, "核查")
    exchange.resume(actor=provider, agreement=party, at=NOW)
    exchange.end(actor=consumer_of(house.consumer), agreement=party, reason="业务结束", at=NOW)
    with pytest.raises(exchange.AgreementOver):
        exchange.resume(actor=provider, agreement=party, at=NOW)
    assert len(acts_on("data.exchange.agreement", str(party)).items) == 4


def test_a_secret_is_shown_once_and_lies_sealed() -> None:
    _agreement, application = an_agreement(at=NOW)
    issued = exchange.issue_key(
        actor=SYSTEM, application=application, algorithm=Algorithm.HMAC_SM3, at=NOW, expires_at=NOW + timedelta(days=1)
    )
    assert len(bytes.fromhex(issued.secret)) == 32
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM exchange_accesskey")
        assert issued.secret.encode() not in bytes(cursor.fetchone()[0])


def test_a_public_key_must_be_one() -> None:
    _agreement, application = an_agreement(at=NOW)
    with pytest.raises(InvalidInput):
        exchange.issue_key(
            actor=SYSTEM, application=application, algorithm=Algorithm.ED25519, at=NOW, public_key=b"short",
            expires_at=NOW + timedelta(days=1),
        )  # fmt: skip
    assert not AccessKey.objects.exists()

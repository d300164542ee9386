"""The registered mailbox shows envelopes, opens letters on the record, and hands out what proves them."""

import hashlib
import re
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from zhengtong.kernel import clock
from zhengtong.kernel.pages.preferences import COOKIE
from zhengtong.trust.delivery import api as delivery
from zhengtong.trust.delivery.models import LetterRow
from zhengtong.trust.delivery.tests.builders import WRITING, Office, an_office
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import ProofMethod
from zhengtong.trust.identity.models import Account
from zhengtong.trust.identity.tests import builders
from zhengtong.trust.ledger import api as ledger

pytestmark = pytest.mark.django_db
MOST_STATEMENTS = 10


@pytest.fixture
def office() -> Office:
    return an_office()


def sign_in(client: Client, subject: UUID, username: str = "reader") -> None:
    builders.an_account(subject, username, ProofMethod.POPULATION_CHECK)
    client.force_login(Account.objects.get(username=username))


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def test_a_visit_opens_nothing_and_a_press_of_the_button_opens_once(
    client: Client, office: Office, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    letter = office.deliver()
    sign_in(client, office.citizen.subject)
    address = f"/registered/{letter.id}/"
    with django_assert_max_num_queries(MOST_STATEMENTS):
        listed = text(client.get("/registered/"))
    envelope = text(client.get(address))
    for shown in (listed, envelope):
        assert "西湖区市场监督管理局的来函" in shown
        assert WRITING.subject not in shown
        assert WRITING.text not in shown
    assert LetterRow.objects.get().opened_at is None
    assert client.post(address)["Location"] == address
    with django_assert_max_num_queries(MOST_STATEMENTS):
        opened = text(client.get(address))
    assert WRITING.text in opened
    assert "仅告知" in opened
    assert WRITING.subject in text(client.get("/registered/?q=责令"))
    assert "没有找到玺邮" in text(client.get("/registered/?q=别的&show=unopened"))


def test_the_files_of_a_letter_prove_each_other(client: Client, office: Office) -> None:
    letter = office.deliver()
    sign_in(client, office.citizen.subject)
    address = f"/registered/{letter.id}/"
    assert client.get(f"{address}letter.json").status_code == 409
    client.post(address)
    while ledger.sequence(clock.system.now()):
        pass
    name, _, digest = letter.digest.partition(":")
    assert hashlib.new(name, client.get(f"{address}letter.json").content).hexdigest() == digest
    for step in ("sending", "arrival", "opening"):
        answer = client.get(f"{address}{step}/evidence.json")
        assert f"{letter.reference}-{step}.evidence.json" in answer["Content-Disposition"]
        assert ledger.verify_evidence(answer.content).outcome != "failed"
    assert client.get(f"{address}reading/evidence.json").status_code == 404
    assert client.get(f"{address}document/").status_code == 404


def test_consent_is_given_and_taken_back_on_its_own_page(client: Client, office: Office) -> None:
    sign_in(client, office.citizen.subject)
    assert "还没有确认电子送达" in text(client.get("/registered/"))
    assert "电子签名法第十一条" in text(client.get("/registered/consent/"))
    client.post("/registered/consent/", {"do": "give"})
    assert delivery.consent_of(office.citizen.subject)
    assert "确认电子送达：玺邮到达信箱的时间就是送达时间" in text(client.get("/registered/"))
    client.post("/registered/consent/", {"do": "revoke"})
    assert delivery.consent_of(office.citizen.subject) is None


def test_the_switch_shows_the_enterprises_box_and_a_mandate_opens_only_what_it_covers(
    client: Client, office: Office
) -> None:
    letter = office.deliver(number=office.code)
    sign_in(client, office.representative.subject)
    assert "的来函" not in text(client.get("/registered/"))
    assert client.get(f"/registered/{letter.id}/").status_code == 404
    held = identity.mandates_held(office.representative.subject, at=clock.system.now())
    client.post("/me/act-for/", {"mandate": held[0].id})
    shown = text(client.get("/registered/"))
    assert office.code in shown
    assert "的来函" in shown
    clerk = builders.a_person("王五")
    now = clock.system.now()
    mandate = identity.grant_mandate(
        actor=office.representative, agent=clerk, matters=["social"], valid_from=now,
        valid_until=now + builders.DAY, at=now,
    )  # fmt: skip
    other = Client()
    sign_in(other, clerk, "clerk")
    other.post(f"/me/mandates/{mandate.id}/accept/")
    other.post("/me/act-for/", {"mandate": mandate.id})
    assert other.get("/registered/").status_code == 403
    assert other.post(f"/registered/{letter.id}/").status_code == 403
    assert LetterRow.objects.get().opened_at is None
    assert "收阅玺邮" in text(other.get("/me/mandates/grant/"))


def test_pages_are_in_english_too(client: Client, office: Office) -> None:
    letter = office.deliver()
    sign_in(client, office.citizen.subject)
    client.cookies[COOKIE] = "en.system.standard"
    for address in ("/registered/", f"/registered/{letter.id}/", "/registered/consent/"):
        shown = text(client.get(address))
        assert "lectronic" in shown

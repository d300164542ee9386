"""The wallet and the verification of licences, without a browser."""

import re
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from zhengtong.kernel import clock
from zhengtong.trust.identity.contracts import ProofMethod
from zhengtong.trust.identity.models import Account
from zhengtong.trust.identity.tests import builders
from zhengtong.trust.ledger.api import looks_at
from zhengtong.trust.licenses.contracts import LicenseView
from zhengtong.trust.licenses.models import Presentation
from zhengtong.trust.licenses.tests.builders import ATTRIBUTES, Office, a_ready_office
from zhengtong.trust.licenses.tests.neighbour import ENTRY, data_file, entry, published

pytestmark = pytest.mark.django_db
MOST_STATEMENTS = 10
VERIFY = "/verify/licence/"


@pytest.fixture(autouse=True)
def _no_attempts_yet() -> None:
    cache.clear()


@pytest.fixture
def office() -> Office:
    return a_ready_office()


def holder(client: Client, name: str = "holder") -> UUID:
    subject = builders.a_person("沈一帆")
    builders.an_account(subject, name, ProofMethod.POPULATION_CHECK)
    client.force_login(Account.objects.get(username=name))
    return subject


@pytest.fixture
def licence(client: Client, office: Office) -> LicenseView:
    return office.issue(holder=holder(client), at=clock.system.now())


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def code_shown(client: Client, licence: LicenseView, fields: list[str]) -> str:
    response = client.post(
        f"/me/licences/{licence.id}/present/", {"fields_shown": fields, "purpose": "trust.licenses.travel"}
    )
    assert response.status_code == 200
    found = re.search(r"LC(-[0-9A-Z]{4}){3}", text(response))
    assert found
    return found.group()


def test_the_wallet_lists_what_the_party_holds_within_ten_statements(
    client: Client, licence: LicenseView, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(MOST_STATEMENTS):
        page = text(client.get("/me/licences/"))
    assert "老年人优待证" in page
    assert str(licence.id) in page


def test_a_licence_shows_in_part_until_asked_for_all_of_it(
    client: Client, licence: LicenseView, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(MOST_STATEMENTS):
        page = text(client.get(f"/me/licences/{licence.id}/"))
    assert ATTRIBUTES["id_number"] not in page
    assert licence.number in page
    assert all(f"/files/{form}/" in page for form in ("ofd", "pdf", "json", "sd-jwt"))
    whole = client.get(f"/me/licences/{licence.id}/?show=all")
    assert ATTRIBUTES["id_number"] in text(whole)
    assert "no-store" in whole["Cache-Control"]


def test_nobody_opens_anothers_licence(client: Client, licence: LicenseView) -> None:
    other = Client()
    holder(other, "other")
    for page in ("", "present/", "looks/", "files/json/"):
        assert other.get(f"/me/licences/{licence.id}/{page}").status_code == 404
    assert "老年人优待证" not in text(other.get("/me/licences/"))
    del client


def test_a_stranger_verifies_by_the_code_and_sees_only_what_was_ticked(client: Client, licence: LicenseView) -> None:
    code = code_shown(client, licence, ["born_on"])
    stranger = Client()
    asked = stranger.get(VERIFY, {"code": code})
    assert code in text(asked)
    assert looks_at(licence.holder).items == ()
    told = text(stranger.post(VERIFY, {"said": code}))
    assert "1955-03-07" in told
    assert not any(ATTRIBUTES[key] in told for key in ("name", "id_number"))
    assert len(looks_at(licence.holder).items) == 1
    seen = text(client.get(f"/me/licences/{licence.id}/looks/"))
    assert "未登录的核验人" in seen


def test_the_code_is_drawn_without_inline_style_or_script(client: Client, licence: LicenseView) -> None:
    page = client.post(
        f"/me/licences/{licence.id}/present/", {"fields_shown": ["name"], "purpose": "trust.licenses.travel"}
    ).content.decode()
    assert "<svg" in page
    assert "style=" not in page
    assert "no-store" in client.get(f"/me/licences/{licence.id}/present/")["Cache-Control"]


def test_a_renewed_code_replaces_the_one_before_and_an_ended_one_shows_nothing(
    client: Client, licence: LicenseView
) -> None:
    first = code_shown(client, licence, ["name"])
    made = Presentation.objects.get()
    renewed = re.search(r"LC(-[0-9A-Z]{4}){3}", text(client.post(f"/me/licences/{licence.id}/{made.id}/renew/")))
    assert renewed
    assert Client().post(VERIFY, {"said": first}).status_code == 422
    assert Client().post(VERIFY, {"said": renewed.group()}).status_code == 200
    assert client.post(f"/me/licences/{licence.id}/{made.id}/end/").status_code == 302
    assert Client().post(VERIFY, {"said": renewed.group()}).status_code == 422


@pytest.mark.parametrize(
    "posted", [{}, {"purpose": "trust.licenses.travel"}, {"fields_shown": ["name"], "purpose": "sale"}]
)
def test_a_consent_that_says_too_little_is_asked_again(
    client: Client, licence: LicenseView, posted: dict[str, Any]
) -> None:
    assert client.post(f"/me/licences/{licence.id}/present/", posted).status_code == 422
    assert Presentation.objects.count() == 0


def test_a_number_tells_how_the_licence_stands_and_nothing_of_its_holder(licence: LicenseView) -> None:
    told = text(Client().post(VERIFY, {"said": licence.number.lower()}))
    assert "有效" in told
    assert "西湖区民政局" in told
    assert not any(value in told for value in ATTRIBUTES.values())


def test_a_downloaded_file_verifies_and_a_changed_one_does_not(client: Client, licence: LicenseView) -> None:
    file = client.get(f"/me/licences/{licence.id}/files/json/")
    assert "attachment" in file["Content-Disposition"]
    good = SimpleUploadedFile("licence.json", file.content)
    assert ATTRIBUTES["name"] in text(Client().post(VERIFY, {"file": good}))
    bad = SimpleUploadedFile("licence.json", file.content.replace(b"payload", b"payloaf"))
    assert Client().post(VERIFY, {"file": bad}).status_code == 422
    assert client.get(f"/me/licences/{licence.id}/files/exe/").status_code == 404


def test_a_licence_of_another_region_says_by_which_entry_it_is_recognised() -> None:
    published(entry())
    told = text(Client().post(VERIFY, {"file": SimpleUploadedFile("licence.json", data_file())}))
    assert f"可信列表第 7 号：{ENTRY}" in told
    published(number=8)
    response = Client().post(VERIFY, {"file": SimpleUploadedFile("licence.json", data_file())})
    assert (response.status_code, "不是由可信列表上的机构签发" in text(response)) == (422, True)


@pytest.mark.parametrize("posted", [{}, {"said": "1.2.156.3005.2.9"}, {"said": "LC-AAAA-AAAA-AAAA"}, {"said": "<b>"}])
def test_what_cannot_be_verified_is_refused_with_a_sentence(posted: dict[str, str]) -> None:
    response = Client().post(VERIFY, posted)
    assert response.status_code == 422
    assert "填写有误" in text(response)


def test_one_address_may_not_try_codes_on_and_on() -> None:
    for _attempt in range(20):
        Client().post(VERIFY, {"said": "LC-AAAA-AAAA-AAAA"})
    assert "核验次数过多" in text(Client().post(VERIFY, {"said": "LC-AAAA-AAAA-AAAA"}))


def test_an_official_verifies_in_the_name_of_the_post(client: Client, licence: LicenseView, office: Office) -> None:
    code = code_shown(client, licence, ["name"])
    desk = Client()
    builders.an_account(office.official.subject, "clerk")
    desk.force_login(Account.objects.get(username="clerk"))
    told = desk.post("/officer/licences/verify/", {"code": f"https://example.test{VERIFY}?code={code}"})
    assert ATTRIBUTES["name"] in text(told)
    [look] = looks_at(licence.holder).items
    assert look.subject == office.official.subject
    assert desk.post("/officer/licences/verify/", {"code": "nonsense"}).status_code == 422


def test_an_official_accepts_a_licence_of_another_region_as_evidence_on_the_record(office: Office) -> None:
    published(entry())
    desk = Client()
    builders.an_account(office.official.subject, "clerk")
    desk.force_login(Account.objects.get(username="clerk"))
    posted = {"file": SimpleUploadedFile("licence.json", data_file())}
    told = text(desk.post("/officer/licences/verify/", posted))
    assert f"可信列表第 7 号：{ENTRY}" in told
    [act] = re.findall(r"/officer/acts/[0-9a-f-]{36}/", told)
    assert "国务院令第716号§10" in text(desk.get(act))
    assert desk.post("/officer/licences/verify/", {}).status_code == 422

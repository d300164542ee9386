"""What a citizen does on the portal, without a browser: every page works as plain HTML."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client
from django.utils.translation import override
from pytest_django import DjangoAssertNumQueries

from zhengtong.data.catalog.api import SharingMode
from zhengtong.data.exchange.models import Look, Usage
from zhengtong.data.exchange.tests import builders as shared
from zhengtong.kernel import clock
from zhengtong.kernel.pages.preferences import COOKIE
from zhengtong.process.items import api as catalogues
from zhengtong.process.items.tests import builders as items
from zhengtong.trust.delivery.api import MessageKind, Wording, deliver, mailbox, of_subject
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Actor, ProofMethod, SubjectKind
from zhengtong.trust.identity.models import Account
from zhengtong.trust.identity.tests import builders
from zhengtong.trust.ledger.api import acts_by

pytestmark = pytest.mark.django_db
MOST_STATEMENTS = 10


@pytest.fixture
def citizen(client: Client) -> UUID:
    """Sign in a real-name proved person."""
    builders.some_regions()
    subject = builders.a_person("沈一帆")
    _sign_in(client, subject, "citizen")
    return subject


def _sign_in(client: Client, subject: UUID, username: str) -> None:
    builders.an_account(subject, username, ProofMethod.POPULATION_CHECK)
    client.force_login(Account.objects.get(username=username))


@pytest.fixture
def catalogue(tmp_path: Path) -> None:
    """Publish a small catalogue."""
    _publish(items.write(tmp_path))


def _publish(folder: Path) -> None:
    read = catalogues.read_catalogue(folder)
    catalogues.publish_catalogue(read, responsibility=items.PUBLISHER, at=items.AT)


def _actor(subject: UUID) -> Actor:
    return Actor(subject=subject, kind=SubjectKind.NATURAL)


def _deliver(to: UUID) -> UUID:
    title = Wording(zh="您的申请已受理", en="Your application was accepted")
    with transaction.atomic():
        at = clock.system.now()
        return deliver(to=of_subject(to), kind=MessageKind.RECEIPT, title=title, body="请留意进度。", at=at).id


def test_the_page_shows_names_and_numbers_in_part_only(client: Client, citizen: UUID) -> None:
    page = client.get("/me/").content.decode()
    assert "沈*帆" in page
    assert "沈一帆" not in page
    assert "138****1234" in page


def test_a_message_is_read_by_opening_it_and_the_reading_is_on_record(client: Client, citizen: UUID) -> None:
    message = _deliver(citizen)
    assert "1 条未读" in client.get("/me/").content.decode()
    assert "请留意进度。" in client.get(f"/me/messages/{message}/").content.decode()
    (kept,) = mailbox(_actor(citizen)).items
    assert kept.read_at is not None
    assert acts_by(citizen).items[0].act.business.command == "trust.delivery.open"
    assert "没有未读消息" in client.get("/me/").content.decode()


def test_another_person_s_message_looks_like_none(client: Client, citizen: UUID) -> None:
    answer = client.get(f"/me/messages/{_deliver(builders.a_person('陈玉兰'))}/")
    assert answer.status_code == 404


def test_a_person_sees_who_looked_and_why(client: Client, citizen: UUID) -> None:
    organisation = builders.an_organisation(name="西湖区民政局")
    post = builders.a_post(organisation)
    official = builders.an_official(post, name="李科长")
    with transaction.atomic():
        identity.record_look(
            builders.in_post(official, post), citizen, purpose="trust.identity.assist", at=clock.system.now()
        )
    page = client.get("/me/looks/").content.decode()
    assert "西湖区民政局" in page
    assert "李科长" in page


def test_a_person_sees_which_departments_systems_asked_for_what_and_nobody_elses_looks(
    client: Client, citizen: UUID, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    assert "还没有部门系统查询过您的数据" in client.get("/me/looks/").content.decode()
    agreement, _ = shared.an_agreement(at=clock.system.now())
    for number, subject in enumerate((citizen, UUID(int=5)), 1):
        Look.objects.create(
            node="a", number=number, at=clock.system.now(), agreement=agreement, access_key=UUID(int=number),
            nonce=f"{number:016}", business=shared.ITEM, key=bytes([number]) * 19, subject=subject, outcome="found",
            request_digest=b"d" * 32, hash=b"h" * 32,
        )  # fmt: skip
    with django_assert_max_num_queries(MOST_STATEMENTS):
        page = client.get("/me/looks/").content.decode()
    assert [word for word in ("民政局", "居民信息", "公民身份号码", shared.ITEM) if word not in page] == []
    assert page.count("居民信息") == 1
    assert "联系电话" not in page


def test_a_person_sees_which_datasets_about_people_were_shared_in_batches_and_that_it_names_nobody(
    client: Client, citizen: UUID, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    del citizen
    assert "依据协议批量共享的资源" not in client.get("/me/looks/").content.decode()
    batch = {"modes": (SharingMode.BATCH,), "rows": 1_000_000}
    agreement, _ = shared.an_agreement(at=clock.system.now(), **batch)
    Usage.objects.create(agreement=agreement, day=clock.on_day(clock.system.now()), count=2, rows=123_456)
    with django_assert_max_num_queries(MOST_STATEMENTS):
        page = client.get("/me/looks/").content.decode()
    told = ("依据协议批量共享的资源", "民政局", "居民信息", "行政许可法§33", "123,456")
    assert [word for word in told if word not in page] == []


def test_a_mandate_is_granted_accepted_used_and_revoked(client: Client, citizen: UUID) -> None:
    number = builders.id_number()
    agent = builders.a_person("陈玉兰", number)
    until = clock.on_day(clock.system.now()) + timedelta(days=30)
    asked = {"name": "陈玉兰", "id_number": number, "matters": ["*"],
             "until_0": until.year, "until_1": until.month, "until_2": until.day}  # fmt: skip
    assert client.post("/me/mandates/grant/", asked)["Location"] == "/me/mandates/"
    (given,) = identity.mandates_given(citizen)
    assert (given.agent, given.matters, given.accepted_at) == (agent, ("*",), None)
    assert given.valid_until == datetime.combine(until + timedelta(days=1), datetime.min.time(), clock.BEIJING)

    helper = Client()
    _sign_in(helper, agent, "granny")
    helper.post(f"/me/mandates/{given.id}/accept/")
    helper.post("/me/act-for/", {"mandate": given.id})
    assert "您（陈*兰）现在代表“沈*帆”办事" in helper.get("/me/").content.decode()
    helper.post("/me/act-for/")
    assert "现在代表" not in helper.get("/me/").content.decode()

    assert "终止这项委托？" in client.get(f"/me/mandates/{given.id}/revoke/").content.decode()
    client.post(f"/me/mandates/{given.id}/revoke/")
    assert identity.mandates_held(agent, at=datetime.now(UTC)) == ()


def test_a_mandate_with_a_past_day_is_not_granted_and_the_field_is_named(client: Client, citizen: UUID) -> None:
    asked = {"name": "陈玉兰", "id_number": "x", "matters": ["*"], "until_0": 2020, "until_1": 1, "until_2": 1}
    answer = client.post("/me/mandates/grant/", asked)
    assert answer.status_code == 422
    assert "请填写今天或以后的日期。" in answer.content.decode()
    assert 'href="#id_until_0"' in answer.content.decode()
    assert identity.mandates_given(citizen) == ()


def test_nobody_can_end_a_mandate_between_others(client: Client, citizen: UUID) -> None:
    enterprise_owner = builders.a_person("王大力")
    builders.an_enterprise(enterprise_owner)
    (other,) = identity.mandates_held(enterprise_owner, at=builders.NOW + builders.DAY)
    assert client.get(f"/me/mandates/{other.id}/revoke/").status_code == 404
    assert client.post(f"/me/mandates/{other.id}/revoke/").status_code >= 400
    assert identity.mandates_held(enterprise_owner, at=builders.NOW + builders.DAY)[0].revoked_at is None


@pytest.mark.parametrize("path", ["/me/", "/me/messages/", "/me/looks/", "/me/mandates/"])
def test_a_page_of_one_s_own_costs_few_statements(
    client: Client, citizen: UUID, path: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    builders.an_enterprise(citizen)
    for _turn in range(12):
        _deliver(citizen)
    client.get(path)
    with django_assert_max_num_queries(MOST_STATEMENTS):
        assert client.get(path).status_code == 200


PUBLIC = ["/", "/services/", "/life-events/", "/about/", "/accessibility/", "/accounts/login/", "/open/", "/developer/"]


@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_page_costs_few_statements(
    client: Client, catalogue: None, path: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.get(path)
    with django_assert_max_num_queries(MOST_STATEMENTS):
        assert client.get(path).status_code == 200


def _landmarks(page: str) -> list[str]:
    return re.findall(r"<(header|nav|main|footer|aside|form|h1)\b", page)


@pytest.mark.parametrize("path", PUBLIC)
def test_english_pages_have_the_landmarks_of_the_chinese_ones(client: Client, catalogue: None, path: str) -> None:
    chinese = client.get(path).content.decode()
    client.cookies[COOKIE] = "en.system.standard"
    english = client.get(path).content.decode()
    assert '<html lang="en"' in english
    assert _landmarks(chinese) == _landmarks(english)


def test_the_whole_demo_catalogue_still_costs_few_statements(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    _publish(items.DEMO)
    with django_assert_max_num_queries(MOST_STATEMENTS):
        assert client.get("/").status_code == 200


def test_a_search_without_result_says_what_to_do(client: Client, catalogue: None) -> None:
    page = client.get("/services/", {"q": "飞碟停放"}).content.decode()
    assert "换一个更短的词试试，或拨打 12345 询问。" in page


def test_with_htmx_only_the_results_are_sent(client: Client, catalogue: None) -> None:
    page = client.get("/services/", headers={"hx-request": "true"}).content.decode()
    assert "<html" not in page


def test_an_unknown_item_is_a_page_not_an_error(client: Client) -> None:
    answer = client.get("/services/999999999999/")
    assert answer.status_code == 404
    with override("zh-hans"):
        assert "没有找到编码为 999999999999 的事项。" in answer.content.decode()

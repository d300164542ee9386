"""Anybody may try an item's conditions; signed in, what the population registry knows is shown and not asked."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from zhengtong.data.registries import api as registry
from zhengtong.data.registries.tests import builders as registries
from zhengtong.process.items import api as catalogues
from zhengtong.process.items.tests import builders as items
from zhengtong.process.items.tests.test_eligibility import ELIGIBILITY
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import PersonEntry, ProofMethod
from zhengtong.trust.identity.models import Account
from zhengtong.trust.identity.tests import builders as people
from zhengtong.trust.ledger.api import count_acts

pytestmark = pytest.mark.django_db
PAGE = "/items/901001000000/eligibility/"
WITH_SOURCE = ELIGIBILITY.replace("title: 出生日期", "title: 出生日期, source: population.born_on")
BORN = {"born_on_0": "2010", "born_on_1": "5", "born_on_2": "6"}


@pytest.fixture(autouse=True)
def _catalogue(tmp_path: Path) -> None:
    folder = items.write(tmp_path, eligibility=WITH_SOURCE)
    catalogues.publish_catalogue(catalogues.read_catalogue(folder), responsibility=items.PUBLISHER, at=items.AT)


def test_a_stranger_learns_what_holds_and_nothing_is_kept(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    acts = count_acts()
    with django_assert_num_queries(1):
        answer = client.post(PAGE, {**BORN, "registered": "neither"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert [word for word in ("有的条件现在不符合", "请先登记", "不是行政决定") if word not in page] == []
    assert "满六周岁再来" not in page
    assert "2010-05-06" not in answer.headers.get("Location", "") + str(client.session.items())
    assert count_acts() == acts


def test_what_is_left_out_is_told_as_open(client: Client) -> None:
    page = client.post(PAGE, {"registered": "born"}).content.decode()
    assert "还有条件判断不了" in page
    assert "请回答：出生日期" in page


def test_a_day_that_is_none_is_asked_again(client: Client) -> None:
    answer = client.post(PAGE, {**BORN, "born_on_1": "13"})
    assert answer.status_code == 422
    assert "自测结果" not in answer.content.decode()


def test_signed_in_the_registry_answers_masked_and_is_believed_before_the_client(client: Client) -> None:
    registries.county()
    assert registry.load(registries.part(), responsibility=registries.LOADER, at=registries.AT)
    person = registries.resident_id(1)
    entry = PersonEntry(
        subject=person, name="沈建国", id_number=registries.id_number(1), region=registries.VILLAGE, phone="13800001234"
    )
    identity.bulk_register_people([entry], actor=people.SYSTEM, at=people.NOW)
    people.an_account(person, "shen", ProofMethod.POPULATION_CHECK)
    client.force_login(Account.objects.get(username="shen"))
    page = client.get(PAGE).content.decode()
    assert "-**-**" in page
    assert 'name="born_on_0"' not in page
    too_young = {"born_on_0": "2025", "born_on_1": "5", "born_on_2": "6"}
    page = client.post(PAGE, {**too_young, "registered": "born"}).content.decode()
    assert "您的回答符合下面的全部条件" in page
    assert "1980-05" not in page


def test_an_item_without_questions_says_so_and_its_guide_links_to_none(client: Client) -> None:
    answer = client.get("/items/903001000000/eligibility/")
    assert answer.status_code == 404
    assert "受理条件" in answer.content.decode()
    assert "eligibility" not in client.get("/services/903001000000/").content.decode()
    assert PAGE in client.get("/services/901001000000/").content.decode()

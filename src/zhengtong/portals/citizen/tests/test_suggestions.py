"""Suggestions while one types: by name, English or first letters of pinyin; few statements; not without a limit."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from zhengtong.portals.citizen.views import services
from zhengtong.process.items.tests import builders

pytestmark = pytest.mark.django_db
PAGE = "/services/suggestions/"


@pytest.fixture(autouse=True)
def _catalogue(tmp_path: Path) -> Iterator[None]:
    cache.clear()
    builders.publish(builders.write(tmp_path))
    yield
    cache.clear()


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("出生", "/services/901001000000/"),
        ("csdj", "/services/901001000000/"),
        ("hygiene", "/services/903001000000/"),
        ("新生儿", "/bundles/newborn/"),
    ],
)
def test_what_is_typed_finds_services_and_bundles(
    client: Client, typed: str, address: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(3):
        answer = client.get(PAGE, {"q": typed})
    found = answer.json()["suggestions"]
    assert address in [one["address"] for one in found]
    assert all(one["name"] and one["department"] for one in found)
    assert answer.headers["Cache-Control"] == "private, max-age=60"


@pytest.mark.parametrize("typed", ["", "   ", "%", "zzzz", "'; drop"])
def test_what_means_nothing_suggests_nothing(client: Client, typed: str) -> None:
    assert client.get(PAGE, {"q": typed}).json() == {"suggestions": []}


def test_names_come_in_the_readers_language(client: Client) -> None:
    client.cookies["zhengtong_pages"] = "en.system.standard"
    (found,) = client.get(PAGE, {"q": "hygiene"}).json()["suggestions"]
    assert found["name"] == "Hygiene licence"


def test_who_asks_faster_than_anybody_types_is_told_to_wait(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MOST_SUGGESTIONS_A_MINUTE", 2)
    answers = [client.get(PAGE, {"q": "出生"}, headers={"Accept": "application/json"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].headers["Content-Type"].startswith("application/problem+json")
    assert client.get("/services/", {"q": "出生"}).status_code == 200

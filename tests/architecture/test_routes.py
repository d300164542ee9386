"""No address answers a stranger unless it is listed as public, with a reason."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from tests.architecture.public_routes import PUBLIC, reason
from tests.support.routes import Route, routes

METHODS = ("get", "post", "put", "patch", "delete")
TURNED_AWAY = {401, 403}
ALL = routes()


def answers(client: Client, example: str) -> list[tuple[str, int, str]]:
    """Call an address in every method; leave out those it does not know."""
    found = []
    for method in METHODS:
        response = getattr(client, method)(example)
        if response.status_code != 405:
            found.append((method, response.status_code, response.headers.get("Location", "")))
    return found


def turned_away(status: int, location: str) -> bool:
    """Tell whether an answer sends the caller to sign in."""
    return status in TURNED_AWAY or (status in {302, 303} and "login" in location)


@pytest.mark.django_db
@pytest.mark.parametrize("route", [route for route in ALL if reason(route.name) is None], ids=lambda route: route.name)
def test_a_route_that_is_not_public_turns_a_stranger_away(client: Client, route: Route) -> None:
    client.raise_request_exception = False
    open_to_strangers = [
        f"{method} {status} {location}"
        for method, status, location in answers(client, route.example)
        if not turned_away(status, location)
    ]
    assert open_to_strangers == [], f"{route.pattern} answers a stranger; guard it or list it in public_routes.py"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "route", [route for route in ALL if reason(route.name) is not None], ids=lambda route: route.name
)
def test_a_public_route_answers_a_stranger(client: Client, route: Route) -> None:
    found = answers(client, route.example)
    assert found, f"{route.pattern} answers no method"
    assert all(status < 500 for _method, status, _location in found)


def test_every_public_route_still_exists() -> None:
    names = [route.name for route in ALL]
    stale = [
        listed
        for listed in PUBLIC
        if not any(name == listed or (listed.endswith("*") and name.startswith(listed[:-1])) for name in names)
    ]
    assert stale == []


def test_every_reason_is_a_sentence_part_and_not_a_word() -> None:
    assert [name for name, why in PUBLIC.items() if len(why.split()) < 2] == []


def unguarded(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("secrets")


urlpatterns = [path("unguarded/", unguarded, name="unguarded")]


@pytest.mark.urls(__name__)
def test_an_unguarded_view_is_found(client: Client) -> None:
    (route,) = routes()
    assert reason(route.name) is None
    assert [turned_away(status, location) for _m, status, location in answers(client, route.example)] == [False] * 5

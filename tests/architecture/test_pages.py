"""Every page: strict headers, no inline code, nothing from elsewhere; the back office too."""

import re

import pytest
from django.test import Client

from tests.support.html import inline_code
from tests.support.routes import Route, routes

PAGES = [route for route in routes() if not route.takes_arguments]
SELF_ONLY = {"default-src", "script-src", "style-src", "connect-src", "worker-src", "form-action", "manifest-src"}


def policy(header: str) -> dict[str, list[str]]:
    """Return the directives of a Content-Security-Policy."""
    return {words[0]: words[1:] for part in header.split(";") if (words := part.split())}


def check_headers(headers: dict[str, str]) -> None:
    directives = policy(headers["Content-Security-Policy"])
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert {name: directives[name] for name in SELF_ONLY & directives.keys()} == {
        name: ["'self'"] for name in SELF_ONLY & directives.keys()
    }
    assert {"default-src", "script-src", "style-src"} <= directives.keys()
    assert directives["object-src"] == directives["base-uri"] == directives["frame-ancestors"] == ["'none'"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("route", PAGES, ids=lambda route: route.name)
def test_a_page_as_a_stranger_sees_it(client: Client, route: Route, language: str) -> None:
    client.cookies["language"] = language
    response = client.get(route.example)
    check_headers(dict(response.headers))
    if response.headers.get("Content-Type", "").startswith("text/html"):
        assert inline_code(response.content.decode()) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "route", [route for route in PAGES if route.name.startswith("admin:")], ids=lambda route: route.name
)
def test_the_back_office_keeps_the_same_rules(admin_client: Client, route: Route) -> None:
    response = admin_client.get(route.example)
    check_headers(dict(response.headers))
    if response.headers.get("Content-Type", "").startswith("text/html"):
        assert inline_code(response.content.decode()) == []


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/no/such/page/", "/%00", "/open/none/"])
def test_a_page_that_is_not_there_keeps_the_rules_and_says_so(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    check_headers(dict(response.headers))
    html = response.content.decode()
    assert inline_code(html) == []
    assert re.search(r"<html[^>]* lang=", html)


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<script>alert(1)</script>", ["<script> without src"]),
        ('<script type="application/json">{}</script>', []),
        ("<style>p{}</style>", ["<style>"]),
        ('<p style="color:red">', ["p style="]),
        ('<a onclick="f()" href="javascript:f()">', ["a onclick=", "a href=javascript:f()"]),
        ('<img src="https://elsewhere.example/x.png">', ["img fetches https://elsewhere.example/x.png"]),
        ('<link rel="stylesheet" href="//cdn.example/x.css">', ["link fetches //cdn.example/x.css"]),
        ('<a href="https://elsewhere.example/">out</a><img src="/static/x.svg">', []),
    ],
)
def test_inline_code_and_foreign_addresses_are_found(html: str, found: list[str]) -> None:
    assert inline_code(html) == found

"""The page that asks is one for items and bundles: a draft goes on elsewhere, sending twice applies once."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.support.crawl import sign_in
from tests.support.server import Site
from tests.support.visitor import PHONE, Visitor
from zhengtong.site.demo.accounts import PASSWORD

Visit = Callable[..., Visitor]
# Nobody else in the journeys applies as this person: handing in drops the draft of the person and the item.
APPLICATIONS = [
    ("family", "/services/902009000000/apply/", "phone", {"phone": "13800000000", "delivery": "post"}, "/cases/BJ-"),
    (
        "family",
        "/bundles/newborn/apply/",
        "child_name",
        {
            "child_name": "沈小满", "child_sex": "female", "register_with": "own", "delivery": "post",
            "born_on_0": "2026", "born_on_1": "11", "born_on_2": "2",
        },
        "/cases/bundles/YJ-",
    ),
]  # fmt: skip
each_application = pytest.mark.parametrize(
    ("username", "path", "field", "answers", "arrives"), APPLICATIONS, ids=["item", "bundle"]
)


@each_application
def test_a_draft_goes_on_elsewhere_and_is_gone_once_handed_in_though_sent_twice(
    visit: Visit, site: Site, username: str, path: str, field: str, answers: dict[str, str], arrives: str
) -> None:
    phone = visit(scripts=False, screen=PHONE)
    phone.sign_in(username, PASSWORD)
    page = phone.open(path)
    page.locator(f"input[name={field}]").fill("13900000000")
    page.locator("main form button[name=save]").click()
    assert page.url == f"{site.url}{path}"
    elsewhere = visit()
    elsewhere.sign_in(username, PASSWORD)
    page = elsewhere.open(path)
    expect(page.locator(f"input[name={field}]")).to_have_value("13900000000")
    expect(page.locator("main [aria-invalid=true]")).to_have_count(0)
    first, second = send(site, username, path, answers, times=2)
    assert arrives in first
    assert first == second
    expect(elsewhere.open(path).locator(f"input[name={field}]")).to_have_value("")


@each_application
def test_what_is_not_answered_is_asked_again_and_nothing_is_received(
    site: Site, username: str, path: str, field: str, answers: dict[str, str], arrives: str
) -> None:
    del arrives
    assert send(site, username, path, {**answers, field: ""}) == ["422"]


def send(site: Site, username: str, path: str, answers: dict[str, str], times: int = 1) -> list[str]:
    """Hand the page's form in as often as said; return where each sending arrives, or the status that refuses it."""
    session = sign_in(site.url, username, PASSWORD)
    page = session.get(f"{site.url}{path}").text
    form = page[page.index('name="case"') - 400 :]
    hidden = {name: re.findall(rf'name="{name}" value="([^"]+)"', form)[0] for name in ("csrfmiddlewaretoken", "case")}
    arrived = []
    for _each in range(times):
        answer = session.post(f"{site.url}{path}", {**hidden, **answers}, headers={"referer": f"{site.url}{path}"})
        arrived.append(answer.url if answer.ok else str(answer.status_code))
    return arrived

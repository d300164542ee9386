"""Somebody opens the portal for the first time: light, strict, and the same without JavaScript."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from tests.support.server import Site
from tests.support.visitor import PHONE, Visitor, visiting

Visit = Callable[..., Visitor]


def weigh(browser: Browser, url: str) -> dict[str, int]:
    """Return the bytes that a first visit transfers, by kind of resource, as the network saw them."""
    kinds: dict[str, str] = {}
    weights: dict[str, int] = {}
    with visiting(browser, url, screen=PHONE) as visitor:
        wire = visitor.context.new_cdp_session(visitor.page)
        wire.send("Network.enable")
        wire.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: event["type"]}))
        wire.on(
            "Network.loadingFinished",
            lambda event: weights.update({event["requestId"]: int(event["encodedDataLength"])}),
        )
        visitor.page.goto(url, wait_until="networkidle")
    total: dict[str, int] = {}
    for request, weight in weights.items():
        kind = kinds.get(request, "Other")
        total[kind] = total.get(kind, 0) + weight
    return total


def test_the_first_visit_weighs_at_most_50_kb_and_its_scripts_20(browser: Browser, site: Site) -> None:
    weights = weigh(browser, f"{site.url}/")
    assert weights["Document"] > 1_000
    assert sum(weights.values()) <= 50_000, weights
    assert weights.get("Script", 0) <= 20_000, weights
    assert weights.get("Stylesheet", 0) <= 15_000, weights


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_reader_switches_language_edition_and_theme(visit: Visit, *, scripts: bool) -> None:
    page = visit(scripts=scripts).open("/")
    html = page.locator("html")
    expect(html).to_have_attribute("lang", "zh-Hans")
    page.locator("header button[name=language]").click()
    expect(html).to_have_attribute("lang", "en")
    expect(page).to_have_url(f"{page.url.split('/', 3)[0]}//{page.url.split('/', 3)[2]}/")
    page.locator("header button[name=edition]").click()
    expect(html).to_have_attribute("data-edition", "elder")
    page.locator("footer button[name=theme][value=dark]").click()
    expect(html).to_have_attribute("data-theme", "dark")
    expect(html).to_have_attribute("lang", "en")
    page.locator("header button[name=language]").click()
    expect(html).to_have_attribute("lang", "zh-Hans")
    expect(html).to_have_attribute("data-edition", "elder")


def test_an_english_phone_still_gets_chinese_until_its_owner_chooses(browser: Browser, site: Site) -> None:
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.goto(site.url)
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    context.close()


def test_the_first_tab_stop_leads_to_the_content(visit: Visit) -> None:
    page = visit().open("/")
    page.keyboard.press("Tab")
    focused = page.locator(":focus")
    expect(focused).to_have_attribute("href", "#content")
    expect(focused).to_be_visible()
    expect(focused).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_wrong_address_says_what_happened_and_what_to_do(visit: Visit, *, scripts: bool) -> None:
    visitor = visit(scripts=scripts)
    response = visitor.page.goto(f"{visitor.url}/no/such/page/")
    assert response is not None
    assert response.status == 404
    expect(visitor.page.locator("h1")).to_be_visible()
    expect(visitor.page.locator("main a[href='/']").first).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_wrong_password_is_answered_in_words_beside_the_form(visit: Visit, *, scripts: bool) -> None:
    visitor = visit(scripts=scripts)
    visitor.sign_in("nobody", "wrong password")
    expect(visitor.page.locator("[role=alert], .error-summary, .errorlist").first).to_be_visible()
    assert "/accounts/login/" in visitor.page.url

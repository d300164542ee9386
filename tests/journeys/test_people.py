"""What the people of the demo do: a citizen, a legal representative, an official; each with JavaScript and without."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.visitor import PHONE, Visitor
from zhengtong.site.demo.accounts import PASSWORD

Visit = Callable[..., Visitor]
both_ways = pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])


def search(page: Page, text: str) -> None:
    """Search the catalogue from its page, by the form's button."""
    page.locator("form[role=search] input[name=q]").fill(text)
    page.locator("form[role=search] button").first.click()


@both_ways
def test_a_citizen_signs_in_on_a_phone_and_sees_their_own_page(visit: Visit, *, scripts: bool) -> None:
    visitor = visit(scripts=scripts, screen=PHONE)
    visitor.open("/").locator("header a.signin").click()
    visitor.page.locator("input[name=login]").fill("citizen")
    visitor.page.locator("input[name=password]").fill(PASSWORD)
    with visitor.page.expect_navigation():
        visitor.page.locator("input[name=password]").press("Enter")
    page = visitor.open("/me/")
    expect(page.locator("#identity")).to_be_visible()
    expect(page.locator("#assurance")).to_be_visible()
    number = page.locator("section[aria-labelledby=identity] .number").first
    expect(number).to_have_text(re.compile(r"\*"))
    assert not re.search(r"\d{17}[\dX]", page.content()), "an ID number is shown in full"


@both_ways
def test_a_citizen_reads_who_looked_at_their_data_and_their_messages(visit: Visit, *, scripts: bool) -> None:
    visitor = visit(scripts=scripts)
    visitor.sign_in("citizen", PASSWORD)
    page = visitor.open("/me/")
    page.locator("main a[href='/me/looks/']").first.click()
    expect(page).to_have_url(re.compile("/me/looks/$"))
    expect(page.locator("main time").first).to_be_visible()
    page.goto(f"{visitor.url}/me/messages/")
    expect(page.locator("main h1")).to_be_visible()
    page.locator("main a[href^='/me/messages/']").first.click()
    expect(page.locator("main h1")).to_be_visible()


@both_ways
def test_a_citizen_searches_the_catalogue_and_reads_a_guide(visit: Visit, *, scripts: bool) -> None:
    visitor = visit(scripts=scripts)
    page = visitor.open("/services/")
    search(page, "身份证")
    expect(page.locator("#results")).to_contain_text("身份证")
    page.locator("#results a[href^='/services/'], #results a[href^='/bundles/']").first.click()
    expect(page.locator("main h1")).to_be_visible()
    page.goto(f"{visitor.url}/services/?q=%E6%97%A0%E6%AD%A4%E4%BA%8B%E9%A1%B9%E7%94%B2%E4%B9%99")
    expect(page.locator("#results")).to_be_visible()


@both_ways
def test_a_legal_representative_switches_to_the_company_and_back(visit: Visit, *, scripts: bool) -> None:
    visitor = visit(scripts=scripts)
    visitor.sign_in("enterprise", PASSWORD)
    page = visitor.open("/me/")
    own_name = page.locator("main h1").inner_text()
    options = page.locator("section[aria-labelledby=acting] input[name=mandate]")
    assert options.count() >= 2
    options.nth(1).check()
    page.locator("section[aria-labelledby=acting] button").first.click()
    page = visitor.open("/me/")
    company = page.locator("main h1").inner_text()
    assert company != own_name
    assert "公司" in company
    page.locator("section[aria-labelledby=acting] input[name=mandate]").nth(0).check()
    page.locator("section[aria-labelledby=acting] button").first.click()
    expect(visitor.open("/me/").locator("main h1")).to_have_text(own_name)


@both_ways
def test_an_official_sees_post_organisation_and_inbox(visit: Visit, *, scripts: bool) -> None:
    visitor = visit(scripts=scripts)
    visitor.sign_in("window", PASSWORD)
    page = visitor.open("/officer/")
    expect(page.locator("#posts")).to_be_visible()
    expect(page.locator("#inbox section").first).to_be_visible()
    page = visitor.open("/officer/organisations/")
    expect(page.locator(".tree .mine")).to_have_count(1)
    page.locator(".tree a").first.click()
    expect(page.locator(".tree .mine")).to_have_count(1)
    expect(page).to_have_url(re.compile("/officer/organisations/[0-9a-f-]{36}/"))


@pytest.mark.parametrize("path", ["/officer/", "/officer/organisations/", "/admin/"])
def test_a_citizen_cannot_open_the_officials_pages(visit: Visit, path: str) -> None:
    visitor = visit()
    visitor.sign_in("citizen", PASSWORD)
    response = visitor.page.goto(f"{visitor.url}{path}")
    assert response is not None
    assert response.status == 403 or "/login/" in response.url


@both_ways
def test_signing_out_closes_the_own_page(visit: Visit, *, scripts: bool) -> None:
    visitor = visit(scripts=scripts)
    visitor.sign_in("family", PASSWORD)
    expect(visitor.open("/me/").locator("main h1")).to_be_visible()
    page = visitor.open("/accounts/logout/")
    with page.expect_navigation():
        page.locator("main form button").first.click()
    page.goto(f"{visitor.url}/me/")
    expect(page).to_have_url(re.compile("/accounts/login/"))

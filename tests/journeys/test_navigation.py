"""The workbench's navigation: one line on a desktop, opened by keyboard without JavaScript, fit for a thumb."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.measures import accessibility_faults, elder_faults, overflow_at
from tests.support.visitor import DESKTOP, Edition, Language, Visitor
from zhengtong.site.demo.accounts import LOGINS, PASSWORD

Visit = Callable[..., Visitor]
OFFICIALS = [login.username for login in LOGINS if login.path.startswith("/officer/")]
LINES = "nodes => new Set(nodes.map(node => Math.round(node.getBoundingClientRect().top))).size"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("username", OFFICIALS)
def test_the_navigation_of_a_desktop_is_one_line_wherever_the_reader_is(
    visit: Visit, username: str, language: Language
) -> None:
    official = visit(screen=DESKTOP)
    official.sign_in(username, PASSWORD)
    official.prefer(language=language)
    page = official.open("/officer/")
    entries = page.locator(".nav > .wrap > ul > li")
    groups = page.locator(".nav details")
    assert entries.count() > 3
    for index in range(groups.count()):
        group = groups.nth(index)
        within = group.locator("a[href^='/officer/']")
        if within.count():  # the cockpit has a navigation of its own
            official.open(within.first.get_attribute("href") or "")
        group.locator("summary").click()
        assert entries.evaluate_all(LINES) == 1


def test_a_group_is_opened_and_followed_by_keyboard_without_a_script(visit: Visit) -> None:
    official = visit(scripts=False, screen=DESKTOP)
    official.sign_in("window", PASSWORD)
    page = official.open("/officer/")
    group = page.locator(".nav details", has_text="组织与人员")
    expect(group.locator("a").first).to_be_hidden()
    group.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(group.locator("a").first).to_be_visible()
    page.keyboard.press("Tab")
    expect(group.locator("a").first).to_be_focused()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith("/officer/organisations/")
    expect(page.locator(".nav summary.here")).to_contain_text("组织与人员")


def test_opening_another_group_closes_the_first_and_nothing_is_covered(visit: Visit) -> None:
    official = visit(screen=DESKTOP)
    official.sign_in("window", PASSWORD)
    page = official.open("/officer/")
    groups = page.locator(".nav details")
    for index in range(groups.count()):
        groups.nth(index).locator("summary").click()
        expect(page.locator(".nav details[open]")).to_have_count(1)
        last = groups.nth(index).locator("a").last.bounding_box()
        body = page.locator("main").bounding_box()
        assert last
        assert body
        assert last["y"] + last["height"] <= body["y"]


@pytest.mark.parametrize("edition", ["standard", "elder"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_open_group_is_accessible_large_enough_and_narrow_enough(
    visit: Visit, language: Language, edition: Edition
) -> None:
    official = visit(screen=DESKTOP)
    official.sign_in("window", PASSWORD)
    official.prefer(language=language, edition=edition)
    page = official.open("/officer/")
    for index in range(page.locator(".nav summary").count()):
        with official.examined():
            assert faults_with_open(page, index, edition) == []


def faults_with_open(page: Page, index: int, edition: Edition) -> list[str]:
    """Open one group and measure the page as a desktop and as a narrow phone."""
    page.set_viewport_size(DESKTOP)
    page.locator(".nav summary").nth(index).click()
    faults = accessibility_faults(page) + overflow_at(page, 320)
    return faults + (elder_faults(page) if edition == "elder" else [])

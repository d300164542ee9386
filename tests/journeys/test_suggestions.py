"""Suggestions while one types, by keyboard and by touch; without JavaScript the box searches as it always did."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.support.measures import accessibility_faults
from tests.support.visitor import DESKTOP, PHONE, Visitor

Visit = Callable[..., Visitor]


@pytest.mark.parametrize("screen", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_first_letters_of_pinyin_lead_to_the_guide_by_keyboard(visit: Visit, screen: object) -> None:
    someone = visit(screen=screen)
    page = someone.open("/")
    box = page.get_by_role("combobox", name="搜索服务事项")
    box.press_sequentially("lnryd")
    option = page.get_by_role("option", name="老年人优待证办理")
    expect(option).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    with someone.examined():
        assert accessibility_faults(page) == []
    box.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    box.press("Escape")
    expect(option).to_be_hidden()
    box.press_sequentially("z")
    expect(option).to_be_visible()
    box.press("ArrowDown")
    box.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("老年人优待证办理")


def test_a_touch_on_a_suggestion_opens_it(visit: Visit) -> None:
    page = visit(screen=PHONE).open("/")
    page.get_by_role("combobox", name="搜索服务事项").press_sequentially("居住证")
    page.get_by_role("option", name="居住证申领").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("居住证申领")


def test_without_javascript_the_box_searches(visit: Visit) -> None:
    page = visit(scripts=False).open("/")
    box = page.get_by_role("searchbox", name="搜索服务事项")
    box.fill("居住证")
    box.press("Enter")
    expect(page.locator("#results")).to_contain_text("居住证申领")

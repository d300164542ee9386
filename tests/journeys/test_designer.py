"""An official redesigns a form beside its preview, and publishes it; with JavaScript and without."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.measures import accessibility_faults, elder_faults, overflow_at
from tests.support.visitor import DESKTOP, PHONE, Edition, Language, Visitor
from zhengtong.site.demo.accounts import PASSWORD
from zhengtong.site.demo.designs import ITEM as IN_WORK

Visit = Callable[..., Visitor]
ITEMS = {True: "901006000000", False: "901003000000"}  # each course redesigns a form of its own
DESIGN = f"/officer/forms/{IN_WORK}/"
PAGES = ("", "v1/", "draft/", "draft/fields/housing/", "draft/check/", "compare/?before=1&after=2", "v2/withdraw/",
         "v2/preview/?language=zh-hans&edition=elder")  # fmt: skip


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_an_official_adds_a_field_tries_it_and_publishes(visit: Visit, *, scripts: bool) -> None:
    official = visit(scripts=scripts)
    official.sign_in("approver", PASSWORD)
    page = official.open(f"/officer/forms/{ITEMS[scripts]}/")
    page.locator("main form button", has_text="起草新版本").click()
    add(page, "是否加急", "Urgent", "yes_no")
    page.locator("button[value=yes][name=back]").click()
    add(page, "加急理由", "Why it is urgent", "text")
    page.locator("#id_show_if").fill("urgent = ")
    if scripts:
        page.locator("#id_show_if").press("Tab")
        expect(page.locator("#said")).to_contain_text("第 9 个字符")
    page.locator("button[name=back]").click()
    expect(page.locator(".summary")).to_contain_text("第 9 个字符")
    page.locator("#id_show_if").fill("urgent")
    page.locator("button[name=back]").click()
    frame = page.frame_locator("iframe[name=preview]")
    expect(frame.get_by_text("加急理由")).to_have_count(0)
    frame.get_by_label("是否加急").check()
    if not scripts:
        frame.locator("button[name=show]").click()
    expect(frame.get_by_text("加急理由")).to_be_visible()
    page.locator("a[target=preview]", has_text=re.compile("^英文$")).click()
    expect(frame.get_by_label("Urgent")).to_be_visible()
    check(page)
    mend_purposes(page)
    expect(page.locator("#checked")).to_contain_text("没有错误")
    page.locator("section[aria-labelledby=publish] button").click()
    expect(page.locator("main table")).to_contain_text("现在用")


def add(page: Page, title: str, title_en: str, kind: str) -> None:
    """Add a field in the editor, which leads to the field's own page."""
    page.locator("#add-title").fill(title)
    page.locator("#add-title_en").fill(title_en)
    page.locator("#add-kind").select_option(kind)
    page.locator("section[aria-labelledby=more] button").click()
    expect(page).to_have_url(re.compile("/draft/fields/"))


def check(page: Page) -> None:
    """Go from the draft to its check, and wait until it is there."""
    page.locator("a", has_text="检查和发布").click()
    expect(page.locator("#checked")).to_be_visible()


def mend_purposes(page: Page) -> None:
    """Follow each fault to its field and say what a sensitive answer is for, as the check asks."""
    while page.locator("a", has_text="去改正").count():
        page.locator("a", has_text="去改正").first.click()
        page.locator("#id_purpose").fill("核对身份")
        page.locator("#id_purpose_en").fill("To check the identity")
        page.locator("button[name=back]").click()
        check(page)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("edition", ["standard", "elder"])
def test_the_pages_of_a_form_in_work_are_accessible_large_and_narrow_enough(
    visit: Visit, edition: Edition, language: Language
) -> None:
    official = visit()
    official.sign_in("approver", PASSWORD)
    official.prefer(language=language, edition=edition)
    faults = []
    for path in PAGES:
        page = official.open(DESIGN + path)
        with official.examined():
            faults += [f"{path}: {fault}" for fault in accessibility_faults(page)]
        faults += [f"{path} at 320: {fault}" for fault in overflow_at(page, 320)]
        if edition == "elder":
            page.set_viewport_size(PHONE)
            faults += [f"{path} elder: {fault}" for fault in elder_faults(page)]
        page.set_viewport_size(DESKTOP)
    assert not faults, "\n".join(faults)

"""A child is born: one application by a parent on a phone, five officers of five posts, every service granted."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.support.visitor import PHONE, Visitor
from zhengtong.site.demo.accounts import PASSWORD

Visit = Callable[..., Visitor]
# Who handles what, in the order in which one waits for another; the window clerk takes the first one in.
BIRTH, VACCINE, HOUSEHOLD = "出生医学证明签发", "预防接种证办理", "出生登记"
INSURANCE, CARD = "参保登记", "社会保障卡申领"
OFFICERS = {"health": [BIRTH, VACCINE], "approver": [HOUSEHOLD], "insurance": [INSURANCE], "social": [CARD]}


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_parent_applies_once_and_five_officers_grant_five_services(visit: Visit, *, scripts: bool) -> None:
    parent = visit(scripts=scripts, screen=PHONE)
    parent.sign_in("citizen", PASSWORD)
    page = parent.open("/bundles/newborn/")  # first screen: what it is
    page.locator("main a[href='/bundles/newborn/apply/']").click()  # second: what is known, what is asked
    expect(page.locator("main")).to_contain_text("人口库")
    typed = page.locator("main form input:not([type=hidden], [type=radio], [type=checkbox], [type=file])")
    assert [typed.nth(index).get_attribute("name") for index in range(typed.count())] == [
        "child_name",
        "born_on_0",
        "born_on_1",
        "born_on_2",
    ]  # fmt: skip  -- two facts: a name and a date; no file is asked for
    assert page.locator("main form input[type=file]").count() == 0
    page.locator("input[name=child_name]").fill("沈小满")
    for part, value in enumerate(("2026", "11", "2")):
        page.locator(f"input[name=born_on_{part}]").fill(value)
    page.locator("input[name=child_sex][value=female]").check()
    page.locator("main form button:not([name])").last.click()
    expect(page).to_have_url(re.compile("/cases/bundles/YJ-"))  # third: how far it is
    bundle = page.url.removeprefix(parent.url)
    expect(page.locator("main")).to_contain_text("办成后开始：出生医学证明签发")

    clerk = visit(scripts=scripts)
    clerk.sign_in("window", PASSWORD)
    decide(clerk, case_of(parent, bundle, BIRTH), "accept")
    for username, names in OFFICERS.items():
        officer = visit(scripts=scripts)
        officer.sign_in(username, PASSWORD)
        for name in names:
            case = case_of(parent, bundle, name)
            if name != BIRTH:
                decide(officer, case, "accept")
            decide(officer, case, "grant")

    page = parent.open(bundle)
    expect(page.locator("main")).to_contain_text("全部办成")
    expect(page.locator("main .tag.good")).to_have_count(6)
    expect(parent.open("/me/looks/").locator("main")).to_contain_text("办理您的申请")


def case_of(parent: Visitor, bundle: str, name: str) -> str:
    """Return the address of the case of a part, as the parent sees it."""
    link = parent.open(bundle).locator("main ol a", has_text=name).first
    address = link.get_attribute("href")
    assert address, f"{name} has not begun"
    return address


def decide(official: Visitor, case: str, decision: str) -> None:
    """Open the dossier, check the evidence, decide, send."""
    page = official.open(f"/officer{case}")
    page.locator(f"input[name=decision][value={decision}]").check()
    checks = page.locator("input[name=checked]")
    for index in range(checks.count()):
        checks.nth(index).check()
    with page.expect_navigation():
        page.locator("main form:has(input[name=decision]) button").last.click()
    expect(page.locator(f"input[name=decision][value={decision}]")).to_have_count(0)

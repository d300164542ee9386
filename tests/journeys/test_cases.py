"""One simple item from application to outcome: an elder on a phone, a window clerk, the bureau that decides."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.support.visitor import PHONE, Visitor
from zhengtong.site.demo.accounts import PASSWORD

Visit = Callable[..., Visitor]
CARD = "/services/902009000000/"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_an_elder_applies_for_a_senior_card_and_follows_it_to_the_end(visit: Visit, *, scripts: bool) -> None:
    elder = visit(scripts=scripts, screen=PHONE)
    elder.sign_in("elder", PASSWORD)
    page = elder.open(CARD)
    page.locator(f"main a[href='{CARD}apply/']").click()
    page.locator("main form button:not([name])").last.click()
    expect(page.locator("[role=alert], .errors").first).to_be_visible()
    page.locator("input[name=phone]").fill("13800000000")
    page.locator("input[name=delivery][value=post]").check()
    page.locator("main form button:not([name])").last.click()
    expect(page).to_have_url(re.compile("/cases/BJ-"))
    case = page.url.removeprefix(elder.url)

    clerk = visit(scripts=scripts)
    clerk.sign_in("window", PASSWORD)
    decide(clerk, case, "return", "请补充近期照片")

    expect(elder.open(case).locator("main")).to_contain_text("请补充近期照片")
    page = elder.open(f"{case}supplement/")
    page.locator("textarea[name=note]").fill("照片已补")
    page.locator("main form button:not([name])").last.click()
    decide(clerk, case, "accept")

    bureau = visit(scripts=scripts)
    bureau.sign_in("civil", PASSWORD)
    expect(bureau.open("/officer/").locator("#inbox")).to_contain_text(case.split("/")[2])
    decide(bureau, case, "grant")

    page = elder.open(case)
    expect(page.locator(".timeline li")).to_have_count(5)
    expect(page.locator("main")).to_contain_text("准予")
    expect(elder.open("/me/looks/").locator("main")).to_contain_text("办理您的申请")


def decide(official: Visitor, case: str, decision: str, reason: str = "") -> None:
    """Open the dossier, choose, give the reason, send."""
    page = official.open(f"/officer{case}")
    page.locator(f"input[name=decision][value={decision}]").check()
    page.locator("textarea[name=reason]").fill(reason)
    with page.expect_navigation():
        page.locator("main form button:not([name])").last.click()
    expect(page.locator("main form textarea[name=reason]")).to_have_count(0)


def test_an_approver_of_another_bureau_does_not_find_the_case(visit: Visit) -> None:
    elder = visit()
    elder.sign_in("elder", PASSWORD)
    page = elder.open(f"{CARD}apply/")
    page.locator("input[name=phone]").fill("13800000000")
    page.locator("input[name=delivery][value=electronic]").check()
    page.locator("main form button:not([name])").last.click()
    case = page.url.removeprefix(elder.url)
    stranger = visit()
    stranger.sign_in("approver", PASSWORD)
    response = stranger.page.goto(f"{stranger.url}/officer{case}")
    assert response is not None
    assert response.status == 404

"""From a guide to the self-check and on to the application, on a phone without JavaScript."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.support.visitor import PHONE, Visitor
from zhengtong.site.demo.accounts import PASSWORD

Visit = Callable[..., Visitor]


def test_a_stranger_learns_that_a_condition_fails_and_what_to_do(visit: Visit) -> None:
    page = visit(scripts=False, screen=PHONE).open("/services/901005000000/")
    page.get_by_role("link", name="资格自测").click()
    page.get_by_role("group", name="您离开常住户口所在地").get_by_label("是", exact=True).check()
    page.get_by_label("已经在这里居住多少个月").fill("3")
    page.get_by_role("button", name="看结果").click()
    expect(page.get_by_role("status")).to_contain_text("有的条件现在不符合")
    expect(page.locator("main")).to_contain_text("请回答：有合法稳定就业吗")
    assert "3" not in page.url.partition("eligibility/")[2]


def test_who_is_signed_in_is_not_asked_what_the_registry_knows(visit: Visit) -> None:
    someone = visit(scripts=False, screen=PHONE)
    someone.sign_in("family", PASSWORD)
    page = someone.open("/items/902009000000/eligibility/")
    expect(page.locator("input[name=born_on_0]")).to_have_count(0)
    page.get_by_role("button", name="看结果").click()
    expect(page.get_by_role("status")).to_contain_text("不是行政决定")

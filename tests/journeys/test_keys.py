"""The key desk from issue to revocation, and a root key used by two of its custodians, with and without scripts."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.visitor import PHONE, Visitor
from zhengtong.site.demo.accounts import PASSWORD
from zhengtong.site.demo.pki import CUSTODY, passphrase

Visit = Callable[..., Visitor]


def send(page: Page, words: str) -> None:
    """Press the button of the page's own part that is called so, and wait for the answer."""
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name=words, exact=True).first.click()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_certificate_is_issued_downloaded_and_revoked(visit: Visit, *, scripts: bool) -> None:
    officer = visit(scripts=scripts, screen=PHONE)
    officer.sign_in("security", PASSWORD)
    page = officer.open("/officer/keys/")
    page.locator("main a[href='/officer/keys/certificates/new/']").first.click()
    page.locator("main a[href$='/new/here/']").click()
    send(page, "下一步：核对")
    expect(page.locator("[role=alert], .errors").first).to_be_visible()
    page.locator("input[name=name]").fill("旅程网关")
    page.locator("input[name=holder]").fill("journey-1")
    page.locator("select[name=profile]").select_option("device")
    send(page, "下一步：核对")
    expect(page.locator("main")).to_contain_text("从不显示")
    send(page, "确认签发")
    expect(page).to_have_url(re.compile("/officer/keys/certificates/[0-9a-f-]{36}/$"))
    expect(page.locator("main")).to_contain_text("旅程网关")
    with page.expect_download() as download:
        page.locator("main a[href$='/files/chain/']").click()
    assert download.value.path().read_bytes().count(b"BEGIN CERTIFICATE") == 3

    page.locator("main a[href$='/revoke/']").click()
    expect(page.locator("main")).to_contain_text("吊销不能撤销")
    page.locator("select[name=reason]").select_option("cessation_of_operation")
    page.locator("textarea[name=note]").fill("旅程结束")
    send(page, "吊销证书")
    expect(page.locator("main")).to_contain_text("与现在的状态不一致")
    send(page, "发布吊销列表")
    expect(page.locator("main")).to_contain_text("已列入")
    expect(page.locator(".timeline")).to_contain_text("吊销证书")
    expect(page.locator("main a[href$='/revoke/']")).to_have_count(0)


def test_two_custodians_approve_one_after_the_other_under_their_own_sign_in(visit: Visit) -> None:
    officer = visit(scripts=False)
    officer.sign_in("security", PASSWORD)
    page = officer.open("/officer/keys/")
    with page.expect_navigation():
        page.locator(f"form[action='/officer/keys/authorities/{CUSTODY}/list/'] button").click()
    there = page.url.removeprefix(officer.url)
    expect(page.locator("main")).to_contain_text("还差 2 人批准")
    for name, words in (("auditor", "还差 1 人批准"), ("admin", "已办结")):
        custodian = visit(scripts=False)
        custodian.sign_in(name, PASSWORD)
        page = custodian.open(there)
        page.locator("input[name=passphrase]").fill("a wrong passphrase")
        send(page, "批准使用根密钥")
        expect(page.locator("main")).to_contain_text("口令不正确")
        page.locator("input[name=passphrase]").fill(passphrase(name))
        send(page, "批准使用根密钥")
        expect(page.locator("main")).to_contain_text(words)
        expect(page.locator("input[name=passphrase]")).to_have_count(0)

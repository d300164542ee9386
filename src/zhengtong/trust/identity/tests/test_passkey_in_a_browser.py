"""A passkey in a real browser, under the strict policy: Chromium's virtual authenticator registers it and signs in."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, sync_playwright

from zhengtong.trust.identity.contracts import ProofMethod
from zhengtong.trust.identity.models import Account
from zhengtong.trust.identity.tests.builders import PASSWORD, a_person, an_account

BROWSER = os.environ.get("ZHENGTONG_BROWSER") or shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(BROWSER is None, reason="needs Chromium"),
]
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright keeps an event loop in this thread
    cache.clear()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        opened = browser.new_page()
        devtools = opened.context.new_cdp_session(opened)
        devtools.send("WebAuthn.enable")
        devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        yield opened
        browser.close()


def test_a_passkey_registers_and_signs_in_without_a_complaint_from_the_browser(live_server: Any, page: Page) -> None:
    an_account(a_person(), "zhang", ProofMethod.COUNTER)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    home = str(live_server.url)
    page.goto(f"{home}/accounts/login/?next=/accounts/2fa/webauthn/add/")
    page.fill("input[name=login]", "zhang")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/accounts/reauthenticate/**")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/accounts/2fa/webauthn/add/")
    page.check("input[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/accounts/2fa/recovery-codes/**")
    page.context.clear_cookies()
    page.goto(f"{home}/accounts/login/")
    page.click("#passkey_login, [form=mfa_login]")
    page.wait_for_url(f"{home}/")
    page.goto(f"{home}/me/")
    assert "高级" in page.inner_text("main")
    assert said == []
    assert Account.objects.get().last_login is not None

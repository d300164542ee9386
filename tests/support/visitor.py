"""A person in front of a browser: a page that fails the test for anything the platform promises never to do.

Every request must stay on the platform's own address, no Content-Security-Policy may be violated, and no script may
throw. The promises are checked when the visit ends, with JavaScript on or off.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, ViewportSize

Language = Literal["zh-hans", "en"]
Theme = Literal["system", "light", "dark"]
Edition = Literal["standard", "elder"]
PHONE = ViewportSize(width=390, height=844)
DESKTOP = ViewportSize(width=1280, height=900)
LOCAL_SCHEMES = {"data", "blob", "about"}
WATCH = """
document.addEventListener('securitypolicyviolation', event =>
  console.error('CSP ' + event.violatedDirective + ' ' + event.blockedURI + ' ' + (event.sample || '')));
"""


class Visitor:
    """A browser context that watches what leaves it and what goes wrong in it."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.context = context
        self.url = url
        self.host = urlsplit(url).netloc
        self.requests: list[str] = []
        self.broken: list[str] = []
        context.add_init_script(WATCH)
        context.on("request", self._asked)
        context.on("console", self._said)
        context.on("weberror", lambda error: self.broken.append(f"script error: {error.error}"))
        self.page = context.new_page()

    def _asked(self, request: Request) -> None:
        self.requests.append(request.url)
        parts = urlsplit(request.url)
        if parts.scheme not in LOCAL_SCHEMES and parts.netloc != self.host:
            self.broken.append(f"request to elsewhere: {request.url}")

    def _said(self, message: ConsoleMessage) -> None:
        text = message.text
        if "CSP " in text[:4] or "Content Security Policy" in text or "Refused to" in text:
            self.broken.append(f"content security policy: {text}")

    def prefer(
        self, *, language: Language = "zh-hans", theme: Theme = "system", edition: Edition = "standard"
    ) -> "Visitor":
        """Set the reader's preferences by cookie, as the settings form does."""
        self.context.add_cookies(
            [{"name": "zhengtong_pages", "value": f"{language}.{theme}.{edition}", "url": self.url}]
        )
        return self

    def open(self, path: str) -> Page:
        """Go to a path of the platform."""
        self.page.goto(f"{self.url}{path}")
        return self.page

    def sign_in(self, username: str, password: str) -> None:
        """Sign in with a password, through the form."""
        self.open("/accounts/login/")
        self.page.locator("input[name=login]").fill(username)
        self.page.locator("input[name=password]").fill(password)
        with self.page.expect_navigation():
            self.page.locator("input[name=password]").press("Enter")

    @contextmanager
    def examined(self) -> Iterator[Page]:
        """Lend the page to a tool that injects its own styles into it: what the policy refuses the tool is no fault."""
        before = list(self.broken)
        yield self.page
        self.page.evaluate("0")  # everything the browser has said until now has arrived
        self.broken[:] = before

    def check(self) -> None:
        """Fail if a promise was broken."""
        assert not self.broken, "\n".join(sorted(set(self.broken)))


@contextmanager
def visiting(
    browser: Browser,
    url: str,
    *,
    scripts: bool = True,
    screen: ViewportSize = DESKTOP,
    state: str | None = None,
) -> Iterator[Visitor]:
    """Open a browser context for one person; check the promises at the end."""
    context = browser.new_context(
        java_script_enabled=scripts, viewport=screen, storage_state=state, locale="zh-CN", reduced_motion="reduce"
    )
    try:
        visitor = Visitor(context, url)
        yield visitor
        visitor.check()
    finally:
        context.close()

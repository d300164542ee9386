"""A served demo province and a browser, shared by all journeys of a test process."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, expect, sync_playwright

from tests.support.crawl import act_for_company, browser_cookies, crawl, sign_in, stranger
from tests.support.routes import routes
from tests.support.server import SUPERUSER, Site, prepare, serving
from tests.support.visitor import Visitor, visiting
from zhengtong.site.demo.accounts import ENTERPRISE, LOGINS, PASSWORD

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

PEOPLE: dict[str, tuple[str, str] | None] = {
    "stranger": None,
    **{login.username: (login.username, PASSWORD) for login in LOGINS},
    "company": (ENTERPRISE, PASSWORD),
    "superuser": SUPERUSER,
}

# A busy machine is no fault of the page: how fast pages are is measured in benchmarks.
expect.set_options(timeout=20_000)

BACK_OFFICE = 40
"""How many pages of the back office are looked at: they are Django's own, and alike for every table."""

LANDINGS = {login.username: login.path for login in LOGINS}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives a browser."""
    for item in items:
        if "tests/journeys" in item.nodeid:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve a demo province; parallel test processes share its database and have a server each.

    `ZHENGTONG_JOURNEYS_HOME` names a folder to keep and use again while one works on a journey.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    home = Path(os.environ.get("ZHENGTONG_JOURNEYS_HOME") or shared / "demo")
    prepare(home)
    with serving(home) as site:
        yield site


class Roles:
    """Who can sign in to the demo, and which pages each of them meets first."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._sessions: dict[str, requests.Session] = {}
        self._pages: dict[str, list[str]] = {}

    names = tuple(PEOPLE)

    def session(self, role: str) -> requests.Session:
        """Return the role's session, signed in once; the company's is its representative's, acting for it."""
        if role not in self._sessions:
            login = PEOPLE[role]
            self._sessions[role] = sign_in(self.site.url, *login) if login else stranger()
            if role == "company":
                act_for_company(self._sessions[role], self.site.url)
        return self._sessions[role]

    def cookies(self, role: str) -> Any:
        """Return the role's cookies for a browser."""
        return browser_cookies(self.session(role), self.site.url)

    def starts(self, role: str) -> list[str]:
        """Return where the role begins: every address without arguments that it might open."""
        backstage = [route.example for route in routes() if not route.takes_arguments]
        own = [path for path in backstage if path.startswith("/admin/") == (role == "superuser")]
        return ["/", *own]

    def pages(self) -> dict[str, list[str]]:
        """Return for each role the pages that no role before it has met, one for each route, and where it lands."""
        if not self._pages:
            met: set[str] = set()
            for role in self.names:
                landing = LANDINGS.get(role, "/")
                most = BACK_OFFICE if role == "superuser" else 200
                found = list(crawl(self.session(role), self.site.url, self.starts(role), most=most))
                self._pages[role] = [page.path for page in found if page.route not in met or page.path == landing]
                met |= {page.route for page in found}
        return self._pages


@pytest.fixture(scope="session")
def roles(site: Site) -> Roles:
    """Return the people of the demo."""
    return Roles(site)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium: the one `make test` found, the system's, or Playwright's own."""
    path = os.environ.get("ZHENGTONG_BROWSER") or next(filter(None, map(shutil.which, PROGRAMS)), None)
    with sync_playwright() as playwright:
        program = path or playwright.chromium.executable_path
        if not Path(program).exists():
            pytest.skip("Chromium is not installed: install the package chromium")
        browser = playwright.chromium.launch(
            executable_path=program,
            args=["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--disable-background-networking"],
        )
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Callable[..., Visitor]]:
    """Return a function that brings a person to the platform; what the platform promises is checked at the end."""
    with ExitStack() as stack:

        def come(**options: Any) -> Visitor:
            return stack.enter_context(visiting(browser, site.url, **options))

        yield come

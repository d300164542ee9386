"""Every page of every role, in both languages, themes and editions: accessible, large enough, narrow enough."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.conftest import Roles
from tests.support.crawl import crawl
from tests.support.measures import accessibility_faults, elder_faults, overflow_at
from tests.support.server import Site
from tests.support.visitor import DESKTOP, PHONE, Edition, Language, Theme, Visitor, visiting

NARROW = 320
# Pages that are not ours, and the axe rules they are known to break: decision 0072. A rule not named here still counts.
FOREIGN = {
    "/admin/": {"aria-prohibited-attr", "label", "link-in-text-block", "target-size"},
    "/api/v1/docs": {
        "color-contrast", "heading-order", "html-has-lang", "landmark-one-main", "nested-interactive", "region",
        "target-size",
    },
}  # fmt: skip
# What a script draws is looked at when it is drawn: before that, the page has not even a heading.
DRAWN = {"/api/v1/docs": ".swagger-ui .info h1"}
ASKED = "edition=standard"  # a form designer's preview, in the edition one asks for
THEMES: tuple[Theme, ...] = ("light", "dark")


def faults_of(visitor: Visitor, path: str, edition: Edition) -> Iterator[str]:
    """Yield what is wrong with the page at *path*, in each theme: one attribute of it, see `kernel/pages/tests`."""
    forgiven = next((rules for prefix, rules in FOREIGN.items() if path.startswith(prefix)), None)
    page = visitor.open(path)
    if path in DRAWN:
        page.wait_for_selector(DRAWN[path])
    for theme in THEMES if forgiven is None else THEMES[:1]:
        page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        with visitor.examined():
            found = accessibility_faults(page)
        yield from (f"in {theme} {fault}" for fault in found if fault.split(" ")[0] not in (forgiven or ()))
    yield from (f"at {NARROW} px {fault}" for fault in overflow_at(page, NARROW))
    if edition == "elder" and forgiven is None and ASKED not in path:
        page.set_viewport_size(PHONE)
        yield from elder_faults(page)
    page.set_viewport_size(DESKTOP)


@pytest.mark.parametrize("edition", ["standard", "elder"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_is_accessible_large_enough_and_narrow_enough(
    browser: Browser, site: Site, roles: Roles, language: Language, edition: Edition
) -> None:
    faults = []
    for role, paths in roles.pages().items():
        if role == "superuser" and (language, edition) != ("zh-hans", "standard"):
            continue  # Django's own back office knows no editions and themes
        with visiting(browser, site.url) as visitor:
            visitor.context.add_cookies(roles.cookies(role))
            visitor.prefer(language=language, edition=edition)
            for path in paths:
                faults += [f"{role} {path}: {fault}" for fault in faults_of(visitor, path, edition)]
    assert not faults, "\n".join(faults)


def test_a_page_takes_at_most_ten_sql_statements(site: Site, roles: Roles) -> None:
    visited = {}
    for role in roles.names:
        session = roles.session(role)
        for page in crawl(session, site.url, roles.starts(role), per_route=20, most=100):
            visited[page.request_id] = f"{role} {page.path}"
    statements = site.statements()
    greedy = {visited[key]: count for key, (_route, count) in statements.items() if key in visited and count > 10}
    assert len(visited.keys() & statements.keys()) == len(visited)
    assert greedy == {}


@pytest.mark.parametrize(
    ("html", "measure", "word"),
    [
        ("<p style='font-size:12px'>small</p>", elder_faults, "text 12px"),
        ("<button style='font-size:20px;width:80px;height:40px'>low</button>", elder_faults, "target 80×40"),
        ("<img src='data:,'>", accessibility_faults, "image-alt"),
        ("<div style='width:500px'>wide</div>", lambda page: overflow_at(page, NARROW), "too wide"),
    ],
    ids=["small text", "low control", "missing alternative", "wide box"],
)
def test_the_measures_see_what_they_should(
    browser: Browser, html: str, measure: Callable[[Page], list[str]], word: str
) -> None:
    page = browser.new_page()
    page.set_content(f"<html lang=en><title>t</title><body style='margin:0'>{html}</body></html>")
    assert any(word in fault for fault in measure(page))
    page.close()

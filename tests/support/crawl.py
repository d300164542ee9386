"""Finding the pages of the platform by following links, as a search engine or a curious person would."""

import re
import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from http import HTTPStatus
from http.cookiejar import Cookie
from urllib.parse import urljoin, urlsplit

import requests
from django.urls import Resolver404, resolve

PATIENCE = 90  # seconds to wait until the platform takes a sign-in again
LEFT_ALONE = ("/accounts/logout", "/admin/logout", "/health", "/metrics", "/static")


@dataclass(frozen=True, kw_only=True)
class FoundPage:
    """A page: its path, the route it belongs to, and the id of the request that fetched it."""

    path: str
    route: str
    request_id: str


class Links(HTMLParser):
    """Collects where the links of a page lead."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = dict(attrs).get("href")
        if tag == "a" and address:
            self.found.append(address)


def sign_in(url: str, username: str, password: str) -> requests.Session:
    """Return a session signed in through the form, without JavaScript."""
    session = requests.Session()
    session.trust_env = False
    session.get(f"{url}/accounts/login/", timeout=30)
    for _attempt in range(PATIENCE):
        answer = session.post(
            f"{url}/accounts/login/",
            data={"login": username, "password": password, "csrfmiddlewaretoken": session.cookies["csrftoken"]},
            headers={"Referer": f"{url}/accounts/login/"},
            timeout=30,
        )
        if answer.status_code != HTTPStatus.TOO_MANY_REQUESTS:
            break
        time.sleep(1)  # all journeys come from one address, so many sign-ins that the platform slows them down
    assert answer.ok, answer.status_code
    assert "sessionid" in session.cookies, f"{username} could not sign in"
    return session


def act_for_company(session: requests.Session, url: str) -> None:
    """Switch a person's session to the first principal they may act for, through the form of their own page."""
    offered = re.findall(r'name="mandate" value="([0-9a-f-]{36})"', session.get(f"{url}/me/", timeout=30).text)
    assert offered, "nobody has given this person a mandate"
    answer = session.post(
        f"{url}/me/act-for/",
        data={"mandate": offered[0], "csrfmiddlewaretoken": session.cookies["csrftoken"]},
        headers={"Referer": f"{url}/me/"},
        timeout=30,
    )
    assert answer.ok, answer.status_code


def stranger() -> requests.Session:
    """Return a session of nobody."""
    session = requests.Session()
    session.trust_env = False
    return session


def browser_cookies(session: requests.Session, url: str) -> list[dict[str, str]]:
    """Return the cookies of a session as Playwright takes them."""
    cookies: list[Cookie] = list(session.cookies)  # type: ignore[arg-type]  # the stub hides that a jar yields cookies
    return [{"name": cookie.name, "value": cookie.value or "", "url": url} for cookie in cookies]


def route_of(path: str) -> str:
    """Return the name of the route a path belongs to; the path's own pattern where the route has none."""
    try:
        match = resolve(path)
    except Resolver404:
        return ""
    return match.view_name or match.route


def crawl(
    session: requests.Session, url: str, starts: list[str], *, per_route: int = 1, most: int = 200
) -> Iterator[FoundPage]:
    """Yield the HTML pages reached from *starts*, at most *per_route* of each route, at most *most* altogether."""
    queue, seen, taken, yielded = deque(starts), set(starts), Counter[str](), 0
    while queue and yielded < most:
        path = queue.popleft()
        route = route_of(urlsplit(path).path)
        if not route or taken[route] >= per_route:
            continue
        answer = session.get(url + path, timeout=60)
        if answer.status_code != 200 or not answer.headers.get("Content-Type", "").startswith("text/html"):
            assert answer.status_code < 500, f"{path} broke"
            continue
        final = urlsplit(answer.url).path
        if final != urlsplit(path).path:  # redirected: that page is met under its own address
            if final not in seen:
                seen.add(final)
                queue.append(final)
            continue
        if "<html" not in answer.text:
            continue  # a part of a page, fetched to refresh it in place
        taken[route] += 1
        yielded += 1
        yield FoundPage(path=path, route=route, request_id=answer.headers["X-Request-ID"])
        for link in links_of(answer.text, answer.url, url):
            if link not in seen:
                seen.add(link)
                queue.append(link)


def links_of(html: str, page: str, url: str) -> Iterator[str]:
    """Yield the paths, queries included, to which a page links on its own site."""
    collector = Links()
    collector.feed(html)
    for address in collector.found:
        parts = urlsplit(urljoin(page, address))
        if parts.netloc == urlsplit(url).netloc and not parts.path.startswith(LEFT_ALONE):
            yield parts.path + (f"?{parts.query}" if parts.query else "")

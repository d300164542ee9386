"""What a page may not hold: anything the Content-Security-Policy would have to be weakened for, or that leaves home."""

from html.parser import HTMLParser
from urllib.parse import urlsplit

FETCHED = {
    "script": "src",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "audio": "src",
    "embed": "src",
}
DATA_TYPES = {"application/json", "application/ld+json", "importmap", "speculationrules"}


class Inspector(HTMLParser):
    """Collects inline scripts and styles, event attributes and addresses outside of the site."""

    def __init__(self, host: str) -> None:
        super().__init__()
        self.host = host
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "style":
            self.found.append("<style>")
        if tag == "script" and "src" not in attributes and attributes.get("type") not in DATA_TYPES:
            self.found.append("<script> without src")
        for name, value in attributes.items():
            if name == "style" or name.startswith(("on", "hx-on")):
                self.found.append(f"{tag} {name}=")
            if value.strip().lower().startswith(("javascript:", "js:")):
                self.found.append(f"{tag} {name}={value}")
        fetched = attributes.get("href") if tag == "link" else attributes.get(FETCHED.get(tag, ""))
        if fetched and urlsplit(fetched).netloc not in {"", self.host} and attributes.get("rel") != "canonical":
            self.found.append(f"{tag} fetches {fetched}")


def inline_code(html: str, host: str = "testserver") -> list[str]:
    """Return what *html* holds against the rules."""
    inspector = Inspector(host)
    inspector.feed(html)
    return inspector.found

"""The form of a message 消息格式, as pure functions."""

import json
from collections.abc import Iterable
from typing import Any

from zhengtong.trust.delivery.contracts import Body, Fact, Paragraph, UnfitMessage, Wording


def check_link(link: str) -> str:
    """Return *link* if it is a path on this platform.

    Raises:
        UnfitMessage: it leads elsewhere, or could be read as leading elsewhere.

    >>> check_link("/cases/BJ-7K3M/")
    '/cases/BJ-7K3M/'
    """
    if link and (not link.startswith("/") or link.startswith("//") or "\\" in link or not link.isprintable()):
        raise UnfitMessage(f"link {link!r}: give a path on this platform")
    return link


def read_body(body: str | Wording | Iterable[Paragraph | Fact]) -> Body:
    """Return *body* as parts; one text is one paragraph.

    Raises:
        UnfitMessage: nothing is said.
    """
    if isinstance(body, str | Wording):
        body = (Paragraph(text=wording(body)),)
    parts = tuple(body)
    if not parts or not all((part.text if isinstance(part, Paragraph) else part.value).zh.strip() for part in parts):
        raise UnfitMessage("a message needs a text")
    return parts


def wording(text: str | Wording) -> Wording:
    """Return *text* as a wording; a plain text is Chinese."""
    return text if isinstance(text, Wording) else Wording(zh=text)


def dump_body(body: Body) -> list[dict[str, Any]]:
    """Return the body as JSON values."""
    return [
        {"text": _texts(part.text)}
        if isinstance(part, Paragraph)
        else {"label": _texts(part.label), "value": _texts(part.value)}
        for part in body
    ]


def load_body(written: list[dict[str, Any]]) -> Body:
    """Read back what `dump_body` wrote.

    >>> load_body(dump_body(read_body("您的申请已受理。")))[0].text.zh
    '您的申请已受理。'
    """
    return tuple(
        Paragraph(text=_wording(part["text"]))
        if "text" in part
        else Fact(label=_wording(part["label"]), value=_wording(part["value"]))
        for part in written
    )


def write_content(title: Wording, body: Body) -> str:
    """Return title and body as the one text that is sealed."""
    return json.dumps({"title": _texts(title), "body": dump_body(body)}, ensure_ascii=False)


def read_content(content: str) -> tuple[Wording, Body]:
    """Read back what `write_content` wrote.

    >>> title, body = read_content(write_content(Wording(zh="通知", en="Notice"), read_body("您的申请已受理。")))
    >>> title.en, body[0].text.zh
    ('Notice', '您的申请已受理。')
    """
    document = json.loads(content)
    return _wording(document["title"]), load_body(document["body"])


def _texts(text: Wording) -> list[str]:
    return [text.zh, text.en] if text.en else [text.zh]


def _wording(texts: list[str]) -> Wording:
    return Wording(zh=texts[0], en=texts[1] if len(texts) > 1 else "")

"""The form of messages 消息格式 and the law of registered letters 玺邮, as pure functions.

- 《电子签名法》§11: a data message is received when it enters the system that its addressee designated for it.
- 《民事诉讼法》§90: with the addressee's consent, service counts from arrival in the addressee's system.
- 《行政处罚法》§61: written decisions may be served electronically on who consented and confirmed it in writing.

So sending is not arrival, opening adds nothing to service but is proved all the same, and without consent a letter is
notice only.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from zhengtong.kernel.checkdigits import parse_credit_code
from zhengtong.kernel.errors import Phrase
from zhengtong.kernel.errors import mark as _
from zhengtong.trust.delivery.contracts import (
    Body,
    Enclosure,
    Fact,
    LetterState,
    LetterUnfit,
    Paragraph,
    UnfitMessage,
    Wording,
    Writing,
)

CLAUSES: Mapping[str, str] = {
    "arrive": "电子签名法§11",
    "open": "电子签名法§11",
    "consent": "行政处罚法§61",
    "revoke_consent": "行政处罚法§61",
}
"""The clause each act on a letter rests on; sending rests on the clause its sender names."""

READING, CONSENTING = "delivery.read", "delivery.consent"
"""Matters a mandate must cover to open registered mail, and to consent to electronic service."""

REFERENCE = "YJ"
LONGEST = {"subject": 120, "text": 20_000, "clause": 120}
LARGEST_DOCUMENT = 4 * 1024 * 1024


def enterprise_number(credit_code: str) -> str:
    """Return the enterprise number 企号 of a legal person: its unified social credit code, nothing else.

    Raises:
        InvalidCreditCode: it is none.

    >>> enterprise_number("91330106ma27xy122q")
    '91330106MA27XY122Q'
    """
    return parse_credit_code(credit_code).text


def standing(*, sent_at: datetime | None, arrived_at: datetime | None, opened_at: datetime | None) -> LetterState:
    """Return how far a letter has come.

    >>> standing(sent_at=None, arrived_at=None, opened_at=None).value
    'prepared'
    """
    if opened_at is not None:
        return LetterState.OPENED
    if arrived_at is not None:
        return LetterState.ARRIVED
    return LetterState.PREPARED if sent_at is None else LetterState.SENT


def served_at(*, arrived_at: datetime | None, consented: bool) -> datetime | None:
    """Return when a letter counts as served: on arrival, if its addressee had consented (电子签名法§11)."""
    return arrived_at if consented else None


def check_writing(writing: Writing) -> Writing:
    """Return *writing* without blanks at its ends.

    Raises:
        LetterUnfit: something is missing or too long.
    """
    fit = Writing(subject=writing.subject.strip(), text=writing.text.strip(), clause=writing.clause.strip())
    for name, most in LONGEST.items():
        length = len(getattr(fit, name))
        if not length:
            raise LetterUnfit(field=name, what=Phrase(_("标题、正文和法律依据都要填写")))
        if length > most:
            raise LetterUnfit(field=name, what=Phrase(_("最多 {most} 字，现有 {length} 字"), most=most, length=length))
    return fit


def write_letter(
    writing: Writing, *, reference: str, sender: UUID, addressee: UUID, enclosure: Enclosure | None, salt: bytes
) -> str:
    """Return the letter's data file: canonical JSON whose SM3 digest stands in the acts.

    The salt makes its digest tell nothing about its words once the file is erased.
    """
    document = None if enclosure is None else {"form": enclosure.form, "size": enclosure.size, "sm3": enclosure.digest}
    return orjson.dumps(
        {
            "form": 1,
            "reference": reference,
            "sender": str(sender),
            "addressee": str(addressee),
            "subject": writing.subject,
            "text": writing.text,
            "clause": writing.clause,
            "document": document,
            "salt": salt.hex(),
        },
        option=orjson.OPT_SORT_KEYS,
    ).decode()


def read_letter(content: str) -> tuple[Writing, Enclosure | None]:
    """Read back what `write_letter` wrote."""
    said = orjson.loads(content)
    kept = said["document"]
    enclosure = Enclosure(form=kept["form"], size=kept["size"], digest=kept["sm3"]) if kept else None
    return Writing(subject=said["subject"], text=said["text"], clause=said["clause"]), enclosure


def digest_of(content: bytes) -> str:
    """Return the SM3 digest of bytes as acts write it; SHA-256 where SM3 is compiled out."""
    name = "sm3" if "sm3" in hashlib.algorithms_available else "sha256"
    return f"{name}:{hashlib.new(name, content).hexdigest()}"


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

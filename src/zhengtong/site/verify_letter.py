"""`zhengtong verify` on a letter 玺邮证据核验: which step of which letter is proved, and whether this is its text.

Evidence holds a digest, not the letter. Who has the letter's data file and its document hands them over as well.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC

from zhengtong.trust.delivery import law
from zhengtong.trust.delivery.contracts import Enclosure
from zhengtong.trust.keys.sm2.sm3 import sm3
from zhengtong.trust.ledger.contracts import Act

LONGEST_LETTER_FILE = law.LARGEST_DOCUMENT + 65_536
"""Bytes of a letter's file or document; what is longer is none."""
LETTER = "trust.delivery.letter"
STEPS: dict[str, tuple[str, str]] = {
    "trust.delivery.send_letter": ("发出", "sending"),
    "trust.delivery.arrive_letter": ("到达", "arrival"),
    "trust.delivery.open_letter": ("打开", "opening"),
}
_SENTENCES: dict[str, tuple[str, str]] = {
    "step": (
        "玺邮{step}的证据：函件 {letter}，时间 {at}，依据 {clause}。",
        "Evidence of the {step} of registered letter {letter} at {at}, by {clause}.",
    ),
    "not_a_letter": ("这份证据不是玺邮的证据。", "This is no evidence of a registered letter."),
    "letter_not_given": (
        "没有提供函件数据文件（--letter），只核验了它的摘要已存证。",
        "The letter's data file was not given (--letter): shown is only that its digest is on record.",
    ),
    "letter_fits": (
        "函件数据文件与存证的摘要一致：{reference}《{subject}》。",
        "The letter's data file has the digest on record: {reference}, “{subject}”.",
    ),
    "letter_differs": (
        "函件数据文件与存证的摘要不一致：不是这一封，或者改动过。",
        "The letter's data file has another digest than the one on record: it is another letter, or was changed.",
    ),
    "document_needs_letter": (
        "核对附件需要同时提供函件数据文件（--letter）。",
        "To compare the document, give the letter's data file as well (--letter).",
    ),
    "no_document": ("这封函件没有附件，提供的文件不属于它。", "This letter has no document; the one given is not its."),
    "document_not_given": (
        "函件附有文件（{form}，{size} 字节），没有提供（--document），未核对。",
        "The letter has a document ({form}, {size} bytes) that was not given (--document) and not compared.",
    ),
    "document_fits": ("附件与函件中写明的摘要一致。", "The document has the digest that the letter names."),
    "document_differs": (
        "附件与函件中写明的摘要不一致：不是这份文件，或者改动过。",
        "The document has another digest than the letter names: it is another document, or was changed.",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One sentence; `holds` is None where nothing was compared."""

    name: str
    holds: bool | None
    details: dict[str, object]

    def written(self, lang: str) -> str:
        """Return it with its mark."""
        column = 1 if lang == "en" else 0
        details = {name: one[column] if isinstance(one, tuple) else one for name, one in self.details.items()}
        return f"{_MARKS[self.holds]} {_SENTENCES[self.name][column].format_map(details)}"


_MARKS = {True: "✓", False: "✗", None: "·"}


def is_letter(act: Act | None) -> bool:
    """Say whether an act is a step of a registered letter."""
    return act is not None and act.business.object_type == LETTER and act.business.command in STEPS


def compare(act: Act | None, *, letter: bytes | None, document: bytes | None) -> list[Line]:
    """Return what an act tells about a letter, and whether the files that were handed over are what it speaks of.

    Args:
        act: that the evidence holds.
        letter: the letter's data file.
        document: the document in it.
    """
    if act is None or not is_letter(act):
        return [_line("not_a_letter", holds=False)] if letter is not None or document is not None else []
    at = act.at.astimezone(UTC).isoformat(timespec="seconds")
    step, clause = STEPS[act.business.command], act.authority.clause
    lines = [_line("step", step=step, letter=act.business.object_id, at=at, clause=clause)]
    if letter is None:
        lines.append(_line("letter_not_given"))
        return lines if document is None else [*lines, _line("document_needs_letter", holds=False)]
    if not _fits(letter, act.business.after):
        return [*lines, _line("letter_differs", holds=False)]
    try:
        (writing, enclosure), reference = law.read_letter(letter.decode()), json.loads(letter)["reference"]
    except (ValueError, KeyError, TypeError):  # an act that nobody vouches for may name any bytes
        return [*lines, _line("letter_differs", holds=False)]
    lines.append(_line("letter_fits", holds=True, reference=reference, subject=writing.subject))
    return [*lines, *_document(enclosure, document)]


def _document(enclosure: Enclosure | None, document: bytes | None) -> list[Line]:
    if enclosure is None:
        return [] if document is None else [_line("no_document", holds=False)]
    if document is None:
        return [_line("document_not_given", form=enclosure.form, size=enclosure.size)]
    fits = _fits(document, enclosure.digest)
    return [_line("document_fits" if fits else "document_differs", holds=fits)]


def _fits(content: bytes, written: str | None) -> bool:
    """Say whether bytes have a digest, by the algorithm that it names."""
    algorithm, _colon, digest = (written or "").partition(":")
    if algorithm == "sm3":
        return sm3(content).hex() == digest
    return algorithm == "sha256" and hashlib.sha256(content).hexdigest() == digest


def _line(name: str, *, holds: bool | None = None, **details: object) -> Line:
    return Line(name=name, holds=holds, details=details)

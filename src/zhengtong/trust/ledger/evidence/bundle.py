"""The evidence bundle 证据包: one JSON file with all that proves one act, and nothing that must be believed unseen.

`entry` is the act as recorded, `proof` the inclusion proof with the signed checkpoint and its co-signatures (C2SP
tlog-proof), `time_stamps` what outside authorities say about when, with their certificates and revocation lists.
"""

import base64
import binascii
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

FORM = "zhengtong/evidence/1"
LONGEST_BUNDLE = 2_000_000
"""Bytes; what is longer is not read."""


class MalformedEvidence(ValueError):  # noqa: N818 -- named after what is wrong
    """A file is no evidence bundle; the text says where."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TimeStampEvidence:
    """An RFC 3161 token over the checkpoint's text, and what it takes to judge its certificate (all DER)."""

    authority: str
    token: bytes
    certificates: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class EvidenceBundle:
    """What a court gets about one act."""

    entry: bytes
    proof: str
    time_stamps: tuple[TimeStampEvidence, ...] = ()


def write_evidence(bundle: EvidenceBundle) -> str:
    """Return the bundle as the JSON file it is handed over as."""
    document = {
        "form": FORM,
        "entry": _text(bundle.entry),
        "proof": bundle.proof,
        "time_stamps": [
            {
                "authority": one.authority,
                "token": _text(one.token),
                "certificates": [_text(each) for each in one.certificates],
                "crls": [_text(each) for each in one.crls],
            }
            for one in bundle.time_stamps
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def read_evidence(written: bytes) -> EvidenceBundle:
    """Read a bundle; nothing is verified yet.

    Raises:
        MalformedEvidence: it is none.
    """
    if len(written) > LONGEST_BUNDLE:
        raise MalformedEvidence(f"it is longer than {LONGEST_BUNDLE} bytes")
    try:
        document = json.loads(written)
        _require(document["form"] == FORM, f"form: {FORM} is expected")
        _require(isinstance(document["proof"], str), "proof: a text is expected")
        return EvidenceBundle(
            entry=_bytes(document["entry"]),
            proof=document["proof"],
            time_stamps=tuple(map(_stamp, document["time_stamps"])),
        )
    except MalformedEvidence:
        raise
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise MalformedEvidence(f"a part is missing or of another kind: {error!r}"[:200]) from error


def _require(holds: bool, what: str) -> None:  # noqa: FBT001 -- reads like an assertion
    if not holds:
        raise MalformedEvidence(what)


def _stamp(written: dict[str, Any]) -> TimeStampEvidence:
    return TimeStampEvidence(
        authority=str(written["authority"]),
        token=_bytes(written["token"]),
        certificates=_each(written["certificates"]),
        crls=_each(written["crls"]),
    )


def _each(written: Iterable[str]) -> tuple[bytes, ...]:
    return tuple(map(_bytes, written))


def _bytes(written: str) -> bytes:
    try:
        return base64.b64decode(written, validate=True)
    except binascii.Error as error:
        raise MalformedEvidence("a part is not base64") from error


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()

"""The trusted list 信任清单: which logs, witnesses and time-stamp authorities the reader of evidence believes.

It is the only thing a verifier needs besides the evidence, and the only thing it must not take from whoever sent
that: get it from the court, the notary or the archive that you believe, and keep it.
"""

import base64
import binascii
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from zhengtong.trust.ledger.tree.hashing import HashName
from zhengtong.trust.ledger.tree.notes import MalformedNote
from zhengtong.trust.ledger.tree.verifiers import COSIGNATURE_TYPE, PublicNoteKey, read_verifier

FORM = "zhengtong/trusted-list/1"


class MalformedTrustedList(ValueError):  # noqa: N818 -- named after what is wrong
    """A file is no trusted list; the text says where."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TrustedLog:
    """A log: the hash it uses and the keys that sign its checkpoints."""

    origin: str
    hash: HashName
    keys: tuple[PublicNoteKey, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TrustedAuthority:
    """A time-stamp authority: the root certificate (DER) under which its certificates were issued."""

    name: str
    root: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class TrustedList:
    """Whom the reader believes; `quorum` is how many witnesses must have co-signed."""

    logs: tuple[TrustedLog, ...]
    witnesses: tuple[PublicNoteKey, ...] = ()
    quorum: int = 0
    authorities: tuple[TrustedAuthority, ...] = ()

    def log(self, origin: str) -> TrustedLog | None:
        """Return the log of this origin, None if it is not trusted."""
        return next((log for log in self.logs if log.origin == origin), None)


def write_trusted_list(trusted: TrustedList) -> str:
    """Return the list as the JSON file it is kept as."""
    document = {
        "form": FORM,
        "logs": [
            {"origin": log.origin, "hash": log.hash.value, "keys": [key.written for key in log.keys]}
            for log in trusted.logs
        ],
        "witnesses": {"quorum": trusted.quorum, "keys": [key.written for key in trusted.witnesses]},
        "time_stamp_authorities": [
            {"name": one.name, "root": base64.b64encode(one.root).decode()} for one in trusted.authorities
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def read_trusted_list(written: bytes | str) -> TrustedList:
    """Read a trusted list.

    Raises:
        MalformedTrustedList: it is none; the text says where.
    """
    try:
        document = json.loads(written)
        if document["form"] != FORM:
            raise MalformedTrustedList(f"form: {FORM} is expected")
        witnesses = document.get("witnesses", {})
        found = TrustedList(
            logs=tuple(map(_log, document["logs"])),
            witnesses=_keys(witnesses.get("keys", ()), cosigning=True),
            quorum=int(witnesses.get("quorum", 0)),
            authorities=tuple(map(_authority, document.get("time_stamp_authorities", ()))),
        )
    except MalformedNote as error:
        raise MalformedTrustedList(f"keys: {error}") from error
    except (KeyError, TypeError, AttributeError, binascii.Error) as error:
        raise MalformedTrustedList(f"a part is missing or of another kind: {error}") from error
    except ValueError as error:
        raise MalformedTrustedList(str(error)) from error
    if not 0 <= found.quorum <= len(found.witnesses):
        raise MalformedTrustedList(f"quorum: {found.quorum} of {len(found.witnesses)} witnesses cannot be reached")
    return found


def _log(written: dict[str, Any]) -> TrustedLog:
    keys = _keys(written["keys"], cosigning=False)
    if not keys:
        raise MalformedTrustedList(f"{written['origin']}: a log needs a key")
    return TrustedLog(origin=str(written["origin"]), hash=HashName(written["hash"]), keys=keys)


def _authority(written: dict[str, str]) -> TrustedAuthority:
    return TrustedAuthority(name=written["name"], root=base64.b64decode(written["root"], validate=True))


def _keys(written: Iterable[str], *, cosigning: bool) -> tuple[PublicNoteKey, ...]:
    found = tuple(map(read_verifier, written))
    for key in found:
        if (key.kind == COSIGNATURE_TYPE) is not cosigning:
            raise MalformedTrustedList(f"{key.name}: witnesses co-sign, logs sign; this key's type is the other's")
    return found

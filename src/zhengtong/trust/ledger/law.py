"""The form of an act 存证格式, as pure functions: canonical bytes, leaf hash, digest.

An act's leaf is JSON with sorted keys, no blanks, UTF-8, absent values left out: for texts and lists this is
RFC 8785 (JSON Canonicalization Scheme). Its hash is that of a leaf in RFC 6962 §2.1, SHA-256(0x00 ‖ leaf), so that the
Merkle log can take the rows as they are.
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from zhengtong.kernel.events.contracts import is_code
from zhengtong.trust.ledger.contracts import Act, ActKind, Authority, Business, Responsibility, UnfitAct

FORM = 1
"""The version of the leaf's form; a later form gets the next number and this one stays readable."""

_DIGEST = re.compile(r"(sm3|sha256):[0-9a-f]{64}")
_UUIDS = {"subject", "post", "organisation", "on_behalf_of", "mandate", "assistance"}


def digest(value: Any, *, salt: bytes = b"") -> str:
    """Return the SM3 digest (GB/T 32905-2016) of *value* written as canonical JSON; SHA-256 where SM3 is compiled out.

    Digests of short personal data can be guessed. Give a random *salt* kept in the row itself for such objects: erasing
    the row then erases what the digest could betray.

    >>> digest({"b": 1, "a": "甲"}) == digest({"a": "甲", "b": 1})
    True
    """
    written = orjson.dumps(value, default=_plain, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    name = "sm3" if "sm3" in hashlib.algorithms_available else "sha256"
    return f"{name}:{hashlib.new(name, salt + written).hexdigest()}"


def check(act: Act) -> None:
    """Refuse an act that says too little or too much.

    Raises:
        UnfitAct: naming the field.
    """
    if act.at.tzinfo is None:
        raise UnfitAct("at: a moment needs its time zone")
    if act.kind is ActKind.READ and not act.purpose:
        raise UnfitAct("purpose: reading a person's data needs one")
    if not act.authority.clause or len(act.authority.clause) > 200:
        raise UnfitAct("authority.clause: name the clause that allows the act")
    for name, value in (
        ("purpose", act.purpose),
        ("authority.permission", act.authority.permission),
        ("authority.power_item", act.authority.power_item),
        ("business.command", act.business.command),
        ("business.object_type", act.business.object_type),
        ("business.object_id", act.business.object_id),
        ("responsibility.account", act.responsibility.account),
        ("responsibility.assurance", act.responsibility.assurance),
        ("responsibility.channel", act.responsibility.channel),
    ):
        if value is not None and not is_code(value):
            raise UnfitAct(f"{name}: only ids and codes belong in an act, not words or personal numbers")
    for name, value in (("business.before", act.business.before), ("business.after", act.business.after)):
        if value is not None and not _DIGEST.fullmatch(value):
            raise UnfitAct(f"{name}: give digest(…) of the object, not the object")


def leaf(identifier: UUID, act: Act) -> bytes:
    """Return the canonical bytes of *act* under its id."""
    return orjson.dumps(
        {
            "form": FORM,
            "id": str(identifier),
            "at": act.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "kind": act.kind.value,
            "authority": _present(act.authority),
            "business": _present(act.business),
            "responsibility": _present(act.responsibility),
            "concerns": sorted({str(subject) for subject in act.concerns}),
            **({"purpose": act.purpose} if act.purpose else {}),
        },
        option=orjson.OPT_SORT_KEYS,
    )


def leaf_hash(leaf_bytes: bytes) -> bytes:
    """Return the RFC 6962 hash of a leaf.

    >>> leaf_hash(b"").hex()
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'
    """
    return hashlib.sha256(b"\x00" + leaf_bytes).digest()


def read_leaf(leaf_bytes: bytes) -> tuple[UUID, Act]:
    """Read back what `leaf` wrote.

    Raises:
        ValueError: these bytes are no act of a known form.
    """
    try:
        written = orjson.loads(leaf_bytes)
        if written["form"] != FORM:
            raise ValueError(f"form {written['form']} is not known")
        responsibility: dict[str, Any] = {
            name: UUID(value) if name in _UUIDS else value for name, value in written["responsibility"].items()
        }
        act = Act(
            authority=Authority(**written["authority"]),
            business=Business(**written["business"]),
            responsibility=Responsibility(**responsibility),
            at=datetime.fromisoformat(written["at"]),
            purpose=written.get("purpose"),
            concerns=tuple(UUID(subject) for subject in written["concerns"]),
            kind=ActKind(written["kind"]),
        )
        return UUID(written["id"]), act
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("the bytes are not an act") from error


def _present(part: Authority | Business | Responsibility) -> Mapping[str, str]:
    fields = ((name, getattr(part, name)) for name in part.__dataclass_fields__)
    return {name: str(value) for name, value in fields if value is not None}


def _plain(value: Any) -> Any:
    """Write what JSON lacks: decimals as text, sets sorted, bytes in hexadecimal."""
    if isinstance(value, set | frozenset):
        return sorted(value)
    return value.hex() if isinstance(value, bytes) else str(value)

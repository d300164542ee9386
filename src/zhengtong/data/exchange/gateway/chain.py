"""The chain of looks 留痕链: each entry's hash covers the one before, so nothing can be changed or left out unseen.

Hash: SM3 over the previous hash and the entry in one fixed form. Its head is recorded as an act now and then, which
ties the chain to the ledger.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

import orjson

from zhengtong.data.exchange.contracts import Format, Outcome

START = bytes(32)
"""What the first entry of a node chains to."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A look on its way into the record, as it is hashed: ids as texts, Unix microseconds, bytes in hexadecimal."""

    at: int
    agreement: str
    access_key: str
    nonce: str
    business: str
    key: str
    subject: str
    outcome: Outcome
    request_digest: str
    daily_quota: int
    handed: "Handed | None" = None
    daily_rows: int = 0

    def told(self) -> list[Any]:
        """Return it as it travels to the scribe; a batch also tells what it hands out, and how many rows it may."""
        batch = [] if self.handed is None else [self.handed.told(), self.daily_rows]
        return [
            self.at, self.agreement, self.access_key, self.nonce, self.business,
            self.key, self.subject, self.outcome, self.request_digest, self.daily_quota, *batch,
        ]  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Handed:
    """What a batch hands out: which part of which version, how many rows, how written, its digest in hexadecimal.

    Of changes (`is_range`) also the first version of the range that ends with `version`; None: it has no beginning.
    """

    version: int
    part: int
    rows: int
    format: Format
    digest: str
    is_range: bool = False
    first: int | None = None

    def told(self) -> list[Any]:
        """Return it as it is hashed and kept."""
        return [self.version, self.part, self.rows, self.format, self.digest, *([self.first] if self.is_range else [])]


HANDED, ROWS, MOST_ROWS = 10, 2, 11
"""Where a told look holds what a batch hands out, therein its rows, and how many rows a day it may."""


def link(previous: bytes, node: str, number: int, told: list[Any]) -> bytes:
    """Return the hash of an entry: over the hash before it, its place, and what it tells except the quotas."""
    facts = [node, number, *told[:9], *told[HANDED:MOST_ROWS]]
    return hashlib.new("sm3", previous + orjson.dumps(facts)).digest()


def answer_digest(content: bytes, *, version: int | str, part: int, rows: int) -> str:
    """Return the digest of a batch's answer in hexadecimal: SM3 over its place, its rows and its SHA-256.

    Args:
        content: the SHA-256 of the bytes that leave, which is also their Content-Digest.
        version: of the resource; of changes the range, `4-7`, or `-7` without a beginning.
        part: of the version.
        rows: in the answer.
    """
    return hashlib.new("sm3", f"{version}\n{part}\n{rows}\n".encode() + content).hexdigest()

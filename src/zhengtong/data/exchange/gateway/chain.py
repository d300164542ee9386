"""The chain of looks 留痕链: each entry's hash covers the one before, so nothing can be changed or left out unseen.

Hash: SM3 over the previous hash and the entry in one fixed form. Its head is recorded as an act now and then, which
ties the chain to the ledger.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

import orjson

from zhengtong.data.exchange.contracts import Outcome

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

    def told(self) -> list[Any]:
        """Return it as it travels to the scribe."""
        return [
            self.at, self.agreement, self.access_key, self.nonce, self.business,
            self.key, self.subject, self.outcome, self.request_digest, self.daily_quota,
        ]  # fmt: skip


def link(previous: bytes, node: str, number: int, told: list[Any]) -> bytes:
    """Return the hash of an entry: over the hash before it, its place, and what it tells except the quota."""
    return hashlib.new("sm3", previous + orjson.dumps([node, number, *told[:9]])).digest()

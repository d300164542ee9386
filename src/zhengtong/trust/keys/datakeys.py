"""Data keys 数据密钥: what rows are sealed with, one for each table and year, each lying wrapped beside the ring.

Three steps down: a root of the ring → a domain key for the tables of one app (derived) → a data key (random, wrapped by
the domain key). A new root wraps the data keys anew and touches no row. A data key is never used itself: each column
derives its own (HKDF, RFC 5869), so random nonces of 96 bits stay far below their bound (NIST SP 800-38D §8.3).
"""

import calendar
import json
import re
import secrets
import threading
import time
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from zhengtong.trust.keys import files
from zhengtong.trust.keys.contracts import KeyRingDamaged

DATA_KEY_BYTES = 32
LARGEST_NUMBER = 0xFFFF
_NONCE_BYTES = 12
_SAFE_NAME = re.compile(r"[A-Za-z0-9_]+(?:[.-][A-Za-z0-9_]+)*")


class Roots(Protocol):
    """What data keys need of a ring."""

    current: int

    def derive(self, purpose: str, generation: int | None = None) -> bytes:
        """Return a working key of a root."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DataKey:
    """An open data key.

    Attributes:
        number: counts the keys of its table from 1; ciphertext names it.
        secret: 32 bytes.
        until: seconds since 1970 from which on new rows take the next key.
    """

    number: int
    secret: bytes
    until: float


class DataKeys:
    """The data keys of one installation, in a folder for each table.

    Args:
        roots: the ring.
        folder: where they lie; made with the first key.
        now: seconds since 1970.
    """

    def __init__(self, roots: Roots, folder: Path, *, now: Callable[[], float] = time.time) -> None:
        self._roots = roots
        self._folder = folder
        self._now = now
        self._open: dict[tuple[str, int], DataKey] = {}
        self._current: dict[str, DataKey] = {}
        self._lock = threading.Lock()

    def current(self, table: str) -> DataKey:
        """Return the key that new rows of *table* are sealed with this year; made on first use.

        Raises:
            KeyRingDamaged: the newest key's file cannot be opened.
        """
        known = self._current.get(table)
        if known is not None and self._now() < known.until:
            return known
        with self._lock:
            number = max(self._numbers(table), default=0)
            newest = self.numbered(table, number) if number else None
            if newest is None or self._now() >= newest.until:
                newest = self._made(table, number + 1)
            self._current[table] = newest
        return newest

    def numbered(self, table: str, number: int) -> DataKey:
        """Return the key *number* of *table*.

        Raises:
            KeyRingDamaged: it is missing, was changed, or was wrapped by another ring.
        """
        known = self._open.get((table, number))
        if known is None:
            known = self._open[table, number] = self._read(self._path(table, number), table, number)
        return known

    def renew(self, table: str) -> int:
        """Make the next key of *table* now, for rows sealed from now on, and return its number."""
        with self._lock:
            made = self._made(table, max(self._numbers(table), default=0) + 1)
            self._current[table] = made
        return made.number

    def rewrap(self) -> int:
        """Wrap by the current root every data key that an older one wraps; return how many. Repeating is harmless."""
        count = 0
        for path in sorted(self._folder.glob("*/*.key")):
            table, number = path.parent.name, int(path.stem)
            if _document(path)["root"] == self._roots.current:
                continue
            key = self._read(path, table, number)
            files.replace(path, self._wrapped(table, key))
            count += 1
        return count

    def _made(self, table: str, number: int) -> DataKey:
        if number > LARGEST_NUMBER:
            raise KeyRingDamaged(what=f"{table}: no data key number is left")
        key = DataKey(number=number, secret=secrets.token_bytes(DATA_KEY_BYTES), until=_end_of_year(self._now()))
        path = self._path(table, number)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        files.write_once(path, self._wrapped(table, key))
        return self.numbered(table, number)  # another process may have been first

    def _wrapped(self, table: str, key: DataKey) -> bytes:
        root = self._roots.current
        nonce = secrets.token_bytes(_NONCE_BYTES)
        box = AESGCM(self._domain(table, root)).encrypt(nonce, key.secret, _bound(table, key.number, key.until))
        return json.dumps({"root": root, "until": key.until, "key": b64encode(nonce + box).decode()}).encode()

    def _read(self, path: Path, table: str, number: int) -> DataKey:
        document = _document(path)
        try:
            blob, until = b64decode(document["key"]), float(document["until"])
            wrapper = AESGCM(self._domain(table, int(document["root"])))
            secret = wrapper.decrypt(blob[:_NONCE_BYTES], blob[_NONCE_BYTES:], _bound(table, number, until))
        except (InvalidTag, KeyError, TypeError, ValueError) as error:
            raise KeyRingDamaged(what=f"data/{table}/{path.name}") from error
        return DataKey(number=number, secret=secret, until=until)

    def _domain(self, table: str, generation: int) -> bytes:
        return self._roots.derive(f"domain.{table.partition('_')[0]}", generation)

    def _numbers(self, table: str) -> list[int]:
        return [int(path.stem) for path in self._path(table, 1).parent.glob("*.key")]

    def _path(self, table: str, number: int) -> Path:
        if not _SAFE_NAME.fullmatch(table):
            raise ValueError(f"{table!r} cannot name a folder of keys")
        return self._folder / table / f"{number:05}.key"


def _document(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise KeyRingDamaged(what=f"data/{path.parent.name}/{path.name}") from error
    if not isinstance(document, dict) or "root" not in document:
        raise KeyRingDamaged(what=f"data/{path.parent.name}/{path.name}")
    return document


def _bound(table: str, number: int, until: float) -> bytes:
    return f"data-key|{table}|{number}|{until:.0f}".encode()


def _end_of_year(now: float) -> float:
    """Return the first second of the next year (UTC).

    >>> _end_of_year(0.0)
    31536000.0
    """
    return float(calendar.timegm((time.gmtime(now).tm_year + 1, 1, 1, 0, 0, 0)))

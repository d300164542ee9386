"""The key ring 密钥环: root keys kept in one folder, and the working keys derived from them (GB/T 39786).

A root key is 32 random bytes with a generation number. Nothing is ever encrypted with a root key: HKDF (RFC 5869) makes
one working key per purpose. Rows are sealed with data keys (`datakeys`), which a root only wraps: when a root is added
the data keys are wrapped anew and every row stays as it is. In production a hardware module holds the roots; this class
is the software provider behind the same methods.
"""

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from zhengtong.trust.keys import files
from zhengtong.trust.keys.contracts import KeyRingDamaged
from zhengtong.trust.keys.datakeys import DataKeys

RING_FILE = "ring.json"
KEY_BYTES = 32
_NONCE_BYTES = 12


class IndexAlgorithm(IntEnum):
    """Which keyed hash makes blind indexes; the number travels in every index value."""

    HMAC_SM3 = 1  # GB/T 32905
    HMAC_SHA256 = 2  # where libcrypto was built without SM3

    @property
    def digest(self) -> str:
        """The name `hashlib` knows it by."""
        return {IndexAlgorithm.HMAC_SM3: "sm3", IndexAlgorithm.HMAC_SHA256: "sha256"}[self]

    def available(self) -> bool:
        """Say whether this interpreter's libcrypto can compute it."""
        try:
            hashlib.new(self.digest)
        except ValueError:
            return False
        return True


class KeyRing:
    """Root keys of one installation, made on first use and readable by their owner alone (0600).

    Args:
        folder: where `ring.json` and wrapped private keys live.

    Raises:
        KeyRingDamaged: the file is there but cannot be read, or asks for an algorithm this machine lacks.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._roots: dict[int, bytes] = {}
        self._derived: dict[tuple[str, int], bytes] = {}
        self.current = 0
        self.index_algorithm = IndexAlgorithm.HMAC_SM3
        self._open()
        self.data_keys = DataKeys(self, folder / "data")

    def derive(self, purpose: str, generation: int | None = None) -> bytes:
        """Return the 32-byte working key for *purpose*, from the current root unless *generation* says otherwise.

        Raises:
            KeyRingDamaged: that generation is not in the ring.
        """
        number = generation or self.current
        key = self._derived.get((purpose, number))
        if key is None:
            root = self._roots.get(number) or self._root_made_elsewhere(number)
            if root is None:
                raise KeyRingDamaged(what=f"generation {number} is missing")
            info = f"zhengtong|{purpose}|{number}".encode()
            key = HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=info).derive(root)
            self._derived[purpose, number] = key
        return key

    def _root_made_elsewhere(self, number: int) -> bytes | None:
        """Read the ring again: another process may have added the root that something names."""
        roots = _roots_in(self._read())
        self._roots = roots | self._roots
        return roots.get(number)

    def kept(self, name: str, make: Callable[[], bytes]) -> bytes:
        """Return the secret kept under *name*, wrapped by the ring; *make* produces it on first use.

        For what cannot be derived, such as an RSA private key.

        Raises:
            KeyRingDamaged: the file was changed or belongs to another ring.
        """
        path = self._folder / f"{name}.key"
        if not path.exists():
            files.write_once(path, self._wrapped(name, make()))
        return self._unwrapped(path)

    def add_root(self) -> int:
        """Add a root key of the next generation, use it for all new ciphertext, and return its number."""
        with self._lock, files.locked(self._folder):
            document = self._read()
            number = max(map(int, document["roots"])) + 1
            document["roots"][str(number)] = _new_root()
            document["current"] = number
            files.replace(self._folder / RING_FILE, _dump(document))
            self._accept(document)
        return number

    def rewrap(self) -> int:
        """Wrap by the current root every data key and kept secret that an older one wraps; return how many.

        No row is touched, and cut off half-way it goes on where it stopped.

        Raises:
            KeyRingDamaged: one cannot be opened.
        """
        with files.locked(self._folder):
            self._accept(self._read())
            return self.data_keys.rewrap() + sum(map(self._rewrapped, sorted(self._folder.glob("*.key"))))

    def _rewrapped(self, path: Path) -> bool:
        if int.from_bytes(path.read_bytes()[:2], "big") == self.current:
            return False
        files.replace(path, self._wrapped(path.stem, self._unwrapped(path)))
        return True

    def _wrapped(self, name: str, secret: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        box = AESGCM(self.derive(f"wrap.{name}", self.current)).encrypt(nonce, secret, name.encode())
        return self.current.to_bytes(2, "big") + nonce + box

    def _unwrapped(self, path: Path) -> bytes:
        blob = path.read_bytes()
        try:
            key = AESGCM(self.derive(f"wrap.{path.stem}", int.from_bytes(blob[:2], "big")))
            return key.decrypt(blob[2:14], blob[14:], path.stem.encode())
        except (InvalidTag, ValueError) as error:
            raise KeyRingDamaged(what=path.name) from error

    def _open(self) -> None:
        path = self._folder / RING_FILE
        if not path.exists():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            algorithm = next(a for a in IndexAlgorithm if a.available())
            files.write_once(path, _dump({"current": 1, "index": int(algorithm), "roots": {"1": _new_root()}}))
        self._accept(self._read())

    def _read(self) -> dict[str, Any]:
        try:
            document: dict[str, Any] = json.loads((self._folder / RING_FILE).read_bytes())
        except (OSError, ValueError) as error:
            raise KeyRingDamaged(what=RING_FILE) from error
        return document

    def _accept(self, document: dict[str, Any]) -> None:
        try:
            roots = _roots_in(document)
            current, algorithm = int(document["current"]), IndexAlgorithm(document["index"])
        except (KeyError, TypeError, ValueError) as error:
            raise KeyRingDamaged(what=RING_FILE) from error
        if current not in roots or any(len(root) != KEY_BYTES for root in roots.values()):
            raise KeyRingDamaged(what=RING_FILE)
        if not algorithm.available():
            raise KeyRingDamaged(what=algorithm.digest)
        self._roots, self.current, self.index_algorithm = roots, current, algorithm


def _roots_in(document: dict[str, Any]) -> dict[int, bytes]:
    return {int(n): base64.urlsafe_b64decode(root["key"]) for n, root in document["roots"].items()}


def _new_root() -> dict[str, str]:
    key = base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()
    return {"key": key, "made_at": datetime.now(UTC).isoformat(timespec="seconds")}


def _dump(document: dict[str, Any]) -> bytes:
    return json.dumps(document, indent=1).encode()

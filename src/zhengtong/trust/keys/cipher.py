"""Sealing small values 字段加密 and finding them again 盲索引.

Sealed value: format (1 byte, see `Format`) · number of the table's data key (2) · nonce (12) · ciphertext and tag (16).
The associated data is table|column|purpose and the first three bytes, so that a value moved to another column, or told
to be of another cipher or key, does not open. Values from before there were data keys (format 1) name a root generation
instead, and stay readable.

Blind index: algorithm (1) · root generation (2) · the first 16 bytes of an HMAC over the normalised value. A plain hash
would not do: the ID numbers of a province are some 3.7·10⁹ guesses, minutes of work. 128 bits keep a unique constraint
safe for any population (birthday bound 2⁶⁴; truncation as RFC 2104 §5 allows).
"""

import hmac
import os
import unicodedata
from enum import IntEnum
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from zhengtong.trust.keys.ciphers import KEY_BYTES as SM4_KEY_BYTES
from zhengtong.trust.keys.ciphers import sm4_gcm_decrypt, sm4_gcm_encrypt
from zhengtong.trust.keys.contracts import CiphertextDamaged, NotOpened
from zhengtong.trust.keys.ring import IndexAlgorithm, KeyRing

_HEADER, _NONCE, _TAG = 3, 12, 16
_AES_KEY_BYTES = 32
INDEX_BYTES = 19


class Format(IntEnum):
    """How a value is sealed: its first byte."""

    ROOT_AES_256_GCM = 1  # with a key derived from a root: read, no longer written
    AES_256_GCM = 2
    SM4_GCM = 3  # GB/T 32907, RFC 8998: where commercial cryptography is asked for (GB/T 39786)


CIPHERS = {"aes": Format.AES_256_GCM, "sm4": Format.SM4_GCM}
"""What `ZHENGTONG_FIELD_CIPHER` may say."""


class _Gcm(Protocol):
    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes, /) -> bytes: ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes, /) -> bytes: ...


class _Sm4Gcm:
    """SM4-GCM with the two methods of `AESGCM`."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes, /) -> bytes:
        body, tag = sm4_gcm_encrypt(self._key, nonce, data, associated=associated_data)
        return body + tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes, /) -> bytes:
        return sm4_gcm_decrypt(self._key, nonce, data[:-_TAG], data[-_TAG:], associated=associated_data)


@lru_cache(maxsize=8)
def _ring_in(folder: Path) -> KeyRing:
    return KeyRing(folder)


_latest: list[tuple[object, KeyRing]] = []  # the home asked for last: looked up for every value that is sealed


def key_ring() -> KeyRing:
    """Return this installation's ring, in the folder `keys` of `ZHENGTONG_HOME`."""
    home = settings.HOME
    if not _latest or _latest[0][0] is not home:
        _latest[:] = [(home, _ring_in(Path(home) / "keys"))]
    return _latest[0][1]


class Sealer:
    """Seals and opens the values of one column.

    Args:
        place: what the values are bound to, `table|column`; the data keys of the table seal them.
        purpose: names the working key.
        written: how new values are sealed; as `ZHENGTONG_FIELD_CIPHER` says when left out.
    """

    def __init__(self, ring: KeyRing, *, place: str, purpose: str, written: Format | None = None) -> None:
        self.ring = ring
        self._place = place
        self._purpose = purpose
        self._table = place.partition("|")[0]
        self._written = written or CIPHERS[settings.FIELD_CIPHER]
        self._headers: dict[int, bytes] = {}
        self._ciphers: dict[bytes, tuple[_Gcm, bytes]] = {}

    def seal(self, text: str) -> bytes:
        """Return *text* sealed with the current key; the same text gives other bytes every time."""
        return self.seal_bytes(text.encode())

    def seal_bytes(self, secret: bytes) -> bytes:
        """Return *secret* sealed, as `seal` does for texts."""
        header = self._newest()
        cipher, bound = self._ciphers.get(header) or self._cipher(header)
        nonce = os.urandom(_NONCE)
        return header + nonce + cipher.encrypt(nonce, secret, bound)

    def open(self, blob: bytes) -> str:
        """Return the text in *blob*.

        Raises:
            CiphertextDamaged: it was changed, belongs elsewhere, or is in a format we do not know.
        """
        return self.open_bytes(blob).decode()

    def open_bytes(self, blob: bytes) -> bytes:
        """Return the bytes in *blob*.

        Raises:
            CiphertextDamaged: as `open`.
            KeyRingDamaged: the key it names is missing.
        """
        if len(blob) < _HEADER + _NONCE + _TAG:
            raise CiphertextDamaged
        header = blob[:_HEADER]
        cipher, bound = self._ciphers.get(header) or self._cipher(header)
        try:
            return cipher.decrypt(blob[_HEADER : _HEADER + _NONCE], blob[_HEADER + _NONCE :], bound)
        except (InvalidTag, NotOpened) as error:
            raise CiphertextDamaged from error

    def is_current(self, blob: bytes) -> bool:
        """Say whether a value sealed now would take the cipher and the key of *blob*."""
        return blob[:_HEADER] == self._newest()

    def _newest(self) -> bytes:
        number = self.ring.data_keys.current(self._table).number
        header = self._headers.get(number)
        if header is None:
            header = self._headers[number] = bytes((self._written,)) + number.to_bytes(2, "big")
        return header

    def _cipher(self, header: bytes) -> tuple[_Gcm, bytes]:
        number = int.from_bytes(header[1:], "big")
        try:
            written = Format(header[0])
        except ValueError as error:
            raise CiphertextDamaged from error
        if not number:
            raise CiphertextDamaged
        if written is Format.ROOT_AES_256_GCM:
            key = self.ring.derive(f"field.{self._purpose}", number)
            made: tuple[_Gcm, bytes] = (AESGCM(key), f"{self._place}|{self._purpose}/{number}".encode())
        else:
            made = (self._of_data_key(written, number), f"{self._place}|{self._purpose}|".encode() + header)
        self._ciphers[header] = made
        return made

    def _of_data_key(self, written: Format, number: int) -> _Gcm:
        secret = self.ring.data_keys.numbered(self._table, number).secret
        info = f"zhengtong|field|{self._place}|{self._purpose}|{written:d}".encode()
        length = SM4_KEY_BYTES if written is Format.SM4_GCM else _AES_KEY_BYTES
        key = HKDF(algorithm=hashes.SHA256(), length=length, salt=None, info=info).derive(secret)
        return _Sm4Gcm(key) if written is Format.SM4_GCM else AESGCM(key)


class BlindIndex:
    """Maps a secret value to a keyed fingerprint by which it can be found again, and by nothing else.

    Args:
        purpose: names the key; the same value under another purpose gives another fingerprint.

    Values are normalised first (NFKC, outer blanks off, upper case), so `３３…x` and `33…X` are one ID number.
    """

    def __init__(self, *, purpose: str, ring: KeyRing | None = None) -> None:
        self._purpose = f"index.{purpose}"
        self._ring = ring

    def of(self, value: str) -> bytes:
        """Return the fingerprint of *value* (19 bytes)."""
        ring = self._ring or key_ring()
        algorithm, generation = ring.index_algorithm, 1
        # Indexes stay with the first root: a new one would make every stored value unfindable until it is re-indexed.
        digest = hmac.digest(ring.derive(self._purpose, generation), normalise(value).encode(), algorithm.digest)
        return bytes((algorithm,)) + generation.to_bytes(2, "big") + digest[:16]

    @staticmethod
    def algorithm_of(fingerprint: bytes) -> IndexAlgorithm:
        """Return which algorithm made *fingerprint*."""
        return IndexAlgorithm(fingerprint[0])


def normalise(value: str) -> str:
    """Return *value* in the one form under which it is indexed.

    >>> normalise(" ３３０１06199001０1002x ")
    '33010619900101002X'
    """
    return unicodedata.normalize("NFKC", value).strip().upper()

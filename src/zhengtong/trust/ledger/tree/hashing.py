"""Hashes of leaves and nodes 叶与节点的散列 (RFC 6962 §2.1), with SHA-256 or SM3 (GB/T 32905-2016).

A log over SM3 keeps layout, proofs and notes of the SHA-256 logs of the world; only the hash differs, and whoever
trusts such a log is told so in the trusted list.
"""

import hashlib
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import lru_cache

HASH_BYTES = 32


class HashUnavailable(RuntimeError):  # noqa: N818 -- named after what is missing
    """This machine's libcrypto was built without the hash that the log uses."""


class HashName(StrEnum):
    """The hashes a log may use; both give 32 bytes."""

    SM3 = "sm3"
    SHA256 = "sha256"


class Hashing:
    """How one log hashes; get it by `hashing`, which makes one of each.

    Raises:
        HashUnavailable: libcrypto has no such hash.
    """

    def __init__(self, name: HashName) -> None:
        self.name = name
        try:
            self._leaf = hashlib.new(name, b"\x00").copy
            self._node = hashlib.new(name, b"\x01").copy
            self.empty = hashlib.new(name, b"").digest()
        except ValueError as error:
            raise HashUnavailable(f"this machine cannot compute {name.upper()}") from error

    def leaf(self, entry: bytes) -> bytes:
        """Return the hash of an entry, H(0x00 ‖ entry)."""
        state = self._leaf()
        state.update(entry)
        return state.digest()

    def node(self, left: bytes, right: bytes) -> bytes:
        """Return the hash of two subtrees, H(0x01 ‖ left ‖ right)."""
        state = self._node()
        state.update(left + right)
        return state.digest()

    def leaves(self, entries: Iterable[bytes]) -> list[bytes]:
        """Return the hashes of many entries."""
        if self.name is HashName.SHA256:
            sha256 = hashlib.sha256  # its constructor is quicker than a copied state; SM3 has none
            return [sha256(b"\x00" + entry).digest() for entry in entries]
        return [self.leaf(entry) for entry in entries]

    def parents(self, hashes: Sequence[bytes]) -> list[bytes]:
        """Return the hashes of the pairs in *hashes*; one left over has no parent yet."""
        if self.name is HashName.SHA256:
            sha256 = hashlib.sha256
            return [
                sha256(b"\x01" + left + right).digest() for left, right in zip(hashes[::2], hashes[1::2], strict=False)
            ]
        start, found = self._node, []
        for left, right in zip(hashes[::2], hashes[1::2], strict=False):
            state = start()
            state.update(left + right)
            found.append(state.digest())
        return found


@lru_cache(maxsize=4)
def hashing(name: HashName) -> Hashing:
    """Return the hashing of this name.

    Raises:
        HashUnavailable: libcrypto has no such hash.

    >>> hashing(HashName.SHA256).leaf(b"").hex()
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'
    """
    return Hashing(name)

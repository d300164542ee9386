"""Proofs 证明: that an entry is in a tree, that a tree is the beginning of a later one (RFC 6962 §2.1.1 and §2.1.2).

Verification follows RFC 9162 §2.1.3.2 and §2.1.4.2. A consistency proof from the empty tree proves nothing, since every
tree begins with it; it is refused, so that nobody takes a fork for a continuation.
"""

from collections.abc import Sequence
from typing import NamedTuple

from zhengtong.trust.ledger.tree.hashing import HASH_BYTES, Hashing


class ProofRefused(ValueError):  # noqa: N818 -- named after what happened
    """A proof does not show what it claims; the text says what is wrong."""


class Node(NamedTuple):
    """A complete subtree: 2**level leaves, the first of them at number << level."""

    level: int
    number: int


def verify_inclusion(
    hashing: Hashing, *, index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that the leaf hash *leaf* stands at *index* in the tree of *size* leaves with this *root*.

    Raises:
        ProofRefused: it does not follow from the proof.
    """
    _require_hashes(leaf, root, *proof)
    if not 0 <= index < size:
        raise ProofRefused(f"index {index} does not lie in a tree of {size} entries")
    if _root_by_inclusion(hashing, index, size, leaf, proof) != root:
        raise ProofRefused("the proof leads to another root")


def verify_consistency(
    hashing: Hashing, *, old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that the tree of *old_size* leaves is the beginning of the tree of *new_size* leaves.

    Raises:
        ProofRefused: it does not follow from the proof; sizes of 0 are always refused.
    """
    _require_hashes(old_root, new_root, *proof)
    if old_size < 1:
        raise ProofRefused("from the empty tree nothing can be proven")
    if new_size < old_size:
        raise ProofRefused(f"a tree of {new_size} entries does not continue one of {old_size}")
    if old_size == new_size:
        if proof:
            raise ProofRefused("trees of one size need no proof, and there is one")
        if old_root != new_root:
            raise ProofRefused("two trees of one size have different roots: a fork")
        return
    if _roots_by_consistency(hashing, old_size, new_size, old_root, proof) != (old_root, new_root):
        raise ProofRefused("the proof leads to other roots")


def complete(begin: int, end: int) -> list[Node]:
    """Return the complete subtrees that make up the leaves *begin* … *end*, from left to right.

    >>> complete(4, 7)
    [Node(level=1, number=2), Node(level=0, number=6)]
    """
    found = []
    while begin < end:
        level = (end - begin).bit_length() - 1
        if begin:
            level = min(level, (begin & -begin).bit_length() - 1)
        found.append(Node(level, begin >> level))
        begin += 1 << level
    return found


def inclusion_nodes(index: int, size: int) -> list[list[Node]]:
    """Return what an inclusion proof is made of: for each hash the complete subtrees to `fold`.

    Raises:
        ValueError: there is no such entry in the tree.
    """
    if not 0 <= index < size:
        raise ValueError(f"index {index} does not lie in a tree of {size} entries")
    found, begin, end = [], 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            found.append(complete(middle, end))
            end = middle
        else:
            found.append(complete(begin, middle))
            begin = middle
    return found[::-1]


def consistency_nodes(old_size: int, new_size: int) -> list[list[Node]]:
    """Return what a consistency proof is made of: for each hash the complete subtrees to `fold`.

    Raises:
        ValueError: sizes of 0, or the newer tree is the smaller one.
    """
    if not 0 < old_size <= new_size:
        raise ValueError(f"there is no proof from {old_size} to {new_size} entries")
    found, begin, end, whole = [], 0, new_size, True
    while end != old_size:
        middle = begin + _split(end - begin)
        if old_size <= middle:
            found.append(complete(middle, end))
            end = middle
        else:
            found.append(complete(begin, middle))
            begin, whole = middle, False
    if not whole:
        found.append(complete(begin, end))
    return found[::-1]


def fold(hashing: Hashing, hashes: Sequence[bytes]) -> bytes:
    """Return the root over the complete subtrees *hashes*, the largest first: of none, the empty tree's."""
    if not hashes:
        return hashing.empty
    root = hashes[-1]
    for left in hashes[-2::-1]:
        root = hashing.node(left, root)
    return root


def _split(size: int) -> int:
    """Return the largest power of two below *size* (RFC 6962 §2.1's k)."""
    return 1 << (size - 1).bit_length() - 1


def _root_by_inclusion(hashing: Hashing, index: int, size: int, leaf: bytes, proof: Sequence[bytes]) -> bytes:
    place, last, found = index, size - 1, leaf
    for sibling in proof:
        if not last:
            raise ProofRefused("the proof is too long")
        if place & 1 or place == last:
            found = hashing.node(sibling, found)
            place, last = _climb(place, last)
        else:
            found = hashing.node(found, sibling)
        place, last = place >> 1, last >> 1
    if last:
        raise ProofRefused("the proof is too short")
    return found


def _roots_by_consistency(
    hashing: Hashing, old_size: int, new_size: int, old_root: bytes, proof: Sequence[bytes]
) -> tuple[bytes, bytes]:
    path = list(proof) if old_size & (old_size - 1) else [old_root, *proof]
    if not path:
        raise ProofRefused("the proof is too short")
    place, last = old_size - 1, new_size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if not last:
            raise ProofRefused("the proof is too long")
        if place & 1 or place == last:
            old, new = hashing.node(sibling, old), hashing.node(sibling, new)
            place, last = _climb(place, last)
        else:
            new = hashing.node(new, sibling)
        place, last = place >> 1, last >> 1
    if last:
        raise ProofRefused("the proof is too short")
    return old, new


def _climb(place: int, last: int) -> tuple[int, int]:
    """Pass the levels on which the last node stands alone and is its own parent."""
    while place and not place & 1:
        place, last = place >> 1, last >> 1
    return place, last


def _require_hashes(*hashes: bytes) -> None:
    if any(len(one) != HASH_BYTES for one in hashes):
        raise ProofRefused(f"a hash has {HASH_BYTES} bytes")

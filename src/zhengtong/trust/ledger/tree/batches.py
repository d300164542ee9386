"""Batch signatures 批量签名: one signature over the root of many messages; each carries its path to the root.

Signing is the dear part (SM2 most of all), hashing is cheap. A batch is a small tree of its own, its root is signed as
a checkpoint whose origin says what is signed, so nothing but the format of the log is needed to verify one message.
"""

from collections.abc import Sequence

from zhengtong.trust.ledger.tree.checkpoints import Checkpoint, read_proof, read_signed, write_proof
from zhengtong.trust.ledger.tree.hashing import Hashing
from zhengtong.trust.ledger.tree.notes import NoteRefused, NoteSigner, NoteVerifier, sign, verified
from zhengtong.trust.ledger.tree.proofs import ProofRefused, verify_inclusion


def sign_batch(hashing: Hashing, origin: str, messages: Sequence[bytes], signers: Sequence[NoteSigner]) -> list[str]:
    """Sign *messages* at once; return for each its proof, which holds path and signed root (C2SP tlog-proof).

    Args:
        hashing: how to hash.
        origin: what is signed, such as `gov.example/delivery/batch`; bound into the signature.
        messages: what is signed; they stay with the caller.
        signers: the keys that sign the root.
    """
    levels = [hashing.leaves(messages)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        levels.append(hashing.parents(below) + below[len(below) & ~1 :])
    root = levels[-1][0] if messages else hashing.empty
    note = sign(Checkpoint(origin=origin, size=len(messages), root=root).text(), signers).written()
    return [write_proof(index, _path(levels, index), note) for index in range(len(messages))]


def verify_in_batch(
    hashing: Hashing, origin: str, message: bytes, proof: str, verifiers: Sequence[NoteVerifier]
) -> tuple[NoteVerifier, ...]:
    """Check that *message* was signed in a batch of *origin*; return whose signatures the batch carries.

    Raises:
        ProofRefused: the message is not in the batch.
        NoteRefused: no key known signed it, or a signature is wrong, or the batch has another origin.
        MalformedNote: the proof is none.
    """
    index, path, written = read_proof(proof)
    note, batch = read_signed(written)
    if batch.origin != origin:
        raise NoteRefused(f"the batch was signed as {batch.origin}")
    found = verified(note, verifiers)
    if not found:
        raise NoteRefused("no key that is known signed the batch")
    leaf = hashing.leaf(message)
    verify_inclusion(hashing, index=index, size=batch.size, leaf=leaf, proof=path, root=batch.root)
    return found


def _path(levels: list[list[bytes]], index: int) -> list[bytes]:
    """Cut one message's path out of the levels; a node that stands alone on a level has no sibling there."""
    found = []
    for level in levels[:-1]:
        if index ^ 1 < len(level):
            found.append(level[index ^ 1])
        index >>= 1
    return found


__all__ = ["ProofRefused", "sign_batch", "verify_in_batch"]

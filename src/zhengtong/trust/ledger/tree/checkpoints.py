"""Checkpoints 检查点 (C2SP tlog-checkpoint): the log's size and root, signed. And co-signatures of witnesses 见证签名.

A co-signature (C2SP tlog-cosignature, type 0x04) is a witness's word that, at the time it gives, this was the largest
tree it had seen of the log and that the tree continues all it had seen before.
"""

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from zhengtong.trust.ledger.tree.hashing import HASH_BYTES
from zhengtong.trust.ledger.tree.notes import (
    COSIGNATURE,
    MalformedNote,
    Note,
    Signature,
    key_id,
    read_note,
)

_SIZE = re.compile(r"0|[1-9]\d{0,18}")
_TIME_BYTES = 8


class MalformedCheckpoint(MalformedNote):
    """A note is no checkpoint."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Checkpoint:
    """What a log vouches for: that its first `size` entries have this `root`."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        r"""Return the text that is signed.

        >>> Checkpoint(origin="example.com/log", size=0, root=bytes(32)).text()
        'example.com/log\n0\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n'
        """
        lines = (self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


def read_checkpoint(text: str) -> Checkpoint:
    """Read a checkpoint's text.

    Raises:
        MalformedCheckpoint: it is none.
    """
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]) or not _SIZE.fullmatch(lines[1]):
        raise MalformedCheckpoint("a checkpoint is an origin, a size and a root, each on its line")
    try:
        root = base64.b64decode(lines[2], validate=True)
    except binascii.Error as error:
        raise MalformedCheckpoint("the root is not base64") from error
    found = Checkpoint(origin=lines[0], size=int(lines[1]), root=root, extensions=tuple(lines[3:-1]))
    if len(root) != HASH_BYTES or found.text() != text:
        raise MalformedCheckpoint("the root is not a hash of 32 bytes in base64")
    return found


def read_signed(written: str) -> tuple[Note, Checkpoint]:
    """Read a signed checkpoint; nothing is verified yet.

    Raises:
        MalformedNote: it is none.
    """
    note = read_note(written)
    return note, read_checkpoint(note.text)


def cosignature_key_id(name: str, public: bytes) -> bytes:
    """Return the key id of a witness's Ed25519 key."""
    return key_id(name, bytes((COSIGNATURE,)), public)


def cosigned_message(text: bytes, seconds: int) -> bytes:
    """Return what a witness signs: the checkpoint's text behind the time, in seconds since 1970."""
    return b"cosignature/v1\ntime %d\n" % seconds + text


def cosign(checkpoint: str, *, name: str, public: bytes, sign: Callable[[bytes], bytes], seconds: int) -> Signature:
    """Return a witness's signature on a checkpoint's text; *sign* makes an Ed25519 signature."""
    value = seconds.to_bytes(_TIME_BYTES, "big") + sign(cosigned_message(checkpoint.encode(), seconds))
    return Signature(name, cosignature_key_id(name, public), value)


def split_cosignature(value: bytes) -> tuple[int, bytes]:
    """Return the seconds and the Ed25519 signature of a co-signature.

    Raises:
        MalformedNote: the length does not fit.
    """
    if len(value) != _TIME_BYTES + 64:
        raise MalformedNote("a co-signature has 72 bytes")
    return int.from_bytes(value[:_TIME_BYTES], "big"), value[_TIME_BYTES:]


def write_proof(index: int, path: Sequence[bytes], checkpoint: str) -> str:
    """Return an inclusion proof with its signed checkpoint as one text (C2SP tlog-proof)."""
    lines = ["c2sp.org/tlog-proof@v1", f"index {index}", *(base64.b64encode(one).decode() for one in path)]
    return "\n".join(lines) + "\n\n" + checkpoint


def read_proof(written: str) -> tuple[int, list[bytes], str]:
    """Read what `write_proof` wrote: index, hashes, signed checkpoint; extra data is passed over.

    Raises:
        MalformedNote: it is no proof.
    """
    head, gap, checkpoint = written.partition("\n\n")
    lines = head.split("\n")
    if not gap or lines[0] != "c2sp.org/tlog-proof@v1":
        raise MalformedNote("this is no tlog-proof")
    body = lines[2:] if len(lines) > 1 and lines[1].startswith("extra ") else lines[1:]
    word, _, number = body[0].partition(" ") if body else ("", "", "")
    if word != "index" or not _SIZE.fullmatch(number) or len(body) > 64:
        raise MalformedNote("the proof has no index, or too many hashes")
    try:
        path = [base64.b64decode(line, validate=True) for line in body[1:]]
    except binascii.Error as error:
        raise MalformedNote("a hash of the proof is not base64") from error
    return int(number), path, checkpoint

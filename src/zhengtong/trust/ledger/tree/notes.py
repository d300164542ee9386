"""Signed notes 签名笺 (C2SP signed-note): a text, and lines that say which key signed it.

Who signs and who verifies comes in as an argument: a key's owner gives its name, its key id and what it does with
bytes. Signatures of unknown keys are ignored, as the standard demands; a known key's signature that does not verify
spoils the note.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

ED25519, COSIGNATURE, UNASSIGNED = 0x01, 0x04, 0xFF
SM2_TYPE = bytes((UNASSIGNED,)) + b"zhengtong/sm2-with-sm3/v1"
"""Signature type of SM2 (GB/T 32918.2, default user id, DER): unassigned by C2SP, hence 0xff and our own name."""

MOST_SIGNATURES, LONGEST_NOTE = 64, 200_000
_LINE = re.compile(r"— (\S+) ([A-Za-z0-9+/]+={0,2})")
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f]")


class MalformedNote(ValueError):  # noqa: N818 -- named after what is wrong
    """Bytes are no signed note."""


class NoteRefused(ValueError):  # noqa: N818 -- named after what happened
    """A known key's signature on a note does not verify, or one that is needed is missing."""


class NoteSigner(Protocol):
    """A key that signs notes."""

    @property
    def name(self) -> str:
        """The key's name: an address without scheme, no blanks, no plus sign."""
        ...

    @property
    def key_id(self) -> bytes:
        """Four bytes, see `key_id`."""
        ...

    def sign(self, text: bytes) -> bytes:
        """Return the signature, without the key id."""
        ...


class NoteVerifier(Protocol):
    """A key whose signatures on notes are believed."""

    @property
    def name(self) -> str:
        """The key's name."""
        ...

    @property
    def key_id(self) -> bytes:
        """Four bytes, see `key_id`."""
        ...

    def verify(self, text: bytes, signature: bytes) -> bool:
        """Tell whether *signature* is this key's over *text*; a malformed one is simply not."""
        ...


V = TypeVar("V", bound=NoteVerifier)


@dataclass(frozen=True, slots=True)
class Signature:
    """One line below a note's text."""

    name: str
    key_id: bytes
    value: bytes

    def line(self) -> str:
        """Return the line, with its end."""
        return f"— {self.name} {base64.b64encode(self.key_id + self.value).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text, which ends with a line's end, and its signatures."""

    text: str
    signatures: tuple[Signature, ...]

    def written(self) -> str:
        """Return the note as it is sent and kept."""
        return self.text + "\n" + "".join(signature.line() for signature in self.signatures)

    def with_signatures(self, more: Iterable[Signature]) -> "Note":
        """Return the note with *more* signatures behind its own; doubles are dropped."""
        return Note(self.text, tuple(dict.fromkeys((*self.signatures, *more))))


def key_id(name: str, kind: bytes, public: bytes) -> bytes:
    """Return the four bytes by which a signature line names its key.

    Args:
        name: the key's name.
        kind: the signature type, one byte, or 0xff and a name of its own.
        public: the public key: 32 bytes for Ed25519, 65 (uncompressed point) for SM2.
    """
    return hashlib.sha256(name.encode() + b"\n" + kind + public).digest()[:4]


def sign(text: str, signers: Sequence[NoteSigner]) -> Note:
    """Return *text* signed by every one of *signers*.

    Raises:
        MalformedNote: the text or a name cannot be in a note.
    """
    signed = Note(text, tuple(Signature(one.name, one.key_id, one.sign(text.encode())) for one in signers))
    return read_note(signed.written())


def read_note(written: str) -> Note:
    """Read a signed note; nothing is verified yet.

    Raises:
        MalformedNote: it is none.
    """
    if len(written) > LONGEST_NOTE or _CONTROLS.search(written):
        raise MalformedNote("the note is too long or holds control characters")
    text, gap, lines = written.rpartition("\n\n")
    if not gap or not text or not lines.endswith("\n"):
        raise MalformedNote("a note is a text, an empty line and signature lines")
    return Note(text + "\n", read_signatures(lines))


def read_signatures(lines: str) -> tuple[Signature, ...]:
    """Read signature lines, each with its end.

    Raises:
        MalformedNote: a line is none, or there are too many.
    """
    found = lines.split("\n")[:-1]
    if not lines.endswith("\n") or len(found) > MOST_SIGNATURES:
        raise MalformedNote("the signature lines are cut off or too many")
    return tuple(map(_read_line, found))


def verified(note: Note, verifiers: Iterable[V]) -> tuple[V, ...]:
    """Return those of *verifiers* whose signatures the note carries.

    Raises:
        NoteRefused: a signature that names one of them does not verify.
    """
    known = {(one.name, one.key_id): one for one in verifiers}
    found: dict[tuple[str, bytes], V] = {}
    for signature in note.signatures:
        place = (signature.name, signature.key_id)
        if place not in known:
            continue
        if not known[place].verify(note.text.encode(), signature.value):
            raise NoteRefused(f"the signature of {signature.name} does not fit the text")
        found[place] = known[place]
    return tuple(found.values())


def write_key(name: str, kind: bytes, public: bytes) -> str:
    """Return a public key as one line of text: name, key id, type and key (a *vkey*)."""
    return f"{name}+{key_id(name, kind, public).hex()}+{base64.b64encode(kind + public).decode()}"


def read_key(written: str) -> tuple[str, bytes, bytes]:
    """Read what `write_key` wrote: name, type, public key.

    Raises:
        MalformedNote: it is no key, or its id does not fit.
    """
    name, plus, rest = written.strip().partition("+")
    identifier, second, encoded = rest.partition("+")
    try:
        material = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise MalformedNote("the key is not base64") from error
    kind = SM2_TYPE if material.startswith(SM2_TYPE) else material[:1]
    public = material[len(kind) :]
    if not (name and plus and second and public) or key_id(name, kind, public).hex() != identifier:
        raise MalformedNote("the key's id does not fit its name and bytes")
    return name, kind, public


def _read_line(line: str) -> Signature:
    match = _LINE.fullmatch(line)
    if match is None or "+" in match[1]:
        raise MalformedNote("a signature line is malformed")
    try:
        value = base64.b64decode(match[2], validate=True)
    except binascii.Error as error:
        raise MalformedNote("a signature is not base64") from error
    if len(value) < 5:
        raise MalformedNote("a signature is too short")
    return Signature(match[1], value[:4], value[4:])

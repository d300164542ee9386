"""Verifiers 验签 of notes: the public keys of a log and of its witnesses, read from one line of text each.

Ed25519 by `cryptography`, SM2 by our own library, which verifies on machines without SM2 in libcrypto too.
"""

from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from zhengtong.trust.keys.sm2.api import MalformedEncoding
from zhengtong.trust.keys.sm2.api import PublicKey as Sm2PublicKey
from zhengtong.trust.ledger.tree.checkpoints import cosigned_message, split_cosignature
from zhengtong.trust.ledger.tree.notes import COSIGNATURE, ED25519, SM2_TYPE, MalformedNote, key_id, read_key, write_key

ED25519_TYPE, COSIGNATURE_TYPE = bytes((ED25519,)), bytes((COSIGNATURE,))


@dataclass(frozen=True)
class PublicNoteKey:
    """A key that may have signed a note.

    Raises:
        MalformedNote: the bytes are no public key of this type.
    """

    name: str
    kind: bytes
    public: bytes
    _key: Ed25519PublicKey | Sm2PublicKey = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        try:
            key = (
                Sm2PublicKey(self.public) if self.kind == SM2_TYPE else Ed25519PublicKey.from_public_bytes(self.public)
            )
        except (MalformedEncoding, ValueError) as error:
            raise MalformedNote("the key's bytes are no public key") from error
        if self.kind not in {ED25519_TYPE, COSIGNATURE_TYPE, SM2_TYPE}:
            raise MalformedNote("the key's type is not known here")
        object.__setattr__(self, "_key", key)

    @property
    def key_id(self) -> bytes:
        """Return the four bytes that a signature line carries."""
        return key_id(self.name, self.kind, self.public)

    @property
    def algorithm(self) -> str:
        """Return how it signs, for people to read."""
        return "SM2" if self.kind == SM2_TYPE else "Ed25519"

    @property
    def written(self) -> str:
        """Return the key as one line of text."""
        return write_key(self.name, self.kind, self.public)

    def verify(self, text: bytes, signature: bytes) -> bool:
        """Tell whether *signature* is this key's over *text*; a malformed one is simply not."""
        if self.kind == COSIGNATURE_TYPE:
            try:
                seconds, signature = split_cosignature(signature)
            except MalformedNote:
                return False
            text = cosigned_message(text, seconds)
        if isinstance(self._key, Sm2PublicKey):
            return self._key.verify(signature, text)
        try:
            self._key.verify(signature, text)
        except InvalidSignature:
            return False
        return True


def read_verifier(written: str) -> PublicNoteKey:
    """Read a public key from its line of text.

    Raises:
        MalformedNote: it is no key, or of a type that is not known here.
    """
    return PublicNoteKey(*read_key(written))

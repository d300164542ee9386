"""Keys for the tests of notes, logs and witnesses."""

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from zhengtong.trust.ledger.tree.verifiers import ED25519_TYPE, PublicNoteKey


@dataclass(frozen=True)
class Key:
    """An Ed25519 key that signs notes, or co-signs where its type says so."""

    name: str
    kind: bytes = ED25519_TYPE
    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def public(self) -> PublicNoteKey:
        return PublicNoteKey(self.name, self.kind, self.private.public_key().public_bytes_raw())

    @property
    def key_id(self) -> bytes:
        return self.public.key_id

    def sign(self, text: bytes) -> bytes:
        return self.private.sign(text)

    def verify(self, text: bytes, signature: bytes) -> bool:
        return self.public.verify(text, signature)

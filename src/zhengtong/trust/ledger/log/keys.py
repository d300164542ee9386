"""The keys of the log 日志签名密钥: one Ed25519 and one SM2 key, made when the log begins, kept by the key provider."""

from collections.abc import Sequence
from dataclasses import dataclass

from zhengtong.trust.keys.api import Algorithm, KeyReference, Signer, key_provider, signer_for
from zhengtong.trust.ledger.contracts import LogKeyUnfit
from zhengtong.trust.ledger.tree.notes import SM2_TYPE, key_id
from zhengtong.trust.ledger.tree.verifiers import ED25519_TYPE, PublicNoteKey

_KINDS = {Algorithm.ED25519: (ED25519_TYPE, 32), Algorithm.SM2: (SM2_TYPE, 65)}
"""Of each algorithm the signature type on notes, and how many bytes at the end of its SPKI are the key."""


@dataclass(frozen=True, kw_only=True)
class LogSigner:
    """A key that signs the log's checkpoints under the log's name."""

    name: str
    signer: Signer

    @property
    def public(self) -> PublicNoteKey:
        """Return its public half, as it stands in trusted lists."""
        kind, length = _KINDS[self.signer.algorithm]
        return PublicNoteKey(self.name, kind, self.signer.public.spki[-length:])

    @property
    def key_id(self) -> bytes:
        """Return the four bytes of its signature lines."""
        public = self.public
        return key_id(self.name, public.kind, public.public)

    def sign(self, text: bytes) -> bytes:
        """Return the signature on a checkpoint's text."""
        return self.signer.sign(text)


def note_signer(name: str, signer: Signer) -> LogSigner:
    """Return *signer* as one that signs notes under *name*.

    Raises:
        LogKeyUnfit: notes are signed with Ed25519 or SM2 only.
    """
    if signer.algorithm not in _KINDS:
        raise LogKeyUnfit(what=signer.algorithm)
    return LogSigner(name=name, signer=signer)


def make_keys(provider: str) -> list[str]:
    """Make the log's keys with the provider; return where they lie."""
    found = key_provider(provider)
    algorithms = [one for one in (Algorithm.ED25519, Algorithm.SM2) if one in found.algorithms()]
    if not algorithms:
        raise LogKeyUnfit(what=provider)
    return [str(found.generate(algorithm)) for algorithm in algorithms]


def signers_of(origin: str, keys: Sequence[str]) -> tuple[LogSigner, ...]:
    """Open the log's keys for signing.

    Raises:
        KeyMissing: a key was destroyed or its provider is not attached to this machine.
    """
    references = (written.partition(":") for written in keys)
    return tuple(
        note_signer(origin, signer_for(KeyReference(provider=provider, key=key))) for provider, _, key in references
    )

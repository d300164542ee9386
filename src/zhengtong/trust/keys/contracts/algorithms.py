"""What keys are and who keeps them: algorithms, signers, providers, references."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable


class Algorithm(StrEnum):
    """How a key signs. The hash belongs to the algorithm, so that nobody has to choose one."""

    SM2 = "sm2"  # GB/T 32918.2 with SM3 and the default user id 1234567812345678 (GM/T 0009-2012 §10)
    ECDSA_P256 = "ecdsa-p256"  # FIPS 186-5 with SHA-256
    ED25519 = "ed25519"  # RFC 8032
    RSA = "rsa"  # PKCS#1 v1.5 with SHA-256 (RFC 8017); at least 2048 bits, 3072 when made here


ALGORITHM_NAMES: Mapping[Algorithm, str] = {
    Algorithm.SM2: "SM2",
    Algorithm.ECDSA_P256: "ECDSA P-256",
    Algorithm.ED25519: "Ed25519",
    Algorithm.RSA: "RSA",
}


class Verifier(Protocol):
    """A public key 公钥: what everybody may hold."""

    @property
    def algorithm(self) -> Algorithm:
        """How its signatures are made."""

    @property
    def spki(self) -> bytes:
        """The DER SubjectPublicKeyInfo (RFC 5280 §4.1)."""

    def verify(self, signature: bytes, data: bytes) -> bool:
        """Tell whether *signature* is this key's over *data*; a malformed one is simply not."""


@runtime_checkable
class Signer(Protocol):
    """A private key 私钥 that may be used, wherever it lies: in memory, in a hardware module, in a phone.

    Signatures are DER `SEQUENCE {r, s}` for SM2 and ECDSA, 64 bytes for Ed25519, modulus-long for RSA: what X.509, CMS
    and GB/T 38540 put into their signature fields.
    """

    @property
    def algorithm(self) -> Algorithm:
        """How it signs."""

    @property
    def public(self) -> Verifier:
        """Its public half."""

    def sign(self, data: bytes) -> bytes:
        """Return the signature over *data* (the message itself, not a digest)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyReference:
    """Where a key lies: the provider's name and the key's id there. Holds no secret; safe to store and to log."""

    provider: str
    key: str

    def __str__(self) -> str:
        return f"{self.provider}:{self.key}"


class KeyProvider(Protocol):
    """A place that makes private keys and uses them without giving them out 密钥提供者."""

    @property
    def name(self) -> str:
        """A code, unique in the installation: `software`, `pkcs11`, `sdf`."""

    def algorithms(self) -> frozenset[Algorithm]:
        """What it can make and use on this machine."""

    def generate(self, algorithm: Algorithm) -> KeyReference:
        """Make a key pair inside and return where it lies.

        Raises:
            AlgorithmUnavailable: this provider cannot.
        """

    def signer(self, reference: KeyReference) -> Signer:
        """Return a handle that signs with the key.

        Raises:
            KeyMissing: no such key, or it was destroyed.
        """

    def decrypt(self, reference: KeyReference, cipher: bytes) -> bytes:
        """Decrypt a small secret (a key, usually) that was encrypted to the public half.

        Raises:
            KeyMissing: no such key, or it was destroyed.
            NotOpened: damaged, tampered with, or for another key.
        """

    def destroy(self, reference: KeyReference) -> None:
        """Destroy the private key for good; doing it twice is no error."""

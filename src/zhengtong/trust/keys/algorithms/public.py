"""Public keys 公钥: DER SubjectPublicKeyInfo in and out, `verify`, and `encrypt` for small secrets."""

import hashlib
from functools import lru_cache
from typing import Any, Self

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from zhengtong.trust.keys.contracts import Algorithm, AlgorithmUnavailable, UnreadableKey
from zhengtong.trust.keys.sm2 import api as sm2
from zhengtong.trust.keys.sm2.der import SM2_CURVE

MIN_RSA_BITS = 2048
OAEP = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)


class PublicKey:
    """A public key of one of the four algorithms; equal when its bytes are.

    Make it by `PublicKey.read(spki)`; a private key's `public` is one.
    """

    __slots__ = ("_key", "algorithm", "spki")

    def __init__(self, algorithm: Algorithm, spki: bytes, key: Any) -> None:
        self.algorithm = algorithm
        self.spki = spki
        self._key = key

    @classmethod
    def read(cls, spki: bytes) -> Self:
        """Read a DER SubjectPublicKeyInfo.

        Raises:
            UnreadableKey: not DER, not one of the four kinds, a point off the curve, a short RSA key.
        """
        algorithm, key = _read(bytes(spki))
        return cls(algorithm, bytes(spki), key)

    def verify(self, signature: bytes, data: bytes) -> bool:
        """Tell whether *signature* is this key's over *data*; a malformed one is simply not.

        Args:
            signature: DER for SM2 and ECDSA, raw for Ed25519 and RSA; SM2 is read strictly (one encoding only).
            data: the message itself; the algorithm's own hash is taken here.
        """
        if isinstance(self._key, sm2.PublicKey):
            return self._key.verify(signature, data)
        try:
            self._verify(signature, data)
        except InvalidSignature:
            return False
        return True

    def encrypt(self, plain: bytes) -> bytes:
        """Encrypt a small secret to this key: SM2 (GM/T 0009, C1‖C3‖C2 in ASN.1) or RSA-OAEP with SHA-256.

        Raises:
            AlgorithmUnavailable: ECDSA and Ed25519 keys sign only.
            ValueError: empty, or too long for RSA.
        """
        if isinstance(self._key, sm2.PublicKey):
            return self._key.encrypt(plain)
        if isinstance(self._key, rsa.RSAPublicKey):
            return self._key.encrypt(plain, OAEP)
        raise AlgorithmUnavailable(provider="software", algorithm=self.algorithm)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the SubjectPublicKeyInfo, hexadecimal: names the key in lists and logs."""
        return hashlib.sha256(self.spki).hexdigest()

    def _verify(self, signature: bytes, data: bytes) -> None:
        key = self._key
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, data)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, data, ec.ECDSA(hashes.SHA256()))
        else:
            key.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PublicKey) and other.spki == self.spki

    def __hash__(self) -> int:
        return hash(self.spki)

    def __repr__(self) -> str:
        return f"<PublicKey {self.algorithm} {self.fingerprint[:16]}>"


@lru_cache(maxsize=4096)
def _read(spki: bytes) -> tuple[Algorithm, Any]:
    if SM2_CURVE in spki[:32]:
        try:
            return Algorithm.SM2, sm2.PublicKey.read(spki)
        except sm2.MalformedEncoding as error:
            raise UnreadableKey(what=str(error)) from error
    try:
        key = serialization.load_der_public_key(spki)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UnreadableKey(what="SubjectPublicKeyInfo") from error
    return kind_of(key), key


def kind_of(key: Any) -> Algorithm:
    """Return which of our algorithms a key of `cryptography` is for.

    Raises:
        UnreadableKey: for none.
    """
    if isinstance(key, ed25519.Ed25519PublicKey):
        return Algorithm.ED25519
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return Algorithm.ECDSA_P256
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= MIN_RSA_BITS:
        return Algorithm.RSA
    raise UnreadableKey(what=type(key).__name__)

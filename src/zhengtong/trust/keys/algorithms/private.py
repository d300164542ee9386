"""Private keys in memory 私钥: made, read and written as PKCS#8, never shown by `repr`. Providers keep them sealed."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

from asn1crypto import core, keys
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from zhengtong.trust.keys.algorithms import identifiers
from zhengtong.trust.keys.algorithms.public import OAEP, PublicKey, kind_of
from zhengtong.trust.keys.contracts import Algorithm, AlgorithmUnavailable, NotOpened, Signer, UnreadableKey
from zhengtong.trust.keys.sm2 import api as sm2

RSA_BITS = 3072


class PrivateKey:
    """A private key held by libcrypto; fulfils `Signer`.

    Make one by `generate` or `read`. `export` is the only way out and gives the key in the clear, for a store that
    encrypts it at once.
    """

    __slots__ = ("_key", "algorithm", "public")

    def __init__(self, algorithm: Algorithm, key: Any) -> None:
        self.algorithm = algorithm
        self._key = key
        self.public = PublicKey.read(_public_of(key))

    @classmethod
    def generate(cls, algorithm: Algorithm) -> Self:
        """Make a key pair with libcrypto's generator.

        Raises:
            AlgorithmUnavailable: SM2 where libcrypto was built without it.
        """
        match algorithm:
            case Algorithm.SM2 if not sm2.can_sign():
                raise AlgorithmUnavailable(provider="libcrypto", algorithm=algorithm)
            case Algorithm.SM2:
                return cls(algorithm, sm2.PrivateKey.generate())
            case Algorithm.ECDSA_P256:
                return cls(algorithm, ec.generate_private_key(ec.SECP256R1()))
            case Algorithm.ED25519:
                return cls(algorithm, ed25519.Ed25519PrivateKey.generate())
            case Algorithm.RSA:
                return cls(algorithm, rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS))

    @classmethod
    def read(cls, pkcs8: bytes) -> Self:
        """Read a DER PKCS#8 PrivateKeyInfo without password.

        Raises:
            UnreadableKey: not one of the four kinds.
            AlgorithmUnavailable: SM2 where libcrypto was built without it.
        """
        inner = _sm2_inside(pkcs8)
        if inner is not None:
            return cls(Algorithm.SM2, _read_sm2(inner))
        try:
            key = serialization.load_der_private_key(pkcs8, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise UnreadableKey(what="PKCS#8") from None  # the cause might quote the key
        return cls(kind_of(key.public_key()), key)

    def export(self) -> bytes:
        """Return the DER PKCS#8 in the clear: only for a store that encrypts it at once."""
        if isinstance(self._key, sm2.PrivateKey):
            return _wrap_sm2(self._key.export())
        form = serialization.PrivateFormat.PKCS8
        exported: bytes = self._key.private_bytes(serialization.Encoding.DER, form, serialization.NoEncryption())
        return exported

    def sign(self, data: bytes) -> bytes:
        """Return the signature over *data*; libcrypto runs without Python's lock, so threads sign side by side."""
        key = self._key
        signature: bytes
        if isinstance(key, sm2.PrivateKey | ed25519.Ed25519PrivateKey):
            signature = key.sign(data)
        elif isinstance(key, ec.EllipticCurvePrivateKey):
            signature = key.sign(data, ec.ECDSA(hashes.SHA256()))
        else:
            signature = key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return signature

    def decrypt(self, cipher: bytes) -> bytes:
        """Decrypt what `PublicKey.encrypt` wrote.

        Raises:
            NotOpened: damaged, tampered with, or for another key.
            AlgorithmUnavailable: ECDSA and Ed25519 keys sign only.
        """
        try:
            if isinstance(self._key, sm2.PrivateKey):
                return self._key.decrypt(cipher)
            if isinstance(self._key, rsa.RSAPrivateKey):
                return self._key.decrypt(cipher, OAEP)
        except ValueError:
            raise NotOpened from None
        raise AlgorithmUnavailable(provider="software", algorithm=self.algorithm)

    def __repr__(self) -> str:
        return f"<PrivateKey of {self.public!r}>"

    def __reduce__(self) -> Any:
        raise TypeError("a private key is not copied by accident")


def sign_many(signer: Signer, messages: Iterable[bytes], *, threads: int = 1) -> list[bytes]:
    """Sign each of *messages* 批量签名 and return the signatures in the same order.

    Args:
        signer: the key; its `sign` must be safe in threads, as those of this module and of every provider are.
        messages: what is signed.
        threads: how many work side by side. SM2 costs some 13 times a P-256 signature, so a thread per core pays.
    """
    if threads <= 1:
        return [signer.sign(message) for message in messages]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(signer.sign, messages))


def _public_of(key: Any) -> bytes:
    if isinstance(key, sm2.PrivateKey):
        return key.public.written()
    spki: bytes = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return spki


def _wrap_sm2(ec_private_key: bytes) -> bytes:
    """Put an ECPrivateKey into PKCS#8 (RFC 5958); the curve goes into the algorithm identifier."""
    parameters = keys.ECDomainParameters(name="named", value=identifiers.SM2_CURVE)
    info = keys.PrivateKeyInfo(
        {
            "version": 0,
            "private_key_algorithm": {"algorithm": "ec", "parameters": parameters},
            "private_key": core.ParsableOctetString(ec_private_key),
        }
    )
    written: bytes = info.dump()
    return written


def _sm2_inside(pkcs8: bytes) -> bytes | None:
    """Return the ECPrivateKey inside if *pkcs8* is an SM2 key, None if it is something else."""
    try:
        info = keys.PrivateKeyInfo.load(pkcs8, strict=True)
        algorithm = info["private_key_algorithm"]
        if algorithm["algorithm"].native != "ec" or algorithm["parameters"].native != "sm2p256v1":
            return None
        inner: bytes = bytes(info["private_key"])
    except (ValueError, TypeError, KeyError):
        return None
    return inner


def _read_sm2(inner: bytes) -> sm2.PrivateKey:
    if not sm2.can_sign():
        raise AlgorithmUnavailable(provider="libcrypto", algorithm=Algorithm.SM2)
    try:
        scalar = int.from_bytes(bytes(keys.ECPrivateKey.load(inner)["private_key"].contents), "big")
        return sm2.PrivateKey.from_scalar(scalar)
    except (ValueError, TypeError):
        raise UnreadableKey(what="ECPrivateKey") from None

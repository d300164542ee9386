"""The door of SM2: keys, signatures, encryption (GB/T 32918.2, .4 and .5; encodings GM/T 0009-2012)."""

from functools import lru_cache
from typing import Self

from zhengtong.trust.keys.sm2 import curve, der, native
from zhengtong.trust.keys.sm2.der import MalformedEncoding
from zhengtong.trust.keys.sm2.sm3 import sm3

__all__ = [
    "DEFAULT_USER_ID",
    "MalformedEncoding",
    "NotDecryptable",
    "PrivateKey",
    "PublicKey",
    "Unavailable",
    "can_sign",
    "sm3",
]

DEFAULT_USER_ID = b"1234567812345678"  # GM/T 0009-2012 §10
_DOMAIN = b"".join(value.to_bytes(32, "big") for value in (curve.A, curve.B, curve.GX, curve.GY))


class Unavailable(RuntimeError):  # noqa: N818 -- named after what is missing
    """This machine's libcrypto has no SM2: it can verify, but not sign, encrypt or make keys."""


class NotDecryptable(ValueError):  # noqa: N818 -- named after what happened
    """The ciphertext is damaged, tampered with, or for another key; which of these is not told."""


def can_sign() -> bool:
    """Tell whether this machine can use private keys."""
    return native.available()


@lru_cache(maxsize=4096)
def _identity_digest(point: bytes, user_id: bytes) -> bytes:
    """Return Z of GB/T 32918.2, 5.5: the signer's id, the curve and the public key."""
    if len(user_id) > 8191:
        raise ValueError("a user id has at most 8191 bytes, because its length in bits is written in 16 bits")
    return sm3((len(user_id) * 8).to_bytes(2, "big"), user_id, _DOMAIN, point[1:])


class PublicKey:
    """A point of the SM2 curve.

    Raises:
        MalformedEncoding: not an uncompressed point of 65 bytes, or not on the curve.
    """

    def __init__(self, point: bytes) -> None:
        x, y = int.from_bytes(point[1:33], "big"), int.from_bytes(point[33:], "big")
        if len(point) != 65 or point[0] != 4 or not curve.is_on_curve(x, y):
            raise MalformedEncoding("not an uncompressed point of the SM2 curve")
        self.point = point
        self._affine = (x, y)
        self._native = native.Key.read_public(der.write_public_key(point)) if native.available() else None

    @classmethod
    def read(cls, spki: bytes) -> Self:
        """Read a SubjectPublicKeyInfo."""
        return cls(der.read_public_key(spki))

    def written(self) -> bytes:
        """Return the SubjectPublicKeyInfo."""
        return der.write_public_key(self.point)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PublicKey) and other.point == self.point

    def __hash__(self) -> int:
        return hash(self.point)

    def digest(self, message: bytes, user_id: bytes = DEFAULT_USER_ID) -> bytes:
        """Return e = SM3(Z ‖ message): what is signed."""
        return sm3(_identity_digest(self.point, user_id), message)

    def verify(self, signature: bytes, message: bytes, *, user_id: bytes = DEFAULT_USER_ID) -> bool:
        """Tell whether *signature* (DER) is this key's over *message*; a malformed one is simply not.

        Args:
            signature: read strictly, so that a signature has one encoding only.
            message: what was signed.
            user_id: the signer's distinguishing id; nearly always the default.
        """
        try:
            r, s = der.read_signature(signature)
        except MalformedEncoding:
            return False
        digest = self.digest(message, user_id)
        if self._native is not None:
            return self._native.verify(signature, digest)
        return curve.verify_digest(self._affine, int.from_bytes(digest, "big"), r, s)

    def encrypt(self, plain: bytes) -> bytes:
        """Encrypt up to a few kilobytes (a key, usually) in GM/T 0009's form.

        Raises:
            Unavailable: libcrypto has no SM2.
            ValueError: nothing to encrypt.
        """
        if not plain:
            raise ValueError("SM2 encrypts at least one byte")
        if self._native is None:
            raise Unavailable
        return self._native.encrypt(plain)


class PrivateKey:
    """A key pair held by libcrypto."""

    def __init__(self, key: native.Key) -> None:
        self._key = key
        self.public = PublicKey.read(key.public())

    @classmethod
    def generate(cls) -> Self:
        """Make a key pair.

        Raises:
            Unavailable: libcrypto has no SM2.
        """
        _require_native()
        return cls(native.Key.generate())

    @classmethod
    def from_scalar(cls, scalar: int) -> Self:
        """Take the private number d.

        Raises:
            ValueError: not within 1 … n−2 (GB/T 32918.1, 6.1).
            Unavailable: libcrypto has no SM2.
        """
        if not 0 < scalar < curve.N - 1:
            raise ValueError("a private key lies within 1 … n−2")
        _require_native()
        return cls(native.Key.read_private(der.write_private_key(scalar)))

    @classmethod
    def read(cls, encoded: bytes) -> Self:
        """Read an ECPrivateKey on the SM2 curve.

        Raises:
            MalformedEncoding: something else.
            Unavailable: libcrypto has no SM2.
        """
        _require_native()
        try:
            return cls(native.Key.read_private(encoded))
        except native.LibraryRefused as refusal:
            raise MalformedEncoding("not an ECPrivateKey on the SM2 curve") from refusal

    def export(self) -> bytes:
        """Return the ECPrivateKey in the clear: only for a store that encrypts it at once."""
        return self._key.export()

    def sign(self, message: bytes, *, user_id: bytes = DEFAULT_USER_ID) -> bytes:
        """Sign *message*; DER."""
        return self._key.sign(self.public.digest(message, user_id))

    def sign_digest(self, digest: bytes) -> bytes:
        """Sign a 32-byte digest e as it is, for doubles of modules that are given one; DER."""
        if len(digest) != 32:
            raise ValueError("a digest e has 32 bytes")
        return self._key.sign(digest)

    def decrypt(self, cipher: bytes) -> bytes:
        """Decrypt what `PublicKey.encrypt` wrote.

        Raises:
            NotDecryptable: damaged, tampered with, or for another key.
        """
        try:
            return self._key.decrypt(cipher)
        except native.LibraryRefused as refusal:
            raise NotDecryptable("the ciphertext cannot be decrypted with this key") from refusal


def _require_native() -> None:
    if not native.available():
        raise Unavailable("this machine's libcrypto was built without SM2; use a key provider (PKCS#11, SDF) instead")

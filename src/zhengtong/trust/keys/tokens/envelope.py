"""Key envelopes 密钥信封: an encryption key on its way into a token, which only the token's signing key opens.

To an SM2 key: SM2EnvelopedKey 密钥对保护数据格式 (GM/T 0009-2012 7.4, GB/T 35276-2017), an SM2 key under SM4-ECB under
SM2. The block mode is the standard's; it protects nothing against change, so what comes out must fit the public key
that travels along, and the certificate. To an RSA key: what PKCS#11 v2.40 calls CKM_RSA_AES_KEY_WRAP, an AES-256 key by
RSA-OAEP followed by the PKCS#8 by AES key wrap with padding (RFC 5649). OAEP takes SHA-1 and MGF1 with SHA-1, the only
parameters every token knows; collisions of SHA-1 do not touch OAEP.
"""

import secrets
from typing import Any

from asn1crypto import algos, core, keys
from cryptography.hazmat.primitives import hashes, keywrap, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from zhengtong.trust.keys.algorithms.private import PrivateKey
from zhengtong.trust.keys.algorithms.public import PublicKey
from zhengtong.trust.keys.ciphers import sm4_ecb_decrypt, sm4_ecb_encrypt
from zhengtong.trust.keys.contracts import Algorithm, AlgorithmUnavailable, NotOpened, UnreadableKey
from zhengtong.trust.keys.sm2 import api as sm2

SM4_ECB = "1.2.156.10197.1.104.1"
WRAPPING_BYTES = 32
_SHA1 = hashes.SHA1()  # noqa: S303 -- see above
OAEP_OF_TOKENS = padding.OAEP(padding.MGF1(_SHA1), _SHA1, None)


class _EnvelopedKey(core.Sequence):  # type: ignore[misc]  # asn1crypto is untyped
    _fields = [
        ("algorithm", algos.EncryptionAlgorithm),
        ("encrypted_key", core.Any),
        ("public_key", core.BitString),
        ("encrypted_private_key", core.BitString),
    ]


def envelope_key(key: PrivateKey, *, to: PublicKey) -> bytes:
    """Return *key* in an envelope that only the holder of *to* opens.

    Args:
        key: the encryption key, of the same algorithm as *to*.
        to: the token's signing key.

    Raises:
        AlgorithmUnavailable: *to* cannot decrypt, or is of another algorithm.
    """
    if to.algorithm not in {Algorithm.SM2, Algorithm.RSA} or key.algorithm is not to.algorithm:
        raise AlgorithmUnavailable(provider="token", algorithm=key.algorithm)
    return _to_sm2(key, to) if to.algorithm is Algorithm.SM2 else _to_rsa(key, to)


def open_envelope(envelope: bytes, *, with_key: PrivateKey) -> PrivateKey:
    """Return the key in an envelope, as a token in software opens it.

    Raises:
        NotOpened: damaged, tampered with, or to another key.
        AlgorithmUnavailable: the key cannot decrypt.
    """
    try:
        if with_key.algorithm is Algorithm.SM2:
            return _from_sm2(envelope, with_key)
        if with_key.algorithm is Algorithm.RSA:
            return _from_rsa(envelope, with_key)
    except (ValueError, TypeError, KeyError, UnreadableKey, keywrap.InvalidUnwrap):
        raise NotOpened from None
    raise AlgorithmUnavailable(provider="token", algorithm=with_key.algorithm)


def split_rsa_envelope(envelope: bytes, *, modulus_bytes: int) -> tuple[bytes, bytes]:
    """Return the wrapped AES key and the wrapped private key.

    Raises:
        NotOpened: too short to be both.
    """
    if len(envelope) <= modulus_bytes:
        raise NotOpened
    return envelope[:modulus_bytes], envelope[modulus_bytes:]


def _to_sm2(key: PrivateKey, to: PublicKey) -> bytes:
    info = keys.PrivateKeyInfo.load(key.export())
    scalar = bytes(keys.ECPrivateKey.load(bytes(info["private_key"]))["private_key"].contents)
    wrapping = secrets.token_bytes(16)
    written: bytes = _EnvelopedKey(
        {
            "algorithm": {"algorithm": SM4_ECB},
            "encrypted_key": core.Any.load(to.encrypt(wrapping)),
            "public_key": _bits(sm2.PublicKey.read(key.public.spki).point),
            "encrypted_private_key": _bits(sm4_ecb_encrypt(wrapping, scalar.rjust(32, b"\x00"))),
        }
    ).dump()
    return written


def _from_sm2(envelope: bytes, key: PrivateKey) -> PrivateKey:
    parsed = _EnvelopedKey.load(envelope, strict=True)
    if parsed["algorithm"]["algorithm"].dotted != SM4_ECB:
        raise NotOpened
    wrapping = key.decrypt(parsed["encrypted_key"].dump())
    scalar = sm4_ecb_decrypt(wrapping, _content(parsed["encrypted_private_key"]))
    opened = PrivateKey(Algorithm.SM2, sm2.PrivateKey.from_scalar(int.from_bytes(scalar, "big")))
    if sm2.PublicKey.read(opened.public.spki).point != _content(parsed["public_key"]):
        raise NotOpened
    return opened


def _to_rsa(key: PrivateKey, to: PublicKey) -> bytes:
    public = serialization.load_der_public_key(to.spki)
    assert isinstance(public, rsa.RSAPublicKey)  # noqa: S101 -- its algorithm says so
    wrapping = secrets.token_bytes(WRAPPING_BYTES)
    return public.encrypt(wrapping, OAEP_OF_TOKENS) + keywrap.aes_key_wrap_with_padding(wrapping, key.export())


def _from_rsa(envelope: bytes, key: PrivateKey) -> PrivateKey:
    private: Any = serialization.load_der_private_key(key.export(), password=None)
    first, second = split_rsa_envelope(envelope, modulus_bytes=private.key_size // 8)
    wrapping = private.decrypt(first, OAEP_OF_TOKENS)
    return PrivateKey.read(keywrap.aes_key_unwrap_with_padding(wrapping, second))


def _bits(content: bytes) -> core.BitString:
    return core.BitString.load(b"\x03" + _length(len(content) + 1) + b"\x00" + content)


def _length(count: int) -> bytes:
    return bytes([count])  # both fit one byte: 66 and 33


def _content(bits: core.BitString) -> bytes:
    """Return whole bytes of a BIT STRING; unused bits are refused."""
    content: bytes = bits.contents
    if content[:1] != b"\x00":
        raise NotOpened
    return content[1:]

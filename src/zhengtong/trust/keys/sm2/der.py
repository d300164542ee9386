"""DER 可辨别编码 as strictly as X.690 writes it, for the few structures SM2 needs (GM/T 0009-2012 §7).

C libraries accept none of the malformed variants of a signature that general ASN.1 readers let through (long lengths,
padded integers, trailing bytes). Neither does this module: a signature has exactly one encoding.
"""

from zhengtong.trust.keys.sm2.curve import N

# OBJECT IDENTIFIER id-ecPublicKey 1.2.840.10045.2.1 and sm2p256v1 1.2.156.10197.1.301, encoded
EC_PUBLIC_KEY = bytes.fromhex("06072a8648ce3d0201")
SM2_CURVE = bytes.fromhex("06082a811ccf5501822d")
_SEQUENCE, _INTEGER, _OCTETS, _BITS = 0x30, 0x02, 0x04, 0x03
_SPKI_PREFIX = bytes([_SEQUENCE, 0x59, _SEQUENCE, 0x13]) + EC_PUBLIC_KEY + SM2_CURVE + bytes([_BITS, 0x42, 0x00])


class MalformedEncoding(ValueError):  # noqa: N818 -- named after what is wrong
    """The bytes are not the one DER encoding of what they should be; the message says where."""


def read_signature(encoded: bytes) -> tuple[int, int]:
    """Return (r, s) of SEQUENCE { INTEGER r, INTEGER s }, both within 1 … n−1.

    Raises:
        MalformedEncoding: any byte is not as the only valid encoding would have it.
    """
    body, rest = _element(encoded, _SEQUENCE)
    if rest:
        raise MalformedEncoding("bytes follow the signature")
    first, body = _element(body, _INTEGER)
    second, body = _element(body, _INTEGER)
    if body:
        raise MalformedEncoding("a third element follows r and s")
    return _positive(first), _positive(second)


def write_signature(r: int, s: int) -> bytes:
    """Return the DER encoding of a signature."""
    return _wrap(_SEQUENCE, _wrap(_INTEGER, _integer(r)) + _wrap(_INTEGER, _integer(s)))


def write_private_key(scalar: int) -> bytes:
    """Return an ECPrivateKey (RFC 5915) with the SM2 curve and no public point."""
    version = _wrap(_INTEGER, b"\x01")
    return _wrap(_SEQUENCE, version + _wrap(_OCTETS, scalar.to_bytes(32, "big")) + _wrap(0xA0, SM2_CURVE))


def write_public_key(point: bytes) -> bytes:
    """Return a SubjectPublicKeyInfo around an uncompressed point of 65 bytes."""
    return _SPKI_PREFIX + point


def read_public_key(spki: bytes) -> bytes:
    """Return the uncompressed point of a SubjectPublicKeyInfo.

    Raises:
        MalformedEncoding: not an uncompressed SM2 key.
    """
    if len(spki) != len(_SPKI_PREFIX) + 65 or not spki.startswith(_SPKI_PREFIX) or spki[-65] != 4:
        raise MalformedEncoding("not the SubjectPublicKeyInfo of an SM2 key with an uncompressed point")
    return spki[-65:]


def _element(data: bytes, tag: int) -> tuple[bytes, bytes]:
    """Split the first element off *data*; only short lengths occur in a signature."""
    if len(data) < 2 or data[0] != tag:
        raise MalformedEncoding(f"expected tag {tag:#04x}")
    length = data[1]
    if length >= 0x80:
        raise MalformedEncoding("a long length where a short one suffices")
    if len(data) < 2 + length:
        raise MalformedEncoding("the element is cut short")
    return data[2 : 2 + length], data[2 + length :]


def _positive(content: bytes) -> int:
    if not content or content[0] & 0x80:
        raise MalformedEncoding("an integer is empty or negative")
    if len(content) > 1 and content[0] == 0 and not content[1] & 0x80:
        raise MalformedEncoding("an integer is padded")
    value = int.from_bytes(content, "big")
    if not 0 < value < N:
        raise MalformedEncoding("r or s lies outside 1 … n−1")
    return value


def _integer(value: int) -> bytes:
    return value.to_bytes(value.bit_length() // 8 + 1, "big")


def _wrap(tag: int, content: bytes) -> bytes:
    return bytes([tag, len(content)]) + content

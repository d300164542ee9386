"""The signed JSON form 数据文件: JWS in the flattened JSON serialization (RFC 7515 §7.2.2), ES256 (RFC 7518 §3.4).

Signing goes through a `Signer`, so the key may lie in hardware; hence the few lines here instead of a library that
wants the key. SM2 has no registered JWS algorithm; the OFD form carries SM2.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from zhengtong.kernel.errors import Phrase
from zhengtong.kernel.errors import mark as _
from zhengtong.trust.keys.api import Signer, Verifier
from zhengtong.trust.licenses.contracts import FileNotGenuine

TYPE = "elicense+jws"
LARGEST = 256 * 1024
_NO_FILE = _("不是电子证照数据文件")
_HALF = 32  # octets of r and of s for P-256


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedFile:
    """A file that has the shape of a signed licence; `verify` tells whether the key signed it.

    `chain` are the DER certificates it brings along (`x5c`, RFC 7515 §4.1.6), the signing key's first; nobody has
    checked them yet.
    """

    key: str
    payload: dict[str, Any]
    _message: bytes
    _signature: bytes
    chain: tuple[bytes, ...] = ()

    def verify(self, public: Verifier) -> bool:
        """Tell whether the holder of *public* signed this."""
        r, s = (int.from_bytes(half) for half in (self._signature[:_HALF], self._signature[_HALF:]))
        return public.verify(encode_dss_signature(r, s), self._message)


def compact(kind: str, payload: dict[str, Any], *, signer: Signer, key: str, chain: Sequence[bytes] = ()) -> str:
    """Return *payload* as a signed token in compact form (RFC 7515 §7.1) of the type *kind*."""
    message = f"{_header(kind, key, chain)}.{encoded(orjson.dumps(payload))}"
    return f"{message}.{_signature(message, signer)}"


def sign(payload: dict[str, Any], *, signer: Signer, key: str, chain: Sequence[bytes] = ()) -> str:
    """Return the signed form of *payload*; *key* is told in the header as `kid`, certificates of it as `x5c`."""
    protected, body = _header(TYPE, key, chain), encoded(orjson.dumps(payload))
    signature = _signature(f"{protected}.{body}", signer)
    return orjson.dumps({"payload": body, "protected": protected, "signature": signature}).decode()


def read(data: bytes | str) -> SignedFile:
    """Read a signed form; the signature is not checked yet.

    Raises:
        FileNotGenuine: too large, not such a JWS, or of another algorithm or type.
    """
    _check_size(data)
    try:
        outer = orjson.loads(data)
        protected, body, signature = (outer[name] for name in ("protected", "payload", "signature"))
    except (ValueError, KeyError, TypeError) as error:
        raise FileNotGenuine(what=Phrase(_NO_FILE)) from error
    return _read(TYPE, protected, body, signature)


def read_compact(data: bytes, kind: str) -> SignedFile:
    """Read a token in compact form of the type *kind*; the signature is not checked yet.

    Raises:
        FileNotGenuine: as `read`.
    """
    _check_size(data)
    try:
        protected, body, signature = data.decode("ascii").split(".")
    except ValueError as error:
        raise FileNotGenuine(what=Phrase(_NO_FILE)) from error
    return _read(kind, protected, body, signature)


def _check_size(data: bytes | str) -> None:
    if len(data) > LARGEST:
        raise FileNotGenuine(what=Phrase(_("文件过大")))


def _read(kind: str, protected: str, body: str, signature: str) -> SignedFile:
    try:
        header, payload = orjson.loads(decoded(protected)), orjson.loads(decoded(body))
        raw = decoded(signature)
        fits = isinstance(payload, dict) and isinstance(header["kid"], str)
        fits = fits and header["alg"] == "ES256" and header["typ"] == kind and "crit" not in header
        chain = tuple(base64.b64decode(one, validate=True) for one in header.get("x5c", ()))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FileNotGenuine(what=Phrase(_NO_FILE)) from error
    if not fits or len(raw) != 2 * _HALF:
        raise FileNotGenuine(what=Phrase(_("签名方式不是本平台所用")))
    message = f"{protected}.{body}".encode()
    return SignedFile(key=header["kid"], payload=payload, _message=message, _signature=raw, chain=chain)


def _header(kind: str, key: str, chain: Sequence[bytes]) -> str:
    told: dict[str, Any] = {"alg": "ES256", "kid": key, "typ": kind}
    if chain:
        told["x5c"] = [base64.b64encode(one).decode() for one in chain]
    return encoded(orjson.dumps(told))


def _signature(message: str, signer: Signer) -> str:
    r, s = decode_dss_signature(signer.sign(message.encode()))
    return encoded(r.to_bytes(_HALF) + s.to_bytes(_HALF))


def encoded(data: bytes) -> str:
    """Return *data* as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """Decode base64url without padding, and only its one canonical spelling."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from error
    if encoded(data) != text:
        raise ValueError("not canonical base64url")
    return data

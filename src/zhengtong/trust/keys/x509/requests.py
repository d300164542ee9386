"""Certification requests 证书申请 (PKCS#10, RFC 2986): read strictly, refused with the place where they go wrong."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from asn1crypto import csr, keys

from zhengtong.kernel.errors import Phrase
from zhengtong.kernel.errors import mark as _
from zhengtong.trust.keys.algorithms import identifiers
from zhengtong.trust.keys.algorithms.public import PublicKey
from zhengtong.trust.keys.contracts import (
    DistinguishedName,
    PrivateKeyHandedIn,
    Signer,
    UnreadableKey,
    UnreadableRequest,
)
from zhengtong.trust.keys.x509 import signatures
from zhengtong.trust.keys.x509.names import read_name, written_name

MOST_BYTES = 16_384
_DEEPEST = 16
_BEGIN, _END, _DASHES = "-----BEGIN ", "-----END ", "-----"
_LABELS = ("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST")
# what asn1crypto lets through from hostile bytes
_HOSTILE = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, NotImplementedError)


@dataclass(frozen=True, kw_only=True, slots=True)
class CertificationRequest:
    """A request whose signature holds: its sender has the private key."""

    subject: DistinguishedName
    public: PublicKey
    der: bytes


def write_request(subject: DistinguishedName, signer: Signer) -> bytes:
    """Return a PKCS#10 request: that the holder of *signer* wants a certificate for *subject*."""
    info = csr.CertificationRequestInfo(
        {
            "version": "v1",
            "subject": written_name(subject),
            "subject_pk_info": keys.PublicKeyInfo.load(signer.public.spki),
            "attributes": [],
        }
    )
    written: bytes = csr.CertificationRequest(
        {
            "certification_request_info": info,
            "signature_algorithm": identifiers.signature_algorithm(signer.algorithm),
            "signature": signer.sign(info.dump()),
        }
    ).dump()
    return written


def read_request(encoded: bytes) -> CertificationRequest:
    """Return what a request asks for, its signature checked.

    Args:
        encoded: PEM or DER.

    Raises:
        UnreadableRequest: with the line, the byte or the part that is wrong.
        PrivateKeyHandedIn: it is a private key.
    """
    if len(encoded) > MOST_BYTES:
        raise UnreadableRequest(place=Phrase(_("长度超过 {most} 字节"), most=MOST_BYTES))
    der = encoded if encoded[:1] == b"\x30" else _from_pem(encoded)
    _examine(der)
    parsed = _part(_("整体结构"), lambda: csr.CertificationRequest.load(der, strict=True))
    info = _part(_("请求内容"), lambda: parsed["certification_request_info"])
    if _part(_("版本"), lambda: info["version"].native) != "v1":
        raise UnreadableRequest(place=Phrase(_("版本")))
    subject = _part(_("主体"), lambda: read_name(info["subject"]))
    public = _part(_("公钥"), lambda: PublicKey.read(info["subject_pk_info"].dump()))
    _part(_("附加属性"), lambda: info["attributes"].native)
    algorithm = _part(_("签名算法"), lambda: (parsed["signature_algorithm"].native, parsed["signature_algorithm"])[1])
    signature = _part(_("签名"), lambda: signatures.whole_bytes(parsed["signature"]))
    if not _part(
        _("签名"),
        lambda: signatures.holds(
            signature, info.dump(), key=info["subject_pk_info"], algorithm=algorithm, digest="sha256"
        ),
    ):
        raise UnreadableRequest(place=Phrase(_("签名与公钥不符")))
    return CertificationRequest(subject=subject, public=public, der=der)


def _part(name: str, read: Callable[[], Any]) -> Any:
    """Return one part, or refuse with its name."""
    try:
        return read()
    except (*_HOSTILE, UnreadableKey) as error:
        raise UnreadableRequest(place=Phrase(name)) from error


def _from_pem(encoded: bytes) -> bytes:
    """Return the DER inside the first PEM block; lines are counted from 1 (RFC 7468)."""
    try:
        lines = encoded.decode("ascii").splitlines()
    except UnicodeDecodeError as error:
        raise UnreadableRequest(place=Phrase(_("第 {byte} 字节"), byte=error.start + 1)) from error
    begin = next((number for number, line in enumerate(lines) if line.startswith(_BEGIN)), None)
    if begin is None:
        raise UnreadableRequest(place=Phrase(_("第 1 行，缺少 BEGIN CERTIFICATE REQUEST")))
    label = lines[begin].strip().removeprefix(_BEGIN).removesuffix(_DASHES)
    if label.endswith("PRIVATE KEY"):
        raise PrivateKeyHandedIn
    if label not in _LABELS:
        raise UnreadableRequest(place=Phrase(_("第 {line} 行，不是证书申请"), line=begin + 1))
    body: list[str] = []
    for number, line in enumerate(lines[begin + 1 :], start=begin + 2):
        if line.strip() == f"{_END}{label}{_DASHES}":
            return _decoded("".join(body), number)
        try:
            base64.b64decode(line.strip() + "=" * (-len(line.strip()) % 4), validate=True)
        except (binascii.Error, ValueError) as error:
            raise UnreadableRequest(place=Phrase(_("第 {line} 行，不是 Base64"), line=number)) from error
        body.append(line.strip())
    raise UnreadableRequest(place=Phrase(_("第 {line} 行以后，缺少 END"), line=len(lines)))


def _decoded(text: str, line: int) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise UnreadableRequest(place=Phrase(_("第 {line} 行以前，Base64 不完整"), line=line)) from error


def _examine(der: bytes) -> None:
    """Refuse with the first byte at which *der* is not one whole element of shortest lengths (X.690 §10.1)."""
    end = _walk(der, 0, len(der), 0, most=1)
    if end != len(der):
        raise _at(end)


def _walk(der: bytes, start: int, end: int, depth: int, *, most: int | None = None) -> int:
    """Walk the elements from *start*, at most *most*, and return where they end."""
    if depth > _DEEPEST:
        raise _at(start)
    place, count = start, 0
    while place < end and count != most:
        body, length = _header(der, place, end)
        if body + length > end:
            raise _at(place)
        if der[place] & 0x20:
            _walk(der, body, body + length, depth + 1)
        place, count = body + length, count + 1
    if most is not None and count < most:
        raise _at(place)
    return place


def _header(der: bytes, place: int, end: int) -> tuple[int, int]:
    """Return where an element's content begins and how long it is."""
    if place + 2 > end or der[place] & 0x1F == 0x1F:  # requests have no tags above 30
        raise _at(place)
    first = der[place + 1]
    if first < 0x80:
        return place + 2, first
    count = first & 0x7F
    digits = der[place + 2 : place + 2 + count]
    length = int.from_bytes(digits, "big")
    if not 1 <= count <= 3 or len(digits) < count or digits[0] == 0 or length < 0x80:
        raise _at(place + 1)
    return place + 2 + count, length


def _at(place: int) -> UnreadableRequest:
    return UnreadableRequest(place=Phrase(_("第 {byte} 字节"), byte=place + 1))

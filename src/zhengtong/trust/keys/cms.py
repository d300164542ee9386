"""CMS signatures 签名消息 (RFC 5652), with one signer: what PAdES, time stamps and signed files share.

Signed attributes are content type, message digest, signing time and the signing certificate's hash (RFC 5035), so that
a signature cannot be moved to another certificate with the same key.
"""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from asn1crypto import cms, core, tsp, x509

from zhengtong.trust.keys.algorithms import identifiers
from zhengtong.trust.keys.contracts import CmsFlaw, SignatureRefused, SignedContent, Signer, UnfitCertificate
from zhengtong.trust.keys.x509 import signatures
from zhengtong.trust.keys.x509.issuing import load_certificate

ACCEPTED_DIGESTS = frozenset({"sm3", "sha256", "sha384", "sha512"})


def sign_cms(
    data: bytes,
    *,
    signer: Signer,
    certificate: bytes,
    chain: Iterable[bytes] = (),
    at: datetime | None = None,
    detached: bool = True,
    content_type: str = "data",
) -> bytes:
    """Return a DER ContentInfo with the signature over *data*.

    Args:
        data: the content.
        signer: the key.
        certificate: its certificate.
        chain: certificates sent along.
        at: the signing time claimed; None claims none (as PAdES wants it).
        detached: leave the content out.
        content_type: name or dotted OID of what *data* is.

    Raises:
        UnfitCertificate: *certificate* is not for *signer*'s key.
    """
    own = load_certificate(certificate)
    if own.public_key.dump() != signer.public.spki:
        raise UnfitCertificate(what="certificate")
    attributes = _attributes(data, own, signer, at, content_type)
    encapsulated: dict[str, Any] = {"content_type": content_type}
    if not detached:
        # version 1 holds plain data, later versions anything (RFC 5652 §5.1)
        octets = core.OctetString if content_type == "data" else core.ParsableOctetString
        encapsulated["content"] = octets(data)
    digest = identifiers.digest_algorithm(signer.algorithm)
    info = {
        "version": "v1",
        "sid": cms.SignerIdentifier("issuer_and_serial_number", _name_of(own)),
        "digest_algorithm": digest,
        "signed_attrs": attributes,
        "signature_algorithm": identifiers.signature_algorithm(signer.algorithm),
        "signature": signer.sign(attributes.dump()),
    }
    signed = cms.SignedData(
        {
            "version": "v1" if content_type == "data" else "v3",
            "digest_algorithms": [digest],
            "encap_content_info": encapsulated,
            "certificates": [own, *(load_certificate(one) for one in chain)],
            "signer_infos": [info],
        }
    )
    written: bytes = cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump()
    return written


def verify_cms(encoded: bytes, *, data: bytes | None = None) -> SignedContent:
    """Check a CMS signature and return what it says; trust in the certificate is another question.

    Args:
        encoded: a DER ContentInfo.
        data: the content, where it is not inside.

    Raises:
        SignatureRefused: `flaw` says why.
    """
    try:
        return _verified(_signed_data(encoded), data)
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, UnfitCertificate) as error:
        raise SignatureRefused(CmsFlaw.MALFORMED) from error


def _name_of(certificate: x509.Certificate) -> cms.IssuerAndSerialNumber:
    return cms.IssuerAndSerialNumber({"issuer": certificate.issuer, "serial_number": certificate.serial_number})


@lru_cache(maxsize=1024)
def _written_name(certificate: bytes) -> bytes:
    written: bytes = _name_of(load_certificate(certificate)).dump()
    return written


def _attributes(
    data: bytes, own: x509.Certificate, signer: Signer, at: datetime | None, content_type: str
) -> cms.CMSAttributes:
    name = identifiers.digest_name(signer.algorithm)
    reference = tsp.ESSCertIDv2(
        {
            "hash_algorithm": identifiers.digest_algorithm(signer.algorithm),
            "cert_hash": hashlib.new(name, own.dump()).digest(),
        }
    )
    found = [
        {"type": "content_type", "values": [content_type]},
        {"type": "message_digest", "values": [hashlib.new(name, data).digest()]},
        {"type": "signing_certificate_v2", "values": [tsp.SigningCertificateV2({"certs": [reference]})]},
    ]
    if at is not None:
        moment = cms.Time({"utc_time": at.astimezone(UTC).replace(microsecond=0)})
        found.append({"type": "signing_time", "values": [moment]})
    return cms.CMSAttributes([cms.CMSAttribute(one) for one in found])


def _signed_data(encoded: bytes) -> cms.SignedData:
    info = cms.ContentInfo.load(encoded, strict=True)
    if info["content_type"].native != "signed_data":
        raise SignatureRefused(CmsFlaw.MALFORMED)
    return info["content"]


def _verified(signed: cms.SignedData, data: bytes | None) -> SignedContent:
    if len(signed["signer_infos"]) != 1:
        raise SignatureRefused(CmsFlaw.SIGNERS)
    info = signed["signer_infos"][0]
    content = _content(signed["encap_content_info"], data)
    digest = info["digest_algorithm"]["algorithm"].native
    if digest not in ACCEPTED_DIGESTS:
        raise SignatureRefused(CmsFlaw.ALGORITHM)
    certificates = [one.chosen.dump() for one in signed["certificates"] if one.name == "certificate"]
    for one in certificates:
        load_certificate(one)
    own = _signing_certificate(info["sid"], certificates)
    attributes = {one["type"].native: one["values"] for one in info["signed_attrs"]}
    content_type = signed["encap_content_info"]["content_type"].native
    _check_attributes(attributes, content_type, hashlib.new(digest, content).digest())
    _check_unsigned(signed, info, content_type, digest)
    signature = info["signature"].native
    if not signatures.holds(
        signature,
        info["signed_attrs"].untag().dump(),
        key=load_certificate(own).public_key,
        algorithm=info["signature_algorithm"],
        digest=digest,
    ):
        raise SignatureRefused(CmsFlaw.SIGNATURE)
    return SignedContent(
        content_type=content_type,
        content=content,
        certificate=own,
        chain=tuple(one for one in certificates if one is not own),
        claimed_at=attributes["signing_time"][0].native if "signing_time" in attributes else None,
        names_certificate=_names(attributes, own),
        signature=signature,
    )


def _check_unsigned(signed: cms.SignedData, info: cms.SignerInfo, content_type: str, digest: str) -> None:
    """Hold what no signature is over to what RFC 5652 §5.1 and §5.3 have there, given the rest.

    Both versions follow from the content and from how the signer is named, and the signer's digest is among those
    listed; asn1crypto would not even read them.
    """
    by_serial = info["sid"].name == "issuer_and_serial_number"
    if info["version"].native != ("v1" if by_serial else "v3"):
        raise SignatureRefused(CmsFlaw.MALFORMED)
    others = {one.name for one in signed["certificates"]} - {"certificate"}
    first = "v1" if content_type == "data" and by_serial else "v3"
    if signed["version"].native not in ({"v4", "v5"} if others else {first}):
        raise SignatureRefused(CmsFlaw.MALFORMED)
    if digest not in {one["algorithm"].native for one in signed["digest_algorithms"]}:
        raise SignatureRefused(CmsFlaw.ALGORITHM)


def _content(encapsulated: Any, data: bytes | None) -> bytes:
    """Return the content inside or the one given; if both are there they must be the same."""
    octets = encapsulated["content"]
    inside = None if isinstance(octets, core.Void) else bytes(octets)
    if inside is None and data is None:
        raise SignatureRefused(CmsFlaw.OTHER_CONTENT)
    if inside is not None and data is not None and inside != data:
        raise SignatureRefused(CmsFlaw.OTHER_CONTENT)
    return inside if inside is not None else data or b""


def _signing_certificate(sid: Any, certificates: list[bytes]) -> bytes:
    for one in certificates:
        if sid.name == "issuer_and_serial_number":
            fits = sid.chosen.dump() == _written_name(one)
        else:
            fits = sid.chosen.native == load_certificate(one).key_identifier
        if fits:
            return one
    raise SignatureRefused(CmsFlaw.NO_CERTIFICATE)


def _check_attributes(attributes: dict[str, Any], content_type: str, digest: bytes) -> None:
    """Both mandatory attributes, each with one value (RFC 5652 §11.1 and §11.2)."""
    kinds, digests = attributes.get("content_type", ()), attributes.get("message_digest", ())
    if len(kinds) != 1 or kinds[0].native != content_type:
        raise SignatureRefused(CmsFlaw.OTHER_CONTENT)
    if len(digests) != 1 or digests[0].native != digest:
        raise SignatureRefused(CmsFlaw.OTHER_CONTENT)


def _names(attributes: dict[str, Any], own: bytes) -> bool:
    """Tell whether the signature names its certificate by hash; a hash of another one refuses."""
    if "signing_certificate_v2" in attributes:
        reference = attributes["signing_certificate_v2"][0]["certs"][0]
        algorithm = reference["hash_algorithm"]["algorithm"].native
        if algorithm not in ACCEPTED_DIGESTS:
            raise SignatureRefused(CmsFlaw.ALGORITHM)
    elif "signing_certificate" in attributes:  # RFC 2634, by SHA-1, which older authorities still write
        reference, algorithm = attributes["signing_certificate"][0]["certs"][0], "sha1"
    else:
        return False
    if hashlib.new(algorithm, own).digest() != reference["cert_hash"].native:
        raise SignatureRefused(CmsFlaw.OTHER_CERTIFICATE)
    return True

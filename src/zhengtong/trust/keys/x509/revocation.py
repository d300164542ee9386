"""Revocation lists 吊销列表 (RFC 5280 §5) and OCSP answers 在线状态 (RFC 6960), built and signed."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from asn1crypto import core, crl, ocsp, x509

from zhengtong.trust.keys.algorithms import identifiers
from zhengtong.trust.keys.contracts import (
    InvalidOcspRequest,
    OcspQuestion,
    RevocationReason,
    RevokedEntry,
    Signer,
    UnfitCertificate,
)
from zhengtong.trust.keys.x509.issuing import key_identifier, load_certificate


def build_crl(
    *,
    signer: Signer,
    issuer: bytes,
    revoked: Iterable[RevokedEntry],
    number: int,
    this_update: datetime,
    next_update: datetime,
) -> bytes:
    """Return a signed revocation list.

    Args:
        signer: the authority's key.
        issuer: the authority's certificate.
        revoked: what is revoked or suspended at *this_update*.
        number: grows with every list (RFC 5280 §5.2.3).
        this_update: when this was true.
        next_update: when the next one will be out at the latest.

    Raises:
        UnfitCertificate: *issuer* is not the certificate of *signer*'s key.
    """
    authority = load_certificate(issuer)
    if authority.public_key.dump() != signer.public.spki:
        raise UnfitCertificate(what="issuer")
    algorithm = identifiers.signature_algorithm(signer.algorithm)
    content: dict[str, Any] = {
        "version": "v2",
        "signature": algorithm,
        "issuer": authority.subject,
        "this_update": _time(this_update),
        "next_update": _time(next_update),
        "crl_extensions": [
            {
                "extn_id": "authority_key_identifier",
                "extn_value": {"key_identifier": authority.key_identifier or key_identifier(signer.public)},
            },
            {"extn_id": "crl_number", "extn_value": core.Integer(number)},
        ],
    }
    lines = [_line(entry) for entry in revoked]
    if lines:  # an empty SEQUENCE is not allowed (RFC 5280 §5.1.2.6)
        content["revoked_certificates"] = lines
    tbs = crl.TbsCertList(content)
    written: bytes = crl.CertificateList(
        {"tbs_cert_list": tbs, "signature_algorithm": algorithm, "signature": signer.sign(tbs.dump())}
    ).dump()
    return written


def _line(entry: RevokedEntry) -> dict[str, Any]:
    line: dict[str, Any] = {"user_certificate": entry.serial, "revocation_date": _time(entry.at)}
    if entry.reason is not RevocationReason.UNSPECIFIED:
        line["crl_entry_extensions"] = [{"extn_id": "crl_reason", "extn_value": crl.CRLReason(entry.reason.value)}]
    return line


def read_ocsp_request(encoded: bytes) -> OcspQuestion:
    """Return what an OCSP request asks about: one certificate a request, which is what clients send.

    Raises:
        InvalidOcspRequest: not DER, or not about exactly one certificate.
    """
    try:
        request = ocsp.OCSPRequest.load(encoded, strict=True)["tbs_request"]
        asked = request["request_list"]
        if len(asked) != 1:
            raise InvalidOcspRequest
        identifier = asked[0]["req_cert"]
        nonces = [
            bytes(one["extn_value"].parsed) for one in request["request_extensions"] if one["extn_id"].native == "nonce"
        ]
        return OcspQuestion(
            serial=identifier["serial_number"].native,
            name_hash=identifier["issuer_name_hash"].native,
            key_hash=identifier["issuer_key_hash"].native,
            digest=identifier["hash_algorithm"]["algorithm"].native,
            nonce=nonces[0] if nonces else None,
        )
    except (ValueError, TypeError, KeyError) as error:
        raise InvalidOcspRequest from error


def write_ocsp_request(certificate: bytes, issuer: bytes, *, nonce: bytes | None = None) -> bytes:
    """Return the request that asks about *certificate*, by SHA-1 names as every responder understands (RFC 5019)."""
    asked, authority = load_certificate(certificate), load_certificate(issuer)
    content: dict[str, Any] = {"request_list": [{"req_cert": _identifier(asked.serial_number, authority, "sha1")}]}
    if nonce is not None:
        content["request_extensions"] = [{"extn_id": "nonce", "extn_value": core.OctetString(nonce)}]
    written: bytes = ocsp.OCSPRequest({"tbs_request": content}).dump()
    return written


def asks_about(question: OcspQuestion, issuer: bytes) -> bool:
    """Tell whether *question* names *issuer* as the authority."""
    identifier = _identifier(question.serial, load_certificate(issuer), question.digest)
    asked = (question.name_hash, question.key_hash)
    return asked == (identifier["issuer_name_hash"].native, identifier["issuer_key_hash"].native)


def build_ocsp_response(
    *,
    signer: Signer,
    responder: bytes,
    issuer: bytes,
    question: OcspQuestion,
    revoked: RevokedEntry | None,
    known: bool = True,
    this_update: datetime,
    next_update: datetime,
) -> bytes:
    """Return a signed answer about one certificate.

    Args:
        signer: the responder's key: the authority's own, or one it certified by `Profile.OCSP`.
        responder: the certificate of that key; sent along.
        issuer: the authority's certificate.
        question: what was asked; its nonce is repeated.
        revoked: since when and why it is not good, None for good.
        known: whether the authority issued such a certificate at all.
        this_update: when this was true.
        next_update: until when it may be relied on.
    """
    authority, own = load_certificate(issuer), load_certificate(responder)
    single = {
        "cert_id": _identifier(question.serial, authority, question.digest),
        "cert_status": _status(revoked, known=known),
        "this_update": _second(this_update),
        "next_update": _second(next_update),
    }
    content: dict[str, Any] = {
        "responder_id": ocsp.ResponderId("by_name", own.subject),
        "produced_at": _second(this_update),
        "responses": [single],
    }
    if question.nonce is not None:
        content["response_extensions"] = [{"extn_id": "nonce", "extn_value": core.OctetString(question.nonce)}]
    data = ocsp.ResponseData(content)
    basic = ocsp.BasicOCSPResponse(
        {
            "tbs_response_data": data,
            "signature_algorithm": identifiers.signature_algorithm(signer.algorithm),
            "signature": signer.sign(data.dump()),
            "certs": [own],
        }
    )
    body = {"response_type": "basic_ocsp_response", "response": basic}
    written: bytes = ocsp.OCSPResponse({"response_status": "successful", "response_bytes": body}).dump()
    return written


def refuse_ocsp(status: str = "malformed_request") -> bytes:
    """Return the unsigned answer to a question that cannot be answered (RFC 6960 §2.3)."""
    written: bytes = ocsp.OCSPResponse({"response_status": status}).dump()
    return written


def _status(revoked: RevokedEntry | None, *, known: bool) -> ocsp.CertStatus:
    if not known:
        return ocsp.CertStatus("unknown", core.Null())
    if revoked is None:
        return ocsp.CertStatus("good", core.Null())
    info = {"revocation_time": _second(revoked.at), "revocation_reason": revoked.reason.value}
    return ocsp.CertStatus("revoked", ocsp.RevokedInfo(info))


def _identifier(serial: int, authority: x509.Certificate, digest: str) -> ocsp.CertId:
    bits = authority.public_key["public_key"].contents[1:]
    try:
        name_hash, key_hash = (hashlib.new(digest, part).digest() for part in (authority.subject.dump(), bits))
    except ValueError as error:
        raise InvalidOcspRequest from error
    return ocsp.CertId(
        {
            "hash_algorithm": {"algorithm": digest},
            "issuer_name_hash": name_hash,
            "issuer_key_hash": key_hash,
            "serial_number": serial,
        }
    )


def _time(moment: datetime) -> x509.Time:
    moment = _second(moment)
    return x509.Time({"utc_time": moment} if moment.year < 2050 else {"general_time": moment})


def _second(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)

"""Time stamps 可信时间戳 (RFC 3161, GB/T 20520): the authority's answer, a client's question, and the check of a token.

A token is a CMS signature over a TSTInfo. Our own authority signs by SM2 or ECDSA; its word is worth what its
independence is worth, so checkpoints that must convince a court are stamped by somebody else's.
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from asn1crypto import cms as asn1_cms
from asn1crypto import tsp

from zhengtong.trust.keys import cms
from zhengtong.trust.keys.algorithms import identifiers  # noqa: F401 -- teaches asn1crypto SM2 and SM3
from zhengtong.trust.keys.contracts import (
    CmsFlaw,
    Profile,
    RevocationEvidence,
    SignatureRefused,
    SignedContent,
    Signer,
    TimeStamp,
)
from zhengtong.trust.keys.x509.issuing import new_serial
from zhengtong.trust.keys.x509.paths import validate_path

POLICY = "2.25.237390893012187391741018337905711480601"
"""Our policy: whole seconds, accurate to one, clock of the host. An arc of UUIDs (X.667) needs no registration."""


class _Response(tsp.TimeStampResp):  # type: ignore[misc]  # asn1crypto is untyped
    """As the standard has it: a refusal carries no token, which asn1crypto's own structure does not allow."""

    _fields = [("status", tsp.PKIStatusInfo), ("time_stamp_token", asn1_cms.ContentInfo, {"optional": True})]


def ask_time_stamp(data: bytes, *, digest: str = "sm3", nonce: int | None = None) -> bytes:
    """Return a TimeStampReq over *data* that wants the certificate sent along.

    Args:
        data: what is to be stamped; only its hash leaves.
        digest: `sm3`, `sha256`, `sha384` or `sha512`.
        nonce: repeated by the authority; 64 random bits unless given.
    """
    written: bytes = tsp.TimeStampReq(
        {
            "version": "v1",
            "message_imprint": {
                "hash_algorithm": {"algorithm": digest},
                "hashed_message": hashlib.new(digest, data).digest(),
            },
            "nonce": secrets.randbits(63) if nonce is None else nonce,
            "cert_req": True,
        }
    ).dump()
    return written


def answer_time_stamp(
    request: bytes,
    *,
    signer: Signer,
    certificate: bytes,
    chain: Iterable[bytes] = (),
    at: datetime,
    serial: int | None = None,
) -> bytes:
    """Return the TimeStampResp to *request*: a token, or the refusal the standard provides for.

    Args:
        request: a DER TimeStampReq.
        signer: the authority's key.
        certificate: its certificate, of `Profile.TIME_STAMPING`.
        chain: sent along where the client wants certificates.
        at: the moment; kept to the second.
        serial: 159 random bits unless given.
    """
    try:
        asked = tsp.TimeStampReq.load(request, strict=True)
        imprint = asked["message_imprint"]
        digest, hashed = imprint["hash_algorithm"]["algorithm"].native, imprint["hashed_message"].native
        asked.native  # noqa: B018 -- reads everything once
    except (ValueError, TypeError, KeyError):
        return _refusal("bad_data_format")
    if digest not in cms.ACCEPTED_DIGESTS:
        return _refusal("bad_alg")
    if len(hashed) != hashlib.new(digest).digest_size:
        return _refusal("bad_data_format")
    if asked["req_policy"].native not in {None, POLICY}:
        return _refusal("unaccepted_policy")
    if len(asked["extensions"]):
        return _refusal("unaccepted_extensions")
    info = _info(asked, at, new_serial() if serial is None else serial)
    token = cms.sign_cms(
        info, signer=signer, certificate=certificate, chain=chain, at=at, detached=False, content_type="tst_info"
    )
    status = {"status": "granted"}
    written: bytes = _Response({"status": status, "time_stamp_token": asn1_cms.ContentInfo.load(token)}).dump()
    return written


def read_time_stamp_response(response: bytes) -> bytes:
    """Return the token in a TimeStampResp.

    Raises:
        SignatureRefused: the authority refused, or these bytes are none.
    """
    try:
        answer = _Response.load(response, strict=True)
        status = answer["status"]["status"].native
        token: bytes = answer["time_stamp_token"].dump()
    except (ValueError, TypeError, KeyError) as error:
        raise SignatureRefused(CmsFlaw.MALFORMED) from error
    if status not in {"granted", "granted_with_mods"} or not token:
        raise SignatureRefused(CmsFlaw.REFUSED)
    return token


def verify_time_stamp(
    token: bytes,
    *,
    data: bytes | None = None,
    imprint: bytes | None = None,
    roots: Iterable[bytes],
    chain: Iterable[bytes] = (),
    at: datetime | None = None,
    revocation: RevocationEvidence | None = None,
    nonce: int | None = None,
) -> TimeStamp:
    """Check a token and return what it proves.

    Args:
        token: a DER ContentInfo.
        data: what was stamped; or give *imprint*.
        imprint: the hash that was stamped, by the token's own algorithm.
        roots: trusted authorities.
        chain: certificates in between that the token does not bring.
        at: when the path must hold; the token's own moment unless given.
        revocation: as for `validate_path`.
        nonce: what was asked with, where it matters.

    Raises:
        SignatureRefused: the token is malformed, over something else, or wrongly signed.
        CertificateNotTrusted: its certificate's path does not hold.
    """
    signed, stamp = _stated(token, data=data, imprint=imprint, nonce=nonce)
    path = validate_path(
        signed.certificate,
        chain=[*signed.chain, *chain],
        roots=roots,
        at=at or stamp["at"],
        revocation=revocation,
        profile=Profile.TIME_STAMPING,
    )
    return TimeStamp(path=path, **stamp)


def read_time_stamp(token: bytes, *, data: bytes) -> tuple[datetime, SignedContent]:
    """Check what a token itself can prove, and return the moment it states and who signed it.

    For whoever judges the authority by remembered answers: whether its certificate is trusted is `validate_path`'s to
    say, at that moment and with `Profile.TIME_STAMPING`.

    Args:
        token: a DER ContentInfo.
        data: what was stamped.

    Raises:
        SignatureRefused: the token is malformed, over something else, or wrongly signed.
    """
    signed, stamp = _stated(token, data=data)
    return stamp["at"], signed


def _stated(
    token: bytes, *, data: bytes | None, imprint: bytes | None = None, nonce: int | None = None
) -> tuple[SignedContent, dict[str, Any]]:
    signed = cms.verify_cms(token)
    if signed.content_type != "tst_info" or not signed.names_certificate:
        raise SignatureRefused(CmsFlaw.OTHER_CERTIFICATE)
    stamp = _read_info(signed.content)
    if stamp["digest"] not in cms.ACCEPTED_DIGESTS:
        raise SignatureRefused(CmsFlaw.ALGORITHM)
    expected = imprint if data is None else hashlib.new(stamp["digest"], data).digest()
    if expected is None or expected != stamp["imprint"]:
        raise SignatureRefused(CmsFlaw.OTHER_CONTENT)
    if nonce is not None and stamp["nonce"] != nonce:
        raise SignatureRefused(CmsFlaw.NONCE)
    stamp.pop("nonce")
    return signed, stamp


def _refusal(failure: str) -> bytes:
    status = {"status": "rejection", "fail_info": {failure}}
    written: bytes = _Response({"status": status}).dump()
    return written


def _info(asked: tsp.TimeStampReq, at: datetime, serial: int) -> bytes:
    content: dict[str, Any] = {
        "version": "v1",
        "policy": POLICY,
        "message_imprint": asked["message_imprint"],
        "serial_number": serial,
        "gen_time": at.astimezone(UTC).replace(microsecond=0),
        "accuracy": {"seconds": 1},
    }
    if asked["nonce"].native is not None:
        content["nonce"] = asked["nonce"].native
    written: bytes = tsp.TSTInfo(content).dump()
    return written


def _read_info(content: bytes) -> dict[str, Any]:
    try:
        info = tsp.TSTInfo.load(content, strict=True)
        imprint, accuracy = info["message_imprint"], info["accuracy"].native or {}
        return {
            "at": info["gen_time"].native,
            "accuracy_seconds": _seconds(accuracy),
            "serial": info["serial_number"].native,
            "policy": info["policy"].dotted if hasattr(info["policy"], "dotted") else info["policy"].native,
            "digest": imprint["hash_algorithm"]["algorithm"].native,
            "imprint": imprint["hashed_message"].native,
            "nonce": info["nonce"].native,
        }
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise SignatureRefused(CmsFlaw.MALFORMED) from error


def _seconds(accuracy: Any) -> float:
    parts = ((accuracy.get(name) or 0) * unit for name, unit in (("seconds", 1), ("millis", 1e-3), ("micros", 1e-6)))
    return float(sum(parts))

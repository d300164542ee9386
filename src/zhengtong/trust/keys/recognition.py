"""The trusted list 可信列表: issuer × purpose × assurance, as signed JSON; and whether it accepts a certificate.

Recognition never shares keys: each issuer keeps its own, and the list only says whose word counts for what. The signed
bytes are a CMS signature around canonical JSON, so that anybody can check them without us.
"""

import base64
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import orjson
from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.errors import Text
from zhengtong.trust.keys import cms
from zhengtong.trust.keys.contracts import (
    DISTRUST_SENTENCES,
    PURPOSE_NAMES,
    Assurance,
    CertificateNotTrusted,
    CmsFlaw,
    NotRecognised,
    Purpose,
    RecognisedFor,
    Recognition,
    RevocationEvidence,
    SignatureRefused,
    Signer,
    TrustedIssuer,
    TrustedList,
)
from zhengtong.trust.keys.x509.paths import validate_path

FORM = 1


def sign_trusted_list(listed: TrustedList, *, signer: Signer, certificate: bytes, chain: Iterable[bytes] = ()) -> bytes:
    """Return the list, signed (CMS, content inside).

    Raises:
        UnfitCertificate: *certificate* is not for *signer*'s key.
    """
    content = orjson.dumps(_written(listed), option=orjson.OPT_SORT_KEYS)
    return cms.sign_cms(
        content, signer=signer, certificate=certificate, chain=chain, at=listed.issued_at, detached=False
    )


def open_trusted_list(
    encoded: bytes, *, roots: Iterable[bytes], at: datetime, revocation: RevocationEvidence | None = None
) -> TrustedList:
    """Check a signed list and return it.

    Args:
        encoded: from `sign_trusted_list`.
        roots: whose signature on lists is accepted.
        at: when the signer's certificate must hold.
        revocation: as for `validate_path`.

    Raises:
        SignatureRefused: the signature or the content is not in order.
        CertificateNotTrusted: the signer's certificate is not trusted.
    """
    signed = cms.verify_cms(encoded)
    validate_path(signed.certificate, chain=signed.chain, roots=roots, at=at, revocation=revocation)
    return read_trusted_list(signed.content)


def read_trusted_list(content: bytes) -> TrustedList:
    """Return the list in *content*, whose signature somebody else has checked.

    Raises:
        SignatureRefused: these bytes are no list.
    """
    try:
        written = orjson.loads(content)
        if written["form"] != FORM:
            raise SignatureRefused(CmsFlaw.MALFORMED)
        return TrustedList(
            number=written["number"],
            issued_at=datetime.fromisoformat(written["issued_at"]),
            issuers=tuple(_issuer(one) for one in written["issuers"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise SignatureRefused(CmsFlaw.MALFORMED) from error


def recognise(
    certificate: bytes,
    *,
    listed: TrustedList,
    purpose: Purpose,
    least: Assurance = Assurance.LOW,
    at: datetime,
    chain: Iterable[bytes] = (),
    revocation: RevocationEvidence | None = None,
) -> Recognition:
    """Return by which entry *certificate* is accepted for *purpose*, the surest first.

    Args:
        certificate: the holder's.
        listed: a checked list.
        purpose: what it is to serve.
        least: how sure its issuer must be.
        at: the moment in question.
        chain: certificates in between.
        revocation: as for `validate_path`.

    Raises:
        NotRecognised: no entry accepts an issuer of it.
        CertificateNotTrusted: an entry would, but the path does not hold (expired, revoked, no evidence).
    """
    between = list(chain)
    failure: CertificateNotTrusted | None = None
    for entry in sorted(listed.issuers, key=lambda one: -one.assurance):
        if purpose not in entry.purposes or entry.assurance < least or not entry.in_force(at):
            continue
        try:
            path = validate_path(certificate, chain=between, roots=entry.roots, at=at, revocation=revocation)
        except CertificateNotTrusted as error:
            failure = error if error.reason != "no_issuer" else failure
            continue
        return Recognition(issuer=entry.name, assurance=entry.assurance, path=path)
    if failure is not None:
        raise failure
    raise NotRecognised(purpose=PURPOSE_NAMES[purpose])


def recognised_for(
    certificate: bytes,
    *,
    listed: TrustedList,
    at: datetime,
    chain: Iterable[bytes] = (),
    revocation: RevocationEvidence | None = None,
) -> tuple[RecognisedFor, ...]:
    """Return for each purpose by which entry *certificate* is recognised, or why not; arguments as of `recognise`."""
    between = list(chain)
    found = []
    for purpose in Purpose:
        try:
            one = recognise(certificate, listed=listed, purpose=purpose, at=at, chain=between, revocation=revocation)
        except NotRecognised:
            found.append(RecognisedFor(purpose=purpose, why_not=_why_not(listed, purpose, at)))
        except CertificateNotTrusted as refusal:
            found.append(RecognisedFor(purpose=purpose, why_not=DISTRUST_SENTENCES[refusal.reason]))
        else:
            found.append(RecognisedFor(purpose=purpose, issuer=one.issuer, assurance=one.assurance))
    return tuple(found)


def _why_not(listed: TrustedList, purpose: Purpose, at: datetime) -> Text:
    entries = [one for one in listed.issuers if purpose in one.purposes]
    if not entries:
        return _("没有机构列入这个领域")
    if not any(one.in_force(at) for one in entries):
        return _("列入这个领域的机构都不在有效期内")
    return _("它的签发者没有列入这个领域")


def _written(listed: TrustedList) -> dict[str, Any]:
    return {
        "form": FORM,
        "number": listed.number,
        "issued_at": _moment(listed.issued_at),
        "issuers": [
            {
                "name": one.name,
                "roots": [base64.b64encode(root).decode() for root in one.roots],
                "purposes": sorted(one.purposes),
                "assurance": int(one.assurance),
                "since": _moment(one.since),
                "until": None if one.until is None else _moment(one.until),
                **({"basis": one.basis} if one.basis else {}),
                **({"ended_basis": one.ended_basis} if one.ended_basis else {}),
            }
            for one in listed.issuers
        ],
    }


def _issuer(written: dict[str, Any]) -> TrustedIssuer:
    return TrustedIssuer(
        name=str(written["name"]),
        roots=tuple(base64.b64decode(root, validate=True) for root in written["roots"]),
        purposes=frozenset(Purpose(one) for one in written["purposes"]),
        assurance=Assurance(written["assurance"]),
        since=datetime.fromisoformat(written["since"]),
        until=None if written["until"] is None else datetime.fromisoformat(written["until"]),
        basis=str(written.get("basis", "")),
        ended_basis=str(written.get("ended_basis", "")),
    )


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()

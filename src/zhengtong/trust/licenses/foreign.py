"""Licences of other regions 异地证照互认: judged by the signed trusted list alone, without a database or a network.

A data file or a credential brings the certificate of its signing key (`x5c`), a sealed file its seal's; the certificate
must lead to a root of an entry that covers licences, is sure enough of holders, and is in force now. Revocation of that
certificate is the other region's to tell and is not asked here: ending the entry ends everything under it.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

from zhengtong.kernel.clock import on_day
from zhengtong.kernel.errors import Phrase, Refusal
from zhengtong.kernel.errors import mark as _
from zhengtong.trust.documents.api import UnreadableDocument, read_package
from zhengtong.trust.keys.api import (
    ASSURANCE_NAMES,
    NO_REVOCATION,
    PURPOSE_NAMES,
    Assurance,
    CertificateNotTrusted,
    Distrust,
    Profile,
    Purpose,
    TrustedIssuer,
    TrustedList,
    UnfitCertificate,
    UnreadableKey,
    load_certificate,
    public_key_of,
    read_name,
    validate_path,
)
from zhengtong.trust.licenses import jose, law, sdjwt
from zhengtong.trust.licenses.contracts import (
    CarriedBy,
    FileNotGenuine,
    InvalidLicenseNumber,
    LicenseAssuranceTooLow,
    LicenseIssuerNotListed,
    LicensePurposeNotCovered,
    LicenseRecognitionEnded,
    LicenseState,
    ShownField,
    Verification,
    Words,
)
from zhengtong.trust.seals import api as seals

LEAST = Assurance.SUBSTANTIAL
"""How sure of holders an issuer must be for its licences to count here: the platform's choice."""

BUSINESS = "business_licence"
_NUMBER = re.compile(rb"1\.2\.156\.3005\.2(?:\.[0-9A-Z]+){5}")
_LONGEST = 500


def brings_certificates(data: bytes) -> bool:
    """Say whether a data file or a credential brings the certificate of its key: what a stranger needs."""
    try:
        return bool(_read(data)[0].chain)
    except FileNotGenuine:
        return False


def recognise_data_file(data: bytes, *, listed: TrustedList, at: datetime) -> Verification:
    """Return what a JSON file or an SD-JWT VC of another region says, and which entry carries it.

    Args:
        data: the file.
        listed: a checked trusted list.
        at: the present moment.

    Raises:
        FileNotGenuine: it is no such file, or was changed.
        LicenseIssuerNotListed, LicensePurposeNotCovered, LicenseAssuranceTooLow, LicenseRecognitionEnded: by its name.
    """
    signed, told = _read(data)
    try:
        key, *_between = signed.chain
        if not signed.verify(public_key_of(key)):
            raise FileNotGenuine(what=Phrase(_("签名无效，内容可能被改动")))
        facts = _of_credential(signed.payload, told) if told is not None else _of_data_file(signed.payload)
    except (ValueError, KeyError, TypeError, AttributeError, UnfitCertificate, UnreadableKey) as error:
        raise FileNotGenuine(what=Phrase(_("不是电子证照数据文件"))) from error
    carried = carried_by(signed.chain, facts.pop("type_key"), listed=listed, at=at)
    _check_subject(key, facts["issuer_name"].zh, facts["number"])
    state = law.standing(LicenseState.VALID, facts["valid_until"], on_day(at))
    if facts["valid_from"] > on_day(at):
        raise FileNotGenuine(what=Phrase(_("证照还没有生效")))
    return Verification(**facts, state=state, as_of=at, carried_by=carried)


def recognise_sealed_file(data: bytes, *, listed: TrustedList, at: datetime) -> Verification:
    """Return what a sealed OFD or PDF of another region is, and which entry carries its seal.

    Raises:
        FileNotGenuine: it is no sealed file, names no licence, was changed, or its seal does not hold.
        LicenseIssuerNotListed, LicensePurposeNotCovered, LicenseAssuranceTooLow, LicenseRecognitionEnded: by its name.
    """
    try:
        report = seals.verify(data, at=at, trust=seals.Trust(revocation=NO_REVOCATION))
        if report.verdict is not seals.Verdict.UNDETERMINED:
            raise FileNotGenuine(what=report.verdict.sentence)
        number = _number_in(data)
    except UnreadableDocument as refusal:
        raise FileNotGenuine(what=refusal.explanation) from refusal
    issuer = report.signatures[0].seal_name or report.signatures[0].signer
    holding = [one for one in _surest_first(listed) if _seal_holds(data, one, at)]
    if not holding:
        raise LicenseIssuerNotListed(issuer=issuer)
    return Verification(
        number=number,
        type_name=Words(zh=report.title, en=report.title),
        issuer_name=Words(zh=issuer, en=issuer),
        state=LicenseState.VALID,
        valid_from=None,
        valid_until=None,
        issued_at=report.signatures[0].stamped_at or report.signatures[0].signed_at,
        as_of=at,
        carried_by=_first_that_carries(holding, (Purpose.LICENCE,), listed, at),
    )


def carried_by(chain: tuple[bytes, ...], type_key: str, *, listed: TrustedList, at: datetime) -> CarriedBy:
    """Return which entry carries a certificate for licences of a type.

    Raises:
        FileNotGenuine: the certificate leads to an entry's root and does not hold at this moment.
        LicenseIssuerNotListed, LicensePurposeNotCovered, LicenseAssuranceTooLow, LicenseRecognitionEnded: by its name.
    """
    key, *between = chain
    holding: list[TrustedIssuer] = []
    failure: CertificateNotTrusted | None = None
    for entry in _surest_first(listed):
        try:
            validate_path(
                key, chain=between, roots=entry.roots, at=at, revocation=NO_REVOCATION, profile=Profile.SIGNING
            )
        except CertificateNotTrusted as refusal:
            failure = refusal if refusal.reason is not Distrust.NO_ISSUER else failure
        else:
            holding.append(entry)
    if not holding and failure is not None:
        raise FileNotGenuine(what=failure.explanation) from failure
    if not holding:
        name = read_name(load_certificate(key).subject)
        raise LicenseIssuerNotListed(issuer=name.organisation or name.common_name)
    purposes = (Purpose.LICENCE, Purpose.BUSINESS_LICENCE) if type_key == BUSINESS else (Purpose.LICENCE,)
    return _first_that_carries(holding, purposes, listed, at)


def _first_that_carries(
    holding: list[TrustedIssuer], purposes: tuple[Purpose, ...], listed: TrustedList, at: datetime
) -> CarriedBy:
    """Return the first entry that carries a licence, or refuse by what the first one lacks."""
    refusals: list[Refusal] = []
    for entry in holding:
        try:
            return _checked(entry, purposes, listed, at)
        except Refusal as refusal:
            refusals.append(refusal)
    raise refusals[0]


def _checked(entry: TrustedIssuer, purposes: tuple[Purpose, ...], listed: TrustedList, at: datetime) -> CarriedBy:
    covered = [one for one in purposes if one in entry.purposes]
    if not covered:
        raise LicensePurposeNotCovered(entry=entry.name, purpose=PURPOSE_NAMES[purposes[-1]])
    if entry.assurance < LEAST:
        raise LicenseAssuranceTooLow(
            entry=entry.name, assurance=ASSURANCE_NAMES[entry.assurance], least=ASSURANCE_NAMES[LEAST]
        )
    if not (entry.since <= at and (entry.until is None or at < entry.until)):
        raise LicenseRecognitionEnded(entry=entry.name)
    return CarriedBy(
        entry=entry.name,
        list_number=listed.number,
        purpose=PURPOSE_NAMES[covered[0]],
        assurance=ASSURANCE_NAMES[entry.assurance],
    )


def _surest_first(listed: TrustedList) -> list[TrustedIssuer]:
    """Return the entries that carry licences before those that do not, the surest first."""
    return sorted(listed.issuers, key=lambda one: (Purpose.LICENCE not in one.purposes, -one.assurance))


def _seal_holds(data: bytes, entry: TrustedIssuer, at: datetime) -> bool:
    trust = seals.Trust(roots=entry.roots, revocation=NO_REVOCATION)
    return seals.verify(data, at=at, trust=trust).verdict is seals.Verdict.VALID


def _read(data: bytes) -> tuple[jose.SignedFile, dict[str, str] | None]:
    """Read a data file, or a credential with what it discloses."""
    if data.lstrip().startswith(b"{"):
        return jose.read(data), None
    return sdjwt.read(data)


def _of_data_file(payload: dict[str, Any]) -> dict[str, Any]:
    labels: Mapping[str, list[str]] = payload["labels"]
    attributes: Mapping[str, str] = payload["attributes"]
    return {
        "type_key": str(payload["type"]["key"]),
        "number": _genuine_number(payload["number"]),
        "type_name": _words(*payload["name"]),
        "issuer_name": _words(payload["issuer"]["name"], payload["issuer"].get("name_en") or payload["issuer"]["name"]),
        "valid_from": date.fromisoformat(payload["valid_from"]),
        "valid_until": date.fromisoformat(payload["valid_until"]) if payload.get("valid_until") else None,
        "issued_at": datetime.fromisoformat(payload["issued_at"]),
        "fields": tuple(
            ShownField(key=key, name=_words(*labels.get(key, (key, key))), value=_text(value))
            for key, value in attributes.items()
        ),
    }


def _of_credential(payload: dict[str, Any], told: Mapping[str, str]) -> dict[str, Any]:
    kind = str(payload["vct"]).rpartition("/")[2]
    return {
        "type_key": kind,
        "number": _genuine_number(payload["license_number"]),
        "type_name": _words(kind, kind),
        "issuer_name": _words(payload["issuing_authority"], payload["issuing_authority"]),
        "valid_from": date.fromisoformat(payload["valid_from"]),
        "valid_until": date.fromisoformat(payload["valid_until"]) if payload.get("valid_until") else None,
        "issued_at": datetime.fromtimestamp(payload["iat"], UTC),
        "fields": tuple(ShownField(key=key, name=_words(key, key), value=_text(value)) for key, value in told.items()),
    }


def _genuine_number(said: Any) -> str:
    try:
        return law.compose(law.parse(_text(said)))
    except InvalidLicenseNumber as refusal:
        raise FileNotGenuine(what=refusal.explanation) from refusal


def _number_in(data: bytes) -> str:
    """Return the licence identifier on the pages of a sealed file: what makes it a licence and no other document."""
    for found in _NUMBER.findall(_pages_of(data)):
        try:
            return law.compose(law.parse(found.decode("ascii")))
        except InvalidLicenseNumber:
            continue
    raise FileNotGenuine(what=Phrase(_("文件中没有电子证照标识；请改用数据文件核验")))


def _pages_of(data: bytes) -> bytes:
    if not data.startswith(b"%PDF-"):
        return b"\n".join(read_package(data).values())
    from pyhanko.pdf_utils.misc import PdfError  # noqa: PLC0415 -- heavy, and only PDF needs it
    from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415 -- the same

    try:
        kids = PdfFileReader(BytesIO(data)).root["/Pages"]["/Kids"]
        return b"\n".join(kid.get_object()["/Contents"].data for kid in kids)
    except (PdfError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise FileNotGenuine(what=Phrase(_("文件中没有电子证照标识；请改用数据文件核验"))) from error


def _words(chinese: Any, english: Any) -> Words:
    return Words(zh=_text(chinese), en=_text(english))


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise ValueError("no text")
    return value


def _check_subject(certificate: bytes, issuer: str, number: str) -> None:
    """Raise unless the certificate names the body that the licence names: an authority may certify others too."""
    name = read_name(load_certificate(certificate).subject)
    other = name.identifier and name.identifier != law.parse(number).issuer
    if other or issuer not in {name.organisation, name.common_name}:
        raise FileNotGenuine(what=Phrase(_("签名证书的主体不是证照的签发单位")))

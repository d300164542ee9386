"""Verification by anyone 核验: by the code shown, by the number, by a file. No account is needed."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction

from zhengtong.kernel.errors import Phrase
from zhengtong.kernel.errors import mark as _
from zhengtong.kernel.ids import InvalidReference, read_reference
from zhengtong.trust.identity.api import Actor, responsibility_of
from zhengtong.trust.keys.api import PublicKey, TrustedList, trusted_list
from zhengtong.trust.ledger.api import Act, Authority, Business, digest, record
from zhengtong.trust.licenses import foreign, jose, law, queries
from zhengtong.trust.licenses.content import load_type
from zhengtong.trust.licenses.contracts import (
    FileNotGenuine,
    LicenseStateForbids,
    PresentationOver,
    PresentationPurpose,
    ShownField,
    Verification,
)
from zhengtong.trust.licenses.masking import shown_fields
from zhengtong.trust.licenses.models import ELicense, LicenseFileRow, Presentation
from zhengtong.trust.licenses.services.holding import CODE_INDEX
from zhengtong.trust.licenses.services.recording import STRANGER, record_look
from zhengtong.trust.seals import api as seals

_SEALED = (b"PK\x03\x04", b"%PDF-")


@transaction.atomic
def verify_code(code: str, *, actor: Actor | None, at: datetime) -> Verification:
    """Return what the holder consented to show under a code, and put the look on record for the holder.

    Args:
        code: as scanned or typed.
        actor: who verifies; None for a stranger.
        at: the present moment.

    Raises:
        PresentationOver: no such code, its minute is over, or the holder ended it.
    """
    row = _live(code, at)
    purpose = PresentationPurpose(row.purpose)
    record_look(
        "verify",
        by=responsibility_of(actor) if actor else STRANGER,
        holder=row.license.holder,
        object_type=queries.PRESENTATION,
        object_id=row.id,
        purpose=purpose,
        at=at,
    )
    kind = load_type(row.license.type.content)
    fields = shown_fields(kind, queries.attributes_of(row.license), only=row.fields)
    return _told(row.license, at, fields=fields, purpose=purpose)


def verify_number(number: str, *, at: datetime) -> Verification:
    """Return how the licence of an identifier stands; nothing that is written in it.

    Raises:
        InvalidLicenseNumber, UnknownLicense: it is none, or none of ours.
    """
    return _told(queries.row_of_number(number), at)


def verify_file(data: bytes, *, at: datetime) -> Verification:
    """Return how the licence in a downloaded file stands, with what the file itself says.

    A file of another region is judged by the trusted list; what comes back says which entry carries it.

    Raises:
        FileNotGenuine: it is no licence, or was changed.
        LicenseIssuerNotListed, LicensePurposeNotCovered, LicenseAssuranceTooLow, LicenseRecognitionEnded: it is another
            region's, and the trusted list does not carry it.
    """
    if data.startswith(_SEALED):
        return _verify_sealed(data, at)
    if foreign.brings_certificates(data):
        return foreign.recognise_data_file(data, listed=_trusted_list(), at=at)
    row, payload = queries.genuine(data)
    return _told(row, at, fields=shown_fields(load_type(row.type.content), payload["attributes"]))


@transaction.atomic
def accept_as_evidence(data: bytes, *, actor: Actor, at: datetime) -> tuple[Verification, UUID]:
    """Verify a licence file that is handed in as evidence, and put on record what it was accepted by.

    The record holds the file's digest and the entry that carries it, nothing that is written in it.

    Args:
        data: the file.
        actor: the official who accepts it.
        at: the present moment.

    Returns:
        What the file says, and the act that evidences its acceptance.

    Raises:
        FileNotGenuine, LicenseIssuerNotListed, LicensePurposeNotCovered, LicenseAssuranceTooLow,
        LicenseRecognitionEnded: as `verify_file`.
        LicenseStateForbids: it is genuine and not in force.
    """
    told = verify_file(data, at=at)
    if not told.in_force:
        raise LicenseStateForbids(state=told.state.label)
    carried = {"entry": told.carried_by.entry, "list": told.carried_by.list_number} if told.carried_by else {}
    business = Business(
        command="trust.licenses.accept_as_evidence",
        object_type="trust.license.file",
        object_id=sha256(data).hexdigest(),
        after=digest({"number": told.number, **carried}),
    )
    authority = Authority(clause=law.CLAUSES["evidence"])
    receipt = record(Act(authority=authority, business=business, responsibility=responsibility_of(actor), at=at))
    return told, receipt.id


def verify_signature(data: bytes, issuers: Mapping[str, tuple[str, bytes]]) -> tuple[dict[str, Any], str]:
    """Return what a data file says and who signed it, by nothing but public keys: for whoever has no database of ours.

    Args:
        data: the downloaded JSON.
        issuers: name and DER public key by fingerprint.

    Raises:
        FileNotGenuine: it is no such file, was changed, or none of these signed it.
    """
    signed = jose.read(data)
    name, spki = issuers.get(signed.key, ("", b""))
    if not spki or not signed.verify(PublicKey.read(spki)):
        raise FileNotGenuine(what=Phrase(_("签名无效，内容可能被改动")))
    return signed.payload, name


def _verify_sealed(data: bytes, at: datetime) -> Verification:
    """A sealed file is ours when we made these very bytes, and good when its seal still verifies."""
    file = LicenseFileRow.objects.select_related("license__type").filter(digest=sha256(data).hexdigest()).first()
    if file is None:
        listed = trusted_list()
        if listed is None:
            raise FileNotGenuine(what=Phrase(_("本平台没有签发过这个文件，或文件被改动")))
        return foreign.recognise_sealed_file(data, listed=listed, at=at)
    verdict = seals.verify(data, at=at).verdict
    if verdict is not seals.Verdict.VALID:
        raise FileNotGenuine(what=verdict.sentence)
    row = file.license
    return _told(row, at, fields=shown_fields(load_type(row.type.content), queries.attributes_of(row)))


def _trusted_list() -> TrustedList:
    listed = trusted_list()
    if listed is None:
        raise FileNotGenuine(what=Phrase(_("它由其他地区签发，本平台还没有公布可信列表")))
    return listed


def _live(code: str, at: datetime) -> Presentation:
    try:
        spelled = read_reference(code, law.CODE_PREFIX)
    except InvalidReference as error:
        raise PresentationOver from error
    rows = Presentation.objects.select_related("license__type")
    row = rows.filter(code_index=CODE_INDEX.of(spelled)).first()
    if row is None or row.ended_at is not None or at >= row.expires_at:
        raise PresentationOver
    return row


def _told(
    row: ELicense, at: datetime, *, fields: tuple[ShownField, ...] = (), purpose: PresentationPurpose | None = None
) -> Verification:
    view = queries.views_of([row], at=at)[0]
    return Verification(
        number=view.number,
        type_name=view.type.name,
        issuer_name=view.issuer_name,
        state=view.state,
        valid_from=view.valid_from,
        valid_until=view.valid_until,
        issued_at=view.issued_at,
        as_of=at,
        fields=fields,
        purpose=purpose,
    )

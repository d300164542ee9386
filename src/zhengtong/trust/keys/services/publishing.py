"""What authorities tell the world 状态发布: revocation lists, OCSP answers, time stamps."""

from datetime import datetime

from django.db import transaction

from zhengtong.trust.keys import law
from zhengtong.trust.keys.contracts import (
    CertificateState,
    InvalidOcspRequest,
    KeyState,
    OcspQuestion,
    Permission,
    Profile,
    Responsible,
    RevocationReason,
    RevokedEntry,
    Signer,
    UnknownCertificate,
)
from zhengtong.trust.keys.models import AuthorityRow, CertificateRow, RevocationListRow
from zhengtong.trust.keys.queries import chain_above
from zhengtong.trust.keys.services import managing, office
from zhengtong.trust.keys.services.authorities import authority_row, authority_signer
from zhengtong.trust.keys.timestamps import answer_time_stamp
from zhengtong.trust.keys.x509.revocation import (
    asks_about,
    build_crl,
    build_ocsp_response,
    read_ocsp_request,
    refuse_ocsp,
)


@transaction.atomic
def publish_crl(*, by: Responsible, code: str, at: datetime) -> bytes:
    """Publish the next revocation list of an authority and return it.

    Raises:
        NotAllowed: *by* may not.
        UnknownAuthority: there is none of this code.
        NeedsCustodians: its key is in custody; ask for a ceremony.
        StateForbids: its key is not active.
    """
    office.require(by, Permission.REVOKE)
    authority = authority_row(code, lock=True)
    return write_crl(by=by, authority=authority, signer=authority_signer(authority), at=at)


def publish_due_lists(*, by: Responsible, at: datetime) -> int:
    """Publish the next list of every authority whose last one is a day old; return how many.

    An authority whose key is in custody, is not active, or has never published is left alone. Two workers at once
    publish one list: the second finds it fresh once it has the lock.
    """
    due = AuthorityRow.objects.filter(crl_number__gt=0, key__state=KeyState.ACTIVE).exclude(
        lists__this_update__gt=at - law.CRL_EVERY
    )
    published = 0
    for code in due.values_list("code", flat=True):
        with transaction.atomic():
            authority = authority_row(code, lock=True)
            if authority.lists.filter(this_update__gt=at - law.CRL_EVERY).exists():
                continue
            write_crl(by=by, authority=authority, signer=authority_signer(authority), at=at)
            published += 1
    return published


def write_crl(*, by: Responsible, authority: AuthorityRow, signer: Signer, at: datetime) -> bytes:
    """Write, keep and record the next list of a locked *authority*."""
    authority.crl_number += 1
    encoded = build_crl(
        signer=signer,
        issuer=bytes(authority.certificate),
        revoked=_revoked(authority),
        number=authority.crl_number,
        this_update=at,
        next_update=at + law.CRL_LASTS,
    )
    authority.save(update_fields=["crl_number"])
    RevocationListRow.objects.create(
        authority=authority,
        number=authority.crl_number,
        crl=encoded,
        this_update=at.replace(microsecond=0),
        next_update=(at + law.CRL_LASTS).replace(microsecond=0),
    )
    after = {"number": authority.crl_number}
    office.record(
        by, "publish_crl", "authority", authority.pk, at=at, permission=Permission.REVOKE, states=(None, after)
    )
    return encoded


def answer_ocsp(request: bytes, *, at: datetime) -> bytes:
    """Answer an OCSP request about a certificate of ours; a bad question gets the refusal of the standard."""
    try:
        question = read_ocsp_request(request)
        authority = _asked(question)
    except InvalidOcspRequest:
        return refuse_ocsp("malformed_request")
    if authority is None or authority.key_id is None:
        return refuse_ocsp("unauthorized")
    row = CertificateRow.objects.filter(authority=authority, serial=f"{question.serial:040x}").first()
    return build_ocsp_response(
        signer=authority_signer(authority),
        responder=bytes(authority.certificate),
        issuer=bytes(authority.certificate),
        question=question,
        revoked=None if row is None else _entry(row),
        known=row is not None,
        this_update=at,
        next_update=at + law.OCSP_LASTS,
    )


def stamp(request: bytes, *, at: datetime) -> bytes:
    """Answer a time-stamp request with the newest valid stamping certificate of ours.

    Raises:
        UnknownCertificate: no certificate for time stamping was issued over a managed key.
    """
    rows = CertificateRow.objects.select_related("authority").filter(
        profile=Profile.TIME_STAMPING, state=CertificateState.VALID, key__isnull=False,
        not_before__lte=at, not_after__gt=at,
    )  # fmt: skip
    row = rows.order_by("-not_before", "-id").first()
    if row is None or row.key_id is None:
        raise UnknownCertificate
    return answer_time_stamp(
        request,
        signer=managing.signer_of(row.key_id),
        certificate=bytes(row.certificate),
        chain=chain_above(row.authority.code)[:-1],
        at=at,
    )


def _asked(question: OcspQuestion) -> AuthorityRow | None:
    return next((row for row in AuthorityRow.objects.all() if asks_about(question, bytes(row.certificate))), None)


def _revoked(authority: AuthorityRow) -> list[RevokedEntry]:
    rows = authority.certificates.exclude(state=CertificateState.VALID).order_by("serial")
    return [entry for row in rows.iterator() if (entry := _entry(row)) is not None]


def _entry(row: CertificateRow) -> RevokedEntry | None:
    if row.state == CertificateState.VALID or row.changed_at is None or row.reason is None:
        return None
    return RevokedEntry(serial=int(row.serial, 16), at=row.changed_at, reason=RevocationReason(row.reason))

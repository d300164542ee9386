"""Reads of the key room: contracts, never rows."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Prefetch, Q

from zhengtong.trust.keys import cms
from zhengtong.trust.keys.contracts import (
    Algorithm,
    AuthorityView,
    CeremonyKind,
    CeremonyOver,
    CeremonyView,
    CertificateFigures,
    CertificateState,
    CertificateView,
    KeyMissing,
    KeyReference,
    KeyState,
    KeyUse,
    KeyView,
    Profile,
    RevocationReason,
    TokenKind,
    TokenPlace,
    TrustedList,
    UnknownAuthority,
    UnknownCertificate,
)
from zhengtong.trust.keys.models import (
    ApprovalRow,
    AuthorityRow,
    CeremonyRow,
    CertificateRow,
    CustodianRow,
    ManagedKeyRow,
    RevocationListRow,
    TrustedListRow,
)
from zhengtong.trust.keys.recognition import read_trusted_list

_APPROVALS = Prefetch(
    "approvals", queryset=ApprovalRow.objects.select_related("custodian").defer("share").order_by("id")
)


def key_view(row: ManagedKeyRow) -> KeyView:
    """Return the contract of a row."""
    return KeyView(
        id=row.pk,
        title=row.title,
        holder=row.holder,
        algorithm=Algorithm(row.algorithm),
        use=KeyUse(row.use),
        state=KeyState(row.state),
        reference=KeyReference(provider=row.provider, key=row.key),
        fingerprint=row.fingerprint,
        pair=row.pair,
        made_at=row.made_at,
        public=bytes(row.public_key),
    )


def certificate_view(row: CertificateRow) -> CertificateView:
    """Return the contract of a row; needs its authority selected."""
    return CertificateView(
        id=row.pk,
        authority=row.authority.code,
        serial=row.serial,
        subject=row.subject,
        holder=row.holder,
        profile=Profile(row.profile),
        state=CertificateState(row.state),
        not_before=row.not_before,
        not_after=row.not_after,
        reason=RevocationReason(row.reason) if row.reason else None,
        changed_at=row.changed_at,
        replaces=row.replaces_id,
        key=row.key_id,
        note=row.note,
        place=TokenPlace(kind=TokenKind(row.token_kind), serial=row.token, container=row.container)
        if row.token
        else None,
        delivered=row.envelope is not None,
        der=bytes(row.certificate),
    )


def authority_view(row: AuthorityRow) -> AuthorityView:
    """Return the contract of a row; needs its parent selected."""
    return AuthorityView(
        id=row.pk,
        code=row.code,
        name=row.name,
        algorithm=Algorithm(row.algorithm),
        parent=row.parent.code if row.parent else None,
        not_after=row.not_after,
        in_custody=row.custody_id is not None,
        crl_number=row.crl_number,
        certificate=bytes(row.certificate),
    )


def ceremony_view(row: CeremonyRow, *, custodians: bool = True) -> CeremonyView:
    """Return the contract of a row; needs authority, custody and approvals fetched, and custodians if they are told."""
    custody = row.authority.custody
    keepers = custody.custodians.all() if custody and custodians else ()
    return CeremonyView(
        id=row.pk,
        authority=row.authority.code,
        kind=CeremonyKind(row.kind),
        details=row.details,
        asked_at=row.asked_at,
        expires_at=row.expires_at,
        done_at=row.done_at,
        threshold=custody.threshold if custody else 0,
        approved_by=tuple(one.custodian.name for one in row.approvals.all() if not one.refused),
        refused_at=row.refused_at,
        refused_by=tuple((one.custodian.name, one.reason) for one in row.approvals.all() if one.refused),
        custodians=tuple((one.subject, one.name) for one in keepers),
    )


def managed_keys(*, holder: str | None = None, limit: int = 100, offset: int = 0) -> tuple[KeyView, ...]:
    """Return managed keys, the newest first; of one holder if named."""
    rows = ManagedKeyRow.objects.order_by("-id")
    if holder is not None:
        rows = rows.filter(holder=holder)
    return tuple(key_view(row) for row in rows[offset : offset + limit])


def authorities() -> tuple[AuthorityView, ...]:
    """Return all authorities, roots first."""
    rows = AuthorityRow.objects.select_related("parent").order_by("made_at", "id")
    return tuple(authority_view(row) for row in rows)


def authority(code: str) -> AuthorityView:
    """Return one authority.

    Raises:
        UnknownAuthority: there is none of this code.
    """
    row = AuthorityRow.objects.select_related("parent").filter(code=code).first()
    if row is None:
        raise UnknownAuthority(code=code)
    return authority_view(row)


def chain_above(code: str) -> tuple[bytes, ...]:
    """Return the certificates from the authority *code* up to and including its root.

    Raises:
        UnknownAuthority: there is none of this code.
    """
    found: list[bytes] = []
    row = AuthorityRow.objects.filter(code=code).first()
    if row is None:
        raise UnknownAuthority(code=code)
    while row is not None:
        found.append(bytes(row.certificate))
        row = row.parent
    return tuple(found)


def certificates(
    *, authority_code: str | None = None, words: str = "", limit: int = 50, offset: int = 0
) -> tuple[CertificateView, ...]:
    """Return certificates, the newest first; *words* is looked for in subject, holder and serial number."""
    rows = CertificateRow.objects.select_related("authority").order_by("-id")
    if authority_code is not None:
        rows = rows.filter(authority__code=authority_code)
    if words:
        rows = rows.filter(
            Q(subject__icontains=words) | Q(holder__icontains=words) | Q(serial__istartswith=words.replace(":", ""))
        )
    return tuple(certificate_view(row) for row in rows[offset : offset + limit])


def certificate(identifier: UUID) -> CertificateView:
    """Return one certificate.

    Raises:
        UnknownCertificate: there is none of this id.
    """
    row = CertificateRow.objects.select_related("authority").filter(pk=identifier).first()
    if row is None:
        raise UnknownCertificate
    return certificate_view(row)


def latest_crl(code: str) -> bytes | None:
    """Return the newest published list of an authority, None before the first."""
    row = RevocationListRow.objects.filter(authority__code=code).order_by("-number").first()
    return None if row is None else bytes(row.crl)


def crls_at(code: str, at: datetime) -> tuple[bytes, ...]:
    """Return the lists that were in force at *at*, of the authority *code* and those above it: evidence to keep."""
    found: list[bytes] = []
    row = AuthorityRow.objects.filter(code=code).first()
    while row is not None:
        one = row.lists.filter(this_update__lte=at, next_update__gte=at).order_by("-number").first()
        if one is not None:
            found.append(bytes(one.crl))
        row = row.parent
    return tuple(found)


def ceremonies(*, open_at: datetime | None = None, limit: int = 20) -> tuple[CeremonyView, ...]:
    """Return ceremonies without their custodians, the newest first; with *open_at* only those that wait then."""
    rows = CeremonyRow.objects.select_related("authority__custody").prefetch_related(_APPROVALS).order_by("-id")
    if open_at is not None:
        rows = rows.filter(done_at=None, refused_at=None, expires_at__gt=open_at)
    return tuple(ceremony_view(row, custodians=False) for row in rows[:limit])


def is_custodian(subject: UUID) -> bool:
    """Tell whether somebody is a custodian of any root key."""
    return CustodianRow.objects.filter(subject=subject).exists()


def trusted_list_signed(number: int | None = None) -> bytes | None:
    """Return a published trusted list as it was signed, the newest unless *number* is given; None if there is none."""
    rows = TrustedListRow.objects.order_by("-number")
    row = (rows if number is None else rows.filter(number=number)).first()
    return None if row is None else bytes(row.signed)


def trusted_list() -> TrustedList | None:
    """Return the newest trusted list, its signature checked; None before the first.

    Raises:
        SignatureRefused: the stored list was changed.
    """
    signed = trusted_list_signed()
    return None if signed is None else read_trusted_list(cms.verify_cms(signed).content)


def taken_places(provider: str) -> frozenset[str]:
    """Return which keys of a provider are under management: the places of a machine that are in use."""
    return frozenset(ManagedKeyRow.objects.filter(provider=provider).values_list("key", flat=True))


def managed_key(identifier: UUID) -> KeyView:
    """Return one managed key.

    Raises:
        KeyMissing: there is none of this id.
    """
    row = ManagedKeyRow.objects.filter(pk=identifier).first()
    if row is None:
        raise KeyMissing(reference=identifier)
    return key_view(row)


def ceremony(identifier: UUID) -> CeremonyView:
    """Return one ceremony.

    Raises:
        CeremonyOver: there is none of this id.
    """
    rows = CeremonyRow.objects.select_related("authority__custody")
    row = rows.prefetch_related("authority__custody__custodians", _APPROVALS).filter(pk=identifier).first()
    if row is None:
        raise CeremonyOver
    return ceremony_view(row)


def certificate_figures(*, at: datetime) -> CertificateFigures:
    """Return how many certificates are valid at *at*, and how many of them end within thirty days."""
    valid = CertificateRow.objects.filter(state=CertificateState.VALID, not_before__lte=at, not_after__gt=at)
    counts = valid.aggregate(all=Count("pk"), ending=Count("pk", filter=Q(not_after__lte=at + timedelta(days=30))))
    return CertificateFigures(
        valid_certificates=counts["all"],
        ending_certificates=counts["ending"],
    )

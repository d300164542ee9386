"""Certificates 证书: issued, renewed, suspended, resumed, revoked; each step an act."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from zhengtong.trust.keys import law
from zhengtong.trust.keys.algorithms.public import PublicKey
from zhengtong.trust.keys.contracts import (
    CERTIFICATE_STATE_NAMES,
    Algorithm,
    CertificateEntry,
    CertificateState,
    CertificateView,
    DistinguishedName,
    KeyMissing,
    KeyState,
    KeyUse,
    Permission,
    Profile,
    Responsible,
    RevocationReason,
    StateForbids,
    UnfitCertificate,
    UnknownCertificate,
)
from zhengtong.trust.keys.models import CertificateRow, ManagedKeyRow
from zhengtong.trust.keys.queries import certificate_view
from zhengtong.trust.keys.services import managing, office
from zhengtong.trust.keys.services.authorities import authority_row, authority_signer
from zhengtong.trust.keys.x509.issuing import issue_certificate, load_certificate
from zhengtong.trust.keys.x509.names import read_name

_OF_AUTHORITIES = frozenset({Profile.ROOT, Profile.INTERMEDIATE})


@transaction.atomic
def certify(*, by: Responsible, entry: CertificateEntry, at: datetime) -> CertificateView:
    """Issue a certificate for a managed key or for a public key from outside.

    Raises:
        NotAllowed: *by* may not.
        UnknownAuthority: there is none of this code.
        KeyMissing: there is no such managed key.
        StateForbids: the managed key, or the authority's, is not in a state to be certified or to sign.
        UnfitCertificate: both keys or none given, a use that is not the key's, or an authority's profile.
        UnreadableKey: the public key is none of ours.
    """
    office.require(by, Permission.CERTIFY)
    return _issue(by, entry, at)


@transaction.atomic
def distribute_pair(
    *,
    by: Responsible,
    authority: str,
    subject: DistinguishedName,
    holder: str,
    algorithm: Algorithm,
    days: int,
    at: datetime,
    provider: str = "software",
) -> tuple[CertificateView, CertificateView]:
    """Make, activate and certify a signing and an encryption key for one holder 双证书 (GM/T 0034-2014).

    Raises:
        NotAllowed, UnknownAuthority, StateForbids, AlgorithmUnavailable: as the steps it is made of.
    """
    office.require(by, Permission.CERTIFY)
    pair = managing.make_key_pair(
        by=by, title=subject.common_name, holder=holder, algorithm=algorithm, provider=provider, at=at
    )
    views = []
    for key, profile in zip(pair, (Profile.SIGNING, Profile.ENCRYPTION), strict=True):
        managing.step_key(by=by, key=key.id, to=KeyState.ACTIVE, at=at)
        entry = CertificateEntry(
            authority=authority, subject=subject, holder=holder, profile=profile, days=days, key=key.id
        )
        views.append(_issue(by, entry, at))
    return views[0], views[1]


@transaction.atomic
def renew(*, by: Responsible, certificate: UUID, days: int, at: datetime, key: UUID | None = None) -> CertificateView:
    """Issue the successor of a certificate 换发, for the same subject and use, over the same key or a new one.

    The old one stays valid until it ends or is revoked as superseded.

    Raises:
        NotAllowed: *by* may not.
        UnknownCertificate: there is none of this id.
        StateForbids: it is revoked, or was replaced already.
    """
    office.require(by, Permission.CERTIFY)
    old = _locked(certificate)
    if old.state == CertificateState.REVOKED or CertificateRow.objects.filter(replaces=old).exists():
        raise StateForbids(state=CERTIFICATE_STATE_NAMES[CertificateState(old.state)])
    parsed = load_certificate(bytes(old.certificate))
    chosen = key or old.key_id
    entry = CertificateEntry(
        authority=old.authority.code,
        subject=read_name(parsed.subject),
        holder=old.holder,
        profile=Profile(old.profile),
        days=days,
        key=chosen,
        public_key=None if chosen else parsed.public_key.dump(),
    )
    return _issue(by, entry, at, replaces=old)


def suspend(*, by: Responsible, certificate: UUID, at: datetime) -> CertificateView:
    """Put a certificate on hold 暂停.

    Raises:
        NotAllowed, UnknownCertificate: as `revoke`.
        StateForbids: it is not valid.
    """
    return _turn(by, certificate, CertificateState.SUSPENDED, RevocationReason.CERTIFICATE_HOLD, at)


def resume(*, by: Responsible, certificate: UUID, at: datetime) -> CertificateView:
    """Lift a hold 恢复.

    Raises:
        NotAllowed, UnknownCertificate: as `revoke`.
        StateForbids: it is not on hold.
    """
    return _turn(by, certificate, CertificateState.VALID, None, at)


def revoke(*, by: Responsible, certificate: UUID, reason: RevocationReason, at: datetime) -> CertificateView:
    """Revoke a certificate for good 吊销; the next list and every OCSP answer say so.

    Raises:
        NotAllowed: *by* may not.
        UnknownCertificate: there is none of this id.
        StateForbids: it is revoked already, or the reason is a hold.
    """
    if reason not in law.FINAL_REASONS:
        raise StateForbids(state=CERTIFICATE_STATE_NAMES[CertificateState.SUSPENDED])
    return _turn(by, certificate, CertificateState.REVOKED, reason, at)


@transaction.atomic
def _turn(
    by: Responsible, certificate: UUID, to: CertificateState, reason: RevocationReason | None, at: datetime
) -> CertificateView:
    office.require(by, Permission.REVOKE)
    row = _locked(certificate)
    before = CertificateState(row.state)
    if not law.may_turn(before, to):
        raise StateForbids(state=CERTIFICATE_STATE_NAMES[before])
    row.state, row.reason, row.changed_at = to, reason, at
    row.save(update_fields=["state", "reason", "changed_at"])
    verb = {"suspended": "suspend", "valid": "resume", "revoked": "revoke"}[to]
    office.record(
        by,
        f"{verb}_certificate",
        "certificate",
        row.pk,
        at=at,
        permission=Permission.REVOKE,
        states=({"state": before}, {"state": to, "reason": reason}),
    )
    return certificate_view(row)


def _locked(certificate: UUID) -> CertificateRow:
    rows = CertificateRow.objects.select_for_update(of=("self",)).select_related("authority")
    row = rows.filter(pk=certificate).first()
    if row is None:
        raise UnknownCertificate
    return row


def _issue(
    by: Responsible, entry: CertificateEntry, at: datetime, *, replaces: CertificateRow | None = None
) -> CertificateView:
    if entry.profile in _OF_AUTHORITIES:
        raise UnfitCertificate(what=entry.profile)
    authority = authority_row(entry.authority)
    spki = _public_key(entry)
    written = issue_certificate(
        signer=authority_signer(authority),
        issuer=bytes(authority.certificate),
        subject=entry.subject,
        public_key=PublicKey.read(spki),
        profile=entry.profile,
        not_before=at,
        not_after=law.last_moment(entry.profile, days=entry.days, at=at, issuer_ends=authority.not_after),
    )
    parsed = load_certificate(written)
    row = CertificateRow.objects.create(
        authority=authority,
        serial=f"{parsed.serial_number:040x}",
        subject=entry.subject.common_name,
        holder=entry.holder,
        profile=entry.profile,
        certificate=written,
        key_id=entry.key,
        replaces=replaces,
        not_before=parsed.not_valid_before,
        not_after=parsed.not_valid_after,
    )
    after = {"authority": entry.authority, "serial": row.serial, "profile": entry.profile, "holder": entry.holder}
    command = "certify" if replaces is None else "renew_certificate"
    office.record(by, command, "certificate", row.pk, at=at, permission=Permission.CERTIFY, states=(None, after))
    return certificate_view(row)


def _public_key(entry: CertificateEntry) -> bytes:
    if (entry.key is None) == (entry.public_key is None):
        raise UnfitCertificate(what="public_key")
    if entry.key is None:
        return entry.public_key or b""
    row = ManagedKeyRow.objects.filter(pk=entry.key).first()
    if row is None:
        raise KeyMissing(reference=entry.key)
    if row.state != KeyState.ACTIVE:
        raise StateForbids(state=row.state)
    if (row.use == KeyUse.ENCRYPT) != (entry.profile is Profile.ENCRYPTION):
        raise UnfitCertificate(what=entry.profile)
    return bytes(row.public_key)

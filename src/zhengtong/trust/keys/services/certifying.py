"""Certificates 证书: issued, renewed, suspended, resumed, revoked; each step an act."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from zhengtong.trust.keys import law
from zhengtong.trust.keys.algorithms.public import PublicKey
from zhengtong.trust.keys.contracts import (
    CERTIFICATE_STATE_NAMES,
    KEY_STATE_NAMES,
    Algorithm,
    AlreadyReplaced,
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
    TokenPlace,
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
    return issue_one(by=by, entry=entry, at=at)


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
    wanted = CertificateEntry(authority=authority, subject=subject, holder=holder, profile=Profile.SIGNING, days=days)
    return issue_pair(by=by, entry=wanted, algorithm=algorithm, provider=provider, at=at)


def issue_pair(
    *, by: Responsible, entry: CertificateEntry, algorithm: Algorithm, provider: str, at: datetime
) -> tuple[CertificateView, CertificateView]:
    """Make and certify both keys of *entry*'s holder, for an act that has been authorised as a whole."""
    title, holder = entry.subject.common_name, entry.holder
    pair = managing.keep_key_pair(by=by, title=title, holder=holder, algorithm=algorithm, provider=provider, at=at)
    views = []
    for key, profile in zip(pair, law.PAIR, strict=True):
        managing.activate_key(by=by, key=key.id, at=at)
        views.append(issue_one(by=by, entry=replace(entry, profile=profile, key=key.id), at=at))
    return views[0], views[1]


@transaction.atomic
def renew(
    *,
    by: Responsible,
    certificate: UUID,
    days: int,
    at: datetime,
    key: UUID | None = None,
    new_key: bool = False,
) -> CertificateView:
    """Issue the successor of a certificate 换发, for the same subject and use.

    The old one stays valid until it ends or is revoked as superseded.

    Args:
        by: who answers for it.
        certificate: the old one.
        days: how long the new one is to hold.
        at: now.
        key: a managed key to certify; the old one's unless given.
        new_key: make one like the old one's, beside it.

    Raises:
        NotAllowed: *by* may not.
        UnknownCertificate: there is none of this id.
        StateForbids: it is revoked, or its key is not active.
        AlreadyReplaced: it was replaced already.
        ValidityBeyondPolicy: more days than its use may have.
        UnfitCertificate: a new key is wished for, and the old one is not ours or lies in a token; or it is an
            authority's.
    """
    office.require(by, Permission.CERTIFY)
    old = _locked(certificate)
    if old.state == CertificateState.REVOKED:
        raise StateForbids(state=CERTIFICATE_STATE_NAMES[CertificateState.REVOKED])
    if CertificateRow.objects.filter(replaces=old).exists():
        raise AlreadyReplaced
    law.check_days(Profile(old.profile), days)
    parsed = load_certificate(bytes(old.certificate))
    chosen = _like(by, old, at) if new_key else key or old.key_id
    entry = CertificateEntry(
        authority=old.authority.code,
        subject=read_name(parsed.subject),
        holder=old.holder,
        profile=Profile(old.profile),
        days=days,
        key=chosen,
        public_key=None if chosen else parsed.public_key.dump(),
        place=certificate_view(old).place,
    )
    return issue_one(by=by, entry=entry, at=at, replaces=old)


def suspend(*, by: Responsible, certificate: UUID, at: datetime, note: str = "") -> CertificateView:
    """Put a certificate on hold 暂停; *note* says why, in words without personal data.

    Raises:
        NotAllowed, UnknownCertificate: as `revoke`.
        StateForbids: it is not valid.
    """
    return _turn(by, certificate, CertificateState.SUSPENDED, RevocationReason.CERTIFICATE_HOLD, at, note)


def resume(*, by: Responsible, certificate: UUID, at: datetime, note: str = "") -> CertificateView:
    """Lift a hold 恢复.

    Raises:
        NotAllowed, UnknownCertificate: as `revoke`.
        StateForbids: it is not on hold.
    """
    return _turn(by, certificate, CertificateState.VALID, None, at, note)


def revoke(
    *, by: Responsible, certificate: UUID, reason: RevocationReason, at: datetime, note: str = ""
) -> CertificateView:
    """Revoke a certificate for good 吊销; the next list and every OCSP answer say so.

    Raises:
        NotAllowed: *by* may not.
        UnknownCertificate: there is none of this id.
        StateForbids: it is revoked already, or the reason is a hold.
    """
    if reason not in law.FINAL_REASONS:
        raise StateForbids(state=CERTIFICATE_STATE_NAMES[CertificateState.SUSPENDED])
    return _turn(by, certificate, CertificateState.REVOKED, reason, at, note)


@transaction.atomic
def _turn(
    by: Responsible, certificate: UUID, to: CertificateState, reason: RevocationReason | None, at: datetime, note: str
) -> CertificateView:
    office.require(by, Permission.REVOKE)
    row = _locked(certificate)
    before = CertificateState(row.state)
    if not law.may_turn(before, to):
        raise StateForbids(state=CERTIFICATE_STATE_NAMES[before])
    row.state, row.reason, row.changed_at, row.note = to, reason, at, note
    row.save(update_fields=["state", "reason", "changed_at", "note"])
    verb = {"suspended": "suspend", "valid": "resume", "revoked": "revoke"}[to]
    office.record(
        by,
        f"{verb}_certificate",
        "certificate",
        row.pk,
        at=at,
        permission=Permission.REVOKE,
        states=({"state": before}, {"state": to, "reason": reason, "note": note}),
    )
    return certificate_view(row)


def _locked(certificate: UUID) -> CertificateRow:
    rows = CertificateRow.objects.select_for_update(of=("self",)).select_related("authority")
    row = rows.filter(pk=certificate).first()
    if row is None:
        raise UnknownCertificate
    return row


def _like(by: Responsible, old: CertificateRow, at: datetime) -> UUID:
    """Return a new active key like the one of *old*; a token would never get it, so a new pair is issued instead."""
    if old.key is None or old.token:
        raise UnfitCertificate(what="key")
    return managing.make_active_key(
        by=by, title=old.subject, holder=old.holder, algorithm=Algorithm(old.key.algorithm), provider=old.key.provider,
        at=at, use=KeyUse(old.key.use),
    ).pk  # fmt: skip


def issue_one(
    *, by: Responsible, entry: CertificateEntry, at: datetime, replaces: CertificateRow | None = None
) -> CertificateView:
    """Issue one certificate for an act that has been authorised as a whole."""
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
        request=entry.request,
        **placed(entry.place),
        not_before=parsed.not_valid_before,
        not_after=parsed.not_valid_after,
    )
    after = {"authority": entry.authority, "serial": row.serial, "profile": entry.profile, "holder": entry.holder}
    command = "certify" if replaces is None else "renew_certificate"
    office.record(by, command, "certificate", row.pk, at=at, permission=Permission.CERTIFY, states=(None, after))
    return certificate_view(row)


def placed(place: TokenPlace | None) -> dict[str, str]:
    """Return the columns that say in which container a key lies."""
    if place is None:
        return {}
    return {"token_kind": place.kind, "token": place.serial, "container": place.container}


def _public_key(entry: CertificateEntry) -> bytes:
    if (entry.key is None) == (entry.public_key is None):
        raise UnfitCertificate(what="public_key")
    if entry.key is None:
        return entry.public_key or b""
    row = ManagedKeyRow.objects.filter(pk=entry.key).first()
    if row is None:
        raise KeyMissing(reference=entry.key)
    if row.state != KeyState.ACTIVE:
        raise StateForbids(state=KEY_STATE_NAMES[KeyState(row.state)])
    if (row.use == KeyUse.ENCRYPT) != (entry.profile is Profile.ENCRYPTION):
        raise UnfitCertificate(what=entry.profile)
    return bytes(row.public_key)

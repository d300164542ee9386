"""The platform's own trusted list 可信列表: issued anew as a whole, signed by a managed key, kept in every version."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from zhengtong.kernel.errors import Conflict
from zhengtong.trust.keys.contracts import (
    AlreadyListed,
    BasisMissing,
    CertificateState,
    NotListed,
    Permission,
    Responsible,
    TrustedIssuer,
    TrustedList,
    UnfitCertificate,
    UnknownCertificate,
)
from zhengtong.trust.keys.models import CertificateRow, TrustedListRow
from zhengtong.trust.keys.queries import chain_above, trusted_list
from zhengtong.trust.keys.recognition import sign_trusted_list
from zhengtong.trust.keys.services import managing, office
from zhengtong.trust.keys.x509.issuing import load_certificate


@transaction.atomic
def publish_trusted_list(
    *, by: Responsible, issuers: Iterable[TrustedIssuer], certificate: UUID, at: datetime, replaces: int | None = None
) -> TrustedList:
    """Publish the next list; it replaces the one before as a whole.

    Args:
        by: who answers for it.
        issuers: every issuer that is recognised from now on.
        certificate: one of ours, over an active managed key, that signs it.
        at: now.
        replaces: the number of the list this one was made from, 0 if there was none; None does not ask.

    Raises:
        NotAllowed: *by* may not.
        UnknownCertificate: there is none of this id that is valid, or its key is not ours.
        StateForbids: its key is not active.
        UnfitCertificate: an issuer without a name, purposes or a root that is an authority.
        Conflict: somebody else published meanwhile.
    """
    office.require(by, Permission.RECOGNISE)
    listed = tuple(issuers)
    for one in listed:
        _check(one)
    valid = CertificateRow.objects.filter(state=CertificateState.VALID, not_after__gt=at, key__isnull=False)
    signing = valid.select_related("authority").filter(pk=certificate).first()
    if signing is None or signing.key_id is None:
        raise UnknownCertificate
    last = TrustedListRow.objects.order_by("-number").values_list("number", flat=True).first() or 0
    if replaces is not None and replaces != last:
        raise Conflict
    new = TrustedList(number=last + 1, issued_at=at, issuers=listed)
    signed = sign_trusted_list(
        new,
        signer=managing.signer_of(signing.key_id),
        certificate=bytes(signing.certificate),
        chain=chain_above(signing.authority.code)[:-1],
    )
    try:
        with transaction.atomic():
            TrustedListRow.objects.create(number=new.number, signed=signed, issued_at=at)
    except IntegrityError as error:
        raise Conflict from error
    names = {"number": new.number, "issuers": [_told(one) for one in listed]}
    office.record(
        by, "publish_trusted_list", "recognition", new.number, at=at, permission=Permission.RECOGNISE,
        states=(None, names),
    )  # fmt: skip
    return new


def list_issuer(
    *, by: Responsible, entry: TrustedIssuer, replaces: int, certificate: UUID, at: datetime
) -> TrustedList:
    """Put an issuer on the list 列入: publish the next one with it.

    Raises:
        BasisMissing: the entry says by no right.
        AlreadyListed: one of this name is in force.
        UnfitCertificate: it is over already, or as `publish_trusted_list`.
        NotAllowed, UnknownCertificate, StateForbids, Conflict: as `publish_trusted_list`.
    """
    office.require(by, Permission.RECOGNISE)
    if not entry.basis.strip():
        raise BasisMissing(field="basis")
    if entry.until is not None and entry.until <= at:
        raise UnfitCertificate(what=f"{entry.until:%Y-%m-%d}", field="until")
    issuers = _issuers()
    if any(one.name == entry.name and (one.until is None or at < one.until) for one in issuers):
        raise AlreadyListed(name=entry.name, field="name")
    return publish_trusted_list(by=by, issuers=(*issuers, entry), certificate=certificate, at=at, replaces=replaces)


def withdraw_issuer(
    *, by: Responsible, name: str, basis: str, replaces: int, certificate: UUID, at: datetime
) -> TrustedList:
    """Withdraw an issuer 撤回: publish the next list, in which its entry ends now and says why.

    Raises:
        BasisMissing: no right is given.
        NotListed: no entry of this name is in force.
        NotAllowed, UnknownCertificate, StateForbids, Conflict: as `publish_trusted_list`.
    """
    office.require(by, Permission.RECOGNISE)
    if not basis.strip():
        raise BasisMissing(field="basis")
    issuers = _issuers()
    if not any(one.name == name and one.in_force(at) for one in issuers):
        raise NotListed
    ended = [
        replace(one, until=at, ended_basis=basis) if one.name == name and one.in_force(at) else one for one in issuers
    ]
    return publish_trusted_list(by=by, issuers=ended, certificate=certificate, at=at, replaces=replaces)


def _told(one: TrustedIssuer) -> dict[str, str | None]:
    """Return what the act digests of an entry."""
    until = None if one.until is None else one.until.isoformat()
    return {"name": one.name, "until": until, "basis": one.basis, "ended_basis": one.ended_basis}


def _issuers() -> tuple[TrustedIssuer, ...]:
    listed = trusted_list()
    return () if listed is None else listed.issuers


def _check(issuer: TrustedIssuer) -> None:
    if issuer.until is not None and issuer.until < issuer.since:
        raise UnfitCertificate(what=f"{issuer.since:%Y-%m-%d} – {issuer.until:%Y-%m-%d}")
    if not issuer.name or not issuer.purposes or not issuer.roots:
        raise UnfitCertificate(what=issuer.name or "name")
    if not all(load_certificate(root).ca for root in issuer.roots):
        raise UnfitCertificate(what=issuer.name)

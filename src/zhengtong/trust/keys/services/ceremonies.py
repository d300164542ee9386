"""Use of a root key 根密钥使用: asked for by one, approved by m of n custodians with their own passphrases, done once.

A custodian's share lies in the approval, sealed by the key ring, only until the last one needed arrives; then the key
is put together, used for exactly what was asked, and everything is wiped in the same transaction. Wrong passphrases are
counted for each custodian and close their share for a while; each is on record.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from zhengtong.kernel import clock
from zhengtong.trust.keys import custody, law
from zhengtong.trust.keys.algorithms.private import PrivateKey
from zhengtong.trust.keys.cipher import Sealer, key_ring
from zhengtong.trust.keys.contracts import (
    AuthorityExists,
    CeremonyKind,
    CeremonyOver,
    CeremonyView,
    CustodianClosed,
    DistinguishedName,
    NotCustodian,
    Permission,
    Responsible,
    UnknownAuthority,
    WrongPassphrase,
)
from zhengtong.trust.keys.models import ApprovalRow, AuthorityRow, CeremonyRow, CustodianRow
from zhengtong.trust.keys.queries import ceremony_view
from zhengtong.trust.keys.services import office
from zhengtong.trust.keys.services.authorities import AUTHORITY_DAYS, authority_row, certify_authority
from zhengtong.trust.keys.services.publishing import write_crl


def ask_for_authority(
    *, by: Responsible, under: str, code: str, name: DistinguishedName, at: datetime, provider: str = "software"
) -> CeremonyView:
    """Ask the custodians of a root to certify a new authority below it.

    Raises:
        NotAllowed: *by* may not.
        UnknownAuthority: there is no *under*, or its key is not in custody.
        AuthorityExists: the code is taken.
    """
    if AuthorityRow.objects.filter(code=code).exists():
        raise AuthorityExists(code=code)
    details = {"code": code, "name": name.common_name, "organisation": name.organisation or "", "provider": provider}
    return _ask(by, under, CeremonyKind.ISSUE_AUTHORITY, details, at)


def ask_for_crl(*, by: Responsible, code: str, at: datetime) -> CeremonyView:
    """Ask the custodians of a root to publish its next revocation list.

    Raises:
        NotAllowed: *by* may not.
        UnknownAuthority: there is none of this code, or its key is not in custody.
    """
    return _ask(by, code, CeremonyKind.PUBLISH_CRL, {}, at)


def approve(*, by: Responsible, ceremony: UUID, passphrase: str, at: datetime) -> CeremonyView:
    """Approve as a custodian; the last approval needed carries the ceremony out.

    A try is counted before the passphrase is tried, in a transaction of its own: neither two tries at once nor a
    failure afterwards get one for nothing. So this is not called inside a transaction.

    Raises:
        CeremonyOver: it was carried out or refused, or its time is over.
        NotCustodian: *by* is none, or answered already.
        CustodianClosed: too many wrong passphrases; the share is not even tried.
        WrongPassphrase: it does not open this custodian's share; which is on record.
    """
    custodian = _count_try(by, ceremony, at)
    try:
        share = custody.share_of(custodian.envelope, custodian.name, passphrase)
    except WrongPassphrase:
        with transaction.atomic():
            after = {"custodian": custodian.name, "wrong": custodian.wrong}
            _record(by, "wrong_passphrase", ceremony, after, at)
        raise
    return _approve(by, ceremony, custodian, share, at)


@transaction.atomic
def refuse(*, by: Responsible, ceremony: UUID, reason: str, at: datetime) -> CeremonyView:
    """Refuse as a custodian, with the reason; when too few are left to approve, the ceremony is over.

    Raises:
        CeremonyOver: it was carried out or refused, or its time is over.
        NotCustodian: *by* is none, or answered already.
    """
    row = _waiting(ceremony, at)
    custodian = _custodian(row, by)
    _answer(row, custodian, at, refused=True, reason=reason)
    _record(by, "refuse_ceremony", row.pk, {"custodian": custodian.name, "kind": row.kind, "reason": reason}, at)
    held = row.authority.custody
    assert held is not None  # noqa: S101 -- a ceremony is only asked for where the key is in custody
    refusals = row.approvals.filter(refused=True).count()
    if not law.can_still_be_approved(custodians=held.custodians.count(), threshold=held.threshold, refusals=refusals):
        row.refused_at = at
        row.save(update_fields=["refused_at"])
        row.approvals.update(share=None)
    return _view(row.pk)


def wipe_expired_shares(*, at: datetime) -> int:
    """Wipe the shares in ceremonies whose time is over, and return how many."""
    late = ApprovalRow.objects.filter(share__isnull=False, ceremony__done_at=None, ceremony__expires_at__lte=at)
    return late.update(share=None)


def _ask(by: Responsible, code: str, kind: CeremonyKind, details: dict[str, Any], at: datetime) -> CeremonyView:
    """Ask; the same question while one waits is the same ceremony."""
    with transaction.atomic():
        office.require(by, Permission.ESTABLISH)
        authority = authority_row(code, lock=True)
        if authority.custody is None:
            raise UnknownAuthority(code=code)
        waiting = authority.ceremonies.filter(kind=kind, done_at=None, refused_at=None, expires_at__gt=at)
        for one in waiting:
            if one.details == details:
                return _view(one.pk)
        row = CeremonyRow.objects.create(
            authority=authority,
            kind=kind,
            details=details,
            asked_by=by.subject,
            asked_at=at,
            expires_at=at + law.CEREMONY_LASTS,
        )
        _record(by, "ask_for_ceremony", row.pk, {"kind": kind, **details}, at)
        office.tell([one.subject for one in authority.custody.custodians.all()], row.pk, at=at)
    return _view(row.pk)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Trying:
    """A custodian whose try has been counted."""

    id: UUID
    name: str
    envelope: str
    wrong: int


def _count_try(by: Responsible, ceremony: UUID, at: datetime) -> _Trying:
    with transaction.atomic(durable=True):
        row = _waiting(ceremony, at)
        custodian = _custodian(row, by)
        if not law.may_try(custodian.wrong, custodian.wrong_at, at):
            until = (custodian.wrong_at or at) + law.CLOSED_FOR
            raise CustodianClosed(most=law.WRONG_PASSPHRASES, until=until.astimezone(clock.BEIJING).strftime("%H:%M"))
        custodian.wrong = law.tries_after(custodian.wrong, custodian.wrong_at, at)
        custodian.wrong_at = at
        custodian.save(update_fields=["wrong", "wrong_at"])
    held = row.authority.custody
    assert held is not None  # noqa: S101 -- a ceremony is only asked for where the key is in custody
    return _Trying(id=custodian.pk, name=custodian.name, envelope=held.envelope, wrong=custodian.wrong)


@transaction.atomic
def _approve(by: Responsible, ceremony: UUID, trying: _Trying, share: bytes, at: datetime) -> CeremonyView:
    row = _waiting(ceremony, at)
    custodian = _custodian(row, by)
    _answer(row, custodian, at, share=_sealer(row.pk).seal_bytes(share))
    CustodianRow.objects.filter(pk=trying.id).update(wrong=0, wrong_at=None)
    _record(by, "approve_ceremony", row.pk, {"custodian": custodian.name, "kind": row.kind}, at)
    held = row.authority.custody
    if held is not None and row.approvals.filter(refused=False).count() >= held.threshold:
        _carry_out(by, row, at)
    return _view(row.pk)


def _waiting(ceremony: UUID, at: datetime) -> CeremonyRow:
    """Return the ceremony, locked: whoever answers it waits for whoever is answering."""
    rows = CeremonyRow.objects.select_for_update(of=("self",)).select_related("authority__custody")
    row = rows.filter(pk=ceremony).first()
    if row is None or row.done_at is not None or row.refused_at is not None or row.expires_at <= at:
        raise CeremonyOver
    return row


def _custodian(row: CeremonyRow, by: Responsible) -> CustodianRow:
    """Return who *by* is among the custodians, locked, if they have not answered yet."""
    rows = CustodianRow.objects.select_for_update(of=("self",))
    custodian = rows.filter(custody_id=row.authority.custody_id, subject=by.subject).first()
    if custodian is None or row.approvals.filter(custodian=custodian).exists():
        raise NotCustodian
    return custodian


def _answer(row: CeremonyRow, custodian: CustodianRow, at: datetime, **said: Any) -> None:
    try:
        with transaction.atomic():
            ApprovalRow.objects.create(ceremony=row, custodian=custodian, approved_at=at, **said)
    except IntegrityError as error:  # where rows cannot be locked, the constraint holds
        raise NotCustodian from error


def _record(by: Responsible, command: str, ceremony: UUID, after: dict[str, Any], at: datetime) -> None:
    office.record(by, command, "ceremony", ceremony, at=at, permission=Permission.ESTABLISH, states=(None, after))


def _carry_out(by: Responsible, row: CeremonyRow, at: datetime) -> None:
    authority = authority_row(row.authority.code, lock=True)
    held = authority.custody
    assert held is not None  # noqa: S101 -- a ceremony is only asked for where the key is in custody
    sealer = _sealer(row.pk)
    shares = {
        one.custodian.name: sealer.open_bytes(bytes(one.share))
        for one in row.approvals.select_related("custodian")
        if one.share is not None
    }
    signer = PrivateKey.read(custody.combine(held.envelope, shares))
    if row.kind == CeremonyKind.PUBLISH_CRL:
        write_crl(by=by, authority=authority, signer=signer, at=at)
    else:
        details = row.details
        name = DistinguishedName(common_name=details["name"], organisation=details["organisation"] or None)
        certify_authority(
            by=by, parent=authority, signer=signer, code=details["code"], name=name, at=at,
            provider=details["provider"], days=AUTHORITY_DAYS,
        )  # fmt: skip
    row.done_at = at
    row.save(update_fields=["done_at"])
    row.approvals.update(share=None)


def _sealer(ceremony: UUID) -> Sealer:
    return Sealer(key_ring(), place=f"keys_approval|share|{ceremony}", purpose="keys.ceremony")


def _view(identifier: UUID) -> CeremonyView:
    rows = CeremonyRow.objects.select_related("authority__custody")
    return ceremony_view(rows.get(pk=identifier))

"""Use of a root key 根密钥使用: asked for by one, approved by m of n custodians with their own passphrases, done once.

A custodian's share lies in the approval, sealed by the key ring, only until the last one needed arrives; then the key
is put together, used for exactly what was asked, and everything is wiped in the same transaction.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from zhengtong.trust.keys import custody, law
from zhengtong.trust.keys.algorithms.private import PrivateKey
from zhengtong.trust.keys.cipher import Sealer, key_ring
from zhengtong.trust.keys.contracts import (
    AuthorityExists,
    CeremonyKind,
    CeremonyOver,
    CeremonyView,
    DistinguishedName,
    NotCustodian,
    Permission,
    Responsible,
    UnknownAuthority,
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


@transaction.atomic
def approve(*, by: Responsible, ceremony: UUID, passphrase: str, at: datetime) -> CeremonyView:
    """Approve as a custodian; the last approval needed carries the ceremony out.

    Raises:
        CeremonyOver: it was carried out, or its time is over.
        NotCustodian: *by* is none, or approved already.
        WrongPassphrase: it does not open this custodian's share.
    """
    row = _waiting(ceremony, at)
    custodian = CustodianRow.objects.filter(custody_id=row.authority.custody_id, subject=by.subject).first()
    if custodian is None or custodian.custody is None:
        raise NotCustodian
    share = custody.share_of(custodian.custody.envelope, custodian.name, passphrase)
    try:
        with transaction.atomic():
            ApprovalRow.objects.create(
                ceremony=row, custodian=custodian, share=_sealer(row.pk).seal_bytes(share), approved_at=at
            )
    except IntegrityError as error:
        raise NotCustodian from error
    after = {"custodian": custodian.name, "kind": row.kind}
    office.record(
        by, "approve_ceremony", "ceremony", row.pk, at=at, permission=Permission.ESTABLISH, states=(None, after)
    )
    if row.approvals.count() >= custodian.custody.threshold:
        _carry_out(by, row, at)
    return _view(row.pk)


def _ask(by: Responsible, code: str, kind: CeremonyKind, details: dict[str, Any], at: datetime) -> CeremonyView:
    with transaction.atomic():
        office.require(by, Permission.ESTABLISH)
        authority = authority_row(code)
        if authority.custody_id is None:
            raise UnknownAuthority(code=code)
        row = CeremonyRow.objects.create(
            authority=authority,
            kind=kind,
            details=details,
            asked_by=by.subject,
            asked_at=at,
            expires_at=at + law.CEREMONY_LASTS,
        )
        after = {"kind": kind, **details}
        office.record(
            by, "ask_for_ceremony", "ceremony", row.pk, at=at, permission=Permission.ESTABLISH, states=(None, after)
        )
    return _view(row.pk)


def _waiting(ceremony: UUID, at: datetime) -> CeremonyRow:
    rows = CeremonyRow.objects.select_for_update(of=("self",)).select_related("authority")
    row = rows.filter(pk=ceremony).first()
    if row is None or row.done_at is not None or row.expires_at <= at:
        raise CeremonyOver
    return row


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

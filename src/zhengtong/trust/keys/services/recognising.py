"""The platform's own trusted list 可信列表: issued anew as a whole, signed by a managed key, kept in every version."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from zhengtong.kernel.errors import Conflict
from zhengtong.trust.keys.contracts import (
    Permission,
    Responsible,
    TrustedIssuer,
    TrustedList,
    UnfitCertificate,
    UnknownCertificate,
)
from zhengtong.trust.keys.models import CertificateRow, TrustedListRow
from zhengtong.trust.keys.queries import chain_above
from zhengtong.trust.keys.recognition import sign_trusted_list
from zhengtong.trust.keys.services import managing, office
from zhengtong.trust.keys.x509.issuing import load_certificate


@transaction.atomic
def publish_trusted_list(
    *, by: Responsible, issuers: Iterable[TrustedIssuer], certificate: UUID, at: datetime
) -> TrustedList:
    """Publish the next list; it replaces the one before as a whole.

    Args:
        by: who answers for it.
        issuers: every issuer that is recognised from now on.
        certificate: one of ours, over an active managed key, that signs it.
        at: now.

    Raises:
        NotAllowed: *by* may not.
        UnknownCertificate: there is none of this id, or its key is not ours.
        StateForbids: its key is not active.
        UnfitCertificate: an issuer without a name, purposes or a root that is an authority.
        Conflict: somebody else published at the same time.
    """
    office.require(by, Permission.RECOGNISE)
    listed = tuple(issuers)
    for one in listed:
        _check(one)
    signing = CertificateRow.objects.select_related("authority").filter(pk=certificate, key__isnull=False).first()
    if signing is None or signing.key_id is None:
        raise UnknownCertificate
    last = TrustedListRow.objects.order_by("-number").values_list("number", flat=True).first()
    new = TrustedList(number=(last or 0) + 1, issued_at=at, issuers=listed)
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
    names = {"number": new.number, "issuers": [one.name for one in listed]}
    office.record(
        by, "publish_trusted_list", "recognition", new.number, at=at, permission=Permission.RECOGNISE,
        states=(None, names),
    )  # fmt: skip
    return new


def _check(issuer: TrustedIssuer) -> None:
    if not issuer.name or not issuer.purposes or not issuer.roots:
        raise UnfitCertificate(what=issuer.name or "name")
    if not all(load_certificate(root).ca for root in issuer.roots):
        raise UnfitCertificate(what=issuer.name)

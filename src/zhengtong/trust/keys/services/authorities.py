"""Authorities 签发机构: a root whose key m of n custodians keep, or a managed key; authorities below it."""

import base64
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from zhengtong.trust.keys import custody, law
from zhengtong.trust.keys.algorithms.private import PrivateKey
from zhengtong.trust.keys.algorithms.public import PublicKey
from zhengtong.trust.keys.contracts import (
    Algorithm,
    AuthorityExists,
    AuthorityView,
    CustodianEntry,
    DistinguishedName,
    KeyReference,
    NeedsCustodians,
    Permission,
    Profile,
    Responsible,
    Signer,
    UnfitCustody,
    UnknownAuthority,
    Verifier,
)
from zhengtong.trust.keys.models import AuthorityRow, CertificateRow, CustodianRow, CustodyRow
from zhengtong.trust.keys.providers.registry import signer_for
from zhengtong.trust.keys.queries import authority_view
from zhengtong.trust.keys.services import managing, office
from zhengtong.trust.keys.x509.issuing import issue_certificate, load_certificate

ROOT_DAYS, AUTHORITY_DAYS = 20 * 365, 10 * 365


@transaction.atomic
def establish_root(
    *,
    by: Responsible,
    code: str,
    name: DistinguishedName,
    algorithm: Algorithm,
    at: datetime,
    custodians: Sequence[CustodianEntry] = (),
    threshold: int = 0,
    provider: str = "software",
) -> AuthorityView:
    """Establish a root authority.

    Args:
        by: who answers for it.
        code: its short name in addresses.
        name: whom its certificate names.
        algorithm: of its key.
        at: now.
        custodians: with some, the key is made, sealed for them and forgotten; without, it lies in *provider*.
        threshold: how many custodians use it together.
        provider: where the key lies without custodians; a hardware module has controls of its own.

    Raises:
        NotAllowed: *by* may not.
        AuthorityExists: the code is taken.
        UnfitCustody: too few custodians, a bad threshold or passphrase.
        UnfitCertificate: a name that cannot be written.
    """
    office.require(by, Permission.ESTABLISH)
    holding: dict[str, Any]
    signer: Signer
    if custodians:
        signer = PrivateKey.generate(algorithm)
        holding = {"custody": _take_into_custody(signer, custodians, threshold, at)}
    else:
        key = managing.make_active_key(
            by=by, title=name.common_name, holder=code, algorithm=algorithm, provider=provider, at=at
        )
        holding = {"key": key}
        signer = signer_for(KeyReference(provider=key.provider, key=key.key))
    ends = at + timedelta(days=ROOT_DAYS)
    certificate = issue_certificate(
        signer=signer,
        issuer=None,
        subject=name,
        public_key=signer.public,
        profile=Profile.ROOT,
        not_before=at,
        not_after=ends,
    )
    return _establish(by, code, name, algorithm, None, certificate, holding, at)


@transaction.atomic
def establish_authority(
    *,
    by: Responsible,
    under: str,
    code: str,
    name: DistinguishedName,
    at: datetime,
    provider: str = "software",
    days: int = AUTHORITY_DAYS,
) -> AuthorityView:
    """Establish an authority below a root whose key is not in custody; otherwise ask for a ceremony.

    Raises:
        NotAllowed: *by* may not.
        UnknownAuthority: there is no *under*.
        NeedsCustodians: its key is in custody.
        AuthorityExists: the code is taken.
    """
    office.require(by, Permission.ESTABLISH)
    parent = authority_row(under)
    return certify_authority(
        by=by, parent=parent, signer=authority_signer(parent), code=code, name=name, at=at, provider=provider, days=days
    )


def certify_authority(
    *,
    by: Responsible,
    parent: AuthorityRow,
    signer: Signer,
    code: str,
    name: DistinguishedName,
    at: datetime,
    provider: str,
    days: int,
) -> AuthorityView:
    """Make the key of an authority below *parent*, certify it with *signer* and put it on the books."""
    algorithm = Algorithm(parent.algorithm)
    key = managing.make_active_key(
        by=by, title=name.common_name, holder=code, algorithm=algorithm, provider=provider, at=at
    )
    public: Verifier = PublicKey.read(bytes(key.public_key))
    certificate = issue_certificate(
        signer=signer,
        issuer=bytes(parent.certificate),
        subject=name,
        public_key=public,
        profile=Profile.INTERMEDIATE,
        not_before=at,
        not_after=law.last_moment(Profile.INTERMEDIATE, days=days, at=at, issuer_ends=parent.not_after),
        path_length=0,
    )
    view = _establish(by, code, name, algorithm, parent, certificate, {"key": key}, at)
    parsed = load_certificate(certificate)
    CertificateRow.objects.create(
        authority=parent,
        serial=f"{parsed.serial_number:040x}",
        subject=name.common_name,
        holder=code,
        profile=Profile.INTERMEDIATE,
        certificate=certificate,
        key=key,
        not_before=parsed.not_valid_before,
        not_after=parsed.not_valid_after,
    )
    return view


def authority_row(code: str, *, lock: bool = False) -> AuthorityRow:
    """Return the row of an authority, locked if it is going to change.

    Raises:
        UnknownAuthority: there is none of this code.
    """
    rows = AuthorityRow.objects.select_for_update(of=("self",)) if lock else AuthorityRow.objects
    row = rows.filter(code=code).first()
    if row is None:
        raise UnknownAuthority(code=code)
    return row


def authority_signer(row: AuthorityRow) -> Signer:
    """Return the handle of an authority's active key.

    Raises:
        NeedsCustodians: the key is in custody.
        StateForbids: the key is not active.
    """
    if row.key_id is None:
        raise NeedsCustodians
    return managing.signer_of(row.key_id)


def _take_into_custody(
    key: PrivateKey, custodians: Sequence[CustodianEntry], threshold: int, at: datetime
) -> CustodyRow:
    passphrases = {one.name: one.passphrase for one in custodians}
    if len(passphrases) < len(custodians) or len({one.subject for one in custodians}) < len(custodians):
        raise UnfitCustody(what="custodians")
    envelope = custody.seal(key.export(), passphrases, threshold=threshold)
    row = CustodyRow.objects.create(algorithm=key.algorithm, threshold=threshold, envelope=envelope, made_at=at)
    CustodianRow.objects.bulk_create(
        CustodianRow(custody=row, subject=one.subject, name=one.name) for one in custodians
    )
    return row


def _establish(
    by: Responsible,
    code: str,
    name: DistinguishedName,
    algorithm: Algorithm,
    parent: AuthorityRow | None,
    certificate: bytes,
    holding: dict[str, Any],
    at: datetime,
) -> AuthorityView:
    try:
        with transaction.atomic():
            row = AuthorityRow.objects.create(
                code=code,
                name=name.common_name,
                algorithm=algorithm,
                parent=parent,
                certificate=certificate,
                not_after=load_certificate(certificate).not_valid_after,
                made_at=at,
                **holding,
            )
    except IntegrityError as error:
        raise AuthorityExists(code=code) from error
    after = {"code": code, "certificate": base64.b64encode(certificate).decode()}
    office.record(
        by, "establish_authority", "authority", row.pk, at=at, permission=Permission.ESTABLISH, states=(None, after)
    )
    return authority_view(row)

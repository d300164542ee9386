"""An encryption key into a token 加密密钥送入载体: made here, certified, in an envelope that only the token opens.

A signing key is made in the token and never leaves it; the encryption key of the pair is made by the key-distribution
platform (双证书, GM/T 0034-2014), so that what was encrypted to a lost token can still be read by who may.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from zhengtong.trust.keys import law
from zhengtong.trust.keys.algorithms.public import PublicKey
from zhengtong.trust.keys.contracts import (
    AlgorithmUnavailable,
    CertificateEntry,
    CertificateView,
    KeyReference,
    KeyUse,
    NothingDelivered,
    Permission,
    Responsible,
    UnknownCertificate,
)
from zhengtong.trust.keys.models import CertificateRow, ManagedKeyRow
from zhengtong.trust.keys.providers.registry import key_provider
from zhengtong.trust.keys.providers.software import SoftwareKeys
from zhengtong.trust.keys.queries import chain_above
from zhengtong.trust.keys.services import certifying, managing, office
from zhengtong.trust.keys.tokens.delivery import write_delivery
from zhengtong.trust.keys.tokens.envelope import envelope_key


def issue_into_token(
    *, by: Responsible, entry: CertificateEntry, holder: PublicKey, provider: str, at: datetime
) -> tuple[CertificateView, CertificateView]:
    """Certify a token's signing key, make and certify an encryption key, and keep it in an envelope for the token.

    For an act that has been authorised as a whole, in its transaction.

    Args:
        by: who answers for it.
        entry: whom, for how long, and in which container.
        holder: the signing key that the token made.
        provider: where the encryption key is kept.
        at: now.

    Raises:
        AlgorithmUnavailable: the signing key only signs, or the provider gives no key away.
    """
    sign, encrypt = law.PAIR
    first = certifying.issue_one(by=by, entry=replace(entry, profile=sign, public_key=holder.spki), at=at)
    key = managing.make_active_key(
        by=by, title=entry.subject.common_name, holder=entry.holder, algorithm=holder.algorithm, provider=provider,
        at=at, use=KeyUse.ENCRYPT,
    )  # fmt: skip
    second = certifying.issue_one(by=by, entry=replace(entry, profile=encrypt, key=key.pk), at=at)
    envelope = _envelope(key, holder)
    CertificateRow.objects.filter(pk=second.id).update(envelope=envelope)
    after = {"key": key.fingerprint, "under": holder.fingerprint}
    states = (None, after)
    office.record(by, "deliver_key", "certificate", second.id, at=at, permission=Permission.CERTIFY, states=states)
    return first, replace(second, delivered=True)


def delivery_of(certificate: UUID) -> bytes:
    """Return the file that the holder of a token installs: certificates and envelope, of no use to anybody else.

    Args:
        certificate: the encryption certificate of the pair.

    Raises:
        UnknownCertificate: there is none of this id.
        NothingDelivered: no key was delivered with it.
    """
    row = CertificateRow.objects.select_related("authority").filter(pk=certificate).first()
    if row is None:
        raise UnknownCertificate
    if row.envelope is None or row.request is None:
        raise NothingDelivered
    signing = CertificateRow.objects.get(request=row.request, profile=law.PAIR[0])
    return write_delivery(
        container=row.container,
        chain=chain_above(row.authority.code),
        sign_certificate=bytes(signing.certificate),
        encrypt_certificate=bytes(row.certificate),
        enveloped_key=bytes(row.envelope),
    )


def _envelope(key: ManagedKeyRow, holder: PublicKey) -> bytes:
    """Return the key in an envelope; it is in the clear in this function alone."""
    provider = key_provider(key.provider)
    if not isinstance(provider, SoftwareKeys):
        raise AlgorithmUnavailable(provider=key.provider, algorithm=key.algorithm)
    return envelope_key(provider.signer(KeyReference(provider=key.provider, key=key.key)), to=holder)

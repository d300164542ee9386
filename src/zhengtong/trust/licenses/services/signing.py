"""A body's key for licences: made when it first issues one, managed by trust.keys, one at a time."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from zhengtong.trust.identity.api import system_actor
from zhengtong.trust.identity.contracts import OrganisationView
from zhengtong.trust.keys.api import Algorithm, KeyState, Signer, make_key, signer_of, step_key
from zhengtong.trust.licenses.models import IssuerKey


def signer_for_body(body: OrganisationView, *, at: datetime) -> tuple[Signer, str]:
    """Return the signer of a body and the fingerprint of its key.

    Raises:
        StateForbids: the key was suspended or destroyed by the security administrator.
    """
    row = _current(body.id) or _make(body, at)
    return signer_of(row.key), row.fingerprint


def _current(organisation: UUID) -> IssuerKey | None:
    return IssuerKey.objects.filter(organisation=organisation, current=True).first()


def _make(body: OrganisationView, at: datetime) -> IssuerKey:
    """Make the key; of two at once the database lets one through, and the other takes that one's."""
    try:
        with transaction.atomic():
            system = system_actor()
            key = make_key(
                by=system, title=f"电子证照签发 {body.name}", holder=body.code, algorithm=Algorithm.ECDSA_P256, at=at
            )
            step_key(by=system, key=key.id, to=KeyState.ACTIVE, at=at)
            return IssuerKey.objects.create(
                organisation_id=body.id,
                key=key.id,
                fingerprint=key.fingerprint,
                public_key=signer_of(key.id).public.spki,
                made_at=at,
            )
    except IntegrityError:
        row = _current(body.id)
        if row is None:
            raise
        return row

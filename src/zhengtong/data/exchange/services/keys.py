"""Access keys 接口密钥: issue and revoke what an application signs with."""

import secrets
from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import transaction
from django.utils.translation import gettext

from zhengtong.data.exchange.contracts import Algorithm, IssuedKey, KeyUnknown, Permission
from zhengtong.data.exchange.models import AccessKey
from zhengtong.data.exchange.services.acts import record_act, require_permission
from zhengtong.kernel.errors import InvalidInput
from zhengtong.kernel.ids import new_id
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Actor

_SECRET_BYTES = 32


def issue_key(
    *,
    actor: Actor,
    application: UUID,
    algorithm: Algorithm,
    at: datetime,
    expires_at: datetime,
    public_key: bytes = b"",
) -> IssuedKey:
    """Issue an access key 签发接口密钥; a shared secret is returned once and lies sealed from then on.

    Args:
        actor: an official of the application's organisation.
        application: its subject.
        algorithm: how it will sign.
        at: now.
        expires_at: when it stops working.
        public_key: the 32 bytes of an Ed25519 public key; its private half never comes here.

    Raises:
        NotAllowed: the actor may not issue keys there.
        InvalidInput: it would have expired already, or the public key cannot be read.
    """
    organisation = identity.application(application).organisation
    require_permission(actor, Permission.ISSUE_KEY, organisation)
    if expires_at <= at:
        raise InvalidInput(field="expires_at", what=gettext("有效期须晚于现在"))
    brings = algorithm is Algorithm.ED25519
    if brings:
        _require_ed25519(public_key)
    secret = "" if brings else secrets.token_hex(_SECRET_BYTES)
    with transaction.atomic():
        row = AccessKey.objects.create(
            id=new_id(),
            application=application,
            organisation_id=organisation,
            algorithm=algorithm,
            secret=secret or None,
            public_key=public_key if brings else None,
            issued_at=at,
            expires_at=expires_at,
            changed_at=at,
        )
        record_act(actor, "issue_key", "access_key", row.id, at=at, after={"application": application})
    return IssuedKey(id=row.id, algorithm=algorithm, secret=secret, expires_at=expires_at)


def revoke_key(*, actor: Actor, key: UUID, at: datetime) -> None:
    """Revoke an access key; within a second it signs nothing any more. Revoking twice changes nothing.

    Raises:
        KeyUnknown: there is none.
        NotAllowed: the actor may not revoke keys there.
    """
    with transaction.atomic():
        row = AccessKey.objects.select_for_update().filter(pk=key).first()
        if row is None:
            raise KeyUnknown
        require_permission(actor, Permission.ISSUE_KEY, row.organisation_id)
        if row.revoked_at is not None:
            return
        row.revoked_at = row.changed_at = at
        row.save(update_fields=["revoked_at", "changed_at"])
        record_act(actor, "revoke_key", "access_key", row.id, at=at)


def _require_ed25519(public_key: bytes) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(public_key)
    except ValueError:
        raise InvalidInput(field="public_key", what=gettext("须为 32 字节的 Ed25519 公钥")) from None

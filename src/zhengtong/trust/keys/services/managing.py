"""The life of keys 密钥生命周期: made, activated, suspended, reported compromised, destroyed; each step an act."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from zhengtong.kernel.ids import new_id
from zhengtong.trust.keys import law
from zhengtong.trust.keys.algorithms.public import PublicKey
from zhengtong.trust.keys.contracts import (
    KEY_STATE_NAMES,
    Algorithm,
    AlgorithmUnavailable,
    KeyMissing,
    KeyReference,
    KeyState,
    KeyUse,
    KeyView,
    Permission,
    Responsible,
    Signer,
    StateForbids,
)
from zhengtong.trust.keys.models import ManagedKeyRow
from zhengtong.trust.keys.providers.registry import key_provider, signer_for
from zhengtong.trust.keys.queries import key_view
from zhengtong.trust.keys.services import office

_VERBS = {
    KeyState.ACTIVE: "activate",
    KeyState.SUSPENDED: "suspend",
    KeyState.COMPROMISED: "report_compromised",
    KeyState.DESTROYED: "destroy",
}
ENCRYPTS = frozenset({Algorithm.SM2, Algorithm.RSA})


@transaction.atomic
def make_key(
    *,
    by: Responsible,
    title: str,
    holder: str,
    algorithm: Algorithm,
    at: datetime,
    use: KeyUse = KeyUse.SIGN,
    provider: str = "software",
    pair: UUID | None = None,
) -> KeyView:
    """Make a key pair in a provider and put it under management, not yet active.

    Args:
        by: who answers for it.
        title: what people call it.
        holder: whose it is: a code, never a personal number.
        algorithm: how it signs or decrypts.
        at: now.
        use: for signing or for encryption, never both.
        provider: where it is made.
        pair: shared by the signing and the encryption key of one holder.

    Raises:
        NotAllowed: *by* may not.
        KeyMissing: there is no such provider.
        AlgorithmUnavailable: the provider or the use does not allow this algorithm.
    """
    office.require(by, Permission.MANAGE)
    return _keep(by, title, holder, _generate(provider, algorithm, use), algorithm, use, pair, at)


@transaction.atomic
def make_key_pair(
    *, by: Responsible, title: str, holder: str, algorithm: Algorithm, at: datetime, provider: str = "software"
) -> tuple[KeyView, KeyView]:
    """Make a signing and an encryption key for one holder 双密钥对 and return both, not yet active.

    Raises:
        NotAllowed, KeyMissing, AlgorithmUnavailable: as `make_key`.
    """
    office.require(by, Permission.MANAGE)
    return keep_key_pair(by=by, title=title, holder=holder, algorithm=algorithm, provider=provider, at=at)


def keep_key_pair(
    *, by: Responsible, title: str, holder: str, algorithm: Algorithm, at: datetime, provider: str
) -> tuple[KeyView, KeyView]:
    """Make both keys of a pair for an act that has been authorised as a whole."""
    pair = new_id()
    first, second = (
        _keep(by, title, holder, _generate(provider, algorithm, use), algorithm, use, pair, at) for use in KeyUse
    )
    return first, second


@transaction.atomic
def step_key(*, by: Responsible, key: UUID, to: KeyState, at: datetime) -> KeyView:
    """Take a key to another state; destruction wipes it in its provider.

    Raises:
        NotAllowed: *by* may not.
        KeyMissing: there is no such key.
        StateForbids: its state does not lead there.
    """
    office.require(by, Permission.MANAGE)
    row = ManagedKeyRow.objects.select_for_update().filter(pk=key).first()
    if row is None:
        raise KeyMissing(reference=key)
    return _step(by, row, to, at)


def make_active_key(
    *,
    by: Responsible,
    title: str,
    holder: str,
    algorithm: Algorithm,
    provider: str,
    at: datetime,
    use: KeyUse = KeyUse.SIGN,
) -> ManagedKeyRow:
    """Make and activate a key for an act that has been authorised as a whole, and return its row."""
    view = _keep(by, title, holder, _generate(provider, algorithm, use), algorithm, use, None, at)
    return activate_key(by=by, key=view.id, at=at)


def activate_key(*, by: Responsible, key: UUID, at: datetime) -> ManagedKeyRow:
    """Activate a key that was just made, for an act that has been authorised as a whole."""
    row = ManagedKeyRow.objects.get(pk=key)
    _step(by, row, KeyState.ACTIVE, at)
    return row


def _step(by: Responsible, row: ManagedKeyRow, to: KeyState, at: datetime) -> KeyView:
    before = KeyState(row.state)
    if not law.may_step(before, to):
        raise StateForbids(state=KEY_STATE_NAMES[before])
    row.state = to
    if to is KeyState.DESTROYED:
        row.destroyed_at = at
        key_provider(row.provider).destroy(KeyReference(provider=row.provider, key=row.key))
    row.save(update_fields=["state", "destroyed_at"])
    states = ({"state": before}, {"state": to})
    office.record(by, f"{_VERBS[to]}_key", "key", row.pk, at=at, permission=Permission.MANAGE, states=states)
    return key_view(row)


def signer_of(key: UUID) -> Signer:
    """Return the handle of an active signing key, for a service that signs with it.

    Raises:
        KeyMissing: there is no such key.
        StateForbids: it is not active, or is for encryption.
    """
    row = ManagedKeyRow.objects.filter(pk=key).first()
    if row is None:
        raise KeyMissing(reference=key)
    if row.state != KeyState.ACTIVE or row.use != KeyUse.SIGN:
        raise StateForbids(state=KEY_STATE_NAMES[KeyState(row.state)])
    return signer_for(KeyReference(provider=row.provider, key=row.key))


def decrypt_with(key: UUID, cipher: bytes) -> bytes:
    """Decrypt a small secret with a managed encryption key; a suspended or compromised one still opens what is old.

    Raises:
        KeyMissing: no such key, or it was destroyed.
        StateForbids: it was never activated, or is for signing.
        NotOpened: damaged, tampered with, or for another key.
    """
    row = ManagedKeyRow.objects.filter(pk=key).first()
    if row is None:
        raise KeyMissing(reference=key)
    if row.state == KeyState.PRE_ACTIVE or row.use != KeyUse.ENCRYPT:
        raise StateForbids(state=KEY_STATE_NAMES[KeyState(row.state)])
    return key_provider(row.provider).decrypt(KeyReference(provider=row.provider, key=row.key), cipher)


def _generate(provider: str, algorithm: Algorithm, use: KeyUse) -> tuple[KeyReference, bytes]:
    if use is KeyUse.ENCRYPT and algorithm not in ENCRYPTS:
        raise AlgorithmUnavailable(provider=provider, algorithm=algorithm)
    maker = key_provider(provider)
    reference = maker.generate(algorithm)
    return reference, maker.signer(reference).public.spki


def _keep(
    by: Responsible,
    title: str,
    holder: str,
    made: tuple[KeyReference, bytes],
    algorithm: Algorithm,
    use: KeyUse,
    pair: UUID | None,
    at: datetime,
) -> KeyView:
    reference, spki = made
    row = ManagedKeyRow.objects.create(
        title=title,
        holder=holder,
        algorithm=algorithm,
        use=use,
        state=KeyState.PRE_ACTIVE,
        provider=reference.provider,
        key=reference.key,
        public_key=spki,
        fingerprint=PublicKey.read(spki).fingerprint,
        pair=pair,
        made_at=at,
    )
    after = {"algorithm": algorithm, "use": use, "fingerprint": row.fingerprint, "state": row.state}
    office.record(by, "make_key", "key", row.pk, at=at, permission=Permission.MANAGE, states=(None, after))
    return key_view(row)

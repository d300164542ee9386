"""Where a subscriber is told 订阅设置: the consumer's official names the address, pauses, renews the key, sends again.

The feed needs none of it: whoever only pulls has no address.
"""

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from zhengtong.data.catalog.api import SharingMode
from zhengtong.data.exchange import queries, terms
from zhengtong.data.exchange.contracts import (
    MODES,
    AddressMissing,
    AgreementOver,
    AgreementState,
    AgreementUnknown,
    NewSigningKey,
    Permission,
)
from zhengtong.data.exchange.gateway.refusals import ModeNotAgreed
from zhengtong.data.exchange.models import Agreement, Announcement, AnnouncementDelivery, Subscription
from zhengtong.data.exchange.services.acts import record_act, require_permission
from zhengtong.kernel import clock
from zhengtong.kernel.ids import new_id
from zhengtong.kernel.webhooks import api as webhooks
from zhengtong.trust.identity.contracts import Actor

MOST_AGAIN = 1_000
"""Announcements that are sent again at once."""
_SECRET_BYTES = 32


def set_address(*, actor: Actor, agreement: UUID, address: str, at: datetime) -> NewSigningKey | None:
    """Say where the subscriber is told from now on; empty: it only pulls. A first address returns a new signing key.

    Raises:
        AgreementUnknown, AgreementOver, ModeNotAgreed, NotAllowed: there is nothing to set, or not for the actor.
        AddressUnfit: nothing may be sent there.
    """
    wanted, made = address.strip(), list[NewSigningKey]()
    if wanted:
        webhooks.require_fit(wanted)

    def apply(row: Subscription) -> None:
        row.address = wanted
        if not wanted:
            row.key, row.secret, row.key_issued_at = None, None, None
        elif row.key is None:
            made.append(_new_key(row, at))

    _change(actor, agreement, "set_address", at, apply)
    return made[0] if made else None


def renew_signing_key(*, actor: Actor, agreement: UUID, at: datetime) -> NewSigningKey:
    """Give the subscriber another key for what it is told, shown this once; the next message is signed with it.

    Raises:
        AgreementUnknown, AgreementOver, ModeNotAgreed, NotAllowed, AddressMissing.
    """
    made = list[NewSigningKey]()

    def apply(row: Subscription) -> None:
        _require_address(row)
        made.append(_new_key(row, at))

    _change(actor, agreement, "renew_signing_key", at, apply)
    return made[0]


def pause(*, actor: Actor, agreement: UUID, at: datetime) -> None:
    """Send nothing for now 暂停推送: messages wait, the feed goes on. A second time changes nothing.

    Raises:
        AgreementUnknown, AgreementOver, ModeNotAgreed, NotAllowed.
    """

    def apply(row: Subscription) -> None:
        row.paused_at = row.paused_at or at

    _change(actor, agreement, "pause_subscription", at, apply)


def unpause(*, actor: Actor, agreement: UUID, at: datetime) -> None:
    """Send again 恢复推送: what waited goes at once. A second time changes nothing.

    Raises:
        AgreementUnknown, AgreementOver, ModeNotAgreed, NotAllowed.
    """

    def apply(row: Subscription) -> None:
        row.paused_at = None

    _change(actor, agreement, "resume_subscription", at, apply)


def send_again(*, actor: Actor, agreement: UUID, version: int, at: datetime) -> int:
    """Send the announcements again whose ranges reach *version* or a later one, with the ids they had; return how many.

    Raises:
        AgreementUnknown, AgreementOver, ModeNotAgreed, NotAllowed, AddressMissing.
    """
    sent: list[int] = []

    def apply(row: Subscription) -> None:
        _require_address(row)
        told = Announcement.objects.filter(subscription=row, last__gte=version).order_by("number")[:MOST_AGAIN]
        sent.append(sum(_again(one, at) for one in told))

    _change(actor, agreement, "send_again", at, apply, after={"version": version})
    return sent[0]


def _again(announcement: Announcement, at: datetime) -> int:
    row, made = AnnouncementDelivery.objects.get_or_create(
        announcement=announcement, defaults={"state": webhooks.DeliveryState.WAITING, "due_at": at}
    )
    if not made:
        webhooks.begin_anew(AnnouncementDelivery.objects.select_for_update().get(pk=row.pk), at=at)
    return 1


def _require_address(row: Subscription) -> None:
    if not row.address:
        raise AddressMissing


def _new_key(row: Subscription, at: datetime) -> NewSigningKey:
    row.key, row.secret, row.key_issued_at = new_id(), secrets.token_hex(_SECRET_BYTES), at
    return NewSigningKey(key=row.key, secret=row.secret)


def _change(
    actor: Actor,
    agreement: UUID,
    verb: str,
    at: datetime,
    apply: Callable[[Subscription], None],
    *,
    after: dict[str, Any] | None = None,
) -> None:
    """Apply a change to the subscription of an agreement of the actor's own department, whose row is held."""
    with transaction.atomic():
        agreed = Agreement.objects.select_related("request").filter(pk=agreement).first()
        if agreed is None or actor.organisation is None or agreed.request.consumer_id != actor.organisation:
            raise AgreementUnknown
        require_permission(actor, Permission.SUBSCRIBE, actor.organisation)
        if queries.state_of(agreed, clock.on_day(at)) in {AgreementState.ENDED, AgreementState.EXPIRED}:
            raise AgreementOver
        if SharingMode.SUBSCRIPTION not in terms.read(agreed.request.terms).modes:
            raise ModeNotAgreed(mode=MODES[SharingMode.SUBSCRIPTION])
        Subscription.objects.get_or_create(pk=agreement)
        row = Subscription.objects.select_for_update().get(pk=agreement)
        apply(row)
        row.save(update_fields=["address", "key", "secret", "key_issued_at", "paused_at"])
        stands = {"address": row.address, "key": str(row.key), "paused": row.paused_at is not None, **(after or {})}
        record_act(actor, verb, "subscription", agreement, at=at, permission=Permission.SUBSCRIBE, after=stands)

"""Pushing announcements 推送变更通知: signed with the subscription's own key, tried again and again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import orjson
from django.db import transaction
from django.db.models import F

from zhengtong.data.exchange import queries
from zhengtong.data.exchange.contracts import AgreementState
from zhengtong.data.exchange.gateway.signatures import sign_message
from zhengtong.data.exchange.models import Announcement, AnnouncementAttempt, AnnouncementDelivery, Subscription
from zhengtong.kernel import clock
from zhengtong.kernel.webhooks import api as webhooks

KEPT = timedelta(days=400)
"""How long announcements are kept; the platform's own choice. The last of a subscription stays."""
_STRIDE = 500
_OVER = {AgreementState.ENDED, AgreementState.EXPIRED}


def claim_due(at: datetime) -> list[UUID]:
    """Return messages whose time has come, each for one caller; those of paused subscriptions wait."""
    rows = AnnouncementDelivery.objects.filter(
        announcement__subscription__paused_at=None,
        announcement__subscription__key__isnull=False,
        announcement__subscription__agreement__suspended=False,
    )
    return webhooks.claim_due(rows, at)


def send(delivery: UUID, *, at: datetime, now: Callable[[], datetime], post: webhooks.Post = webhooks.post) -> bool:
    """Send one message and write down what came of it; return whether it arrived.

    Args:
        delivery: its id; one that is settled, or may not go now, is left alone; one under an agreement that is over is
            given up.
        at: the moment the signature bears.
        now: tells when the answer came.
        post: what sends; replaced in tests.
    """
    rows = AnnouncementDelivery.objects.select_related("announcement__subscription__agreement__request")
    row = rows.filter(pk=delivery).first()
    if row is None or row.state != webhooks.DeliveryState.WAITING:
        return False
    subscription = row.announcement.subscription
    state = queries.state_of(subscription.agreement, clock.on_day(at))
    if state in _OVER:
        webhooks.give_up(row, "agreement_over", at=at)
        return False
    if state is AgreementState.SUSPENDED or subscription.paused_at is not None or not subscription.address:
        return False
    return webhooks.send(row, _message(row.announcement, subscription, at), now=now, post=post)


def _message(announcement: Announcement, subscription: Subscription, at: datetime) -> webhooks.Message:
    body = orjson.dumps(queries.announcement_view(announcement).cloud_event())
    secret = bytes.fromhex(subscription.secret)
    signed = sign_message(subscription.address, body, key_id=str(subscription.key), secret=secret, at=at)
    return webhooks.Message(address=subscription.address, body=body, headers={**webhooks.CLOUD_EVENT, **signed})


def forget_old(*, at: datetime) -> int:
    """Forget announcements older than `KEPT` that wait for nothing, with what became of them; return how many."""
    old = Announcement.objects.filter(at__lt=at - KEPT, number__lt=F("subscription__number"))
    with transaction.atomic():
        rows = old.exclude(delivery__state=webhooks.DeliveryState.WAITING).order_by("at")
        found = list(rows.values_list("pk", flat=True)[:_STRIDE])
        AnnouncementAttempt.objects.filter(delivery__announcement__in=found).delete()
        AnnouncementDelivery.objects.filter(announcement__in=found).delete()
        Announcement.objects.filter(pk__in=found).delete()
    return len(found)

"""Subscriptions as the desk shows them 订阅查询: where they stand, what was announced, what became of it."""

from datetime import datetime
from uuid import UUID

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from zhengtong.data.exchange.contracts import AnnouncementLine, SubscriptionView
from zhengtong.data.exchange.models import Announcement, AnnouncementDelivery, Subscription
from zhengtong.data.exchange.queries import announcement_view
from zhengtong.kernel.webhooks import api as webhooks

PAGE = 20


def subscription(agreement: UUID) -> SubscriptionView:
    """Return where the subscription of an agreement stands, an empty one where there was nothing yet. One statement.

    The caller has checked who asks.
    """
    counted = {"waiting": _in_state(webhooks.DeliveryState.WAITING), "dead": _in_state(webhooks.DeliveryState.DEAD)}
    row = Subscription.objects.filter(pk=agreement).annotate(**counted).first()
    if row is None:
        row = Subscription(pk=agreement)
    return SubscriptionView(
        agreement=agreement,
        announced=row.announced,
        address=row.address,
        key=row.key,
        key_issued_at=row.key_issued_at,
        paused_at=row.paused_at,
        waiting=getattr(row, "waiting", 0),
        dead=getattr(row, "dead", 0),
    )


def _in_state(state: webhooks.DeliveryState) -> Coalesce:
    """Return how many messages of a subscription stand there, as part of a statement about it."""
    rows = AnnouncementDelivery.objects.filter(announcement__subscription=OuterRef("pk"), state=state)
    counted = rows.order_by().values("announcement__subscription").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted), 0)


def announcement_lines(agreement: UUID, *, before: int | None = None) -> tuple[AnnouncementLine, ...]:
    """Return announcements with what became of them, the newest first, those below number *before*. Two statements.

    The caller has checked who asks.
    """
    rows = Announcement.objects.filter(subscription=agreement)
    if before is not None:
        rows = rows.filter(number__lt=before)
    found = rows.select_related("subscription__agreement__request", "delivery").prefetch_related("delivery__tries")
    return tuple(map(_line, found.order_by("-number")[:PAGE]))


def _line(row: Announcement) -> AnnouncementLine:
    sent: AnnouncementDelivery | None = getattr(row, "delivery", None)
    state: webhooks.DeliveryState | None = None
    due_at: datetime | None = None
    attempts: tuple[webhooks.AttemptView, ...] = ()
    if sent is not None:
        state, due_at, attempts = webhooks.DeliveryState(sent.state), sent.due_at, webhooks.attempts_at(sent)
    return AnnouncementLine(announcement=announcement_view(row), state=state, due_at=due_at, attempts=attempts)

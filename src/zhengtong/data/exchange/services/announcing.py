"""Announcing new versions 变更通知: each working subscription is told which range of versions is new to it.

A range begins where the last one ended, so an announcement that was never made loses nothing: the next one covers it.
An agreement that does not work is told nothing until it works again.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from zhengtong.data.catalog import api as catalog
from zhengtong.data.catalog.api import SharingMode
from zhengtong.data.collection import api as collection
from zhengtong.data.exchange.contracts import ANNOUNCED, ResourceAnnounced
from zhengtong.data.exchange.models import Agreement, Announcement, AnnouncementDelivery, Subscription
from zhengtong.kernel import clock
from zhengtong.kernel.events.api import emit
from zhengtong.kernel.failpoints import declare, failpoint
from zhengtong.kernel.ids import new_id
from zhengtong.kernel.webhooks.contracts import DeliveryState

declare("exchange.announced")


def announce(dataset: str, *, at: datetime) -> int:
    """Tell the working subscriptions to a resource which versions are new; return how many had something to hear.

    A second time, or by two at once, nothing more is told.
    """
    working = Agreement.objects.filter(
        request__dataset=dataset, ended_at=None, suspended=False, expires_on__gte=clock.on_day(at)
    ).select_related("request")
    subscribed = [row for row in working if SharingMode.SUBSCRIPTION in row.request.terms.get("modes", ())]
    latest = _latest(dataset) if subscribed else None
    return 0 if latest is None else sum(_announced(row, latest, at) for row in subscribed)


def announce_again(agreement: UUID, *, at: datetime) -> int:
    """Tell the subscription of an agreement that works again what is new since; see `announce`."""
    dataset = Agreement.objects.values_list("request__dataset", flat=True).get(pk=agreement)
    return announce(dataset, at=at)


def _latest(dataset: str) -> int | None:
    if dataset not in catalog.on_offer([dataset]):
        return None
    entry = catalog.dataset(dataset).entry
    return collection.version_of(collection.table_name(entry.code, entry.table))


def _announced(agreement: Agreement, latest: int, at: datetime) -> bool:
    with transaction.atomic():
        Subscription.objects.get_or_create(pk=agreement.id)
        row = Subscription.objects.select_for_update().get(pk=agreement.id)
        first = None if row.announced is None else row.announced + 1
        if first is not None and first > latest:
            return False
        row.announced, row.number = latest, row.number + 1
        row.save(update_fields=["announced", "number"])
        made = Announcement.objects.create(
            id=new_id(), subscription=row, number=row.number, first=first, last=latest, at=at
        )
        if row.address:
            AnnouncementDelivery.objects.create(announcement=made, state=DeliveryState.WAITING, due_at=at)
        data = ResourceAnnounced(agreement=agreement.id, dataset=agreement.request.dataset, first=first, last=latest)
        emit(ANNOUNCED, subject=agreement.id, data=data, at=at)
        failpoint("exchange.announced")
    return True

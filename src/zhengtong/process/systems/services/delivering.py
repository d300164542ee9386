"""Telling systems of changes 推送: CloudEvents, signed, tried again until they arrive or are given up."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import transaction

from zhengtong.data.exchange import api as exchange
from zhengtong.kernel.webhooks import api as webhooks
from zhengtong.kernel.webhooks.contracts import DeliveryState
from zhengtong.process.systems.contracts import DeliveryUnknown
from zhengtong.process.systems.models import CaseChange, Delivery, System
from zhengtong.process.systems.services.registering import managed, record_act
from zhengtong.trust.identity.contracts import Actor


def document(row: CaseChange) -> dict[str, Any]:
    """Return a change as a CloudEvents 1.0 document; it names the case, and nobody."""
    return {
        "specversion": "1.0",
        "id": str(row.event),
        "source": "/zhengtong/process/case",
        "type": row.type,
        "subject": row.reference,
        "time": row.at.isoformat(),
        "datacontenttype": "application/json",
        "sequence": f"{row.position:020d}",
        "data": {"case": row.reference, "item": row.item, "position": row.position},
    }


def claim_due(at: datetime) -> list[UUID]:
    """Return messages whose time has come, each for one caller; those of suspended systems wait."""
    return webhooks.claim_due(Delivery.objects.filter(system__suspended_at=None), at)


def send(delivery: UUID, *, at: datetime, now: Callable[[], datetime], post: webhooks.Post = webhooks.post) -> bool:
    """Send one message and write down what came of it; return whether it arrived.

    Args:
        delivery: its id; one that is settled, or whose system is suspended, is left alone.
        at: the moment the signature bears.
        now: tells when the answer came.
        post: what sends; replaced in tests.
    """
    row = Delivery.objects.select_related("system", "change").filter(pk=delivery).first()
    if row is None or row.state != DeliveryState.WAITING or row.system.suspended_at is not None:
        return False
    return webhooks.send(row, _message(row.change, row.system, at), now=now, post=post)


def _message(change: CaseChange, system: System, at: datetime) -> webhooks.Message:
    body = orjson.dumps(document(change))
    signed = exchange.sign_message(
        system.address, body, key_id=str(system.key), secret=bytes.fromhex(system.secret), at=at
    )
    return webhooks.Message(address=system.address, body=body, headers={**webhooks.CLOUD_EVENT, **signed})


def send_again(*, actor: Actor, system: UUID, delivery: UUID, at: datetime) -> None:
    """Put a message on its way once more, from the first attempt on; one that is waiting goes at once.

    Raises:
        SystemUnknown, DeliveryUnknown: there is none, or it is another's to manage.
    """
    with transaction.atomic():
        owner = managed(actor, system)
        row = Delivery.objects.select_for_update().filter(pk=delivery, system=owner).first()
        if row is None:
            raise DeliveryUnknown
        webhooks.begin_anew(row, at=at)
        record_act(actor, "send_again", owner, at, after={"delivery": str(delivery)})

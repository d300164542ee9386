"""Telling systems of changes 推送: CloudEvents, signed, tried again until they arrive or are given up.

A message is sent outside of any transaction; what came of it is written in one. It may arrive twice, never not at all:
the receiver tells by the event's id.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlsplit
from uuid import UUID

import orjson
from django.db import transaction

from zhengtong.data.exchange import api as exchange
from zhengtong.kernel.outbound import NoAnswer
from zhengtong.process.systems import addresses, law
from zhengtong.process.systems.contracts import AddressUnfit, DeliveryState, DeliveryUnknown
from zhengtong.process.systems.models import Attempt, CaseChange, Delivery, System
from zhengtong.process.systems.services.registering import managed, record_act
from zhengtong.trust.identity.contracts import Actor

LEASE = timedelta(minutes=5)
"""How long a queued message belongs to the job that sends it."""
_TOGETHER = 50


class Post(Protocol):
    """Sends a body to an address and returns the status of the answer."""

    def __call__(self, address: str, *, body: bytes, headers: Mapping[str, str]) -> int: ...


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


def claim_due(at: datetime, *, most: int = _TOGETHER) -> list[UUID]:
    """Return messages whose time has come, each for one caller: they come again only if nobody sends them."""
    due = Delivery.objects.filter(state=DeliveryState.WAITING, due_at__lte=at, system__suspended_at=None)
    with transaction.atomic():
        rows = due.select_for_update(of=("self",), skip_locked=True).order_by("due_at")
        found = list(rows.values_list("pk", flat=True)[:most]) if due.exists() else []
        Delivery.objects.filter(pk__in=found).update(due_at=at + LEASE)
    return found


def send(delivery: UUID, *, at: datetime, now: Callable[[], datetime], post: Post = addresses.post) -> bool:
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
    body = orjson.dumps(document(row.change))
    status, error = None, ""
    try:
        status = post(row.system.address, body=body, headers=_headers(row.system, body, at))
    except AddressUnfit:
        error = "address"
    except NoAnswer as problem:
        error = (
            "timeout" if isinstance(problem.__cause__, TimeoutError) else type(problem.__cause__ or problem).__name__
        )
    _settle(delivery, status, error, now())
    return law.arrived(status)


def _headers(system: System, body: bytes, at: datetime) -> dict[str, str]:
    signed = exchange.sign_request(
        method="POST", path=urlsplit(system.address).path or "/", body=body, key_id=str(system.key),
        algorithm=exchange.Algorithm.HMAC_SHA256, key=bytes.fromhex(system.secret), now=int(at.timestamp()),
    )  # fmt: skip
    return {"Content-Type": "application/cloudevents+json; charset=utf-8", "User-Agent": "zhengtong", **signed}


def _settle(delivery: UUID, status: int | None, error: str, at: datetime) -> None:
    with transaction.atomic():
        row = Delivery.objects.select_for_update().get(pk=delivery)
        Attempt.objects.create(delivery=row, at=at, status=status, error=error)
        if row.state != DeliveryState.WAITING:
            return
        if law.arrived(status):
            row.state, row.settled_at = DeliveryState.DELIVERED, at
        else:
            row.failures += 1
            again = law.next_attempt(at, row.failures)
            if again is None:
                row.state, row.settled_at = DeliveryState.DEAD, at
            else:
                row.due_at = again
        row.save(update_fields=["state", "settled_at", "failures", "due_at"])


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
        row.state, row.settled_at, row.failures, row.due_at = DeliveryState.WAITING, None, 0, at
        row.save(update_fields=["state", "settled_at", "failures", "due_at"])
        record_act(actor, "send_again", owner, at, after={"delivery": str(delivery)})

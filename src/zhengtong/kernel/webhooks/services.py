"""Sending 推送: a message is sent outside of any transaction; what came of it is written in one.

It may arrive twice, never not at all: the receiver tells by the event's id.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Protocol, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from zhengtong.kernel.failpoints import declare, failpoint
from zhengtong.kernel.outbound import NoAnswer
from zhengtong.kernel.webhooks import addresses, law
from zhengtong.kernel.webhooks.contracts import AddressUnfit, AttemptView, DeliveryState, Message
from zhengtong.kernel.webhooks.models import Delivery

declare("webhooks.answered")
LEASE = timedelta(minutes=5)
"""How long a claimed message belongs to the job that sends it."""
TOGETHER = 50
DeliveryT = TypeVar("DeliveryT", bound=Delivery)


class Post(Protocol):
    """Sends a body to an address and returns the status of the answer."""

    def __call__(self, address: str, *, body: bytes, headers: Mapping[str, str]) -> int: ...


def claim_due(rows: QuerySet[DeliveryT], at: datetime, *, most: int = TOGETHER) -> list[UUID]:
    """Return messages among *rows* whose time has come, each for one caller; they come again if nobody sends them."""
    due = rows.filter(state=DeliveryState.WAITING, due_at__lte=at)
    with transaction.atomic():
        held = due.select_for_update(of=("self",), skip_locked=True).order_by("due_at")
        found = list(held.values_list("pk", flat=True)[:most]) if due.exists() else []
        _all(rows.model).filter(pk__in=found).update(due_at=at + LEASE)
    return found


def send(row: Delivery, message: Message, *, now: Callable[[], datetime], post: Post = addresses.post) -> bool:
    """Send *message*, write down at *row* what came of it, and return whether it arrived.

    Args:
        row: one that waits.
        message: what is sent.
        now: tells when the answer came.
        post: what sends; replaced in tests.
    """
    status, error = None, ""
    try:
        status = post(message.address, body=message.body, headers=message.headers)
    except AddressUnfit:
        error = "address"
    except NoAnswer as problem:
        cause = problem.__cause__ or problem
        error = "timeout" if isinstance(cause, TimeoutError) else type(cause).__name__
    failpoint("webhooks.answered")
    _settle(row, status, error, at=now())
    return law.arrived(status)


def give_up(row: Delivery, error: str, *, at: datetime) -> None:
    """Give a message up that can no longer be sent, and say in a word why."""
    _settle(row, None, error, at=at, is_last=True)


def begin_anew(row: Delivery, *, at: datetime) -> None:
    """Put a message, whose row is held, on its way from the first attempt on; one that waits goes at once."""
    row.state, row.settled_at, row.failures, row.due_at = DeliveryState.WAITING, None, 0, at
    row.save(update_fields=["state", "settled_at", "failures", "due_at"])


def attempts_at(row: Delivery) -> tuple[AttemptView, ...]:
    """Return the attempts at a message, the first first."""
    tries = sorted(row.tries.all(), key=lambda one: one.pk)
    return tuple(
        AttemptView(number=number, at=one.at, status=one.status, error=one.error)
        for number, one in enumerate(tries, start=1)
    )


def _settle(row: Delivery, status: int | None, error: str, *, at: datetime, is_last: bool = False) -> None:
    with transaction.atomic():
        held = _all(type(row)).select_for_update(of=("self",)).get(pk=row.pk)
        held.tries.create(at=at, status=status, error=error)
        if held.state != DeliveryState.WAITING:
            return
        if law.arrived(status):
            held.state, held.settled_at = DeliveryState.DELIVERED, at
        else:
            held.failures += 1
            again = None if is_last else law.next_attempt(at, held.failures)
            if again is None:
                held.state, held.settled_at = DeliveryState.DEAD, at
            else:
                held.due_at = again
        held.save(update_fields=["state", "settled_at", "failures", "due_at"])


def _all(model: type[DeliveryT]) -> QuerySet[DeliveryT]:
    return model._default_manager.all()  # noqa: SLF001 -- Django's documented model API

"""The door of kernel.events 领域事件: how rooms tell each other what happened without knowing each other.

An app declares its events beside its other contracts and emits them in the transaction of the act:

    @event("process.case.accepted.v1")
    @dataclass(frozen=True, kw_only=True)
    class CaseAccepted:
        '''A case was accepted: the statutory period runs from now.'''
        case: UUID

    with transaction.atomic():
        ...
        emit("process.case.accepted.v1", subject=case.id, data=CaseAccepted(case=case.id), at=at)

Another app hears of it, once in effect and in the order of the subject, and writes through its own services:

    subscribe("process.case.*", handlers.remember_outcome, name="credit.records.remember_outcome")
"""

from zhengtong.kernel.events import presence
from zhengtong.kernel.events.contracts import (
    Delivery,
    Event,
    EventType,
    Handler,
    OutsideTransaction,
    UnfitPayload,
    UnknownDelivery,
    event,
    event_type,
    event_types,
    is_code,
)
from zhengtong.kernel.events.dispatcher import Dispatcher
from zhengtong.kernel.events.draining import drain
from zhengtong.kernel.events.law import RETENTION
from zhengtong.kernel.events.queries import Depth, depth, outstanding, parked
from zhengtong.kernel.events.services import (
    cancel,
    discard,
    emit,
    fire_due,
    forget_before,
    receive_once,
    replay,
    require_transaction,
    schedule,
)
from zhengtong.kernel.events.subscriptions import Subscriptions, subscribe, subscriptions

__all__ = [
    "RETENTION",
    "Delivery",
    "Depth",
    "Dispatcher",
    "Event",
    "EventType",
    "Handler",
    "OutsideTransaction",
    "Subscriptions",
    "UnfitPayload",
    "UnknownDelivery",
    "cancel",
    "depth",
    "discard",
    "drain",
    "emit",
    "event",
    "event_type",
    "event_types",
    "fire_due",
    "forget_before",
    "is_code",
    "outstanding",
    "parked",
    "presence",
    "receive_once",
    "replay",
    "require_transaction",
    "schedule",
    "subscribe",
    "subscriptions",
]

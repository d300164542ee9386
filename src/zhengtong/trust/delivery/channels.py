"""Channels 送达渠道: ways out of the house, each fed by the event that a message was delivered.

The mailbox itself is not among them: it is where a message legally arrives. Each channel subscribes by itself, so a
failing SMS gateway neither delays e-mail nor blocks anything else, and what it could not carry is retried, then parked.
"""

from collections.abc import Callable

from zhengtong.kernel.events.api import Event, Subscriptions, subscriptions
from zhengtong.trust.delivery import queries
from zhengtong.trust.delivery.contracts import Channel, MessageDelivered


def register_channel(name: str, channel: Channel, *, subscribers: Subscriptions = subscriptions) -> None:
    """Have *channel* carry every delivered message; *name* is kept with every delivery and never changes."""
    handler = f"trust.delivery.channel.{name}"
    subscribers.subscribe("trust.delivery.message.delivered.v1", _carrier(channel), name=handler)


def _carrier(channel: Channel) -> Callable[[Event[MessageDelivered]], None]:
    def carry(event: Event[MessageDelivered]) -> None:
        channel.carry(queries.message(event.data.message))

    return carry

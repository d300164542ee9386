"""The door of webhooks 推送: tell others' systems what happened, signed, until it arrives or is given up.

A room that sends keeps its own tables, `class Delivery(webhooks.Delivery)` with what a message is about and
`class Attempt(webhooks.Attempt)` with a foreign key `delivery` whose other end is `tries`; it claims what is due among
the rows that may go now, makes the message, signs it and sends it.
"""

from zhengtong.kernel.webhooks.addresses import post, require_fit
from zhengtong.kernel.webhooks.contracts import CLOUD_EVENT, AddressUnfit, AttemptView, DeliveryState, Message
from zhengtong.kernel.webhooks.law import DELAYS
from zhengtong.kernel.webhooks.models import Attempt, Delivery
from zhengtong.kernel.webhooks.services import Post, attempts_at, begin_anew, claim_due, give_up, send

__all__ = [
    "CLOUD_EVENT",
    "DELAYS",
    "AddressUnfit",
    "Attempt",
    "AttemptView",
    "Delivery",
    "DeliveryState",
    "Message",
    "Post",
    "attempts_at",
    "begin_anew",
    "claim_due",
    "give_up",
    "post",
    "require_fit",
    "send",
]

"""The chain of looks 留痕链 tied to the ledger."""

from datetime import datetime, timedelta

from django.db import transaction

from zhengtong.data.exchange import queries
from zhengtong.data.exchange.models import Look
from zhengtong.data.exchange.services.acts import record_act
from zhengtong.trust.identity import api as identity
from zhengtong.trust.ledger.api import acts_on, digest

LOOKS = "data.exchange.looks"
ANCHORED_EVERY = timedelta(minutes=10)


def anchor_looks(*, at: datetime) -> int:
    """Record where each node's chain of looks stands as an act, which ties it to the ledger; return how many moved.

    A head is recorded at most every `ANCHORED_EVERY`, and never twice, so a round may call this as often as it likes.
    """
    return sum(_anchored(node, at) for node in queries.nodes())


def _anchored(node: str, at: datetime) -> bool:
    with transaction.atomic():
        last = Look.objects.filter(node=node).order_by("-number").first()
        told = acts_on(LOOKS, node, limit=1).items
        if last is None or (told and at - told[0].act.at < ANCHORED_EVERY):
            return False
        after = {"number": last.number, "head": bytes(last.hash).hex()}
        if told and told[0].act.business.after == digest(after):
            return False
        record_act(identity.system_actor(), "anchor_looks", "looks", node, at=at, after=after)
    return True

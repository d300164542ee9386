"""What exchange hears of 订阅: a resource has a new version, an agreement works from now on or again."""

from zhengtong.data.collection.contracts import BatchLanded
from zhengtong.data.exchange import api
from zhengtong.data.exchange.contracts import AgreementChanged, AgreementState, ShareAgreed
from zhengtong.kernel.events.api import Event


def announce_versions(event: Event[BatchLanded | ShareAgreed]) -> None:
    """Tell the subscribers of the resource."""
    api.announce(event.data.dataset, at=event.time)


def announce_what_was_missed(event: Event[AgreementChanged]) -> None:
    """Tell the subscriber whose agreement works again what it missed."""
    if event.data.state == AgreementState.ACTIVE:
        api.announce_again(event.data.agreement, at=event.time)

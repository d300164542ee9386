"""A subscriber with an address is told, signed, at least once under one id, until it arrives or is given up."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from zhengtong.data.catalog.api import SharingMode
from zhengtong.data.exchange import api as exchange
from zhengtong.data.exchange.contracts import (
    AddressMissing,
    AgreementOver,
    AgreementUnknown,
    AnnouncementLine,
)
from zhengtong.data.exchange.gateway.refusals import ModeNotAgreed
from zhengtong.data.exchange.models import Agreement, Announcement, AnnouncementAttempt, AnnouncementDelivery
from zhengtong.data.exchange.services.delivering import KEPT
from zhengtong.data.exchange.tests.builders import DATASET, SYSTEM, an_agreement, consumer_of
from zhengtong.data.exchange.tests.receiver import Receiver, listening
from zhengtong.data.exchange.tests.resource import land, own_lake, resident
from zhengtong.kernel import clock, failpoints
from zhengtong.kernel.errors import NotAllowed
from zhengtong.kernel.events.api import drain
from zhengtong.kernel.webhooks.api import DELAYS
from zhengtong.kernel.webhooks.contracts import AddressUnfit, DeliveryState
from zhengtong.trust.identity.contracts import Actor
from zhengtong.trust.identity.tests.builders import an_actor_in_post, an_organisation
from zhengtong.trust.ledger.api import acts_on

pytestmark = pytest.mark.django_db


class KilledError(BaseException):
    """The process has gone, with nothing tidied up."""


def killed() -> None:
    raise KilledError


@dataclass
class Subscribed:
    """An agreement with the mode subscription, and an official of its consumer."""

    agreement: UUID
    official: Actor

    @property
    def lines(self) -> tuple[AnnouncementLine, ...]:
        return exchange.announcement_lines(self.agreement)


@pytest.fixture(autouse=True)
def lake_of_its_own(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own_lake(settings, tmp_path, monkeypatch)


@pytest.fixture(autouse=True)
def nobody_dies_later() -> Iterator[None]:
    yield
    failpoints.arm("")


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOK_NETWORKS = [ip_network("127.0.0.0/8")]
    with listening() as one:
        yield one


@pytest.fixture
def subscribed() -> Callable[..., Subscribed]:
    def make(receiver: Receiver | None = None, **terms: Any) -> Subscribed:
        now = clock.system.now()
        given = {"modes": (SharingMode.SUBSCRIPTION,), "rows": 1_000, **terms}
        agreement = UUID(an_agreement(at=now, **given)[0])
        drain()
        one = Subscribed(agreement, consumer_of(Agreement.objects.get(pk=agreement).request.consumer_id))
        if receiver is not None:
            address(one, receiver)
        return one

    return make


def address(one: Subscribed, receiver: Receiver) -> None:
    made = exchange.set_address(
        actor=one.official, agreement=one.agreement, address=receiver.address, at=clock.system.now()
    )
    assert made is not None
    receiver.secrets[str(made.key)] = made.secret


def version(*numbers: int) -> int:
    return land([resident(number) for number in numbers], at=clock.system.now())


def deliver(at: datetime | None = None) -> int:
    """Send what is due as the worker does, one after the other; return how many arrived."""
    now = at or clock.system.now()
    due = exchange.claim_due_announcements(now)
    return sum(exchange.send_announcement(one, at=clock.system.now(), now=lambda: now) for one in due)


def ranges(receiver: Receiver) -> list[tuple[int | None, int]]:
    return [(event["data"]["from"], event["data"]["to"]) for event in receiver.told.values()]


def test_a_new_version_is_pushed_signed_as_the_feed_tells_it(
    subscribed: Callable[..., Subscribed], receiver: Receiver
) -> None:
    one = subscribed(receiver)
    version(0)
    assert (deliver(), receiver.refused, deliver()) == (1, [], 0)
    (told,) = receiver.told.values()
    (line,) = one.lines
    assert told == line.announcement.cloud_event()
    assert (line.state, [tried.status for tried in line.attempts]) == (DeliveryState.DELIVERED, [204])


def test_who_only_pulls_is_pushed_nothing(subscribed: Callable[..., Subscribed], receiver: Receiver) -> None:
    one = subscribed()
    version(0)
    assert (deliver(), [line.state for line in one.lines]) == (0, [None])


def test_killed_before_the_announcement_is_kept_it_is_made_by_the_event_that_comes_again(
    subscribed: Callable[..., Subscribed], receiver: Receiver
) -> None:
    one = subscribed(receiver)
    failpoints.arm("exchange.announced", killed)
    with pytest.raises(KilledError), transaction.atomic():
        version(0)
    assert (one.lines, AnnouncementDelivery.objects.count()) == ((), 0)
    failpoints.arm("")
    assert exchange.announce(DATASET, at=clock.system.now()) == 1
    assert (deliver(), ranges(receiver)) == (1, [(None, 0)])


def test_killed_between_the_answer_and_its_mark_it_is_sent_again_under_the_same_id(
    subscribed: Callable[..., Subscribed], receiver: Receiver
) -> None:
    one, now = subscribed(receiver), clock.system.now()
    version(0)
    failpoints.arm("webhooks.answered", killed)
    with pytest.raises(KilledError):
        deliver(now + timedelta(seconds=1))
    failpoints.arm("")
    assert deliver(now + timedelta(seconds=2)) == 0, "it belongs to who died until the lease ends"
    assert deliver(now + timedelta(minutes=6)) == 1
    assert (receiver.calls, len(receiver.told)) == (2, 1)
    assert [tried.status for tried in one.lines[0].attempts] == [204]


def test_what_does_not_arrive_is_tried_again_given_up_and_shown(
    subscribed: Callable[..., Subscribed], receiver: Receiver
) -> None:
    one = subscribed(receiver)
    receiver.answers[:] = [503, 302] + [500] * (len(DELAYS) - 1)
    version(0)
    now = clock.system.now()
    for wait in (timedelta(), *DELAYS):
        now += wait
        assert deliver(now) == 0
    assert deliver(now + timedelta(days=9)) == 0
    (line,) = one.lines
    assert (line.state, len(line.attempts), receiver.calls) == (DeliveryState.DEAD, len(DELAYS) + 1, len(DELAYS) + 1)
    assert (exchange.subscription(one.agreement).dead, exchange.subscription(one.agreement).waiting) == (1, 0)


def test_lost_messages_are_sent_again_from_a_version_with_the_ids_they_had(
    subscribed: Callable[..., Subscribed], receiver: Receiver
) -> None:
    one = subscribed()
    version(0)
    address(one, receiver)
    for number in (1, 2, 3):
        version(number)
    assert (deliver(), ranges(receiver)) == (3, [(1, 1), (2, 2), (3, 3)])
    first = dict(receiver.told)
    receiver.told.clear()
    now = clock.system.now()
    assert exchange.send_again(actor=one.official, agreement=one.agreement, version=2, at=now) == 2
    assert (deliver(), receiver.told) == (2, dict(list(first.items())[1:]))
    assert exchange.send_again(actor=one.official, agreement=one.agreement, version=0, at=now) == 4
    assert (deliver(), set(ranges(receiver))) == (4, {(None, 0), (1, 1), (2, 2), (3, 3)})
    assert exchange.send_again(actor=one.official, agreement=one.agreement, version=9, at=now) == 0


def test_paused_messages_wait_and_the_feed_goes_on(subscribed: Callable[..., Subscribed], receiver: Receiver) -> None:
    one, now = subscribed(receiver), clock.system.now()
    exchange.pause(actor=one.official, agreement=one.agreement, at=now)
    exchange.pause(actor=one.official, agreement=one.agreement, at=now + timedelta(hours=1))
    version(0)
    version(1)
    feed = exchange.announcements(one.agreement)
    assert (deliver(), len(feed.items), feed.is_paused) == (0, 2, True)
    standing = exchange.subscription(one.agreement)
    assert (standing.waiting, standing.paused_at) == (2, now)
    exchange.unpause(actor=one.official, agreement=one.agreement, at=now)
    assert (deliver(), ranges(receiver)) == (2, [(None, 0), (1, 1)])
    assert not exchange.announcements(one.agreement).is_paused


def test_a_message_claimed_before_the_pause_is_not_sent(
    subscribed: Callable[..., Subscribed], receiver: Receiver
) -> None:
    one, now = subscribed(receiver), clock.system.now()
    version(0)
    (due,) = exchange.claim_due_announcements(clock.system.now())
    exchange.pause(actor=one.official, agreement=one.agreement, at=now)
    assert not exchange.send_announcement(due, at=now, now=clock.system.now)
    assert receiver.calls == 0


def test_under_a_suspended_agreement_messages_wait_under_one_that_is_over_they_are_given_up(
    subscribed: Callable[..., Subscribed], receiver: Receiver
) -> None:
    one, now = subscribed(receiver), clock.system.now()
    version(0)
    exchange.suspend(actor=one.official, agreement=one.agreement, reason="核查", at=now)
    assert (deliver(), one.lines[0].state) == (0, DeliveryState.WAITING)
    exchange.resume(actor=one.official, agreement=one.agreement, at=now)
    exchange.end(actor=one.official, agreement=one.agreement, reason="不再使用", at=now)
    assert (deliver(), receiver.calls) == (0, 0)
    (line,) = one.lines
    assert (line.state, [tried.error for tried in line.attempts]) == (DeliveryState.DEAD, ["agreement_over"])
    with pytest.raises(AgreementOver):
        exchange.send_again(actor=one.official, agreement=one.agreement, version=0, at=now)


def test_after_a_new_key_the_next_message_is_signed_with_it(
    subscribed: Callable[..., Subscribed], receiver: Receiver
) -> None:
    one = subscribed(receiver)
    made = exchange.renew_signing_key(actor=one.official, agreement=one.agreement, at=clock.system.now())
    version(0)
    assert (deliver(), receiver.refused) == (0, [f"KeyError('{made.key}')"])
    receiver.secrets = {str(made.key): made.secret}
    assert deliver(clock.system.now() + DELAYS[0]) == 1


def test_another_address_keeps_the_key_and_none_takes_it_away(
    subscribed: Callable[..., Subscribed], receiver: Receiver
) -> None:
    one, now = subscribed(receiver), clock.system.now()
    key = exchange.subscription(one.agreement).key

    def move(to: str) -> Any:
        return exchange.set_address(actor=one.official, agreement=one.agreement, address=to, at=now)

    assert move("https://other.example/told") is None
    assert exchange.subscription(one.agreement).key == key
    assert move("") is None
    assert (exchange.subscription(one.agreement).key, exchange.subscription(one.agreement).address) == (None, "")
    with pytest.raises(AddressMissing):
        exchange.renew_signing_key(actor=one.official, agreement=one.agreement, at=now)
    with pytest.raises(AddressMissing):
        exchange.send_again(actor=one.official, agreement=one.agreement, version=0, at=now)


def test_only_an_official_of_the_consumer_sets_where_it_is_told(subscribed: Callable[..., Subscribed]) -> None:
    one, now = subscribed(), clock.system.now()
    provider = consumer_of(Agreement.objects.select_related("request").get().request.provider_id)
    for stranger in (provider, consumer_of(an_organisation(name="税务局")), SYSTEM):
        with pytest.raises(AgreementUnknown):
            exchange.set_address(actor=stranger, agreement=one.agreement, address="https://a.example/", at=now)
    with pytest.raises(NotAllowed):
        exchange.pause(actor=an_actor_in_post(organisation=one.official.organisation), agreement=one.agreement, at=now)
    with pytest.raises(AddressUnfit):
        exchange.set_address(actor=one.official, agreement=one.agreement, address="http://10.0.0.7/", at=now)
    assert exchange.subscription(one.agreement).address == ""
    assert not acts_on("data.exchange.subscription", str(one.agreement)).items


def test_an_agreement_without_the_mode_has_no_address(subscribed: Callable[..., Subscribed]) -> None:
    one = subscribed(modes=(SharingMode.BATCH,))
    with pytest.raises(ModeNotAgreed):
        exchange.set_address(
            actor=one.official, agreement=one.agreement, address="https://a.example/", at=clock.system.now()
        )


def test_what_is_set_is_on_record(subscribed: Callable[..., Subscribed], receiver: Receiver) -> None:
    one, now = subscribed(receiver), clock.system.now()
    exchange.pause(actor=one.official, agreement=one.agreement, at=now)
    exchange.unpause(actor=one.official, agreement=one.agreement, at=now)
    told = acts_on("data.exchange.subscription", str(one.agreement)).items
    assert {item.act.business.command for item in told} == {
        "data.exchange.set_address", "data.exchange.pause_subscription", "data.exchange.resume_subscription",
    }  # fmt: skip


def test_old_announcements_are_forgotten_but_for_the_last_and_those_that_wait(
    subscribed: Callable[..., Subscribed], receiver: Receiver
) -> None:
    one = subscribed(receiver)
    for number in range(4):
        version(number)
        deliver()
    later = clock.system.now() + KEPT
    AnnouncementDelivery.objects.filter(announcement__number=2).update(
        state=DeliveryState.WAITING, settled_at=None, due_at=later
    )
    assert exchange.forget_old_announcements(at=later + timedelta(days=1)) == 2
    feed = exchange.announcements(one.agreement)
    assert ([item.number for item in feed.items], feed.oldest) == ([2, 4], 2)
    assert AnnouncementAttempt.objects.filter(delivery__announcement__number__in=(1, 3)).count() == 0


def test_a_range_is_announced_once_whatever_writes_it(subscribed: Callable[..., Subscribed]) -> None:
    one = subscribed()
    version(0)
    row = Announcement.objects.get(subscription=one.agreement)
    with pytest.raises(IntegrityError), transaction.atomic():
        Announcement.objects.create(id=UUID(int=1), subscription_id=one.agreement, number=2, last=row.last, at=row.at)

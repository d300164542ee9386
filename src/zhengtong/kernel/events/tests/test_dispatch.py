"""Events reach their handlers once in effect, in order, and a failing handler holds up nobody else."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from click.testing import CliRunner
from django.db import transaction

from zhengtong.kernel.clock import ManualClock
from zhengtong.kernel.events import api
from zhengtong.kernel.events.cli import events_group
from zhengtong.kernel.events.models import InboxEntry, OutboxEvent, OutstandingDelivery, Timer
from zhengtong.kernel.events.tests.house import NOON, Happened, Recorder, tell


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(at=NOON)


House = tuple[api.Dispatcher, Recorder, Recorder]


@pytest.fixture
def house(clock: ManualClock) -> House:
    subscribers = api.Subscriptions()
    first, second = Recorder("first"), Recorder("second")
    subscribers.subscribe("kernel.test.hap*", first, name="test.first")
    subscribers.subscribe("kernel.test.happened.v1", second, name="test.second")
    return api.Dispatcher(clock=clock, subscribers=subscribers), first, second


@pytest.mark.django_db
def test_every_handler_takes_every_event_once_and_in_order(house: House) -> None:
    dispatcher, first, second = house
    for number in range(5):
        tell("a", number)
        tell("b", number)
    api.drain(dispatcher)
    api.drain(dispatcher)
    expected = [(subject, number) for number in range(5) for subject in "ab"]
    assert first.seen == second.seen == expected
    assert InboxEntry.objects.count() == 20
    assert api.depth().waiting == 0


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused() -> None:
    with pytest.raises(api.OutsideTransaction):
        api.emit("kernel.test.happened.v1", subject="a", data=Happened(thing=uuid4(), number=1), at=NOON)
    assert OutboxEvent.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_an_event_of_a_transaction_that_was_undone_never_happened(house: House) -> None:
    dispatcher, first, _ = house
    with transaction.atomic():
        tell("a", 1)
        transaction.set_rollback(True)
    api.drain(dispatcher)
    assert first.seen == []
    assert OutboxEvent.objects.count() == 0


@pytest.mark.django_db
def test_a_failing_handler_holds_its_own_subject_and_nothing_else(house: House, clock: ManualClock) -> None:
    dispatcher, first, second = house
    first.fails = {1}
    for number in range(3):
        tell("a", number)
        tell("b", number + 10)
    api.drain(dispatcher)
    assert first.seen == [("a", 0), ("b", 10), ("b", 11), ("b", 12)]
    assert sorted(second.seen) == [("a", 0), ("a", 1), ("a", 2), ("b", 10), ("b", 11), ("b", 12)]
    first.fails = set()
    clock.advance(timedelta(seconds=2))
    api.drain(dispatcher)
    assert first.seen[-2:] == [("a", 1), ("a", 2)]
    assert OutstandingDelivery.objects.count() == 0


@pytest.mark.django_db
def test_a_handler_that_always_fails_is_parked_and_can_be_replayed(house: House, clock: ManualClock) -> None:
    dispatcher, first, _ = house
    first.fails = {1}
    event = tell("a", 1)
    tell("a", 2)
    for _ in range(20):
        api.drain(dispatcher)
        clock.advance(timedelta(hours=1))
    (delivery,) = api.parked()
    assert (delivery.event, delivery.handler, delivery.attempts) == (event, "test.first", 12)
    assert "ValueError" in delivery.error
    assert "王小明" not in delivery.error
    assert first.seen == []
    first.fails = set()
    assert api.replay(event, at=clock.now()) == 1
    api.drain(dispatcher)
    assert first.seen == [("a", 1), ("a", 2)]
    assert api.outstanding() == []


@pytest.mark.django_db
def test_a_discarded_delivery_lets_the_events_behind_it_go_on(house: House, clock: ManualClock) -> None:
    dispatcher, first, _ = house
    first.fails = {1}
    event = tell("a", 1)
    tell("a", 2)
    for _ in range(20):
        api.drain(dispatcher)
        clock.advance(timedelta(hours=1))
    api.discard(event, at=clock.now(), handler="test.first")
    api.drain(dispatcher)
    assert first.seen == [("a", 2)]
    with pytest.raises(api.UnknownDelivery):
        api.replay(event, at=clock.now())


@pytest.mark.django_db
def test_a_timer_happens_once_when_it_is_due_unless_cancelled(house: House, clock: ManualClock) -> None:
    dispatcher, first, _ = house
    with transaction.atomic():
        kept = api.schedule(
            "kernel.test.happened.v1",
            due=NOON + timedelta(days=1),
            subject="a",
            data=Happened(thing=uuid4(), number=1),
        )
        dropped = api.schedule(
            "kernel.test.happened.v1",
            due=NOON + timedelta(days=1),
            subject="a",
            data=Happened(thing=uuid4(), number=2),
        )
        assert api.cancel(dropped) is True
    api.drain(dispatcher)
    assert first.seen == []
    clock.advance(timedelta(days=1))
    api.drain(dispatcher)
    api.drain(dispatcher)
    assert first.seen == [("a", 1)]
    assert OutboxEvent.objects.get(type="kernel.test.happened.v1").id == kept
    assert Timer.objects.count() == 0
    with transaction.atomic():
        assert api.cancel(kept) is False


@pytest.mark.django_db
def test_old_events_are_forgotten_with_their_inbox_but_not_those_still_outstanding(house: House) -> None:
    dispatcher, first, _ = house
    first.fails = {1}
    held = tell("a", 1)
    tell("b", 2)
    api.drain(dispatcher)
    happened = OutboxEvent.objects.filter(type="kernel.test.happened.v1")
    assert api.forget_before(NOON) == 0
    assert happened.count() == 2
    api.forget_before(NOON + timedelta(seconds=1))
    assert happened.get().id == held
    assert list(InboxEntry.objects.values_list("event", "handler")) == [(held, "test.second")]


@pytest.mark.django_db
def test_an_event_from_outside_takes_effect_once(house: House) -> None:
    event, effects = uuid4(), []
    for _ in range(2):
        api.receive_once(event, handler="test.gateway", at=NOON, effect=lambda: effects.append(1))
    assert effects == [1]


@pytest.mark.django_db
def test_a_batch_that_takes_long_lets_others_write_in_between(clock: ManualClock, house: House) -> None:
    _, first, _ = house
    ticks = iter(range(1000))
    slow = api.Dispatcher(clock=clock, subscribers=house[0].subscribers, budget=2.5, stopwatch=lambda: next(ticks))
    for number in range(10):
        tell("a", number)
    assert slow.dispatch() == 3
    assert [number for _, number in first.seen] == [0, 1, 2]
    assert InboxEntry.objects.count() == 6
    api.drain(slow)
    assert [number for _, number in first.seen] == list(range(10))


@pytest.mark.django_db
def test_the_command_line_shows_replays_and_discards_parked_deliveries(house: House, clock: ManualClock) -> None:
    dispatcher, first, _ = house
    first.fails = {1, 2}
    one, two = tell("a", 1), tell("b", 2)
    for _number in range(20):
        api.drain(dispatcher)
        clock.advance(timedelta(hours=1))
    run = CliRunner()
    assert "parked    2\n" in run.invoke(events_group, ["status"]).output
    listed = run.invoke(events_group, ["parked"]).output
    assert f"{one}  kernel.test.happened.v1  a\n" in listed
    assert "test.first  attempts 12  parked  builtins.ValueError at " in listed
    assert run.invoke(events_group, ["replay", str(one)]).exit_code == 0
    assert run.invoke(events_group, ["discard", str(two), "test.first", "--yes"]).output == "discarded\n"
    assert run.invoke(events_group, ["parked"]).output == "none\n"
    assert isinstance(run.invoke(events_group, ["replay", str(two)]).exception, api.UnknownDelivery)
    assert [delivery.event for delivery in api.outstanding()] == [one]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "subject", "data", "at"),
    [
        ("kernel.test.unheard.v1", "a", Happened(thing=uuid4(), number=1), NOON),
        ("kernel.test.noted.v1", "a", Happened(thing=uuid4(), number=1), NOON),
        ("kernel.test.happened.v1", "王小明", Happened(thing=uuid4(), number=1), NOON),
        ("kernel.test.happened.v1", "a", Happened(thing=uuid4(), number=1), NOON.replace(tzinfo=None)),
    ],
)
def test_an_event_unlike_its_declaration_is_refused_and_not_written(
    name: str, subject: str, data: Happened, at: datetime
) -> None:
    with pytest.raises(api.UnfitPayload), transaction.atomic():
        api.emit(name, subject=subject, data=data, at=at)
    with pytest.raises(api.UnfitPayload), transaction.atomic():
        api.schedule(name, subject=subject, data=data, due=at)
    assert OutboxEvent.objects.count() == 0
    assert Timer.objects.count() == 0

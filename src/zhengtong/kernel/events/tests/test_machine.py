"""Whatever happens in whatever order, with a crash anywhere: each handler takes each event once, in order."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import count
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.db.models import Model
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from zhengtong.kernel import failpoints
from zhengtong.kernel.clock import ManualClock
from zhengtong.kernel.events import api, dispatcher
from zhengtong.kernel.events.models import InboxEntry, OutboxEvent, OutstandingDelivery, Timer
from zhengtong.kernel.events.tests.house import NOON, Happened, Recorder

SUBJECTS = st.sampled_from(["a", "b", "c"])
PLACES = st.builds("{}:{}".format, st.sampled_from(sorted(dispatcher.PLACES)), st.integers(1, 6))


class Crash(BaseException):
    """The process dies here: no handler of errors sees it, the database undoes what was not committed."""


def crash() -> None:
    raise Crash


def empty(*tables: type[Model]) -> None:
    """Empty *tables*. On PostgreSQL rows deleted within the test's one transaction would stay and slow what follows."""
    connection.check_constraints()  # PostgreSQL empties no table that it has still something to check of
    with connection.cursor() as cursor:
        names = [connection.ops.quote_name(table._meta.db_table) for table in tables]
        commands = [f"DELETE FROM {name}" for name in names]  # noqa: S608 -- our own tables
        if connection.vendor == "postgresql":
            commands = [f"TRUNCATE {', '.join(names)}"]
        for command in commands:
            cursor.execute(command)


def in_order_and_once(seen: list[tuple[str, int]], told: dict[str, list[int]]) -> bool:
    """Tell whether *seen* is a beginning, for each subject, of what was *told*."""
    taken: dict[str, list[int]] = {subject: [] for subject in told}
    for subject, number in seen:
        taken[subject].append(number)
    return all(told[subject][: len(numbers)] == numbers for subject, numbers in taken.items())


class OutboxMachine(RuleBasedStateMachine):
    """Emits, hands out, fails, crashes, waits, replays; the model is the list of numbers told for each subject."""

    @initialize()
    def begin(self) -> None:
        empty(OutstandingDelivery, OutboxEvent, InboxEntry, Timer)
        self.clock = ManualClock(at=NOON)
        self.handlers = (Recorder("first"), Recorder("second"))
        subscribers = api.Subscriptions()
        for handler in self.handlers:
            subscribers.subscribe("kernel.test.happened.*", handler, name=f"test.{handler.name}")
        ticks = count()
        self.dispatcher = api.Dispatcher(
            clock=self.clock, subscribers=subscribers, batch=5, budget=2.5, stopwatch=lambda: next(ticks)
        )
        self.told: dict[str, list[int]] = {"a": [], "b": [], "c": []}
        self.number = 0
        self.timers: list[UUID] = []

    def data(self) -> Happened:
        self.number += 1
        return Happened(thing=uuid4(), number=self.number)

    @rule(subjects=st.lists(SUBJECTS, min_size=1, max_size=6))
    def emit(self, subjects: list[str]) -> None:
        with transaction.atomic():
            for subject in subjects:
                api.emit("kernel.test.happened.v1", subject=subject, data=self.data(), at=self.clock.now())
                self.told[subject].append(self.number)

    @rule(subject=SUBJECTS)
    def emit_and_undo(self, subject: str) -> None:
        with transaction.atomic():
            api.emit("kernel.test.happened.v1", subject=subject, data=self.data(), at=self.clock.now())
            transaction.set_rollback(True)

    @rule(which=st.sampled_from([0, 1]), every=st.sampled_from([0, 1, 2, 3]))
    def have_fail(self, which: int, every: int) -> None:
        self.handlers[which].fails = set(range(every, 400, every)) if every else set()

    @rule()
    def hand_out(self) -> None:
        self.dispatcher.dispatch()

    @rule()
    def try_again(self) -> None:
        self.dispatcher.retry()

    @rule(place=PLACES, again=st.booleans())
    def crash_while_working(self, place: str, *, again: bool) -> None:
        failpoints.arm(place, crash)
        try:
            self.dispatcher.retry() if again else self.dispatcher.dispatch()
        except Crash:
            pass
        finally:
            failpoints.arm("")

    @rule(seconds=st.sampled_from([1, 60, 4_000]))
    def wait(self, seconds: int) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    @rule()
    def replay(self) -> None:
        for delivery in api.parked():
            api.replay(delivery.event, at=self.clock.now(), handler=delivery.handler)

    @invariant()
    def nothing_is_doubled_invented_or_out_of_order(self) -> None:
        for handler in self.handlers:
            assert in_order_and_once(handler.seen, self.told)

    def teardown(self) -> None:
        """Repair the handlers; then everything that was told must arrive."""
        if not hasattr(self, "handlers"):
            return
        for handler in self.handlers:
            handler.fails = set()
        self.replay()
        self.clock.advance(timedelta(days=1))
        api.drain(self.dispatcher)
        for handler in self.handlers:
            assert sorted(handler.seen) == sorted(pairs(self.told))
            assert in_order_and_once(handler.seen, self.told)
        assert api.outstanding() == []


def pairs(told: dict[str, list[int]]) -> Iterable[tuple[str, int]]:
    return [(subject, number) for subject, numbers in told.items() for number in numbers]


@pytest.mark.django_db
def test_each_handler_takes_each_event_once_whatever_happens() -> None:
    run_state_machine_as_test(
        OutboxMachine,
        settings=settings(
            max_examples=60,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

"""Two at once: workers that fire the same timers, officials that decide at the same moment."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from zhengtong.kernel.ids import new_id
from zhengtong.process.store import api as store
from zhengtong.process.store import definitions
from zhengtong.process.store.tests import models
from zhengtong.trust.ledger.api import Authority, Responsibility

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
ACT: dict[str, Any] = {"authority": Authority(clause="test"), "responsibility": Responsibility(subject=new_id())}


@pytest.fixture(autouse=True)
def _forget_compiled() -> None:
    definitions.compiled.cache_clear()


def begin(bpmn: bytes, count: int = 1) -> list[UUID]:
    definition = store.publish("joint", bpmn, effective_from=NOW, at=NOW, **ACT)
    instances = [new_id() for _ in range(count)]
    for instance in instances:
        store.start(instance, definition.id, store.StartProcess(process="main"), at=NOW)
    return instances


def together(*acts: Callable[[], object]) -> None:
    """Do all *acts* at the same moment, each on a connection of its own."""
    barrier = Barrier(len(acts))

    def alone(act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        for done in [pool.submit(alone, act) for act in acts]:
            done.result()


def happened(instance: UUID, what: str) -> Counter[str]:
    return Counter(entry.node for step in store.history(instance) for entry in step.entries if entry.what == what)


def test_two_workers_fire_every_timer_once() -> None:
    instances = begin(models.timed(), 8)
    due = NOW + timedelta(days=5)
    together(*[lambda: store.fire_due_timers(due)] * 2)
    assert store.fire_due_timers(due + timedelta(days=1)) == 0
    for instance in instances:
        assert happened(instance, "timer_fired") == {"late": 1}
        assert [work.node for work in store.open_work(instance)] == ["escalated"]
        assert [step.sequence for step in store.history(instance)] == [1, 2]


def test_officials_who_decide_at_the_same_moment_each_count_once() -> None:
    (instance,) = begin(models.joint(4))

    def decide(item: int, key: str) -> Callable[[], object]:
        return lambda: store.carry_out(instance, store.CompleteWorkItem(work_item=item), key=key, at=NOW)

    work = store.open_work(instance)
    together(*[decide(item.work_item, item.node) for item in work for _twice in range(2)])
    assert happened(instance, "work_completed") == {f"office{number}": 1 for number in range(4)}
    assert [item.node for item in store.open_work(instance)] == ["decide"]
    assert [step.sequence for step in store.history(instance)] == [1, 2, 3, 4, 5]


def test_a_message_that_two_workers_hand_over_is_taken_once() -> None:
    top = '<message id="paid" name="paid"/>'
    wait = (
        '<intermediateCatchEvent id="wait"><messageEventDefinition id="w" messageRef="paid"/></intermediateCatchEvent>'
    )
    bpmn = models.process(
        ['<startEvent id="start"/>', wait, '<userTask id="after"/>', '<endEvent id="end"/>'],
        [("start", "wait"), ("wait", "after"), ("after", "end")],
    )
    instances = begin(bpmn.replace(b"<process", top.encode() + b"<process"), 3)
    together(*[lambda: store.deliver_message("paid", {}, key="bank-1", at=NOW)] * 2)
    assert sum(len(store.open_work(instance)) for instance in instances) == 1

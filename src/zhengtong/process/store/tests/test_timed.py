"""Timers that start cases: one case for each moment of the version in effect, however many dispatchers there are."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from zhengtong.kernel.ids import new_id
from zhengtong.process.store import api as store
from zhengtong.process.store import definitions
from zhengtong.process.store.models import Definition, Instance, StartTimer
from zhengtong.process.store.tests import models
from zhengtong.trust.ledger.api import Authority, Responsibility

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
TIMER = '<timerEventDefinition id="t"><timeDuration>P1D</timeDuration></timerEventDefinition>'
DAY = timedelta(days=1)
ACT: dict[str, Any] = {"authority": Authority(clause="test"), "responsibility": Responsibility(subject=new_id())}


@pytest.fixture(autouse=True)
def _forget_compiled() -> None:
    definitions.compiled.cache_clear()


def model(timer: str, task: str = "check") -> bytes:
    nodes = [
        f'<startEvent id="begin"><timerEventDefinition id="t">{timer}</timerEventDefinition></startEvent>',
        f'<userTask id="{task}"/>',
        '<endEvent id="end"/>',
    ]
    return models.process(nodes, [("begin", task), (task, "end")])


def publish(timer: str, task: str = "check", *, at: datetime = NOW, begins: datetime | None = None) -> int:
    return store.publish("yearly", model(timer, task), effective_from=begins or at, at=at, **ACT).id


def cases() -> list[int]:
    return list(Instance.objects.order_by("started_at").values_list("definition_id", flat=True))


def test_a_cycle_starts_a_case_each_day_and_stops_after_its_count() -> None:
    publish("<timeCycle>R2/P1D</timeCycle>")
    assert store.fire_due_starts(NOW + DAY - timedelta(seconds=1)) == 0
    assert store.fire_due_starts(NOW + DAY) == 1
    assert store.fire_due_starts(NOW + DAY) == 0
    assert store.fire_due_starts(NOW + 2 * DAY) == 1
    assert not StartTimer.objects.exists()
    assert store.fire_due_starts(NOW + 30 * DAY) == 0
    assert len(cases()) == 2
    assert len(store.open_work(Instance.objects.all()[0].pk)) == 1


def test_a_moment_seen_by_two_dispatchers_starts_one_case() -> None:
    publish("<timeCycle>R/P1D</timeCycle>")
    before = StartTimer.objects.get()
    store.fire_due_starts(NOW + DAY)
    before.save()  # as if the second had read, or the database come back, before the first armed the next moment
    store.fire_due_starts(NOW + DAY)
    assert len(cases()) == 1
    assert StartTimer.objects.get().due == NOW + 2 * DAY


def test_missed_moments_are_made_up_for_one_case_each() -> None:
    publish("<timeCycle>R/P1D</timeCycle>")
    late = NOW + 3 * DAY
    assert [store.fire_due_starts(late) for _ in range(4)] == [1, 1, 1, 0]


def test_a_new_version_disarms_the_timer_of_the_old_one_from_the_day_it_takes_effect() -> None:
    old = publish("<timeCycle>R/P1D</timeCycle>")
    new = publish("<timeCycle>R/P1D</timeCycle>", "look", begins=NOW + 2 * DAY)
    for day in range(1, 5):
        store.fire_due_starts(NOW + day * DAY)
    assert cases() == [old, new, new]
    assert StartTimer.objects.get().definition_id == new


def test_a_version_that_a_newer_one_overtakes_before_it_begins_starts_nothing() -> None:
    publish("<timeCycle>R/P1D</timeCycle>", begins=NOW + 10 * DAY)
    new = publish("<timeDate>2026-12-31T00:00:00Z</timeDate>", "look")
    for day in range(1, 60):
        store.fire_due_starts(NOW + day * DAY)
    assert cases() == [new]


def test_a_withdrawn_definition_starts_nothing_and_its_running_cases_go_on() -> None:
    publish("<timeCycle>R/P1D</timeCycle>")
    publish("<timeCycle>R/P2D</timeCycle>", "look", begins=NOW + 20 * DAY)
    store.fire_due_starts(NOW + DAY)
    store.withdraw("yearly", at=NOW + DAY, **ACT)
    assert store.fire_due_starts(NOW + 60 * DAY) == 0
    with pytest.raises(store.UnknownDefinition):
        store.in_effect("yearly", NOW + 30 * DAY)
    with pytest.raises(store.UnknownDefinition):
        store.withdraw("yearly", at=NOW + DAY, **ACT)
    (running,) = Instance.objects.all()
    (work,) = store.open_work(running.pk)
    done = store.carry_out(
        running.pk, store.CompleteWorkItem(work_item=work.work_item), key="done", at=NOW + DAY, actor=None
    )
    assert done.state is store.InstanceState.COMPLETED


def test_moments_before_the_version_takes_effect_start_nothing() -> None:
    publish("<timeCycle>R/2026-01-01T00:00:00Z/P1D</timeCycle>")
    assert StartTimer.objects.get().due == datetime(2026, 11, 24, tzinfo=UTC)
    publish("<timeCycle>R/2020-01-31T00:00:00Z/P1M</timeCycle>", "monthly")
    assert StartTimer.objects.get().due > NOW
    publish("<timeDate>2026-01-01T00:00:00Z</timeDate>", "once")
    assert not StartTimer.objects.exists()
    publish("<timeCycle>R3/2020-01-01T00:00:00Z/P1D</timeCycle>", "thrice")
    assert not StartTimer.objects.exists()


def test_a_timer_may_be_written_in_feel_without_variables() -> None:
    publish('<timeDuration>duration("P" + string(1 + 1) + "D")</timeDuration>')
    assert StartTimer.objects.get().due == NOW + 2 * DAY


@pytest.mark.parametrize("timer", ["<timeDuration>term of the case</timeDuration>", "<timeCycle>R/-P1D</timeCycle>"])
def test_a_start_timer_nobody_can_read_is_refused_by_name_and_nothing_is_kept(timer: str) -> None:
    with pytest.raises(store.NotPublishable, match="exec-start-timer"):
        publish(timer)
    assert not Definition.objects.exists()


def test_a_case_that_cannot_start_is_tried_again_an_hour_later_and_keeps_its_moment() -> None:
    nodes = [
        f'<startEvent id="begin">{TIMER}</startEvent>',
        '<exclusiveGateway id="which"/>',
        '<endEvent id="end"/>',
        '<endEvent id="other"/>',
    ]
    flows: list[Any] = [("begin", "which"), ("which", "end", "1 = 2"), ("which", "other", "2 = 3")]
    store.publish("stuck", models.process(nodes, flows), effective_from=NOW, at=NOW, **ACT)
    assert store.fire_due_starts(NOW + DAY) == 0
    timer = StartTimer.objects.get()
    assert (timer.due, timer.held_until) == (NOW + DAY, NOW + DAY + timedelta(hours=1))
    assert not Instance.objects.exists()

"""The store: one decision per decision, whatever officials, networks and machines do."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zhengtong.kernel.ids import new_id
from zhengtong.process.engine.api import WorkItemGone
from zhengtong.process.store import api as store
from zhengtong.process.store import definitions, services, statements
from zhengtong.process.store.models import Definition, Instance, LiveRow, RowKind, Step
from zhengtong.process.store.session import session
from zhengtong.process.store.tests import models
from zhengtong.trust.ledger.api import Authority, Responsibility, acts_on

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _forget_compiled() -> None:
    """Definitions are cached by their id, which a rolled-back test gives to the next one."""
    definitions.compiled.cache_clear()


NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
FORM = {f"field {number}": f"内容 {number} " * 5 for number in range(40)}  # about 3 KB
LIMIT = 8  # statements a command may need between BEGIN and COMMIT


def publish(bpmn: bytes, key: str = "joint", effective_from: datetime = NOW, *, anew: bool = False) -> store.Published:
    return store.publish(
        key,
        bpmn,
        effective_from=effective_from,
        at=NOW,
        authority=Authority(clause="test"),
        responsibility=Responsibility(subject=new_id()),
        anew=anew,
    )


def begin(bpmn: bytes, **variables: object) -> UUID:
    definition = publish(bpmn)
    instance = new_id()
    store.start(instance, definition.id, store.StartProcess(process="main", variables=variables), at=NOW)
    return instance


def finish(instance: UUID, node: str, key: str = "", **results: object) -> store.Receipt:
    (item,) = (work for work in store.open_work(instance) if work.node == node)
    command = store.CompleteWorkItem(work_item=item.work_item, results=results)
    return store.carry_out(instance, command, key=key or f"{node}-{item.work_item}", at=NOW)


def nodes(instance: UUID) -> list[str]:
    return [work.node for work in store.open_work(instance)]


def test_a_joint_approval_runs_from_start_to_end() -> None:
    instance = begin(models.joint(), form=FORM)
    assert sorted(nodes(instance)) == [f"office{number}" for number in range(5)]
    for number in (3, 0, 4, 1):
        finish(instance, f"office{number}")
    assert nodes(instance) == ["office2"]
    finish(instance, "office2")
    assert nodes(instance) == ["decide"]
    assert finish(instance, "decide").state is store.InstanceState.COMPLETED
    assert store.state_of(instance) is store.InstanceState.COMPLETED
    assert set(LiveRow.objects.filter(instance_id=instance).values_list("kind", flat=True)) == {RowKind.VARIABLE}
    assert store.variables(instance) == {"form": FORM}


def test_a_double_click_is_one_decision() -> None:
    instance = begin(models.joint(2))
    first = finish(instance, "office0", key="click")
    command = store.CompleteWorkItem(
        work_item=next(e.data["work_item"] for e in first.entries if "work_item" in e.data)
    )
    again = store.carry_out(instance, command, key="click", at=NOW + timedelta(seconds=1))
    assert again.repeated
    assert (again.sequence, again.entries) == (first.sequence, first.entries)
    assert Step.objects.filter(instance_id=instance).count() == 2


def test_one_key_for_two_different_commands_is_refused() -> None:
    instance = begin(models.joint(2))
    finish(instance, "office0", key="k")
    with pytest.raises(store.KeyReused):
        store.carry_out(instance, store.SetVariables(values={"x": 1}), key="k", at=NOW)
    assert "x" not in store.variables(instance)


def test_two_officials_deciding_the_same_task_make_one_decision() -> None:
    instance = begin(models.joint(2))
    (item,) = (work for work in store.open_work(instance) if work.node == "office0")
    command = store.CompleteWorkItem(work_item=item.work_item)
    store.carry_out(instance, command, key="first official", at=NOW)
    before = list(LiveRow.objects.filter(instance_id=instance).values_list("kind", "key", "body"))
    with pytest.raises(WorkItemGone):
        store.carry_out(instance, command, key="second official", at=NOW)
    assert list(LiveRow.objects.filter(instance_id=instance).values_list("kind", "key", "body")) == before


def test_starting_twice_with_the_same_id_starts_once() -> None:
    definition = publish(models.joint(2))
    instance, command = new_id(), store.StartProcess(process="main", variables={"a": 1})
    first = store.start(instance, definition.id, command, at=NOW)
    assert store.start(instance, definition.id, command, at=NOW).repeated
    assert first.sequence == 1
    with pytest.raises(store.KeyReused):
        store.start(instance, definition.id, store.StartProcess(process="main", variables={"a": 2}), at=NOW)


def test_a_refused_start_leaves_nothing_behind() -> None:
    definition = publish(models.correction())
    with pytest.raises(store.NotStorable):
        store.start(new_id(), definition.id, store.StartProcess(process="main", variables={"x": object()}), at=NOW)
    assert (Instance.objects.count(), LiveRow.objects.count(), Step.objects.count()) == (0, 0, 0)


def test_an_ended_instance_takes_no_commands() -> None:
    instance = begin(models.correction(), missing=0)
    finish(instance, "accept")
    with pytest.raises(store.InstanceEnded):
        store.carry_out(instance, store.SetVariables(values={"x": 1}), key="late", at=NOW)


def test_an_unknown_instance_is_named() -> None:
    with pytest.raises(store.UnknownInstance):
        store.carry_out(new_id(), store.SetVariables(values={}), key="k", at=NOW)


def test_a_hundred_correction_rounds_leave_no_more_rows_than_one() -> None:
    instance = begin(models.correction(), form=FORM)
    counts = []
    for _round in range(100):
        finish(instance, "accept", missing=1)
        finish(instance, "correct")
        counts.append(LiveRow.objects.filter(instance_id=instance).count())
    assert set(counts) == {counts[0]}
    assert finish(instance, "accept", missing=0).state is store.InstanceState.COMPLETED


@pytest.mark.parametrize("width", [5, 40])
def test_no_command_needs_more_statements_than_the_limit(width: int) -> None:
    definition = publish(models.joint(width))
    instance = new_id()
    publish(models.timed(), "timed")
    with CaptureQueriesContext(
        connection,
    ) as started:
        store.start(instance, definition.id, store.StartProcess(process="main", variables={"form": FORM}), at=NOW)
    counts = [statements_of(started)]
    for number in range(width):
        (item,) = (work for work in store.open_work(instance) if work.node == f"office{number}")
        with CaptureQueriesContext(connection) as captured:
            store.carry_out(instance, store.CompleteWorkItem(work_item=item.work_item), key=str(number), at=NOW)
        counts.append(statements_of(captured))
    assert max(counts) <= LIMIT
    assert max(counts[1:]) == 6


def statements_of(captured: CaptureQueriesContext) -> int:
    outside = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")
    return sum(1 for query in captured.captured_queries if not query["sql"].startswith(outside))


def test_a_timer_fires_once_however_many_dispatchers_try() -> None:
    instance = begin(models.timed())
    assert store.fire_due_timers(NOW + timedelta(days=4, hours=23)) == 0
    due = statements.due_timers(session(), NOW + timedelta(days=5), 10)
    assert [timer[0] for timer in due] == [instance]
    assert store.fire_due_timers(NOW + timedelta(days=5)) == 1
    assert nodes(instance) == ["escalated"]
    again = store.carry_out(
        instance, store.FireTimer(timer=due[0][1]), key=f"timer:{due[0][1]}:{due[0][2].isoformat()}", at=NOW
    )
    assert again.repeated
    assert store.fire_due_timers(NOW + timedelta(days=6)) == 0


def test_a_cancelled_instance_leaves_no_timer_behind() -> None:
    instance = begin(models.timed())
    store.carry_out(instance, store.CancelCase(reason="withdrawn"), key="cancel", at=NOW)
    assert store.fire_due_timers(NOW + timedelta(days=30)) == 0
    assert statements.due_timers(session(), NOW + timedelta(days=30), 10) == []


def test_a_timer_that_is_refused_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    broken, sound = begin(models.timed()), begin(models.timed())
    real = services.carry_out

    def refuse(instance: UUID, *arguments: object, **named: object) -> object:
        if instance == broken:
            raise store.InstanceEnded(state="failed")
        return real(instance, *arguments, **named)  # type: ignore[arg-type]  # passed through as it came

    monkeypatch.setattr(services, "carry_out", refuse)
    assert store.fire_due_timers(NOW + timedelta(days=5)) == 1
    assert nodes(sound) == ["escalated"]
    monkeypatch.undo()
    assert store.fire_due_timers(NOW + timedelta(days=5, minutes=59)) == 0
    assert store.fire_due_timers(NOW + timedelta(days=5, minutes=60)) == 1
    assert nodes(broken) == ["escalated"]


def test_values_come_back_exactly_as_they_went_in() -> None:
    values = {
        "amount": Decimal("12345678901234567890.1234567890"),
        "whole": 7,
        "text": "沪A·12345",
        "nothing": None,
        "yes": True,
        "list": [1, [2, {"三": Decimal("3.0")}]],
        "spaced name": {"a b": 1},
        "day": date(2026, 2, 28),
        "moment": NOW,
        "term": timedelta(days=5),
    }
    instance = begin(models.correction(), **values)
    assert store.variables(instance) == values


def test_publishing_the_same_content_again_gives_the_same_version_and_one_act() -> None:
    first = publish(models.joint())
    again = publish(models.joint())
    assert (again.id, again.version, again.repeated) == (first.id, 1, True)
    assert len(acts_on("process.definition", "joint:1").items) == 1


def test_content_comes_back_only_where_that_is_asked_for_and_once() -> None:
    first, second = publish(models.joint(2)), publish(models.joint(3))
    assert publish(models.joint(2)).id == first.id
    assert publish(models.joint(3), anew=True).id == second.id
    back = publish(models.joint(2), anew=True)
    assert (back.version, back.content_hash, back.repeated) == (3, first.content_hash, False)
    assert publish(models.joint(2), anew=True).id == back.id
    assert publish(models.joint(2)).id == back.id, "of several versions with one content, the newest"
    assert store.in_effect("joint", NOW).id == back.id


def test_a_new_version_takes_over_on_its_day_and_running_instances_keep_theirs() -> None:
    old = publish(models.joint(2))
    instance = new_id()
    store.start(instance, old.id, store.StartProcess(process="main"), at=NOW)
    new = publish(models.joint(3), effective_from=NOW + timedelta(days=10))
    assert store.in_effect("joint", NOW + timedelta(days=9)).id == old.id
    assert store.in_effect("joint", NOW + timedelta(days=10)).id == new.id
    finish(instance, "office0")
    finish(instance, "office1")
    assert nodes(instance) == ["decide"]
    with pytest.raises(store.UnknownDefinition):
        store.in_effect("joint", NOW - timedelta(days=1))


@pytest.mark.parametrize(
    "bpmn", [b"<broken", b"<a/>", models.process(["<userTask id='lonely'/>"], [("lonely", "gone")])]
)
def test_a_model_that_is_wrong_is_not_published(bpmn: bytes) -> None:
    with pytest.raises(Exception) as refused:  # noqa: PT011 -- the reader and the rules refuse in their own words
        publish(bpmn)
    assert hasattr(refused.value, "explanation")
    assert Definition.objects.count() == 0


def test_a_decision_table_that_contradicts_itself_is_not_published() -> None:
    rule = (
        "<rule id='r{0}'><inputEntry id='i{0}'><text>&gt; 1</text></inputEntry>"
        "<outputEntry id='o{0}'><text>{0}</text></outputEntry></rule>"
    )
    table = (
        "<definitions xmlns='https://www.omg.org/spec/DMN/20230324/MODEL/' id='m' name='m' namespace='urn:m'>"
        "<inputData id='x' name='x'><variable id='v' name='x' typeRef='number'/></inputData>"
        "<decision id='d' name='d'><variable id='w' name='d'/><informationRequirement id='q'>"
        "<requiredInput href='#x'/></informationRequirement><decisionTable id='t' hitPolicy='UNIQUE'><input id='in'>"
        "<inputExpression id='e' typeRef='number'><text>x</text></inputExpression></input><output id='out'/>"
        f"{rule.format(1)}{rule.format(2)}</decisionTable></decision></definitions>"
    )
    with pytest.raises(store.NotPublishable, match=r"t\.dmn"):
        store.publish(
            "joint",
            models.joint(),
            {"t.dmn": table.encode()},
            effective_from=NOW,
            at=NOW,
            authority=Authority(clause="test"),
            responsibility=Responsibility(subject=new_id()),
        )
    assert Definition.objects.count() == 0


def test_the_log_feeds_mining() -> None:
    instance = begin(models.correction(), missing=0)
    finish(instance, "accept")
    assert list(store.event_log("joint")) == [(str(instance), "accept", NOW)]


class CrashError(Exception):
    """The machine stops."""


@pytest.mark.parametrize("seed", range(40))
def test_random_schedules_lose_and_double_nothing(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Officials in random order, commands doubled, a crash before any statement: every branch counts exactly once."""
    rng = random.Random(seed)  # noqa: S311 -- a repeatable schedule
    width = rng.randrange(2, 7)
    instance = begin(models.joint(width))
    items = {work.node: work.work_item for work in store.open_work(instance)}
    todo = [node for node in items for _ in range(rng.randrange(1, 4))]
    rng.shuffle(todo)
    while todo:
        node = todo[-1]
        crash_before(monkeypatch, rng.choice([*CRASHES, None, None, None]))
        try:
            store.carry_out(instance, store.CompleteWorkItem(work_item=items[node]), key=node, at=NOW)
            todo.pop()
        except CrashError:
            pass
        monkeypatch.undo()
    assert nodes(instance) == ["decide"]
    done = Counter(
        entry.node for step in store.history(instance) for entry in step.entries if entry.what == "work_completed"
    )
    assert done == dict.fromkeys(items, 1)
    assert [step.sequence for step in store.history(instance)] == list(range(1, width + 2))


CRASHES = ("lock", "read_rows", "delete_rows", "upsert_rows", "append_step", "advance")


def crash_before(monkeypatch: pytest.MonkeyPatch, name: str | None) -> None:
    if name is None:
        return

    def crash(*_arguments: object, **_named: object) -> None:
        raise CrashError

    monkeypatch.setattr(statements, name, crash)

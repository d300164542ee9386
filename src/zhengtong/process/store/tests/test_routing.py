"""Between instances: messages, signals and called processes reach whom they are for, once, whatever is retried."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zhengtong.kernel.events.api import Event, drain
from zhengtong.kernel.events.models import OutboxEvent
from zhengtong.kernel.ids import new_id
from zhengtong.process.engine.api import BadCallee
from zhengtong.process.store import api as store
from zhengtong.process.store import definitions, routing
from zhengtong.process.store.models import Call, Instance, Message
from zhengtong.process.store.tests import models
from zhengtong.trust.ledger.api import Authority, Responsibility

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
ACT: dict[str, Any] = {"authority": Authority(clause="test"), "responsibility": Responsibility(subject=new_id())}
LIMIT = 8


@pytest.fixture(autouse=True)
def _forget_compiled() -> None:
    definitions.compiled.cache_clear()


def publish(key: str, nodes: Iterable[str], flows: Iterable[Any], *, top: str = "") -> int:
    bpmn = models.process(nodes, flows).decode().replace("<process", top + "<process")
    bpmn = bpmn.replace('id="main"', f'id="{key}"').replace(
        "<definitions ", '<definitions xmlns:zt="urn:zhengtong:bpmn" '
    )
    return store.publish(key, bpmn.encode(), effective_from=NOW, at=NOW, **ACT).id


def start(definition: int, process: str, **variables: Any) -> UUID:
    instance = new_id()
    store.start(instance, definition, store.StartProcess(process=process, variables=variables), at=NOW)
    return instance


def finish(instance: UUID, node: str, **results: Any) -> store.Receipt:
    (item,) = (work for work in store.open_work(instance) if work.node == node)
    command = store.CompleteWorkItem(work_item=item.work_item, results=results)
    return store.carry_out(instance, command, key=node, at=NOW)


def nodes(instance: UUID) -> list[str]:
    return sorted(work.node for work in store.open_work(instance))


def again() -> None:
    """Hand every event over a second time, past the inbox that would hold it back."""
    for row in OutboxEvent.objects.filter(type="process.instance.stepped.v1").order_by("pk"):
        data = orjson.loads(row.data) if isinstance(row.data, str) else row.data
        stepped = store.InstanceStepped(instance=UUID(data["instance"]), sequence=data["sequence"])
        routing.route(
            Event(id=new_id(), type=row.type, source="process.store", subject=row.subject, time=NOW, data=stepped)
        )
    drain()


START, END = '<startEvent id="start"/>', '<endEvent id="end"/>'
PAID = '<message id="paid" name="paid"/>'
CATCH = (
    '<intermediateCatchEvent id="wait"><messageEventDefinition id="w" messageRef="paid" zt:correlation="case"/>'
    "</intermediateCatchEvent>"
)
THROW = (
    '<intermediateThrowEvent id="tell"><messageEventDefinition id="w" messageRef="paid" zt:correlation="case"/>'
    "</intermediateThrowEvent>"
)


def waiting() -> int:
    return publish(
        "waiting",
        [START, CATCH, '<userTask id="after"/>', END],
        [("start", "wait"), ("wait", "after"), ("after", "end")],
        top=PAID,
    )


def telling() -> int:
    return publish("telling", [START, THROW, END], [("start", "tell"), ("tell", "end")], top=PAID)


def test_a_message_reaches_the_one_case_it_correlates_with() -> None:
    listens, tells = waiting(), telling()
    cases = {number: start(listens, "waiting", case=number) for number in range(4)}
    start(tells, "telling", case=2)
    drain()
    again()
    assert {number for number, instance in cases.items() if nodes(instance) == ["after"]} == {2}
    assert [len(store.history(instance)) for instance in cases.values()] == [1, 1, 2, 1]
    assert Message.objects.get().body == ""


def test_a_message_nobody_waits_for_is_kept_until_somebody_does() -> None:
    listens, tells = waiting(), telling()
    start(tells, "telling", case=7)
    drain()
    assert Message.objects.filter(taken_by=None).count() == 1
    other, instance = start(listens, "waiting", case=8), start(listens, "waiting", case=7)
    drain()
    again()
    assert nodes(instance) == ["after"]
    assert nodes(other) == []
    assert Message.objects.filter(taken_by=instance).count() == 1


def test_a_message_from_outside_is_taken_once_whoever_waits_next() -> None:
    listens = waiting()
    first, second = start(listens, "waiting", case=1), start(listens, "waiting", case=1)
    taken = store.deliver_message("paid", {"amount": 5}, key="bank-1", correlation=1, at=NOW)
    once_more = store.deliver_message("paid", {"amount": 5}, key="bank-1", correlation=1, at=NOW)
    assert taken is not None
    assert once_more is not None
    assert (taken.instance, once_more.instance, once_more.repeated) == (first, first, True)
    assert nodes(second) == []
    assert store.variables(first)["amount"] == 5


def test_a_message_starts_the_version_in_effect_and_not_one_that_was_overtaken_before_it_began() -> None:
    begins = '<startEvent id="start"><messageEventDefinition id="w" messageRef="paid"/></startEvent>'
    later, versions = NOW + timedelta(days=10), []
    for task, effective_from in (("old", later), ("new", NOW)):
        parts = [begins, f'<userTask id="{task}"/>', END]
        bpmn = models.process(parts, [("start", task), (task, "end")]).decode().replace("<process", PAID + "<process")
        versions.append(store.publish("dues", bpmn.encode(), effective_from=effective_from, at=NOW, **ACT).id)
    assert store.deliver_message("paid", {}, key="k", at=later + timedelta(days=1)) is not None
    assert [instance.definition_id for instance in Instance.objects.all()] == [versions[1]]


def test_a_message_starts_the_process_that_begins_with_it() -> None:
    begins = '<startEvent id="start"><messageEventDefinition id="w" messageRef="paid"/></startEvent>'
    book = publish("book", [begins, '<userTask id="enter"/>', END], [("start", "enter"), ("enter", "end")], top=PAID)
    start(telling(), "telling", case=3)
    drain()
    again()
    (instance,) = Instance.objects.filter(definition_id=book).values_list("id", flat=True)
    assert nodes(instance) == ["enter"]


def test_a_signal_reaches_every_case_that_listens_once() -> None:
    top = '<signal id="storm" name="storm"/>'
    hears = (
        '<intermediateCatchEvent id="wait"><signalEventDefinition id="w" signalRef="storm"/></intermediateCatchEvent>'
    )
    listens = publish(
        "listens",
        [START, hears, '<userTask id="after"/>', END],
        [("start", "wait"), ("wait", "after"), ("after", "end")],
        top=top,
    )
    cases = [start(listens, "listens") for _ in range(3)]
    throws = hears.replace("Catch", "Throw").replace('"wait"', '"tell"')
    warns = publish("warns", [START, throws, END], [("start", "tell"), ("tell", "end")], top=top)
    start(warns, "warns")
    drain()
    again()
    assert [nodes(case) for case in cases] == [["after"]] * 3
    assert {len(store.history(case)) for case in cases} == {2}


IO = (
    '<ioSpecification><dataInput id="in" name="department"/><dataOutput id="out" name="outcome"/>'
    "<inputSet><dataInputRefs>in</dataInputRefs></inputSet><outputSet><dataOutputRefs>out</dataOutputRefs></outputSet>"
    "</ioSpecification>"
)
EACH = (
    "<multiInstanceLoopCharacteristics><loopDataInputRef>list</loopDataInputRef><loopDataOutputRef>all</loopDataOutputRef>"
    '<inputDataItem id="one" name="department"/><outputDataItem id="its" name="outcome"/>'
    "</multiInstanceLoopCharacteristics>"
)
DATA = (
    '<dataObject id="list" name="departments" isCollection="true"/>'
    '<dataObject id="all" name="outcomes" isCollection="true"/>'
)
REFUSED = '<boundaryEvent id="refused" attachedToRef="ask"><errorEventDefinition id="r" errorRef="no"/></boundaryEvent>'


def office() -> int:
    return publish(
        "office",
        [START, '<userTask id="handle"/>', '<exclusiveGateway id="how" default="f3"/>', END, FAILS],
        [("start", "handle"), ("handle", "how"), ("how", "fail", "outcome = null"), ("how", "end")],
        top='<error id="no" name="no" errorCode="no"/>',
    )


FAILS = '<endEvent id="fail"><errorEventDefinition id="f" errorRef="no"/></endEvent>'


def bundle() -> int:
    ask = f'<callActivity id="ask" calledElement="office">{IO}{EACH}</callActivity>'
    return publish(
        "bundle",
        [START, DATA, ask, REFUSED, '<userTask id="decide"/>', '<userTask id="refuse"/>', END],
        [("start", "ask"), ("ask", "decide"), ("decide", "end"), ("refused", "refuse"), ("refuse", "end")],
        top='<error id="no" name="no" errorCode="no"/>',
    )


def children(parent: UUID) -> list[UUID]:
    return list(Call.objects.filter(parent=parent).order_by("child").values_list("child", flat=True))


def test_each_department_handles_a_case_of_its_own_and_the_join_reads_their_outcomes() -> None:
    office()
    parent = start(bundle(), "bundle", departments=["tax", "police", "land"])
    drain()
    again()
    found = children(parent)
    assert [store.variables(child)["department"] for child in found] == ["tax", "police", "land"]
    for child, outcome in zip(reversed(found), (3, 2, 1), strict=True):
        finish(child, "handle", outcome=outcome, secret="stays with the department")
    drain()
    again()
    assert nodes(parent) == ["decide"]
    assert sorted(store.variables(parent)["outcomes"]) == [1, 2, 3]
    assert "secret" not in store.variables(parent)
    assert finish(parent, "decide").state is store.InstanceState.COMPLETED


def test_a_department_that_fails_is_caught_by_the_caller_and_the_others_are_withdrawn() -> None:
    office()
    parent = start(bundle(), "bundle", departments=["tax", "police"])
    drain()
    first, second = children(parent)
    assert finish(first, "handle").state is store.InstanceState.FAILED
    drain()
    again()
    assert nodes(parent) == ["refuse"]
    assert store.state_of(second) is store.InstanceState.CANCELLED


def test_a_caller_that_is_cancelled_takes_its_children_with_it() -> None:
    office()
    parent = start(bundle(), "bundle", departments=["tax", "police"])
    drain()
    store.carry_out(parent, store.CancelCase(reason="withdrawn"), key="cancel", at=NOW)
    drain()
    again()
    assert [store.state_of(child) for child in children(parent)] == [store.InstanceState.CANCELLED] * 2
    assert store.state_of(parent) is store.InstanceState.CANCELLED


def test_a_process_that_calls_what_is_not_published_is_refused() -> None:
    with pytest.raises(store.NotPublishable, match="office"):
        bundle()


def test_steps_that_concern_others_keep_the_limit_of_statements() -> None:
    office()
    calls = bundle()
    instance = new_id()
    order = store.StartProcess(process="bundle", variables={"departments": [str(number) for number in range(40)]})
    definitions.compiled(calls)  # once per process, not per command
    with CaptureQueriesContext(connection) as begun:
        store.start(instance, calls, order, at=NOW)
    drain()
    child = children(instance)[0]
    with CaptureQueriesContext(connection) as returned:
        finish_quietly(child)
    assert statements_of(begun) <= LIMIT
    assert statements_of(returned) <= LIMIT


def finish_quietly(instance: UUID) -> None:
    """Complete the child's first work item, which a start numbers 3."""
    store.carry_out(instance, store.CompleteWorkItem(work_item=3, results={"outcome": 1}), key="handle", at=NOW)


def statements_of(captured: CaptureQueriesContext) -> int:
    outside = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")
    return sum(1 for query in captured.captured_queries if not query["sql"].startswith(outside))


OFFICES = (
    '<callActivity id="ask" zt:called="office"><ioSpecification><dataInput id="i" name="office"/>'
    "<inputSet/><outputSet/></ioSpecification><multiInstanceLoopCharacteristics><loopDataInputRef>offices"
    '</loopDataInputRef><inputDataItem id="o" name="office"/></multiInstanceLoopCharacteristics></callActivity>'
)


def _callees(*names: str) -> None:
    for name in names:
        task = f"answer_{name}"
        publish(name, [START, f'<userTask id="{task}"/>', END], [("start", task), (task, "end")])


def _asking(call: str = OFFICES) -> int:
    data = '<dataObject id="offices" name="offices" isCollection="true"/>'
    parts = [data, START, '<userTask id="choose"/>', call, END]
    return publish("asking", parts, [("start", "choose"), ("choose", "ask"), ("ask", "end")])


def test_each_instance_of_a_call_may_call_a_process_of_its_own() -> None:
    _callees("water", "power")
    parent = start(_asking(), "asking")
    finish(parent, "choose", offices=["water", "power", "water"])
    drain()
    children = {call.child: call.called for call in Call.objects.all()}
    assert sorted(children.values()) == ["power", "water", "water"]
    for child, called in children.items():
        finish(child, f"answer_{called}")
    drain()
    assert store.state_of(parent) is store.InstanceState.COMPLETED


def test_a_call_of_what_is_not_published_refuses_the_step_and_changes_nothing() -> None:
    _callees("water")
    parent = start(_asking(), "asking")
    with pytest.raises(store.UnknownDefinition, match="gas"):
        finish(parent, "choose", offices=["water", "gas"])
    assert nodes(parent) == ["choose"]
    assert not Call.objects.exists()


def test_a_call_whose_expression_yields_no_name_refuses_the_step() -> None:
    parent = start(_asking(), "asking")
    with pytest.raises(BadCallee):
        finish(parent, "choose", offices=[7])
    assert nodes(parent) == ["choose"]


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ('<callActivity id="ask" calledElement="=office"/>', "exec-called-expression"),
        ('<callActivity id="ask" calledElement="water" zt:called="office"/>', "exec-called-twice"),
        ('<callActivity id="ask" zt:called="office +"/>', "exec-expression"),
        ('<callActivity id="ask"/>', "exec-called"),
    ],
)
def test_a_call_nobody_can_follow_is_refused_by_name_at_publishing(call: str, code: str) -> None:
    _callees("water")
    with pytest.raises(store.NotPublishable, match=re.escape(f"[{code}]")):
        _asking(call)

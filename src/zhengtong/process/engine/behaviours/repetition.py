"""Loops and multi-instance 循环与多实例.

Standard loops, sequential and parallel instances (BPMN 2.0 clauses 10.3.8, 13.3.6-7).

The activity's own token stays on the node and counts; every run is a token of role INSTANCE inside it, with
`loopCounter` and the collection's element as its own variables. Boundary events belong to the activity, not to an
instance.
"""

from typing import Any

from zhengtong.process.bpmn.model import ActivityNode, EventDefinition, EventNode, Loop, Trigger
from zhengtong.process.engine.errors import BadRepetition
from zhengtong.process.engine.events import What
from zhengtong.process.engine.run import Run
from zhengtong.process.engine.state import Role, Subscription, Token


def begin(run: Run, token: Token, node: ActivityNode, loop: Loop) -> bool:
    """Start the first instances; tell whether there are none, so that the activity is complete already."""
    if not loop.multiple:
        token = run.work.change(token, memory={**token.memory, "completed": 0, "started": 0})
        if loop.test_before and not goes_on(run, token, loop, 0):
            return True
        start_instance(run, token, node, 0)
        return False
    total = instances(run, token, node, loop)
    memory = {**token.memory, "total": total, "started": 0, "completed": 0, "terminated": 0}
    token = run.work.change(token, memory=memory)
    if loop.output:
        run.assign(token, {loop.output: []})
    for index in range(min(total, 1) if loop.sequential else total):
        start_instance(run, token, node, index)
    return total == 0


def instances(run: Run, token: Token, node: ActivityNode, loop: Loop) -> int:
    """Return how many instances there are: the cardinality, or one for each element of the collection."""
    value: Any
    if loop.cardinality:
        value = run.value(token, loop.cardinality)
        value = int(value) if not isinstance(value, bool | str) and value is not None and value == int(value) else value
    else:
        collection = run.visible(token).get(loop.collection)
        value = len(collection) if isinstance(collection, list | tuple) else collection
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= run.limits.instances:
        raise BadRepetition(node=node.name or node.id, value=value)
    return value


def start_instance(run: Run, token: Token, node: ActivityNode, index: int) -> None:
    """Start the instance *index*, counted from 0; its `loopCounter` counts from 1, as FEEL's lists do."""
    current = run.token(token.id) or token
    run.work.change(current, memory={**current.memory, "started": index + 1})
    instance = run.spawn(token.process, node.id, token.id, role=Role.INSTANCE, index=index + 1)
    run.set_local(instance, "loopCounter", index + 1)
    loop = node.loop
    if loop is not None and loop.collection and loop.item:
        collection = run.visible(token).get(loop.collection)
        run.set_local(instance, loop.item, collection[index] if collection and index < len(collection) else None)


def goes_on(run: Run, token: Token, loop: Loop, done: int) -> bool:
    """Tell whether a standard loop runs once more after *done* runs."""
    if loop.maximum is not None and done >= loop.maximum:
        return False
    return not loop.condition or run.holds(token, loop.condition, loopCounter=done)


def instance_done(run: Run, outer: Token, instance: Token, node: ActivityNode, output: Any) -> bool:
    """Count a finished instance; tell whether the whole activity is complete."""
    loop = node.loop
    if loop is None:
        return True
    memory = {**outer.memory, "completed": outer.memory["completed"] + 1}
    outer = run.work.change(outer, memory=memory)
    run.note(What.INSTANCE_COMPLETED, instance, index=instance.index)
    run.consume(instance)
    if not loop.multiple:
        done = memory["completed"]
        if not goes_on(run, outer, loop, done):
            return True
        start_instance(run, outer, node, done)
        return False
    if loop.output:
        gathered = list(run.visible(outer).get(loop.output) or [])
        run.assign(outer, {loop.output: [*gathered, output]})
    return after_instance(run, outer, node, loop)


def after_instance(run: Run, outer: Token, node: ActivityNode, loop: Loop) -> bool:
    """Throw what the behaviour asks for, then stop, go on, or wait for the other instances."""
    memory = outer.memory
    counters = {
        "numberOfInstances": memory["total"],
        "numberOfActiveInstances": memory["started"] - memory["completed"] - memory["terminated"],
        "numberOfCompletedInstances": memory["completed"],
        "numberOfTerminatedInstances": memory["terminated"],
    }
    if loop.behaviour == "None" or (loop.behaviour == "One" and memory["completed"] == 1):
        throw_to_boundary(run, outer, loop.event)
    if loop.behaviour == "Complex":
        for behaviour in loop.complex:
            if run.holds(outer, behaviour.condition, **counters):
                throw_to_boundary(run, outer, behaviour.event)
                return stop(run, outer)
    if loop.completion and run.holds(outer, loop.completion, **counters):
        return stop(run, outer)
    if loop.sequential and memory["started"] < memory["total"]:
        start_instance(run, outer, node, memory["started"])
        return False
    return bool(memory["completed"] + memory["terminated"] >= memory["total"])


def stop(run: Run, outer: Token) -> bool:
    """End the instances that still run (table 10.30: the condition cancels the rest and produces a token)."""
    for instance in run.work.owned(Token, outer.id):
        run.kill(instance)
    return True


def throw_to_boundary(run: Run, outer: Token, definition: EventDefinition | None) -> None:
    """Throw a behaviour's event to the activity's own boundary events, which start without ending the activity.

    The behaviour decides when instances end, so a boundary event here only starts its path. Without a definition the
    event is a signal without a name (clause 10.3.8.2).
    """
    trigger = definition.trigger if definition else Trigger.SIGNAL
    name = definition.name if definition else ""
    nodes = run.graph(outer.process).nodes
    for row in run.work.owned(Subscription, outer.id):
        node = nodes[row.node]
        if isinstance(node, EventNode) and node.kind == "boundaryEvent" and row.trigger is trigger and row.name == name:
            run.spawn(outer.process, node.id, outer.scope, memory={"caught": {}})

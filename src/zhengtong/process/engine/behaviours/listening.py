"""Catching events 捕获事件.

Arming timers and subscriptions, and what happens when one is heard (BPMN 2.0 clause 13.5).

One row for each event definition: an intermediate event listens with its own token, a boundary event with its
activity's, an event sub-process with the token of the scope around it, an event-based gateway with the gateway's
token.
"""

from collections.abc import Collection, Mapping
from typing import Any

from zhengtong.process.bpmn.model import ActivityNode, EventDefinition, EventNode, FlowNode, Trigger
from zhengtong.process.engine.behaviours import compensation, correlation
from zhengtong.process.engine.errors import BadTimer
from zhengtong.process.engine.events import What
from zhengtong.process.engine.run import Run
from zhengtong.process.engine.state import Role, Subscription, Timer, Token, TokenState
from zhengtong.process.engine.timing import as_text, first_due

HEARD = frozenset(
    {
        Trigger.MESSAGE,
        Trigger.SIGNAL,
        Trigger.ERROR,
        Trigger.ESCALATION,
        Trigger.CANCEL,
        Trigger.CONDITIONAL,
    }
)


def definitions(node: FlowNode) -> tuple[EventDefinition, ...]:
    """Return what *node* waits for: an event's definitions, or a receive task's message."""
    if isinstance(node, EventNode):
        return node.definitions
    return (node.message,) if isinstance(node, ActivityNode) and node.message else ()


def arm(run: Run, token: Token, node: FlowNode, *, without: Collection[int] = ()) -> None:
    """Listen with *token* for the definitions of *node* but those *without*; a condition that holds fires at once."""
    conditions = []
    for index, definition in enumerate(definitions(node)):
        if index in without:
            continue
        if definition.trigger is Trigger.TIMER:
            arm_timer(run, token, node, index, definition)
        elif definition.trigger in HEARD:
            row = run.work.put(
                Subscription(
                    id=run.work.new_id(),
                    token=token.id,
                    node=node.id,
                    trigger=definition.trigger,
                    name=definition.name,
                    definition=index,
                    correlation=correlation.keys_at(run, token, definition),
                )
            )
            if definition.trigger is Trigger.CONDITIONAL:
                conditions.append(row)
    for row in conditions:
        check_condition(run, row)


def arm_timer(run: Run, token: Token, node: FlowNode, index: int, definition: EventDefinition) -> None:
    """Set the timer of *definition*; its expression is an ISO 8601 literal or FEEL."""
    rule = definition.timer
    if rule is None:
        raise BadTimer(node=node.name or node.id, expression="")
    due = first_due(rule.kind, rule.expression, run.now)
    if due is None:
        due = first_due(rule.kind, as_text(run.value(token, rule.expression)), run.now)
    if due is None:
        raise BadTimer(node=node.name or node.id, expression=rule.expression)
    moment, repeats, interval = due
    timer = Timer(
        id=run.work.new_id(),
        token=token.id,
        node=node.id,
        due=moment,
        definition=index,
        repeats=repeats,
        interval=interval,
    )
    run.work.put(timer)
    run.note(What.TIMER_SET, token, node=node.id, timer=timer.id, due=moment.isoformat())


def check_conditions(run: Run) -> None:
    """Look at every condition somebody waits for, after variables have changed."""
    for row in run.work.listening(Trigger.CONDITIONAL):
        if run.work.get(Subscription, row.id) is not None:
            check_condition(run, row)


def check_condition(run: Run, row: Subscription) -> None:
    """Fire when a condition becomes true; it must become false before it fires again (clause 10.5.5.4)."""
    token = run.token(row.token)
    current = run.work.get(Subscription, row.id)
    if token is None or current is None:
        return
    definition = definitions(run.graph(token.process).nodes[row.node])[row.definition]
    holds = run.holds(token, definition.condition)
    if holds != current.held:
        current = run.work.change(current, held=holds)
        if holds:
            hear(run, current, {})


def hear(run: Run, row: Subscription | Timer, payload: Mapping[str, Any]) -> None:
    """Take note that what *row* waits for has happened; a parallel multiple event fires when all of it has."""
    token = run.token(row.token)
    if token is None:
        return
    node = run.graph(token.process).nodes[row.node]
    if isinstance(node, EventNode) and node.parallel and len(node.definitions) > 1:
        run.work.drop(row)
        if any(other.node == node.id for other in run.armed(token)):
            run.assign(token, payload)
            return
        if not node.interrupting and node.kind != "intermediateCatchEvent":
            arm(run, token, node)
    fire(run, token, node, payload)


def fire(run: Run, token: Token, node: FlowNode, payload: Mapping[str, Any]) -> None:
    """Let the event *node*, for which *token* listened, happen."""
    memory = {"caught": dict(payload)}
    if isinstance(node, EventNode) and node.kind == "boundaryEvent":
        fire_boundary(run, token, node, memory)
    elif isinstance(node, EventNode) and node.kind == "startEvent" and token.node != node.id:
        fire_event_sub_process(run, token, node, memory)
    elif token.memory.get("parallel"):
        run.disarm(token, node.id)
        run.spawn(token.process, node.id, token.scope, memory=memory)
        if not run.work.count(Subscription, token.id) + run.work.count(Timer, token.id):
            run.consume(token)
    else:
        run.disarm(token)
        run.resume(token, node=node.id, memory={**token.memory, **memory})


def fire_boundary(run: Run, token: Token, node: EventNode, memory: Mapping[str, Any]) -> None:
    """Start a boundary event's path, ending its activity first when it interrupts."""
    if node.interrupting:
        run.kill(token)
        if token.role is Role.HANDLER:
            compensation.advance(run, token.memory["driver"])
    run.spawn(token.process, node.id, token.scope, memory=memory)


def fire_event_sub_process(run: Run, scope: Token, node: EventNode, memory: Mapping[str, Any]) -> None:
    """Start an event sub-process in *scope*, ending everything else in it first when it interrupts (clause 10.3.5)."""
    if node.interrupting:
        for child in run.work.owned(Token, scope.id):
            run.kill(child)
        nodes = run.graph(scope.process).nodes
        for row in run.armed(scope):
            if nodes[row.node].kind == "startEvent":
                run.work.drop(row)
        scope = run.work.change(scope, memory={**scope.memory, "interrupted": True})
    run.spawn(scope.process, node.scope, scope.id, memory={**memory, "start": node.id})


def propagate(run: Run, token: Token, trigger: Trigger, name: str, payload: Mapping[str, Any]) -> bool:
    """Look for who catches an error or escalation, from *token* outwards; tell whether anybody did (clause 10.5.7).

    At each level an event sub-process goes before a boundary event, and a named catch before one that catches any.
    """
    current: Token | None = token
    while current is not None:
        nodes = run.graph(current.process).nodes
        rows = [
            row for row in run.work.owned(Subscription, current.id) if row.trigger is trigger and row.name in {name, ""}
        ]
        if rows:
            rows.sort(key=lambda row: (nodes[row.node].kind == "boundaryEvent", not row.name, row.id))
            hear(run, rows[0], payload)
            return True
        current = run.around(current)
    return False


def broadcast(run: Run, name: str, payload: Mapping[str, Any]) -> int:
    """Give a signal to everyone in the case who listens; return how many did."""
    count = 0
    for row in run.work.listening(Trigger.SIGNAL):
        if row.name == name and run.work.get(Subscription, row.id) is not None:
            hear(run, row, payload)
            count += 1
    return count


def deliver(run: Run, name: str, payload: Mapping[str, Any], key: Any) -> bool:
    """Give a message to the first who listens and whose correlation matches; tell whether anybody did."""
    for row in run.work.listening(Trigger.MESSAGE):
        token = run.token(row.token)
        if token is not None and row.name == name and correlation.matches(run, token, row, payload, key):
            hear(run, row, payload)
            return True
    return False


def enter_catch(run: Run, token: Token, node: EventNode) -> None:
    """A token reaches, or is released from, a catching event."""
    if "caught" in token.memory:
        run.note(What.EVENT_CAUGHT, token)
        correlation.take(run, token, node, token.memory["caught"])
        flows = run.graph(token.process).flows
        run.leave(token, [flows[item] for item in node.outgoing])
        return
    waits = [item for item in node.definitions if item.trigger in HEARD or item.trigger is Trigger.TIMER]
    if not waits or node.kind != "intermediateCatchEvent":
        run.resume(token, memory={"caught": {}})
        return
    token = run.work.change(token, state=TokenState.LISTENING)
    arm(run, token, node)

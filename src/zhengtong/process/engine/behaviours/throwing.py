"""Throwing events 抛出事件.

Intermediate and end events, and what each definition does (BPMN 2.0 clauses 10.5 and 13.5).
"""

from collections.abc import Mapping
from typing import Any

from zhengtong.process.bpmn.model import ActivityNode, EventDefinition, EventNode, Trigger
from zhengtong.process.engine.behaviours import compensation, correlation, listening
from zhengtong.process.engine.events import What
from zhengtong.process.engine.run import Run
from zhengtong.process.engine.state import Role, Subscription, Token

DEFERRED = frozenset({Trigger.SIGNAL, Trigger.MESSAGE})


def is_deferred(node: EventNode) -> bool:
    """Tell whether *node* throws something a parallel branch may be about to listen for."""
    return any(definition.trigger in DEFERRED for definition in node.definitions)


def enter_throw(run: Run, token: Token, node: EventNode) -> None:
    """Throw every definition in order, then go on or end."""
    payload = correlation.bring(run, token, node.inputs)
    for index in range(token.memory.get("next", 0), len(node.definitions)):
        if not throw(run, token, node, index, payload):
            return
        if not run.alive(token):
            return
    if node.id in run.graph(token.process).links:
        run.resume(token, node=run.graph(token.process).links[node.id], memory={"caught": {}})
        return
    run.note(What.EVENT_THROWN, token)
    if node.kind == "endEvent":
        run.consume(token)
        return
    flows = run.graph(token.process).flows
    run.leave(token, [flows[item] for item in node.outgoing])


def throw(run: Run, token: Token, node: EventNode, index: int, payload: Mapping[str, Any]) -> bool:
    """Throw one definition; tell whether *token* goes on now."""
    definition = node.definitions[index]
    match definition.trigger:
        case Trigger.MESSAGE:
            send(run, token, definition, payload)
        case Trigger.SIGNAL:
            run.note(What.SIGNAL_SENT, token, name=definition.name, payload=dict(payload))
            listening.broadcast(run, definition.name, payload)
        case Trigger.ESCALATION:
            escalate(run, token, definition.name, payload)
        case Trigger.ERROR:
            raise_error(run, token, definition.name, payload)
            return False
        case Trigger.TERMINATE:
            terminate(run, token)
            return False
        case Trigger.CANCEL:
            cancel_transaction(run, token)
            return False
        case Trigger.COMPENSATION:
            return not compensation.begin(run, token, definition, index + 1)
        case _:
            pass
    return True


def send(run: Run, token: Token, definition: EventDefinition, payload: Mapping[str, Any]) -> None:
    """Hand a message to the host, which routes it to whoever waits for it."""
    key = run.value(token, definition.correlation) if definition.correlation else None
    run.note(What.MESSAGE_SENT, token, name=definition.name, payload=dict(payload), correlation=key)


def escalate(run: Run, token: Token, code: str, payload: Mapping[str, Any]) -> None:
    """Raise an escalation; one that nobody catches is only noted."""
    if not listening.propagate(run, token, Trigger.ESCALATION, code, payload):
        run.note(What.ESCALATION_UNCAUGHT, token, code=code)


def raise_error(run: Run, token: Token, code: str, payload: Mapping[str, Any]) -> None:
    """Raise an error; one that nobody catches ends the whole case (clause 10.5.6)."""
    if listening.propagate(run, token, Trigger.ERROR, code, payload):
        return
    root = token
    while root.role is not Role.ROOT and (outer := run.around(root)) is not None:
        root = outer
    end_case(run, root, What.PROCESS_FAILED, code=code, thrown_at=token.node)


def end_case(run: Run, root: Token, what: What, **data: Any) -> None:
    """End the case at once."""
    for child in run.work.owned(Token, root.id):
        run.kill(child)
    run.note(what, root, **data)
    run.kill(root)


def terminate(run: Run, token: Token) -> None:
    """End everything in the scope of *token*; what is around a sub-process goes on (clause 13.5.6)."""
    scope = run.around(token)
    run.note(What.EVENT_THROWN, token)
    if scope is None:
        return
    for child in run.work.owned(Token, scope.id):
        run.kill(child)
    run.work.change(scope, memory={**scope.memory, "terminated": True})
    run.unsettled[scope.id] = None


def cancel_transaction(run: Run, token: Token) -> None:
    """Cancel the transaction around *token*: stop it, compensate it, then leave it (clause 13.3.5)."""
    scope = run.around(token)
    while scope is not None:
        node = run.graph(scope.process).nodes.get(scope.node)
        if isinstance(node, ActivityNode) and node.transaction:
            break
        scope = run.around(scope)
    run.note(What.EVENT_THROWN, token)
    if scope is None:
        run.consume(token)
        return
    for child in run.work.owned(Token, scope.id):
        run.kill(child)
    compensation.cancel(run, scope)


def leave_cancelled(run: Run, driver: Token) -> None:
    """A cancelled transaction has been compensated: take its cancel boundary event, or end it."""
    transaction = run.token(driver.memory["cancels"])
    run.consume(driver)
    if transaction is None:
        return
    for row in run.work.owned(Subscription, transaction.id):
        if row.trigger is Trigger.CANCEL:
            listening.hear(run, row, {})
            return
    run.kill(transaction)

"""Processes and sub-processes as scopes 流程与子流程.

How they start, and how ad-hoc ones go on (BPMN 2.0 clause 10.3.5).
"""

from collections.abc import Mapping
from typing import Any

from zhengtong.process.bpmn.model import ActivityNode, EventNode, FlowNode, GatewayNode, Process, Scope
from zhengtong.process.engine.behaviours import listening
from zhengtong.process.engine.errors import UnknownProcess
from zhengtong.process.engine.run import Run
from zhengtong.process.engine.state import Role, Token, TokenState


def start(run: Run, token: Token, at: str = "", payload: Mapping[str, Any] | None = None, definition: int = 0) -> None:
    """Start the inside of the process or sub-process *token* stands for."""
    process, content = run.graph(token.process), run.content(token)
    for identifier in content.event_sub_processes:
        for inner in process.scopes[identifier].starts:
            listening.arm(run, token, process.nodes[inner])
    current = run.token(token.id)
    if current is None or current.memory.get("interrupted"):
        return
    if at:
        start_at(run, token, process.nodes[at], payload or {}, definition)
        return
    places = plain_starts(process, content, every=token.role not in {Role.ROOT, Role.CALLED})
    if not places and token.role in {Role.ROOT, Role.CALLED}:
        raise UnknownProcess(process=process.name or process.id)
    run.unsettled[token.id] = None
    for place in places:
        run.spawn(token.process, place, token.id)


def plain_starts(process: Process, content: Scope, *, every: bool) -> list[str]:
    """Return where a scope starts without a trigger: none start events, else all nodes nothing leads to."""
    nodes = [process.nodes[identifier] for identifier in content.starts]
    events = [node.id for node in nodes if isinstance(node, EventNode) and not node.definitions]
    if events:
        return events if every else events[:1]
    if any(isinstance(node, EventNode) for node in nodes):
        return []
    return [node.id for node in nodes]


def start_at(run: Run, token: Token, node: FlowNode, payload: Mapping[str, Any], definition: int) -> None:
    """Start at a triggered start event, an instantiating receive task, or behind an instantiating gateway."""
    process = run.graph(token.process)
    memory = {"caught": dict(payload)}
    begins = token.role is Role.ROOT  # an event sub-process has waited for all its triggers before it starts
    if begins and isinstance(node, EventNode) and node.parallel and len(node.definitions) > 1:
        waiting = run.create(token.process, node.id, token.id, state=TokenState.LISTENING)
        listening.arm(run, waiting, node, without=(definition,))
        run.assign(token, payload)
        return
    for flow in node.incoming:
        gateway = process.nodes[process.flows[flow].source]
        if isinstance(gateway, GatewayNode) and gateway.instantiate and gateway.parallel:
            waiting = run.create(
                token.process, gateway.id, token.id, state=TokenState.LISTENING, memory={"parallel": True}
            )
            for other in gateway.outgoing:
                target = process.nodes[process.flows[other].target]
                if target.id != node.id:
                    listening.arm(run, waiting, target)
    run.spawn(token.process, node.id, token.id, memory=memory)


def begin_ad_hoc(run: Run, token: Token, node: ActivityNode) -> None:
    """Start an ad-hoc sub-process: all its activities at once, or the first of them when it is sequential."""
    content = run.content(token)
    places = [
        identifier
        for identifier in content.starts
        if isinstance(run.graph(token.process).nodes[identifier], ActivityNode)
    ]
    first, pending = (places[:1], places[1:]) if node.sequential else (places, [])
    run.work.change(token, memory={**token.memory, "pending": pending})
    run.unsettled[token.id] = None
    for place in first:
        run.spawn(token.process, place, token.id)


def ad_hoc_done(run: Run, token: Token, node: ActivityNode) -> bool:
    """Look at an ad-hoc sub-process in which something has ended; tell whether it is complete."""
    running = run.work.count(Token, token.id)
    pending = list(token.memory.get("pending", ()))
    if token.memory.get("finished") or (node.completion and run.holds(token, node.completion)):
        if node.cancel_remaining:
            for child in run.work.owned(Token, token.id):
                run.kill(child)
            return True
        run.work.change(token, memory={**token.memory, "pending": [], "finished": True})
        return running == 0
    if running == 0 and pending:
        run.work.change(token, memory={**token.memory, "pending": pending[1:]})
        run.spawn(token.process, pending[0], token.id)
        return False
    return running == 0 and not node.completion

"""Activities 活动.

Tasks, call activities and sub-processes from start to completion (BPMN 2.0 clauses 10.3 and 13.3).
"""

from collections.abc import Mapping
from typing import Any

from zhengtong.process.bpmn.model import ActivityNode
from zhengtong.process.bpmn.vocabulary import SUB_PROCESSES
from zhengtong.process.engine.behaviours import (
    compensation,
    correlation,
    gateways,
    listening,
    repetition,
    scopes,
    throwing,
)
from zhengtong.process.engine.errors import BadCallee, BadExpression, NoFlowTaken
from zhengtong.process.engine.events import What
from zhengtong.process.engine.run import Run
from zhengtong.process.engine.state import Role, Token, TokenState, Variable, WorkItem

PASSING = frozenset({"task", "manualTask"})
HOLDING = frozenset({"userTask", "serviceTask"})


def enter(run: Run, token: Token, node: ActivityNode) -> None:
    """A token reaches an activity, or comes back to it with what it waited for."""
    if "caught" in token.memory and "start" not in token.memory:
        finish(run, token, node, token.memory["caught"])
    elif token.role is Role.INSTANCE:
        perform(run, token, node)
    elif node.start_quantity <= 1 or gathered(run, token, node):
        begin(run, run.token(token.id) or token, node)


def gathered(run: Run, token: Token, node: ActivityNode) -> bool:
    """Tell whether as many tokens have come as the activity needs; they become one (clause 13.3.1)."""
    token = run.work.change(token, state=TokenState.WAITING)
    waiting = [
        other
        for other in run.work.owned(Token, token.scope)
        if other.node == node.id and other.state is TokenState.WAITING
    ]
    if len(waiting) < node.start_quantity:
        return False
    others = [other for other in waiting if other.id != token.id][: node.start_quantity - 1]
    for other in others:
        run.consume(other)
    return True


def begin(run: Run, token: Token, node: ActivityNode) -> None:
    """Make an activity active: boundary events first, then its data, then its runs."""
    token = run.work.change(token, state=TokenState.ACTIVE)
    run.note(What.ACTIVITY_STARTED, token)
    nodes = run.graph(token.process).nodes
    for boundary in node.boundary:
        listening.arm(run, token, nodes[boundary])
        if not run.alive(token):
            return
    token = run.token(token.id) or token
    if node.loop is None:
        perform(run, token, node)
        return
    for name, value in correlation.bring(run, token, node.inputs).items():
        run.set_local(token, name, value)
    if repetition.begin(run, token, node, node.loop):
        complete(run, run.token(token.id) or token, node)


def perform(run: Run, token: Token, node: ActivityNode) -> None:
    """Do what the activity is for, once."""
    token = run.work.change(token, state=TokenState.ACTIVE)
    task = node.called_task or node
    if node.ad_hoc:
        scopes.begin_ad_hoc(run, token, node)
    elif node.kind in SUB_PROCESSES:
        for name, value in correlation.bring(run, token, node.inputs).items():
            run.set_local(token, name, value)
        payload = token.memory.get("caught", {})
        scopes.start(run, token, token.memory.get("start", ""), payload)
    elif node.kind == "callActivity" and node.called_task is None:
        call(run, token, node)
    elif task.kind == "receiveTask":
        listening.arm(run, token, task)
    else:
        inputs = correlation.bring(run, token, node.inputs)
        do_task(run, token, node, task, inputs)


def do_task(run: Run, token: Token, node: ActivityNode, task: ActivityNode, inputs: Mapping[str, Any]) -> None:
    """Do a task at once, or open the work item it waits for."""
    if task.kind in PASSING:
        finish(run, token, node, {})
    elif task.kind == "scriptTask":
        finish(run, token, node, script_results(run, token, task, inputs))
    elif task.kind == "sendTask":
        if task.message is not None:
            throwing.send(run, token, task.message, inputs)
        finish(run, token, node, {})
    elif task.kind == "businessRuleTask" and task.decision:
        finish(run, token, node, decide(run, token, task, inputs))
    else:
        open_work(run, token, node, task, inputs)


def script_results(run: Run, token: Token, task: ActivityNode, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a FEEL script yields: the result variable, or each entry of the context it returns."""
    if not task.script:
        return {}
    value = run.value(token, task.script, **inputs)
    if task.result:
        return {task.result: value}
    return dict(value) if isinstance(value, Mapping) else {}


def decide(run: Run, token: Token, task: ActivityNode, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a decision yields, under the result variable or the decision's own name."""
    try:
        value = run.evaluator.decide(task.decision, run.visible(token, **inputs), run.now)
    except (LookupError, ValueError) as error:
        raise BadExpression(node=task.name or task.id, problem=str(error)) from error
    if task.result or not isinstance(value, Mapping):
        return {task.result or task.decision: value}
    return dict(value)


def open_work(
    run: Run, token: Token, node: ActivityNode, task: ActivityNode, inputs: Mapping[str, Any], **told: Any
) -> None:
    """Open a work item for a person or a service; *told* goes into the log with it."""
    own = {row.name: row.value for row in run.work.owned(Variable, token.id)}
    people = []
    for performer in task.performers:
        value = run.value(token, performer.expression) if performer.expression else performer.resource
        people += [str(item) for item in (value if isinstance(value, list | tuple) else [value]) if item is not None]
    item = WorkItem(
        id=run.work.new_id(),
        token=token.id,
        process=token.process,
        node=node.id,
        kind=task.kind,
        opened_at=run.now,
        inputs={**own, **inputs},
        performers=tuple(people),
    )
    run.work.put(item)
    run.note(What.WORK_OPENED, token, work_item=item.id, kind=task.kind, **told)


def call(run: Run, token: Token, node: ActivityNode) -> None:
    """Start the called process inside this case; with declared inputs it sees only those.

    A process that is not in the file is work for the host: it runs it as a case of its own and completes the item.
    """
    called = callee(run, token, node) if node.callee else node.called
    inputs = correlation.bring(run, token, node.inputs)
    if run.library.process(called) is None:
        open_work(run, token, node, node, inputs, **({"called": called} if node.callee else {}))
        return
    child = run.create(
        called,
        called,
        token.id,
        role=Role.CALLED,
        state=TokenState.ACTIVE,
        memory={"isolated": bool(node.data_inputs)},
    )
    for name, value in inputs.items():
        run.set_local(child, name, value)
    scopes.start(run, child)


def callee(run: Run, token: Token, node: ActivityNode) -> str:
    """Return the process a call activity calls this time, as FEEL says."""
    value = run.value(token, node.callee)
    if not isinstance(value, str) or not value:
        raise BadCallee(node=node.name or node.id, value=value)
    return value


def finish(run: Run, token: Token, node: ActivityNode, results: Mapping[str, Any]) -> None:
    """One run of an activity is done: store its results, then go on."""
    results = dict(results)
    loop = node.loop
    output = None
    if loop is not None and loop.output_item and token.role is Role.INSTANCE:
        default = run.visible(token).get(loop.output_item)
        output = results.pop(loop.output_item, default)
    if results or node.outputs:
        correlation.take(run, token, node, results)
    compensation.record(run, token, node)
    if token.role is not Role.INSTANCE:
        complete(run, token, node)
        return
    outer = run.around(token)
    if outer is not None and repetition.instance_done(run, outer, token, node, output):
        complete(run, run.token(outer.id) or outer, node)


def complete(run: Run, token: Token, node: ActivityNode) -> None:
    """An activity is complete: it leaves by its conditional flows, as an inclusive gateway would (clause 13.2.1)."""
    run.note(What.ACTIVITY_COMPLETED, token)
    run.disarm(token)
    run.forget(token)
    if token.role is Role.HANDLER:
        compensation.handler_done(run, token)
        return
    if node.triggered_by_event:
        run.consume(token)
        return
    flows = gateways.chosen(run, token, node)
    if node.outgoing and not flows:
        raise NoFlowTaken(node=node.name or node.id)
    run.leave(token, flows, copies=node.completion_quantity)


def work_done(run: Run, item: WorkItem, results: Mapping[str, Any]) -> None:
    """A work item has been completed."""
    token = run.token(item.token)
    run.work.drop(item)
    if token is None:
        return
    run.note(What.WORK_COMPLETED, token, work_item=item.id)
    node = run.node(token)
    if isinstance(node, ActivityNode):
        finish(run, token, node, results)

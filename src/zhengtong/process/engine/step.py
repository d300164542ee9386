"""One step 单步.

`step(library, rows, command, now, evaluator) -> Outcome`, a pure function (no I/O, no clock, no randomness).

The outcome names exactly which rows to insert, update and delete, and what happened. A step that is refused raises,
and nothing has changed. Executing the same command on the same rows gives the same outcome.
"""

from dataclasses import dataclass
from datetime import datetime

from zhengtong.process.bpmn.model import ActivityNode, EventNode, GatewayNode
from zhengtong.process.bpmn.vocabulary import SUB_PROCESSES
from zhengtong.process.engine.behaviours import activities, gateways, listening, scopes, throwing
from zhengtong.process.engine.commands import Command
from zhengtong.process.engine.errors import EndlessRun
from zhengtong.process.engine.events import Entry, What
from zhengtong.process.engine.orders import obey
from zhengtong.process.engine.ports import Evaluator, Library, Limits
from zhengtong.process.engine.run import Run
from zhengtong.process.engine.state import Changes, Role, Rows, Token, Variable

GATEWAYS = {
    "exclusiveGateway": gateways.enter_exclusive,
    "parallelGateway": gateways.enter_parallel,
    "inclusiveGateway": gateways.enter_inclusive,
    "complexGateway": gateways.enter_complex,
    "eventBasedGateway": gateways.enter_event_based,
}
DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a step changes and what happened in it."""

    changes: Changes
    entries: tuple[Entry, ...]

    def has(self, *kinds: What) -> bool:
        """Tell whether something of one of *kinds* happened."""
        return any(entry.what in kinds for entry in self.entries)


def step(
    library: Library,
    rows: Rows,
    command: Command,
    now: datetime,
    evaluator: Evaluator,
    *,
    limits: Limits = DEFAULT_LIMITS,
) -> Outcome:
    """Carry out *command* on a case.

    Args:
        library: finds the process graphs.
        rows: the case as it is.
        command: what is asked.
        now: the present moment, aware.
        evaluator: FEEL and decisions.
        limits: how far one command may go.

    Raises:
        StepRefused: the model or the data do not allow the step; nothing has changed.
        WorkItemGone: the work item is no longer open.
    """
    run = Run(library, rows, now, evaluator, limits)
    obey(command, run)
    drain(run)
    return Outcome(changes=run.work.changes(), entries=tuple(run.log))


def drain(run: Run) -> None:
    """Move tokens until nothing moves without the outside."""
    moves = 0
    while True:
        if run.changed:
            run.changed = False
            listening.check_conditions(run)
        elif run.ready:
            token = run.token(run.ready.popleft())
            if token is not None:
                execute(run, token)
        elif run.unsettled:
            settle(run)
        elif run.throwing:
            token = run.token(run.throwing.popleft())
            if token is not None:
                node = run.node(token)
                assert isinstance(node, EventNode)  # noqa: S101 -- only throwing events are put there
                throwing.enter_throw(run, token, node)
        else:
            return
        moves += 1
        if moves > run.limits.moves:
            raise EndlessRun(limit=run.limits.moves)


def execute(run: Run, token: Token) -> None:
    """Let *token* act on its node."""
    if token.role is Role.DRIVER:
        throwing.leave_cancelled(run, token)
        return
    node = run.node(token)
    if isinstance(node, ActivityNode):
        activities.enter(run, token, node)
    elif isinstance(node, GatewayNode):
        GATEWAYS[node.kind](run, token, node)
    elif isinstance(node, EventNode):
        if node.catches:
            listening.enter_catch(run, token, node)
        elif throwing.is_deferred(node):
            run.throwing.append(token.id)
        else:
            throwing.enter_throw(run, token, node)


def is_scope(run: Run, token: Token) -> bool:
    """Tell whether *token* owns tokens that flow: a process, or one run of a sub-process."""
    if token.role in {Role.ROOT, Role.CALLED}:
        return True
    node = run.graph(token.process).nodes.get(token.node)
    if not isinstance(node, ActivityNode) or node.kind not in SUB_PROCESSES or token.role is Role.DRIVER:
        return False
    return node.loop is None or token.role is Role.INSTANCE


def settle(run: Run) -> None:
    """Look at the innermost scope in which something moved: joins that may pass, or the scope's end."""
    identifier = max(run.unsettled)
    del run.unsettled[identifier]
    scope = run.token(identifier)
    if scope is None or not is_scope(run, scope):
        return
    node = run.graph(scope.process).nodes.get(scope.node)
    if isinstance(node, ActivityNode) and node.ad_hoc and scope.role not in {Role.ROOT, Role.CALLED}:
        if scopes.ad_hoc_done(run, scope, node):
            activities.finish(run, run.token(scope.id) or scope, node, {})
    elif not run.work.count(Token, scope.id):
        end_scope(run, scope)
    elif gateways.settle_merges(run, scope):
        run.unsettled[identifier] = None


def end_scope(run: Run, scope: Token) -> None:
    """A process or sub-process has no token left: it is complete."""
    if scope.role is Role.ROOT:
        what = What.PROCESS_TERMINATED if scope.memory.get("terminated") else What.PROCESS_COMPLETED
        run.note(what, scope)
        run.consume(scope)
        return
    if scope.role is Role.CALLED:
        outer = run.around(scope)
        own = {row.name: row.value for row in run.work.owned(Variable, scope.id)}
        run.kill(scope)
        if outer is None:
            return
        caller = run.node(outer)
        assert isinstance(caller, ActivityNode)  # noqa: S101 -- only call activities have called processes
        wanted = {item.name for item in caller.data_outputs}
        activities.finish(run, outer, caller, {name: value for name, value in own.items() if name in wanted})
        return
    node = run.node(scope)
    assert isinstance(node, ActivityNode)  # noqa: S101 -- is_scope has seen to it
    activities.finish(run, scope, node, {})

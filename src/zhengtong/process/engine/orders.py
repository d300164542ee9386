"""Orders 指令执行: the first move of each command; the rest of the step follows from the tokens it sets moving."""

from functools import singledispatch

from zhengtong.process.bpmn.iso8601 import parse_duration
from zhengtong.process.bpmn.model import ActivityNode, Trigger
from zhengtong.process.engine.behaviours import activities, listening, scopes, throwing
from zhengtong.process.engine.commands import (
    BroadcastSignal,
    CancelCase,
    CompleteWorkItem,
    DeliverMessage,
    EscalateWorkItem,
    FailWorkItem,
    FinishAdHoc,
    FireTimer,
    SetVariables,
    StartAdHoc,
    StartProcess,
)
from zhengtong.process.engine.errors import NotAdHoc, UnknownProcess, WorkItemGone
from zhengtong.process.engine.events import What
from zhengtong.process.engine.run import NOWHERE, Run
from zhengtong.process.engine.state import Role, Timer, Token, TokenState, WorkItem


def root_of(run: Run) -> Token | None:
    """Return the token of the case itself, None once the case has ended."""
    return next((token for token in run.work.owned(Token, NOWHERE) if token.role is Role.ROOT), None)


@singledispatch
def obey(command: object, run: Run) -> None:
    """Make the first move of *command*."""
    raise TypeError(f"{type(command).__name__} at {run.now}")


@obey.register
def _(command: StartProcess, run: Run) -> None:
    process = run.graph(command.process)
    if command.start and command.start not in process.nodes:
        raise UnknownProcess(process=f"{process.name or process.id} / {command.start}")
    root = run.create(process.id, process.id, NOWHERE, role=Role.ROOT, state=TokenState.ACTIVE)
    run.note(What.PROCESS_STARTED, root, start=command.start)
    for name, value in command.variables.items():
        run.set_local(root, name, value)
    scopes.start(run, root, command.start, command.payload, command.definition)


def open_item(run: Run, key: int) -> WorkItem:
    """Return the open work item *key*."""
    item = run.work.get(WorkItem, key)
    if item is None:
        raise WorkItemGone(work_item=key)
    return item


@obey.register
def _(command: CompleteWorkItem, run: Run) -> None:
    activities.work_done(run, open_item(run, command.work_item), command.results)


@obey.register
def _(command: FailWorkItem, run: Run) -> None:
    item = open_item(run, command.work_item)
    token = run.token(item.token)
    run.work.drop(item)
    if token is not None:
        run.note(What.WORK_FAILED, token, work_item=item.id, code=command.code)
        throwing.raise_error(run, token, command.code, command.results)


@obey.register
def _(command: EscalateWorkItem, run: Run) -> None:
    token = run.token(open_item(run, command.work_item).token)
    if token is not None:
        throwing.escalate(run, token, command.code, command.results)


@obey.register
def _(command: FireTimer, run: Run) -> None:
    timer = run.work.get(Timer, command.timer)
    token = run.token(timer.token) if timer is not None else None
    if timer is None or token is None:
        return
    run.note(What.TIMER_FIRED, token, node=timer.node, timer=timer.id, due=timer.due.isoformat())
    interval = parse_duration(timer.interval) if timer.interval else None
    if interval is not None and (timer.repeats is None or timer.repeats > 0):
        left = None if timer.repeats is None else timer.repeats - 1
        timer = run.work.change(timer, due=interval.after(timer.due), repeats=left)
    else:
        run.work.drop(timer)
    listening.hear(run, timer, {})


@obey.register
def _(command: DeliverMessage, run: Run) -> None:
    root = root_of(run)
    if not listening.deliver(run, command.name, command.payload, command.correlation) and root is not None:
        run.note(What.NOBODY_LISTENED, root, trigger=Trigger.MESSAGE.value, name=command.name)


@obey.register
def _(command: BroadcastSignal, run: Run) -> None:
    root = root_of(run)
    if not listening.broadcast(run, command.name, command.payload) and root is not None:
        run.note(What.NOBODY_LISTENED, root, trigger=Trigger.SIGNAL.value, name=command.name)


@obey.register
def _(command: SetVariables, run: Run) -> None:
    root = root_of(run)
    if root is not None:
        run.assign(root, command.values)


def ad_hoc(run: Run, key: int) -> Token:
    """Return the token *key* of an ad-hoc sub-process."""
    token = run.token(key)
    node = run.graph(token.process).nodes.get(token.node) if token is not None else None
    if token is None or not isinstance(node, ActivityNode) or not node.ad_hoc:
        raise NotAdHoc(node=str(key))
    return token


@obey.register
def _(command: StartAdHoc, run: Run) -> None:
    token = ad_hoc(run, command.token)
    if command.node not in run.content(token).nodes:
        raise NotAdHoc(node=command.node)
    pending = [item for item in token.memory.get("pending", ()) if item != command.node]
    run.work.change(token, memory={**token.memory, "pending": pending})
    run.spawn(token.process, command.node, token.id)


@obey.register
def _(command: FinishAdHoc, run: Run) -> None:
    token = ad_hoc(run, command.token)
    run.work.change(token, memory={**token.memory, "finished": True})
    run.unsettled[token.id] = None


@obey.register
def _(command: CancelCase, run: Run) -> None:
    root = root_of(run)
    if root is not None:
        throwing.end_case(run, root, What.PROCESS_CANCELLED, reason=command.reason)

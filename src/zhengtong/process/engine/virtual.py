"""A world in virtual time 虚拟时间运行环境.

Several cases in memory, a clock that jumps to the next timer, a worker for work items.

For the command line, conformance suites, replay and simulation. It plays the host: it routes messages and signals
between cases, starts processes whose start event they trigger, and keeps a message nobody waits for yet.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from zhengtong.process.bpmn.iso8601 import parse_duration
from zhengtong.process.bpmn.model import ActivityNode, Definitions, EventNode, FlowNode, GatewayNode, Process, Trigger
from zhengtong.process.engine.behaviours.listening import definitions as definitions_of
from zhengtong.process.engine.behaviours.scopes import plain_starts
from zhengtong.process.engine.commands import (
    BroadcastSignal,
    Command,
    CompleteWorkItem,
    DeliverMessage,
    FailWorkItem,
    FireTimer,
    StartProcess,
)
from zhengtong.process.engine.errors import StepRefused
from zhengtong.process.engine.events import ENDINGS, Entry, What
from zhengtong.process.engine.ports import Evaluator
from zhengtong.process.engine.state import MemoryRows, Timer, Token, Variable, WorkItem
from zhengtong.process.engine.step import Outcome, step
from zhengtong.process.engine.timing import first_due


@dataclass(kw_only=True, eq=False)
class VirtualCase:
    """A case in the world: its rows, its log, and how it ended."""

    process: str
    rows: MemoryRows = field(default_factory=MemoryRows)
    log: list[Entry] = field(default_factory=list)
    ending: What | None = None
    refusal: StepRefused | None = None

    def variable(self, name: str) -> Any:
        """Return the case's own variable *name*."""
        return next((row.value for row in self.rows.all(Variable) if row.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The worker has done an item, after *takes* of virtual time."""

    results: Mapping[str, Any] = field(default_factory=dict)
    takes: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The worker ends an item in a business error."""

    code: str = ""


Worker = Callable[["World", VirtualCase, WorkItem], Done | Failed | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Due:
    """Something that happens at a moment: work that takes time, or a timer start event."""

    at: datetime
    case: VirtualCase | None
    command: Command
    repeats: int | None = 0
    interval: str = ""


class World:
    """Runs cases of one file until nothing is left to do."""

    def __init__(self, library: Definitions, evaluator: Evaluator, worker: Worker, now: datetime) -> None:
        self.library = library
        self.evaluator = evaluator
        self.worker = worker
        self.now = now
        self.cases: list[VirtualCase] = []
        self.seen: set[tuple[int, int]] = set()
        self.agenda: list[_Due] = []
        self.signals: deque[tuple[VirtualCase, Entry]] = deque()
        self.mail: deque[tuple[VirtualCase, Entry]] = deque()
        self.observer: Callable[[VirtualCase, Entry], None] | None = None

    # -- starting ---------------------------------------------------------------------------------------------

    def launch(self, process: Process, variables: Mapping[str, Any]) -> VirtualCase | None:
        """Start *process* as its start events say: now, at a time, or later by message or signal."""
        scope = process.scopes[process.id]
        if plain_starts(process, scope, every=False) and not self.waits_for_message(process):
            return self.start(StartProcess(process=process.id, variables=variables))
        for identifier in scope.starts:
            node = process.nodes[identifier]
            timer = node.first(Trigger.TIMER) if isinstance(node, EventNode) else None
            due = first_due(timer.timer.kind, timer.timer.expression, self.now) if timer and timer.timer else None
            condition = node.first(Trigger.CONDITIONAL) if isinstance(node, EventNode) else None
            order = StartProcess(process=process.id, variables=variables, start=identifier)
            if due is not None:
                self.agenda.append(_Due(at=due[0], case=None, command=order, repeats=due[1], interval=due[2]))
            elif condition and self.evaluator.evaluate(condition.condition, variables, self.now) is True:
                return self.start(order)
        return None

    def waits_for_message(self, process: Process) -> bool:
        """Tell whether *process* begins with an instantiating receive task or event gateway."""
        nodes = [process.nodes[item] for item in process.scopes[process.id].starts]
        return any(isinstance(node, ActivityNode | GatewayNode) and node.instantiate for node in nodes)

    def start(self, order: StartProcess) -> VirtualCase:
        """Start a case."""
        case = VirtualCase(process=order.process)
        self.cases.append(case)
        self.submit(case, order)
        return case

    # -- steps ------------------------------------------------------------------------------------------------

    def submit(self, case: VirtualCase, command: Command) -> Outcome | None:
        """Carry out *command*; a refusal is kept on the case."""
        try:
            outcome = step(self.library, case.rows, command, self.now, self.evaluator)
        except StepRefused as refusal:
            case.refusal = refusal
            return None
        case.rows.apply(outcome.changes)
        case.log.extend(outcome.entries)
        for entry in outcome.entries:
            if self.observer is not None:
                self.observer(case, entry)
            if entry.what in ENDINGS:
                case.ending = entry.what
            elif entry.what is What.SIGNAL_SENT:
                self.signals.append((case, entry))
            elif entry.what is What.MESSAGE_SENT:
                self.mail.append((case, entry))
        return outcome

    def run(self, *, moves: int = 10_000, until: datetime | None = None) -> None:
        """Go on until nothing is left to do, *until* is reached, or *moves* things have been done."""
        for _ in range(moves):
            if not (self.route_signal() or self.route_mail() or self.do_work() or self.wait(until)):
                return

    def route_signal(self) -> bool:
        """Give the oldest signal to every other case, and start the processes it starts."""
        if not self.signals:
            return False
        sender, entry = self.signals.popleft()
        name, payload = entry.data["name"], entry.data["payload"]
        heard = set()
        for case in list(self.cases):
            if case is not sender and case.ending is None:
                outcome = self.submit(case, BroadcastSignal(name=name, payload=payload))
                if outcome is not None and not outcome.has(What.NOBODY_LISTENED):
                    heard.add(case.process)
        for process, node, index in self.starters(Trigger.SIGNAL, name):
            if process.id in heard and self.starts_by_several(process, node):
                continue
            self.start(StartProcess(process=process.id, start=node.id, payload=payload, definition=index))
        return True

    def route_mail(self) -> bool:
        """Give the first message that somebody waits for to them."""
        for position, (_, entry) in enumerate(self.mail):
            if self.deliver(entry):
                del self.mail[position]
                return True
        return False

    def deliver(self, entry: Entry) -> bool:
        """Give a message to the first case that takes it, or start the process it starts."""
        name, payload = entry.data["name"], entry.data["payload"]
        order = DeliverMessage(name=name, payload=payload, correlation=entry.data["correlation"])
        for case in self.cases:
            listening = any(row.name == name for row in case.rows.listening(Trigger.MESSAGE))
            if listening and (outcome := self.submit(case, order)) and not outcome.has(What.NOBODY_LISTENED):
                return True
        for process, node, index in self.starters(Trigger.MESSAGE, name):
            self.start(StartProcess(process=process.id, start=node.id, payload=payload, definition=index))
            return True
        return False

    def starts_by_several(self, process: Process, node: FlowNode) -> bool:
        """Tell whether a case begins only after several triggers, so that one may be waiting for this one."""
        if isinstance(node, EventNode) and node.kind == "startEvent":
            return node.parallel
        sources = [process.nodes[process.flows[flow].source] for flow in node.incoming]
        return any(isinstance(source, GatewayNode) and source.parallel for source in sources)

    def starters(self, trigger: Trigger, name: str) -> list[tuple[Process, FlowNode, int]]:
        """Return where a message or signal starts a process."""
        found = []
        for process in self.library.processes.values():
            for identifier in process.scopes[process.id].starts:
                node = process.nodes[identifier]
                places = [node]
                if isinstance(node, GatewayNode) and node.instantiate:
                    places = [process.nodes[process.flows[flow].target] for flow in node.outgoing]
                elif isinstance(node, ActivityNode) and not node.instantiate:
                    places = []
                for place in places:
                    for index, definition in enumerate(definitions_of(place)):
                        if definition.trigger is trigger and definition.name == name:
                            found.append((process, place, index))
        return found

    # -- work and time ----------------------------------------------------------------------------------------

    def do_work(self) -> bool:
        """Let the worker do the oldest open item it has not seen."""
        for number, case in enumerate(self.cases):
            for item in case.rows.all(WorkItem):
                if (number, item.id) in self.seen:
                    continue
                self.seen.add((number, item.id))
                self.act(case, item, self.worker(self, case, item))
                return True
        return False

    def act(self, case: VirtualCase, item: WorkItem, answer: Done | Failed | None) -> None:
        """Do what the worker answered."""
        if isinstance(answer, Failed):
            self.submit(case, FailWorkItem(work_item=item.id, code=answer.code))
        elif answer is not None:
            command = CompleteWorkItem(work_item=item.id, results=answer.results)
            if answer.takes:
                self.agenda.append(_Due(at=self.now + answer.takes, case=case, command=command))
            else:
                self.submit(case, command)

    def wait(self, until: datetime | None) -> bool:
        """Let time pass to the next thing that is due."""
        due = list(self.agenda)
        for case in self.cases:
            due += [_Due(at=row.due, case=case, command=FireTimer(timer=row.id)) for row in case.rows.all(Timer)]
        if not due:
            return False
        first = min(due, key=lambda item: item.at)
        if until is not None and first.at > until:
            return False
        self.now = max(self.now, first.at)
        if first in self.agenda:
            self.agenda.remove(first)
        if first.case is None:
            assert isinstance(first.command, StartProcess)  # noqa: S101 -- only start events wait without a case
            self.start(first.command)
            self.repeat(first)
        elif not (isinstance(first.command, CompleteWorkItem) and self.is_gone(first.case, first.command)):
            self.submit(first.case, first.command)
            if isinstance(first.command, FireTimer) and first.case.refusal is not None:
                return False
        return True

    def repeat(self, due: _Due) -> None:
        """Put a repeating start event on the agenda again."""
        interval = parse_duration(due.interval) if due.interval else None
        if interval is not None and (due.repeats is None or due.repeats > 0):
            left = None if due.repeats is None else due.repeats - 1
            self.agenda.append(replace(due, at=interval.after(due.at), repeats=left))

    def is_gone(self, case: VirtualCase, command: CompleteWorkItem) -> bool:
        """Tell whether the work item was withdrawn while the work took its time."""
        return case.rows.get(WorkItem, command.work_item) is None

    def stuck(self, case: VirtualCase) -> list[Token]:
        """Return the tokens of a case that has not ended."""
        return [] if case.ending else case.rows.all(Token)

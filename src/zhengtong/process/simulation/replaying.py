"""Replay 回放: the engine follows what happened, event by event, and says where a case first leaves the definition.

All states the definition may be in after the events so far are followed at once. Where data decide and the log does
not hold them, both ways stay open until an event closes one; what the log can never show (a service that leaves no
event, a timer that is due, a message nobody wrote down) happens silently where it must for the next event to fit. So a
case conforms exactly when some run of the definition has done what the log says, in its order.

Events of one branch must come in the order of the definition; what a machine does at once on a parallel branch may be
written down later.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from zhengtong.process.bpmn.api import ActivityNode, EventNode, Trigger
from zhengtong.process.engine.api import (
    ENDINGS,
    BroadcastSignal,
    Command,
    CompleteWorkItem,
    DeliverMessage,
    Entry,
    FeelEvaluator,
    FireTimer,
    Limits,
    StartProcess,
    StepRefused,
    Subscription,
    Timer,
    What,
    WorkItem,
    WorkItemGone,
    step,
)
from zhengtong.process.simulation.contracts import (
    Difference,
    Divergence,
    Happening,
    History,
    Replayed,
    Verdict,
)
from zhengtong.process.simulation.forking import ForkingRows
from zhengtong.process.simulation.guiding import FAR, NEVER, Asked, Guided, GuidedEvaluator, Question
from zhengtong.process.simulation.naming import SILENT_UNLESS_LOGGED, Naming

STATES = 64
WAYS = 64
MOST_INSTANCES = 8
SHOWN = {What.ACTIVITY_COMPLETED, What.EVENT_CAUGHT, What.EVENT_THROWN, What.GATEWAY_PASSED}
PASSED = {What.GATEWAY_PASSED, What.ACTIVITY_COMPLETED}
_NODE = "\x1f"
_LIMITS = Limits(moves=2_000, tokens=500, instances=100)


class _Script:
    """A guide that gives prepared answers, then the first possible one, and remembers what it was asked."""

    def __init__(self) -> None:
        self.prepared: tuple[Any, ...] = ()
        self.given: list[tuple[Any, tuple[Any, ...]]] = []

    def begin(self, prepared: tuple[Any, ...]) -> None:
        self.prepared, self.given = prepared, []

    def answer(self, question: Question, variables: Mapping[str, Any]) -> Any:
        """Return the next answer."""
        del variables
        if question.asked is Asked.TIMER:
            return NEVER[question.form]
        options = tuple(range(1, MOST_INSTANCES + 1)) if question.asked is Asked.COUNT else (True, False)
        place = len(self.given)
        answer = self.prepared[place] if place < len(self.prepared) else options[0]
        self.given.append((answer, options))
        return answer

    def alternatives(self) -> Iterator[tuple[Any, ...]]:
        """Yield the answers that have not been tried: the same up to a place, then another."""
        taken = tuple(answer for answer, _options in self.given)
        for place in range(len(self.prepared), len(taken)):
            _answer, options = self.given[place]
            for other in options[1:]:
                yield (*taken[:place], other)


@dataclass(frozen=True, slots=True)
class _State:
    """One state the definition may be in; `owed` is what it did that the log has yet to show, `flows` a linked list."""

    rows: ForkingRows
    owed: tuple[tuple[int, str], ...] = ()
    flows: tuple[str, Any] | None = None
    ended: bool = False

    def shape(self) -> tuple[Any, ...]:
        return (self.rows.shape(), tuple(sorted(node for _token, node in self.owed)), self.ended)


class Replayer:
    """Replays cases on one definition. `visible` are the elements the log shows."""

    def __init__(self, guided: Guided, naming: Naming, visible: frozenset[str], evaluator: FeelEvaluator) -> None:
        self.guided = guided
        self.naming = naming
        self.visible = visible
        self.script = _Script()
        self.evaluator = GuidedEvaluator(guided, self.script, evaluator)
        asked = {(item.process, item.node) for item in guided.questions.values()}
        graphs = guided.definitions.processes
        self.decided = frozenset(flow for process, node in asked for flow in graphs[process].nodes[node].outgoing)
        self.deciding = frozenset(node for _process, node in asked)
        self.overflowed = False
        self.refusal = ""

    # -- one case -----------------------------------------------------------------------------------------------------

    def replay(self, history: History) -> Replayed:
        """Follow one case to its end or its first divergence."""
        self.overflowed, self.refusal = False, ""
        happenings = history.happenings
        began = history.started_at or (happenings[0].at if happenings else None)
        if began is None:
            return Replayed(case=history.case, verdict=Verdict.CONFORMS, events=0, matched=0)
        states = self.start(began, happenings[0].data if happenings else {})
        matched = 0
        for number, happening in enumerate(happenings, start=1):
            meant = self.naming.meant(happening.activity)
            if not meant and not happening.strict:
                matched += 1
                continue
            following = self.follow(states, happening, meant) if meant else []
            if not following:
                return self.diverging(history, states, number, happening, matched)
            states, matched = following, matched + 1
        return self.concluded(history, states, matched)

    def start(self, at: datetime, data: Mapping[str, Any]) -> list[_State]:
        """Return the states a case may be in when it has begun."""
        process = self.guided.process
        begun: list[_State] = []
        for start in self.starts():
            order = StartProcess(process=process.id, start=start, variables=dict(data))
            begun += self.steps(_State(ForkingRows()), order, at)
        return self.distinct(begun)

    def starts(self) -> list[str]:
        """Return where a case may begin: at the process's plain start, else at each event or task that starts it."""
        process = self.guided.process
        places = [process.nodes[key] for key in process.scopes[process.id].starts]
        events = [node for node in places if isinstance(node, EventNode) and node.definitions]
        plain = len(events) < len(places) or not places
        return ["", *(node.id for node in events)] if plain else [node.id for node in events]

    def follow(self, states: list[_State], happening: Happening, meant: frozenset[str]) -> list[_State]:
        """Return the states after *happening*, trying what is silent only where nothing fits without."""
        self.refusal = ""
        seen = {state.shape() for state in states}
        front = states
        for _round in range(12):
            found = [after for state in front for after in self.fitting(state, happening, meant)]
            if found:
                return self.distinct(found)
            silent = [after for state in front for after in self.silent(state, happening.at)]
            front = []
            for state in self.distinct(silent):
                if (shape := state.shape()) not in seen:
                    seen.add(shape)
                    front.append(state)
            if not front:
                return []
        return []

    def fitting(self, state: _State, happening: Happening, meant: frozenset[str]) -> Iterator[_State]:
        """Yield each state that *happening* may lead to from *state*."""
        for place in state.owed:
            if place[1] in meant:
                left = list(state.owed)
                left.remove(place)
                yield replace(state, owed=tuple(left))
                return
        owing = {token for token, _node in state.owed}
        for item in state.rows.all(WorkItem):
            if item.node in meant and item.token not in owing:
                done = CompleteWorkItem(work_item=item.id, results=dict(happening.data))
                yield from self.steps(state, done, happening.at, shown=item.node)
        listening: list[Subscription | Timer] = [*state.rows.all(Subscription), *state.rows.all(Timer)]
        for row in listening:
            if row.node in meant:
                yield from self.heard(state, row, happening.at, happening.data, shown=row.node)
        if not meant.isdisjoint(self.guided.process.scopes[self.guided.process.id].starts):
            yield state

    def silent(self, state: _State, at: datetime) -> Iterator[_State]:
        """Yield what may have happened without an event in the log: due timers, unseen messages and services."""
        for timer in state.rows.all(Timer):
            if (timer.due <= at or timer.due > FAR) and timer.node not in self.visible:
                yield from self.heard(state, timer, at, {})
        for row in state.rows.all(Subscription):
            if row.node not in self.visible:
                yield from self.heard(state, row, at, {})
        for item in state.rows.all(WorkItem):
            if item.kind in SILENT_UNLESS_LOGGED and item.node not in self.visible:
                yield from self.steps(state, CompleteWorkItem(work_item=item.id), at)

    def heard(
        self, state: _State, row: Subscription | Timer, at: datetime, data: Mapping[str, Any], shown: str = ""
    ) -> Iterator[_State]:
        """Yield the states after what *row* waits for has come."""
        command: Command
        if isinstance(row, Timer):
            command = FireTimer(timer=row.id)
        elif row.trigger is Trigger.MESSAGE:
            command = DeliverMessage(name=row.name, payload=dict(data), correlation=row.correlation.get(""))
        elif row.trigger is Trigger.SIGNAL:
            command = BroadcastSignal(name=row.name, payload=dict(data))
        else:
            return
        yield from self.steps(state, command, at, shown=shown)

    # -- steps --------------------------------------------------------------------------------------------------------

    def steps(self, state: _State, command: Command, at: datetime, *, shown: str = "") -> Iterator[_State]:
        """Yield every outcome of *command*: one for each way open data may decide."""
        waiting: list[tuple[Any, ...]] = [()]
        for _ in range(WAYS):
            if not waiting:
                return
            self.script.begin(waiting.pop())
            try:
                outcome = step(self.guided.definitions, state.rows, command, at, self.evaluator, limits=_LIMITS)
            except (StepRefused, WorkItemGone) as refusal:
                self.refusal = str(refusal) if shown else self.refusal
            else:
                if not outcome.has(What.NOBODY_LISTENED):
                    yield self.after(state, state.rows.after(outcome.changes), outcome.entries, shown)
            waiting += self.script.alternatives()
        self.overflowed = self.overflowed or bool(waiting)

    def after(self, state: _State, rows: ForkingRows, entries: Iterable[Entry], shown: str) -> _State:
        """Return *state* after a step: what it owes the log now, and the flows it took."""
        owed, flows, ended = list(state.owed), state.flows, state.ended
        for entry in entries:
            if entry.what is What.FLOW_TAKEN and entry.data["flow"] in self.decided:
                flows = (entry.data["flow"], flows)
            elif entry.what in PASSED and entry.node in self.deciding:
                flows = (f"{_NODE}{entry.node}", flows)
            if entry.what is What.FLOW_TAKEN:
                continue
            if entry.what in SHOWN and entry.node != shown and self.is_owed(entry.node):
                owed.append((entry.token, entry.node))
            ended = ended or entry.what in ENDINGS
        return _State(rows, tuple(owed), flows, ended)

    def is_owed(self, node: str) -> bool:
        """Tell whether the log must show *node*; a start event it may show or not."""
        return node in self.visible and self.naming.nodes[node].kind != "startEvent"

    def distinct(self, states: list[_State]) -> list[_State]:
        """Return *states* without repetition, and not more than can be followed."""
        if len(states) < 2:
            return states
        found = list({state.shape(): state for state in reversed(states)}.values())[::-1]
        self.overflowed = self.overflowed or len(found) > STATES
        return found[:STATES]

    # -- verdicts -----------------------------------------------------------------------------------------------------

    def diverging(
        self, history: History, states: list[_State], number: int, happening: Happening, matched: int
    ) -> Replayed:
        """Return the verdict on a case whose event *number* does not fit."""
        meant = sorted(self.naming.meant(happening.activity))
        if not meant:
            difference = Difference.UNKNOWN
        elif states and all(state.ended for state in states):
            difference = Difference.ENDED
        elif states and all(state.owed for state in states):
            difference = Difference.SKIPPED
        else:
            difference = Difference.REFUSED if self.refusal else Difference.NOT_ENABLED
        divergence = Divergence(
            number=number,
            activity=happening.activity,
            element=self.naming.label(meant[0]) if meant else "",
            difference=difference,
            expected=self.expected(states),
            reason=self.refusal,
        )
        return Replayed(
            case=history.case,
            verdict=Verdict.UNDECIDED if self.overflowed and meant else Verdict.DIVERGES,
            events=len(history.happenings),
            matched=matched,
            divergence=divergence,
        )

    def concluded(self, history: History, states: list[_State], matched: int) -> Replayed:
        """Return the verdict on a case all of whose events fit."""
        number = len(history.happenings)
        clean = [state for state in states if not state.owed]
        if not clean:
            owed = sorted({self.naming.label(node) for state in states for _token, node in state.owed})
            lacking = Divergence(
                number=number + 1, activity="", element=owed[0], difference=Difference.SKIPPED, expected=tuple(owed[:5])
            )
            return Replayed(
                case=history.case, verdict=Verdict.DIVERGES, events=number, matched=matched, divergence=lacking
            )
        over = self.closed(clean, history)
        best = over or clean[0]
        return Replayed(
            case=history.case,
            verdict=Verdict.CONFORMS if over else Verdict.UNFINISHED,
            events=number,
            matched=matched,
            waiting_for=() if over else self.expected(clean),
            flows=tuple(step for step in _listed(best.flows) if not step.startswith(_NODE)),
            passed=tuple(step.removeprefix(_NODE) for step in _listed(best.flows) if step.startswith(_NODE)),
        )

    def closed(self, states: list[_State], history: History) -> _State | None:
        """Return a state that has ended, or may end by what the log does not show."""
        front, seen = states, {state.shape() for state in states}
        at = history.happenings[-1].at if history.happenings else history.started_at
        for _round in range(12):
            over = next((state for state in front if state.ended), None)
            if over is not None or at is None or history.ended is False:
                return over
            silent = self.distinct([after for state in front for after in self.silent(state, at) if not after.owed])
            front = [state for state in silent if state.shape() not in seen]
            seen |= {state.shape() for state in front}
        return None

    def expected(self, states: list[_State]) -> tuple[str, ...]:
        """Return what *states* wait for, by name, at most five."""
        places = {node for state in states for _token, node in state.owed}
        if not places:
            for state in states:
                places |= {item.node for item in state.rows.all(WorkItem)}
                places |= {row.node for row in state.rows.all(Subscription) if self.waits(row)}
                places |= {row.node for row in state.rows.all(Timer) if self.waits(row)}
        return tuple(sorted(self.naming.label(node) for node in places)[:5])

    def waits(self, row: Subscription | Timer) -> bool:
        """Tell whether the case itself waits at *row*, not only listens beside other work."""
        node = self.naming.nodes.get(row.node)
        return isinstance(node, ActivityNode) or (isinstance(node, EventNode) and node.kind == "intermediateCatchEvent")


def _listed(flows: tuple[str, Any] | None) -> Iterator[str]:
    while flows is not None:
        flow, flows = flows
        yield flow

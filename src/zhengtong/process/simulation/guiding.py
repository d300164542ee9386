"""Guided runs 引导执行: the engine runs as it is, but what data alone would decide may be decided from outside.

A log rarely holds the data behind a decision. So the graph that is run is a copy whose conditions and instance
counts are marks; the evaluator looks a mark up, evaluates the real expression where its data are known, and asks a
guide where they are not. The engine itself knows nothing of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, Protocol

from zhengtong.process.bpmn.api import (
    ActivityNode,
    Definitions,
    EventDefinition,
    EventNode,
    FlowNode,
    Loop,
    Process,
    parse_cycle,
    parse_duration,
    parse_moment,
    publishable,
)
from zhengtong.process.engine.api import Evaluator, FeelEvaluator
from zhengtong.process.simulation.contracts import NotRunnable
from zhengtong.rules.feel.api import compile_expression

_MARK = "\x1f"
_TIMERS: Mapping[str, Callable[[str], object]] = {
    "date": parse_moment,
    "duration": parse_duration,
    "cycle": parse_cycle,
}
# What a timer is set to whose data are not at hand: beyond every log and every simulation.
NEVER = {"date": "9000-01-01T00:00:00Z", "duration": "P6000Y", "cycle": "R1/P6000Y"}
FAR = datetime(7000, 1, 1, tzinfo=UTC)


class Asked(StrEnum):
    """What data decide: whether a flow is taken, a loop goes on, how many instances there are, when a timer is due."""

    FLOW = "flow"
    AGAIN = "again"
    COUNT = "count"
    TIMER = "timer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Something data decide at `node`; `key` is the flow, or the node itself. Timers name their `form`."""

    asked: Asked
    process: str
    node: str
    key: str
    expression: str
    collection: str = ""
    form: str = ""


class Guide(Protocol):
    """Answers what data leave open."""

    def answer(self, question: Question, variables: Mapping[str, Any]) -> Any:
        """Return True or False, a number of instances, or when a timer is due (`NEVER` where it never is)."""
        ...


@dataclass(frozen=True, kw_only=True)
class Guided:
    """A definition ready for guided runs."""

    definitions: Definitions
    questions: Mapping[str, Question]
    process: Process


def prepare(definitions: Definitions, process: str = "", *, evaluator: FeelEvaluator | None = None) -> Guided:
    """Return *definitions* with marks, and the process to run: the one called *process* or the first executable one.

    Raises:
        NotRunnable: the definition has errors, or no such process.
    """
    problem = (evaluator or FeelEvaluator()).problem
    errors = [finding.sentence() for finding in publishable(definitions, problem) if finding.is_error]
    if errors:
        raise NotRunnable(problems="；".join(errors[:5]))
    marker = _Marker()
    processes = {key: marker.process(value) for key, value in definitions.processes.items()}
    chosen = processes.get(process) if process else next((item for item in processes.values() if item.executable), None)
    if chosen is None:
        known = "、".join(processes) or "–"
        raise NotRunnable(problems=f"没有可执行的流程 {process}（文件里有：{known}）")
    return Guided(definitions=replace(definitions, processes=processes), questions=marker.questions, process=chosen)


class _Marker:
    """Replaces expressions by marks and remembers what they stood for."""

    def __init__(self) -> None:
        self.questions: dict[str, Question] = {}

    def mark(self, question: Question) -> str:
        text = f"{_MARK}{len(self.questions)}"
        self.questions[text] = question
        return text

    def process(self, process: Process) -> Process:
        nodes = {key: self.node(process, node) for key, node in process.nodes.items()}
        flows = dict(process.flows)
        for node in process.nodes.values():
            self.flows_of(process, node, flows)
        return replace(process, nodes=nodes, flows=flows)

    def flows_of(self, process: Process, node: FlowNode, flows: dict[str, Any]) -> None:
        """Mark the conditions that leave *node*; an exclusive gateway's flow without one is a choice as well."""
        exclusive = node.kind == "exclusiveGateway" and len(node.outgoing) > 1
        for key in node.outgoing:
            flow = flows[key]
            if key != node.default and (flow.condition or exclusive):
                mark = self.mark(
                    Question(asked=Asked.FLOW, process=process.id, node=node.id, key=key, expression=flow.condition)
                )
                flows[key] = replace(flow, condition=mark)

    def node(self, process: Process, node: FlowNode) -> FlowNode:
        if isinstance(node, EventNode):
            return replace(node, definitions=tuple(self.event(process, node, item) for item in node.definitions))
        if not isinstance(node, ActivityNode) or node.loop is None:
            return node
        return replace(node, loop=self.loop(process, node, node.loop))

    def event(self, process: Process, node: EventNode, definition: EventDefinition) -> EventDefinition:
        """Mark a timer that an expression sets; a literal needs no data."""
        rule = definition.timer
        if rule is None or _TIMERS[rule.kind](rule.expression) is not None:
            return definition
        due = Question(
            asked=Asked.TIMER,
            process=process.id,
            node=node.id,
            key=node.id,
            expression=rule.expression,
            form=rule.kind,
        )
        return replace(definition, timer=replace(rule, expression=self.mark(due)))

    def loop(self, process: Process, node: ActivityNode, loop: Loop) -> Loop:
        place = {"process": process.id, "node": node.id, "key": node.id}
        if not loop.multiple:
            if not loop.condition:
                return loop
            again = Question(asked=Asked.AGAIN, expression=loop.condition, **place)
            return replace(loop, condition=self.mark(again))
        collection = "" if loop.cardinality else loop.collection
        count = Question(asked=Asked.COUNT, expression=loop.cardinality, collection=collection, **place)
        return replace(loop, cardinality=self.mark(count))


@lru_cache(maxsize=8192)
def _names(expression: str) -> frozenset[str]:
    """Return the variables *expression* reads."""
    return compile_expression(expression.strip().removeprefix("=")).free_names


class GuidedEvaluator:
    """Evaluates what data tell and asks the guide for the rest. Decisions nobody gave yield null."""

    def __init__(self, guided: Guided, guide: Guide, evaluator: Evaluator) -> None:
        self.questions = guided.questions
        self.guide = guide
        self.evaluator = evaluator

    def evaluate(self, expression: str, variables: Mapping[str, Any], now: datetime) -> Any:
        """Return the value of *expression*, or what the guide says where it is a mark without an answer."""
        question = self.questions.get(expression)
        if question is None:
            return self.evaluator.evaluate(expression, variables, now)
        known = self.known(question, variables, now)
        return self.guide.answer(question, variables) if known is None else known

    def known(self, question: Question, variables: Mapping[str, Any], now: datetime) -> Any:
        """Return what the data themselves say, None where they do not: a variable that is missing or null says nothing.

        To FEEL `null = 1` is false; here it would decide by ignorance.
        """
        if question.collection:
            found = variables.get(question.collection)
            return len(found) if isinstance(found, list | tuple) else None
        if not question.expression or any(variables.get(name) is None for name in _names(question.expression)):
            return None
        value = self.evaluator.evaluate(question.expression, variables, now)
        if question.asked is Asked.TIMER:
            return value
        if question.asked is Asked.COUNT:
            return int(value) if value is not None and not isinstance(value, bool | str) else None
        return value if isinstance(value, bool) else None

    def decide(self, decision: str, variables: Mapping[str, Any], now: datetime) -> Any:
        """Return the outcome of *decision*, null where the model is not at hand."""
        try:
            return self.evaluator.decide(decision, variables, now)
        except LookupError:
            return None

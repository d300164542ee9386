"""A process as a list of steps 步骤清单: what happens, who does it, what comes next, for readers of no diagram.

And two such lists beside each other: which steps a change adds, removes or does otherwise.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from zhengtong.process.bpmn.model import ActivityNode, Definitions, EventNode, FlowNode, Process


@dataclass(frozen=True, kw_only=True)
class Next:
    """A way on: to the step with the id `node`, when `when` (a flow's name, or its condition) holds; empty always."""

    node: str
    name: str
    when: str


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step; `kind` is the BPMN element, `within` the name of the sub-process or the step it interrupts.

    `who` are resources or FEEL expressions, `trigger` what an event waits for (a timer's expression, a message's name).
    """

    number: int
    process: str
    node: str
    kind: str
    name: str
    who: tuple[str, ...]
    trigger: str
    within: str
    repeats: bool
    words: str
    nexts: tuple[Next, ...]

    @property
    def title(self) -> str:
        """Its name, or its id where it has none."""
        return self.name or self.node


class Aspect(StrEnum):
    """What of a step a new version does otherwise."""

    NAME = "name"
    KIND = "kind"
    WHO = "who"
    TRIGGER = "trigger"
    REPEATS = "repeats"
    WORDS = "words"
    NEXT = "next"


@dataclass(frozen=True, kw_only=True)
class StepChange:
    """A step that both versions have and the second does otherwise: each aspect with before and after."""

    step: Step
    aspects: tuple[tuple[Aspect, str, str], ...]


@dataclass(frozen=True, kw_only=True)
class StepDifferences:
    """What a second version adds, removes and does otherwise; steps are the same when their ids are."""

    added: tuple[Step, ...]
    removed: tuple[Step, ...]
    changed: tuple[StepChange, ...]

    @property
    def is_none(self) -> bool:
        """Whether both have the same steps in the same order of ways."""
        return not (self.added or self.removed or self.changed)


def steps_of(definitions: Definitions) -> tuple[Step, ...]:
    """Return the steps of every executable process, in the order in which a case may come to them."""
    found: list[Step] = []
    for process in definitions.processes.values():
        if process.executable:
            for node in _in_order(process):
                found.append(_step(definitions, process, node, len(found) + 1))
    return tuple(found)


def compare_steps(first: Definitions, second: Definitions) -> StepDifferences:
    """Return what *second* adds to, removes from and changes in *first*."""
    before = {step.node: step for step in steps_of(first)}
    after = {step.node: step for step in steps_of(second)}
    changed = []
    for node, step in after.items():
        if node in before and (aspects := tuple(_aspects(before[node], step))):
            changed.append(StepChange(step=step, aspects=aspects))
    return StepDifferences(
        added=tuple(step for node, step in after.items() if node not in before),
        removed=tuple(step for node, step in before.items() if node not in after),
        changed=tuple(changed),
    )


def _in_order(process: Process) -> Iterator[FlowNode]:
    """Yield every node, the nearest to a start first; boundary events after what they stand on."""
    seen: set[str] = set()
    roots = [node for scope in process.scopes.values() for node in scope.starts]
    waiting = deque([*process.scopes[process.id].starts, *roots, *process.nodes])
    while waiting:
        identifier = waiting.popleft()
        if identifier in seen:
            continue
        seen.add(identifier)
        node = process.nodes[identifier]
        yield node
        ahead = [process.flows[flow].target for flow in node.outgoing]
        inside = process.scopes[identifier].starts if identifier in process.scopes else ()
        boundary = node.boundary if isinstance(node, ActivityNode) else ()
        waiting.extendleft(reversed([*inside, *boundary, *ahead]))


def _step(definitions: Definitions, process: Process, node: FlowNode, number: int) -> Step:
    activity = node if isinstance(node, ActivityNode) else None
    element = definitions.document.find(node.id)
    words = definitions.document.texts(element, "documentation") if element is not None else []
    return Step(
        number=number,
        process=process.name or process.id,
        node=node.id,
        kind=node.kind,
        name=" ".join(node.name.split()),
        who=tuple(one.expression or one.resource for one in activity.performers) if activity else (),
        trigger=_trigger(node),
        within=_within(process, node),
        repeats=activity is not None and activity.loop is not None,
        words=" ".join(" ".join(words).split()),
        nexts=tuple(_nexts(process, node)),
    )


def _trigger(node: FlowNode) -> str:
    if isinstance(node, ActivityNode):
        return node.callee or node.called or node.decision or (node.message.name if node.message else "")
    if not isinstance(node, EventNode):
        return ""
    said = [item.timer.expression if item.timer else item.name or item.condition for item in node.definitions]
    return "; ".join(text for text in said if text)


def _within(process: Process, node: FlowNode) -> str:
    owner = node.attached if isinstance(node, EventNode) and node.attached else node.scope
    found = process.nodes.get(owner)
    return (found.name or found.id) if found is not None else ""


def _nexts(process: Process, node: FlowNode) -> Iterator[Next]:
    for identifier in node.outgoing:
        flow = process.flows[identifier]
        target = process.nodes[flow.target]
        otherwise = "" if node.default != flow.id or flow.name else "else"
        name = " ".join(target.name.split()) or target.id
        yield Next(node=target.id, name=name, when=flow.name or flow.condition or otherwise)


def _aspects(before: Step, after: Step) -> Iterator[tuple[Aspect, str, str]]:
    for aspect in Aspect:
        one, other = _said(before, aspect), _said(after, aspect)
        if one != other:
            yield aspect, one, other


def _said(step: Step, aspect: Aspect) -> str:
    if aspect is Aspect.WHO:
        return "; ".join(step.who)
    if aspect is Aspect.NEXT:
        return "; ".join(f"{one.when} → {one.name}" if one.when else one.name for one in step.nexts)
    if aspect is Aspect.REPEATS:
        return "×n" if step.repeats else "×1"
    return str(getattr(step, aspect.value))

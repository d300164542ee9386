"""Random edits of a process, as a reform makes them, for migration tests: insert, remove, rename, branch, remind."""

from dataclasses import replace
from random import Random
from typing import Any

from zhengtong.process.bpmn.api import (
    ActivityNode,
    EventDefinition,
    EventNode,
    FlowNode,
    Process,
    SequenceFlow,
    TimerRule,
    Trigger,
)
from zhengtong.process.engine.tests.blocks import Block

KINDS = ("sequence", "choice", "fork", "inclusive", "loop", "sub", "many", "each")


def random_block(random: Random, depth: int = 3, *, repeated: bool = False) -> Block:
    """Return a random block; no cycle inside a repetition, because its counter belongs to the whole case."""
    if depth == 0 or random.random() < 0.25:
        return Block("task")
    kind = random.choice([kind for kind in KINDS if not (repeated and kind == "loop")])
    repeated = repeated or kind in {"loop", "many", "each"}
    count = random.randint(2, 3) if kind in {"sequence", "choice", "fork", "inclusive"} else 1
    parts = tuple(random_block(random, depth - 1, repeated=repeated) for _ in range(count))
    number = random.randint(1, 7) if kind == "inclusive" else random.randint(1, 3)
    return Block(kind, parts, number)


class Editor:
    """A copy of a process that can be edited; the original stays as it is."""

    def __init__(self, process: Process, random: Random) -> None:
        self.process = process
        self.random = random
        self.nodes = dict(process.nodes)
        self.flows = dict(process.flows)
        self.renamed: dict[str, str] = {}
        self.count = 0

    def result(self) -> Process:
        """Return the edited process."""
        scopes = {}
        for key, scope in self.process.scopes.items():
            new_key = self.renamed.get(key, key)
            inside = tuple(node.id for node in self.nodes.values() if node.scope == new_key)
            merges = tuple(item for item in inside if self.nodes[item].kind in {"inclusiveGateway", "complexGateway"})
            scopes[new_key] = replace(
                scope,
                id=new_key,
                nodes=inside,
                starts=tuple(self.renamed.get(item, item) for item in scope.starts),
                merges=merges,
            )
        return replace(self.process, nodes=self.nodes, flows=self.flows, scopes=scopes)

    def name(self) -> str:
        """Return a new id."""
        self.count += 1
        return f"new{self.count}"

    def task(self, scope: str, incoming: tuple[str, ...], outgoing: tuple[str, ...]) -> ActivityNode:
        """Add a user task."""
        node = ActivityNode(
            id=self.name(), kind="userTask", name="", line=1, scope=scope, incoming=incoming, outgoing=outgoing
        )
        self.nodes[node.id] = node
        return node

    def swap(self, node: str, way: str, old: str, new: tuple[str, ...]) -> None:
        """Replace the flow *old* among the *way* flows of *node*."""
        flows = getattr(self.nodes[node], way)
        at = flows.index(old)
        changed: dict[str, Any] = {way: (*flows[:at], *new, *flows[at + 1 :])}
        self.nodes[node] = replace(self.nodes[node], **changed)

    def insert(self) -> None:
        """Put a task into a sequence flow; the flow's id stays before it, behind it, or nowhere."""
        flow = self.random.choice(list(self.flows.values()))
        keep = self.random.choice(("before", "behind", "nowhere"))
        first = flow.id if keep == "before" else self.name()
        second = flow.id if keep == "behind" else self.name()
        del self.flows[flow.id]
        node = self.task(self.nodes[flow.source].scope, (first,), (second,))
        self.flows[first] = SequenceFlow(id=first, source=flow.source, target=node.id, condition=flow.condition)
        self.flows[second] = SequenceFlow(id=second, source=node.id, target=flow.target)
        self.swap(flow.source, "outgoing", flow.id, (first,))
        self.swap(flow.target, "incoming", flow.id, (second,))
        if self.nodes[flow.source].default == flow.id:
            self.nodes[flow.source] = replace(self.nodes[flow.source], default=first)

    def plain_tasks(self) -> list[FlowNode]:
        """Return the user tasks with one way in and one way out."""
        return [
            node
            for node in self.nodes.values()
            if node.kind == "userTask" and len(node.incoming) == len(node.outgoing) == 1
        ]

    def remove(self) -> None:
        """Take a task out; what came before leads to what came after."""
        tasks = [node for node in self.plain_tasks() if not getattr(node, "boundary", ())]
        if not tasks:
            return
        node = self.random.choice(tasks)
        before, after = self.flows[node.incoming[0]], self.flows.pop(node.outgoing[0])
        self.flows[before.id] = replace(before, target=after.target)
        self.swap(after.target, "incoming", after.id, (before.id,))
        del self.nodes[node.id]

    def rename(self) -> None:
        """Give a task another id."""
        tasks = self.plain_tasks()
        if not tasks:
            return
        node = self.random.choice(tasks)
        new = self.name()
        self.renamed[node.id] = new
        del self.nodes[node.id]
        self.nodes[new] = replace(node, id=new)
        for flow in list(self.flows.values()):
            self.flows[flow.id] = replace(
                flow,
                source=new if flow.source == node.id else flow.source,
                target=new if flow.target == node.id else flow.target,
            )
        for other in list(self.nodes.values()):
            if isinstance(other, EventNode) and other.attached == node.id:
                self.nodes[other.id] = replace(other, attached=new)

    def branch(self) -> None:
        """Give a fork and its join one more branch."""
        forks = [
            (node, self.nodes.get(f"g{int(node.id[1:]) + 1}"))
            for node in self.nodes.values()
            if node.kind == "parallelGateway" and len(node.outgoing) > 1
        ]
        pairs = [(fork, join) for fork, join in forks if join is not None and join.kind == "parallelGateway"]
        if not pairs:
            return
        fork, join = self.random.choice(pairs)
        first, second = self.name(), self.name()
        node = self.task(fork.scope, (first,), (second,))
        self.flows[first] = SequenceFlow(id=first, source=fork.id, target=node.id)
        self.flows[second] = SequenceFlow(id=second, source=node.id, target=join.id)
        self.nodes[fork.id] = replace(self.nodes[fork.id], outgoing=(*fork.outgoing, first))
        self.nodes[join.id] = replace(self.nodes[join.id], incoming=(*join.incoming, second))

    def remind(self) -> None:
        """Attach a reminder to a task: a timer beside it and a task behind that."""
        tasks = [node for node in self.nodes.values() if isinstance(node, ActivityNode) and node.kind == "userTask"]
        host = self.random.choice(tasks) if tasks else None
        if host is None:
            return
        flow, key = self.name(), self.name()
        chase = self.task(host.scope, (flow,), ())
        rule = TimerRule(kind="duration", expression="P1D")
        self.nodes[key] = EventNode(
            id=key,
            kind="boundaryEvent",
            name="",
            line=1,
            scope=host.scope,
            incoming=(),
            outgoing=(flow,),
            definitions=(EventDefinition(trigger=Trigger.TIMER, timer=rule),),
            interrupting=False,
            attached=host.id,
        )
        self.flows[flow] = SequenceFlow(id=flow, source=key, target=chase.id)
        self.nodes[host.id] = replace(host, boundary=(*host.boundary, key))

    def edit(self) -> None:
        """Make one random edit."""
        self.random.choice((self.insert, self.remove, self.rename, self.branch, self.remind))()

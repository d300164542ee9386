"""Small models for tests: nodes as XML without prefixes, flows as `a>b` or `a>b[condition]`."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from zhengtong.process.bpmn.api import Definitions, read_definitions, read_document
from zhengtong.process.engine.api import (
    Command,
    CompleteWorkItem,
    Entry,
    FeelEvaluator,
    FireTimer,
    MemoryRows,
    Outcome,
    StartProcess,
    Timer,
    Token,
    Variable,
    What,
    WorkItem,
    step,
)

NOW = datetime(2026, 1, 5, 1, tzinfo=UTC)
HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zt="urn:zhengtong:bpmn" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="urn:test" id="defs">'
)
FLOW = re.compile(r"(\w+)>(\w+)(?:\[([^\]]*)\])?")


def flows(text: str) -> str:
    """Return the sequence flows of `a>b a>c[x > 1]`."""
    parts = []
    for source, target, condition in FLOW.findall(text):
        inner = condition.replace("<", "&lt;")
        inner = f'<conditionExpression xsi:type="tFormalExpression">{inner}</conditionExpression>' if inner else ""
        parts.append(
            f'<sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'
        )
    return "".join(parts)


def model(nodes: str, wires: str = "", *, top: str = "", key: str = "p") -> Definitions:
    """Return the model with one process *key* of *nodes* and *wires*; *top* stands beside the process."""
    body = f'<process id="{key}" isExecutable="true">{nodes}{flows(wires)}</process>'
    return read_definitions(read_document(f"{HEAD}{top}{body}</definitions>".encode()))


def tasks(*names: str) -> str:
    """Return user tasks called *names*."""
    return "".join(f'<userTask id="{name}"/>' for name in names)


class Office:
    """Drives one case of a model, step by step."""

    def __init__(self, definitions: Definitions, evaluator: FeelEvaluator | None = None) -> None:
        self.definitions = definitions
        self.evaluator = evaluator or FeelEvaluator()
        self.rows = MemoryRows()
        self.now = NOW
        self.log: list[Entry] = []

    def do(self, command: Command) -> Outcome:
        """Carry out *command*."""
        outcome = step(self.definitions, self.rows, command, self.now, self.evaluator)
        self.rows.apply(outcome.changes)
        self.log.extend(outcome.entries)
        return outcome

    def start(self, key: str = "p", *, at: str = "", **variables: Any) -> Outcome:
        """Start the process *key*."""
        return self.do(StartProcess(process=key, variables=variables, start=at))

    def open(self) -> list[str]:
        """Return the nodes of the open work items."""
        return sorted(item.node for item in self.rows.all(WorkItem))

    def item(self, node: str) -> WorkItem:
        """Return the oldest open work item of *node*."""
        return next(item for item in self.rows.all(WorkItem) if item.node == node)

    def complete(self, node: str, **results: Any) -> Outcome:
        """Complete the oldest work item of *node*."""
        return self.do(CompleteWorkItem(work_item=self.item(node).id, results=results))

    def fire(self) -> Outcome:
        """Let time pass to the next timer and fire it."""
        timer = min(self.rows.all(Timer), key=lambda row: row.due)
        self.now = max(self.now, timer.due)
        return self.do(FireTimer(timer=timer.id))

    def done(self) -> list[str]:
        """Return the activities completed so far, in order."""
        return [entry.node for entry in self.log if entry.what is What.ACTIVITY_COMPLETED]

    def ended(self) -> bool:
        """Tell whether the case has ended and left no token behind."""
        return not self.rows.all(Token)

    def variables(self) -> Mapping[str, Any]:
        """Return the variables, the inner ones over the outer ones."""
        return {row.name: row.value for row in self.rows.all(Variable)}

    def happened(self, what: What) -> list[Entry]:
        """Return the entries of one kind."""
        return [entry for entry in self.log if entry.what is what]

"""The process graph 流程图: what the engine walks. Immutable, resolved, without layout (BPMN 2.0 clause 10).

Every reference is resolved when the graph is read: an engine never looks at XML. Names of variables are the names of
data objects and properties, or their ids where they have no name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from zhengtong.process.bpmn.document import Document


class Trigger(StrEnum):
    """What an event waits for or throws (clause 10.5.1, table 10.93)."""

    NONE = "none"
    MESSAGE = "message"
    TIMER = "timer"
    SIGNAL = "signal"
    ERROR = "error"
    ESCALATION = "escalation"
    COMPENSATION = "compensation"
    CONDITIONAL = "conditional"
    LINK = "link"
    TERMINATE = "terminate"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerRule:
    """When a timer is due: exactly one of a date, a duration, or a cycle; ISO 8601 or FEEL (clause 10.5.5.15)."""

    kind: str
    expression: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDefinition:
    """One trigger of an event, with its references resolved.

    `name` is the message's or signal's name, the error or escalation code, or the link's name; empty catches any.
    """

    trigger: Trigger
    id: str = ""
    name: str = ""
    declared: bool = False
    condition: str = ""
    timer: TimerRule | None = None
    activity: str = ""
    wait: bool = True
    links: tuple[str, ...] = ()
    correlation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceFlow:
    """A sequence flow; `condition` is FEEL, empty when there is none."""

    id: str
    source: str
    target: str
    condition: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataItem:
    """A data object, property, input or output: the id the model uses and the variable's name."""

    id: str
    name: str
    collection: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DataAssociation:
    """How values flow into or out of an activity or event (clause 10.4.2). Sources and target are variable names."""

    sources: tuple[str, ...]
    target: str
    transformation: str = ""
    assignments: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """A complex behaviour of a multi-instance activity: when `condition` holds, stop and throw `event`."""

    condition: str
    event: EventDefinition | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """How an activity repeats (clause 10.3.8): a standard loop, or multi-instance when `multiple`."""

    multiple: bool
    test_before: bool = False
    maximum: int | None = None
    condition: str = ""
    sequential: bool = False
    cardinality: str = ""
    collection: str = ""
    item: str = ""
    output: str = ""
    output_item: str = ""
    completion: str = ""
    behaviour: str = "All"
    event: EventDefinition | None = None
    complex: tuple[Behaviour, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Performer:
    """Who does a user task: the resource's name, or a FEEL expression."""

    role: str
    resource: str = ""
    expression: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowNode:
    """What a token can stand on."""

    id: str
    kind: str
    name: str
    line: int
    scope: str
    incoming: tuple[str, ...]
    outgoing: tuple[str, ...]
    default: str = ""
    inputs: tuple[DataAssociation, ...] = ()
    outputs: tuple[DataAssociation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityNode(FlowNode):
    """A task, a call activity or a sub-process.

    A call activity names the process it calls, `called`, or is told by FEEL each time it runs, `callee`.
    """

    start_quantity: int = 1
    completion_quantity: int = 1
    for_compensation: bool = False
    loop: Loop | None = None
    boundary: tuple[str, ...] = ()
    data_inputs: tuple[DataItem, ...] = ()
    data_outputs: tuple[DataItem, ...] = ()
    performers: tuple[Performer, ...] = ()
    script: str = ""
    script_format: str = ""
    implementation: str = ""
    operation: str = ""
    decision: str = ""
    result: str = ""
    message: EventDefinition | None = None
    instantiate: bool = False
    called: str = ""
    callee: str = ""
    called_task: "ActivityNode | None" = None
    triggered_by_event: bool = False
    transaction: bool = False
    ad_hoc: bool = False
    sequential: bool = False
    completion: str = ""
    cancel_remaining: bool = True
    handler: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventNode(FlowNode):
    """A start, intermediate, boundary or end event."""

    definitions: tuple[EventDefinition, ...] = ()
    parallel: bool = False
    interrupting: bool = True
    attached: str = ""
    handler: str = ""
    data_items: tuple[DataItem, ...] = ()

    @property
    def catches(self) -> bool:
        """Whether it waits rather than throws."""
        return self.kind in {"startEvent", "intermediateCatchEvent", "boundaryEvent"}

    def first(self, trigger: Trigger) -> EventDefinition | None:
        """The first definition of *trigger*."""
        return next((item for item in self.definitions if item.trigger is trigger), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayNode(FlowNode):
    """A gateway; `activation` belongs to complex ones, `instantiate` and `parallel` to event-based ones."""

    activation: str = ""
    instantiate: bool = False
    parallel: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A process or sub-process as a container of nodes and data."""

    id: str
    nodes: tuple[str, ...]
    starts: tuple[str, ...]
    event_sub_processes: tuple[str, ...]
    variables: tuple[DataItem, ...]
    merges: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Process:
    """One process of a file, as a graph.

    `links` leads from throwing to catching link events; `message_paths` gives, for a message, the FEEL path of each
    correlation property in it; `correlation_bindings` the path of each property in the process's own data.
    """

    id: str
    name: str
    executable: bool
    line: int
    nodes: Mapping[str, FlowNode]
    flows: Mapping[str, SequenceFlow]
    scopes: Mapping[str, Scope]
    links: Mapping[str, str]
    message_paths: Mapping[str, Mapping[str, str]]
    correlation_bindings: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, eq=False)
class Definitions:
    """A whole file: its document, and every process in it as a graph."""

    document: Document
    id: str
    name: str
    namespace: str
    processes: Mapping[str, Process]
    messages: Mapping[str, str]
    signals: Mapping[str, str]
    errors: Mapping[str, str]
    escalations: Mapping[str, str]

    def process(self, key: str) -> Process | None:
        """Return the process with the id *key*."""
        return self.processes.get(key)

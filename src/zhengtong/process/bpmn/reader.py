"""From XML to graph 读取流程图: resolves every reference once, so that the engine never looks at XML again.

The reader is forgiving: what it cannot resolve it leaves out, because the rules (`bpmn.rules`) report it with its
line and publishing refuses it. It never guesses: an unresolved reference makes an empty name, not another element.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from zhengtong.process.bpmn.document import Document, flag
from zhengtong.process.bpmn.model import (
    ActivityNode,
    DataItem,
    Definitions,
    EventNode,
    FlowNode,
    GatewayNode,
    Process,
    Scope,
    SequenceFlow,
    Trigger,
)
from zhengtong.process.bpmn.reader_parts import (
    correlation_bindings,
    data_associations,
    data_items,
    event_definition,
    integer,
    loop_of,
    message_of,
    message_paths,
    performers,
)
from zhengtong.process.bpmn.vocabulary import ACTIVITIES, FLOW_EVENTS, FLOW_NODES, GLOBAL_TASKS, SUB_PROCESSES
from zhengtong.process.bpmn.xmltree import XmlElement


def read_definitions(document: Document) -> Definitions:
    """Return the graphs of all processes in *document*."""
    root = document.root
    processes = {
        element.get("id"): _ProcessReader(document, element).read()
        for element in document.of("process")
        if element.get("id")
    }
    return Definitions(
        document=document,
        id=root.get("id"),
        name=root.get("name"),
        namespace=root.get("targetNamespace"),
        processes=processes,
        messages=_named(document, "message", "name"),
        signals=_named(document, "signal", "name"),
        errors=_named(document, "error", "errorCode"),
        escalations=_named(document, "escalation", "escalationCode"),
    )


def _named(document: Document, element: str, attribute: str) -> Mapping[str, str]:
    """Return the ids of all *element*s with what they are called at run time."""
    return {item.get("id"): item.get(attribute) or item.get("id") for item in document.of(element) if item.get("id")}


class _ProcessReader:
    """Reads one process; collects nodes, flows and scopes on the way down."""

    def __init__(self, document: Document, element: XmlElement) -> None:
        self.document = document
        self.element = element
        self.nodes: dict[str, FlowNode] = {}
        self.flows: dict[str, SequenceFlow] = {}
        self.incoming: dict[str, list[str]] = defaultdict(list)
        self.outgoing: dict[str, list[str]] = defaultdict(list)
        self.scopes: dict[str, Scope] = {}

    def read(self) -> Process:
        """Return the graph of the process."""
        self.read_flows()
        self.read_scope(self.element)
        return Process(
            id=self.element.get("id"),
            name=self.element.get("name"),
            executable=flag(self.element, "isExecutable"),
            line=self.element.line,
            nodes=self.nodes,
            flows=self.flows,
            scopes=self.scopes,
            links=self.links(),
            message_paths=message_paths(self.document),
            correlation_bindings=correlation_bindings(self.document, self.element),
        )

    def read_flows(self) -> None:
        """Read the sequence flows whose both ends are flow nodes of this process."""
        inside = {
            item.get("id") for item in self.element.walk() if item.local in FLOW_NODES and item is not self.element
        }
        for flow in self.element.walk():
            if flow.local != "sequenceFlow":
                continue
            source = self.document.find(flow.get("sourceRef"))
            target = self.document.find(flow.get("targetRef"))
            if source is None or target is None or not {source.get("id"), target.get("id")} <= inside:
                continue
            condition = self.document.child(flow, "conditionExpression")
            self.flows[flow.get("id")] = SequenceFlow(
                id=flow.get("id"),
                source=source.get("id"),
                target=target.get("id"),
                condition=condition.text if condition is not None else "",
                name=flow.get("name"),
            )
        for item in self.flows.values():
            self.outgoing[item.source].append(item.id)
            self.incoming[item.target].append(item.id)

    def read_scope(self, container: XmlElement) -> None:
        """Read the nodes directly inside *container*, then its sub-processes."""
        children = [item for item in container.elements if item.local in FLOW_NODES and item.get("id")]
        for child in children:
            self.nodes[child.get("id")] = self.read_node(child, container.get("id"))
            if child.local in SUB_PROCESSES:
                self.read_scope(child)
        nodes = [self.nodes[child.get("id")] for child in children]
        self.scopes[container.get("id")] = Scope(
            id=container.get("id"),
            nodes=tuple(node.id for node in nodes),
            starts=tuple(node.id for node in nodes if _starts(node)),
            event_sub_processes=tuple(
                node.id for node in nodes if isinstance(node, ActivityNode) and node.triggered_by_event
            ),
            variables=self.variables(container),
            merges=tuple(node.id for node in nodes if node.kind in {"inclusiveGateway", "complexGateway"}),
        )

    def variables(self, container: XmlElement) -> tuple[DataItem, ...]:
        """Return the data objects and properties declared in *container*."""
        items = self.document.children(container, "dataObject", "property")
        return tuple(
            DataItem(id=item.get("id"), name=item.get("name") or item.get("id"), collection=flag(item, "isCollection"))
            for item in items
        )

    def read_node(self, element: XmlElement, scope: str) -> FlowNode:
        """Read one flow node."""
        identifier = element.get("id")
        default = self.document.find(element.get("default"))
        common: dict[str, Any] = {
            "id": identifier,
            "kind": element.local,
            "name": element.get("name"),
            "line": element.line,
            "scope": scope,
            "incoming": tuple(self.incoming.get(identifier, ())),
            "outgoing": tuple(self.outgoing.get(identifier, ())),
            "default": default.get("id") if default is not None else "",
            "inputs": data_associations(self.document, element, "dataInputAssociation"),
            "outputs": data_associations(self.document, element, "dataOutputAssociation"),
        }
        if element.local in ACTIVITIES:
            return self.activity(element, common)
        if element.local in FLOW_EVENTS:
            return self.event(element, common)
        activation = self.document.child(element, "activationCondition")
        return GatewayNode(
            **common,
            activation=activation.text if activation is not None else "",
            instantiate=flag(element, "instantiate"),
            parallel=element.get("eventGatewayType") == "Parallel",
        )

    def event(self, element: XmlElement, common: Mapping[str, Any]) -> EventNode:
        """Read an event."""
        attached = self.document.find(element.get("attachedToRef"))
        definitions = tuple(event_definition(self.document, item) for item in self.document.definitions_of(element))
        handler = ""
        if element.local == "boundaryEvent" and any(item.trigger is Trigger.COMPENSATION for item in definitions):
            handler = self.associated_handler(element)
        return EventNode(
            **common,
            definitions=definitions,
            parallel=flag(element, "parallelMultiple"),
            interrupting=flag(
                element, "cancelActivity" if element.local == "boundaryEvent" else "isInterrupting", default=True
            ),
            attached=attached.get("id") if attached is not None else "",
            handler=handler,
            data_items=data_items(self.document, element, "dataInput", "dataOutput"),
        )

    def associated_handler(self, boundary: XmlElement) -> str:
        """Return the compensation activity an association leads to from *boundary* (clause 10.7.2)."""
        return next((handler.get("id") for handler in self.document.handlers_of(boundary)), "")

    def activity(self, element: XmlElement, common: Mapping[str, Any]) -> ActivityNode:
        """Read an activity."""
        document = self.document
        specification = document.child(element, "ioSpecification")
        script = document.child(element, "script")
        completion = document.child(element, "completionCondition")
        boundary = document.boundary_of(element)
        called = element.get("calledElement") if element.local == "callActivity" else ""
        target = document.find(called)
        return ActivityNode(
            **common,
            start_quantity=integer(element, "startQuantity", 1),
            completion_quantity=integer(element, "completionQuantity", 1),
            for_compensation=flag(element, "isForCompensation"),
            loop=loop_of(document, element),
            boundary=tuple(event.get("id") for event in boundary),
            data_inputs=data_items(document, specification, "dataInput"),
            data_outputs=data_items(document, specification, "dataOutput"),
            performers=performers(document, element),
            script=script.text if script is not None else "",
            script_format=element.get("scriptFormat"),
            implementation=element.get("implementation"),
            operation=element.get("operationRef"),
            decision=document.extension(element, "decision"),
            result=document.extension(element, "result"),
            message=message_of(document, element),
            instantiate=flag(element, "instantiate"),
            called=target.get("id") if target is not None else called,
            callee=document.extension(element, "called"),
            called_task=self.called_task(target),
            triggered_by_event=element.local in SUB_PROCESSES and flag(element, "triggeredByEvent"),
            transaction=element.local == "transaction",
            ad_hoc=element.local == "adHocSubProcess",
            sequential=element.get("ordering") == "Sequential",
            completion=completion.text if completion is not None else "",
            cancel_remaining=flag(element, "cancelRemainingInstances", default=True),
            handler=self.compensation_handler(element, boundary),
        )

    def compensation_handler(self, element: XmlElement, boundary: list[XmlElement]) -> str:
        """Return what compensates *element*: a boundary event's handler, or its own compensation event sub-process."""
        for event in boundary:
            if any(item.local == "compensateEventDefinition" for item in self.document.definitions_of(event)):
                return self.associated_handler(event)
        for inner in self.document.children(element, *SUB_PROCESSES):
            starts = self.document.children(inner, "startEvent")
            kinds = {item.local for start in starts for item in self.document.definitions_of(start)}
            if flag(inner, "triggeredByEvent") and "compensateEventDefinition" in kinds:
                return inner.get("id")
        return ""

    def called_task(self, target: XmlElement | None) -> ActivityNode | None:
        """Return the global task a call activity runs, as a task without a place in the graph."""
        if target is None or target.local not in GLOBAL_TASKS:
            return None
        kind = target.local.removeprefix("global")
        script = self.document.child(target, "script")
        return ActivityNode(
            id=target.get("id"),
            kind=kind[0].lower() + kind[1:],
            name=target.get("name"),
            line=target.line,
            scope="",
            incoming=(),
            outgoing=(),
            script=script.text if script is not None else "",
            script_format=target.get("scriptLanguage"),
            implementation=target.get("implementation"),
            decision=self.document.extension(target, "decision"),
            result=self.document.extension(target, "result"),
            performers=performers(self.document, target),
            data_inputs=data_items(self.document, self.document.child(target, "ioSpecification"), "dataInput"),
            data_outputs=data_items(self.document, self.document.child(target, "ioSpecification"), "dataOutput"),
        )

    def links(self) -> Mapping[str, str]:
        """Return each throwing link event with the catching one it leads to, within one scope (clause 10.5.1)."""
        catching: dict[tuple[str, str], str] = {}
        for node in self.nodes.values():
            if isinstance(node, EventNode) and node.catches and (definition := node.first(Trigger.LINK)):
                for key in (definition.id, definition.name, *definition.links):
                    catching.setdefault((node.scope, key), node.id)
        found: dict[str, str] = {}
        for node in self.nodes.values():
            if isinstance(node, EventNode) and not node.catches and (definition := node.first(Trigger.LINK)):
                keys = [*definition.links, definition.id, definition.name]
                target = next((catching[node.scope, key] for key in keys if (node.scope, key) in catching), None)
                if target is not None:
                    found[node.id] = target
        return found


def _starts(node: FlowNode) -> bool:
    """Tell whether a scope can start at *node*: a start event, or, without one, whatever nothing leads to."""
    if isinstance(node, EventNode):
        return node.kind == "startEvent"
    is_outside = isinstance(node, ActivityNode) and (node.for_compensation or node.triggered_by_event)
    return not (node.incoming or is_outside)

"""Rules of start and end events 开始与结束事件规则 (BPMN 2.0 clauses 10.5.2 and 10.5.3)."""

from collections.abc import Iterator

from zhengtong.process.bpmn.document import CONTAINERS, Document, flag
from zhengtong.process.bpmn.rules.base import Breach, rule
from zhengtong.process.bpmn.vocabulary import ACTIVITIES, FLOW_NODES, GATEWAYS, SUB_PROCESSES
from zhengtong.process.bpmn.xmltree import XmlElement

TOP_LEVEL_STARTS = frozenset(
    {"messageEventDefinition", "timerEventDefinition", "conditionalEventDefinition", "signalEventDefinition"}
)
EVENT_SUB_PROCESS_STARTS = TOP_LEVEL_STARTS | {
    "errorEventDefinition",
    "escalationEventDefinition",
    "compensateEventDefinition",
}
NEVER_NON_INTERRUPTING = frozenset({"errorEventDefinition", "compensateEventDefinition"})
ENDS = frozenset(
    {
        "messageEventDefinition",
        "errorEventDefinition",
        "escalationEventDefinition",
        "cancelEventDefinition",
        "compensateEventDefinition",
        "signalEventDefinition",
        "terminateEventDefinition",
    }
)


def kinds(document: Document, event: XmlElement) -> set[str]:
    """Return the names of the definitions of *event*."""
    return {definition.local for definition in document.definitions_of(event)}


def scopes(document: Document) -> list[XmlElement]:
    """Return the processes and sub-processes whose inside flows (ad-hoc ones have no start)."""
    return [scope for scope in document.in_any(CONTAINERS) if scope.local != "adHocSubProcess"]


def is_outside_flow(document: Document, node: XmlElement) -> bool:
    """Tell whether *node* is never reached by sequence flow: event sub-process, compensation, boundary, link target."""
    if document.is_event_sub_process(node) or flag(node, "isForCompensation") or node.local == "boundaryEvent":
        return True
    return node.local == "intermediateCatchEvent" and "linkEventDefinition" in kinds(document, node)


@rule(
    "start-no-incoming",
    "10.5.2",
    ("开始事件不得有流入的顺序流。", "A start event must not have incoming sequence flows."),
    ("请删除顺序流，或改用中间事件。", "Remove the flow or use an intermediate event."),
)
def start_no_incoming(document: Document) -> Iterator[Breach]:
    """Nothing leads to a start event."""
    for event in document.of("startEvent"):
        if document.incoming(event) or document.children(event, "incoming"):
            yield event


@rule(
    "start-outgoing",
    "10.5.2",
    ("开始事件必须有流出的顺序流。", "A start event must have an outgoing sequence flow."),
    ("请从开始事件连到第一个节点。", "Connect the start event to the first node."),
)
def start_outgoing(document: Document) -> Iterator[Breach]:
    """A start event leads somewhere."""
    for event in document.of("startEvent"):
        if not document.outgoing(event):
            yield event


@rule(
    "start-when-end",
    "10.5.2",
    ("有结束事件就必须有开始事件。", "Where there is an end event there must be a start event."),
    ("请增加开始事件。", "Add a start event."),
)
def start_when_end(document: Document) -> Iterator[Breach]:
    """A scope with an end event begins explicitly: with a start event or something that instantiates."""
    for scope in scopes(document):
        begins = document.children(scope, "startEvent") or [
            node for node in document.children(scope, "receiveTask", "eventBasedGateway") if flag(node, "instantiate")
        ]
        if document.children(scope, "endEvent") and not begins:
            yield scope


@rule(
    "end-when-start",
    "10.5.3",
    ("有开始事件就必须有结束事件。", "Where there is a start event there must be an end event."),
    ("请增加结束事件。", "Add an end event."),
)
def end_when_start(document: Document) -> Iterator[Breach]:
    """A scope with a start event ends explicitly."""
    for scope in scopes(document):
        if document.children(scope, "startEvent") and not document.children(scope, "endEvent"):
            yield scope


@rule(
    "start-reaches-all",
    "10.5.2",
    (
        "流程有开始事件，因此每个节点都必须有流入的顺序流。",
        "The process has a start event, so every node needs an incoming sequence flow.",
    ),
    ("请把该节点接入流程。", "Connect the node to the flow."),
)
def start_reaches_all(document: Document) -> Iterator[Breach]:
    """With a start event every node in the normal flow is led to (clause 10.5.2)."""
    for scope in scopes(document):
        if not document.children(scope, "startEvent"):
            continue
        for node in document.children(scope, *(ACTIVITIES | GATEWAYS)):
            if not (document.incoming(node) or is_outside_flow(document, node) or flag(node, "instantiate")):
                yield node


@rule(
    "end-reached-by-all",
    "10.5.3",
    (
        "流程有结束事件，因此每个节点都必须有流出的顺序流。",
        "The process has an end event, so every node needs an outgoing sequence flow.",
    ),
    ("请把该节点连到后续节点或结束事件。", "Connect the node to what follows or to an end event."),
)
def end_reached_by_all(document: Document) -> Iterator[Breach]:
    """With an end event every node in the normal flow leads on (clause 10.5.3)."""
    for scope in scopes(document):
        if not document.children(scope, "endEvent"):
            continue
        for node in document.children(scope, *(ACTIVITIES | GATEWAYS)):
            if not (document.outgoing(node) or is_outside_flow(document, node)):
                yield node


@rule(
    "end-no-outgoing",
    "10.5.3",
    ("结束事件不得有流出的顺序流。", "An end event must not have outgoing sequence flows."),
    ("请删除顺序流，或改用中间事件。", "Remove the flow or use an intermediate event."),
)
def end_no_outgoing(document: Document) -> Iterator[Breach]:
    """Nothing follows an end event."""
    for event in document.of("endEvent"):
        if document.outgoing(event) or document.children(event, "outgoing"):
            yield event


@rule(
    "end-incoming",
    "10.5.3",
    ("结束事件必须有流入的顺序流。", "An end event must have an incoming sequence flow."),
    ("请把前一个节点连到结束事件。", "Connect the node before it."),
)
def end_incoming(document: Document) -> Iterator[Breach]:
    """Something leads to an end event."""
    for event in document.of("endEvent"):
        if not document.incoming(event):
            yield event


@rule(
    "start-trigger",
    "10.5.2",
    ("流程的开始事件不能由“{kind}”触发。", "A process cannot be started by {kind}."),
    ("可用：无、消息、定时、条件、信号。", "Use none, message, timer, conditional or signal."),
)
def start_trigger(document: Document) -> Iterator[Breach]:
    """A top-level start event has one of the triggers of table 10.84."""
    for event in document.of("startEvent"):
        container = document.container(event)
        if container is None or container.local not in {"process", "choreography"}:
            continue
        for kind in sorted(kinds(document, event) - TOP_LEVEL_STARTS):
            yield event, {"kind": kind}


@rule(
    "start-sub-process-none",
    "10.5.2",
    ("嵌入子流程的开始事件不得带触发条件。", "The start event of an embedded sub-process must not have a trigger."),
    ("请改用无触发的开始事件，或设为事件子流程。", "Use a none start event or an event sub-process."),
)
def start_sub_process_none(document: Document) -> Iterator[Breach]:
    """An embedded sub-process starts when a token arrives."""
    for event in document.of("startEvent"):
        container = document.container(event)
        if container is None or container.local not in SUB_PROCESSES or document.is_event_sub_process(container):
            continue
        if kinds(document, event) or document.children(event, "eventDefinitionRef"):
            yield event


@rule(
    "start-sub-process-one",
    "10.3.5",
    ("子流程只能有一个开始事件。", "A sub-process must have only one start event."),
    ("请合并开始事件。", "Merge the start events."),
)
def start_sub_process_one(document: Document) -> Iterator[Breach]:
    """A sub-process has at most one start event, an event sub-process exactly one."""
    for scope in document.in_any(SUB_PROCESSES):
        starts = document.children(scope, "startEvent")
        if len(starts) > 1:
            yield starts[1]


@rule(
    "start-event-sub-process-one",
    "10.3.5.1",
    ("事件子流程必须有且只有一个开始事件。", "An event sub-process must have exactly one start event."),
    ("请增加带触发条件的开始事件。", "Add a start event with a trigger."),
)
def start_event_sub_process_one(document: Document) -> Iterator[Breach]:
    """An event sub-process begins with its trigger."""
    for scope in document.in_any(SUB_PROCESSES):
        if document.is_event_sub_process(scope) and not document.children(scope, "startEvent"):
            yield scope


@rule(
    "start-event-sub-process-trigger",
    "10.5.2",
    (
        "事件子流程的开始事件需要一个允许的触发条件：{problem}。",
        "The start event of an event sub-process needs an allowed trigger: {problem}.",
    ),
    (
        "可用：消息、定时、条件、信号、升级、错误、补偿；错误与补偿只能中断。",
        "Use message, timer, conditional, signal, escalation, error or compensation; the last two only interrupt.",
    ),
)
def start_event_sub_process_trigger(document: Document) -> Iterator[Breach]:
    """The triggers of table 10.86."""
    for event in document.of("startEvent"):
        if not document.is_event_sub_process(document.container(event)):
            continue
        found = kinds(document, event)
        if not found:
            yield event, {"problem": "∅"}
        for kind in sorted(found - EVENT_SUB_PROCESS_STARTS):
            yield event, {"problem": kind}
        if event.has("isInterrupting") and not flag(event, "isInterrupting"):
            for kind in sorted(found & NEVER_NON_INTERRUPTING):
                yield event, {"problem": f"isInterrupting=false + {kind}"}


@rule(
    "start-callable",
    "10.5.2",
    ("被调用的流程“{process}”没有无触发的开始事件。", "The called process {process} has no none start event."),
    ("请为被调用的流程增加无触发的开始事件。", "Give the called process a none start event."),
)
def start_callable(document: Document) -> Iterator[Breach]:
    """A called process that has start events has one without a trigger."""
    for call in document.of("callActivity"):
        called = document.find(call.get("calledElement"))
        if called is None or called.local != "process":
            continue
        starts = document.children(called, "startEvent")
        if starts and all(kinds(document, event) for event in starts):
            yield call, {"process": called.get("id")}


@rule(
    "end-result",
    "10.5.3",
    ("结束事件不能抛出“{kind}”。", "An end event cannot throw {kind}."),
    (
        "可用：无、消息、错误、升级、取消、补偿、信号、终止。",
        "Use none, message, error, escalation, cancel, compensation, signal or terminate.",
    ),
)
def end_result(document: Document) -> Iterator[Breach]:
    """An end event has one of the results of table 10.88."""
    for event in document.of("endEvent"):
        for kind in sorted(kinds(document, event) - ENDS):
            yield event, {"kind": kind}


@rule(
    "end-cancel-in-transaction",
    "10.5.3",
    ("取消结束事件只能用在事务子流程中。", "A cancel end event may only be used in a transaction."),
    (
        "请把它移入事务，或改用错误、终止结束事件。",
        "Move it into a transaction, or use an error or terminate end event.",
    ),
)
def end_cancel_in_transaction(document: Document) -> Iterator[Breach]:
    """Only a transaction can be cancelled."""
    for event in document.of("endEvent"):
        if "cancelEventDefinition" in kinds(document, event) and document.around(event, "transaction") is None:
            yield event


@rule(
    "node-reachable-id",
    "8.3.1",
    ("流程节点缺少 id。", "A flow node has no id."),
    ("请用设计器重新保存模型。", "Save the model again with a designer."),
)
def node_reachable_id(document: Document) -> Iterator[Breach]:
    """Every flow node can be referred to."""
    for node in document.in_any(FLOW_NODES):
        if not node.get("id"):
            yield node

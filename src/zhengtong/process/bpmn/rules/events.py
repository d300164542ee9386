"""Rules of intermediate and boundary events and of what they carry 中间与边界事件规则 (clauses 10.5.4, 10.5.5)."""

from collections.abc import Iterator

from zhengtong.process.bpmn.document import Document, flag
from zhengtong.process.bpmn.rules.base import Breach, rule
from zhengtong.process.bpmn.rules.starts_and_ends import kinds
from zhengtong.process.bpmn.vocabulary import ACTIVITIES, EVENT_DEFINITIONS, FLOW_EVENTS, SUB_PROCESSES
from zhengtong.process.bpmn.xmltree import XmlElement

CATCHES = frozenset(
    {
        "messageEventDefinition",
        "timerEventDefinition",
        "conditionalEventDefinition",
        "linkEventDefinition",
        "signalEventDefinition",
    }
)
THROWS = frozenset(
    {
        "messageEventDefinition",
        "escalationEventDefinition",
        "compensateEventDefinition",
        "linkEventDefinition",
        "signalEventDefinition",
    }
)
BOUNDARY = frozenset(
    {
        "messageEventDefinition",
        "timerEventDefinition",
        "escalationEventDefinition",
        "errorEventDefinition",
        "cancelEventDefinition",
        "compensateEventDefinition",
        "conditionalEventDefinition",
        "signalEventDefinition",
    }
)
INTERRUPTING_ONLY = frozenset({"errorEventDefinition", "cancelEventDefinition"})
CODES = {
    "errorEventDefinition": ("errorRef", "errorCode"),
    "escalationEventDefinition": ("escalationRef", "escalationCode"),
}


def is_link(document: Document, event: XmlElement) -> bool:
    """Tell whether *event* is a link event."""
    return "linkEventDefinition" in kinds(document, event)


@rule(
    "catch-trigger",
    "10.5.4",
    ("中间捕获事件不能等待“{kind}”。", "An intermediate catch event cannot wait for {kind}."),
    ("可用：消息、定时、条件、链接、信号。", "Use message, timer, conditional, link or signal."),
)
def catch_trigger(document: Document) -> Iterator[Breach]:
    """The triggers of table 10.89 for catching events in normal flow."""
    for event in document.of("intermediateCatchEvent"):
        found = kinds(document, event)
        if not found and not document.children(event, "eventDefinitionRef"):
            yield event, {"kind": "∅"}
        for kind in sorted(found - CATCHES):
            yield event, {"kind": kind}


@rule(
    "throw-result",
    "10.5.4",
    ("中间抛出事件不能抛出“{kind}”。", "An intermediate throw event cannot throw {kind}."),
    ("可用：无、消息、升级、补偿、链接、信号。", "Use none, message, escalation, compensation, link or signal."),
)
def throw_result(document: Document) -> Iterator[Breach]:
    """The results of table 10.89 for throwing events."""
    for event in document.of("intermediateThrowEvent"):
        for kind in sorted(kinds(document, event) - THROWS):
            yield event, {"kind": kind}


@rule(
    "intermediate-incoming",
    "10.5.4",
    ("中间事件必须有流入的顺序流。", "An intermediate event must have an incoming sequence flow."),
    ("请把前一个节点连到它。", "Connect the node before it."),
)
def intermediate_incoming(document: Document) -> Iterator[Breach]:
    """Only a link's target begins without one."""
    for event in document.of("intermediateCatchEvent", "intermediateThrowEvent"):
        if document.incoming(event):
            continue
        if not (event.local == "intermediateCatchEvent" and is_link(document, event)):
            yield event


@rule(
    "intermediate-outgoing",
    "10.5.4",
    ("中间事件必须有流出的顺序流。", "An intermediate event must have an outgoing sequence flow."),
    ("请把它连到下一个节点，或改用结束事件。", "Connect it to the next node or use an end event."),
)
def intermediate_outgoing(document: Document) -> Iterator[Breach]:
    """Only a link's source ends without one."""
    for event in document.of("intermediateCatchEvent", "intermediateThrowEvent"):
        if document.outgoing(event):
            continue
        if not (event.local == "intermediateThrowEvent" and is_link(document, event)):
            yield event


@rule(
    "boundary-attached",
    "10.5.4",
    ("边界事件必须附着在活动上，而不是“{kind}”。", "A boundary event must be attached to an activity, not {kind}."),
    ("请把它拖到活动的边框上。", "Attach it to an activity of the same scope."),
)
def boundary_attached(document: Document) -> Iterator[Breach]:
    """A boundary event sits on an activity in its own scope."""
    for event in document.of("boundaryEvent"):
        host = document.find(event.get("attachedToRef"))
        if host is None or host.local not in ACTIVITIES:
            yield event, {"kind": host.local if host is not None else event.get("attachedToRef") or "∅"}
        elif document.container(host) is not document.container(event):
            yield event, {"kind": f"{host.local} ({host.get('id')})"}
        elif document.is_event_sub_process(host):
            yield event, {"kind": "event sub-process"}


@rule(
    "boundary-trigger",
    "10.5.4",
    ("边界事件需要一个允许的触发条件：{kind}。", "A boundary event needs an allowed trigger: {kind}."),
    (
        "可用：消息、定时、升级、错误、取消、补偿、条件、信号。",
        "Use message, timer, escalation, error, cancel, compensation, conditional or signal.",
    ),
)
def boundary_trigger(document: Document) -> Iterator[Breach]:
    """The triggers of table 10.90."""
    for event in document.of("boundaryEvent"):
        found = kinds(document, event)
        if not found and not document.children(event, "eventDefinitionRef"):
            yield event, {"kind": "∅"}
        for kind in sorted(found - BOUNDARY):
            yield event, {"kind": kind}


@rule(
    "boundary-interrupts",
    "10.5.4",
    ("“{kind}”边界事件只能是中断型。", "A boundary event for {kind} always interrupts."),
    ("请把 cancelActivity 设为 true。", "Set cancelActivity to true."),
)
def boundary_interrupts(document: Document) -> Iterator[Breach]:
    """An error or a cancellation has ended the activity already."""
    for event in document.of("boundaryEvent"):
        if not flag(event, "cancelActivity", default=True):
            for kind in sorted(kinds(document, event) & INTERRUPTING_ONLY):
                yield event, {"kind": kind}


@rule(
    "boundary-no-incoming",
    "10.5.4",
    ("边界事件不得有流入的顺序流。", "A boundary event must not have incoming sequence flows."),
    ("请删除顺序流：边界事件由活动触发。", "Remove the flow; its activity triggers it."),
)
def boundary_no_incoming(document: Document) -> Iterator[Breach]:
    """Nothing leads to a boundary event."""
    for event in document.of("boundaryEvent"):
        if document.incoming(event) or document.children(event, "incoming"):
            yield event


@rule(
    "boundary-outgoing",
    "10.5.4",
    ("边界事件必须有流出的顺序流。", "A boundary event must have an outgoing sequence flow."),
    ("请连到触发后要做的事。", "Connect it to what shall be done."),
)
def boundary_outgoing(document: Document) -> Iterator[Breach]:
    """All but compensation events lead somewhere."""
    for event in document.of("boundaryEvent"):
        found = kinds(document, event)
        if found and "compensateEventDefinition" not in found and not document.outgoing(event):
            yield event


@rule(
    "boundary-cancel-on-transaction",
    "10.5.4",
    ("取消边界事件只能附着在事务上。", "A cancel boundary event may only be attached to a transaction."),
    ("请改为事务子流程，或改用错误边界事件。", "Make the activity a transaction or use an error event."),
)
def boundary_cancel_on_transaction(document: Document) -> Iterator[Breach]:
    """Only a transaction can be cancelled."""
    for event in document.of("boundaryEvent"):
        host = document.find(event.get("attachedToRef"))
        if "cancelEventDefinition" in kinds(document, event) and (host is None or host.local != "transaction"):
            yield event


@rule(
    "boundary-compensation-no-flow",
    "10.7",
    ("补偿边界事件不得有流出的顺序流。", "A compensation boundary event must not have outgoing sequence flows."),
    ("请用关联连到补偿活动。", "Use an association to the compensation activity."),
)
def boundary_compensation_no_flow(document: Document) -> Iterator[Breach]:
    """Compensation is outside the normal flow."""
    for event in document.of("boundaryEvent"):
        if "compensateEventDefinition" in kinds(document, event) and document.outgoing(event):
            yield event


@rule(
    "boundary-compensation-handler",
    "10.7",
    (
        "补偿边界事件必须用关联连到恰好一个补偿活动。",
        "A compensation boundary event must lead to exactly one activity by an association.",
    ),
    ("请增加一个补偿活动并用关联相连。", "Add one compensation activity and associate it."),
)
def boundary_compensation_handler(document: Document) -> Iterator[Breach]:
    """A compensation boundary event has one handler."""
    for event in document.of("boundaryEvent"):
        if "compensateEventDefinition" in kinds(document, event) and len(document.handlers_of(event)) != 1:
            yield event


@rule(
    "compensation-activity-marked",
    "10.7",
    (
        "补偿边界事件关联的活动必须标记为补偿活动。",
        "The activity associated with a compensation event must be marked isForCompensation.",
    ),
    ("请把该活动的 isForCompensation 设为 true。", "Set isForCompensation to true."),
)
def compensation_activity_marked(document: Document) -> Iterator[Breach]:
    """A handler is a compensation activity."""
    for event in document.of("boundaryEvent"):
        if "compensateEventDefinition" not in kinds(document, event):
            continue
        for handler in document.handlers_of(event):
            if not flag(handler, "isForCompensation"):
                yield handler


@rule(
    "compensation-activity-used",
    "10.7",
    ("补偿活动没有被任何补偿边界事件关联。", "No compensation boundary event leads to this compensation activity."),
    ("请用关联把补偿边界事件连到它。", "Associate it with a compensation boundary event."),
)
def compensation_activity_used(document: Document) -> Iterator[Breach]:
    """A compensation activity belongs to a boundary event."""
    used = {
        handler
        for event in document.of("boundaryEvent")
        if "compensateEventDefinition" in kinds(document, event)
        for handler in document.handlers_of(event)
    }
    for node in document.activities():
        if flag(node, "isForCompensation") and node not in used and not document.is_event_sub_process(node):
            yield node


@rule(
    "compensation-event-sub-process-place",
    "10.5.5.4",
    ("补偿型事件子流程只能放在子流程内。", "A compensation event sub-process must be inside a sub-process."),
    ("请把它移入要补偿的子流程。", "Move it into the sub-process it compensates."),
)
def compensation_event_sub_process_place(document: Document) -> Iterator[Breach]:
    """A process as a whole is not compensated from outside."""
    for event in document.of("startEvent"):
        container = document.container(event)
        if container is None or "compensateEventDefinition" not in kinds(document, event):
            continue
        outer = document.container(container)
        if not document.is_event_sub_process(container) or outer is None or outer.local not in SUB_PROCESSES:
            yield event


@rule(
    "compensation-target",
    "10.5.5.4",
    (
        "被补偿的活动“{activity}”不可补偿：它没有补偿处理。",
        "The activity {activity} named for compensation has no handler.",
    ),
    (
        "请为该活动增加补偿边界事件，或补偿型事件子流程。",
        "Add a compensation boundary event or event sub-process to it.",
    ),
)
def compensation_target(document: Document) -> Iterator[Breach]:
    """What a compensation event names can be compensated."""
    for definition in document.of("compensateEventDefinition"):
        activity = document.find(definition.get("activityRef"))
        if activity is None or activity.local not in ACTIVITIES:
            continue
        has_boundary = any(
            "compensateEventDefinition" in kinds(document, item) for item in document.boundary_of(activity)
        )
        if not has_boundary and activity.local not in SUB_PROCESSES | {"callActivity"}:
            yield definition, {"activity": activity.get("id")}


@rule(
    "event-code",
    "10.5.5",
    ("抛出的{kind}缺少代码“{attribute}”。", "The thrown {kind} has no {attribute}."),
    ("请填写代码，使捕获事件能够匹配。", "Give it a code so that it can be caught."),
)
def event_code(document: Document) -> Iterator[Breach]:
    """An error or escalation that is thrown has a code."""
    for event in document.of("endEvent", "intermediateThrowEvent"):
        for definition in document.definitions_of(event):
            if definition.local not in CODES:
                continue
            reference, attribute = CODES[definition.local]
            target = document.find(definition.get(reference))
            if target is not None and target.local in {"error", "escalation"} and not target.get(attribute):
                yield target, {"kind": target.local, "attribute": attribute}


@rule(
    "event-definition-shared",
    "10.5.5",
    (
        "事件定义“{definition}”不可被引用：它不在顶层。",
        "The event definition {definition} cannot be shared: it is not at the top level.",
    ),
    ("请把事件定义移到 definitions 下。", "Move the event definition below definitions."),
)
def event_definition_shared(document: Document) -> Iterator[Breach]:
    """An event refers only to event definitions at the top level."""
    for event in document.in_any(FLOW_EVENTS):
        for reference in document.children(event, "eventDefinitionRef"):
            target = document.find(reference.text)
            if target is None or target.local not in EVENT_DEFINITIONS:
                continue
            if document.parents.get(target) is not document.root:
                yield event, {"definition": reference.text}


@rule(
    "event-parallel-multiple",
    "10.5.5",
    ("并行多重事件至少需要两个事件定义。", "A parallel multiple event needs at least two event definitions."),
    ("请增加事件定义，或去掉 parallelMultiple。", "Add definitions or remove parallelMultiple."),
)
def event_parallel_multiple(document: Document) -> Iterator[Breach]:
    """Parallel multiple says that all of several triggers are needed."""
    for event in document.of("startEvent", "intermediateCatchEvent", "boundaryEvent"):
        if flag(event, "parallelMultiple") and len(document.definitions_of(event)) < 2:
            yield event

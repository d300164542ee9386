"""Rules of gateways 网关规则 (BPMN 2.0 clauses 10.6 and 13.4)."""

from collections.abc import Iterator

from zhengtong.process.bpmn.document import Document, flag
from zhengtong.process.bpmn.rules.base import Breach, rule
from zhengtong.process.bpmn.rules.starts_and_ends import kinds
from zhengtong.process.bpmn.vocabulary import GATEWAYS

EVENT_GATEWAY_TRIGGERS = frozenset(
    {"messageEventDefinition", "signalEventDefinition", "timerEventDefinition", "conditionalEventDefinition"}
)


@rule(
    "gateway-direction",
    "10.6.1",
    (
        "网关方向“{direction}”与其连线不符（流入 {incoming}，流出 {outgoing}）。",
        "Direction {direction} contradicts the flows ({incoming} in, {outgoing} out).",
    ),
    ("请改正 gatewayDirection，或调整连线。", "Correct gatewayDirection or the flows."),
)
def gateway_direction(document: Document) -> Iterator[Breach]:
    """Converging: many in, one out; diverging: one in, many out; mixed: many both ways."""
    for gateway in document.in_any(GATEWAYS):
        direction = gateway.get("gatewayDirection", "Unspecified")
        incoming, outgoing = len(document.incoming(gateway)), len(document.outgoing(gateway))
        wrong = {
            "Converging": incoming < 2 or outgoing > 1,
            "Diverging": incoming > 1 or outgoing < 2,
            "Mixed": incoming < 2 or outgoing < 2,
        }
        if wrong.get(direction, False):
            yield gateway, {"direction": direction, "incoming": incoming, "outgoing": outgoing}


@rule(
    "gateway-splits-or-merges",
    "10.6.1",
    ("网关既不分流也不合流。", "The gateway neither splits nor merges."),
    ("网关至少需要两条流入或两条流出的顺序流。", "A gateway needs at least two incoming or two outgoing flows."),
)
def gateway_splits_or_merges(document: Document) -> Iterator[Breach]:
    """A gateway has several flows on at least one side."""
    for gateway in document.in_any(GATEWAYS):
        if len(document.incoming(gateway)) < 2 and len(document.outgoing(gateway)) < 2:
            yield gateway


@rule(
    "gateway-event-outgoing",
    "10.6.6",
    ("事件网关至少需要两条流出的顺序流。", "An event-based gateway needs at least two outgoing flows."),
    ("请增加要等待的事件。", "Add the events to wait for."),
)
def gateway_event_outgoing(document: Document) -> Iterator[Breach]:
    """There is something to choose between."""
    for gateway in document.of("eventBasedGateway"):
        if len(document.outgoing(gateway)) < 2:
            yield gateway


@rule(
    "gateway-event-targets",
    "10.6.6",
    (
        "事件网关之后只能是消息、信号、定时、条件捕获事件或接收任务，而不是“{kind}”。",
        "Behind an event-based gateway stand only catching events or receive tasks, not {kind}.",
    ),
    ("请改用允许的事件。", "Use one of these."),
)
def gateway_event_targets(document: Document) -> Iterator[Breach]:
    """The gateway waits for what its targets wait for."""
    for gateway in document.of("eventBasedGateway"):
        for flow in document.outgoing(gateway):
            target = document.find(flow.get("targetRef"))
            if target is None:
                continue
            found = kinds(document, target) if target.local == "intermediateCatchEvent" else set()
            allowed = bool(found) and found <= EVENT_GATEWAY_TRIGGERS
            if target.local != "receiveTask" and not allowed:
                yield target, {"kind": " ".join([target.local, *sorted(found)])}


@rule(
    "gateway-event-target-alone",
    "10.6.6",
    (
        "事件网关之后的节点不得有其他流入的顺序流。",
        "A target of an event-based gateway must not have other incoming flows.",
    ),
    ("请在该事件之后合流。", "Merge behind the event."),
)
def gateway_event_target_alone(document: Document) -> Iterator[Breach]:
    """A target belongs to its gateway alone."""
    for gateway in document.of("eventBasedGateway"):
        for flow in document.outgoing(gateway):
            target = document.find(flow.get("targetRef"))
            if target is not None and len(document.incoming(target)) > 1:
                yield target


@rule(
    "gateway-event-message-or-receive",
    "10.6.6",
    (
        "事件网关之后不能同时有消息事件和接收任务。",
        "Message events and receive tasks must not be mixed behind an event-based gateway.",
    ),
    ("请统一使用其中一种。", "Use one kind."),
)
def gateway_event_message_or_receive(document: Document) -> Iterator[Breach]:
    """Receive tasks exclude message events."""
    for gateway in document.of("eventBasedGateway"):
        targets = [document.find(flow.get("targetRef")) for flow in document.outgoing(gateway)]
        nodes = [target for target in targets if target is not None]
        receives = any(node.local == "receiveTask" for node in nodes)
        if receives and any("messageEventDefinition" in kinds(document, node) for node in nodes):
            yield gateway


@rule(
    "gateway-event-receive-plain",
    "10.6.6",
    (
        "事件网关之后的接收任务不得有边界事件。",
        "A receive task behind an event-based gateway must not have boundary events.",
    ),
    ("请移除边界事件，或把它们放到其他节点上。", "Remove the boundary events."),
)
def gateway_event_receive_plain(document: Document) -> Iterator[Breach]:
    """The gateway decides; the task only receives."""
    for gateway in document.of("eventBasedGateway"):
        for flow in document.outgoing(gateway):
            target = document.find(flow.get("targetRef"))
            if target is not None and target.local == "receiveTask" and document.boundary_of(target):
                yield target


@rule(
    "gateway-instantiate-first",
    "10.6.6",
    ("启动流程的事件网关不得有流入的顺序流。", "An instantiating event-based gateway must not have incoming flows."),
    ("请删除顺序流，或去掉 instantiate。", "Remove the flow or instantiate."),
)
def gateway_instantiate_first(document: Document) -> Iterator[Breach]:
    """What starts a process stands at its beginning."""
    for gateway in document.of("eventBasedGateway"):
        if flag(gateway, "instantiate") and document.incoming(gateway):
            yield gateway


@rule(
    "gateway-instantiate-messages",
    "10.6.6",
    (
        "启动流程的事件网关之后只能等待消息。",
        "An instantiating event-based gateway may only be followed by message events or receive tasks.",
    ),
    ("请改用消息事件或接收任务。", "Use message events or receive tasks."),
)
def gateway_instantiate_messages(document: Document) -> Iterator[Breach]:
    """A process is started from outside, by messages; signals reach it the same way."""
    for gateway in document.of("eventBasedGateway"):
        if not flag(gateway, "instantiate"):
            continue
        for flow in document.outgoing(gateway):
            target = document.find(flow.get("targetRef"))
            if target is not None and kinds(document, target) & {"timerEventDefinition", "conditionalEventDefinition"}:
                yield target


@rule(
    "gateway-event-parallel",
    "10.6.6",
    ("并行的事件网关必须用于启动流程。", "A parallel event-based gateway must instantiate the process."),
    ("请把 eventGatewayType 改为 Exclusive，或设 instantiate 为 true。", "Use Exclusive or set instantiate to true."),
)
def gateway_event_parallel(document: Document) -> Iterator[Breach]:
    """Only at the start all events are waited for."""
    for gateway in document.of("eventBasedGateway"):
        if gateway.get("eventGatewayType") == "Parallel" and not flag(gateway, "instantiate"):
            yield gateway


@rule(
    "gateway-parallel-unconditional",
    "10.6.4",
    (
        "并行网关和事件网关流出的顺序流不得带条件。",
        "Flows that leave a parallel or event-based gateway must not have conditions.",
    ),
    ("请删除条件，或改用相容网关。", "Remove the condition or use an inclusive gateway."),
)
def gateway_parallel_unconditional(document: Document) -> Iterator[Breach]:
    """These gateways do not decide by data."""
    for gateway in document.of("parallelGateway", "eventBasedGateway"):
        for flow in document.outgoing(gateway):
            if document.child(flow, "conditionExpression") is not None:
                yield flow


@rule(
    "gateway-complex-activation",
    "10.6.5",
    ("合流的复杂网关必须有激活条件。", "A merging complex gateway needs an activation condition."),
    ("请填写 activationCondition。", "Write an activationCondition."),
)
def gateway_complex_activation(document: Document) -> Iterator[Breach]:
    """Without it nobody knows when to go on."""
    for gateway in document.of("complexGateway"):
        if len(document.incoming(gateway)) > 1 and document.child(gateway, "activationCondition") is None:
            yield gateway

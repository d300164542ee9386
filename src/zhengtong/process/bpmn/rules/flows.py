"""Rules of sequence flows 顺序流规则 (BPMN 2.0 clauses 8.4.13, 7.6.1 and 13.2.1)."""

from collections.abc import Iterator

from zhengtong.process.bpmn.document import Document, flag
from zhengtong.process.bpmn.rules.base import Breach, rule
from zhengtong.process.bpmn.vocabulary import ACTIVITIES, FLOW_NODES
from zhengtong.process.bpmn.xmltree import XmlElement

CONDITIONAL_SOURCES = ACTIVITIES | {"exclusiveGateway", "inclusiveGateway", "complexGateway"}
DEFAULT_SOURCES = CONDITIONAL_SOURCES


def has_condition(document: Document, flow: XmlElement) -> bool:
    """Tell whether *flow* carries a condition."""
    return document.child(flow, "conditionExpression") is not None


@rule(
    "flow-ends-on-node",
    "8.4.13",
    (
        "顺序流的{end}必须是活动、事件或网关，不能是“{kind}”。",
        "The {end} of a sequence flow must be an activity, event or gateway, not {kind}.",
    ),
    ("请把顺序流连接到流程节点；与注释相连请用关联。", "Connect it to a flow node; use an association for artifacts."),
)
def flow_ends_on_node(document: Document) -> Iterator[Breach]:
    """Both ends of a sequence flow are flow nodes."""
    for flow in document.of("sequenceFlow"):
        for end in ("sourceRef", "targetRef"):
            node = document.find(flow.get(end))
            if node is not None and node.local not in FLOW_NODES:
                yield flow, {"end": end, "kind": node.local}
            elif node is None and not document.is_external(flow.get(end)):
                yield flow, {"end": end, "kind": flow.get(end) or "∅"}


@rule(
    "flow-stays-in-scope",
    "7.6.1",
    ("顺序流不得跨越流程或子流程的边界。", "A sequence flow must not cross the border of a process or sub-process."),
    ("请改用边界事件、结束事件，或跨流程时用消息流。", "Use boundary or end events, or a message flow between pools."),
)
def flow_stays_in_scope(document: Document) -> Iterator[Breach]:
    """Source and target lie in the same process or sub-process."""
    for flow in document.of("sequenceFlow"):
        source, target = document.find(flow.get("sourceRef")), document.find(flow.get("targetRef"))
        if source is None or target is None or not {source.local, target.local} <= FLOW_NODES:
            continue
        if document.container(source) is not document.container(target):
            yield flow


@rule(
    "flow-listed-by-node",
    "8.4.13",
    (
        "节点的{way}列出了“{flow}”，与顺序流自身的起止不一致。",
        "The node lists {flow} as {way}, which its own ends contradict.",
    ),
    ("请重新连接顺序流，或删除多余的引用。", "Reconnect the flow or remove the reference."),
)
def flow_listed_by_node(document: Document) -> Iterator[Breach]:
    """What a node lists as incoming and outgoing agrees with the sequence flows."""
    for node in document.nodes():
        ways = (("incoming", document.incoming(node)), ("outgoing", document.outgoing(node)))
        for way, flows in ways:
            real = set(flows)
            for reference in document.texts(node, way):
                if document.find(reference) not in real:
                    yield node, {"way": way, "flow": reference}


@rule(
    "flow-known-to-node",
    "8.4.13",
    ("连接的顺序流“{flow}”没有列在节点的{way}中。", "The connected flow {flow} is missing from the node's {way}."),
    ("请用设计器重新保存，使节点与顺序流一致。", "Save the model again so that nodes and flows agree."),
)
def flow_known_to_node(document: Document) -> Iterator[Breach]:
    """A flow listed by one of its ends is listed by the other too; models that list none at all are left alone."""
    listed = {
        (node, way): {document.find(item) for item in document.texts(node, way)}
        for node in document.nodes()
        for way in ("incoming", "outgoing")
    }
    for flow in document.of("sequenceFlow"):
        source, target = document.find(flow.get("sourceRef")), document.find(flow.get("targetRef"))
        if source is None or target is None or not {source.local, target.local} <= FLOW_NODES:
            continue
        leaves, enters = flow in listed[source, "outgoing"], flow in listed[target, "incoming"]
        if leaves and not enters:
            yield target, {"way": "incoming", "flow": flow.get("id")}
        if enters and not leaves:
            yield source, {"way": "outgoing", "flow": flow.get("id")}


@rule(
    "flow-not-to-event-sub-process",
    "10.3.5.1",
    ("事件子流程不得有流入或流出的顺序流。", "An event sub-process must not have incoming or outgoing sequence flows."),
    ("请删除顺序流：事件子流程由其开始事件触发。", "Remove the flow; the sub-process is started by its start event."),
)
def flow_not_to_event_sub_process(document: Document) -> Iterator[Breach]:
    """An event sub-process is outside the normal flow."""
    for node in document.activities():
        if document.is_event_sub_process(node) and (document.incoming(node) or document.outgoing(node)):
            yield node


@rule(
    "flow-not-to-compensation",
    "10.7",
    ("补偿活动不得有顺序流。", "A compensation activity must not have sequence flows."),
    ("请只用关联从补偿边界事件连到它。", "Connect it by an association from the compensation boundary event."),
)
def flow_not_to_compensation(document: Document) -> Iterator[Breach]:
    """A compensation activity is outside the normal flow."""
    for node in document.activities():
        if flag(node, "isForCompensation") and (document.incoming(node) or document.outgoing(node)):
            yield node


@rule(
    "flow-condition-source",
    "8.4.13",
    ("条件顺序流不能从“{kind}”流出。", "A conditional sequence flow must not leave {kind}."),
    (
        "请把条件移到排他、相容或复杂网关，或活动之后。",
        "Put the condition behind an exclusive, inclusive or complex gateway or an activity.",
    ),
)
def flow_condition_source(document: Document) -> Iterator[Breach]:
    """Only activities and deciding gateways have conditions on their flows."""
    for flow in document.of("sequenceFlow"):
        source = document.find(flow.get("sourceRef"))
        if source is not None and has_condition(document, flow) and source.local in FLOW_NODES - CONDITIONAL_SOURCES:
            yield flow, {"kind": source.local}


@rule(
    "flow-condition-alternative",
    "13.2.1",
    (
        "活动只有这一条流出的条件顺序流：条件不成立时流程没有出路。",
        "The activity's only outgoing flow is conditional: without it the process has no way on.",
    ),
    ("请增加一条默认流或无条件流。", "Add a default flow or one without a condition."),
)
def flow_condition_alternative(document: Document) -> Iterator[Breach]:
    """An activity with a conditional flow has a second way out."""
    for flow in document.of("sequenceFlow"):
        source = document.find(flow.get("sourceRef"))
        if source is None or source.local not in ACTIVITIES or not has_condition(document, flow):
            continue
        if len(document.outgoing(source)) == 1:
            yield flow


@rule(
    "flow-default-belongs",
    "10.3.1",
    ("默认流“{flow}”不是从该节点流出的。", "The default flow {flow} does not leave this node."),
    ("请选择一条从该节点流出的顺序流。", "Choose a flow that leaves this node."),
)
def flow_default_belongs(document: Document) -> Iterator[Breach]:
    """A default flow leaves its node."""
    for node in document.nodes():
        reference = node.get("default")
        if reference and document.find(reference) not in document.outgoing(node):
            yield node, {"flow": reference}


@rule(
    "flow-default-source",
    "8.4.13",
    ("“{kind}”不能有默认流。", "{kind} must not have a default flow."),
    ("请删除 default 属性。", "Remove the default attribute."),
)
def flow_default_source(document: Document) -> Iterator[Breach]:
    """Only activities and deciding gateways have a default flow."""
    for node in document.nodes():
        if node.get("default") and node.local not in DEFAULT_SOURCES:
            yield node, {"kind": node.local}


@rule(
    "flow-default-unconditional",
    "8.4.13",
    ("默认流不得带条件。", "A default flow must not carry a condition."),
    ("请删除条件，或改设默认流。", "Remove the condition or choose another default."),
)
def flow_default_unconditional(document: Document) -> Iterator[Breach]:
    """A default flow has no condition."""
    for node in document.nodes():
        flow = document.find(node.get("default"))
        if flow is not None and flow.local == "sequenceFlow" and has_condition(document, flow):
            yield flow


@rule(
    "flow-immediate",
    "8.4.13",
    ("可执行流程中顺序流的 isImmediate 不得为 false。", "In an executable process isImmediate must not be false."),
    ("请删除该属性或设为 true。", "Remove the attribute or set it to true."),
)
def flow_immediate(document: Document) -> Iterator[Breach]:
    """Nothing may happen unseen between two nodes of an executable process."""
    for flow in document.of("sequenceFlow"):
        process = document.around(flow, "process")
        executable = process is not None and flag(process, "isExecutable")
        if executable and flow.has("isImmediate") and not flag(flow, "isImmediate"):
            yield flow

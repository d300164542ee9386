"""Rules of collaborations 协作规则.

Participants, message flows, choreographies and conversations (BPMN 2.0 clause 9).
"""

from collections.abc import Iterator

from zhengtong.process.bpmn.document import Document
from zhengtong.process.bpmn.reader_parts import integer
from zhengtong.process.bpmn.rules.base import Breach, rule
from zhengtong.process.bpmn.rules.starts_and_ends import kinds
from zhengtong.process.bpmn.vocabulary import ACTIVITIES, CONVERSATION_NODES, FLOW_EVENTS
from zhengtong.process.bpmn.xmltree import XmlElement

PARTNERS = ACTIVITIES | FLOW_EVENTS | {"participant"}
MESSAGE = "messageEventDefinition"
NEVER_SENDS = frozenset({"startEvent", "intermediateCatchEvent", "boundaryEvent", "receiveTask"})
NEVER_RECEIVES = frozenset({"endEvent", "intermediateThrowEvent", "sendTask"})


def ends(document: Document, flow: XmlElement) -> list[tuple[str, XmlElement | None]]:
    """Return the ends of a message flow by attribute."""
    return [(name, document.find(flow.get(name))) for name in ("sourceRef", "targetRef")]


@rule(
    "participant-multiplicity",
    "9.3.1",
    (
        "参与者数量不正确：最少 {minimum}，最多 {maximum}。",
        "The multiplicity is wrong: minimum {minimum}, maximum {maximum}.",
    ),
    (
        "最少不得小于 0，最多不得小于 1，且不得小于最少。",
        "Minimum is 0 or more, maximum 1 or more and not below the minimum.",
    ),
)
def participant_multiplicity(document: Document) -> Iterator[Breach]:
    """How many participants there are is a proper range."""
    for item in document.of("participantMultiplicity"):
        minimum, maximum = integer(item, "minimum", 0), integer(item, "maximum", 1)
        if minimum < 0 or maximum < 1 or maximum < minimum:
            yield item, {"minimum": minimum, "maximum": maximum}


@rule(
    "message-flow-ends",
    "9.4",
    ("消息流的{end}不能是“{kind}”。", "The {end} of a message flow cannot be {kind}."),
    (
        "请连接参与者、任务或消息事件；与注释相连请用关联。",
        "Connect participants, activities or events; use associations for artifacts.",
    ),
)
def message_flow_ends(document: Document) -> Iterator[Breach]:
    """A message flow connects those who can exchange messages."""
    for flow in document.of("messageFlow"):
        for end, element in ends(document, flow):
            if element is not None and element.local not in PARTNERS | CONVERSATION_NODES:
                yield flow, {"end": end, "kind": element.local}


def pool_of(document: Document, element: XmlElement) -> object:
    """Return what identifies the pool of *element*: its process, or the participant itself where it has none."""
    if element.local == "participant":
        process = document.find(element.get("processRef"))
        return process if process is not None else element
    return document.around(element, "process")


@rule(
    "message-flow-between-pools",
    "9.4",
    ("消息流必须连接两个不同的参与者。", "A message flow must connect two different pools."),
    ("同一参与者内部请用顺序流。", "Use a sequence flow inside a pool."),
)
def message_flow_between_pools(document: Document) -> Iterator[Breach]:
    """Nobody sends messages to oneself."""
    for flow in document.of("messageFlow"):
        (_, source), (_, target) = ends(document, flow)
        if source is None or target is None or not {source.local, target.local} <= PARTNERS:
            continue
        if pool_of(document, source) is pool_of(document, target):
            yield flow


@rule(
    "message-flow-direction",
    "9.4",
    ("“{kind}”不能作为消息流的{end}。", "A {kind} cannot be the {end} of a message flow."),
    ("请调整消息流的方向，或改用其他事件。", "Turn the message flow round or use another event."),
)
def message_flow_direction(document: Document) -> Iterator[Breach]:
    """Who catches does not send, who throws does not receive."""
    for flow in document.of("messageFlow"):
        (_, source), (_, target) = ends(document, flow)
        if source is not None and source.local in NEVER_SENDS:
            yield flow, {"end": "sourceRef", "kind": source.local}
        if target is not None and target.local in NEVER_RECEIVES:
            yield flow, {"end": "targetRef", "kind": target.local}


@rule(
    "message-flow-trigger",
    "9.4",
    ("消息流连接的事件“{event}”不是消息事件。", "The event {event} on a message flow is not a message event."),
    ("请把它改为消息事件。", "Make it a message event."),
)
def message_flow_trigger(document: Document) -> Iterator[Breach]:
    """An event on a message flow has a message among its triggers."""
    for flow in document.of("messageFlow"):
        for _, element in ends(document, flow):
            if element is not None and element.local in FLOW_EVENTS and MESSAGE not in kinds(document, element):
                yield flow, {"event": element.get("id")}


@rule(
    "choreography-reference",
    "9.2",
    ("“{kind}”不能引用编排。", "A {kind} must not refer to a choreography."),
    ("请删除 choreographyRef。", "Remove choreographyRef."),
)
def choreography_reference(document: Document) -> Iterator[Breach]:
    """Only a collaboration refers to choreographies."""
    for element in document.of("choreography", "globalConversation", "globalChoreographyTask"):
        if document.children(element, "choreographyRef"):
            yield element, {"kind": element.local}


@rule(
    "global-conversation-content",
    "9.5",
    (
        "全局会话只能包含参与者、消息流、会话和关联。",
        "A global conversation only holds participants, message flows, conversations and correlations.",
    ),
    ("请移除“{kind}”。", "Remove {kind}."),
)
def global_conversation_content(document: Document) -> Iterator[Breach]:
    """A global conversation is atomic."""
    for element in document.of("globalConversation"):
        for child in document.children(element, *CONVERSATION_NODES):
            yield child, {"kind": child.local}


@rule(
    "conversation-link",
    "9.5",
    (
        "会话连线必须连接一个参与者和一个会话。",
        "A conversation link connects a participant or activity with a conversation.",
    ),
    ("请重新连接。", "Reconnect it."),
)
def conversation_link(document: Document) -> Iterator[Breach]:
    """Exactly one end is a conversation."""
    for link in document.of("conversationLink"):
        found = [element for _, element in ends(document, link)]
        if None in found:
            continue
        if sum(element is not None and element.local in CONVERSATION_NODES for element in found) != 1:
            yield link


@rule(
    "choreography-participants",
    "11.5",
    (
        "编排任务必须恰好有两个参与者，发起者是其中之一。",
        "A choreography task has exactly two participants, one of which initiates.",
    ),
    ("请改正参与者。", "Correct the participants."),
)
def choreography_participants(document: Document) -> Iterator[Breach]:
    """Two take part, one of them begins."""
    for task in document.of("choreographyTask"):
        members = document.texts(task, "participantRef")
        if len(set(members)) != 2 or task.get("initiatingParticipantRef") not in members:
            yield task


@rule(
    "participant-process",
    "9.3.1",
    ("流程“{process}”属于多个参与者。", "The process {process} belongs to several participants."),
    ("每个流程只属于一个参与者。", "Give each process one participant."),
)
def participant_process(document: Document) -> Iterator[Breach]:
    """In one collaboration a process has one pool."""
    for collaboration in document.of("collaboration"):
        seen: set[str] = set()
        for participant in document.children(collaboration, "participant"):
            process = participant.get("processRef")
            if process and process in seen:
                yield participant, {"process": process}
            seen.add(process)

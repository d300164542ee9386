"""Rules of references 引用规则.

Every reference leads to an element of the kind the standard's classes demand (clause 15.3.2).

The table is the standard's class diagrams: for each element and each attribute (`@name`) or child element that
refers, the elements it may lead to.
"""

from collections.abc import Iterator

from zhengtong.process.bpmn.document import Document
from zhengtong.process.bpmn.rules.base import Breach, rule
from zhengtong.process.bpmn.vocabulary import (
    ACTIVITIES,
    CALLABLE,
    COLLABORATIONS,
    CONVERSATION_NODES,
    EVENT_DEFINITIONS,
    FLOW_NODES,
    ITEM_AWARE,
)
from zhengtong.process.bpmn.xmltree import XmlElement

INTERACTION = ACTIVITIES | FLOW_NODES | CONVERSATION_NODES | {"participant"}
ITEMS = ITEM_AWARE | {"dataInput", "dataOutput", "inputDataItem", "outputDataItem"}
ANY = frozenset[str]()

REFERENCES: dict[tuple[str, str], frozenset[str]] = {
    ("sequenceFlow", "@sourceRef"): ANY,  # its own rule names the end and the remedy
    ("sequenceFlow", "@targetRef"): ANY,
    ("boundaryEvent", "@attachedToRef"): ANY,
    ("association", "@sourceRef"): ANY,
    ("association", "@targetRef"): ANY,
    ("messageFlow", "@sourceRef"): INTERACTION,
    ("messageFlow", "@targetRef"): INTERACTION,
    ("messageFlow", "@messageRef"): frozenset({"message"}),
    ("conversationLink", "@sourceRef"): INTERACTION,
    ("conversationLink", "@targetRef"): INTERACTION,
    ("conversation", "messageFlowRef"): frozenset({"messageFlow"}),
    ("conversation", "participantRef"): frozenset({"participant"}),
    ("subConversation", "participantRef"): frozenset({"participant"}),
    ("callConversation", "participantRef"): frozenset({"participant"}),
    ("callConversation", "@calledCollaborationRef"): COLLABORATIONS,
    ("collaboration", "choreographyRef"): frozenset({"choreography"}),
    ("choreographyTask", "participantRef"): frozenset({"participant"}),
    ("choreographyTask", "messageFlowRef"): frozenset({"messageFlow"}),
    ("choreographyTask", "@initiatingParticipantRef"): frozenset({"participant"}),
    ("subChoreography", "participantRef"): frozenset({"participant"}),
    ("subChoreography", "@initiatingParticipantRef"): frozenset({"participant"}),
    ("callChoreography", "participantRef"): frozenset({"participant"}),
    ("callChoreography", "@initiatingParticipantRef"): frozenset({"participant"}),
    ("participant", "@processRef"): frozenset({"process"}),
    ("participant", "interfaceRef"): frozenset({"interface"}),
    ("participant", "endPointRef"): frozenset({"endPoint"}),
    ("partnerEntity", "participantRef"): frozenset({"participant"}),
    ("partnerRole", "participantRef"): frozenset({"participant"}),
    ("participantAssociation", "innerParticipantRef"): frozenset({"participant"}),
    ("participantAssociation", "outerParticipantRef"): frozenset({"participant"}),
    ("messageFlowAssociation", "@innerMessageFlowRef"): frozenset({"messageFlow"}),
    ("messageFlowAssociation", "@outerMessageFlowRef"): frozenset({"messageFlow"}),
    ("process", "@definitionalCollaborationRef"): COLLABORATIONS,
    ("process", "supports"): frozenset({"process"}),
    ("lane", "flowNodeRef"): FLOW_NODES,
    ("message", "@itemRef"): frozenset({"itemDefinition"}),
    ("signal", "@structureRef"): frozenset({"itemDefinition"}),
    ("error", "@structureRef"): frozenset({"itemDefinition"}),
    ("escalation", "@structureRef"): frozenset({"itemDefinition"}),
    ("operation", "inMessageRef"): frozenset({"message"}),
    ("operation", "outMessageRef"): frozenset({"message"}),
    ("operation", "errorRef"): frozenset({"error"}),
    ("sendTask", "@messageRef"): frozenset({"message"}),
    ("sendTask", "@operationRef"): frozenset({"operation"}),
    ("receiveTask", "@messageRef"): frozenset({"message"}),
    ("receiveTask", "@operationRef"): frozenset({"operation"}),
    ("serviceTask", "@operationRef"): frozenset({"operation"}),
    ("messageEventDefinition", "@messageRef"): frozenset({"message"}),
    ("messageEventDefinition", "operationRef"): frozenset({"operation"}),
    ("signalEventDefinition", "@signalRef"): frozenset({"signal"}),
    ("errorEventDefinition", "@errorRef"): frozenset({"error"}),
    ("escalationEventDefinition", "@escalationRef"): frozenset({"escalation"}),
    ("compensateEventDefinition", "@activityRef"): ACTIVITIES,
    ("linkEventDefinition", "source"): frozenset({"linkEventDefinition"}),
    ("linkEventDefinition", "target"): frozenset({"linkEventDefinition"}),
    ("dataObject", "@itemSubjectRef"): frozenset({"itemDefinition"}),
    ("dataObjectReference", "@itemSubjectRef"): frozenset({"itemDefinition"}),
    ("dataObjectReference", "@dataObjectRef"): frozenset({"dataObject"}),
    ("dataStore", "@itemSubjectRef"): frozenset({"itemDefinition"}),
    ("dataStoreReference", "@itemSubjectRef"): frozenset({"itemDefinition"}),
    ("dataStoreReference", "@dataStoreRef"): frozenset({"dataStore"}),
    ("property", "@itemSubjectRef"): frozenset({"itemDefinition"}),
    ("dataInput", "@itemSubjectRef"): frozenset({"itemDefinition"}),
    ("dataOutput", "@itemSubjectRef"): frozenset({"itemDefinition"}),
    ("inputDataItem", "@itemSubjectRef"): frozenset({"itemDefinition"}),
    ("outputDataItem", "@itemSubjectRef"): frozenset({"itemDefinition"}),
    ("inputSet", "dataInputRefs"): frozenset({"dataInput", "inputDataItem"}),
    ("inputSet", "optionalInputRefs"): frozenset({"dataInput"}),
    ("inputSet", "whileExecutingInputRefs"): frozenset({"dataInput"}),
    ("inputSet", "outputSetRefs"): frozenset({"outputSet"}),
    ("outputSet", "dataOutputRefs"): frozenset({"dataOutput", "outputDataItem"}),
    ("outputSet", "optionalOutputRefs"): frozenset({"dataOutput"}),
    ("outputSet", "whileExecutingOutputRefs"): frozenset({"dataOutput"}),
    ("outputSet", "inputSetRefs"): frozenset({"inputSet"}),
    ("dataInputAssociation", "sourceRef"): ITEMS,
    ("dataInputAssociation", "targetRef"): ITEMS,
    ("dataOutputAssociation", "sourceRef"): ITEMS,
    ("dataOutputAssociation", "targetRef"): ITEMS,
    ("ioBinding", "@inputDataRef"): frozenset({"inputSet"}),
    ("ioBinding", "@outputDataRef"): frozenset({"outputSet"}),
    ("ioBinding", "@operationRef"): frozenset({"operation"}),
    ("multiInstanceLoopCharacteristics", "loopDataInputRef"): ITEMS,
    ("multiInstanceLoopCharacteristics", "loopDataOutputRef"): ITEMS,
    ("multiInstanceLoopCharacteristics", "@noneBehaviorEventRef"): EVENT_DEFINITIONS,
    ("multiInstanceLoopCharacteristics", "@oneBehaviorEventRef"): EVENT_DEFINITIONS,
    ("resourceParameterBinding", "@parameterRef"): frozenset({"resourceParameter"}),
    ("resourceParameter", "@type"): frozenset({"itemDefinition"}),
    ("performer", "resourceRef"): frozenset({"resource"}),
    ("humanPerformer", "resourceRef"): frozenset({"resource"}),
    ("potentialOwner", "resourceRef"): frozenset({"resource"}),
    ("resourceRole", "resourceRef"): frozenset({"resource"}),
    ("group", "@categoryValueRef"): frozenset({"categoryValue"}),
    ("correlationKey", "correlationPropertyRef"): frozenset({"correlationProperty"}),
    ("correlationSubscription", "@correlationKeyRef"): frozenset({"correlationKey"}),
    ("correlationPropertyBinding", "@correlationPropertyRef"): frozenset({"correlationProperty"}),
    ("correlationPropertyRetrievalExpression", "@messageRef"): frozenset({"message"}),
    ("callActivity", "@calledElement"): CALLABLE,
    **{(event, "eventDefinitionRef"): EVENT_DEFINITIONS for event in (
        "startEvent", "endEvent", "boundaryEvent", "intermediateCatchEvent", "intermediateThrowEvent"
    )},
}  # fmt: skip
OUTSIDE = frozenset(
    {
        ("callActivity", "@calledElement"),
        ("resourceParameter", "@type"),
        *((element, "@structureRef") for element in ("signal", "error", "escalation")),  # many tools name a type here
    }
)
BY_NAME: dict[str, list[tuple[str, frozenset[str]]]] = {}
for (_element, _place), _kinds in REFERENCES.items():
    BY_NAME.setdefault(_element, []).append((_place, _kinds))


def references(document: Document) -> Iterator[tuple[XmlElement, str, str, frozenset[str]]]:
    """Yield every reference of the table: its element, its place, its text, and the kinds it may lead to."""
    for element in document.in_any(BY_NAME):
        for place, allowed in BY_NAME[element.local]:
            texts = [element.get(place[1:])] if place.startswith("@") else document.texts(element, place)
            for text in texts:
                if text and not document.is_external(text):
                    yield element, place, text, allowed


@rule(
    "reference-kind",
    "15.3.2",
    (
        "“{place}”引用的“{target}”是 {kind}，应为 {allowed}。",
        "{place} refers to {target}, a {kind}; it must be {allowed}.",
    ),
    ("请改为引用正确种类的元素。", "Refer to an element of that kind."),
)
def reference_kind(document: Document) -> Iterator[Breach]:
    """A reference leads to an element of the right class."""
    for element, place, text, allowed in references(document):
        target = document.find(text)
        if target is None or not allowed or target.local in allowed:
            continue
        names = ", ".join(sorted(allowed)[:6])
        yield element, {"place": place.lstrip("@"), "target": text, "kind": target.local, "allowed": names}


@rule(
    "reference-resolved",
    "15.3.2",
    ("“{place}”引用的“{target}”不存在。", "{place} refers to {target}, which does not exist."),
    ("请补上被引用的元素，或改正引用。", "Add the element or correct the reference."),
)
def reference_resolved(document: Document) -> Iterator[Breach]:
    """A reference leads somewhere; called processes may be in other files."""
    for element, place, text, _ in references(document):
        if (element.local, place) in OUTSIDE:
            continue
        if document.find(text) is None:
            yield element, {"place": place.lstrip("@"), "target": text}

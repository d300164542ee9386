"""The parts of an activity or event 流程元素的组成部分.

Loops, data, performers and event definitions, read from XML.
"""

from zhengtong.process.bpmn.document import Document, flag
from zhengtong.process.bpmn.model import (
    Behaviour,
    DataAssociation,
    DataItem,
    EventDefinition,
    Loop,
    Performer,
    TimerRule,
    Trigger,
)
from zhengtong.process.bpmn.vocabulary import EVENT_DEFINITIONS, ITEM_AWARE
from zhengtong.process.bpmn.xmltree import XmlElement

TRIGGERS = {
    "messageEventDefinition": (Trigger.MESSAGE, "messageRef", "name"),
    "signalEventDefinition": (Trigger.SIGNAL, "signalRef", "name"),
    "errorEventDefinition": (Trigger.ERROR, "errorRef", "errorCode"),
    "escalationEventDefinition": (Trigger.ESCALATION, "escalationRef", "escalationCode"),
}
TIMER_KINDS = {"timeDate": "date", "timeDuration": "duration", "timeCycle": "cycle"}


def integer(element: XmlElement, name: str, default: int) -> int:
    """Read an integer attribute; *default* when it is missing or unreadable (the rules report the latter)."""
    try:
        return int(element.get(name, str(default)))
    except ValueError:
        return default


def variable_name(document: Document, reference: str) -> str:
    """Return the variable behind a reference to a data object, property, input, output or store."""
    target = document.find(reference)
    if target is None:
        return ""
    if target.local in {"dataObjectReference", "dataStoreReference"}:
        inner = document.find(target.get("dataObjectRef") or target.get("dataStoreRef"))
        target = inner if inner is not None else target
    return (target.get("name") or target.get("id")) if target.local in ITEM_AWARE else ""


def data_items(document: Document, owner: XmlElement | None, *names: str) -> tuple[DataItem, ...]:
    """Return the items called one of *names* in *owner*."""
    if owner is None:
        return ()
    return tuple(
        DataItem(id=item.get("id"), name=item.get("name") or item.get("id"), collection=flag(item, "isCollection"))
        for item in document.children(owner, *names)
    )


def data_associations(document: Document, owner: XmlElement, name: str) -> tuple[DataAssociation, ...]:
    """Return the data associations called *name* of *owner*."""
    found = []
    for element in document.children(owner, name):
        transformation = document.child(element, "transformation")
        assignments = []
        for item in document.children(element, "assignment"):
            source, target = document.child(item, "from"), document.child(item, "to")
            if source is not None and target is not None:
                assignments.append((source.text, target.text))
        found.append(
            DataAssociation(
                sources=tuple(variable_name(document, text) for text in document.texts(element, "sourceRef")),
                target=variable_name(document, next(iter(document.texts(element, "targetRef")), "")),
                transformation=transformation.text if transformation is not None else "",
                assignments=tuple(assignments),
            )
        )
    return tuple(found)


def message_of(document: Document, element: XmlElement) -> EventDefinition | None:
    """Return what a send or receive task exchanges: its message, or the one of its operation."""
    if element.local not in {"sendTask", "receiveTask"}:
        return None
    message = document.find(element.get("messageRef"))
    if message is None and (operation := document.find(element.get("operationRef"))) is not None:
        message = document.find(next(iter(document.texts(operation, "inMessageRef")), ""))
    name = (message.get("name") or message.get("id")) if message is not None and message.local == "message" else ""
    return EventDefinition(
        trigger=Trigger.MESSAGE,
        id=element.get("id"),
        name=name,
        declared=bool(name),
        correlation=document.extension(element, "correlation"),
    )


def performers(document: Document, element: XmlElement) -> tuple[Performer, ...]:
    """Return the resource roles of *element*."""
    found = []
    for role in document.children(element, "performer", "humanPerformer", "potentialOwner", "resourceRole"):
        resource = document.find(next(iter(document.texts(role, "resourceRef")), ""))
        assignment = document.child(role, "resourceAssignmentExpression")
        inner = (
            next(iter(document.children(assignment, "formalExpression", "expression")), None) if assignment else None
        )
        found.append(
            Performer(
                role=role.local,
                resource=(resource.get("name") or resource.get("id")) if resource is not None else "",
                expression=inner.text if inner is not None else "",
            )
        )
    return tuple(found)


def event_definition(document: Document, element: XmlElement) -> EventDefinition:
    """Read one event definition."""
    if element.local in TRIGGERS:
        trigger, reference, attribute = TRIGGERS[element.local]
        target = document.find(element.get(reference))
        name = (target.get(attribute) or target.get("id")) if target is not None else ""
        return EventDefinition(
            trigger=trigger,
            id=element.get("id"),
            name=name,
            declared=element.has(reference),
            correlation=document.extension(element, "correlation"),
        )
    if element.local == "timerEventDefinition":
        rules = [TimerRule(kind=TIMER_KINDS[item.local], expression=item.text) for item in _timers(document, element)]
        return EventDefinition(trigger=Trigger.TIMER, id=element.get("id"), timer=rules[0] if rules else None)
    if element.local == "conditionalEventDefinition":
        condition = document.child(element, "condition")
        text = condition.text if condition is not None else ""
        return EventDefinition(trigger=Trigger.CONDITIONAL, id=element.get("id"), condition=text)
    if element.local == "compensateEventDefinition":
        activity = document.find(element.get("activityRef"))
        return EventDefinition(
            trigger=Trigger.COMPENSATION,
            id=element.get("id"),
            activity=activity.get("id") if activity is not None else "",
            wait=flag(element, "waitForCompletion", default=True),
        )
    if element.local == "linkEventDefinition":
        links = tuple(document.texts(element, "target") + document.texts(element, "source"))
        return EventDefinition(trigger=Trigger.LINK, id=element.get("id"), name=element.get("name"), links=links)
    trigger = Trigger.TERMINATE if element.local == "terminateEventDefinition" else Trigger.CANCEL
    return EventDefinition(trigger=trigger, id=element.get("id"))


def _timers(document: Document, element: XmlElement) -> list[XmlElement]:
    return document.children(element, *TIMER_KINDS)


def loop_of(document: Document, element: XmlElement) -> Loop | None:
    """Read how *element* repeats."""
    standard = document.child(element, "standardLoopCharacteristics")
    if standard is not None:
        condition = document.child(standard, "loopCondition")
        return Loop(
            multiple=False,
            test_before=flag(standard, "testBefore"),
            maximum=integer(standard, "loopMaximum", 0) or None,
            condition=condition.text if condition is not None else "",
        )
    multiple = document.child(element, "multiInstanceLoopCharacteristics")
    return _multi_instance(document, multiple) if multiple is not None else None


def _multi_instance(document: Document, element: XmlElement) -> Loop:
    """Read multi-instance characteristics (clause 10.3.8.2)."""

    def text(name: str) -> str:
        return next(iter(document.texts(element, name)), "")

    def item(name: str) -> str:
        child = document.child(element, name)
        return (child.get("name") or child.get("id")) if child is not None else ""

    behaviour = element.get("behavior", "All")
    reference = {"None": "noneBehaviorEventRef", "One": "oneBehaviorEventRef"}.get(behaviour, "")
    target = document.find(element.get(reference)) if reference else None
    return Loop(
        multiple=True,
        sequential=flag(element, "isSequential"),
        cardinality=text("loopCardinality"),
        collection=variable_name(document, text("loopDataInputRef")),
        item=item("inputDataItem"),
        output=variable_name(document, text("loopDataOutputRef")),
        output_item=item("outputDataItem"),
        completion=text("completionCondition"),
        behaviour=behaviour,
        event=event_definition(document, target) if target is not None else None,
        complex=tuple(_behaviour(document, item) for item in document.children(element, "complexBehaviorDefinition")),
    )


def _behaviour(document: Document, element: XmlElement) -> Behaviour:
    """Read one complex behaviour definition."""
    condition, event = document.child(element, "condition"), document.child(element, "event")
    definitions = document.children(event, *EVENT_DEFINITIONS) if event is not None else []
    return Behaviour(
        condition=condition.text if condition is not None else "",
        event=event_definition(document, definitions[0]) if definitions else None,
    )


def message_paths(document: Document) -> dict[str, dict[str, str]]:
    """Return, by message name, the path of each correlation property in the message (clause 8.4.2)."""
    found: dict[str, dict[str, str]] = {}
    for item in document.of("correlationPropertyRetrievalExpression"):
        message, owner = document.find(item.get("messageRef")), document.parents.get(item)
        path = next(iter(document.texts(item, "messagePath")), "")
        if message is not None and owner is not None and path:
            found.setdefault(message.get("name") or message.get("id"), {})[owner.get("id")] = path
    return found


def correlation_bindings(document: Document, process: XmlElement) -> dict[str, str]:
    """Return the path of each correlation property in the data of *process*."""
    found: dict[str, str] = {}
    for subscription in document.children(process, "correlationSubscription"):
        for binding in document.children(subscription, "correlationPropertyBinding"):
            target = document.find(binding.get("correlationPropertyRef"))
            path = next(iter(document.texts(binding, "dataPath")), "")
            if target is not None and path:
                found[target.get("id")] = path
    return found

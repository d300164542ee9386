"""What becomes of every BPMN 2.0 element 元素支持情况: executed, kept without effect, or refused at publishing.

One table for the reference page and for designers; a test sees to it that it names every element of the schema.
"""

from enum import StrEnum

from zhengtong.process.bpmn.publishing import NO_EFFECT, WAIVED
from zhengtong.process.bpmn.rules import RULES
from zhengtong.process.bpmn.schema import CHILDREN
from zhengtong.process.bpmn.vocabulary import EXTENSION


class Status(StrEnum):
    """What becomes of an element."""

    EXECUTED = "executed"
    KEPT = "kept"
    REFUSED = "refused"


EXECUTED: dict[str, str] = {
    "activationCondition": "FEEL over the case and `activationCount`, `waitingForStart`",
    "adHocSubProcess": "all its activities at once, or one after another; officers may start more",
    "assignment": "`from` is FEEL",
    "association": "from a compensation boundary event to its handler; otherwise documentation",
    "boundaryEvent": "interrupting or not",
    "businessRuleTask": "asks the decision in `zt:decision`; without one a work item",
    "callActivity": "a process or global task, inside the same case; which process may be FEEL in `zt:called`",
    "cancelEventDefinition": "end of a transaction; its boundary event",
    "compensateEventDefinition": "thrown, on a boundary, or starting an event sub-process; in reverse order",
    "completionCondition": "FEEL; multi-instance and ad-hoc",
    "complexBehaviorDefinition": "ends the other instances and throws its event to the boundary",
    "complexGateway": "activation condition, reset with what comes late",
    "condition": "FEEL; fires when it becomes true",
    "conditionExpression": "FEEL",
    "conditionalEventDefinition": "looked at after every change of variables",
    "correlationProperty": "with message path and data path",
    "correlationPropertyBinding": "FEEL over the case",
    "correlationPropertyRetrievalExpression": "FEEL over the payload",
    "correlationSubscription": "fixes the keys when a token begins to listen",
    "dataInput": "what a work item shows; what a call passes",
    "dataInputAssociation": "copy, transformation or assignments",
    "dataObject": "a variable of its scope",
    "dataObjectReference": "the data object it names",
    "dataOutput": "what a work item yields; what a call returns",
    "dataOutputAssociation": "copy, transformation or assignments",
    "dataPath": "FEEL",
    "endEvent": "none, message, signal, error, escalation, compensation, cancel, terminate, multiple",
    "error": "by its code",
    "errorEventDefinition": "nearest catch outwards, named before any",
    "escalation": "by its code",
    "escalationEventDefinition": "nearest catch outwards; uncaught is only noted",
    "event": "the event of a complex behaviour",
    "eventBasedGateway": "exclusive, also instantiating; parallel instantiating",
    "eventDefinitionRef": "an event definition at the top level",
    "exclusiveGateway": "first true flow, else the default, else the step is refused",
    "formalExpression": "FEEL",
    "from": "FEEL",
    "globalBusinessRuleTask": "as a call's task",
    "globalManualTask": "as a call's task",
    "globalScriptTask": "as a call's task",
    "globalTask": "as a call's task",
    "globalUserTask": "as a call's task",
    "humanPerformer": "who gets the work item",
    "inclusiveGateway": "waits for what can still come (table 13.3)",
    "inMessageRef": "the message of the operation",
    "inputDataItem": "an instance's own variable",
    "intermediateCatchEvent": "message, timer, signal, conditional, link, multiple, parallel multiple",
    "intermediateThrowEvent": "none, message, signal, escalation, compensation, link, multiple",
    "ioSpecification": "names a task's inputs and outputs",
    "linkEventDefinition": "a jump within one scope",
    "loopCardinality": "FEEL; a whole number of 0 or more",
    "loopCondition": "FEEL, with `loopCounter`",
    "loopDataInputRef": "one instance for each element",
    "loopDataOutputRef": "gathers the instances' results",
    "manualTask": "passed; the log records it",
    "message": "by its name",
    "messageEventDefinition": "thrown to the host, caught by name and correlation",
    "messagePath": "FEEL",
    "multiInstanceLoopCharacteristics": "parallel or sequential; behaviours All, One, None, Complex",
    "outputDataItem": "what an instance adds to the results",
    "parallelGateway": "one token of every incoming flow",
    "performer": "who gets the work item",
    "potentialOwner": "who gets the work item",
    "process": "executable ones",
    "operation": "leads to its message",
    "operationRef": "leads to the message of the operation",
    "property": "a variable of its process or activity",
    "receiveTask": "waits for its message; also instantiating",
    "resource": "named by performers",
    "resourceAssignmentExpression": "FEEL; a name or a list of names",
    "resourceRef": "the resource's name",
    "resourceRole": "who gets the work item",
    "script": "FEEL; a context sets variables",
    "scriptTask": "FEEL only",
    "sendTask": "hands its message to the host",
    "sequenceFlow": "with condition or default",
    "serviceTask": "a work item for a service",
    "signal": "by its name",
    "signalEventDefinition": "to everyone who listens",
    "standardLoopCharacteristics": "condition, maximum, tested before or after",
    "source": "a link's source",
    "sourceRef": "where data come from",
    "startEvent": "none, message, timer, signal, conditional, multiple, parallel multiple; of event sub-processes also "
    "error, escalation, compensation",
    "subProcess": "embedded, or triggered by an event",
    "target": "a link's target",
    "targetRef": "where data go",
    "task": "passed; the log records it",
    "terminateEventDefinition": "ends its own scope",
    "timeCycle": "ISO 8601 `R[n]/…` or FEEL",
    "timeDate": "ISO 8601 or FEEL",
    "timeDuration": "ISO 8601 or FEEL",
    "timerEventDefinition": "date, duration or cycle",
    "to": "names the target",
    "transaction": "cancelled by compensating it",
    "transformation": "FEEL",
    "userTask": "a work item for a person",
}
REFUSED: dict[str, str] = {
    "callChoreography": "inside a process",
    "choreographyTask": "inside a process",
    "subChoreography": "inside a process",
}


def status(element: str) -> tuple[Status, str]:
    """Return what becomes of *element*, and a remark."""
    if element in EXECUTED:
        return Status.EXECUTED, EXECUTED[element]
    if element in REFUSED:
        return Status.REFUSED, REFUSED[element]
    return Status.KEPT, ""


def reference_page() -> str:
    """Return the reference page as Markdown."""
    lines = [
        "# BPMN 2.0",
        "",
        "<!-- Generated by scripts/bpmn_reference.py; a test keeps it current. -->",
        "",
        "Door: `zhengtong.process.bpmn.api`; the engine's: `zhengtong.process.engine.api`. Expressions are FEEL. Every",
        "element, attribute, comment and extension is kept in a round trip; this page says what has an effect. Our own",
        f"attributes live in the namespace `{EXTENSION}`: `decision` and `result` of business rule and script tasks,",
        "`correlation` of message events and of send and receive tasks, `called` of call activities.",
        "",
        "`zhengtong bpmn check FILE` applies the rules below; `--publish` applies what publishing here needs.",
        "",
        "## Elements",
        "",
        "| element | status | remark |",
        "|---|---|---|",
    ]
    lines += [f"| `{name}` | {status(name)[0]} | {status(name)[1]} |" for name in sorted(CHILDREN)]
    lines += [
        "",
        "## Rules",
        "",
        "At publishing an *error* refuses; a *warning* says that something has no effect.",
        "",
    ]
    lines += ["| rule | clause | says | at publishing |", "|---|---|---|---|"]
    for code, item in sorted(RULES.items()):
        publishing = "error"
        if code in WAIVED:
            publishing = f"waived: {WAIVED[code]}"
        elif code in NO_EFFECT:
            publishing = f"warning: {NO_EFFECT[code]}"
        lines.append(f"| `{code}` | {item.clause} | {item.message.en} | {publishing} |")
    return "\n".join(lines) + "\n"

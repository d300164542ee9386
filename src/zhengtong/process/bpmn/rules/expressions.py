"""Rules of expressions and timers 表达式与定时规则 (BPMN 2.0 clauses 8.4.7 and 10.5.5.15)."""

import re
from collections.abc import Iterator

from zhengtong.process.bpmn.document import Document
from zhengtong.process.bpmn.iso8601 import parse_cycle, parse_duration, parse_moment
from zhengtong.process.bpmn.rules.base import Breach, rule
from zhengtong.process.bpmn.vocabulary import EVENTS, XSI
from zhengtong.process.bpmn.xmltree import XmlElement

EXPRESSIONS = (
    "activationCondition",
    "completionCondition",
    "condition",
    "conditionExpression",
    "from",
    "loopCardinality",
    "loopCondition",
    "timeCycle",
    "timeDate",
    "timeDuration",
    "to",
)
TIMERS = {"timeDate": parse_moment, "timeDuration": parse_duration, "timeCycle": parse_cycle}
NAME = re.compile(r"[^\W\d][\w.-]*")


def is_formal(document: Document, element: XmlElement) -> bool:
    """Tell whether *element* is a formal expression: by its type, or because the schema knows no other here."""
    parent = document.parents.get(element)
    if parent is not None and parent.local == "complexBehaviorDefinition":
        return True
    return element.get("type", namespace=XSI).rpartition(":")[2] == "tFormalExpression"


@rule(
    "expression-formal",
    "8.4.7",
    (
        "可执行流程中的“{kind}”必须是形式表达式（tFormalExpression）。",
        "{kind} in an executable process must be a formal expression (tFormalExpression).",
    ),
    ("请用设计器重新填写表达式。", "Write it as a formal expression (xsi:type)."),
)
def expression_formal(document: Document) -> Iterator[Breach]:
    """What is executed is written in a language."""
    for element in document.of(*EXPRESSIONS):
        if document.is_executable(element) and not is_formal(document, element):
            yield element, {"kind": element.local}


@rule(
    "expression-empty",
    "8.4.7",
    ("“{kind}”是空的。", "{kind} is empty."),
    ("请填写表达式，或删除该元素。", "Write an expression or remove the element."),
)
def expression_empty(document: Document) -> Iterator[Breach]:
    """An expression says something."""
    for element in document.of(*EXPRESSIONS):
        if document.is_executable(element) and not element.text:
            yield element, {"kind": element.local}


@rule(
    "conditional-condition",
    "10.5.5.4",
    ("条件事件缺少条件。", "The conditional event has no condition."),
    ("请填写条件。", "Write the condition."),
)
def conditional_condition(document: Document) -> Iterator[Breach]:
    """A conditional event waits for something."""
    for definition in document.of("conditionalEventDefinition"):
        if document.child(definition, "condition") is None:
            yield definition


@rule(
    "timer-one",
    "10.5.5.15",
    (
        "定时事件必须有且只有日期、时长、循环三者之一。",
        "A timer has exactly one of timeDate, timeDuration and timeCycle.",
    ),
    ("请只填写一种。", "Write one of them."),
)
def timer_one(document: Document) -> Iterator[Breach]:
    """The three exclude each other, and an executed timer has one."""
    for definition in document.of("timerEventDefinition"):
        count = len(document.children(definition, *TIMERS))
        used = document.around(definition, "process")
        if count > 1 or (count == 0 and (used is None or document.is_executable(definition))):
            yield definition


@rule(
    "timer-readable",
    "10.5.5.15",
    (
        "“{text}”不是 ISO 8601 的{kind}，也不是模型中的数据或表达式。",
        "{text} is neither an ISO 8601 {kind} nor data of the model nor an expression.",
    ),
    ("请写 ISO 8601 日期、时长或循环（如 R3/PT10M），或一个 FEEL 表达式。", "Write ISO 8601 or a FEEL expression."),
)
def timer_readable(document: Document) -> Iterator[Breach]:
    """A timer is a literal, a piece of the model's data, or an expression that is more than a name."""
    known = data_names(document)
    for name, parse in TIMERS.items():
        for element in document.of(name):
            text = element.text
            if not text or parse(text) is not None or not NAME.fullmatch(text):
                continue
            if text not in known:
                yield element, {"text": text, "kind": name}


def data_names(document: Document) -> set[str]:
    """Return what an expression can name."""
    items = document.of("dataObject", "dataObjectReference", "property", "dataInput", "dataOutput")
    return {name for item in items for name in (item.get("name"), item.get("id"))}


@rule(
    "event-reference",
    "10.5.5",
    ("可执行流程中的“{kind}”没有指明“{reference}”。", "{kind} in an executable process does not name its {reference}."),
    ("请选择消息、信号、错误或升级。", "Choose the message, signal, error or escalation."),
)
def event_reference(document: Document) -> Iterator[Breach]:
    """A message or signal is named wherever it is used; an error or escalation where it is thrown."""
    always = {"messageEventDefinition": "messageRef", "signalEventDefinition": "signalRef"}
    thrown = {"errorEventDefinition": "errorRef", "escalationEventDefinition": "escalationRef"}
    for event in document.in_any(EVENTS - {"implicitThrowEvent"}):
        if not document.is_executable(event):
            continue
        throws = event.local in {"endEvent", "intermediateThrowEvent"}
        needed = {**always, **thrown} if throws else always
        for definition in document.definitions_of(event):
            if definition.local in needed and not definition.get(needed[definition.local]):
                yield definition, {"kind": definition.local, "reference": needed[definition.local]}


@rule(
    "message-event-operation",
    "10.5.5.11",
    ("可执行流程中的消息事件没有指明操作。", "The message event in an executable process names no operation."),
    (
        "请填写 operationRef；本平台不需要它，只有与其他引擎交换模型时需要。",
        "Name an operationRef; this platform does without, other engines do not.",
    ),
)
def message_event_operation(document: Document) -> Iterator[Breach]:
    """The standard demands an operation; publishing here does not."""
    for event in document.in_any(EVENTS):
        for definition in document.definitions_of(event):
            wanted = definition.local == "messageEventDefinition" and document.is_executable(event)
            if wanted and not document.children(definition, "operationRef"):
                yield definition

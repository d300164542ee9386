"""Rules of services and messages 服务与消息规则.

Service, send and receive tasks (BPMN 2.0 clauses 8.4.3 and 10.3.3).
"""

from collections.abc import Iterator

from zhengtong.process.bpmn.document import Document, flag
from zhengtong.process.bpmn.rules.base import Breach, rule
from zhengtong.process.bpmn.rules.data import same_item
from zhengtong.process.bpmn.xmltree import XmlElement


def specification(document: Document, node: XmlElement, name: str) -> list[XmlElement]:
    """Return the parts called *name* of the input/output specification of *node*."""
    found = document.child(node, "ioSpecification")
    return document.children(found, name) if found is not None else []


def operation_message(document: Document, node: XmlElement, way: str) -> XmlElement | None:
    """Return the message an operation of *node* takes (`inMessageRef`) or gives (`outMessageRef`)."""
    operation = document.find(node.get("operationRef"))
    if operation is None or operation.local != "operation":
        return None
    return document.find(next(iter(document.texts(operation, way)), ""))


@rule(
    "service-data",
    "10.3.3.1",
    (
        "服务任务的{what}必须恰好有一个，与操作的消息对应。",
        "A service task with an operation has exactly one {what}, for the operation's message.",
    ),
    ("请为操作的消息各定义一个数据。", "Define one for the operation's message."),
)
def service_data(document: Document) -> Iterator[Breach]:
    """One input for the message in, one output for the message out, if there is one."""
    for node in document.of("serviceTask"):
        for way, item, group in (
            ("inMessageRef", "dataInput", "inputSet"),
            ("outMessageRef", "dataOutput", "outputSet"),
        ):
            if operation_message(document, node, way) is None:
                continue
            for what in (item, group):
                if len(specification(document, node, what)) != 1:
                    yield node, {"what": what}


@rule(
    "service-item",
    "10.3.3.1",
    (
        "服务任务的“{what}”与操作消息的数据类型不符。",
        "The service task's {what} differs in type from the operation's message.",
    ),
    ("请使用相同的数据类型。", "Use the same item definition."),
)
def service_item(document: Document) -> Iterator[Breach]:
    """The input is the message in, the output the message out."""
    for node in document.of("serviceTask"):
        for way, what in (("inMessageRef", "dataInput"), ("outMessageRef", "dataOutput")):
            message = operation_message(document, node, way)
            items = specification(document, node, what)
            if message is not None and items and not same_item(document, items[0], message):
                yield node, {"what": what}


@rule(
    "message-task-data",
    "10.3.3.2",
    ("“{kind}”至多有一个“{what}”。", "A {kind} has at most one {what}."),
    ("请只保留与消息对应的一个。", "Keep the one for the message."),
)
def message_task_data(document: Document) -> Iterator[Breach]:
    """A send task puts one input into its message, a receive task takes one output from it."""
    rows = (("sendTask", ("inputSet", "dataInput")), ("receiveTask", ("outputSet", "dataOutput")))
    for kind, parts in rows:
        for node in document.of(kind):
            for what in parts:
                if (node.get("messageRef") or node.get("operationRef")) and len(
                    specification(document, node, what)
                ) > 1:
                    yield node, {"kind": kind, "what": what}


@rule(
    "message-task-item",
    "10.3.3.2",
    ("任务的数据与消息“{message}”的数据类型不符。", "The task's data differs in type from the message {message}."),
    ("请使用相同的数据类型。", "Use the same item definition."),
)
def message_task_item(document: Document) -> Iterator[Breach]:
    """What is sent or received is what the message carries."""
    for kind, what in (("sendTask", "dataInput"), ("receiveTask", "dataOutput")):
        for node in document.of(kind):
            message = document.find(node.get("messageRef"))
            if message is None or message.local != "message":
                continue
            for item in specification(document, node, what)[:1]:
                if not same_item(document, item, message):
                    yield node, {"message": message.get("id")}


@rule(
    "message-operation",
    "8.4.3",
    (
        "所用的消息“{message}”不是操作“{operation}”的消息。",
        "The message {message} is not the one of the operation {operation}.",
    ),
    ("请使消息与操作一致。", "Make message and operation agree."),
)
def message_operation(document: Document) -> Iterator[Breach]:
    """Where message and operation are both named, they belong together."""
    tasks = [(node, node.get("operationRef")) for node in document.of("sendTask", "receiveTask")]
    events = [
        (node, next(iter(document.texts(node, "operationRef")), "")) for node in document.of("messageEventDefinition")
    ]
    for node, reference in tasks + events:
        message, operation = document.find(node.get("messageRef")), document.find(reference)
        if message is None or operation is None or operation.local != "operation":
            continue
        known = [document.find(text) for text in document.texts(operation, "inMessageRef")]
        known += [document.find(text) for text in document.texts(operation, "outMessageRef")]
        if message not in known:
            yield node, {"message": message.get("id"), "operation": reference}


@rule(
    "operation-message",
    "8.4.3",
    ("操作没有输入消息。", "The operation has no message in."),
    ("请填写 inMessageRef。", "Give it an inMessageRef."),
)
def operation_has_message(document: Document) -> Iterator[Breach]:
    """An operation takes a message; an interface has operations."""
    for operation in document.of("operation"):
        if len(document.children(operation, "inMessageRef")) != 1:
            yield operation
    for interface in document.of("interface"):
        if not document.children(interface, "operation"):
            yield interface


@rule(
    "receive-instantiate-first",
    "10.3.3.3",
    ("启动流程的接收任务不得有流入的顺序流。", "An instantiating receive task must not have incoming flows."),
    ("请删除顺序流，或去掉 instantiate。", "Remove the flow or instantiate."),
)
def receive_instantiate_first(document: Document) -> Iterator[Breach]:
    """What starts a process stands at its beginning."""
    for node in document.of("receiveTask"):
        if flag(node, "instantiate") and document.incoming(node):
            yield node

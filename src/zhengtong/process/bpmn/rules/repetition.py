"""Rules of loops and multi-instance 循环与多实例规则 (BPMN 2.0 clause 10.3.8)."""

import re
from collections.abc import Iterator

from zhengtong.process.bpmn.document import Document, flag
from zhengtong.process.bpmn.reader_parts import integer
from zhengtong.process.bpmn.rules.base import Breach, rule
from zhengtong.process.bpmn.rules.data import is_collection, same_item
from zhengtong.process.bpmn.vocabulary import ITEM_AWARE
from zhengtong.process.bpmn.xmltree import XmlElement

NOT_BOOLEAN = re.compile(r"[+-]?\d+(\.\d+)?|\"[^\"]*\"|'[^']*'")


def multiples(document: Document) -> list[XmlElement]:
    """Return all multi-instance characteristics."""
    return document.of("multiInstanceLoopCharacteristics")


@rule(
    "multi-instance-count",
    "10.3.8.2",
    (
        "多实例必须有且只有一种次数来源：loopCardinality 或 loopDataInputRef。",
        "Multi-instance needs either loopCardinality or loopDataInputRef.",
    ),
    ("请填写次数，或选择集合数据。", "Give a number or a collection."),
)
def multi_instance_count(document: Document) -> Iterator[Breach]:
    """The number of instances comes from an expression or from a collection."""
    for loop in multiples(document):
        number, data = document.child(loop, "loopCardinality"), document.child(loop, "loopDataInputRef")
        if (number is None) == (data is None):
            yield loop


@rule(
    "multi-instance-cardinality",
    "10.3.8.2",
    (
        "多实例的次数“{value}”必须是 0 或更大的整数。",
        "The number of instances {value} must be a whole number of 0 or more.",
    ),
    ("请改正次数。", "Correct the number."),
)
def multi_instance_cardinality(document: Document) -> Iterator[Breach]:
    """A number written literally is a natural number; any other expression is judged when it runs."""
    for loop in multiples(document):
        text = next(iter(document.texts(loop, "loopCardinality")), "1")
        if re.fullmatch(r"[+-]?\d+(\.\d+)?", text) and (not text.isdigit()):
            yield loop, {"value": text}


def _collection_breaches(document: Document, reference: str, kind: str) -> Iterator[Breach]:
    for loop in multiples(document):
        for text in document.texts(loop, reference):
            target, own = document.find(text), document.parents.get(loop)
            if target is None or own is None:
                yield loop, {"data": text, "kind": kind}
                continue
            foreign = target.local in {"dataInput", "dataOutput"} and not document.is_inside(target, own)
            if target.local not in ITEM_AWARE or foreign or not is_collection(document, target):
                yield loop, {"data": text, "kind": kind}


COLLECTION_TEXT = (
    "多实例引用的“{data}”不是本活动的集合型{kind}。",
    "{data} is not a {kind} of this activity that is a collection.",
)
COLLECTION_REMEDY = (
    "请选择本活动的集合数据，并设 isCollection 为 true。",
    "Choose a collection of this activity (isCollection true).",
)


@rule("multi-instance-input-collection", "10.3.8.2", COLLECTION_TEXT, COLLECTION_REMEDY)
def multi_instance_input_collection(document: Document) -> Iterator[Breach]:
    """The input of a multi-instance activity is a collection among its data inputs."""
    yield from _collection_breaches(document, "loopDataInputRef", "dataInput")


@rule("multi-instance-output-collection", "10.3.8.2", COLLECTION_TEXT, COLLECTION_REMEDY)
def multi_instance_output_collection(document: Document) -> Iterator[Breach]:
    """The output of a multi-instance activity is a collection among its data outputs."""
    yield from _collection_breaches(document, "loopDataOutputRef", "dataOutput")


@rule(
    "multi-instance-item-type",
    "10.3.8.2",
    ("“{item}”的类型与集合“{data}”的元素不符。", "The type of {item} is not that of the elements of {data}."),
    ("请使两者的数据类型一致，且单项不是集合。", "Use the same type; an item is no collection."),
)
def multi_instance_item_type(document: Document) -> Iterator[Breach]:
    """An item has the type of the collection's elements."""
    pairs = (("loopDataInputRef", "inputDataItem"), ("loopDataOutputRef", "outputDataItem"))
    for loop in multiples(document):
        for reference, name in pairs:
            collection = document.find(next(iter(document.texts(loop, reference)), ""))
            item = document.child(loop, name)
            if collection is None or item is None:
                continue
            definition = document.find(item.get("itemSubjectRef"))
            nested = definition is not None and flag(definition, "isCollection")
            if nested or flag(item, "isCollection") or not same_item(document, collection, item, collections=False):
                yield loop, {"item": item.get("id") or name, "data": collection.get("id")}


@rule(
    "multi-instance-behaviour",
    "10.3.8.2",
    ("“{what}”只能与 behavior=“{behaviour}”一起使用。", "{what} is only used with behavior {behaviour}."),
    ("请改正 behavior，或删除该项。", "Correct behavior or remove it."),
)
def multi_instance_behaviour(document: Document) -> Iterator[Breach]:
    """Each behaviour has its own way to name an event."""
    for loop in multiples(document):
        behaviour = loop.get("behavior", "All")
        if loop.get("noneBehaviorEventRef") and behaviour != "None":
            yield loop, {"what": "noneBehaviorEventRef", "behaviour": "None"}
        if loop.get("oneBehaviorEventRef") and behaviour != "One":
            yield loop, {"what": "oneBehaviorEventRef", "behaviour": "One"}
        if document.children(loop, "complexBehaviorDefinition") and behaviour != "Complex":
            yield loop, {"what": "complexBehaviorDefinition", "behaviour": "Complex"}


@rule(
    "multi-instance-behaviour-event",
    "10.3.8.2",
    ("behavior=“{behaviour}”需要指明“{what}”。", "Behavior {behaviour} needs {what}."),
    ("请补上事件定义。", "Add the event definition."),
)
def multi_instance_behaviour_event(document: Document) -> Iterator[Breach]:
    """What a behaviour throws is named."""
    for loop in multiples(document):
        behaviour = loop.get("behavior", "All")
        if behaviour == "None" and not loop.get("noneBehaviorEventRef"):
            yield loop, {"what": "noneBehaviorEventRef", "behaviour": behaviour}
        if behaviour == "One" and not loop.get("oneBehaviorEventRef"):
            yield loop, {"what": "oneBehaviorEventRef", "behaviour": behaviour}
        if behaviour == "Complex" and not document.children(loop, "complexBehaviorDefinition"):
            yield loop, {"what": "complexBehaviorDefinition", "behaviour": behaviour}


@rule(
    "multi-instance-complex-condition",
    "10.3.8.2",
    ("复杂行为的条件“{value}”不是真假表达式。", "The complex behaviour's condition {value} is not boolean."),
    ("请写一个结果为真或假的表达式。", "Write an expression that is true or false."),
)
def multi_instance_complex_condition(document: Document) -> Iterator[Breach]:
    """A condition is not a number or a text."""
    for behaviour in document.of("complexBehaviorDefinition"):
        for text in document.texts(behaviour, "condition"):
            if not text or NOT_BOOLEAN.fullmatch(text):
                yield behaviour, {"value": text or "∅"}


@rule(
    "loop-maximum",
    "10.3.8.1",
    ("循环上限必须是 1 或更大的整数。", "loopMaximum must be a whole number of 1 or more."),
    ("请改正 loopMaximum。", "Correct loopMaximum."),
)
def loop_maximum(document: Document) -> Iterator[Breach]:
    """A cap of nothing is no loop."""
    for loop in document.of("standardLoopCharacteristics"):
        if loop.has("loopMaximum") and integer(loop, "loopMaximum", 0) < 1:
            yield loop

"""Rules of data 数据规则: items, inputs, outputs, sets and associations (BPMN 2.0 clause 10.4)."""

from collections.abc import Iterator

from zhengtong.process.bpmn.document import Document, flag
from zhengtong.process.bpmn.rules.base import Breach, rule
from zhengtong.process.bpmn.vocabulary import ACTIVITIES, CALLABLE, FLOW_EVENTS, SUB_PROCESSES
from zhengtong.process.bpmn.xmltree import XmlElement

ITEM_OF = {
    "message": "itemRef",
    "signal": "structureRef",
    "error": "structureRef",
    "escalation": "structureRef",
}
CARRIED = {
    "messageEventDefinition": "messageRef",
    "signalEventDefinition": "signalRef",
    "errorEventDefinition": "errorRef",
    "escalationEventDefinition": "escalationRef",
}


def base_item(document: Document, element: XmlElement) -> XmlElement:
    """Return the data object or store behind a reference to it."""
    target = document.find(element.get("dataObjectRef") or element.get("dataStoreRef"))
    return target if target is not None else element


def item_definition(document: Document, element: XmlElement) -> XmlElement | None:
    """Return the item definition of a data element, message, signal, error or escalation."""
    element = base_item(document, element)
    return document.find(element.get(ITEM_OF.get(element.local, "itemSubjectRef")))


def is_collection(document: Document, element: XmlElement) -> bool:
    """Tell whether a data element holds many values: by itself or by its item definition."""
    definition = item_definition(document, element)
    return flag(base_item(document, element), "isCollection") or (
        definition is not None and flag(definition, "isCollection")
    )


def same_item(document: Document, one: XmlElement, other: XmlElement, *, collections: bool = True) -> bool:
    """Tell whether two elements hold items of the same kind: the same definition, or equal structures."""
    first, second = item_definition(document, one), item_definition(document, other)
    if first is None or second is None:
        return first is second
    if first is second:
        return True
    structure = first.get("structureRef")
    if collections and flag(first, "isCollection") != flag(second, "isCollection"):
        return False
    return bool(structure) and structure == second.get("structureRef")


@rule(
    "data-collection",
    "8.4.10",
    ("isCollection 与数据类型“{item}”的定义不一致。", "isCollection contradicts the item definition {item}."),
    ("请使两处的 isCollection 相同。", "Make both say the same."),
)
def data_collection(document: Document) -> Iterator[Breach]:
    """A data element is a collection exactly where its item definition is one."""
    for element in document.of("dataInput", "dataOutput", "dataObject", "inputDataItem", "outputDataItem"):
        definition = document.find(element.get("itemSubjectRef"))
        if definition is None or definition.local != "itemDefinition":
            continue
        if flag(element, "isCollection") != flag(definition, "isCollection"):
            yield element, {"item": definition.get("id")}


@rule(
    "data-sub-process",
    "10.4.1",
    (
        "嵌入子流程不能有自己的数据输入输出。",
        "An embedded sub-process must not have data inputs and outputs of its own.",
    ),
    ("请改用数据对象，或改为调用活动。", "Use data objects or a call activity."),
)
def data_sub_process(document: Document) -> Iterator[Breach]:
    """An embedded sub-process sees the data around it; only multi-instance needs its own."""
    for node in document.in_any(SUB_PROCESSES):
        repeats = document.children(node, "multiInstanceLoopCharacteristics")
        if document.children(node, "ioSpecification") and not repeats:
            yield node


@rule(
    "data-sets",
    "10.4.1",
    ("数据输入输出说明缺少“{what}”。", "The input/output specification has no {what}."),
    (
        "请至少定义一个输入集和一个输出集，可以为空。",
        "Define at least one input set and one output set; they may be empty.",
    ),
)
def data_sets(document: Document) -> Iterator[Breach]:
    """A specification has at least one input set and one output set."""
    for specification in document.of("ioSpecification"):
        for name in ("inputSet", "outputSet"):
            if not document.children(specification, name):
                yield specification, {"what": name}


def set_owners(document: Document) -> list[XmlElement]:
    """Return the elements that hold data inputs, outputs and sets."""
    return document.of("ioSpecification", *sorted(FLOW_EVENTS))


@rule(
    "data-in-set",
    "10.4.1",
    ("“{item}”不在任何输入集或输出集中。", "{item} is in no input or output set."),
    ("请把它列入一个集合。", "List it in a set."),
)
def data_in_set(document: Document) -> Iterator[Breach]:
    """Every input and output belongs to a set."""
    pairs = (("dataInput", "inputSet", "dataInputRefs"), ("dataOutput", "outputSet", "dataOutputRefs"))
    for owner in set_owners(document):
        for name, group, reference in pairs:
            listed = {text for item in document.children(owner, group) for text in document.texts(item, reference)}
            for item in document.children(owner, name):
                if item.get("id") not in listed:
                    yield item, {"item": item.get("id")}


@rule(
    "data-set-members",
    "10.4.1",
    ("“{reference}”中的“{item}”没有列在“{required}”中。", "{item} in {reference} is not listed in {required}."),
    ("请把它也列入 {required}。", "List it in {required} too."),
)
def data_set_members(document: Document) -> Iterator[Breach]:
    """Optional and while-executing members are members of their set."""
    rows = (
        ("inputSet", "dataInputRefs", ("optionalInputRefs", "whileExecutingInputRefs")),
        ("outputSet", "dataOutputRefs", ("optionalOutputRefs", "whileExecutingOutputRefs")),
    )
    for name, required, references in rows:
        for group in document.of(name):
            members = set(document.texts(group, required))
            for reference in references:
                for text in document.texts(group, reference):
                    if text not in members:
                        yield group, {"reference": reference, "item": text, "required": required}


@rule(
    "data-set-own",
    "10.4.1",
    ("集合引用的“{item}”不是同一说明中的数据。", "The set names {item}, which is not in the same specification."),
    ("请引用同一活动或流程的数据输入输出。", "Name inputs and outputs of the same activity or process."),
)
def data_set_own(document: Document) -> Iterator[Breach]:
    """A set lists the inputs or outputs beside it."""
    for name, reference in (("inputSet", "dataInputRefs"), ("outputSet", "dataOutputRefs")):
        for group in document.of(name):
            for text in document.texts(group, reference):
                item = document.find(text)
                if item is not None and document.parents.get(item) is not document.parents.get(group):
                    yield group, {"item": text}


@rule(
    "data-set-rules",
    "10.4.1",
    ("输入集与输出集的对应关系不是双向的：{pair}。", "Input set and output set do not name each other: {pair}."),
    ("请在两边都写明对应的集合。", "Name the counterpart on both sides."),
)
def data_set_rules(document: Document) -> Iterator[Breach]:
    """Which inputs yield which outputs is said on both sides."""
    rows = (("inputSet", "outputSetRefs", "inputSetRefs"), ("outputSet", "inputSetRefs", "outputSetRefs"))
    for name, forth, back in rows:
        for group in document.of(name):
            for text in document.texts(group, forth):
                other = document.find(text)
                if other is not None and group.get("id") not in document.texts(other, back):
                    yield group, {"pair": f"{group.get('id')} → {text}"}


@rule(
    "data-association-source",
    "10.4.2",
    ("数据关联的“{end}”不能是“{item}”（{kind}）。", "A data association cannot have {item} ({kind}) as its {end}."),
    (
        "输入关联从数据对象或流程输入到活动输入；输出关联从活动输出到数据对象或流程输出。",
        "Inputs go from data objects or process inputs to the activity's inputs, outputs the other way.",
    ),
)
def data_association_ends(document: Document) -> Iterator[Breach]:
    """Values go into inputs and come out of outputs."""
    for association in document.of("dataInputAssociation"):
        yield from _wrong_ends(document, association, "sourceRef", {"dataOutput"})
        yield from _foreign_end(document, association, "targetRef", "dataInput")
    for association in document.of("dataOutputAssociation"):
        yield from _wrong_ends(document, association, "targetRef", {"dataInput"})
        yield from _foreign_end(document, association, "sourceRef", "dataOutput")


def _wrong_ends(document: Document, association: XmlElement, end: str, forbidden: set[str]) -> Iterator[Breach]:
    for text in document.texts(association, end):
        item = document.find(text)
        if item is not None and item.local in forbidden:
            yield association, {"end": end, "item": text, "kind": item.local}


def _foreign_end(document: Document, association: XmlElement, end: str, kind: str) -> Iterator[Breach]:
    owner = document.parents.get(association)
    for text in document.texts(association, end):
        item = document.find(text)
        if item is None or owner is None:
            continue
        if item.local not in {kind, "property"} or not document.is_inside(item, owner):
            yield association, {"end": end, "item": text, "kind": item.local}


@rule(
    "data-association-types",
    "10.4.2",
    (
        "数据关联两端的数据类型不同：“{source}”与“{target}”。",
        "The ends of the data association differ in type: {source} and {target}.",
    ),
    ("请使类型一致，或写一个转换表达式。", "Use the same type or write a transformation."),
)
def data_association_types(document: Document) -> Iterator[Breach]:
    """Without a transformation a value is copied, so both ends have the same type."""
    for association in document.of("dataInputAssociation", "dataOutputAssociation"):
        if document.children(association, "transformation", "assignment"):
            continue
        sources = [document.find(text) for text in document.texts(association, "sourceRef")]
        target = document.find(next(iter(document.texts(association, "targetRef")), ""))
        for source in sources:
            if source is None or target is None:
                continue
            if item_definition(document, source) is None or item_definition(document, target) is None:
                continue
            if not same_item(document, source, target):
                yield association, {"source": source.get("id"), "target": target.get("id")}


@rule(
    "data-association-transformation",
    "10.4.2",
    ("数据关联有多个来源，却没有转换表达式。", "The data association has several sources but no transformation."),
    ("请写转换表达式，或只保留一个来源。", "Write a transformation or keep one source."),
)
def data_association_transformation(document: Document) -> Iterator[Breach]:
    """Several values become one only by an expression."""
    for association in document.of("dataInputAssociation", "dataOutputAssociation"):
        several = len(document.children(association, "sourceRef")) > 1
        if several and not document.children(association, "transformation", "assignment"):
            yield association


@rule(
    "data-event-items",
    "10.4.1",
    ("事件的数据与“{definition}”所携带的数据不符。", "The event's data does not fit what {definition} carries."),
    ("请按事件定义的顺序，为每个定义配置同类型的数据。", "Give each definition, in order, data of its type."),
)
def data_event_items(document: Document) -> Iterator[Breach]:
    """Each definition that carries an item has an input or output of that type, in order."""
    for event in document.in_any(FLOW_EVENTS):
        items = document.children(event, "dataInput", "dataOutput")
        carriers = [item for item in document.definitions_of(event) if item.local in CARRIED]
        if not items:
            continue
        for index, definition in enumerate(carriers):
            carried = document.find(definition.get(CARRIED[definition.local]))
            if carried is None:
                continue
            if index >= len(items) or not same_item(document, items[index], carried):
                yield event, {"definition": definition.local}


@rule(
    "data-call-match",
    "10.3.6",
    ("调用活动的{what}与被调用的“{called}”不一致。", "The call activity's {what} do not match those of {called}."),
    ("请使两边的数据输入输出数量和类型相同。", "Use the same number and types on both sides."),
)
def data_call_match(document: Document) -> Iterator[Breach]:
    """A call passes exactly what the called element takes and gives."""
    for call in document.of("callActivity"):
        called = document.find(call.get("calledElement"))
        if called is None or called.local not in CALLABLE:
            continue
        for what in ("dataInput", "dataOutput"):
            own, theirs = _items(document, call, what), _items(document, called, what)
            if not _matches(document, own, theirs):
                yield call, {"what": what, "called": called.get("id")}


def _items(document: Document, element: XmlElement, name: str) -> list[XmlElement]:
    specification = document.child(element, "ioSpecification")
    return document.children(specification, name) if specification is not None else []


def _matches(document: Document, own: list[XmlElement], theirs: list[XmlElement]) -> bool:
    left = list(theirs)
    for item in own:
        partner = next((other for other in left if same_item(document, item, other)), None)
        if partner is None:
            return False
        left.remove(partner)
    return not left


@rule(
    "data-property-owner",
    "10.4.1",
    ("属性只能属于流程、活动或事件。", "A property belongs to a process, an activity or an event."),
    ("请把它移到所属的流程或活动中。", "Move it into its process or activity."),
)
def data_property_owner(document: Document) -> Iterator[Breach]:
    """Properties are not global."""
    for item in document.of("property"):
        parent = document.parents.get(item)
        if parent is None or parent.local not in ACTIVITIES | FLOW_EVENTS | {"process"}:
            yield item


@rule(
    "data-reference",
    "10.4.1",
    ("数据对象引用没有指明数据对象。", "The data object reference names no data object."),
    ("请选择一个数据对象。", "Choose a data object."),
)
def data_reference(document: Document) -> Iterator[Breach]:
    """A reference refers."""
    for item in document.of("dataObjectReference"):
        if not item.get("dataObjectRef"):
            yield item

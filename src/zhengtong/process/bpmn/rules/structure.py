"""Rules of structure 结构规则.

Known elements in their places, unique ids, required attributes (BPMN 2.0 XML schema, clause 15).

`CHILDREN` is the schema's containment, by families; `REQUIRED` its required attributes; `ONCE` what may stand only
once.
"""

from collections.abc import Iterator

from zhengtong.process.bpmn.document import Document, flag
from zhengtong.process.bpmn.findings import Severity
from zhengtong.process.bpmn.rules.base import Breach, rule
from zhengtong.process.bpmn.schema import CHILDREN, ENUMERATIONS, IMPORT_TYPES, INTEGERS, ONCE, REQUIRED
from zhengtong.process.bpmn.vocabulary import MODEL

BOOLEANS = frozenset(
    {
        "cancelActivity",
        "cancelRemainingInstances",
        "instantiate",
        "isClosed",
        "isCollection",
        "isExecutable",
        "isForCompensation",
        "isImmediate",
        "isInterrupting",
        "isRequired",
        "isSequential",
        "isUnlimited",
        "parallelMultiple",
        "testBefore",
        "triggeredByEvent",
        "waitForCompletion",
    }
)


@rule(
    "element-known",
    "15.3",
    ("“{name}”不是 BPMN 2.0 的元素。", "{name} is not an element of BPMN 2.0."),
    (
        "请改正拼写，或把扩展内容放进 extensionElements 并使用自己的命名空间。",
        "Correct it, or put extensions into extensionElements with a namespace of their own.",
    ),
)
def element_known(document: Document) -> Iterator[Breach]:
    """The BPMN namespace holds only the standard's elements; inside extensions we do not look."""
    for element in document.elements:
        if element.local not in CHILDREN and document.around(element, "extensionElements", "relationship") is None:
            yield element, {"name": element.qname}


@rule(
    "element-place",
    "15.3",
    ("“{name}”不能出现在“{parent}”中。", "{name} is not allowed inside {parent}."),
    ("请把它移到允许的位置。", "Move it to where the standard allows it."),
)
def element_place(document: Document) -> Iterator[Breach]:
    """Every element stands where the schema allows it."""
    for element in document.elements:
        parent = document.parents.get(element)
        if parent is None or parent.namespace != MODEL or parent.local not in CHILDREN or element.local not in CHILDREN:
            continue
        if parent.local not in {"extensionElements", "relationship"} and element.local not in CHILDREN[parent.local]:
            yield element, {"name": element.local, "parent": parent.local}


@rule(
    "element-foreign",
    "15.3",
    (
        "“{name}”不属于 BPMN，却没有放在 extensionElements 中。",
        "{name} is not BPMN and stands outside extensionElements.",
    ),
    ("请把它移入 extensionElements。", "Move it into extensionElements."),
    Severity.WARNING,
)
def element_foreign(document: Document) -> Iterator[Breach]:
    """Foreign elements belong into extensions; they are kept all the same."""
    free = {"extensionElements", "definitions", "relationship", "text", "documentation", "script", "from", "to"}
    for element in document.elements:
        if element.local in free or element.local not in CHILDREN or document.around(element, "extensionElements"):
            continue
        for child in element.elements:
            if child.namespace != MODEL and "expression" not in element.local.lower():
                yield element, {"name": child.qname}


@rule(
    "element-once",
    "15.3",
    ("“{name}”在“{parent}”中只能出现一次。", "{name} may stand only once in {parent}."),
    ("请删除多余的一个。", "Remove the others."),
)
def element_once(document: Document) -> Iterator[Breach]:
    """What the schema allows once stands once."""
    for element in document.elements:
        for name in ONCE:
            found = document.children(element, name)
            if len(found) > 1:
                yield found[1], {"name": name, "parent": element.local}


@rule(
    "id-unique",
    "8.3.1",
    ("id “{identifier}”被使用了多次。", "The id {identifier} is used more than once."),
    ("请为每个元素使用不同的 id。", "Give every element its own id."),
)
def id_unique(document: Document) -> Iterator[Breach]:
    """An id names one element."""
    for identifier, elements in document.ids.items():
        for element in elements[1:]:
            yield element, {"identifier": identifier}


@rule(
    "attribute-required",
    "15.3",
    ("缺少必需的属性“{attribute}”。", "The required attribute {attribute} is missing."),
    ("请补上该属性。", "Add it."),
)
def attribute_required(document: Document) -> Iterator[Breach]:
    """What the schema requires is written."""
    for element in document.in_any(REQUIRED):
        for attribute in REQUIRED[element.local]:
            if not element.has(attribute):
                yield element, {"attribute": attribute}


@rule(
    "attribute-value",
    "15.3",
    ("属性“{attribute}”的值“{value}”不在允许的范围内。", "The value {value} of {attribute} is not allowed."),
    ("请使用：{allowed}。", "Use one of: {allowed}."),
)
def attribute_value(document: Document) -> Iterator[Breach]:
    """Enumerations, booleans and whole numbers are written as the schema says."""
    for element in document.elements:
        for attribute in element.attributes:
            if attribute.namespace:
                continue
            allowed = ENUMERATIONS.get((element.local, attribute.local)) or ENUMERATIONS.get(("*", attribute.local))
            if attribute.local in BOOLEANS:
                allowed = ("true", "false", "1", "0")
            if allowed and attribute.value.strip() not in allowed:
                details = {"attribute": attribute.local, "value": attribute.value, "allowed": ", ".join(allowed)}
                yield element, details
            elif attribute.local in INTEGERS and not attribute.value.strip().lstrip("+-").isdigit():
                yield element, {"attribute": attribute.local, "value": attribute.value, "allowed": "0, 1, 2 …"}


@rule(
    "import-type",
    "8.2.2",
    ("导入类型“{type}”不受支持。", "The import type {type} is not supported."),
    ("可用：BPMN 2.0、XML Schema、WSDL 2.0、DMN。", "Use BPMN 2.0, XML Schema, WSDL 2.0 or DMN."),
)
def import_type(document: Document) -> Iterator[Breach]:
    """What is imported is of a known kind (table 8.2)."""
    for element in document.of("import"):
        kind = element.get("importType")
        if kind and not kind.startswith(IMPORT_TYPES):
            yield element, {"type": kind}


@rule(
    "import-found",
    "8.2.2",
    (
        "导入的模型“{location}”没有找到，或不是 BPMN 2.0 模型。",
        "The imported model {location} is not there or is no BPMN 2.0 model.",
    ),
    ("请把它放在同一文件夹，并使用相对路径。", "Put it beside this file and use a relative path."),
)
def import_found(document: Document) -> Iterator[Breach]:
    """An imported BPMN file is beside this one; other kinds are not opened."""
    for element in document.of("import"):
        if element.get("importType") != MODEL or document.imports is None:
            continue
        if document.imports.get(element.get("location")) is None:
            yield element, {"location": element.get("location")}


@rule(
    "import-namespace",
    "8.2.2",
    (
        "导入声明的命名空间与“{location}”的 targetNamespace 不同。",
        "The import's namespace differs from the target namespace of {location}.",
    ),
    ("请使两者一致。", "Make them equal."),
)
def import_namespace(document: Document) -> Iterator[Breach]:
    """The namespace of an import is the imported file's own."""
    for element in document.of("import"):
        imported = (document.imports or {}).get(element.get("location"))
        if imported is not None and imported.root.get("targetNamespace") != element.get("namespace"):
            yield element, {"location": element.get("location")}


@rule(
    "import-ids",
    "8.2.2",
    (
        "id “{identifier}”在导入的“{location}”中也被使用，而命名空间相同。",
        "The id {identifier} is also used in {location}, which has the same namespace.",
    ),
    ("请更换 id，或使用不同的 targetNamespace。", "Change the id or the target namespace."),
)
def import_ids(document: Document) -> Iterator[Breach]:
    """Ids are unique across files of one namespace."""
    for element in document.of("import"):
        imported = (document.imports or {}).get(element.get("location"))
        if imported is None or imported.root.get("targetNamespace") != document.root.get("targetNamespace"):
            continue
        for identifier in sorted(document.ids.keys() & imported.ids.keys()):
            yield document.ids[identifier][0], {"identifier": identifier, "location": element.get("location")}


@rule(
    "process-type",
    "10.2",
    ("processType 为“{type}”的流程不能是可执行的。", "A process of type {type} must not be executable."),
    (
        "请把 processType 改为 Private 或 None，或把 isExecutable 设为 false。",
        "Use Private or None, or set isExecutable to false.",
    ),
)
def process_type(document: Document) -> Iterator[Breach]:
    """A public process only shows what others see."""
    for process in document.of("process"):
        if process.get("processType") == "Public" and flag(process, "isExecutable"):
            yield process, {"type": "Public"}

"""Reader 读取: XML to model, for DMN 1.1 to 1.5 (the namespaces differ, the elements hardly do)."""

import re
from typing import Final

from zhengtong.rules.dmn import model as m
from zhengtong.rules.dmn.errors import ModelError
from zhengtong.rules.dmn.expressions import (
    EXPRESSION_ELEMENTS,
    only_expression,
    read_function,
    read_variable,
    text_at,
    type_ref_of,
)
from zhengtong.rules.dmn.xml import Element, parse_xml

# 1.1, then 1.2 and later, told apart by the date alone; 1.5 is 20230324.
NAMESPACES: Final = re.compile(
    r"http://www\.omg\.org/spec/DMN/20151101/dmn\.xsd|https?://www\.omg\.org/spec/DMN/20\d{6}/MODEL/"
)
# What may stand below an element (schema DMN15.xsd), beside the parts of every element.
COMMON: Final = frozenset({"description", "extensionElements"})
IN_DEFINITIONS: Final = frozenset({
    "import", "itemDefinition", "inputData", "decision", "businessKnowledgeModel", "decisionService", "knowledgeSource",
    "textAnnotation", "association", "group", "elementCollection", "performanceIndicator", "organizationUnit",
})  # fmt: skip
IN_DECISION: Final = frozenset({
    "question", "allowedAnswers", "variable", "informationRequirement", "knowledgeRequirement", "authorityRequirement",
    "supportedObjective", "impactedPerformanceIndicator", "decisionMaker", "decisionOwner", "usingProcess", "usingTask",
})  # fmt: skip
IN_KNOWLEDGE: Final = frozenset({"variable", "encapsulatedLogic", "knowledgeRequirement", "authorityRequirement"})
IN_TABLE: Final = frozenset({"input", "output", "annotation", "rule"})


def read_model(data: bytes | str) -> m.Definitions:
    """Read a DMN file.

    Raises:
        ModelError: it is no DMN file, or has an element or hit policy that DMN does not know; the line is named.
    """
    return read_definitions(parse_xml(data))


def read_definitions(root: Element) -> m.Definitions:
    """Read a model from its root element."""
    if root.local != "definitions" or NAMESPACES.fullmatch(root.namespace) is None:
        raise ModelError("not-dmn", line=root.line, found=root.name)
    return m.Definitions(
        name=root.get("name"),
        namespace=root.get("namespace"),
        id=root.get("id"),
        types=tuple(map(_item, root.all("itemDefinition"))),
        inputs=tuple(map(_input, root.all("inputData"))),
        decisions=tuple(map(_decision, root.all("decision"))),
        knowledge=tuple(map(_knowledge, root.all("businessKnowledgeModel"))),
        services=tuple(map(_service, root.all("decisionService"))),
        imports=tuple(map(_import, root.all("import"))),
        expression_language=root.get("expressionLanguage"),
        exporter=root.get("exporter"),
        source=root,
    )


def _name(element: Element) -> str:
    name = " ".join(element.get("name").split())
    if not name:
        raise ModelError("missing-name", line=element.line, found=element.get("id") or element.local)
    return name


def _import(element: Element) -> m.Import:
    return m.Import(
        name=" ".join(element.get("name").split()),
        namespace=element.get("namespace"),
        location=element.get("locationURI"),
        type=element.get("importType"),
    )


def _item(element: Element) -> m.ItemDefinition:
    function = element.first("functionItem")
    signature = None
    if function is not None:
        parameters = tuple(read_variable(p) for p in function.all("parameters"))
        signature = m.FunctionItem(parameters=parameters, output=function.get("outputTypeRef"))
    return m.ItemDefinition(
        name=_name(element),
        type_ref=type_ref_of(element),
        is_collection=element.get("isCollection") == "true",
        components=tuple(map(_item, element.all("itemComponent"))),
        allowed_values=text_at(element, "allowedValues", "text"),
        type_constraint=text_at(element, "typeConstraint", "text"),
        function=signature,
        id=element.get("id"),
        label=element.get("label"),
        line=element.line,
    )


def _input(element: Element) -> m.InputData:
    name = _name(element)
    variable = read_variable(element.first("variable"), name)
    description = text_at(element, "description")
    return m.InputData(id=element.get("id"), name=name, variable=variable, line=element.line, description=description)


def _references(element: Element, requirement: str, *targets: str) -> tuple[str, ...]:
    found: list[str] = []
    for each in element.all(requirement):
        found += [_href(target) for target in each.all(*targets)]
    return tuple(found)


def _href(element: Element) -> str:
    href = element.get("href")
    return href.removeprefix("#")


def _decision(element: Element) -> m.Decision:
    name = _name(element)
    return m.Decision(
        id=element.get("id"),
        name=name,
        variable=read_variable(element.first("variable"), name),
        line=element.line,
        description=text_at(element, "description"),
        required_inputs=_references(element, "informationRequirement", "requiredInput"),
        required_decisions=_references(element, "informationRequirement", "requiredDecision"),
        required_knowledge=_references(element, "knowledgeRequirement", "requiredKnowledge"),
        logic=only_expression(element, name),
        question=text_at(element, "question"),
        allowed_answers=text_at(element, "allowedAnswers"),
    )


def _knowledge(element: Element) -> m.BusinessKnowledge:
    name = _name(element)
    logic = element.first("encapsulatedLogic")
    return m.BusinessKnowledge(
        id=element.get("id"),
        name=name,
        variable=read_variable(element.first("variable"), name),
        line=element.line,
        description=text_at(element, "description"),
        function=read_function(logic, name) if logic is not None else None,
        required_knowledge=_references(element, "knowledgeRequirement", "requiredKnowledge"),
    )


def _service(element: Element) -> m.DecisionService:
    name = _name(element)

    def references(kind: str) -> tuple[str, ...]:
        return tuple(_href(each) for each in element.all(kind))

    return m.DecisionService(
        id=element.get("id"),
        name=name,
        variable=read_variable(element.first("variable"), name),
        line=element.line,
        description=text_at(element, "description"),
        outputs=references("outputDecision"),
        encapsulated=references("encapsulatedDecision"),
        input_decisions=references("inputDecision"),
        input_data=references("inputData"),
    )


_KNOWN: Final = {
    "definitions": IN_DEFINITIONS,
    "decision": IN_DECISION | EXPRESSION_ELEMENTS,
    "businessKnowledgeModel": IN_KNOWLEDGE,
    "decisionTable": IN_TABLE,
}


def unknown_elements(root: Element) -> list[ModelError]:
    """Return what stands in a model in DMN's own namespace but is no part of DMN there; foreign extensions are kept."""
    found: list[ModelError] = []
    pending: list[tuple[Element, str]] = [(root, root.get("name"))]
    while pending:
        element, owner = pending.pop()
        known = _KNOWN.get(element.local)
        for child in element.elements:
            if child.namespace != root.namespace:
                continue
            if known is not None and child.local not in known | COMMON:
                found.append(ModelError("unknown-element", line=child.line, owner=owner, found=child.local))
            pending.append((child, child.get("name") or owner))
    return sorted(found, key=lambda error: error.line or 0)

"""Reader 读取: XML to model, for DMN 1.1 to 1.5 (the namespaces differ, the elements hardly do)."""

import re
from collections.abc import Callable
from typing import Final

from zhengtong.rules.dmn import model as m
from zhengtong.rules.dmn.errors import ModelError
from zhengtong.rules.dmn.xml import Element, parse_xml

# 1.1, then 1.2 and later, told apart by the date alone; 1.5 is 20230324.
NAMESPACES: Final = re.compile(
    r"http://www\.omg\.org/spec/DMN/20151101/dmn\.xsd|https?://www\.omg\.org/spec/DMN/20\d{6}/MODEL/"
)
HIT_POLICIES: Final = frozenset({"UNIQUE", "ANY", "FIRST", "PRIORITY", "RULE ORDER", "OUTPUT ORDER", "COLLECT"})
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
AGGREGATIONS: Final = frozenset({"", "SUM", "COUNT", "MIN", "MAX"})


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


def _text(element: Element, *path: str) -> str:
    found: Element | None = element
    for name in path:
        found = found.first(name) if found is not None else None
    return found.text.strip() if found is not None else ""


def _name(element: Element) -> str:
    name = " ".join(element.get("name").split())
    if not name:
        raise ModelError("missing-name", line=element.line, found=element.get("id") or element.local)
    return name


def _variable(element: Element | None, name: str = "") -> m.Variable:
    if element is None:
        return m.Variable(name=name)
    written = " ".join(element.get("name").split())
    return m.Variable(name=written or name, type_ref=_type_ref(element), id=element.get("id"))


def _type_ref(element: Element) -> str:
    written = element.get("typeRef") or _text(element, "typeRef")
    prefix, mark, local = written.partition(":")
    return local if mark and prefix.lower() in {"feel", "xsd"} else written


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
        parameters = tuple(_variable(p) for p in function.all("parameters"))
        signature = m.FunctionItem(parameters=parameters, output=function.get("outputTypeRef"))
    return m.ItemDefinition(
        name=_name(element),
        type_ref=_type_ref(element),
        is_collection=element.get("isCollection") == "true",
        components=tuple(map(_item, element.all("itemComponent"))),
        allowed_values=_text(element, "allowedValues", "text"),
        type_constraint=_text(element, "typeConstraint", "text"),
        function=signature,
        id=element.get("id"),
        label=element.get("label"),
        line=element.line,
    )


def _input(element: Element) -> m.InputData:
    name = _name(element)
    variable = _variable(element.first("variable"), name)
    return m.InputData(
        id=element.get("id"), name=name, variable=variable, line=element.line, description=_text(element, "description")
    )


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
        variable=_variable(element.first("variable"), name),
        line=element.line,
        description=_text(element, "description"),
        required_inputs=_references(element, "informationRequirement", "requiredInput"),
        required_decisions=_references(element, "informationRequirement", "requiredDecision"),
        required_knowledge=_references(element, "knowledgeRequirement", "requiredKnowledge"),
        logic=_only_expression(element, name),
        question=_text(element, "question"),
        allowed_answers=_text(element, "allowedAnswers"),
    )


def _knowledge(element: Element) -> m.BusinessKnowledge:
    name = _name(element)
    logic = element.first("encapsulatedLogic")
    return m.BusinessKnowledge(
        id=element.get("id"),
        name=name,
        variable=_variable(element.first("variable"), name),
        line=element.line,
        description=_text(element, "description"),
        function=_function(logic, name) if logic is not None else None,
        required_knowledge=_references(element, "knowledgeRequirement", "requiredKnowledge"),
    )


def _service(element: Element) -> m.DecisionService:
    name = _name(element)

    def references(kind: str) -> tuple[str, ...]:
        return tuple(_href(each) for each in element.all(kind))

    return m.DecisionService(
        id=element.get("id"),
        name=name,
        variable=_variable(element.first("variable"), name),
        line=element.line,
        description=_text(element, "description"),
        outputs=references("outputDecision"),
        encapsulated=references("encapsulatedDecision"),
        input_decisions=references("inputDecision"),
        input_data=references("inputData"),
    )


# expressions


def _only_expression(element: Element, owner: str) -> m.Expression | None:
    found = [
        child for child in element.elements if child.local in _EXPRESSIONS and child.namespace == element.namespace
    ]
    return _expression(found[0], owner) if found else None


def _expression(element: Element, owner: str) -> m.Expression:
    read = _EXPRESSIONS.get(element.local)
    if read is None:
        raise ModelError("unknown-element", line=element.line, owner=owner, found=element.local)
    return read(element, owner)


def _inner(element: Element, name: str, owner: str) -> m.Expression | None:
    child = element.first(name)
    return _only_expression(child, owner) if child is not None else None


def _literal(element: Element, owner: str) -> m.LiteralExpression:
    del owner
    text = element.first("text")
    return m.LiteralExpression(
        id=element.get("id"),
        type_ref=_type_ref(element),
        line=text.line if text is not None else element.line,
        text=text.text if text is not None else "",
        language=element.get("expressionLanguage"),
    )


def _context(element: Element, owner: str) -> m.BoxedContext:
    entries = []
    for entry in element.all("contextEntry"):
        variable = entry.first("variable")
        value = _only_expression(entry, owner)
        entries.append(m.ContextEntry(variable=_variable(variable) if variable is not None else None, value=value))
    return m.BoxedContext(id=element.get("id"), type_ref=_type_ref(element), line=element.line, entries=tuple(entries))


def _list(element: Element, owner: str) -> m.BoxedList:
    items = tuple(
        _expression(child, owner)
        for child in element.elements
        if child.namespace == element.namespace and child.local not in {"description", "extensionElements"}
    )
    return m.BoxedList(id=element.get("id"), type_ref=_type_ref(element), line=element.line, items=items)


def _relation(element: Element, owner: str) -> m.Relation:
    return m.Relation(
        id=element.get("id"),
        type_ref=_type_ref(element),
        line=element.line,
        columns=tuple(_variable(column) for column in element.all("column")),
        rows=tuple(_list(row, owner).items for row in element.all("row")),
    )


def _invocation(element: Element, owner: str) -> m.Invocation:
    bindings = tuple(
        m.Binding(parameter=_variable(binding.first("parameter")), value=_only_expression(binding, owner))
        for binding in element.all("binding")
    )
    return m.Invocation(
        id=element.get("id"),
        type_ref=_type_ref(element),
        line=element.line,
        function=_only_expression(element, owner),
        bindings=bindings,
    )


def _function(element: Element, owner: str) -> m.FunctionDefinition:
    return m.FunctionDefinition(
        id=element.get("id"),
        type_ref=_type_ref(element),
        line=element.line,
        kind=element.get("kind", "FEEL"),
        parameters=tuple(_variable(parameter) for parameter in element.all("formalParameter")),
        body=_only_expression(element, owner),
    )


def _conditional(element: Element, owner: str) -> m.Conditional:
    return m.Conditional(
        id=element.get("id"),
        type_ref=_type_ref(element),
        line=element.line,
        condition=_inner(element, "if", owner),
        then=_inner(element, "then", owner),
        otherwise=_inner(element, "else", owner),
    )


def _filter(element: Element, owner: str) -> m.BoxedFilter:
    return m.BoxedFilter(
        id=element.get("id"),
        type_ref=_type_ref(element),
        line=element.line,
        source=_inner(element, "in", owner),
        match=_inner(element, "match", owner),
    )


def _iterator(element: Element, owner: str) -> m.BoxedIterator:
    body = "return" if element.local == "for" else "satisfies"
    return m.BoxedIterator(
        id=element.get("id"),
        type_ref=_type_ref(element),
        line=element.line,
        kind=element.local,
        variable=element.get("iteratorVariable"),
        source=_inner(element, "in", owner),
        body=_inner(element, body, owner),
    )


# decision tables


def _table(element: Element, owner: str) -> m.DecisionTable:
    policy = element.get("hitPolicy", "UNIQUE")
    if policy not in HIT_POLICIES:
        raise ModelError("unknown-hit-policy", line=element.line, owner=owner, found=policy)
    aggregation = element.get("aggregation")
    if aggregation not in AGGREGATIONS:
        raise ModelError("unknown-aggregation", line=element.line, owner=owner, found=aggregation)
    inputs = tuple(_input_clause(each, owner) for each in element.all("input"))
    outputs = tuple(map(_output_clause, element.all("output")))
    rules = tuple(
        _rule(rule, number, owner, (len(inputs), len(outputs))) for number, rule in enumerate(element.all("rule"), 1)
    )
    return m.DecisionTable(
        id=element.get("id"),
        type_ref=_type_ref(element),
        line=element.line,
        hit_policy=policy,
        aggregation=aggregation,
        inputs=inputs,
        outputs=outputs,
        rules=rules,
        annotations=tuple(each.get("name") for each in element.all("annotation")),
        output_label=element.get("outputLabel"),
        orientation=element.get("preferredOrientation"),
    )


def _input_clause(element: Element, owner: str) -> m.InputClause:
    expression = element.first("inputExpression")
    return m.InputClause(
        expression=_literal(expression, owner) if expression is not None else m.LiteralExpression(line=element.line),
        label=element.get("label"),
        values=_text(element, "inputValues", "text"),
        id=element.get("id"),
    )


def _output_clause(element: Element) -> m.OutputClause:
    return m.OutputClause(
        name=" ".join(element.get("name").split()),
        label=element.get("label"),
        type_ref=_type_ref(element),
        values=_text(element, "outputValues", "text"),
        default=_text(element, "defaultOutputEntry", "text"),
        id=element.get("id"),
    )


def _rule(element: Element, number: int, owner: str, width: tuple[int, int]) -> m.Rule:
    inputs = tuple(map(_cell, element.all("inputEntry")))
    outputs = tuple(map(_cell, element.all("outputEntry")))
    if (len(inputs), len(outputs)) != width:
        found, wanted = f"{len(inputs)}+{len(outputs)}", f"{width[0]}+{width[1]}"
        raise ModelError("cells", line=element.line, owner=owner, rule=number, found=found, wanted=wanted)
    annotations = tuple(_text(each, "text") for each in element.all("annotationEntry"))
    return m.Rule(inputs=inputs, outputs=outputs, annotations=annotations, id=element.get("id"), line=element.line)


def _cell(element: Element) -> m.Cell:
    return m.Cell(text=_text(element, "text"), id=element.get("id"), line=element.line)


_EXPRESSIONS: Final[dict[str, Callable[[Element, str], m.Expression]]] = {
    "literalExpression": _literal,
    "decisionTable": _table,
    "context": _context,
    "list": _list,
    "relation": _relation,
    "invocation": _invocation,
    "functionDefinition": _function,
    "conditional": _conditional,
    "filter": _filter,
    "for": _iterator,
    "some": _iterator,
    "every": _iterator,
}
EXPRESSION_ELEMENTS: Final = frozenset(_EXPRESSIONS)
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

"""Writer 写出: model to DMN 1.5 XML.

A model that was read is written back from its own tree, so nothing is lost, layout and foreign extensions included. A
model built in code is written element by element in the order of the schema.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

from zhengtong.rules.dmn import model as m
from zhengtong.rules.dmn.xml import Element, write_xml

NAMESPACE: Final = "https://www.omg.org/spec/DMN/20230324/MODEL/"
FEEL_NAMESPACE: Final = "https://www.omg.org/spec/DMN/20230324/FEEL/"


def write_model(definitions: m.Definitions) -> str:
    """Write a model; one that was read comes out as it went in."""
    if isinstance(definitions.source, Element):
        return write_xml(definitions.source)
    return write_xml(build_tree(definitions))


def build_tree(definitions: m.Definitions) -> Element:
    """Build the tree of a model from its contents alone."""
    root = _element("definitions", name=definitions.name, namespace=definitions.namespace, id=definitions.id)
    root.attributes = {"xmlns": NAMESPACE, "xmlns:feel": FEEL_NAMESPACE, **root.attributes}
    if definitions.expression_language:
        root.attributes["expressionLanguage"] = definitions.expression_language
    if definitions.exporter:
        root.attributes["exporter"] = definitions.exporter
    for each in definitions.imports:
        element = _element("import", name=each.name, namespace=each.namespace, importType=each.type)
        element.attributes |= {"locationURI": each.location} if each.location else {}
        root.children.append(element)
    root.children += [_item("itemDefinition", item) for item in definitions.types]
    root.children += [_drg("inputData", node, []) for node in definitions.inputs]
    root.children += [_decision(node) for node in definitions.decisions]
    root.children += [_knowledge(node) for node in definitions.knowledge]
    root.children += [_service(node) for node in definitions.services]
    return root


def _element(tag: str, children: Iterable[Element | None] = (), /, **attributes: str) -> Element:
    kept = {key: value for key, value in attributes.items() if value}
    return Element(tag, NAMESPACE, kept, [child for child in children if child is not None])


def _text(name: str, text: str) -> Element | None:
    if not text:
        return None
    element = _element(name)
    element.children = [text]
    return element


def _boxed_text(name: str, text: str, **attributes: str) -> Element | None:
    return _element(name, [_text("text", text)], **attributes) if text else None


def _variable(name: str, variable: m.Variable) -> Element:
    return _element(name, id=variable.id, name=variable.name, typeRef=variable.type_ref)


def _item(tag: str, item: m.ItemDefinition) -> Element:
    function = None
    if item.function is not None:
        parameters = [_variable("parameters", each) for each in item.function.parameters]
        function = _element("functionItem", parameters, outputTypeRef=item.function.output)
    children = [
        _text("typeRef", item.type_ref),
        _boxed_text("allowedValues", item.allowed_values),
        _boxed_text("typeConstraint", item.type_constraint),
        *(_item("itemComponent", component) for component in item.components),
        function,
    ]
    collection = "true" if item.is_collection else ""
    return _element(tag, children, id=item.id, name=item.name, label=item.label, isCollection=collection)


def _drg(
    tag: str, node: m.DrgElement, children: list[Element | None], before: Iterable[Element | None] = ()
) -> Element:
    head = [_text("description", node.description), *before, _variable("variable", node.variable)]
    return _element(tag, [*head, *children], id=node.id, name=node.name)


def _requirement(requirement: str, target: str, reference: str) -> Element:
    return _element(requirement, [_reference(target, reference)])


def _reference(target: str, reference: str) -> Element:
    return _element(target, href=reference if "#" in reference else f"#{reference}")


def _decision(node: m.Decision) -> Element:
    children: list[Element | None] = [
        *(_requirement("informationRequirement", "requiredInput", each) for each in node.required_inputs),
        *(_requirement("informationRequirement", "requiredDecision", each) for each in node.required_decisions),
        *(_requirement("knowledgeRequirement", "requiredKnowledge", each) for each in node.required_knowledge),
        _expression(node.logic),
    ]
    before = [_text("question", node.question), _text("allowedAnswers", node.allowed_answers)]
    return _drg("decision", node, children, before)


def _knowledge(node: m.BusinessKnowledge) -> Element:
    logic = None
    if node.function is not None:
        logic = _expression(node.function)
        assert logic is not None  # noqa: S101 -- a function has a tag
        logic.name = "encapsulatedLogic"
    required = [_requirement("knowledgeRequirement", "requiredKnowledge", each) for each in node.required_knowledge]
    return _drg("businessKnowledgeModel", node, [logic, *required])


def _service(node: m.DecisionService) -> Element:
    children: list[Element | None] = [
        *(_reference("outputDecision", each) for each in node.outputs),
        *(_reference("encapsulatedDecision", each) for each in node.encapsulated),
        *(_reference("inputDecision", each) for each in node.input_decisions),
        *(_reference("inputData", each) for each in node.input_data),
    ]
    return _drg("decisionService", node, children)


# expressions


def _expression(expression: m.Expression | None) -> Element | None:
    if expression is None:
        return None
    element = _WRITERS[type(expression)](expression)
    typed = {"typeRef": expression.type_ref} if expression.type_ref else {}
    named = {"id": expression.id} if expression.id else {}
    element.attributes = {**named, **typed, **element.attributes}
    return element


def _literal(expression: Any) -> Element:
    text = _element("text")
    text.children = [expression.text] if expression.text else []
    return _element("literalExpression", [text], expressionLanguage=expression.language)


def _context(expression: Any) -> Element:
    entries = [
        _element(
            "contextEntry",
            [_variable("variable", entry.variable) if entry.variable is not None else None, _expression(entry.value)],
        )
        for entry in expression.entries
    ]
    return _element("context", entries)


def _list(expression: Any) -> Element:
    return _element("list", map(_expression, expression.items))


def _relation(expression: Any) -> Element:
    columns = [_variable("column", column) for column in expression.columns]
    return _element("relation", [*columns, *(_element("row", map(_expression, row)) for row in expression.rows)])


def _invocation(expression: Any) -> Element:
    bindings = [
        _element("binding", [_variable("parameter", binding.parameter), _expression(binding.value)])
        for binding in expression.bindings
    ]
    return _element("invocation", [_expression(expression.function), *bindings])


def _function(expression: Any) -> Element:
    parameters = [_variable("formalParameter", each) for each in expression.parameters]
    kind = "" if expression.kind == "FEEL" else expression.kind
    return _element("functionDefinition", [*parameters, _expression(expression.body)], kind=kind)


def _part(tag: str, expression: m.Expression | None) -> Element | None:
    return _element(tag, [_expression(expression)]) if expression is not None else None


def _conditional(expression: Any) -> Element:
    parts = (("if", expression.condition), ("then", expression.then), ("else", expression.otherwise))
    return _element("conditional", [_part(tag, part) for tag, part in parts])


def _filter(expression: Any) -> Element:
    return _element("filter", [_part("in", expression.source), _part("match", expression.match)])


def _iterator(expression: Any) -> Element:
    body = "return" if expression.kind == "for" else "satisfies"
    parts = [_part("in", expression.source), _part(body, expression.body)]
    return _element(expression.kind, parts, iteratorVariable=expression.variable)


def _table(expression: Any) -> Element:
    inputs = [
        _element(
            "input",
            [_renamed(_expression(each.expression), "inputExpression"), _boxed_text("inputValues", each.values)],
            id=each.id,
            label=each.label,
        )
        for each in expression.inputs
    ]
    outputs = [
        _element(
            "output",
            [_boxed_text("outputValues", each.values), _boxed_text("defaultOutputEntry", each.default)],
            id=each.id,
            name=each.name,
            label=each.label,
            typeRef=each.type_ref,
        )
        for each in expression.outputs
    ]
    annotations = [_element("annotation", name=name) for name in expression.annotations]
    policy = "" if expression.hit_policy == "UNIQUE" else expression.hit_policy
    return _element(
        "decisionTable",
        [*inputs, *outputs, *annotations, *map(_rule, expression.rules)],
        hitPolicy=policy,
        aggregation=expression.aggregation,
        preferredOrientation=expression.orientation,
        outputLabel=expression.output_label,
    )


def _renamed(element: Element | None, name: str) -> Element | None:
    if element is not None:
        element.name = name
    return element


def _rule(rule: m.Rule) -> Element:
    cells = [_cell("inputEntry", cell) for cell in rule.inputs] + [_cell("outputEntry", cell) for cell in rule.outputs]
    notes = [_element("annotationEntry", [_text("text", note)]) for note in rule.annotations]
    return _element("rule", [*cells, *notes], id=rule.id)


def _cell(tag: str, cell: m.Cell) -> Element:
    text = _element("text")
    text.children = [cell.text] if cell.text else []
    return _element(tag, [text], id=cell.id)


_WRITERS: Final[dict[type[m.Expression], Callable[[Any], Element]]] = {
    m.LiteralExpression: _literal,
    m.BoxedContext: _context,
    m.BoxedList: _list,
    m.Relation: _relation,
    m.Invocation: _invocation,
    m.FunctionDefinition: _function,
    m.Conditional: _conditional,
    m.BoxedFilter: _filter,
    m.BoxedIterator: _iterator,
    m.DecisionTable: _table,
}

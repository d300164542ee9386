"""Boxed expressions 框式表达式 and decision tables 决策表 of a DMN file: XML to model."""

from collections.abc import Callable
from typing import Final

from zhengtong.rules.dmn import model as m
from zhengtong.rules.dmn.errors import ModelError
from zhengtong.rules.dmn.xml import Element

HIT_POLICIES: Final = frozenset({"UNIQUE", "ANY", "FIRST", "PRIORITY", "RULE ORDER", "OUTPUT ORDER", "COLLECT"})
AGGREGATIONS: Final = frozenset({"", "SUM", "COUNT", "MIN", "MAX"})


def text_at(element: Element, *path: str) -> str:
    """Return the text of the first element down *path*, without the space around it; nothing where there is none."""
    found: Element | None = element
    for name in path:
        found = found.first(name) if found is not None else None
    return found.text.strip() if found is not None else ""


def read_variable(element: Element | None, name: str = "") -> m.Variable:
    """Read a variable, parameter or column; *name* is its name where it has none of its own."""
    if element is None:
        return m.Variable(name=name)
    written = " ".join(element.get("name").split())
    return m.Variable(name=written or name, type_ref=type_ref_of(element), id=element.get("id"))


def type_ref_of(element: Element) -> str:
    """Return the type an element refers to, in DMN 1.2 and later or 1.1, without the prefix `feel:` or `xsd:`."""
    written = element.get("typeRef") or text_at(element, "typeRef")
    prefix, mark, local = written.partition(":")
    return local if mark and prefix.lower() in {"feel", "xsd"} else written


def only_expression(element: Element, owner: str) -> m.Expression | None:
    """Read the first expression that stands below an element; *owner* is the decision that an error names."""
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
    return only_expression(child, owner) if child is not None else None


def _literal(element: Element, owner: str) -> m.LiteralExpression:
    del owner
    text = element.first("text")
    return m.LiteralExpression(
        id=element.get("id"),
        type_ref=type_ref_of(element),
        line=text.line if text is not None else element.line,
        text=text.text if text is not None else "",
        language=element.get("expressionLanguage"),
    )


def _context(element: Element, owner: str) -> m.BoxedContext:
    entries = []
    for entry in element.all("contextEntry"):
        variable = entry.first("variable")
        value = only_expression(entry, owner)
        entries.append(m.ContextEntry(variable=read_variable(variable) if variable is not None else None, value=value))
    return m.BoxedContext(
        id=element.get("id"), type_ref=type_ref_of(element), line=element.line, entries=tuple(entries)
    )


def _list(element: Element, owner: str) -> m.BoxedList:
    items = tuple(
        _expression(child, owner)
        for child in element.elements
        if child.namespace == element.namespace and child.local not in {"description", "extensionElements"}
    )
    return m.BoxedList(id=element.get("id"), type_ref=type_ref_of(element), line=element.line, items=items)


def _relation(element: Element, owner: str) -> m.Relation:
    return m.Relation(
        id=element.get("id"),
        type_ref=type_ref_of(element),
        line=element.line,
        columns=tuple(read_variable(column) for column in element.all("column")),
        rows=tuple(_list(row, owner).items for row in element.all("row")),
    )


def _invocation(element: Element, owner: str) -> m.Invocation:
    bindings = tuple(
        m.Binding(parameter=read_variable(binding.first("parameter")), value=only_expression(binding, owner))
        for binding in element.all("binding")
    )
    return m.Invocation(
        id=element.get("id"),
        type_ref=type_ref_of(element),
        line=element.line,
        function=only_expression(element, owner),
        bindings=bindings,
    )


def read_function(element: Element, owner: str) -> m.FunctionDefinition:
    """Read a function definition or the encapsulated logic of a business knowledge model."""
    return m.FunctionDefinition(
        id=element.get("id"),
        type_ref=type_ref_of(element),
        line=element.line,
        kind=element.get("kind", "FEEL"),
        parameters=tuple(read_variable(parameter) for parameter in element.all("formalParameter")),
        body=only_expression(element, owner),
    )


def _conditional(element: Element, owner: str) -> m.Conditional:
    return m.Conditional(
        id=element.get("id"),
        type_ref=type_ref_of(element),
        line=element.line,
        condition=_inner(element, "if", owner),
        then=_inner(element, "then", owner),
        otherwise=_inner(element, "else", owner),
    )


def _filter(element: Element, owner: str) -> m.BoxedFilter:
    return m.BoxedFilter(
        id=element.get("id"),
        type_ref=type_ref_of(element),
        line=element.line,
        source=_inner(element, "in", owner),
        match=_inner(element, "match", owner),
    )


def _iterator(element: Element, owner: str) -> m.BoxedIterator:
    body = "return" if element.local == "for" else "satisfies"
    return m.BoxedIterator(
        id=element.get("id"),
        type_ref=type_ref_of(element),
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
        type_ref=type_ref_of(element),
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
        values=text_at(element, "inputValues", "text"),
        id=element.get("id"),
    )


def _output_clause(element: Element) -> m.OutputClause:
    return m.OutputClause(
        name=" ".join(element.get("name").split()),
        label=element.get("label"),
        type_ref=type_ref_of(element),
        values=text_at(element, "outputValues", "text"),
        default=text_at(element, "defaultOutputEntry", "text"),
        id=element.get("id"),
    )


def _rule(element: Element, number: int, owner: str, width: tuple[int, int]) -> m.Rule:
    inputs = tuple(map(_cell, element.all("inputEntry")))
    outputs = tuple(map(_cell, element.all("outputEntry")))
    if (len(inputs), len(outputs)) != width:
        found, wanted = f"{len(inputs)}+{len(outputs)}", f"{width[0]}+{width[1]}"
        raise ModelError("cells", line=element.line, owner=owner, rule=number, found=found, wanted=wanted)
    annotations = tuple(text_at(each, "text") for each in element.all("annotationEntry"))
    return m.Rule(inputs=inputs, outputs=outputs, annotations=annotations, id=element.get("id"), line=element.line)


def _cell(element: Element) -> m.Cell:
    return m.Cell(text=text_at(element, "text"), id=element.get("id"), line=element.line)


_EXPRESSIONS: Final[dict[str, Callable[[Element, str], m.Expression]]] = {
    "literalExpression": _literal,
    "decisionTable": _table,
    "context": _context,
    "list": _list,
    "relation": _relation,
    "invocation": _invocation,
    "functionDefinition": read_function,
    "conditional": _conditional,
    "filter": _filter,
    "for": _iterator,
    "some": _iterator,
    "every": _iterator,
}
EXPRESSION_ELEMENTS: Final = frozenset(_EXPRESSIONS)

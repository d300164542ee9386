"""Forms 语句式: if, for, some, every, function, and the context literal (grammar rules 44–61)."""

from collections.abc import Callable
from typing import Any, Final

from zhengtong.rules.feel import ast
from zhengtong.rules.feel.diagnostics import FeelSyntaxError
from zhengtong.rules.feel.names import key_ends_at
from zhengtong.rules.feel.parser.typing import parse_type
from zhengtong.rules.feel.types import ANY, FeelType


def parse_if(parser: Any) -> ast.Node:
    """`if … then … else …`; an `else if` goes on in the same node."""
    start = parser.expect("if").start
    branches: list[tuple[ast.Node, ast.Node]] = []
    while True:
        condition = parser.expression()
        parser.expect("then")
        branches.append((condition, parser.expression()))
        parser.expect("else")
        if not parser.take("if"):
            break
    otherwise = parser.expression()
    return ast.If(branches=tuple(branches), otherwise=otherwise, start=start, end=parser.last_end)


def parse_for(parser: Any) -> ast.Node:
    """`for a in x, b in y return …`."""
    start = parser.expect("for").start
    with parser.scope(["partial"]) as names:
        iterations = _iterations(parser, names, "return")
        body = parser.expression()
    return ast.For(iterations=iterations, body=body, start=start, end=parser.last_end)


def parse_quantified(parser: Any) -> ast.Node:
    """`some a in x satisfies …`, `every a in x satisfies …`."""
    token = parser.expect("some", "every")
    with parser.scope() as names:
        iterations = _iterations(parser, names, "satisfies")
        condition = parser.expression()
    return ast.Quantified(
        quantifier=token.text, iterations=iterations, condition=condition, start=token.start, end=parser.last_end
    )


def _iterations(parser: Any, names: Any, closing: str) -> tuple[ast.Iteration, ...]:
    found: list[ast.Iteration] = []
    while True:
        first, start = parser.index, parser.token.start
        while not parser.at("in") and parser.token.kind != "end":
            parser.index += 1
        if parser.index == first or parser.tokens[first].kind != "word":
            raise parser.unexpected("变量名", "a variable name")
        name = parser.written(first, parser.index)
        parser.expect("in")
        source = parser.expression()
        high = parser.expression() if parser.take("..") else None
        names.add(name)
        found.append(ast.Iteration(name=name, source=source, high=high, start=start, end=parser.last_end))
        if not parser.take(","):
            break
    parser.expect(closing)
    return tuple(found)


def parse_function(parser: Any) -> ast.Node:
    """`function(a: type, b) body`, `function(a) external {…}`."""
    start = parser.expect("function").start
    parser.expect("(")
    parameters: list[tuple[str, FeelType]] = []
    while not parser.at(")"):
        parameters.append(_parameter(parser))
        if not parser.take(","):
            break
    parser.expect(")")
    result = parse_type(parser) if parser.take(":") else None
    external = parser.at("external") and parser.peek().text == "{"
    if external:
        parser.index += 1
    with parser.scope([name for name, _ in parameters]):
        body = parser.expression()
    return ast.FunctionNode(
        parameters=tuple(parameters), body=body, external=external, result=result, start=start, end=parser.last_end
    )


def _parameter(parser: Any) -> tuple[str, FeelType]:
    first = parser.index
    while not parser.at(",", ")", ":") and parser.token.kind != "end":
        parser.index += 1
    if parser.index == first or parser.tokens[first].kind != "word":
        raise parser.unexpected("参数名", "a parameter name")
    name = parser.written(first, parser.index)
    return name, parse_type(parser) if parser.take(":") else ANY


def parse_context(parser: Any) -> ast.Node:
    """`{ name: value, "any text": value }`."""
    start = parser.expect("{").start
    entries: list[tuple[str, ast.Node]] = []
    taken: set[str] = set()
    with parser.scope() as names:
        while not parser.at("}"):
            name = _key(parser, taken)
            taken.add(name)
            entries.append((name, parser.expression()))
            names.add(name)
            parser.members.add(name)
            if not parser.take(","):
                break
        parser.expect("}")
    return ast.ContextNode(entries=tuple(entries), start=start, end=parser.last_end)


def _key(parser: Any, taken: set[str]) -> str:
    token = parser.token
    if token.kind == "string":
        parser.index += 1
        name: str = token.text
    else:
        stop = key_ends_at(parser.tokens, parser.index)
        if stop is None:
            raise parser.unexpected("键", "a key")
        name = parser.written(parser.index, stop)
        parser.index = stop
    parser.expect(":")
    if name in taken:
        raise FeelSyntaxError(parser.source, "repeated-name", token.start, token.end, name=name)
    return name


PREFIX_FORMS: Final[dict[str, Callable[[Any], ast.Node]]] = {
    "if": parse_if,
    "for": parse_for,
    "some": parse_quantified,
    "every": parse_quantified,
    "function": parse_function,
    "{": parse_context,
}

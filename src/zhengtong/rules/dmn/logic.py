"""Decision logic 决策逻辑: boxed expressions to closures over the frame of their decision (DMN 1.5, 7.3 and 10.2)."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from zhengtong.rules.dmn import model as m
from zhengtong.rules.dmn.errors import ModelError
from zhengtong.rules.dmn.problems import Problem, of_error, of_syntax
from zhengtong.rules.dmn.tables import CompiledTable, compile_table
from zhengtong.rules.dmn.typing import TypeSystem
from zhengtong.rules.feel import ast
from zhengtong.rules.feel.api import FeelSyntaxError
from zhengtong.rules.feel.compiler.calls import external_function, function_code, invoke_function
from zhengtong.rules.feel.compiler.core import VARIABLE, Closure, Code, Frame, Scope, constant
from zhengtong.rules.feel.compiler.structures import Loop, filtering, quantifying, repeating, sequence
from zhengtong.rules.feel.compiler.tests import compile_tests
from zhengtong.rules.feel.conformity import coerce, describe
from zhengtong.rules.feel.expression import new_compiler, vocabulary_of
from zhengtong.rules.feel.parser import parse_expression, parse_unary_tests
from zhengtong.rules.feel.runtime import Runtime
from zhengtong.rules.feel.types import ANY, FeelType
from zhengtong.rules.feel.values import FeelFunction

FEEL_LANGUAGES: Final = ("", "feel", "s-feel")


class LogicCompiler:
    """Compiles the logic of one decision or business knowledge model; `names` are the variables in scope."""

    def __init__(
        self,
        names: tuple[str, ...],
        members: tuple[str, ...],
        types: TypeSystem,
        externals: Mapping[str, Callable[..., Any]],
    ) -> None:
        self.frame = Frame()
        self.compiler = new_compiler(self.frame, frozenset(names), externals)
        self.names = names
        self.members = members
        self.types = types
        self.problems: list[Problem] = []
        self.tables: list[tuple[m.DecisionTable, CompiledTable]] = []

    # texts

    def text(self, source: str, owner: str, line: int = 0) -> Code:
        """Compile a FEEL text; one that cannot be read is a problem, and null with a diagnostic when run."""
        try:
            vocabulary = vocabulary_of(self.names, self.members, self.types.types)
            return self.compiler.compile(parse_expression(source, vocabulary))
        except FeelSyntaxError as error:
            return self._broken(error, owner, line)

    def cell(self, cell: m.Cell, slot: int, owner: str) -> tuple[ast.Tests | None, Code]:
        """Compile the tests of a cell whose input stands in *slot*; returns the tree as well."""
        outer = self.compiler.scope
        self.compiler.scope = Scope(outer, {"?": slot})
        try:
            vocabulary = vocabulary_of(self.names, self.members, self.types.types)
            node = parse_unary_tests(cell.text or "-", vocabulary)
            return node, compile_tests(self.compiler, node, slot)
        except FeelSyntaxError as error:
            return None, self._broken(error, owner, cell.line)
        finally:
            self.compiler.scope = outer

    def constant(self, node: ast.Node) -> Any:
        """Return the value of a closed node."""
        value = self.compiler.compile(node).value
        return None if value is VARIABLE else value

    def literal(self, expression: m.LiteralExpression, owner: str) -> Code:
        """Compile a literal expression."""
        language = expression.language.rstrip("/").rpartition("/")[2].lower()
        if language not in FEEL_LANGUAGES:
            error = ModelError(
                "unsupported-language", line=expression.line or None, owner=owner, found=expression.language
            )
            self.problems.append(of_error(error, owner))
            return _failing(error.en)
        return self.text(expression.text, owner, expression.line)

    def _broken(self, error: FeelSyntaxError, owner: str, line: int) -> Code:
        self.problems.append(of_syntax(error, owner, line))
        return _failing(error.en)

    # boxed expressions

    def expression(self, expression: m.Expression | None, owner: str) -> Code:
        """Compile any boxed expression; a missing one is null."""
        if expression is None:
            return constant(None)
        return _BOXED[type(expression)](self, expression, owner)

    def typed(self, code: Code, kind: FeelType, owner: str) -> Code:
        """Convert the value of *code* to a declared type; null with a diagnostic if it does not conform."""
        if kind is ANY:
            return code
        run = code.run

        def converted(env: list[Any]) -> Any:
            return convert(env[0], run(env), kind, owner)

        return Code(converted)

    def scoped(self, names: list[str], slots: list[int], compile_inner: Callable[[], Code]) -> Code:
        """Compile in an inner scope that binds *names* to *slots*."""
        outer_names, outer_scope = self.names, self.compiler.scope
        self.names = (*outer_names, *names)
        self.compiler.scope = Scope(outer_scope, dict(zip(names, slots, strict=True)))
        try:
            return compile_inner()
        finally:
            self.names, self.compiler.scope = outer_names, outer_scope


def convert(runtime: Runtime, value: Any, kind: FeelType, owner: str) -> Any:
    """Convert a value to a declared type; null with a diagnostic if it does not conform."""
    converted, fits = coerce(value, kind)
    if not fits:
        runtime.note("result-type", found=f"{owner}: {describe(value)}", wanted=str(kind))
    return converted


def _failing(detail: str) -> Code:
    return Code(lambda env: env[0].note("broken", detail=detail))


def _literal(logic: LogicCompiler, expression: Any, owner: str) -> Code:
    return logic.literal(expression, owner)


# Name, slot, closure, and whether the value is a function that may call itself by that name.
Step = tuple[str | None, int, Closure, bool]


def _context(logic: LogicCompiler, expression: Any, owner: str) -> Code:
    steps: list[Step] = []
    outer_names, outer_scope = logic.names, logic.compiler.scope
    scope = logic.compiler.scope = Scope(outer_scope)
    try:
        for entry in expression.entries:
            name = entry.variable.name if entry.variable is not None and entry.variable.name else None
            slot = logic.frame.slot()
            if name is not None and isinstance(entry.value, m.FunctionDefinition):
                scope.names[name] = slot
            code = logic.expression(entry.value, owner)
            if entry.variable is not None:
                code = logic.typed(code, logic.types.resolve(entry.variable.type_ref, owner, expression.line), owner)
            steps.append((name, slot, code.run, isinstance(entry.value, m.FunctionDefinition)))
            if name is not None:
                scope.names[name] = slot
                logic.names = (*logic.names, name)
    finally:
        logic.names, logic.compiler.scope = outer_names, outer_scope
    return Code(_run_context(steps))


def _run_context(steps: list[Step]) -> Closure:
    def run(env: list[Any]) -> Any:
        result: dict[str, Any] = {}
        for name, slot, step, recursive in steps:
            value = step(env)
            if name is None:
                return value
            if recursive and isinstance(value, FeelFunction) and value.frame:
                value.frame[slot] = value
            env[slot] = result[name] = value
        return result

    return run


def _list(logic: LogicCompiler, expression: Any, owner: str) -> Code:
    runs = [logic.expression(item, owner).run for item in expression.items]
    return Code(lambda env: [run(env) for run in runs])


def _relation(logic: LogicCompiler, expression: Any, owner: str) -> Code:
    names = [column.name for column in expression.columns]
    rows = [
        list(zip(names, [logic.expression(cell, owner).run for cell in row], strict=False)) for row in expression.rows
    ]
    return Code(lambda env: [{name: run(env) for name, run in row} for row in rows])


def _invocation(logic: LogicCompiler, expression: Any, owner: str) -> Code:
    function = logic.expression(expression.function, owner).run
    names = tuple(binding.parameter.name for binding in expression.bindings)
    runs = [logic.expression(binding.value, owner).run for binding in expression.bindings]

    def run(env: list[Any]) -> Any:
        return invoke_function(env[0], function(env), [argument(env) for argument in runs], names, (0, 0))

    return Code(run)


def _function(logic: LogicCompiler, expression: Any, owner: str) -> Code:
    parameters = tuple((p.name, logic.types.resolve(p.type_ref, owner, expression.line)) for p in expression.parameters)
    if expression.kind.lower() != "feel":
        description = logic.expression(expression.body, owner).run
        externals = logic.compiler.externals
        return Code(lambda env: external_function(externals, description(env), parameters))
    names = [name for name, _ in parameters]
    slots = [logic.frame.slot() for _ in names]
    body = logic.scoped(names, slots, lambda: logic.expression(expression.body, owner))
    result = logic.types.resolve(expression.type_ref, owner, expression.line)
    return function_code(parameters, slots, body.run, result, 1 + (len(repr(expression.body)) >> 4), owner)


def _table(logic: LogicCompiler, expression: Any, owner: str) -> Code:
    return compile_table(logic, expression, owner)


def _conditional(logic: LogicCompiler, expression: Any, owner: str) -> Code:
    condition, then, otherwise = (
        logic.expression(part, owner).run for part in (expression.condition, expression.then, expression.otherwise)
    )
    return Code(lambda env: then(env) if condition(env) is True else otherwise(env))


def _filter(logic: LogicCompiler, expression: Any, owner: str) -> Code:
    source = logic.expression(expression.source, owner)
    slot = logic.frame.slot()
    outer = logic.compiler.scope
    logic.compiler.scope = Scope(outer, {"item": slot}, slot)
    try:
        match = logic.expression(expression.match, owner)
    finally:
        logic.compiler.scope = outer
    return Code(filtering(source.run, match, slot, (0, 0), 1 + (len(repr(expression.match)) >> 4)))


def _iterator(logic: LogicCompiler, expression: Any, owner: str) -> Code:
    source = logic.expression(expression.source, owner).run
    slot, partial = logic.frame.slot(), logic.frame.slot()
    body = logic.scoped(
        [expression.variable, "partial"], [slot, partial], lambda: logic.expression(expression.body, owner)
    ).run
    loops: list[Loop] = [(slot, lambda env: sequence(env[0], source(env), (0, 0)))]
    written = repr(expression.body)
    weight = 1 + (len(written) >> 4)
    if expression.kind == "for":
        return Code(repeating(loops, partial if "partial" in written else None, body, weight))
    return Code(quantifying(loops, body, weight, decisive=expression.kind == "some"))


_BOXED: Final[dict[type[m.Expression], Callable[[LogicCompiler, Any, str], Code]]] = {
    m.LiteralExpression: _literal,
    m.BoxedContext: _context,
    m.BoxedList: _list,
    m.Relation: _relation,
    m.Invocation: _invocation,
    m.FunctionDefinition: _function,
    m.DecisionTable: _table,
    m.Conditional: _conditional,
    m.BoxedFilter: _filter,
    m.BoxedIterator: _iterator,
}

"""Expressions 表达式 ready to run: the compiled source, its frame, and the evaluation with clock and budget."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from zhengtong.rules.feel import ast
from zhengtong.rules.feel.builtins import BUILTINS
from zhengtong.rules.feel.compiler import Compiler, Frame
from zhengtong.rules.feel.compiler.core import Closure, Scope
from zhengtong.rules.feel.compiler.structures import member_path
from zhengtong.rules.feel.compiler.tests import compile_tests
from zhengtong.rules.feel.diagnostics import Diagnostic, FeelSyntaxError
from zhengtong.rules.feel.meter import exchange, weigh
from zhengtong.rules.feel.parser import Vocabulary, parse_expression, parse_unary_tests
from zhengtong.rules.feel.parser.cursor import Cursor
from zhengtong.rules.feel.parser.typing import parse_type
from zhengtong.rules.feel.python_values import from_python
from zhengtong.rules.feel.runtime import DEFAULT_LIMITS, LIMIT_CODES, LimitReachedError, Limits, Runtime
from zhengtong.rules.feel.types import FeelType
from zhengtong.rules.feel.values import Date, DateTime, Time

_EMPTY: Final[Mapping[str, Any]] = {}
_MISSING: Final = object()
_TRIAL: Final = DateTime(Date(2000, 1, 1), Time(0, 0, 0, 0, 0))
_TRIED: Final = (None, 0, 1, "")
BUILTIN_NAMES: Final = tuple(name for name in BUILTINS if name != "@")


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The value of an expression and what went wrong on the way. Values are shared: treat them as immutable."""

    value: Any
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing went wrong."""
        return not self.diagnostics


class Expression:
    """A compiled FEEL expression; safe to share between threads."""

    __slots__ = ("_globals", "_paths", "_run", "_size", "free_names", "limits", "source")

    def __init__(self, source: str, run: Closure, frame: Frame, limits: Limits) -> None:
        self.source = source
        self.limits = limits
        self._run = run
        self._size = frame.size
        self._globals = tuple((name, slot, name in frame.certain) for name, slot in frame.globals.items())
        self._paths = tuple((frame.paths or {}).items())
        # The variables it reads from outside: to be checked against what a process or a form provides.
        # Names used in filters alone are not among them: they may be members of the items.
        self.free_names = frozenset(frame.certain)

    def evaluate(
        self,
        context: Mapping[str, Any] = _EMPTY,
        *,
        now: datetime | DateTime | None = None,
        limits: Limits | None = None,
    ) -> Evaluation:
        """Evaluate with the variables of *context* and the clock standing at *now*.

        Never raises for what the expression does: errors and used-up limits give null with diagnostics.

        Raises:
            TypeError: *context* holds a value that FEEL does not know.
        """
        runtime = Runtime(now, limits or self.limits)
        env: list[Any] = [None] * self._size
        env[0] = runtime
        for path, slot in self._paths:
            value = context.get(path[0], _MISSING)
            if value is _MISSING:
                runtime.note("unknown-name", name=path[0])
            else:
                env[slot] = member_path(runtime, value, path[1:])
        for name, slot, is_certain in self._globals:
            value = context.get(name, _MISSING)
            if value is not _MISSING:
                env[slot] = from_python(value)
            elif is_certain:
                runtime.note("unknown-name", name=name)
        value = run_within_limits(self._run, env, runtime)
        return Evaluation(value, tuple(runtime.notes))

    def trial(self) -> Diagnostic | None:
        """Run with every variable null, 0, 1 and a text; returns the limit it ran into each time: not to be published.

        A recursion that ends for one of them may end for what it will be given.
        """
        reached = None
        for value in _TRIED:
            notes = self.evaluate(dict.fromkeys(self.free_names, value), now=_TRIAL).diagnostics
            reached = next((note for note in notes if note.code in LIMIT_CODES), None)
            if reached is None:
                return None
        return reached

    def value(self, context: Mapping[str, Any] = _EMPTY, *, now: datetime | DateTime | None = None) -> Any:
        """Evaluate and return the value alone."""
        return self.evaluate(context, now=now).value


def run_within_limits(run: Closure, env: list[Any], runtime: Runtime) -> Any:
    """Run a closure; a used-up limit, or a result too large to be written out, gives null with a diagnostic."""
    before = exchange(runtime)
    try:
        value = run(env)
        weigh(value)
    except LimitReachedError as reached:
        return runtime.note(reached.code, limit=reached.limit)
    except RecursionError:
        return runtime.note("depth-limit", limit=runtime.limits.depth)
    else:
        return value
    finally:
        exchange(before)
        if before is not None:
            # An evaluation inside another (a test of allowed values) is paid by the outer one as well.
            before.spend(max(1, runtime.limits.steps - runtime.left))


def new_compiler(
    frame: Frame, names: frozenset[str] = frozenset(), externals: Mapping[str, Callable[..., Any]] | None = None
) -> Compiler:
    """Return a compiler with the built-ins, for expressions that share *frame*."""
    return Compiler(frame, BUILTINS, names, externals)


def vocabulary_of(names: Any = (), members: Any = (), types: Mapping[str, FeelType] = _EMPTY) -> Vocabulary:
    """Return a vocabulary with the built-ins."""
    return Vocabulary(names=tuple(names), members=tuple(members), types=types, builtins=BUILTIN_NAMES)


def compile_expression(
    source: str,
    names: Any = (),
    *,
    members: Any = (),
    types: Mapping[str, FeelType] = _EMPTY,
    limits: Limits = DEFAULT_LIMITS,
) -> Expression:
    """Compile an expression.

    *names* are the variables in scope and *members* the members their values may have; only those with signs or
    keywords in them (`Max-age`, `in total`) need to be declared. *types* are named types for `instance of`.

    Raises:
        FeelSyntaxError: it is no expression; the error points at the character.
    """
    node = parse_expression(source, vocabulary_of(names, members, types), limits)
    frame = Frame(paths={})
    run = compile_node(source, new_compiler(frame, frozenset(names)), node, limits)
    return Expression(source, run, frame, limits)


def compile_node(source: str, compiler: Compiler, node: ast.Node, limits: Limits) -> Closure:
    """Compile a tree.

    Raises:
        FeelSyntaxError: it is nested too deep.
    """
    try:
        return compiler.compile(node).run
    except RecursionError:
        raise FeelSyntaxError(source, "too-deep", node.start, limit=limits.nesting) from None


class UnaryTests:
    """The compiled tests of a decision-table cell."""

    __slots__ = ("_expression", "source")

    def __init__(self, expression: Expression) -> None:
        self.source = expression.source
        self._expression = expression

    @property
    def free_names(self) -> frozenset[str]:
        """The variables the tests read from outside."""
        return self._expression.free_names - {"?"}

    def evaluate(
        self, value: Any, context: Mapping[str, Any] = _EMPTY, *, now: datetime | DateTime | None = None
    ) -> Evaluation:
        """Test *value*; the answer is true, false or null."""
        return self._expression.evaluate({**context, "?": value}, now=now)


def compile_unary_tests(
    source: str,
    names: Any = (),
    *,
    members: Any = (),
    types: Mapping[str, FeelType] = _EMPTY,
    limits: Limits = DEFAULT_LIMITS,
) -> UnaryTests:
    """Compile unary tests (`< 5`, `"a", "b"`, `not([1..3])`, `-`).

    Raises:
        FeelSyntaxError: they are none; the error points at the character.
    """
    node = parse_unary_tests(source, vocabulary_of(names, members, types), limits)
    frame = Frame()
    slot = frame.global_slot("?")
    compiler = new_compiler(frame, frozenset(names))
    compiler.scope = Scope(None, {"?": slot})
    try:
        run = compile_tests(compiler, node, slot).run
    except RecursionError:
        raise FeelSyntaxError(source, "too-deep", 0, limit=limits.nesting) from None
    return UnaryTests(Expression(source, run, frame, limits))


def parse_type_name(source: str, types: Mapping[str, FeelType] = _EMPTY) -> FeelType:
    """Read a type as `typeRef` writes it: `number`, `list<string>`, or a named type.

    Raises:
        FeelSyntaxError: there is no such type.
    """
    cursor = Cursor(source, vocabulary_of(types=types))
    kind = parse_type(cursor)
    if cursor.token.kind != "end":
        raise cursor.unexpected("结尾", "the end")
    return kind

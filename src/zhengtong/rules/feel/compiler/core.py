"""Core 核心: frames, scopes and the walk over the tree.

A compiled expression is a closure over a frame: a list whose slot 0 holds the `Runtime` and whose other slots hold
variables. Names become slot numbers here; running does no look-up by name. An expression without variables is
computed once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from zhengtong.rules.feel import ast
from zhengtong.rules.feel.builtins.registry import Builtin
from zhengtong.rules.feel.runtime import FeelError, LimitReachedError, Limits, Runtime

Closure = Callable[[list[Any]], Any]
VARIABLE: Final = object()
_FOLDING_LIMITS: Final = Limits(steps=2_000, depth=4, size=2_000)


@dataclass(slots=True)
class Code:
    """A compiled piece: how to run it, and its value if that never changes."""

    run: Closure
    value: Any = VARIABLE

    @property
    def is_constant(self) -> bool:
        """Whether the value is known already."""
        return self.value is not VARIABLE


def weight_of(node: ast.Node) -> int:
    """Return what one run of *node* costs in steps: one, and one more for every 16 characters of source."""
    return 1 + (node.end - node.start >> 4)


def constant(value: Any) -> Code:
    """Return the code of a known value."""
    return Code(lambda _env: value, value)


@dataclass(slots=True)
class Frame:
    """The layout of a frame: which global name has which slot, and how many slots there are."""

    globals: dict[str, int] = field(default_factory=dict)
    size: int = 1
    # The globals read outside any filter; inside one, a name may be a member of the item instead.
    certain: set[str] = field(default_factory=set)
    # Members of globals that are read by path (`form.applicant.age`): their slots, so that the rest of a large form is
    # never converted. Only where the globals are a context from outside.
    paths: dict[tuple[str, ...], int] | None = None

    def slot(self) -> int:
        """Reserve a slot."""
        self.size += 1
        return self.size - 1

    def path_slot(self, path: tuple[str, ...]) -> int | None:
        """Return the slot of a member of a global; None if members are not bound apart."""
        if self.paths is None:
            return None
        if path not in self.paths:
            self.paths[path] = self.slot()
        self.certain.add(path[0])
        return self.paths[path]

    def global_slot(self, name: str) -> int:
        """Return the slot of a variable that comes from outside."""
        found = self.globals.get(name)
        if found is None:
            found = self.globals[name] = self.slot()
        return found


@dataclass(slots=True)
class Scope:
    """Names bound inside an expression. `item` is the slot of the value being filtered, whose members are names too."""

    parent: "Scope | None" = None
    names: dict[str, int] = field(default_factory=dict)
    item: int | None = None

    def look_up(self, name: str) -> tuple[list[int], int | None]:
        """Return the slots of items that may have the member *name*, inner first, and the slot of the variable."""
        items: list[int] = []
        scope: Scope | None = self
        while scope is not None:
            if scope.item is not None:
                items.append(scope.item)
            if name in scope.names:
                return items, scope.names[name]
            scope = scope.parent
        return items, None


class Compiler:
    """Turns nodes into code; `handlers` holds one function a node type."""

    handlers: dict[type[ast.Node], Callable[["Compiler", Any], Code]] = {}

    def __init__(
        self,
        frame: Frame,
        builtins: Mapping[str, Builtin],
        declared: frozenset[str] = frozenset(),
        externals: Mapping[str, Callable[..., Any]] | None = None,
    ) -> None:
        self.frame = frame
        self.builtins = builtins
        self.declared = declared
        self.externals = externals or {}
        self.scope = Scope()

    def compile(self, node: ast.Node) -> Code:
        """Compile a node in the scope at hand."""
        return self.handlers[type(node)](self, node)

    def inside(self, scope: Scope, node: ast.Node) -> Code:
        """Compile a node in an inner scope."""
        outer, self.scope = self.scope, scope
        try:
            return self.compile(node)
        finally:
            self.scope = outer

    def bind(self, *names: str) -> tuple[Scope, list[int]]:
        """Open an inner scope with these names in fresh slots."""
        slots = [self.frame.slot() for _ in names]
        return Scope(self.scope, dict(zip(names, slots, strict=True))), slots


def fold(code: Code, *parts: Code) -> Code:
    """Compute *code* now if all *parts* are constant and nothing goes wrong."""
    if not all(part.value is not VARIABLE for part in parts):
        return code
    runtime = Runtime(None, _FOLDING_LIMITS)
    try:
        value = code.run([runtime])
    except (LimitReachedError, FeelError, IndexError):
        return code
    return code if runtime.notes else Code(lambda _env: value, value)

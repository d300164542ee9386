"""Syntax tree 语法树: what the parser builds and the compiler reads. Nodes carry their place in the source.

Chains of one operator family are flat (`a + b - c` is one node), and so are `if … else if … else …` ladders, so that
long rules do not nest deeply.
"""

from dataclasses import dataclass
from typing import Any

from zhengtong.rules.feel.types import FeelType


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A place in the source: character offsets of the first and past the last character."""

    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal(Node):
    """A constant: number, string, true, false, null, or an @-literal."""

    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Name(Node):
    """A variable, a built-in or a member of the item being filtered."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain(Node):
    """Operands joined by operators of one precedence, left to right; `operators[i]` stands before `operands[i + 1]`."""

    operands: tuple[Node, ...]
    operators: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Logic(Node):
    """Operands joined by `and` or `or`."""

    operator: str
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Negate(Node):
    """Arithmetic negation."""

    operand: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare(Node):
    """`=`, `!=`, `<`, `<=`, `>`, `>=`."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Between(Node):
    """`value between low and high`."""

    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class In(Node):
    """`value in test` or `value in (test, test)`."""

    value: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceOf(Node):
    """`value instance of type`."""

    value: Node
    type: FeelType


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalNode(Node):
    """A range: `[low..high]`, or one-sided `(< high)`; a missing end is None."""

    low: Node | None
    high: Node | None
    low_included: bool
    high_included: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UnaryTest(Node):
    """A one-sided test in a decision-table cell or after `in`: `< 5`, `= x`, `!= x`."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class ListNode(Node):
    """A list literal."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextNode(Node):
    """A context literal; later entries see earlier ones."""

    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class If(Node):
    """`if … then … else if … then … else …`: the branches in order, then the last else."""

    branches: tuple[tuple[Node, Node], ...]
    otherwise: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Iteration(Node):
    """One `name in source` of for, some or every; with `high` the source is the sequence `source..high`."""

    name: str
    source: Node
    high: Node | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class For(Node):
    """`for … return …`; the body may use `partial`, the results so far."""

    iterations: tuple[Iteration, ...]
    body: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantified(Node):
    """`some … satisfies …` or `every … satisfies …`."""

    quantifier: str
    iterations: tuple[Iteration, ...]
    condition: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionNode(Node):
    """`function(a: type, b) body`; an external one has the description of the outside function as its body."""

    parameters: tuple[tuple[str, FeelType], ...]
    body: Node
    external: bool = False
    result: FeelType | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Node):
    """A function invocation; `names` is None for positional arguments."""

    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter(Node):
    """`list[condition]` or `list[position]`."""

    source: Node
    condition: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Path(Node):
    """`value.member`."""

    source: Node
    member: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tests(Node):
    """The unary tests of a decision-table cell: any one may hold; `negated` for `not(…)`; no tests for `-`."""

    tests: tuple[Node, ...]
    negated: bool = False

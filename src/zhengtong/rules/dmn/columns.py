"""Columns 条件列: the cells of one input as bit masks.

Bit *i* of a mask stands for rule *i*. When the cells of a column compare the input with constants, the constants cut
the line of values into points and gaps, and within a gap every cell answers the same: so one binary search finds the
mask of the rules that hold, whatever their number. Other cells are asked one by one, and only while their rule is
still alive.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

from zhengtong.rules.feel import ast
from zhengtong.rules.feel.builtins import BUILTINS
from zhengtong.rules.feel.compiler.core import Closure
from zhengtong.rules.feel.values import Date, Range
from zhengtong.rules.feel.values.temporal import date_of_ordinal

# A column of more cells × constants than this is asked cell by cell, so that loading stays quick.
PREPARATION_LIMIT: Final = 4_000_000
Test = Callable[[list[Any]], Any]


@dataclass(slots=True)
class Line:
    """The points of one kind of value, the masks at the points and the masks of the gaps before, between and after."""

    points: list[Any]
    at: list[int]
    gaps: list[int]
    by_value: dict[Any, int] | None = None

    def mask(self, value: Any) -> int:
        """Return the rules that hold for *value*."""
        index = bisect_left(self.points, value)
        if index < len(self.points) and self.points[index] == value:
            return self.at[index]
        return self.gaps[index]


@dataclass(slots=True)
class Column:
    """One input of a table: how to get its value, and which rules hold for it."""

    subject: Closure
    slot: int
    tests: list[Test | None]
    closed: list[bool]
    constants: list[list[Any]]
    everything: int = 0
    open_mask: int = 0
    lines: dict[type, Line] = field(default_factory=dict)
    on_null: int = 0
    booleans: tuple[int, int] = (0, 0)

    def prepare(self, env: list[Any]) -> None:
        """Build the lines from the constants that each closed cell mentions."""
        self.everything = sum(1 << i for i, test in enumerate(self.tests) if test is None)
        self.open_mask = sum(1 << i for i, is_closed in enumerate(self.closed) if not is_closed)
        mentioned = [value for values in self.constants for value in values]
        if len(self.tests) * (2 * len(mentioned) + 3) > PREPARATION_LIMIT:
            self.closed = [False] * len(self.tests)
            self.open_mask = (1 << len(self.tests)) - 1
            mentioned = []
        for kind, gaps in GAPS.items():
            points: list[Any] = sorted({value for value in mentioned if type(value) is kind})
            at = [self.ask(env, point) for point in points]
            between = [self.ask(env, value) for value in gaps(points)]
            self.lines[kind] = Line(points, at, between)
        strings = self.lines[str]
        if len(set(strings.gaps)) == 1:
            strings.by_value = dict(zip(strings.points, strings.at, strict=True))
        self.on_null = self.ask(env, None)
        self.booleans = (self.ask(env, False), self.ask(env, True))  # noqa: FBT003 -- the two values of the input

    def ask(self, env: list[Any], value: Any) -> int:
        """Ask every closed cell about *value*; the open ones count as holding."""
        env[self.slot] = value
        mask = self.open_mask | self.everything
        for index, test in enumerate(self.tests):
            if test is not None and self.closed[index] and test(env) is True:
                mask |= 1 << index
        return mask

    def mask(self, env: list[Any]) -> int:
        """Return the rules that may hold; the open cells are still to be asked."""
        value = env[self.slot] = self.subject(env)
        kind = type(value)
        if kind is str:
            line = self.lines[str]
            if line.by_value is not None:
                return line.by_value.get(value, line.gaps[0])
            return line.mask(value)
        if kind is Decimal or kind is Date:
            return self.lines[kind].mask(value)
        if kind is bool:
            return self.booleans[value]
        return self.on_null if value is None else self.ask(env, value)


def _number_gaps(points: list[Decimal]) -> Iterator[Any]:
    if not points:
        yield Decimal(0)
        return
    yield points[0] - 1 if points[0] > -1 else points[0] * 2
    for low, high in pairwise(points):
        yield low + (high - low) / 2
    yield points[-1] + 1 if points[-1] < 1 else points[-1] * 2


def _string_gaps(points: list[str]) -> Iterator[Any]:
    yield "" if points[:1] != [""] else "\x00"
    for point in points:
        yield point + "\x00"


def _date_gaps(points: list[Date]) -> Iterator[Any]:
    if not points:
        yield Date(2000, 1, 1)
        return
    yield date_of_ordinal(points[0].ordinal - 1)
    for point in points:
        yield date_of_ordinal(point.ordinal + 1)


GAPS: Final[dict[type, Callable[[list[Any]], Iterator[Any]]]] = {
    Decimal: _number_gaps,
    str: _string_gaps,
    Date: _date_gaps,
}


def is_closed(node: Any) -> bool:
    """Tell whether a cell depends on nothing but its input, and on that only by equality and order."""
    parts = _PARTS.get(type(node))
    if parts is None or (isinstance(node, ast.Call) and not _is_pure_call(node)):
        return False
    return all(part is None or is_closed(part) for part in parts(node))


def _is_pure_call(node: ast.Call) -> bool:
    builtin = BUILTINS.get(node.function.name) if isinstance(node.function, ast.Name) else None
    return builtin is not None and builtin.pure


_PARTS: Final[dict[type, Callable[[Any], Iterable[Any]]]] = {
    ast.Literal: lambda _node: (),
    ast.Call: lambda node: node.arguments,
    ast.Tests: lambda node: node.tests,
    ast.IntervalNode: lambda node: (node.low, node.high),
    ast.UnaryTest: lambda node: (node.operand,),
    ast.Negate: lambda node: (node.operand,),
    ast.ListNode: lambda node: node.items,
    ast.Chain: lambda node: node.operands,
}


def constants_of(node: Any, value_of: Callable[[ast.Node], Any]) -> list[Any]:
    """Return the constants a closed cell compares its input with."""
    if isinstance(node, ast.Tests):
        return [value for test in node.tests for value in constants_of(test, value_of)]
    if isinstance(node, ast.UnaryTest):
        return _atoms(value_of(node.operand))
    return _atoms(value_of(node))


def _atoms(value: Any) -> list[Any]:
    if isinstance(value, list):
        return [atom for item in value for atom in _atoms(item)]
    if isinstance(value, Range):
        return _atoms(value.low) + _atoms(value.high)
    return [value]

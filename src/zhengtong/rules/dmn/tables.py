"""Decision tables 决策表 compiled: columns to masks, conclusions to values or closures, hit policy to a function."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from zhengtong.rules.dmn import model as m
from zhengtong.rules.dmn.columns import Column, constants_of, is_closed
from zhengtong.rules.dmn.hit_policies import POLICIES
from zhengtong.rules.feel.comparison import equal
from zhengtong.rules.feel.compiler.core import Closure, Code, constant
from zhengtong.rules.feel.runtime import Runtime


@dataclass(slots=True)
class CompiledTable:
    """A table ready to decide."""

    name: str
    policy: str
    aggregation: str
    columns: list[Column]
    outputs: list[list[Code]]
    constant: Callable[[Any], Any]
    output_names: tuple[str, ...]
    output_values: list[list[Any]]
    default: Closure | None
    frame_size: int
    full: int = 0
    open_mask: int = 0
    decide: Callable[..., Any] = field(init=False)
    conclusions: list[Closure] = field(init=False)

    def __post_init__(self) -> None:
        self.conclusions = [_combined(codes, self.output_names) for codes in self.outputs]
        self.full = (1 << len(self.conclusions)) - 1
        self.decide = POLICIES[self.policy]
        for column in self.columns:
            column.prepare(self.blank_frame())
            self.open_mask |= column.open_mask

    def blank_frame(self) -> list[Any]:
        """Return a frame without variables, for cells that need none."""
        env: list[Any] = [None] * self.frame_size
        env[0] = Runtime()
        return env

    def hits(self, env: list[Any]) -> list[int]:
        """Return the rules that apply, as positions from 0."""
        mask = self.full
        for column in self.columns:
            mask &= column.mask(env)
        if mask & self.open_mask:
            mask = self._ask_open(env, mask)
        found: list[int] = []
        while mask:
            lowest = mask & -mask
            found.append(lowest.bit_length() - 1)
            mask ^= lowest
        return found

    def _ask_open(self, env: list[Any], mask: int) -> int:
        runtime: Runtime = env[0]
        for column in self.columns:
            pending = mask & column.open_mask
            while pending:
                lowest = pending & -pending
                pending ^= lowest
                runtime.left -= 1
                test = column.tests[lowest.bit_length() - 1]
                if test is not None and test(env) is not True:
                    mask ^= lowest
        return mask

    def run(self, env: list[Any]) -> Any:
        """Decide."""
        runtime: Runtime = env[0]
        runtime.spend()
        hits = self.hits(env)
        if not hits:
            return self._no_hit(env)
        if len(hits) == 1 and self.policy in _SINGLE:
            return self.conclusions[hits[0]](env)
        return self.decide(runtime, hits, lambda hit: self.conclusions[hit](env), self)

    def _no_hit(self, env: list[Any]) -> Any:
        if self.default is not None:
            return self.default(env)
        if self.policy == "COLLECT" and self.aggregation == "COUNT":
            return self.decide(env[0], [], lambda _hit: None, self)
        env[0].note("no-hit", name=self.name)
        return [] if self.policy in _LISTS and not self.aggregation else None

    def rank(self, output: Any) -> tuple[int, ...]:
        """Return the place of an output among the output values, column by column; unlisted ones come last."""
        parts = list(output.values()) if len(self.output_names) > 1 else [output]
        return tuple(map(_position, parts, self.output_values))


_SINGLE = frozenset({"UNIQUE", "ANY", "FIRST", "PRIORITY"})
_LISTS = frozenset({"COLLECT", "RULE ORDER", "OUTPUT ORDER"})


def _position(value: Any, values: list[Any]) -> int:
    for index, known in enumerate(values):
        if equal(value, known) is True:
            return index
    return len(values)


def compile_table(logic: Any, table: m.DecisionTable, owner: str) -> Code:
    """Compile a table with the expression compiler *logic* (see `logic.LogicCompiler`)."""
    columns = [
        _column(logic, clause, [rule.inputs[index] for rule in table.rules], owner)
        for index, clause in enumerate(table.inputs)
    ]
    names = tuple(output.name or output.label for output in table.outputs)
    compiled = CompiledTable(
        name=owner,
        policy=table.hit_policy,
        aggregation=table.aggregation,
        columns=columns,
        outputs=[[_output(logic, cell, owner) for cell in rule.outputs] for rule in table.rules],
        constant=logic.constant,
        output_names=names,
        output_values=[_listed(logic, output, owner) for output in table.outputs],
        default=_default(logic, table, names, owner),
        frame_size=logic.frame.size,
    )
    logic.tables.append((table, compiled))
    return Code(compiled.run)


def _column(logic: Any, clause: m.InputClause, cells: list[m.Cell], owner: str) -> Column:
    subject = logic.literal(clause.expression, owner)
    slot = logic.frame.slot()
    tests: list[Any] = []
    closed: list[bool] = []
    constants: list[list[Any]] = []
    for cell in cells:
        node, code = logic.cell(cell, slot, owner)
        closed.append(node is not None and is_closed(node))
        constants.append(constants_of(node, logic.constant) if closed[-1] else [])
        tests.append(None if node is not None and not node.tests else code.run)
    return Column(subject.run, slot, tests, closed, constants)


def _output(logic: Any, cell: m.Cell, owner: str) -> Code:
    """Compile a conclusion; an empty cell or `-` concludes null."""
    if cell.text.strip() in {"", "-"}:
        return constant(None)
    code: Code = logic.text(cell.text, owner, cell.line)
    return code


def _combined(codes: list[Code], names: tuple[str, ...]) -> Closure:
    if len(codes) == 1:
        return codes[0].run
    parts = [(name, code.run) for name, code in zip(names, codes, strict=True)]
    return lambda env: {name: run(env) for name, run in parts}


def _default(logic: Any, table: m.DecisionTable, names: tuple[str, ...], owner: str) -> Closure | None:
    if not any(output.default for output in table.outputs):
        return None
    codes = [logic.text(output.default or "null", owner, table.line) for output in table.outputs]
    return _combined(codes, names)


def _listed(logic: Any, output: m.OutputClause, owner: str) -> list[Any]:
    """Return the output values in order of importance; without a list, those the output's type allows."""
    text = output.values or logic.types.allowed_text(output.type_ref)
    if not text:
        return []
    node, _ = logic.cell(m.Cell(text=text), 0, owner)
    return constants_of(node, logic.constant) if node is not None and is_closed(node) else []

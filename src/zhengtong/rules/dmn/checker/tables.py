"""Decision tables 决策表 checked by sweeping the space of inputs, segment by segment.

The space is the product of the columns' segments. Walking it column by column with the set of rules still alive, a
set met before at the same column needs no second visit, so the walk stays small where the table is; a limit guards
the rest. Null inputs are not counted. Cells that cannot be read off their constants count as holding when gaps are
sought, and their rules are left out when overlaps are.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from zhengtong.rules.dmn import model as m
from zhengtong.rules.dmn.checker.messages import finding
from zhengtong.rules.dmn.checker.segments import KINDS, Segment, segments
from zhengtong.rules.dmn.columns import constants_of, is_closed
from zhengtong.rules.dmn.problems import Problem
from zhengtong.rules.dmn.tables import CompiledTable
from zhengtong.rules.dmn.typing import TypeSystem
from zhengtong.rules.feel import types as t
from zhengtong.rules.feel.api import FeelSyntaxError, compile_unary_tests
from zhengtong.rules.feel.comparison import equal
from zhengtong.rules.feel.conformity import conforms_to, type_of
from zhengtong.rules.feel.expression import vocabulary_of
from zhengtong.rules.feel.parser import parse_unary_tests

VISITS_LIMIT: Final = 200_000
REPORTS_LIMIT: Final = 20


@dataclass(slots=True)
class Sweep:
    """The walk over the space of inputs and what it met."""

    columns: list[list[Segment]]
    full: int
    closed_mask: int
    gaps: list[tuple[Segment, ...]] = field(default_factory=list)
    overlaps: dict[tuple[int, int], tuple[Segment, ...]] = field(default_factory=dict)
    firsts: int = 0
    reached: int = 0
    visits: int = 0
    seen: set[tuple[int, int]] = field(default_factory=set)

    @property
    def complete(self) -> bool:
        """Whether the walk went through."""
        return self.visits < VISITS_LIMIT

    def run(self) -> "Sweep":
        """Walk the whole space."""
        pending: list[tuple[int, int, tuple[Segment, ...]]] = [(0, self.full, ())]
        while pending and self.complete:
            level, alive, path = pending.pop()
            if level == len(self.columns):
                self._arrive(alive, path)
                continue
            for segment in reversed(self.columns[level]):
                self.visits += 1
                still = alive & segment.mask
                if not still:
                    self.gaps.append((*path, segment))
                elif (level + 1, still) not in self.seen:
                    self.seen.add((level + 1, still))
                    pending.append((level + 1, still, (*path, segment)))
        return self

    def _arrive(self, alive: int, path: tuple[Segment, ...]) -> None:
        self.reached |= alive
        certain = alive & self.closed_mask
        first = alive & -alive
        while first:
            self.firsts |= first
            if first & self.closed_mask:
                break
            rest = alive & ~((first << 1) - 1)
            first = rest & -rest
        hits = list(_bits(certain))
        for index, low in enumerate(hits[:REPORTS_LIMIT]):
            for high in hits[index + 1 : index + 1 + REPORTS_LIMIT]:
                self.overlaps.setdefault((low, high), path)


def _bits(mask: int) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


@dataclass(frozen=True, slots=True, kw_only=True)
class TableCheck:
    """One table to check, with the declared types of the variables its inputs may name."""

    owner: str
    table: m.DecisionTable
    compiled: CompiledTable
    types: TypeSystem
    variables: dict[str, str]

    def problems(self) -> list[Problem]:
        """Return all findings."""
        return [*self._policy(), *self._cells(), *self._conclusions(), *self._space()]

    def _line(self, rule: int) -> int:
        return self.table.rules[rule].line

    # types

    def _type_ref(self, clause: m.InputClause) -> str:
        return clause.expression.type_ref or self.variables.get(clause.expression.text.strip(), "")

    def _policy(self) -> list[Problem]:
        needs_values = self.table.hit_policy in {"PRIORITY", "OUTPUT ORDER"}
        if needs_values and not any(self.compiled.output_values):
            return [finding("priority-values", self.owner, line=self.table.line, policy=self.table.hit_policy)]
        return []

    def _cells(self) -> Iterator[Problem]:
        for clause, column in zip(self.table.inputs, self.compiled.columns, strict=True):
            wanted = t.unconstrained(self.types.resolve(self._type_ref(clause), self.owner))
            if wanted not in KINDS:
                continue
            for rule, constants in enumerate(column.constants):
                for value in constants:
                    if value is not None and not conforms_to(value, wanted):
                        yield self._cell_type(rule, clause.title, value, wanted)
                        break

    def _cell_type(self, rule: int, title: str, value: Any, wanted: t.FeelType) -> Problem:
        found, line = type_of(value).name, self._line(rule)
        return finding(
            "cell-type", self.owner, line=line, rules=(rule + 1,), column=title, found=found, wanted=wanted.name
        )

    def _conclusions(self) -> Iterator[Problem]:
        for index, output in enumerate(self.table.outputs):
            wanted = self.types.resolve(output.type_ref, self.owner) if output.type_ref else t.ANY
            title = output.label or output.name or self.owner
            for rule, code in enumerate(self.compiled.outputs):
                if not code[index].is_constant or code[index].value is None:
                    continue
                value = code[index].value
                if not conforms_to(value, t.unconstrained(wanted)):
                    yield self._cell_type(rule, title, value, wanted)
                elif self._is_unlisted(output, index, value):
                    yield finding("output-value", self.owner, line=self._line(rule), rules=(rule + 1,), column=title)
                elif self.table.aggregation in {"SUM", "MIN", "MAX"} and not isinstance(value, Decimal):
                    yield finding("aggregation-type", self.owner, line=self._line(rule), policy=self.table.aggregation)
                    return

    def _is_unlisted(self, output: m.OutputClause, index: int, value: Any) -> bool:
        listed = self.compiled.output_values[index]
        return bool(output.values) and bool(listed) and not any(equal(value, each) is True for each in listed)

    # space

    def _space(self) -> list[Problem]:
        columns = self._segments()
        if columns is None:
            return []
        open_mask = self.compiled.open_mask
        sweep = Sweep(columns, self.compiled.full, self.compiled.full & ~open_mask).run()
        found = [*self._gaps(sweep), *self._overlaps(sweep)]
        if not sweep.complete:
            return [*found, finding("too-large", self.owner, line=self.table.line)]
        return [*found, *self._unreachable(sweep)]

    def _segments(self) -> list[list[Segment]] | None:
        """Cut every column; None if the kind of one is not known."""
        result: list[list[Segment]] = []
        env = self.compiled.blank_frame()
        for clause, column in zip(self.table.inputs, self.compiled.columns, strict=True):
            if column.everything == self.compiled.full:
                result.append([Segment(self.compiled.full, "", "")])
                continue
            kind = self._kind(clause, [value for values in column.constants for value in values])
            if kind is None:
                return None
            allowed, extra = self._allowed(clause)
            result.append(segments(column, clause.title, kind, allowed, extra, env))
        return result

    def _kind(self, clause: m.InputClause, constants: list[Any]) -> type | None:
        declared = KINDS.get(t.unconstrained(self.types.resolve(self._type_ref(clause), self.owner)))
        if declared is not None:
            return declared
        kinds = {type(value) for value in constants if value is not None}
        only = kinds.pop() if len(kinds) == 1 else None
        return only if only in KINDS.values() else None

    def _allowed(self, clause: m.InputClause) -> tuple[Callable[[Any], bool] | None, list[Any]]:
        text = clause.values or self.types.allowed_text(self._type_ref(clause))
        if not text:
            return None, []
        try:
            tests = compile_unary_tests(text)
            node = parse_unary_tests(text, vocabulary_of())
        except FeelSyntaxError:
            return None, []
        if not is_closed(node):
            return None, []
        return (lambda value: tests.evaluate(value).value is True), constants_of(node, self.compiled.constant)

    def _gaps(self, sweep: Sweep) -> list[Problem]:
        if self.compiled.default is not None or self.table.hit_policy in {"COLLECT", "RULE ORDER", "OUTPUT ORDER"}:
            return []
        line = self.table.line
        return [finding("gap", self.owner, line=line, place=_place(path)) for path in sweep.gaps[:REPORTS_LIMIT]]

    def _overlaps(self, sweep: Sweep) -> Iterator[Problem]:
        if self.table.hit_policy not in {"UNIQUE", "ANY"}:
            return
        for (low, high), path in sorted(sweep.overlaps.items(), key=lambda item: item[0])[:REPORTS_LIMIT]:
            same = self._same_conclusion(low, high)
            if same and self.table.hit_policy == "ANY":
                continue
            code = "contradiction" if same is False else "overlap"
            if code == "overlap" and self.table.hit_policy == "ANY":
                continue
            yield finding(code, self.owner, line=self._line(high), rules=(low + 1, high + 1), place=_place(path))

    def _same_conclusion(self, low: int, high: int) -> bool | None:
        """Tell whether two rules conclude the same; None if that is not known before running."""
        pairs = list(zip(self.compiled.outputs[low], self.compiled.outputs[high], strict=True))
        if not all(a.is_constant and b.is_constant for a, b in pairs):
            texts = [tuple(cell.text for cell in self.table.rules[rule].outputs) for rule in (low, high)]
            return True if texts[0] == texts[1] else None
        return all(equal(a.value, b.value) is True for a, b in pairs)

    def _unreachable(self, sweep: Sweep) -> Iterator[Problem]:
        effective = sweep.firsts if self.table.hit_policy == "FIRST" else sweep.reached
        for rule in _bits(self.compiled.full & ~effective):
            yield finding("unreachable", self.owner, line=self._line(rule), rules=(rule + 1,))


def _place(path: tuple[Segment, ...]) -> tuple[str, str]:
    zh = "，".join(segment.zh for segment in path if segment.zh) or "任何输入"
    en = ", ".join(segment.en for segment in path if segment.en) or "any input"
    return zh, en

"""Hit policies 命中策略: from the rules that apply to one result (DMN 1.5, 8.2.8 and 8.2.9)."""

from collections.abc import Callable
from typing import Any, Final

from zhengtong.rules.feel import numbers
from zhengtong.rules.feel.builtins import BUILTINS
from zhengtong.rules.feel.comparison import equal, order
from zhengtong.rules.feel.runtime import Runtime

Outputs = list[Any]


def unique(runtime: Runtime, hits: list[int], conclude: Callable[[int], Any], table: Any) -> Any:
    """U: at most one rule applies."""
    if len(hits) > 1:
        return runtime.note("several-hits", name=table.name, rules=_numbers(hits))
    return conclude(hits[0])


def any_(runtime: Runtime, hits: list[int], conclude: Callable[[int], Any], table: Any) -> Any:
    """A: the rules that apply conclude the same."""
    first = conclude(hits[0])
    for hit in hits[1:]:
        if equal(conclude(hit), first) is not True:
            return runtime.note("differing-hits", name=table.name, rules=_numbers(hits))
    return first


def first(runtime: Runtime, hits: list[int], conclude: Callable[[int], Any], table: Any) -> Any:
    """F: the first rule that applies."""
    del runtime, table
    return conclude(hits[0])


def priority(runtime: Runtime, hits: list[int], conclude: Callable[[int], Any], table: Any) -> Any:
    """P: the rule whose output stands first among the output values."""
    return output_order(runtime, hits, conclude, table)[0]


def rule_order(runtime: Runtime, hits: list[int], conclude: Callable[[int], Any], table: Any) -> Any:
    """R: all, in the order of the rules."""
    del runtime, table
    return [conclude(hit) for hit in hits]


def output_order(runtime: Runtime, hits: list[int], conclude: Callable[[int], Any], table: Any) -> Any:
    """O: all, in the order of the output values."""
    del runtime
    outputs = [conclude(hit) for hit in hits]
    return sorted(outputs, key=table.rank)


def collect(runtime: Runtime, hits: list[int], conclude: Callable[[int], Any], table: Any) -> Any:
    """C: all, or their sum, smallest, largest or number."""
    outputs = [conclude(hit) for hit in hits]
    aggregate = AGGREGATES.get(table.aggregation)
    return outputs if aggregate is None else aggregate(runtime, outputs, table)


def _sum(runtime: Runtime, outputs: Outputs, table: Any) -> Any:
    del table
    return BUILTINS["sum"].invoke(runtime, [outputs])


def _extreme(sign: int) -> Callable[[Runtime, Outputs, Any], Any]:
    def aggregate(runtime: Runtime, outputs: Outputs, table: Any) -> Any:
        best = outputs[0]
        for output in outputs:
            compared = order(output, best)
            if compared is None:
                return runtime.note("bad-operands", operator=table.aggregation, left="", right="")
            if compared == sign:
                best = output
        return best

    return aggregate


def _count(runtime: Runtime, outputs: Outputs, table: Any) -> Any:
    del runtime, table
    return numbers.parse_number(str(len(outputs)))


def _numbers(hits: list[int]) -> str:
    return ", ".join(str(hit + 1) for hit in hits)


AGGREGATES: Final[dict[str, Callable[[Runtime, Outputs, Any], Any]]] = {
    "SUM": _sum,
    "MIN": _extreme(-1),
    "MAX": _extreme(1),
    "COUNT": _count,
}
POLICIES: Final[dict[str, Callable[..., Any]]] = {
    "UNIQUE": unique,
    "ANY": any_,
    "FIRST": first,
    "PRIORITY": priority,
    "RULE ORDER": rule_order,
    "OUTPUT ORDER": output_order,
    "COLLECT": collect,
}

"""What makes a rule fit, a score and a due day, as pure functions."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from zhengtong.data.catalog.contracts import DataElement, ElementType
from zhengtong.data.quality.contracts import Check, Dimension, Rule, RuleResult
from zhengtong.kernel.errors import Phrase
from zhengtong.kernel.errors import mark as _

DAYS_TO_MEND = 30
"""Days a department has to mend an issue; the platform's own, a province sets its own."""

_DATES = frozenset({ElementType.DATE, ElementType.DATETIME})
_NUMBERS = frozenset({ElementType.INTEGER, ElementType.DECIMAL, ElementType.DOUBLE})
_NEEDS = {
    Check.PATTERN: ("pattern",),
    Check.ONE_OF: ("values",),
    Check.FRESH: ("days",),
    Check.COMPARE: ("than", "operator"),
    Check.BORN_AS_ID_SAYS: ("id",),
    Check.REFERENCE: ("dataset", "column"),
}
OPERATORS = ("<", "<=", "=")


def score(results: Iterable[RuleResult]) -> float:
    """Return the score from 0 to 100: the mean share of rows that keep a rule, weighted, rounded to hundredths.

    >>> rule = Rule(key="a", name="", dimension=Dimension.ACCURACY, check=Check.NOT_NULL, column="a")
    >>> score([RuleResult(rule=rule, rows=10, failing=1), RuleResult(rule=rule, rows=10, failing=0)])
    95.0
    """
    kept = [(result.rule.weight, 1 - result.share) for result in results]
    total = sum(weight for weight, _share in kept)
    return round(100 * sum(weight * share for weight, share in kept) / total, 2) if total else 100.0


def stopped_by(results: Iterable[RuleResult]) -> RuleResult | None:
    """Return the first result whose rule does not tolerate so many failing rows."""
    for result in results:
        if result.rule.tolerance is not None and result.share > result.rule.tolerance:
            return result
    return None


def due_on(opened_on: date) -> date:
    """Return the last day on which an issue is mended in time."""
    return opened_on + timedelta(days=DAYS_TO_MEND)


def faults(rules: Sequence[Rule], elements: Sequence[DataElement]) -> Iterator[Phrase]:
    """Yield what is wrong with *rules* for a dataset of these elements."""
    types = {element.name: element.type for element in elements}
    seen: set[str] = set()
    for rule in rules:
        if rule.key in seen:
            yield Phrase(_("规则 {key} 重复"), key=rule.key)
        seen.add(rule.key)
        for column in columns_of(rule):
            if column not in types:
                yield Phrase(_("规则 {key} 的数据项 {column} 不存在"), key=rule.key, column=column)
        for name in _NEEDS.get(rule.check, ()):
            if name not in rule.parameters:
                yield Phrase(_("规则 {key} 缺少参数 {name}"), key=rule.key, name=name)
        yield from _shape_faults(rule, types.get(rule.column))


def columns_of(rule: Rule) -> list[str]:
    """Return the data elements a rule looks at.

    >>> rule = Rule(key="u", name="", dimension=Dimension.UNIQUENESS, check=Check.UNIQUE, column="a",
    ...             parameters={"columns": ["a", "b"]})
    >>> columns_of(rule)
    ['a', 'b']
    """
    further = [str(rule.parameters[name]) for name in ("than", "id") if name in rule.parameters]
    return list(dict.fromkeys([rule.column, *further, *map(str, rule.parameters.get("columns", ()))]))


def suggested(elements: Sequence[DataElement]) -> tuple[Rule, ...]:
    """Return the rules that follow from the catalogue alone: given, unique, check digits, dates not to come."""
    found: list[Rule] = []
    for one in elements:
        if one.required or one.key:
            found.append(_rule(f"{one.name}_given", f"{one.title}不为空", Dimension.COMPLETENESS, Check.NOT_NULL, one))
        if one.standard == "resident_id":
            found.append(
                _rule(f"{one.name}_valid", f"{one.title}校验位正确", Dimension.ACCURACY, Check.RESIDENT_ID, one)
            )
        if one.standard == "credit_code":
            found.append(
                _rule(f"{one.name}_valid", f"{one.title}校验位正确", Dimension.ACCURACY, Check.CREDIT_CODE, one)
            )
        if one.type in _DATES and "expire" not in one.name and "until" not in one.name:
            found.append(_rule(f"{one.name}_past", f"{one.title}不晚于今天", Dimension.ACCURACY, Check.NOT_FUTURE, one))
    keys = [one for one in elements if one.key]
    if keys:
        title = "、".join(one.title for one in keys)
        found.append(
            Rule(
                key="keys_unique", name=f"{title}不重复", dimension=Dimension.UNIQUENESS, check=Check.UNIQUE,
                column=keys[0].name, parameters={"columns": [one.name for one in keys]},
            )
        )  # fmt: skip
    return tuple(found)


def _rule(key: str, name: str, dimension: Dimension, check: Check, element: DataElement) -> Rule:
    return Rule(key=key, name=name, dimension=dimension, check=check, column=element.name)


def _shape_faults(rule: Rule, kind: ElementType | None) -> Iterator[Phrase]:
    if rule.check is Check.PATTERN and not _compiles(str(rule.parameters.get("pattern", ""))):
        yield Phrase(_("规则 {key} 的正则表达式有误"), key=rule.key)
    if rule.check in {Check.NOT_FUTURE, Check.FRESH, Check.BORN_AS_ID_SAYS} and kind not in _DATES and kind:
        yield Phrase(_("规则 {key} 只适用于日期"), key=rule.key)
    if rule.check is Check.RANGE and kind not in _NUMBERS and kind:
        yield Phrase(_("规则 {key} 只适用于数值"), key=rule.key)
    if rule.check is Check.COMPARE and rule.parameters.get("operator") not in OPERATORS:
        yield Phrase(_("规则 {key} 的比较符应为 {operators}"), key=rule.key, operators="、".join(OPERATORS))
    if rule.weight <= 0 or (rule.tolerance is not None and not 0 <= rule.tolerance <= 1):
        yield Phrase(_("规则 {key} 的权重应大于 0，容忍比例应在 0 和 1 之间"), key=rule.key)


def _compiles(pattern: str) -> bool:
    """Say whether RE2 will take the pattern: no look-around and no back reference, which would make it slow."""
    if re.search(r"\(\?[=!<]|\\[1-9]", pattern):
        return False
    try:
        re.compile(pattern)
    except re.error:
        return False
    return bool(pattern)

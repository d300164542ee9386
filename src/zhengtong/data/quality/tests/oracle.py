"""What the rules mean, row by row in plain Python: slow, obvious, and the judge of the compiled expression."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from zhengtong.data.quality.api import Check, Rule
from zhengtong.data.quality.compiling import CREDIT_FORM, RESIDENT_FORM
from zhengtong.kernel.checkdigits import modulus31_check_character, resident_id_check_character

Row = Mapping[str, Any]


def failing(rows: Sequence[Row], rule: Rule, *, today: date, references: Mapping[str, set[Any]]) -> int:
    """Return how many of *rows* break *rule*."""
    if rule.check is Check.UNIQUE:
        names = rule.parameters.get("columns") or [rule.column]
        values = [tuple(row[name] for name in names) for row in rows]
        whole = [value for value in values if None not in value]
        return len(whole) - len(set(whole))
    return sum(_breaks(row, rule, today, references) for row in rows)


def _breaks(row: Row, rule: Rule, today: date, references: Mapping[str, set[Any]]) -> bool:
    value, given = row[rule.column], rule.parameters
    if rule.check is Check.NOT_NULL:
        return value is None or value == ""
    if value is None:
        return False
    if rule.check is Check.REFERENCE:
        return value not in references[given["dataset"]]
    if rule.check is Check.NOT_FUTURE:
        return bool(value > today)
    if rule.check is Check.FRESH:
        return bool(value < today - timedelta(days=given["days"]))
    return not _KEPT[rule.check](value, row, given)


def _compares(value: Any, row: Row, given: Mapping[str, Any]) -> bool:
    other = row[given["than"]]
    if other is None:
        return True
    return bool({"<": value < other, "<=": value <= other, "=": value == other}[given["operator"]])


def _born(value: Any, row: Row, given: Mapping[str, Any]) -> bool:
    number = row[given["id"]]
    return number is None or len(number) != 18 or number[6:14] == value.strftime("%Y%m%d")


_KEPT: Mapping[Check, Callable[[Any, Row, Mapping[str, Any]], bool]] = {
    Check.PATTERN: lambda value, _row, given: re.fullmatch(given["pattern"], value) is not None,
    Check.LENGTH: lambda value, _row, given: given.get("least", 0) <= len(value) <= given.get("most", len(value)),
    Check.RANGE: lambda value, _row, given: given.get("least", value) <= value <= given.get("most", value),
    Check.ONE_OF: lambda value, _row, given: value in given["values"],
    Check.RESIDENT_ID: lambda value, _row, _given: bool(
        re.search(RESIDENT_FORM, value) and resident_id_check_character(value[:17]) == value[17]
    ),
    Check.CREDIT_CODE: lambda value, _row, _given: bool(
        re.search(CREDIT_FORM, value) and modulus31_check_character(value[:17]) == value[17]
    ),
    Check.COMPARE: _compares,
    Check.BORN_AS_ID_SAYS: _born,
}

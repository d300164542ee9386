"""Trying an item's conditions 资格自测: answers in, which conditions hold out. Nothing is kept, nothing is decided.

An answer that is missing never makes a condition fail. A condition over an open choice is tried with every choice and
is known only if all agree; FEEL itself carries an open number or day through comparisons, `and` and `or`.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import product
from typing import Any

from django.utils.translation import gettext

from zhengtong.process.items.contracts import Condition, Eligibility, Finding, SelfCheck, TriedCondition
from zhengtong.rules.feel.api import Expression, FeelSyntaxError, compile_expression, from_python

SELF_CHECK = "process.items.self_check"
AS_OF = "as_of"


def try_conditions(eligibility: Eligibility, answers: Mapping[str, Any], *, at: date) -> SelfCheck:
    """Say of each condition whether it holds by *answers* on the day *at*.

    Args:
        eligibility: of an item.
        answers: plain values by question, as a form gives them: days as ISO dates; empty where not answered.
        at: the day that periods and ages are counted to.
    """
    questions = eligibility.form["properties"]
    values = {name: _value(question, answers.get(name)) for name, question in questions.items()}
    tried = []
    for condition in eligibility.conditions:
        names = tuple(name for name in questions if name in questions_of(condition))
        finding = _find(condition, {name: values[name] for name in names}, questions, at)
        is_open = finding is Finding.UNKNOWN
        unanswered = tuple(name for name in names if values[name] is None) if is_open else ()
        tried.append(TriedCondition(condition=condition, finding=finding, rests_on=names, unanswered=unanswered))
    return SelfCheck(conditions=tuple(tried))


def questions_of(condition: Condition) -> frozenset[str]:
    """Return the names of the questions a condition looks at; none where it cannot be read."""
    return _compiled(condition.holds).free_names - {AS_OF}


def fault_of(condition: Condition, questions: Mapping[str, Any]) -> str:
    """Return what is wrong with a condition in words, "" for nothing.

    It must be FEEL over known questions, and say neither yes nor no of somebody of whom nothing is known.
    """
    try:
        names = questions_of(condition)
    except FeelSyntaxError as error:
        return str(error)
    if unknown := sorted(names - set(questions)):
        return gettext("条件引用了没有定义的问题 {names}").format(names="、".join(unknown))
    nothing = dict.fromkeys(sorted(names))
    if not names or _find(condition, nothing, questions, date.min) is not Finding.UNKNOWN:
        return gettext("条件 {holds} 在没有任何回答时也有结论").format(holds=condition.holds)
    return ""


def _find(condition: Condition, values: Mapping[str, Any], questions: Mapping[str, Any], at: date) -> Finding:
    expression, day = _compiled(condition.holds), from_python(at)
    found = [expression.evaluate({**world, AS_OF: day}).value for world in _worlds(values, questions)]
    if all(value is True for value in found):
        return Finding.HOLDS
    return Finding.FAILS if all(value is False for value in found) else Finding.UNKNOWN


def _worlds(values: Mapping[str, Any], questions: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield *values* with every open choice taken each way."""
    choices = [name for name, value in values.items() if value is None and "enum" in questions[name]]
    for taken in product(*(questions[name]["enum"] for name in choices)):
        yield {**values, **dict(zip(choices, taken, strict=True))}


def _value(question: Mapping[str, Any], answer: Any) -> Any:
    if answer in {None, ""}:
        return None
    if question.get("format") == "date":
        return from_python(date.fromisoformat(str(answer)))
    return Decimal(str(answer)) if question["type"] in {"number", "integer"} else str(answer)


@cache
def _compiled(source: str) -> Expression:
    return compile_expression(source)

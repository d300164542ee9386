"""FEEL for the engine 流程表达式: the one expression language, compiled once for each source (DMN 1.5 clause 10)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from zhengtong.rules.feel.api import Expression, FeelSyntaxError, compile_expression, to_python

Decision = Callable[[Mapping[str, Any], datetime], Any]


@lru_cache(maxsize=8192)
def compiled(expression: str) -> Expression:
    """Return *expression* ready to run; some designers write FEEL with a leading `=`, which is left out.

    Raises:
        ValueError: it is no FEEL expression; the text points at the character.
    """
    try:
        return compile_expression(expression.strip().removeprefix("="))
    except FeelSyntaxError as error:
        raise ValueError(str(error)) from error


class FeelEvaluator:
    """Evaluates conditions, scripts and timers in FEEL, and calls decisions by name."""

    def __init__(self, decisions: Mapping[str, Decision] | None = None) -> None:
        self.decisions = dict(decisions or {})

    def evaluate(self, expression: str, variables: Mapping[str, Any], now: datetime) -> Any:
        """Return the value of *expression* as plain Python, None where FEEL says null."""
        return to_python(compiled(expression).value(variables, now=now))

    def problem(self, expression: str) -> str:
        """Say what is wrong with *expression*: no FEEL, or without end; empty when it may be published."""
        try:
            reached = compiled(expression).trial()
        except ValueError as error:
            return str(error)
        return reached.text("en") if reached is not None else ""

    def decide(self, decision: str, variables: Mapping[str, Any], now: datetime) -> Any:
        """Return the outcome of *decision*."""
        return self.decisions[decision](variables, now)

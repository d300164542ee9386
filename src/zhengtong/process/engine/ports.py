"""What the engine asks of the outside 引擎端口: expressions, decisions and process graphs. All pure, all injected."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from zhengtong.process.bpmn.model import Process


class Evaluator(Protocol):
    """Evaluates FEEL and decisions; pure: the same values and moment give the same answer."""

    def evaluate(self, expression: str, variables: Mapping[str, Any], now: datetime) -> Any:
        """Return the value of *expression*, None where FEEL says null.

        Raises:
            ValueError: the expression cannot be read.
        """
        ...

    def decide(self, decision: str, variables: Mapping[str, Any], now: datetime) -> Any:
        """Return the outcome of the decision called *decision*.

        Raises:
            LookupError: there is no such decision.
        """
        ...


class Library(Protocol):
    """Finds process graphs by key; a running case keeps the version it started with."""

    def process(self, key: str) -> Process | None:
        """Return the graph, or None."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one command may do: token moves, new tokens, and instances of one multi-instance activity."""

    moves: int = 20_000
    tokens: int = 20_000
    instances: int = 5_000

"""Functions 函数 as values: built-ins, user-defined functions, business knowledge models, decision services."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from zhengtong.rules.feel.types import ANY, FeelType, FunctionType


@dataclass(eq=False, slots=True)
class FeelFunction:
    """A callable value; `invoke` takes the runtime and the arguments in order, coerced to the parameter types."""

    parameters: tuple[tuple[str, FeelType], ...]
    invoke: Callable[[Any, list[Any]], Any]
    name: str = ""
    result: FeelType = ANY
    frame: list[Any] = field(default_factory=list, repr=False)
    variadic: bool = False
    builtin: Any = None

    @property
    def type(self) -> FunctionType:
        """The function type: parameter types and result type."""
        return FunctionType(tuple(t for _, t in self.parameters), self.result)

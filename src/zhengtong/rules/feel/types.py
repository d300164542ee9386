"""Types 类型: FEEL's type lattice, conformance and `instance of` (DMN 1.5, 10.3.2.9)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class FeelType:
    """A type; the simple ones are told apart by their name."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class ListType(FeelType):
    """`list<item>`."""

    item: FeelType

    def __init__(self, item: FeelType) -> None:
        object.__setattr__(self, "name", "list")
        object.__setattr__(self, "item", item)

    def __str__(self) -> str:
        return f"list<{self.item}>"


@dataclass(frozen=True, slots=True)
class RangeType(FeelType):
    """`range<item>`."""

    item: FeelType

    def __init__(self, item: FeelType) -> None:
        object.__setattr__(self, "name", "range")
        object.__setattr__(self, "item", item)

    def __str__(self) -> str:
        return f"range<{self.item}>"


@dataclass(frozen=True, slots=True)
class ContextType(FeelType):
    """`context<name: type, …>`: a value may have more members, not fewer."""

    members: tuple[tuple[str, FeelType], ...]

    def __init__(self, members: tuple[tuple[str, FeelType], ...]) -> None:
        object.__setattr__(self, "name", "context")
        object.__setattr__(self, "members", members)

    def __str__(self) -> str:
        return "context<" + ", ".join(f"{n}: {t}" for n, t in self.members) + ">" if self.members else "context"


@dataclass(frozen=True, slots=True)
class FunctionType(FeelType):
    """`function<type, …> -> type`."""

    parameters: tuple[FeelType, ...]
    result: FeelType

    def __init__(self, parameters: tuple[FeelType, ...], result: FeelType) -> None:
        object.__setattr__(self, "name", "function")
        object.__setattr__(self, "parameters", parameters)
        object.__setattr__(self, "result", result)

    def __str__(self) -> str:
        return f"function<{', '.join(map(str, self.parameters))}> -> {self.result}"


@dataclass(frozen=True, slots=True)
class ConstrainedType(FeelType):
    """A named type: a base and a test of its allowed values (`allows` is given the value)."""

    base: FeelType
    allows: Callable[[Any], bool] | None

    def __init__(self, name: str, base: FeelType, allows: Callable[[Any], bool] | None = None) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "base", base)
        object.__setattr__(self, "allows", allows)

    def __str__(self) -> str:
        return self.name


ANY: Final = FeelType("Any")
NULL: Final = FeelType("Null")
NUMBER: Final = FeelType("number")
STRING: Final = FeelType("string")
BOOLEAN: Final = FeelType("boolean")
DATE: Final = FeelType("date")
TIME: Final = FeelType("time")
DATE_TIME: Final = FeelType("date and time")
DAY_TIME: Final = FeelType("days and time duration")
YEAR_MONTH: Final = FeelType("years and months duration")
CONTEXT: Final = ContextType(())
FUNCTION: Final = FeelType("function")  # any function, whatever its parameters
LIST: Final = ListType(ANY)

SIMPLE_TYPES: Final[Mapping[str, FeelType]] = {
    t.name: t for t in (ANY, NULL, NUMBER, STRING, BOOLEAN, DATE, TIME, DATE_TIME, DAY_TIME, YEAR_MONTH, CONTEXT)
} | {
    # spellings of earlier DMN versions and of modelling tools
    "dateTime": DATE_TIME,
    "dayTimeDuration": DAY_TIME,
    "yearMonthDuration": YEAR_MONTH,
    "days and time duration": DAY_TIME,
    "any": ANY,
}


def base_of(kind: FeelType) -> FeelType:
    """Look through named types to the type they stand for."""
    while isinstance(kind, ConstrainedType):
        kind = kind.base
    return kind


def unconstrained(kind: FeelType) -> FeelType:
    """Return the type without any allowed values: `instance of` asks for the structure alone."""
    kind = base_of(kind)
    if isinstance(kind, ListType):
        return ListType(unconstrained(kind.item))
    if isinstance(kind, RangeType):
        return RangeType(unconstrained(kind.item))
    if isinstance(kind, ContextType):
        return ContextType(tuple((name, unconstrained(member)) for name, member in kind.members))
    if isinstance(kind, FunctionType):
        return FunctionType(tuple(map(unconstrained, kind.parameters)), unconstrained(kind.result))
    return kind


def conforms(given: FeelType, wanted: FeelType) -> bool:
    """Tell whether every value of *given* may stand where *wanted* is asked (10.3.2.9.2)."""
    given, wanted = base_of(given), base_of(wanted)
    if wanted == ANY or given in {NULL, wanted}:
        return True
    if isinstance(given, ListType) and isinstance(wanted, ListType):
        return conforms(given.item, wanted.item)
    if isinstance(given, RangeType) and isinstance(wanted, RangeType):
        return conforms(given.item, wanted.item)
    if isinstance(given, ContextType) and isinstance(wanted, ContextType):
        members = dict(given.members)
        return all(n in members and conforms(members[n], t) for n, t in wanted.members)
    if isinstance(given, FunctionType) and isinstance(wanted, FunctionType):
        return (
            len(given.parameters) == len(wanted.parameters)
            and all(conforms(w, g) for g, w in zip(given.parameters, wanted.parameters, strict=True))
            and conforms(given.result, wanted.result)
        )
    return False

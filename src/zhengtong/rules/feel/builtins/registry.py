"""Registry 登记: a built-in is a Python function under a FEEL signature, written as the standard writes it.

`"substring(string: string, start position: number, [length: number])"`: square brackets mark what may be left out, a
question mark after a type lets null through, three dots take any number of arguments. A name may have several
signatures; the first that fits the arguments is called.
"""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from zhengtong.rules.feel import types as t
from zhengtong.rules.feel.conformity import describe
from zhengtong.rules.feel.runtime import FeelError, Runtime
from zhengtong.rules.feel.values import Date, DateTime, DayTimeDuration, FeelFunction, Range, Time, YearMonthDuration

UNFIT: Final = object()
Place = tuple[int, int]
Coercion = Callable[[Any], Any]
_SIGNATURE: Final = re.compile(r"(?P<name>[^(]+)\((?P<parameters>.*)\)")
_PARAMETER: Final = re.compile(r"(?P<open>\[?)(?P<dots>\.{3})?(?P<name>[^:]+):\s*(?P<type>[^?\]]+)(?P<null>\??)\]?")


def _one_of(*kinds: type) -> Coercion:
    wanted = frozenset(kinds)

    def coercion(value: Any) -> Any:
        if type(value) in wanted:
            return value
        if type(value) is list and len(value) == 1 and type(value[0]) in wanted:
            return value[0]
        return UNFIT

    return coercion


def _as_list(value: Any) -> Any:
    return value if type(value) is list else UNFIT if value is None else [value]


# Each parameter type of the standard: the implicit conversions of 10.3.2.9.4, or UNFIT.
COERCIONS: Final[dict[str, tuple[Coercion, t.FeelType]]] = {
    "any": (lambda value: value, t.ANY),
    "number": (_one_of(Decimal), t.NUMBER),
    "string": (_one_of(str), t.STRING),
    "boolean": (_one_of(bool), t.BOOLEAN),
    "list": (_as_list, t.LIST),
    "context": (_one_of(dict), t.CONTEXT),
    "date": (_one_of(Date), t.DATE),
    "time": (_one_of(Time), t.TIME),
    "date and time": (_one_of(DateTime), t.DATE_TIME),
    "days and time duration": (_one_of(DayTimeDuration), t.DAY_TIME),
    "years and months duration": (_one_of(YearMonthDuration), t.YEAR_MONTH),
    "duration": (_one_of(DayTimeDuration, YearMonthDuration), t.ANY),
    "date or date and time": (_one_of(Date, DateTime), t.ANY),
    "comparable": (
        _one_of(Decimal, str, Date, Time, DateTime, DayTimeDuration, YearMonthDuration),
        t.ANY,
    ),
    "range": (_one_of(Range), t.RangeType(t.ANY)),
    "function": (_one_of(FeelFunction), t.ANY),
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a signature."""

    name: str
    type: str
    coercion: Coercion
    optional: bool
    nullable: bool

    def accept(self, value: Any) -> Any:
        """Convert an argument, or return UNFIT."""
        if value is None and self.nullable:
            return None
        return self.coercion(value)


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to call a built-in, and the sentence that says what it does."""

    text: str
    doc: str
    parameters: tuple[Parameter, ...]
    function: Callable[..., Any]
    variadic: bool
    wants_runtime: bool
    pure: bool

    def takes(self, count: int) -> bool:
        """Tell whether *count* positional arguments fit."""
        if self.variadic:
            return count >= len(self.parameters)
        required = sum(not parameter.optional for parameter in self.parameters)
        return required <= count <= len(self.parameters)

    def order(self, names: tuple[str, ...]) -> list[int] | None:
        """Return for each parameter the index of its argument (-1: left out), or None if they do not fit."""
        if len(set(names)) != len(names):
            return None
        if set(names) - {parameter.name for parameter in self.parameters}:
            return None
        found = [names.index(p.name) if p.name in names else -1 for p in self.parameters]
        if any(i < 0 and not p.optional for i, p in zip(found, self.parameters, strict=True)):
            return None
        while found and found[-1] < 0:
            found.pop()
        return found

    def coerce(self, values: list[Any]) -> list[Any] | None:
        """Convert the arguments, or return None if one does not fit."""
        result: list[Any] = []
        last = len(self.parameters) - 1
        for index, value in enumerate(values):
            parameter = self.parameters[min(index, last)]
            accepted = parameter.accept(value)
            if accepted is UNFIT:
                return None
            result.append(accepted)
        return result


def _ordered(values: list[Any], order: list[int]) -> list[Any]:
    return [values[index] if index >= 0 else None for index in order]


@dataclass(slots=True)
class Builtin:
    """A built-in function: its name, family, and signatures in order of preference."""

    name: str
    family: str
    signatures: list[Signature] = field(default_factory=list)

    @property
    def pure(self) -> bool:
        """Whether the result depends on the arguments alone."""
        return all(signature.pure for signature in self.signatures)

    def as_value(self) -> FeelFunction:
        """Return it as a function value."""
        first = self.signatures[0]
        parameters = tuple((p.name, COERCIONS[p.type][1]) for p in first.parameters)
        return FeelFunction(parameters, self.invoke, self.name, variadic=True, builtin=self)

    def invoke(self, runtime: Runtime, values: list[Any]) -> Any:
        """Call it with positional arguments."""
        return self.call(runtime, [(s, None) for s in self.signatures if s.takes(len(values))], values, (0, 0))

    def call(self, runtime: Runtime, candidates: "list[Candidate]", values: list[Any], place: Place) -> Any:
        """Call the first candidate the arguments fit; null with a diagnostic if none does."""
        runtime.spend(1 + sum(len(value) >> 10 for value in values if type(value) is str))
        for signature, order in candidates:
            arguments = signature.coerce(values if order is None else _ordered(values, order))
            if arguments is None:
                continue
            try:
                if signature.wants_runtime:
                    result = signature.function(runtime, *arguments)
                else:
                    result = signature.function(*arguments)
            except FeelError as error:
                return runtime.note(error.code, *place, **{"name": self.name, **error.details})
            except (ArithmeticError, ValueError):
                return runtime.note("overflow", *place)
            if type(result) in _SIZED:
                runtime.afford(len(result))
            return result
        return self._refuse(runtime, candidates, values, place)

    def _refuse(self, runtime: Runtime, candidates: "list[Candidate]", values: list[Any], place: Place) -> None:
        if not candidates:
            expected = " / ".join(signature.text for signature in self.signatures)
            return runtime.note("bad-arguments", *place, name=self.name, detail=expected)
        signature, order = candidates[0]
        parameters = signature.parameters
        for index, value in enumerate(values if order is None else _ordered(values, order)):
            parameter = parameters[min(index, len(parameters) - 1)]
            if parameter.accept(value) is UNFIT:
                details = {"parameter": parameter.name, "wanted": parameter.type, "found": describe(value)}
                return runtime.note("bad-argument", *place, name=self.name, **details)
        return runtime.note("bad-arguments", *place, name=self.name, detail=signature.text)


_SIZED: Final = frozenset({str, list, dict})
# A signature a call may mean, and for each parameter the index of its argument (None: as they stand, -1: left out).
Candidate = tuple[Signature, list[int] | None]
BUILTINS: Final[dict[str, Builtin]] = {}
Function = Callable[..., Any]


def builtin(*signatures: str, pure: bool = True) -> Callable[[Function], Function]:
    """Register a Python function under FEEL signatures; its docstring becomes the reference page's sentence."""

    def register(function: Function) -> Function:
        for text in signatures:
            match = _SIGNATURE.fullmatch(text)
            if match is None:
                raise ValueError(text)
            name = match["name"]
            family = function.__module__.rpartition(".")[2]
            known = BUILTINS.setdefault(name, Builtin(name, family))
            known.signatures.append(_signature(text, match["parameters"], function, pure=pure))
        return function

    return register


def _signature(text: str, parameters: str, function: Function, *, pure: bool) -> Signature:
    found: list[Parameter] = []
    variadic = False
    for part in filter(None, (piece.strip() for piece in parameters.split(","))):
        match = _PARAMETER.fullmatch(part)
        if match is None:
            raise ValueError(text)
        kind = match["type"].strip()
        variadic = variadic or match["dots"] is not None
        found.append(
            Parameter(match["name"].strip(), kind, COERCIONS[kind][0], bool(match["open"]), bool(match["null"]))
        )
    wants_runtime = next(iter(inspect.signature(function).parameters), "") == "runtime"
    return Signature(text, inspect.getdoc(function) or "", tuple(found), function, variadic, wants_runtime, pure)

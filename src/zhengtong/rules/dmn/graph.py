"""The decision requirement graph 决策需求图: each node knows where its variables come from (DMN 1.5, chapter 6).

A `Session` is one evaluation: its inputs, the decisions made so far, and the runtime with clock and budget. Decisions
are made when asked for, each at most once. Business knowledge models and decision services become function values,
once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from zhengtong.rules.dmn.logic import convert
from zhengtong.rules.feel.compiler.core import Closure
from zhengtong.rules.feel.conformity import coerce, completed
from zhengtong.rules.feel.python_values import from_python
from zhengtong.rules.feel.runtime import Runtime
from zhengtong.rules.feel.types import ANY, FeelType, FunctionType, base_of
from zhengtong.rules.feel.values import FeelFunction

_PENDING: Final = object()
_MISSING: Final = object()
Fetch = Callable[["Session"], Any]


class Session:
    """One evaluation of a model."""

    __slots__ = ("inputs", "runtime", "values")

    def __init__(self, runtime: Runtime, inputs: Mapping[str, Any]) -> None:
        self.runtime = runtime
        self.inputs = inputs
        self.values: dict[int, Any] = {}


@dataclass(slots=True, eq=False)
class InputNode:
    """Input data: read from the inputs by name, or by `namespace#name` if it is an imported model's."""

    name: str
    namespace: str
    type: FeelType = ANY

    def fetch(self, session: Session) -> Any:
        """Return the value, converted to the declared type."""
        key = id(self)
        known = session.values.get(key, _MISSING)
        if known is not _MISSING:
            return known
        inputs = session.inputs
        value = inputs.get(self.name, _MISSING)
        if value is _MISSING:
            value = inputs.get(f"{self.namespace}#{self.name}", _MISSING)
        if value is _MISSING:
            session.runtime.note("unknown-name", name=self.name)
            value = None
        else:
            value = self._typed(session.runtime, from_python(value))
        session.values[key] = value
        return value

    def _typed(self, runtime: Runtime, value: Any) -> Any:
        if self.type is ANY:
            return value
        converted, fits = coerce(completed(value, self.type), self.type)
        return converted if fits else runtime.note("bad-input", name=self.name, wanted=str(self.type))


@dataclass(slots=True, eq=False)
class DecisionNode:
    """A decision: its closure, its frame, and which slot is filled from where."""

    name: str
    namespace: str
    type: FeelType = ANY
    run: Closure = field(default=lambda _env: None)
    size: int = 1
    bindings: list[tuple[int, Fetch]] = field(default_factory=list)

    def fetch(self, session: Session) -> Any:
        """Return the value, deciding first if that has not been done."""
        key = id(self)
        known = session.values.get(key, _MISSING)
        if known is not _MISSING:
            if known is _PENDING:
                return session.runtime.note("circular", name=self.name)
            return known
        session.values[key] = _PENDING
        env: list[Any] = [None] * self.size
        env[0] = session.runtime
        for slot, fetch in self.bindings:
            env[slot] = fetch(session)
        value = self.run(env)
        if self.type is not ANY:
            value = convert(session.runtime, value, self.type, self.name)
        session.values[key] = value
        return value


@dataclass(slots=True, eq=False)
class KnowledgeNode:
    """A business knowledge model: a function value, the same in every session."""

    name: str
    namespace: str
    function: FeelFunction = field(default_factory=lambda: FeelFunction((), lambda _runtime, _values: None))
    run: Closure | None = None
    size: int = 1
    bindings: list[tuple[int, Fetch]] = field(default_factory=list)
    own_slot: int | None = None
    result: FeelType = ANY

    def complete(self) -> None:
        """Make the function once all nodes are compiled."""
        if self.run is None:
            return
        env: list[Any] = [None] * self.size
        env[0] = Runtime()
        session = Session(env[0], {})
        for slot, fetch in self.bindings:
            env[slot] = fetch(session)
        if self.own_slot is not None:
            env[self.own_slot] = self.function
        made = self.run(env)
        if isinstance(made, FeelFunction):
            self.function.parameters, self.function.invoke = made.parameters, made.invoke
            self.function.result = made.result if self.result is ANY else _result_of(self.result)

    def fetch(self, session: Session) -> FeelFunction:
        """Return the function."""
        del session
        return self.function


@dataclass(slots=True, eq=False)
class ServiceNode:
    """A decision service: its outputs decided from its inputs alone."""

    name: str
    namespace: str
    type: FeelType = ANY
    outputs: list[DecisionNode] = field(default_factory=list)
    input_data: list[InputNode] = field(default_factory=list)
    input_decisions: list[DecisionNode] = field(default_factory=list)
    function: FeelFunction = field(default_factory=lambda: FeelFunction((), lambda _runtime, _values: None))

    def complete(self) -> None:
        """Make the function; the parameters are the input data, then the input decisions."""
        nodes: list[InputNode | DecisionNode] = [*self.input_data, *self.input_decisions]
        parameters = [(node.name, node.type) for node in nodes]
        self.function.parameters = tuple(parameters)
        self.function.invoke = self._invoke
        self.function.result = self.type
        self.function.name = self.name

    def _invoke(self, runtime: Runtime, values: list[Any]) -> Any:
        session = Session(runtime, {})
        nodes: list[InputNode | DecisionNode] = [*self.input_data, *self.input_decisions]
        session.values.update({id(node): value for node, value in zip(nodes, values, strict=True)})
        return self.decide(session)

    def decide(self, session: Session) -> Any:
        """Decide the outputs: one value, or a context of several."""
        if len(self.outputs) == 1:
            return self.outputs[0].fetch(session)
        return {node.name: node.fetch(session) for node in self.outputs}

    def open_session(self, runtime: Runtime, inputs: Mapping[str, Any]) -> Session:
        """Return a session for a call from outside: input decisions are taken from the inputs, not decided."""
        session = Session(runtime, inputs)
        for node in self.input_decisions:
            reader = InputNode(node.name, node.namespace, node.type)
            session.values[id(node)] = reader.fetch(session)
        return session

    def fetch(self, session: Session) -> FeelFunction:
        """Return the function."""
        del session
        return self.function


def _result_of(kind: FeelType) -> FeelType:
    """Return the type of the results: a variable of a function type declares the function, not its result."""
    base = base_of(kind)
    return base.result if isinstance(base, FunctionType) else kind


Node = InputNode | DecisionNode | KnowledgeNode | ServiceNode

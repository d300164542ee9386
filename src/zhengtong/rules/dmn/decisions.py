"""Decision models 决策模型 ready to decide: load once, evaluate any number of times."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from zhengtong.rules.dmn import model as m
from zhengtong.rules.dmn.compile import ModelCompiler
from zhengtong.rules.dmn.errors import ModelError
from zhengtong.rules.dmn.graph import DecisionNode, InputNode, KnowledgeNode, ServiceNode, Session
from zhengtong.rules.dmn.problems import InvalidModel
from zhengtong.rules.dmn.reader import read_model
from zhengtong.rules.feel.api import DEFAULT_LIMITS, DateTime, Evaluation, Limits
from zhengtong.rules.feel.compiler.calls import invoke_function
from zhengtong.rules.feel.expression import run_within_limits
from zhengtong.rules.feel.python_values import from_python
from zhengtong.rules.feel.runtime import Runtime

Source = bytes | str | m.Definitions


class DecisionModel:
    """A compiled model; safe to share between threads."""

    def __init__(self, compiler: ModelCompiler, limits: Limits = DEFAULT_LIMITS) -> None:
        self.definitions = compiler.definitions
        self.problems = tuple(compiler.problems)
        self.limits = limits
        self.compiler = compiler
        self._nodes = compiler.nodes

    @property
    def decision_names(self) -> tuple[str, ...]:
        """The names of the decisions."""
        return tuple(decision.name for decision in self.definitions.decisions)

    @property
    def service_names(self) -> tuple[str, ...]:
        """The names of the decision services."""
        return tuple(service.name for service in self.definitions.services)

    def require_valid(self) -> "DecisionModel":
        """Return the model itself.

        Raises:
            InvalidModel: it has errors; all of them are listed.
        """
        errors = [problem for problem in self.problems if problem.severity == "error"]
        if errors:
            raise InvalidModel(errors)
        return self

    def evaluate(
        self,
        name: str,
        inputs: Mapping[str, Any],
        *,
        now: datetime | DateTime | None = None,
        limits: Limits | None = None,
    ) -> Evaluation:
        """Decide the decision or decision service *name*, or call the business knowledge model of that name.

        Errors and used-up limits give null with diagnostics.

        Raises:
            ModelError: there is no such decision or service.
            TypeError: the inputs hold a value that FEEL does not know.
        """
        node = self._nodes.get(name)
        if node is None or isinstance(node, InputNode):
            names = ", ".join((*self.decision_names, *self.service_names))
            raise ModelError("no-decision", found=name, names=names)
        runtime = Runtime(now, limits or self.limits)
        value = run_within_limits(lambda _env: _decide(node, runtime, inputs), [], runtime)
        return Evaluation(value, tuple(runtime.notes))

    def evaluate_all(self, inputs: Mapping[str, Any], *, now: datetime | DateTime | None = None) -> dict[str, Any]:
        """Decide every decision; returns the values by name."""
        return {name: self.evaluate(name, inputs, now=now).value for name in self.decision_names}


def _decide(node: DecisionNode | ServiceNode | KnowledgeNode, runtime: Runtime, inputs: Mapping[str, Any]) -> Any:
    if isinstance(node, DecisionNode):
        return node.fetch(Session(runtime, inputs))
    if isinstance(node, KnowledgeNode):
        values = [from_python(value) for value in inputs.values()]
        return invoke_function(runtime, node.function, values, tuple(inputs), (0, 0))
    return node.decide(node.open_session(runtime, inputs))


def load_model(
    source: Source,
    imports: Iterable[Source] = (),
    *,
    externals: Mapping[str, Callable[..., Any]] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> DecisionModel:
    """Read and compile a model; *imports* are the models it may import, in any order.

    What is wrong inside the model is collected in `problems`; the rest can be evaluated. `require_valid()` refuses
    the whole.

    Raises:
        ModelError: the file is no DMN model, or names a hit policy or an element that does not exist.
    """
    definitions = _definitions(source)
    available = {each.namespace: each for each in map(_definitions, imports)}
    available.pop(definitions.namespace, None)
    compiled: dict[str, ModelCompiler] = {}
    _compile_imports(definitions, available, compiled, externals or {}, (definitions.namespace,))
    return DecisionModel(ModelCompiler(definitions, compiled, externals or {}), limits)


def _definitions(source: Source) -> m.Definitions:
    return source if isinstance(source, m.Definitions) else read_model(source)


def _compile_imports(
    definitions: m.Definitions,
    available: Mapping[str, m.Definitions],
    compiled: dict[str, ModelCompiler],
    externals: Mapping[str, Callable[..., Any]],
    path: tuple[str, ...],
) -> None:
    for each in definitions.imports:
        found = available.get(each.namespace)
        if found is None or each.namespace in compiled:
            continue
        if each.namespace in path:
            raise ModelError("cycle", path=" → ".join((*path, each.namespace)))
        _compile_imports(found, available, compiled, externals, (*path, each.namespace))
        compiled[each.namespace] = ModelCompiler(found, compiled, externals)

"""Compiling a model 模型编译: nodes first, then their logic, then the functions; whatever is wrong is collected."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from zhengtong.rules.dmn import model as m
from zhengtong.rules.dmn.cycles import find_cycles
from zhengtong.rules.dmn.errors import ModelError
from zhengtong.rules.dmn.graph import DecisionNode, Fetch, InputNode, KnowledgeNode, Node, ServiceNode, Session
from zhengtong.rules.dmn.logic import LogicCompiler
from zhengtong.rules.dmn.problems import Problem, of_error
from zhengtong.rules.dmn.reader import unknown_elements
from zhengtong.rules.dmn.tables import CompiledTable
from zhengtong.rules.dmn.typing import TypeSystem
from zhengtong.rules.dmn.xml import Element

Externals = Mapping[str, Callable[..., Any]]


class ModelCompiler:
    """Compiles one model; `imported` are the compiled models its imports name, by namespace."""

    def __init__(
        self, definitions: m.Definitions, imported: Mapping[str, "ModelCompiler"], externals: Externals
    ) -> None:
        self.definitions = definitions
        self.problems: list[Problem] = []
        self.externals = externals
        if isinstance(definitions.source, Element):
            for error in unknown_elements(definitions.source):
                self._problem(error, str(error.details["owner"]))
        self.imported: dict[str, ModelCompiler] = {}
        self.prefixes: dict[str, str] = {}
        for each in definitions.imports:
            known = imported.get(each.namespace)
            if known is not None:
                self.imported[each.namespace] = known
                self.prefixes[each.namespace] = each.name
            elif "DMN" in each.type.upper():
                self._problem(ModelError("missing-import", found=each.name or each.namespace), each.name)
        types = {self.prefixes[namespace]: compiler.types.types for namespace, compiler in self.imported.items()}
        self.types: TypeSystem = TypeSystem(definitions, types)
        self.members = self._members()
        self.by_id: dict[str, Node] = {}
        self.nodes: dict[str, Node] = {}
        self._made: list[tuple[m.DrgElement, Node]] = []
        self.unknown_names: list[tuple[str, str]] = []
        self.tables: list[tuple[str, m.DecisionTable, CompiledTable]] = []
        self._make_nodes()
        self._compile_nodes()
        self.problems += self.types.problems
        for path in find_cycles(definitions):
            self._problem(ModelError("cycle", path=" → ".join(path)), path[0])

    def _problem(self, error: ModelError, element: str) -> None:
        self.problems.append(of_error(error, element))

    def _members(self) -> tuple[str, ...]:
        found = list(self.types.members())
        for compiler in self.imported.values():
            found += compiler.members
            found += [element.variable.name for element in compiler.definitions.elements]
        return tuple(found)

    # nodes

    def _make_nodes(self) -> None:
        for element in self.definitions.elements:
            node = self._node(element)
            if element.name in self.nodes:
                self._problem(ModelError("duplicate-name", line=element.line, found=element.name), element.name)
            self.nodes.setdefault(element.name, node)
            self._made.append((element, node))
            if element.id in self.by_id:
                self._problem(ModelError("duplicate-id", line=element.line, found=element.id), element.name)
            elif element.id:
                self.by_id[element.id] = node

    def _node(self, element: m.DrgElement) -> Node:
        namespace, name = self.definitions.namespace, element.variable.name
        if isinstance(element, m.BusinessKnowledge):
            return KnowledgeNode(name, namespace)
        kind = self.types.resolve(element.variable.type_ref, element.name, element.line)
        if isinstance(element, m.InputData):
            return InputNode(name, namespace, kind)
        return (
            DecisionNode(name, namespace, kind)
            if isinstance(element, m.Decision)
            else ServiceNode(name, namespace, kind)
        )

    def _compile_nodes(self) -> None:
        for element, node in self._made:
            match element, node:
                case m.Decision(), DecisionNode():
                    self._decision(element, node)
                case m.BusinessKnowledge(), KnowledgeNode():
                    self._knowledge(element, node)
                case m.DecisionService(), ServiceNode():
                    self._service(element, node)
        for _element, node in self._made:
            if isinstance(node, KnowledgeNode | ServiceNode):
                node.complete()

    def _find(self, reference: str, owner: m.DrgElement) -> tuple[str, Node] | None:
        """Return the import name ("" for this model) and the node behind a reference."""
        namespace, mark, local = reference.rpartition("#")
        compiler = self if not mark or namespace == self.definitions.namespace else self.imported.get(namespace)
        node = compiler.by_id.get(local) if compiler is not None else None
        if node is None:
            error = ModelError("unknown-reference", line=owner.line or None, owner=owner.name, found=reference)
            self._problem(error, owner.name)
            return None
        return (self.prefixes.get(namespace, "") if compiler is not self else ""), node

    def _sources(self, references: Iterable[str], owner: m.DrgElement) -> dict[str, Fetch]:
        """Return the variables that requirements bring into scope; imported ones come in a context by import name."""
        plain: dict[str, Fetch] = {}
        grouped: dict[str, dict[str, Fetch]] = {}
        for reference in references:
            found = self._find(reference, owner)
            if found is None:
                continue
            prefix, node = found
            (grouped.setdefault(prefix, {}) if prefix else plain)[node.name] = node.fetch
        for prefix, members in grouped.items():
            plain[prefix] = _context_of(members)
        return plain

    def _logic(self, sources: Mapping[str, Fetch]) -> LogicCompiler:
        return LogicCompiler(tuple(sources), self.members, self.types, self.externals)

    def _bind(self, owner: str, logic: LogicCompiler, sources: Mapping[str, Fetch]) -> list[tuple[int, Fetch]]:
        known = [(slot, sources[name]) for name, slot in logic.frame.globals.items() if name in sources]
        unknown = [
            (name, slot)
            for name, slot in logic.frame.globals.items()
            if name not in sources and name in logic.frame.certain
        ]
        self.unknown_names += [(owner, name) for name, _ in unknown]
        return known + [(slot, _unknown(name)) for name, slot in unknown]

    def _keep(self, owner: str, logic: LogicCompiler) -> None:
        self.problems += logic.problems
        self.tables += [(owner, table, compiled) for table, compiled in logic.tables]

    def _decision(self, element: m.Decision, node: DecisionNode) -> None:
        references = (*element.required_inputs, *element.required_decisions, *element.required_knowledge)
        sources = self._sources(references, element)
        logic = self._logic(sources)
        node.run = logic.expression(element.logic, element.name).run
        node.bindings = self._bind(element.name, logic, sources)
        node.size = logic.frame.size
        self._keep(element.name, logic)

    def _knowledge(self, element: m.BusinessKnowledge, node: KnowledgeNode) -> None:
        node.function.name = element.name
        if element.function is None:
            return
        sources = self._sources(element.required_knowledge, element)
        logic = LogicCompiler((*sources, node.name), self.members, self.types, self.externals)
        code = logic.expression(element.function, element.name)
        node.run = code.run
        node.own_slot = logic.frame.globals.pop(node.name, None)
        node.bindings = self._bind(element.name, logic, sources)
        node.size = logic.frame.size
        node.result = self.types.resolve(element.variable.type_ref, element.name, element.line)
        self._keep(element.name, logic)

    def _service(self, element: m.DecisionService, node: ServiceNode) -> None:
        node.outputs = [n for n in self._all(element.outputs, element) if isinstance(n, DecisionNode)]
        node.input_data = [n for n in self._all(element.input_data, element) if isinstance(n, InputNode)]
        node.input_decisions = [n for n in self._all(element.input_decisions, element) if isinstance(n, DecisionNode)]

    def _all(self, references: tuple[str, ...], owner: m.DrgElement) -> list[Node]:
        found = [self._find(reference, owner) for reference in references]
        return [pair[1] for pair in found if pair is not None]


def _context_of(members: Mapping[str, Fetch]) -> Fetch:
    def fetch(session: Session) -> dict[str, Any]:
        return {name: read(session) for name, read in members.items()}

    return fetch


def _unknown(name: str) -> Fetch:
    return lambda session: session.runtime.note("unknown-name", name=name)

"""Item definitions 数据类型定义 as FEEL types: structures, collections, allowed values (DMN 1.5, 7.3.2, 10.3.2.9)."""

from collections.abc import Callable, Mapping
from typing import Any

from zhengtong.rules.dmn import model as m
from zhengtong.rules.dmn.errors import ModelError
from zhengtong.rules.dmn.problems import Problem, of_error, of_syntax
from zhengtong.rules.feel import types as t
from zhengtong.rules.feel.api import FeelSyntaxError, compile_unary_tests, parse_type_name


class TypeSystem:
    """The named types of a model and, under the import's name, of the models it imports."""

    def __init__(self, definitions: m.Definitions, imported: Mapping[str, Mapping[str, t.FeelType]]) -> None:
        self.problems: list[Problem] = []
        self.types: dict[str, t.FeelType] = {}
        for prefix, types in imported.items():
            for name, kind in types.items():
                self.types[f"{prefix}.{name}" if prefix else name] = kind
        self._definitions = {item.name: item for item in definitions.types}
        self._pending: set[str] = set()
        for name in self._definitions:
            self._named(name)

    def resolve(self, written: str, owner: str, line: int = 0) -> t.FeelType:
        """Return the type a `typeRef` names; an unknown one counts as Any and is a problem."""
        if not written:
            return t.ANY
        known = self.types.get(written) or t.SIMPLE_TYPES.get(written)
        if known is not None:
            return known
        try:
            return parse_type_name(written, self.types)
        except FeelSyntaxError:
            error = ModelError("unknown-type", line=line or None, owner=owner, found=written)
            self.problems.append(of_error(error, owner))
            return t.ANY

    def allowed_text(self, written: str) -> str:
        """Return the allowed values of a named type as written, through its base types; empty if all are allowed."""
        item = self._definitions.get(written)
        for _ in self._definitions:
            if item is None or item.allowed_values:
                break
            item = self._definitions.get(item.type_ref)
        return item.allowed_values if item is not None else ""

    def members(self) -> tuple[str, ...]:
        """Return the names of all components, for names with signs in paths."""
        found: dict[str, None] = {}
        pending = list(self._definitions.values())
        while pending:
            item = pending.pop()
            for component in item.components:
                found[component.name] = None
                pending.append(component)
        return tuple(found)

    def _named(self, name: str) -> t.FeelType:
        if name in self.types:
            return self.types[name]
        item = self._definitions[name]
        if name in self._pending:
            self.problems.append(of_error(ModelError("type-cycle", line=item.line, found=name), name))
            return t.ANY
        self._pending.add(name)
        kind = self._build(item)
        self._pending.discard(name)
        self.types[name] = kind
        return kind

    def _build(self, item: m.ItemDefinition) -> t.FeelType:
        allows = self._allows(item, item.allowed_values)
        base = self._base(item)
        if item.is_collection:
            element = t.ConstrainedType(item.name, base, allows) if allows else base
            return t.ConstrainedType(item.name, t.ListType(element), self._allows(item, item.type_constraint))
        whole = self._allows(item, item.type_constraint)
        if whole is not None:
            base = t.ConstrainedType(item.name, base, whole)
        return t.ConstrainedType(item.name, base, allows)

    def _base(self, item: m.ItemDefinition) -> t.FeelType:
        if item.components:
            return t.ContextType(tuple((c.name, self._build(c)) for c in item.components))
        if item.function is not None:
            parameters = tuple(self._reference(p.type_ref, item) for p in item.function.parameters)
            return t.FunctionType(parameters, self._reference(item.function.output, item))
        return self._reference(item.type_ref, item)

    def _reference(self, written: str, item: m.ItemDefinition) -> t.FeelType:
        return self._named(written) if written in self._definitions else self.resolve(written, item.name, item.line)

    def _allows(self, item: m.ItemDefinition, text: str) -> Callable[[Any], bool] | None:
        if not text.strip():
            return None
        try:
            tests = compile_unary_tests(text)
        except FeelSyntaxError as error:
            self.problems.append(of_syntax(error, item.name, item.line))
            return None
        return lambda value: tests.evaluate(value).value is True

"""Import contracts that import-linter does not bring: front doors, thin edges, pure engines.

`.importlinter` names them beside the stock contracts, so that one command checks all and one place lists exceptions.
A module belongs to the app `zhengtong.<room>.<app>`; what lies directly in the kernel (`kernel.money`, `kernel.clock`)
is its own door.
"""

import re
from collections import deque
from collections.abc import Iterator
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output
from importlinter.application import contract_utils

Link = tuple[str, str]
DOORS = frozenset({"api", "contracts"})

# compilers that build on each other's insides, see decision 0071; their order is a layers contract
LIBRARIES = (
    frozenset({"zhengtong.rules.feel", "zhengtong.rules.dmn", "zhengtong.rules.audiences"}),
    frozenset({"zhengtong.process.bpmn", "zhengtong.process.engine"}),
)


def app_of(module: str) -> str:
    """Return the app a module belongs to.

    >>> app_of("zhengtong.trust.identity.tests.test_login")
    'zhengtong.trust.identity'
    """
    return ".".join(module.split(".")[:3])


def parts_inside(module: str) -> list[str]:
    """Return the path of a module inside its app.

    >>> parts_inside("zhengtong.trust.identity.api")
    ['api']
    """
    return module.split(".")[3:]


def is_test(module: str) -> bool:
    """Tell whether a module lies in the `tests` of an app or of a room.

    >>> is_test("zhengtong.kernel.tests.test_ids"), is_test("zhengtong.rules.feel.compiler.tests")
    (True, False)
    """
    return "tests" in module.split(".")[2:4]


def direct_imports(graph: ImportGraph) -> Iterator[Link]:
    """Yield each import between two modules of the platform."""
    for importer in sorted(graph.modules):
        if importer.startswith("zhengtong."):
            for imported in sorted(graph.find_modules_directly_imported_by(importer)):
                if imported.startswith("zhengtong."):
                    yield importer, imported


class HouseContract(Contract):
    """What the contracts below share: exceptions that must be in use, and a report with line numbers."""

    remedy = ""
    ignore_imports = fields.SetField(subfield=fields.ImportExpressionField(), required=False)

    def violations(self, graph: ImportGraph) -> list[tuple[Link, str]]:
        """Return each forbidden import with a word on what is wrong."""
        raise NotImplementedError

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: FBT001 -- import-linter's signature
        del verbose
        contract_utils.remove_ignored_imports_and_report(
            graph=graph,
            ignore_imports=self.ignore_imports,  # type: ignore[arg-type]
            unmatched_alerting=contract_utils.AlertLevel.ERROR,
        )
        found: list[dict[str, Any]] = []
        for (importer, imported), why in self.violations(graph):
            details = graph.get_import_details(importer=importer, imported=imported)
            lines = ", ".join(str(detail["line_number"]) for detail in details)
            found.append({"importer": importer, "imported": imported, "lines": lines, "why": why})
        return ContractCheck(kept=not found, metadata={"found": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for one in check.metadata["found"]:
            output.print_error(f"- {one['importer']} (line {one['lines']}) imports {one['imported']}: {one['why']}")
        output.new_line()
        output.print(self.remedy)
        output.new_line()


class FrontDoors(HouseContract):
    """Another app is reached through its `api` or `contracts`, and nothing but tests imports tests.

    A library inside an app may have an `api` of its own (`keys.sm2.api`), for who must do without the app's framework.
    """

    type_name = "front_doors"
    remedy = "Ask the app for what you need in its api.py; an event or a registry serves where the call would go up."

    def violations(self, graph: ImportGraph) -> list[tuple[Link, str]]:
        found: list[tuple[Link, str]] = []
        for importer, imported in direct_imports(graph):
            if is_test(importer) or "migrations" in parts_inside(importer):
                continue
            if is_test(imported):
                found.append(((importer, imported), "only tests import tests"))
            elif not self._may_pass(importer, imported):
                found.append(((importer, imported), "not a front door"))
        return found

    @staticmethod
    def _may_pass(importer: str, imported: str) -> bool:
        own, other = app_of(importer), app_of(imported)
        if importer.startswith("zhengtong.site") or own == other:
            return True
        if any({own, other} <= family for family in LIBRARIES):
            return True
        inside = parts_inside(imported)
        if not inside:
            return imported.startswith("zhengtong.kernel.")
        return inside[0] in DOORS or inside[-1] == "api"


class ThinEdges(HouseContract):
    """`endpoints`, `tasks`, `handlers` translate and make one call; what decides and holds is behind the door."""

    type_name = "thin_edges"
    remedy = "Move what decides into services.py (or law.py) and call it through the app's api."
    edges = frozenset({"endpoints", "tasks", "handlers"})
    behind = frozenset({"services", "queries", "models"})

    def violations(self, graph: ImportGraph) -> list[tuple[Link, str]]:
        return [
            ((importer, imported), "an edge goes through the app's own door too")
            for importer, imported in direct_imports(graph)
            if self.edges & set(parts_inside(importer)[:1])
            and self.behind & set(parts_inside(imported)[:1])
            and app_of(importer) == app_of(imported)
        ]


class PureModules(HouseContract):
    """Engines and statutes know no framework: nothing that `modules` reach imports Django.

    `allow_utils` lets `django.utils` through, for texts that are translated where they are written.
    """

    type_name = "pure_modules"
    remedy = "Take the clock, the rows or the settings as arguments; keep what touches Django in another module."
    modules = fields.ListField(subfield=fields.StringField())
    allow_utils = fields.BooleanField(required=False, default=False)

    def violations(self, graph: ImportGraph) -> list[tuple[Link, str]]:
        patterns = [re.compile(self._as_regex(str(expression))) for expression in self.modules]  # type: ignore[attr-defined]
        pure = [
            module
            for module in sorted(graph.modules)
            if not is_test(module) and any(pattern.fullmatch(module) for pattern in patterns)
        ]
        stained = {
            module
            for module in graph.find_modules_that_directly_import("django")
            if not (self.allow_utils and imports_utils_only(graph, module))
        }
        found = {link: why for module in pure for link, why in self._reached(graph, module, stained)}
        return sorted(found.items())

    @staticmethod
    def _as_regex(expression: str) -> str:
        parts = [{"*": r"[^.]+", "**": r".+"}.get(part, re.escape(part)) for part in expression.split(".")]
        return r"\.".join(parts)

    @staticmethod
    def _reached(graph: ImportGraph, start: str, stained: set[str]) -> Iterator[tuple[Link, str]]:
        """Yield the framework imports that *start* reaches, each with one shortest way there."""
        way: dict[str, list[str]] = {start: [start]}
        queue = deque([start])
        while queue:
            module = queue.popleft()
            if module in stained:
                chain = " → ".join(name.removeprefix("zhengtong.") for name in way[module])
                yield (module, "django"), f"reached from a pure module: {chain}"
            for imported in sorted(graph.find_modules_directly_imported_by(module)):
                if imported.startswith("zhengtong.") and imported not in way:
                    way[imported] = [*way[module], imported]
                    queue.append(imported)


def imports_utils_only(graph: ImportGraph, module: str) -> bool:
    """Tell whether a module takes nothing from Django but `django.utils`."""
    details = graph.get_import_details(importer=module, imported="django")
    return all(re.match(r"\s*(from|import)\s+django\.utils\b", detail["line_contents"]) for detail in details)

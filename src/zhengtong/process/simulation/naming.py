"""Which element a log means 名称对应: by id, by name, or by what the user says where the names differ."""

from collections.abc import Iterable, Mapping

from zhengtong.process.bpmn.api import ActivityNode, Definitions, FlowNode, Process
from zhengtong.process.simulation.contracts import ScenarioNotReadable

SILENT_UNLESS_LOGGED = frozenset({"serviceTask", "businessRuleTask", "scriptTask", "sendTask", "receiveTask"})


def reachable(definitions: Definitions, process: Process) -> list[Process]:
    """Return *process* and every process it calls, directly or not."""
    found: dict[str, Process] = {}
    waiting = [process]
    while waiting:
        current = waiting.pop()
        if current.id in found:
            continue
        found[current.id] = current
        called = (node.called for node in current.nodes.values() if isinstance(node, ActivityNode) and node.called)
        waiting += [item for key in called if (item := definitions.process(key)) is not None]
    return list(found.values())


def tidy(text: str) -> str:
    """Return *text* with every run of white space as one blank: designers break names over lines."""
    return " ".join(text.split())


class Naming:
    """Leads from a log's activities to the elements they mean; several elements may share a name."""

    def __init__(self, definitions: Definitions, process: Process, aliases: Mapping[str, str] | None = None) -> None:
        self.nodes: dict[str, FlowNode] = {}
        self._named: dict[str, frozenset[str]] = {}
        for graph in reachable(definitions, process):
            for node in graph.nodes.values():
                self.nodes[node.id] = node
                if name := tidy(node.name):
                    self._named[name] = self._named.get(name, frozenset()) | {node.id}
        self.aliases = {tidy(name): target for name, target in (aliases or {}).items()}
        for name, target in self.aliases.items():
            if not self._meant(target):
                raise ScenarioNotReadable(place=name, problem=f"流程里没有“{target}”")

    def _meant(self, name: str) -> frozenset[str]:
        return frozenset({name}) if name in self.nodes else self._named.get(tidy(name), frozenset())

    def meant(self, activity: str) -> frozenset[str]:
        """Return the ids of the elements *activity* may mean, none where the definition has no such element."""
        return self._meant(self.aliases.get(tidy(activity), activity))

    def visible(self, activities: Iterable[str]) -> frozenset[str]:
        """Return every element that one of *activities* may mean: what the log shows when it happens."""
        return frozenset().union(*(self.meant(activity) for activity in activities))

    def label(self, node: str) -> str:
        """Return how to name *node* to a person."""
        found = self.nodes.get(node)
        return f"{node} {tidy(found.name)}".strip() if found else node

"""From one version of a process to another 版本映射: which node became which, by id, by instruction, by suggestion."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from zhengtong.process.bpmn.model import ActivityNode, FlowNode, GatewayNode, Process
from zhengtong.process.bpmn.paths import reachable_entries


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A node of the new version that may be an old one under another id, and why."""

    old: str
    new: str
    reason: str


@dataclass(frozen=True, kw_only=True, eq=False)
class VersionMap:
    """Where the nodes of *old* are in *new*; an old node that is absent has no place there."""

    old: Process
    new: Process
    nodes: Mapping[str, str]

    @cached_property
    def reverse(self) -> "VersionMap":
        """The way back, for reverting."""
        return VersionMap(old=self.new, new=self.old, nodes={new: old for old, new in self.nodes.items()})

    def node(self, key: str) -> FlowNode | None:
        """Return the new node of the old node *key*."""
        return self.new.nodes.get(self.nodes.get(key, ""))

    def place(self, key: str) -> str:
        """Return the new id of an old process or node; empty where there is none."""
        return self.new.id if key == self.old.id else self.nodes.get(key, "")

    def entries(self, gateway: str) -> Mapping[str, str]:
        """Return, for the old merge *gateway*, the new incoming flow of each old one, as far as it is certain.

        The same id leading to the same merge; else the one flow that the old flow's source still reaches.
        """
        target = self.node(gateway)
        if target is None:
            return {}
        before, after = self.old.nodes[gateway].incoming, target.incoming
        found = {flow: flow for flow in before if flow in after}
        reach = reachable_entries(self.new, target.id) if target.id in self.new.nodes else {}
        for flow in before:
            if flow in found:
                continue
            free = set(after) - set(found.values())
            source = self.nodes.get(self.old.flows[flow].source, "")
            direct = {item for item in free if self.new.flows[item].source == source}
            likely = direct or (reach.get(source, frozenset()) & free)
            if len(likely) == 1:
                found[flow] = next(iter(likely))
        missing = [flow for flow in before if flow not in found]
        free = set(after) - set(found.values())
        if len(missing) == len(free) == 1:
            found[missing[0]] = free.pop()
        return found


def compatible(old: FlowNode, new: FlowNode) -> bool:
    """Tell whether a token on *old* can stand on *new*: the same element, repeated in the same way."""
    if old.kind != new.kind:
        return False
    if isinstance(old, ActivityNode) and isinstance(new, ActivityNode):
        one, other = old.loop, new.loop
        same_loop = (one is None) == (other is None) and (
            one is None or other is None or one.multiple == other.multiple
        )
        return same_loop and old.triggered_by_event == new.triggered_by_event
    if isinstance(old, GatewayNode) and isinstance(new, GatewayNode):
        return old.parallel == new.parallel
    return True


def map_versions(old: Process, new: Process, instructions: Mapping[str, str] | None = None) -> VersionMap:
    """Map by id, and as *instructions* say (old id → new id, empty for nowhere); an instruction goes before an id."""
    given = dict(instructions or {})
    nodes = {key: key for key in old.nodes if key in new.nodes and key not in given}
    taken = set(given.values())
    nodes = {key: value for key, value in nodes.items() if value not in taken}
    nodes |= {key: value for key, value in given.items() if key in old.nodes and value in new.nodes}
    return VersionMap(old=old, new=new, nodes=nodes)


def suggest(mapping: VersionMap) -> list[Suggestion]:
    """Suggest places for the old nodes that have none: the same name, else the same neighbours."""
    used = set(mapping.nodes.values())
    found = []
    for key, node in mapping.old.nodes.items():
        if key in mapping.nodes:
            continue
        scope = mapping.place(node.scope)
        candidates = [
            item
            for item in mapping.new.nodes.values()
            if item.id not in used and item.scope == scope and compatible(node, item)
        ]
        named = [item for item in candidates if node.name and item.name == node.name]
        placed = [item for item in candidates if _neighbours(mapping, node) == _around(mapping.new, item)]
        for reason, items in (("name", named), ("neighbours", placed)):
            if len(items) == 1:
                found.append(Suggestion(old=key, new=items[0].id, reason=reason))
                used.add(items[0].id)
                break
    return found


def _around(process: Process, node: FlowNode) -> tuple[frozenset[str], frozenset[str]]:
    """Return the nodes before and after *node*."""
    before = frozenset(process.flows[flow].source for flow in node.incoming)
    return before, frozenset(process.flows[flow].target for flow in node.outgoing)


def _neighbours(mapping: VersionMap, node: FlowNode) -> tuple[frozenset[str], frozenset[str]]:
    """Return the nodes before and after an old node, under their new ids."""
    before, after = _around(mapping.old, node)
    return (
        frozenset(mapping.nodes.get(item, "") for item in before),
        frozenset(mapping.nodes.get(item, "") for item in after),
    )

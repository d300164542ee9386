"""What-if models 假设改造: the same process with two of its tasks done at the same time instead of one after the other.

For judging alone. The text is a model as any other: who likes what it promises publishes it, or draws it better.
"""

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from zhengtong.process.bpmn.api import (
    MODEL,
    ActivityNode,
    Definitions,
    EventNode,
    FlowNode,
    GatewayNode,
    Process,
    read_document,
)
from zhengtong.process.simulation.contracts import ScenarioEntryUnknown

# A parallel gateway waits for all that lead to it, so what comes by several ways meets in an exclusive one before it.
_ENTRY, _FORK, _DONE, _JOIN = "what_if_entry", "what_if_fork", "what_if_done", "what_if_join"


def parallel_pairs(definitions: Definitions) -> tuple[tuple[FlowNode, FlowNode], ...]:
    """Return the pairs of user tasks that could run side by side: one leads to the other, at most a choice between."""
    return tuple(
        (first, second)
        for process in definitions.processes.values()
        if process.executable
        for first in process.nodes.values()
        for second in _behind(process, first)
    )


def in_parallel(source: bytes, definitions: Definitions, first: str, second: str) -> bytes:
    """Return the model with the tasks *first* and *second* side by side; a choice between them comes after both.

    What led to *first* leads to both, what ended *first* early counts as its end, and what called *second* off to do
    *first* again falls away: there is nothing to call off.

    Raises:
        ScenarioEntryUnknown: they are no such pair.
    """
    pairs = {(one.id, other.id) for one, other in parallel_pairs(definitions)}
    if (first, second) not in pairs:
        raise ScenarioEntryUnknown(place=f"{first}+{second}", known=", ".join("+".join(pair) for pair in sorted(pairs)))
    read_document(source)  # refuses document types and entities, so that what follows may be parsed
    root = ET.fromstring(source)  # noqa: S314 -- see the line above
    process = next(item for item in definitions.processes.values() if first in item.nodes and item.executable)
    _reshape(root, process, first, second)
    return bytes(ET.tostring(root, encoding="utf-8"))


def _behind(process: Process, first: FlowNode) -> Iterator[FlowNode]:
    if not _is_plain(first):
        return
    ahead = _target(process, first)
    if isinstance(ahead, GatewayNode) and ahead.kind == "exclusiveGateway" and len(ahead.incoming) == 1:
        found = [process.nodes[process.flows[flow].target] for flow in ahead.outgoing]
    else:
        found = [ahead]
    for second in found:
        if second.id != first.id and _is_plain(second) and second.scope == first.scope:
            arrivals = {process.flows[flow].source for flow in second.incoming} - {ahead.id, first.id}
            if all(_ends(process.nodes[source], first) for source in arrivals):
                yield second


def _is_plain(node: FlowNode) -> bool:
    return isinstance(node, ActivityNode) and node.kind == "userTask" and node.loop is None and len(node.outgoing) == 1


def _target(process: Process, node: FlowNode) -> FlowNode:
    return process.nodes[process.flows[node.outgoing[0]].target]


def _ends(node: FlowNode, task: FlowNode) -> bool:
    return isinstance(node, EventNode) and node.attached == task.id and node.interrupting


def _reshape(root: ET.Element, process: Process, first: str, second: str) -> None:
    parents = {child: parent for parent in root.iter() for child in parent}
    elements = {element.get("id", ""): element for element in root.iter()}
    container = parents[elements[first]]
    after_second = process.flows[process.nodes[second].outgoing[0]].target
    after_first = process.flows[process.nodes[first].outgoing[0]]
    beyond = after_second if after_first.target == second else after_first.target
    for boundary in [
        node for node in process.nodes.values() if isinstance(node, EventNode) and node.attached == second
    ]:
        if any(process.flows[flow].target == first for flow in boundary.outgoing):
            _drop(elements, parents, [boundary.id, *boundary.outgoing])
    for flow in process.flows.values():
        if flow.id == after_first.id:
            target = _DONE
        elif flow.id == process.nodes[second].outgoing[0]:
            target = _JOIN
        elif flow.target == first:
            target = _ENTRY
        elif flow.target == second:
            target = _DONE if _ends(process.nodes[flow.source], process.nodes[first]) else after_second
        else:
            continue
        elements[flow.id].set("targetRef", target)
    for listed in [item for item in root.iter() if item.tag in {f"{{{MODEL}}}incoming", f"{{{MODEL}}}outgoing"}]:
        parents[listed].remove(listed)  # a sequence flow's own ends count
    for name, attributes in (
        ("exclusiveGateway", {"id": _ENTRY}),
        ("parallelGateway", {"id": _FORK}),
        ("exclusiveGateway", {"id": _DONE}),
        ("parallelGateway", {"id": _JOIN}),
        ("sequenceFlow", {"id": "what_if_0", "sourceRef": _ENTRY, "targetRef": _FORK}),
        ("sequenceFlow", {"id": "what_if_4", "sourceRef": _DONE, "targetRef": _JOIN}),
        ("sequenceFlow", {"id": "what_if_1", "sourceRef": _FORK, "targetRef": first}),
        ("sequenceFlow", {"id": "what_if_2", "sourceRef": _FORK, "targetRef": second}),
        ("sequenceFlow", {"id": "what_if_3", "sourceRef": _JOIN, "targetRef": beyond}),
    ):
        ET.SubElement(container, f"{{{MODEL}}}{name}", attributes)


def _drop(elements: dict[str, ET.Element], parents: dict[ET.Element, ET.Element], names: list[str]) -> None:
    for name in names:
        element = elements[name]
        parents[element].remove(element)

"""Paths through a process graph 路径分析: which incoming flows of a merge a token elsewhere can still reach.

The inclusive gateway (BPMN 2.0 table 13.3) and the complex gateway (table 13.5) wait for exactly those flows. Paths run
along sequence flows, from a link's throw to its catch, and from an activity to its boundary events.
"""

from collections import defaultdict, deque
from collections.abc import Mapping
from functools import lru_cache

from zhengtong.process.bpmn.model import ActivityNode, Process


@lru_cache(maxsize=4096)
def reachable_entries(process: Process, gateway: str) -> Mapping[str, frozenset[str]]:
    """Return, for each node of the gateway's scope, the incoming flows of *gateway* on a path that avoids it.

    A node that can reach none is absent.
    """
    scope = process.scopes[process.nodes[gateway].scope]
    back: dict[str, set[str]] = defaultdict(set)
    for identifier in scope.nodes:
        node = process.nodes[identifier]
        for flow in node.outgoing:
            back[process.flows[flow].target].add(identifier)
        if identifier in process.links:
            back[process.links[identifier]].add(identifier)
        if isinstance(node, ActivityNode):
            for boundary in node.boundary:
                back[boundary].add(identifier)
    found: dict[str, set[str]] = defaultdict(set)
    for flow in process.nodes[gateway].incoming:
        queue = deque([process.flows[flow].source])
        seen = {gateway}
        while queue:
            current = queue.popleft()
            if current in seen:
                continue
            seen.add(current)
            found[current].add(flow)
            queue.extend(back[current] - seen)
    return {node: frozenset(flows) for node, flows in found.items()}

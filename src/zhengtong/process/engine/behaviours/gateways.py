"""Gateways 网关: exclusive, parallel, inclusive, complex and event-based (BPMN 2.0 clause 13.4).

A merge waits with its tokens in state WAITING. Inclusive and complex merges are looked at again whenever something in
their scope has moved (`settle_merges`): they wait for exactly the flows a token elsewhere can still reach.
"""

from collections import defaultdict

from zhengtong.process.bpmn.model import FlowNode, GatewayNode, SequenceFlow
from zhengtong.process.bpmn.paths import reachable_entries
from zhengtong.process.engine.behaviours import listening
from zhengtong.process.engine.errors import NoFlowTaken
from zhengtong.process.engine.events import What
from zhengtong.process.engine.run import Run
from zhengtong.process.engine.state import Token, TokenState

PLAIN = "plain"
RESET = "reset"


def outgoing(run: Run, token: Token, node: FlowNode) -> list[SequenceFlow]:
    """Return the flows that leave *node*, in the order of the model."""
    flows = run.graph(token.process).flows
    return [flows[identifier] for identifier in node.outgoing]


def chosen(run: Run, token: Token, node: FlowNode, **extra: object) -> list[SequenceFlow]:
    """Return the flows whose condition holds or that have none; the default where no condition holds."""
    flows = outgoing(run, token, node)
    if len(flows) == 1 and not flows[0].condition:
        return flows
    plain = [flow for flow in flows if flow.id != node.default]
    conditional = [flow for flow in plain if flow.condition and run.holds(token, flow.condition, **extra)]
    taken = [flow for flow in plain if not flow.condition or flow in conditional]
    has_conditions = any(flow.condition for flow in plain)
    if node.default and not conditional and (has_conditions or not taken):
        taken += [flow for flow in flows if flow.id == node.default]
    return taken


def enter_exclusive(run: Run, token: Token, node: GatewayNode) -> None:
    """Take the first flow whose condition holds, else the default (table 13.2)."""
    flows = outgoing(run, token, node)
    if len(flows) > 1:
        candidates = (flow for flow in flows if flow.id != node.default)
        first = next((flow for flow in candidates if not flow.condition or run.holds(token, flow.condition)), None)
        flows = [first] if first else [flow for flow in flows if flow.id == node.default]
        if not flows:
            raise NoFlowTaken(node=node.name or node.id)
    run.note(What.GATEWAY_PASSED, token)
    run.leave(token, flows)


def enter_parallel(run: Run, token: Token, node: GatewayNode) -> None:
    """Wait for one token on every incoming flow, then take every outgoing one (table 13.1)."""
    if len(node.incoming) > 1:
        token = run.work.change(token, state=TokenState.WAITING)
        arrived = waiting_at(run, token.scope, node)
        if len(arrived) < len(node.incoming):
            return
        for flow in node.incoming:
            if arrived[flow][0].id != token.id:
                run.consume(arrived[flow][0])
    run.note(What.GATEWAY_PASSED, token)
    run.leave(token, outgoing(run, token, node))


def waiting_at(run: Run, scope: int, node: FlowNode) -> dict[str, list[Token]]:
    """Return the tokens that wait at *node*, by the flow they came by."""
    found: dict[str, list[Token]] = defaultdict(list)
    for other in run.work.owned(Token, scope):
        if other.node == node.id and other.state is TokenState.WAITING and other.memory.get("phase", PLAIN) == PLAIN:
            found[other.flow].append(other)
    return found


def enter_inclusive(run: Run, token: Token, node: GatewayNode) -> None:
    """Wait until no other token can reach a flow that has none (table 13.3)."""
    if len(node.incoming) > 1:
        run.work.change(token, state=TokenState.WAITING)
        run.unsettled[token.scope] = None
        return
    split_inclusive(run, token, node)


def split_inclusive(run: Run, token: Token, node: GatewayNode) -> None:
    """Take every flow whose condition holds, else the default."""
    flows = chosen(run, token, node) if len(node.outgoing) > 1 else outgoing(run, token, node)
    if not flows and node.outgoing:
        raise NoFlowTaken(node=node.name or node.id)
    run.note(What.GATEWAY_PASSED, token)
    run.leave(token, flows)


def enter_complex(run: Run, token: Token, node: GatewayNode) -> None:
    """Wait for the activation condition; a gateway with one entrance only splits (table 13.5)."""
    if len(node.incoming) > 1:
        run.work.change(token, state=TokenState.WAITING)
        run.unsettled[token.scope] = None
        return
    split_inclusive(run, token, node)


def enter_event_based(run: Run, token: Token, node: GatewayNode) -> None:
    """Listen for the first of the events that follow (table 13.4)."""
    token = run.work.change(token, state=TokenState.LISTENING)
    process = run.graph(token.process)
    for flow in outgoing(run, token, node):
        listening.arm(run, token, process.nodes[flow.target])


def settle_merges(run: Run, scope: Token) -> bool:
    """Let inclusive and complex merges in *scope* pass where they may; tell whether one did."""
    process = run.graph(scope.process)
    for identifier in run.content(scope).merges:
        node = process.nodes[identifier]
        if not isinstance(node, GatewayNode) or len(node.incoming) < 2:
            continue
        settle = settle_inclusive if node.kind == "inclusiveGateway" else settle_complex
        if settle(run, scope, node):
            return True
    return False


def expected(run: Run, scope: Token, node: GatewayNode, having: set[str]) -> bool:
    """Tell whether another token can still reach a flow of *node* outside *having* and none inside it."""
    reach = reachable_entries(run.graph(scope.process), node.id)
    for other in run.work.owned(Token, scope.id):
        if other.node == node.id and (other.state is TokenState.WAITING):
            continue
        entries = reach.get(other.node, frozenset())
        if entries - having and not entries & having:
            return True
    return False


def settle_inclusive(run: Run, scope: Token, node: GatewayNode) -> bool:
    """Pass an inclusive merge that need not wait any longer."""
    arrived = waiting_at(run, scope.id, node)
    if not arrived or expected(run, scope, node, set(arrived)):
        return False
    first, *others = [tokens[0] for tokens in arrived.values()]
    for other in others:
        run.consume(other)
    split_inclusive(run, first, node)
    return True


def settle_complex(run: Run, scope: Token, node: GatewayNode) -> bool:
    """Activate a complex merge, or reset one once nothing more can come."""
    held = next(
        (
            token
            for token in run.work.owned(Token, scope.id)
            if token.node == node.id and token.memory.get("phase") == RESET
        ),
        None,
    )
    arrived = waiting_at(run, scope.id, node)
    if held is None:
        return bool(arrived) and activate(run, node, arrived)
    used = set(held.memory["used"])
    late = {flow: tokens for flow, tokens in arrived.items() if flow not in used}
    open_flows = set(node.incoming) - used - set(late)
    if open_flows and expected(run, scope, node, used | set(late)):
        return False
    for tokens in late.values():
        run.consume(tokens[0])
    conditional = [flow for flow in outgoing(run, held, node) if flow.condition]
    again = [flow for flow in conditional if run.holds(held, flow.condition, waitingForStart=False)]
    run.leave(held, again)
    return True


def activate(run: Run, node: GatewayNode, arrived: dict[str, list[Token]]) -> bool:
    """Fire a complex merge whose activation condition holds; one token stays to mark that it waits for the rest."""
    first, *others = [tokens[0] for tokens in arrived.values()]
    count = sum(len(tokens) for tokens in arrived.values())
    condition = node.activation
    if condition and not run.holds(first, condition, activationCount=count, waitingForStart=True):
        return False
    if not condition and len(arrived) < len(node.incoming):
        return False
    for other in others:
        run.consume(other)
    flows = chosen(run, first, node, activationCount=count, waitingForStart=True)
    if not flows and node.outgoing:
        raise NoFlowTaken(node=node.name or node.id)
    run.note(What.GATEWAY_PASSED, first)
    if set(arrived) != set(node.incoming):
        memory = {"phase": RESET, "used": sorted(arrived)}
        run.create(first.process, node.id, first.scope, memory=memory, state=TokenState.WAITING)
    run.leave(first, flows)
    return True

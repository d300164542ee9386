"""Migration 在办件迁移.

A running case goes on under another version of its process, tokens waiting at joins included.

`review` is the dry run: everything that stands against it, with the remedy, changing nothing. `migrate` moves every
row or refuses; no token is lost or doubled, open work stays open, timers keep their dates. Boundary events and event
sub-processes that are new begin to listen, those that are gone stop. Reverting is migrating by `VersionMap.reverse`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from zhengtong.kernel.errors import Refusal
from zhengtong.kernel.errors import mark as _
from zhengtong.process.bpmn.findings import Text
from zhengtong.process.bpmn.model import ActivityNode, EventNode, FlowNode, GatewayNode
from zhengtong.process.bpmn.paths import reachable_entries
from zhengtong.process.engine.behaviours import listening
from zhengtong.process.engine.errors import UnknownProcess
from zhengtong.process.engine.events import What
from zhengtong.process.engine.mapping import VersionMap, compatible
from zhengtong.process.engine.ports import Evaluator, Library, Limits
from zhengtong.process.engine.run import NOWHERE, Run
from zhengtong.process.engine.state import (
    Completion,
    Role,
    Rows,
    Subscription,
    Timer,
    Token,
    TokenState,
    WorkItem,
)
from zhengtong.process.engine.step import DEFAULT_LIMITS, Outcome, drain, is_scope

REASONS = {
    "no-place": (
        Text(zh="当前环节在新版本中没有对应节点。", en="The node has no place in the new version."),
        Text(zh="请在映射中指定新节点。", en="Name its new node in the mapping."),
    ),
    "other-kind": (
        Text(zh="新节点的类型或重复方式不同。", en="The new node is of another kind or repeats otherwise."),
        Text(
            zh="请映射到同类节点，或等本环节办结后再迁移。", en="Map it to one of its kind, or migrate after this step."
        ),
    ),
    "other-scope": (
        Text(zh="新节点位于另一个子流程中。", en="The new node lies in another sub-process."),
        Text(zh="请同时映射外层子流程。", en="Map the sub-process around it as well."),
    ),
    "lost-entry": (
        Text(
            zh="汇合处已到达的分支在新版本中无法辨认。",
            en="A branch that has reached a join cannot be found in the new version.",
        ),
        Text(
            zh="请保留汇合的流入顺序流编号，或等汇合后再迁移。",
            en="Keep the ids of the join's flows, or migrate after it.",
        ),
    ),
    "starving-join": (
        Text(
            zh="新版本的汇合多出一条分支，而本件不会再走到该分支。",
            en="The join has a new branch that this case will never take.",
        ),
        Text(zh="请等本件通过该汇合后再迁移。", en="Migrate after the case has passed the join."),
    ),
    "lost-compensation": (
        Text(zh="已完成、可补偿的活动在新版本中没有补偿处理。", en="A completed activity loses its compensation."),
        Text(zh="请在新版本中保留补偿处理。", en="Keep its handler in the new version."),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """Something that stands against migrating a case: the token and its node, the reason and the remedy."""

    code: str
    token: int
    node: str

    @property
    def message(self) -> Text:
        """What is the matter."""
        return REASONS[self.code][0]

    @property
    def remedy(self) -> Text:
        """What to do."""
        return REASONS[self.code][1]


class MigrationBlocked(Refusal):
    """The dry run found obstacles; nothing has changed."""

    code = "process_migration_blocked"
    message = _("本件不能迁移到新版本：{count} 处障碍，第一处在“{node}”。")
    remedy = _("请先查看迁移预检报告并补充映射。")


def tokens_of(rows: Rows, owner: int = NOWHERE) -> Iterator[Token]:
    """Return every token of a case, outer ones first."""
    for token in rows.owned(Token, owner):
        yield token
        yield from tokens_of(rows, token.id)


def review(mapping: VersionMap, rows: Rows) -> list[Obstacle]:
    """Return what stands against moving the case to the new version; empty when it can be moved."""
    tokens = [token for token in tokens_of(rows) if token.process == mapping.old.id]
    found = [obstacle for token in tokens for obstacle in _token_obstacles(mapping, rows, token)]
    if not found:
        found += _starving_joins(mapping, tokens)
    for token in tokens:
        for completion in rows.owned(Completion, token.id):
            if not _keeps_handler(mapping, completion):
                found.append(Obstacle(code="lost-compensation", token=token.id, node=completion.node))
    return found


def _keeps_handler(mapping: VersionMap, completion: Completion) -> bool:
    node = mapping.node(completion.node)
    return not completion.handler or (isinstance(node, ActivityNode) and bool(node.handler))


def _token_obstacles(mapping: VersionMap, rows: Rows, token: Token) -> Iterator[Obstacle]:
    """Yield what stands against moving one token."""
    if token.role in {Role.ROOT, Role.CALLED}:
        return
    old, new = mapping.old.nodes[token.node], mapping.node(token.node)
    if new is None:
        yield Obstacle(code="no-place", token=token.id, node=token.node)
        return
    if not compatible(old, new):
        yield Obstacle(code="other-kind", token=token.id, node=token.node)
    outer = rows.get(Token, token.scope)
    if token.role is Role.FLOW and outer is not None and mapping.place(outer.node) != new.scope:
        yield Obstacle(code="other-scope", token=token.id, node=token.node)
    if isinstance(old, GatewayNode) and token.state is TokenState.WAITING:
        flows = [token.flow, *token.memory.get("used", ())]
        if any(flow and flow not in mapping.entries(old.id) for flow in flows):
            yield Obstacle(code="lost-entry", token=token.id, node=token.node)


def _starving_joins(mapping: VersionMap, tokens: list[Token]) -> Iterator[Obstacle]:
    """Yield the parallel joins that would wait for a branch no token can reach any more."""
    inside: dict[int, list[Token]] = {}
    for token in tokens:
        inside.setdefault(token.scope, []).append(token)
    for scope in tokens:
        content = mapping.new.scopes.get(mapping.place(scope.node))
        if content is None or scope.id not in inside:
            continue
        for key in content.nodes:
            node = mapping.new.nodes[key]
            if node.kind == "parallelGateway" and len(node.incoming) > 1:
                reached = _reached(mapping, node, inside[scope.id])
                if reached and reached != set(node.incoming):
                    yield Obstacle(code="starving-join", token=scope.id, node=key)


def _reached(mapping: VersionMap, join: FlowNode, tokens: list[Token]) -> set[str]:
    """Return the flows of *join* on which a token waits, or which a token on its way to it can reach.

    A token that can reach every flow stands before the fork and brings a full set of its own later: it does not
    complete the set that is under way.
    """
    reach = reachable_entries(mapping.new, join.id)
    found: set[str] = set()
    for token in tokens:
        place = mapping.place(token.node)
        if place == join.id and token.state is TokenState.WAITING:
            found.add(mapping.entries(token.node).get(token.flow, token.flow))
            continue
        entries = reach.get(place, frozenset())
        if entries != frozenset(join.incoming):
            found |= entries
    return found


def migrate(
    library: Library,
    mapping: VersionMap | Sequence[VersionMap],
    rows: Rows,
    now: datetime,
    evaluator: Evaluator,
    *,
    limits: Limits = DEFAULT_LIMITS,
) -> Outcome:
    """Move a case to the new version.

    Args:
        library: finds the new version's graph.
        mapping: where each node has gone; several for a file of processes that call each other, moved as one.
        rows: the case as it is.
        now: the present moment, aware.
        evaluator: for timers and conditions that are new.
        limits: as for a step.

    Raises:
        MigrationBlocked: `review` finds obstacles; nothing has changed.
    """
    mappings = (mapping,) if isinstance(mapping, VersionMap) else tuple(mapping)
    obstacles = [obstacle for item in mappings for obstacle in review(item, rows)]
    if obstacles:
        raise MigrationBlocked(count=len(obstacles), node=obstacles[0].node)
    for item in mappings:
        if library.process(item.new.id) is not item.new:
            raise UnknownProcess(process=item.new.id)
    run = Run(library, rows, now, evaluator, limits)
    places = {item.old.id: item for item in mappings}
    moved = [token for token in tokens_of(rows) if token.process in places]
    for token in moved:
        move_token(run, places[token.process], token)
    for token in moved:
        listen_again(run, token.id)
    nudge(run, [token.id for token in moved])
    if moved:
        current = run.token(moved[0].id) or moved[0]
        run.note(What.CASE_MIGRATED, current, tokens=len(moved))
    drain(run)
    return Outcome(changes=run.work.changes(), entries=tuple(run.log))


def move_token(run: Run, mapping: VersionMap, token: Token) -> None:
    """Move a token and the rows it owns to their new nodes."""
    place = mapping.place(token.node)
    memory = dict(token.memory)
    flow = token.flow
    if isinstance(mapping.old.nodes.get(token.node), GatewayNode) and token.state is TokenState.WAITING:
        entries = mapping.entries(token.node)
        flow = entries.get(flow, flow)
        if "used" in memory:
            memory["used"] = sorted(entries[item] for item in memory["used"])
    if "pending" in memory:
        memory["pending"] = [mapping.nodes[item] for item in memory["pending"] if item in mapping.nodes]
    run.work.change(token, process=mapping.new.id, node=place, flow=flow, memory=memory)
    for item in run.work.owned(WorkItem, token.id):
        run.work.change(item, process=mapping.new.id, node=place)
    for row in run.armed(token):
        move_arm(run, mapping, row)
    for completion in run.work.owned(Completion, token.id):
        move_completion(run, mapping, completion)


def move_arm(run: Run, mapping: VersionMap, row: Timer | Subscription) -> None:
    """Keep a timer or subscription whose event is still there, under its new id; stop it otherwise."""
    old, new = mapping.old.nodes[row.node], mapping.node(row.node)
    if new is None:
        run.work.drop(row)
        return
    trigger = listening.definitions(old)[row.definition].trigger
    same = [index for index, item in enumerate(listening.definitions(new)) if item.trigger is trigger]
    if not same:
        run.work.drop(row)
        return
    index = row.definition if row.definition in same else same[0]
    if isinstance(row, Subscription):
        name = listening.definitions(new)[index].name
        run.work.change(row, node=new.id, definition=index, name=name)
    else:
        run.work.change(row, node=new.id, definition=index)


def move_completion(run: Run, mapping: VersionMap, completion: Completion) -> None:
    """Move what can be compensated, inner completions included."""
    node = mapping.node(completion.node)
    handler = node.handler if isinstance(node, ActivityNode) else ""
    for inner in run.work.owned(Completion, completion.id):
        move_completion(run, mapping, inner)
    run.work.change(
        completion,
        process=mapping.new.id,
        node=mapping.nodes.get(completion.node, completion.node),
        handler=handler if completion.handler else "",
    )


def events_for(run: Run, token: Token) -> list[FlowNode]:
    """Return the events *token* must listen for under its version."""
    process = run.graph(token.process)
    node = process.nodes.get(token.node)
    found: list[str] = []
    if is_scope(run, token) and not token.memory.get("interrupted"):
        scope = process.scopes[token.node]
        found += [start for key in scope.event_sub_processes for start in process.scopes[key].starts]
    if isinstance(node, ActivityNode) and token.role is not Role.INSTANCE and token.state is TokenState.ACTIVE:
        found += node.boundary
    if isinstance(node, EventNode) and token.state is TokenState.LISTENING:
        found.append(node.id)
    if isinstance(node, GatewayNode) and token.state is TokenState.LISTENING and not token.memory.get("parallel"):
        found += [process.flows[flow].target for flow in node.outgoing]
    return [process.nodes[key] for key in found]


def listen_again(run: Run, key: int) -> None:
    """Begin to listen for events that are new, and stop for those no longer on the token's node."""
    token = run.token(key)
    if token is None:
        return
    wanted = {node.id: node for node in events_for(run, token)}
    rows = run.armed(token)
    own = {token.node}
    for row in rows:
        if row.node not in wanted and row.node not in own and not token.memory.get("parallel"):
            run.work.drop(row)
    for node in wanted.values():
        armed = {row.definition for row in rows if row.node == node.id}
        several = isinstance(node, EventNode) and node.parallel
        if not (armed and several) and run.alive(token):
            listening.arm(run, run.token(key) or token, node, without=armed)


def nudge(run: Run, keys: list[int]) -> None:
    """Look again at every join and scope: a join may have lost the branch it waited for."""
    for key in keys:
        token = run.token(key)
        if token is None:
            continue
        if is_scope(run, token):
            run.unsettled[token.id] = None
        node = run.graph(token.process).nodes.get(token.node)
        joins = isinstance(node, GatewayNode) and token.state is TokenState.WAITING
        if joins and "phase" not in token.memory:
            run.resume(token)

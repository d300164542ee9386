"""One step at work 单步执行: the queue of tokens on the move, and what behaviours do to rows, variables and the log.

Tokens move until nothing can move without the outside. The order is fixed, so that a step is a function: first tokens
that can move, then joins and finished scopes, then throwing events. Throwing last means that a branch which starts to
listen in the same step hears a signal thrown on a parallel branch (BPMN 2.0 clause 10.5.1 leaves the race open).
"""

from collections import ChainMap, deque
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from zhengtong.process.bpmn.model import FlowNode, Process, Scope, SequenceFlow
from zhengtong.process.engine.errors import BadExpression, EndlessRun, UnknownProcess
from zhengtong.process.engine.events import Entry, What
from zhengtong.process.engine.ports import Evaluator, Library, Limits
from zhengtong.process.engine.state import (
    Completion,
    Role,
    Rows,
    Subscription,
    Timer,
    Token,
    TokenState,
    Variable,
    WorkItem,
)
from zhengtong.process.engine.work import Workspace

NOWHERE = 0


class Run:
    """The mutable inside of one step; nothing of it survives the step."""

    def __init__(self, library: Library, rows: Rows, now: datetime, evaluator: Evaluator, limits: Limits) -> None:
        self.library = library
        self.work = Workspace(rows)
        self.now = now
        self.evaluator = evaluator
        self.limits = limits
        self.log: list[Entry] = []
        self.ready: deque[int] = deque()
        self.throwing: deque[int] = deque()
        self.unsettled: dict[int, None] = {}
        self.changed = False
        self.created = 0

    # -- graph ------------------------------------------------------------------------------------------------

    def graph(self, key: str) -> Process:
        """Return the process graph *key*."""
        process = self.library.process(key)
        if process is None:
            raise UnknownProcess(process=key)
        return process

    def node(self, token: Token) -> FlowNode:
        """Return the node *token* stands on."""
        return self.graph(token.process).nodes[token.node]

    def content(self, token: Token) -> Scope:
        """Return the inside of the process or sub-process *token* stands for."""
        return self.graph(token.process).scopes[token.node]

    # -- log --------------------------------------------------------------------------------------------------

    def note(self, what: What, token: Token, node: str = "", **data: Any) -> None:
        """Append an entry to the log."""
        self.log.append(Entry(what, token.process, node or token.node, token.id, self.now, data))

    # -- tokens -----------------------------------------------------------------------------------------------

    def token(self, key: int) -> Token | None:
        """Return the token *key* while it lives."""
        return self.work.get(Token, key)

    def alive(self, token: Token) -> bool:
        """Tell whether *token* still exists."""
        return self.work.get(Token, token.id) is not None

    def create(self, process: str, node: str, scope: int, **fields: Any) -> Token:
        """Create a token that stays where it is."""
        self.created += 1
        if self.created > self.limits.tokens:
            raise EndlessRun(limit=self.limits.tokens)
        return self.work.put(Token(id=self.work.new_id(), process=process, node=node, scope=scope, **fields))

    def spawn(self, process: str, node: str, scope: int, **fields: Any) -> Token:
        """Create a token and let it move."""
        token = self.create(process, node, scope, **fields)
        self.ready.append(token.id)
        return token

    def resume(self, token: Token, **fields: Any) -> None:
        """Let *token* move again."""
        self.work.change(token, state=TokenState.READY, **fields)
        self.ready.append(token.id)

    def move(self, token: Token, flow: SequenceFlow) -> None:
        """Send *token* along *flow*."""
        self.note(What.FLOW_TAKEN, token, flow=flow.id)
        self.work.change(token, node=flow.target, flow=flow.id, state=TokenState.READY, memory={}, index=0)
        self.ready.append(token.id)

    def leave(self, token: Token, flows: list[SequenceFlow], copies: int = 1) -> None:
        """Send *token* along all *flows*, *copies* times; without any it ends here."""
        self.unsettled[token.scope] = None
        if not flows:
            self.consume(token)
            return
        paths = flows * copies
        for flow in paths[1:]:
            extra = self.spawn(token.process, flow.target, token.scope, flow=flow.id)
            self.note(What.FLOW_TAKEN, extra, node=token.node, flow=flow.id)
        self.move(token, paths[0])

    def consume(self, token: Token) -> None:
        """End *token*; the scope around it may now be complete."""
        self.disarm(token)
        self.forget(token)
        self.work.drop(token)
        self.unsettled[token.scope] = None

    def kill(self, token: Token) -> None:
        """End *token* and everything inside it at once."""
        for child in self.work.owned(Token, token.id):
            self.kill(child)
        for item in self.work.owned(WorkItem, token.id):
            self.note(What.WORK_WITHDRAWN, token, work_item=item.id)
            self.work.drop(item)
        if token.state is TokenState.ACTIVE and token.role not in {Role.ROOT, Role.CALLED}:
            self.note(What.ACTIVITY_INTERRUPTED, token)
        for completion in self.work.owned(Completion, token.id):
            self.drop_completion(completion)
        self.consume(token)

    def drop_completion(self, completion: Completion) -> None:
        """Forget a completed activity and, for a sub-process, those inside it."""
        for inner in self.work.owned(Completion, completion.id):
            self.drop_completion(inner)
        self.work.drop(completion)

    def disarm(self, token: Token, node: str = "") -> None:
        """Stop the timers and subscriptions of *token*, or only those of the event *node*."""
        for row in self.armed(token):
            if not node or row.node == node:
                self.work.drop(row)

    def armed(self, token: Token) -> list[Timer | Subscription]:
        """Return the timers and subscriptions of *token*."""
        return [*self.work.owned(Timer, token.id), *self.work.owned(Subscription, token.id)]

    def forget(self, token: Token) -> None:
        """Delete the variables of *token*'s scope, except a case's own, which outlive it."""
        if token.role is not Role.ROOT:
            for variable in self.work.owned(Variable, token.id):
                self.work.drop(variable)

    def around(self, token: Token) -> Token | None:
        """Return the token that owns *token*."""
        return self.token(token.scope) if token.scope != NOWHERE else None

    # -- variables --------------------------------------------------------------------------------------------

    def visible(self, token: Token, **extra: Any) -> ChainMap[str, Any]:
        """Return the variables *token* sees, nearest first."""
        maps: list[dict[str, Any]] = [dict(extra)]
        current: Token | None = token
        while current is not None:
            maps.append({row.name: row.value for row in self.work.owned(Variable, current.id)})
            if current.role is Role.CALLED and current.memory.get("isolated"):
                break
            current = self.around(current)
        return ChainMap(*maps)

    def set_local(self, token: Token, name: str, value: Any) -> None:
        """Set a variable in *token*'s own scope."""
        self.work.put(Variable(scope=token.id, name=name, value=value))
        self.changed = True

    def assign(self, token: Token, values: Mapping[str, Any]) -> None:
        """Set variables where they live: the nearest scope that has or declares them, else the process around."""
        for name, value in values.items():
            self.set_local(self.home(token, name), name, value)

    def home(self, token: Token, name: str) -> Token:
        """Return the token whose scope holds the variable *name*."""
        current = token
        while True:
            if self.work.get(Variable, (current.id, name)) is not None or self.declares(current, name):
                return current
            isolated = current.role is Role.CALLED and current.memory.get("isolated")
            outer = None if isolated else self.around(current)
            if outer is None:
                return current
            current = outer

    def declares(self, token: Token, name: str) -> bool:
        """Tell whether *token* is a scope whose model declares the variable *name*."""
        scope = self.graph(token.process).scopes.get(token.node)
        return scope is not None and any(item.name == name for item in scope.variables)

    # -- expressions ------------------------------------------------------------------------------------------

    def value(self, token: Token, expression: str, **extra: Any) -> Any:
        """Return the value of FEEL *expression* as *token* sees it."""
        return self.value_in(token.node, expression, self.visible(token, **extra))

    def value_in(self, node: str, expression: str, variables: Mapping[str, Any]) -> Any:
        """Return the value of *expression* over *variables*."""
        try:
            return self.evaluator.evaluate(expression, variables, self.now)
        except ValueError as error:
            raise BadExpression(node=node, problem=str(error)) from error

    def holds(self, token: Token, condition: str, **extra: Any) -> bool:
        """Tell whether *condition* is true; null and anything else is not (DMN 1.5 clause 10.3.2.6)."""
        return self.value(token, condition, **extra) is True

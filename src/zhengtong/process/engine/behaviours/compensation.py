"""Compensation 补偿: undoing completed activities in reverse order (BPMN 2.0 clauses 10.7 and 13.5.5).

A completion row is kept only for activities with a handler and for sub-processes that contain such. A driver (the token
that throws, a token of its own when nobody waits, or a cancelled transaction's) works through a queue of completions.
"""

from zhengtong.process.bpmn.model import ActivityNode, EventDefinition
from zhengtong.process.engine.events import What
from zhengtong.process.engine.run import Run
from zhengtong.process.engine.state import Completion, Role, Token, TokenState, Variable


def record(run: Run, token: Token, node: ActivityNode) -> None:
    """Remember that *node* has completed, if it or something in it can be compensated."""
    inner = run.work.owned(Completion, token.id)
    if token.role is Role.HANDLER or node.triggered_by_event or not (node.handler or inner):
        for completion in inner:
            run.drop_completion(completion)
        return
    outer = run.around(token) if token.role is Role.INSTANCE else token
    row = Completion(
        id=run.work.new_id(),
        scope=outer.scope if outer is not None else token.scope,
        process=token.process,
        node=node.id,
        handler=node.handler,
        data={item.name: item.value for item in run.work.owned(Variable, token.id)},
    )
    run.work.put(row)
    for completion in inner:
        run.work.change(completion, scope=row.id)


def begin(run: Run, token: Token, definition: EventDefinition, resume_at: int) -> bool:
    """Start compensating what *definition* names; tell whether *token* must wait for it."""
    scope = run.around(token)
    while scope is not None and scope.role is not Role.HANDLER and is_event_sub_process(run, scope):
        scope = run.around(scope)
    owner = scope.id if scope is not None else token.scope
    rows = reversed(run.work.owned(Completion, owner))
    queue = [row.id for row in rows if not definition.activity or row.node == definition.activity]
    if not definition.wait:
        driver = run.create(
            token.process,
            token.node,
            token.scope,
            role=Role.DRIVER,
            state=TokenState.COMPENSATING,
            memory={"queue": queue},
        )
        advance(run, driver.id)
        return False
    run.work.change(token, state=TokenState.COMPENSATING, memory={"queue": queue, "next": resume_at})
    advance(run, token.id)
    return True


def cancel(run: Run, transaction: Token) -> None:
    """Compensate everything a transaction has completed; afterwards it leaves by its cancel event."""
    queue = [row.id for row in reversed(run.work.owned(Completion, transaction.id))]
    driver = run.create(
        transaction.process,
        transaction.node,
        transaction.id,
        role=Role.DRIVER,
        state=TokenState.COMPENSATING,
        memory={"queue": queue, "cancels": transaction.id},
    )
    advance(run, driver.id)


def is_event_sub_process(run: Run, token: Token) -> bool:
    """Tell whether *token* stands for an event sub-process."""
    node = run.graph(token.process).nodes.get(token.node)
    return isinstance(node, ActivityNode) and node.triggered_by_event


def advance(run: Run, driver_id: int) -> None:
    """Start the next handler, or release the driver when none is left."""
    driver = run.token(driver_id)
    if driver is None:
        return
    queue = list(driver.memory.get("queue", ()))
    while queue:
        completion = run.work.get(Completion, queue.pop(0))
        if completion is None:
            continue
        inner = list(reversed(run.work.owned(Completion, completion.id)))
        run.work.drop(completion)
        if completion.handler:
            run.work.change(driver, memory={**driver.memory, "queue": queue})
            start_handler(run, driver, completion, inner)
            return
        for row in inner:
            run.work.change(row, data={**completion.data, **row.data})
        queue = [row.id for row in inner] + queue
    release(run, run.work.change(driver, memory={**driver.memory, "queue": []}))


def start_handler(run: Run, driver: Token, completion: Completion, inner: list[Completion]) -> None:
    """Run the handler of *completion* with the data it completed with."""
    process = run.graph(completion.process)
    memory: dict[str, object] = {"driver": driver.id}
    node = process.nodes[completion.handler]
    own = isinstance(node, ActivityNode) and node.triggered_by_event
    if own:
        memory |= {"start": process.scopes[node.id].starts[0], "caught": {}}
    scope = driver.scope
    handler = run.spawn(completion.process, node.id, scope, role=Role.HANDLER, memory=memory)
    for name, value in completion.data.items():
        run.set_local(handler, name, value)
    for row in inner:
        if own:
            run.work.change(row, scope=handler.id)
        else:
            run.drop_completion(row)


def handler_done(run: Run, token: Token) -> None:
    """A handler has finished: go on with the next."""
    run.note(What.ACTIVITY_COMPENSATED, token)
    driver = token.memory["driver"]
    run.consume(token)
    advance(run, driver)


def release(run: Run, driver: Token) -> None:
    """Let the driver go on: a throwing event resumes, a cancelled transaction leaves, any other driver ends."""
    if driver.role is Role.DRIVER and "cancels" not in driver.memory:
        run.consume(driver)
    else:
        run.resume(driver)

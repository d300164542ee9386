"""What a step means for other instances 对外影响: kept with it, and told by one event; `routing` acts on it."""

from datetime import datetime
from uuid import UUID

from zhengtong.kernel.events.api import emit
from zhengtong.kernel.ids import new_id
from zhengtong.process.bpmn.api import ActivityNode, Definitions, Trigger
from zhengtong.process.engine.api import Outcome, Subscription, What, WorkItem
from zhengtong.process.store import codec, definitions, statements
from zhengtong.process.store.contracts import InstanceState, InstanceStepped
from zhengtong.process.store.session import Session

CALL = "callActivity"
_TOLD = frozenset({What.MESSAGE_SENT, What.SIGNAL_SENT})


def tell(
    db: Session,
    instance: UUID,
    sequence: int,
    outcome: Outcome,
    state: InstanceState,
    library: Definitions,
    at: datetime,
) -> None:
    """Keep the calls of a step, and tell that it concerns others, if it does."""
    calls = [row for row in outcome.changes.inserted if type(row) is WorkItem and row.kind == CALL]
    if calls:
        statements.insert_calls(db, instance, [_call(item, outcome, library, at) for item in calls])
    if calls or _concerns_others(db, instance, outcome, state):
        emit(
            "process.instance.stepped.v1",
            subject=instance,
            data=InstanceStepped(instance=instance, sequence=sequence),
            at=at,
        )


def _concerns_others(db: Session, instance: UUID, outcome: Outcome, state: InstanceState) -> bool:
    for row in outcome.changes.inserted:  # plain loops: every command passes here
        if type(row) is Subscription and row.trigger is Trigger.MESSAGE:
            return True
    for gone in outcome.changes.deleted:
        if type(gone) is WorkItem and gone.kind == CALL:
            return True
    for entry in outcome.entries:
        if entry.what in _TOLD:
            return True
    return state is not InstanceState.RUNNING and statements.is_called(db, instance)


def _call(item: WorkItem, outcome: Outcome, library: Definitions, at: datetime) -> tuple[UUID, int, str, str, str]:
    """Return child, work item, the definition called, its inputs and the results the caller wants.

    Raises:
        UnknownDefinition: an expression names the definition, and none of that name is in effect; publishing checks
            those that are named in the model.
    """
    process = library.process(item.process)
    node = process.nodes[item.node] if process is not None else None
    assert isinstance(node, ActivityNode)  # noqa: S101 -- only call activities open such work
    wanted = [data.name for data in node.data_outputs]
    called = node.called
    if node.callee:
        entries = (entry.data for entry in outcome.entries if entry.what is What.WORK_OPENED)
        called = next(data["called"] for data in entries if data["work_item"] == item.id)
        definitions.in_effect(called, at)
    return new_id(), item.id, called, codec.dump(item.inputs), codec.dump(wanted)

"""Between instances 实例之间: messages, signals and called processes reach whom they are for, exactly once.

A step that concerns others says so by one event, in its own transaction, with ids only; the handler reads the step's
log and acts on the other instances in the transaction that marks the event as taken. No step locks two instances.

- **Messages** go through `Message`: whoever waits for the name and correlates takes it, else a process that it starts,
  else it is held until somebody begins to listen. A key is taken once, whatever is retried.
- **Signals** reach every instance that listens and start every process they start.
- **Calls**: a call activity whose process is not in the file opens a work item; a child instance of the definition in
  effect does it, and its end completes the item with its results, or fails it.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from zhengtong.kernel.events.api import Event
from zhengtong.kernel.ids import new_id
from zhengtong.process.bpmn.api import Trigger
from zhengtong.process.engine.api import (
    BroadcastSignal,
    CancelCase,
    CompleteWorkItem,
    DeliverMessage,
    FailWorkItem,
    StartProcess,
    Subscription,
    What,
    WorkItemGone,
)
from zhengtong.process.store import codec, definitions, queries, rows, services, statements
from zhengtong.process.store.contracts import (
    InstanceEnded,
    InstanceState,
    InstanceStepped,
    Receipt,
)
from zhengtong.process.store.models import Call, Instance, Message, RowKind, Starter, Step
from zhengtong.process.store.session import session

CANCELLED = "cancelled"  # the error code a call activity ends in when its child was cancelled


def route(event: Event[Any]) -> None:
    """Act on the other instances a step concerns; the event's transaction makes it happen once."""
    stepped: InstanceStepped = event.data
    step = Step.objects.get(instance_id=stepped.instance, sequence=stepped.sequence)
    for number, entry in enumerate(rows.read_entries(step.entries)):
        key = f"{stepped.instance.hex}:{stepped.sequence}:{number}"
        match entry.what:
            case What.MESSAGE_SENT:
                data = entry.data
                deliver(data["name"], data["payload"], key=key, correlation=data["correlation"], at=event.time)
            case What.SIGNAL_SENT:
                spread(entry.data["name"], entry.data["payload"], key=key, at=event.time, sender=stepped.instance)
            case What.WORK_WITHDRAWN:
                _withdraw(stepped.instance, entry.data["work_item"], event.time)
            case _:
                pass
    _begin_calls(stepped.instance, event.time)
    _bring_mail(stepped.instance, event.time)
    _return_to_caller(stepped.instance, event.time)


def deliver_message(
    name: str, payload: Mapping[str, Any], *, key: str, at: datetime, correlation: Any = None
) -> Receipt | None:
    """Give a message from outside to the first instance that waits for it and correlates, or to a process it starts.

    The same *key* again gives the same receipt and does nothing. None when it is kept for who begins to wait later.
    """
    return deliver(name, payload, key=key, correlation=correlation, at=at)


def broadcast_signal(name: str, payload: Mapping[str, Any], *, key: str, at: datetime) -> int:
    """Give a signal to every instance that listens, and start what it starts; return how many heard."""
    return spread(name, payload, key=key, at=at)


# -- messages ---------------------------------------------------------------------------------------------------------


def deliver(name: str, payload: Mapping[str, Any], *, key: str, correlation: Any, at: datetime) -> Receipt | None:
    """Hand a message over once: to who waits, to a process it starts, else keep it; None when it is kept."""
    with transaction.atomic():
        _one_at_a_time(name)
        known = Message.objects.filter(key=key).first()
        if known is not None:
            return _taken(known)
        body = codec.dump([dict(payload), correlation])
        mail = Message.objects.create(key=key, name=name, label=_keyed(name, correlation), body=body, sent_at=at)
        receipt = _hand_over(mail, payload, correlation, at) or _start_by_message(mail, payload, at)
        if receipt is not None:
            _sign_off(mail, receipt)
        return receipt


def _hand_over(mail: Message, payload: Mapping[str, Any], correlation: Any, at: datetime) -> Receipt | None:
    command = DeliverMessage(name=mail.name, payload=payload, correlation=correlation)
    labels = list(dict.fromkeys([mail.label, rows.subscription_label(Trigger.MESSAGE, mail.name)]))
    for instance in _listeners(labels):
        receipt = services.offer(instance, command, key=f"message:{mail.key}", at=at)
        if receipt is not None:
            return receipt
    return None


def _start_by_message(mail: Message, payload: Mapping[str, Any], at: datetime) -> Receipt | None:
    return next(_start(Trigger.MESSAGE, mail.name, payload, at), None)


def _sign_off(mail: Message, receipt: Receipt) -> None:
    """Note who took a message, and forget what was in it."""
    mail.taken_by, mail.taken_as, mail.body = receipt.instance, receipt.sequence, ""
    mail.save(update_fields=["taken_by", "taken_as", "body"])


def _taken(mail: Message) -> Receipt | None:
    if mail.taken_by is None or mail.taken_as is None:
        return None
    step = Step.objects.get(instance_id=mail.taken_by, sequence=mail.taken_as)
    entries = rows.read_entries(step.entries)
    state = queries.state_of(mail.taken_by)
    return Receipt(instance=mail.taken_by, sequence=step.sequence, state=state, entries=entries, repeated=True)


def _bring_mail(instance: UUID, at: datetime) -> None:
    """Give an instance that began to listen the messages that were kept for it."""
    waiting = [
        row
        for stored in statements.read_rows(session(), instance)
        if stored[0] == RowKind.SUBSCRIPTION
        and isinstance(row := rows.read_row(stored), Subscription)
        and row.trigger is Trigger.MESSAGE
    ]
    for name in dict.fromkeys(row.name for row in waiting):
        _one_at_a_time(name)
        for mail in Message.objects.filter(name=name, taken_by=None).order_by("sent_at", "key"):
            payload, correlation = codec.load(mail.body)
            command = DeliverMessage(name=name, payload=payload, correlation=correlation)
            receipt = services.offer(instance, command, key=f"message:{mail.key}", at=at)
            if receipt is not None:
                _sign_off(mail, receipt)
                break


def _one_at_a_time(name: str) -> None:
    """Let one transaction at a time decide about messages called *name*: none is kept while somebody begins to listen.

    SQLite has one writer anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"process.mail:{name}"])


def _keyed(name: str, correlation: Any) -> str:
    return rows.subscription_label(Trigger.MESSAGE, name, correlation)


# -- signals ----------------------------------------------------------------------------------------------------------


def spread(name: str, payload: Mapping[str, Any], *, key: str, at: datetime, sender: UUID | None = None) -> int:
    """Give a signal to every instance that listens but its *sender*, start what it starts; return how many heard."""
    count = 0
    command = BroadcastSignal(name=name, payload=payload)
    for instance in _listeners([rows.subscription_label(Trigger.SIGNAL, name)]):
        if instance != sender:
            count += services.offer(instance, command, key=f"signal:{key}", at=at) is not None
    return count + sum(1 for _ in _start(Trigger.SIGNAL, name, payload, at))


def _listeners(labels: list[str]) -> list[UUID]:
    found = statements.labelled(session(), RowKind.SUBSCRIPTION, labels, 1_000_000)
    return list(dict.fromkeys(instance for instance, _key, _owner, _body in found))


def _start(trigger: Trigger, name: str, payload: Mapping[str, Any], at: datetime) -> Iterator[Receipt]:
    """Start every process in effect that begins with *trigger*, one after the other."""
    found = (
        Starter.objects.filter(trigger=trigger, name=name, definition__effective_from__lte=at)
        .filter(Q(definition__effective_until=None) | Q(definition__effective_until__gt=at))
        .select_related("definition")
        .defer("definition__bpmn", "definition__decisions")
        .order_by("definition__key", "node")
    )
    for row in found:
        if definitions.in_effect(row.definition.key, at).id != row.definition_id:
            continue  # a newer version took effect before it
        order = StartProcess(process=row.process, start=row.node, payload=payload, definition=row.position)
        yield services.start(new_id(), row.definition_id, order, at=at)


# -- calls ------------------------------------------------------------------------------------------------------------


def _begin_calls(parent: UUID, at: datetime) -> None:
    """Start a child for every call of *parent* that has none yet: the definition in effect now."""
    for call in Call.objects.filter(parent=parent, begun=False).order_by("child"):
        definition = definitions.in_effect(call.called, at)
        library = definitions.compiled(definition.id).library
        process = library.processes.get(call.called) or next(
            process for process in library.processes.values() if process.executable
        )
        order = StartProcess(process=process.id, variables=codec.load(call.inputs))
        services.start(call.child, definition.id, order, at=at)
        Call.objects.filter(pk=call.pk).update(begun=True, inputs="")


def _return_to_caller(child: UUID, at: datetime) -> None:
    """Complete the work item a finished child was called for, or fail it."""
    call = Call.objects.filter(pk=child, returned=False).first()
    state = queries.state_of(child)
    if call is None or state is InstanceState.RUNNING:
        return
    command: CompleteWorkItem | FailWorkItem
    if state in {InstanceState.COMPLETED, InstanceState.TERMINATED}:
        wanted = set(codec.load(call.wanted))
        results = {name: value for name, value in queries.variables(child).items() if name in wanted}
        command = CompleteWorkItem(work_item=call.work_item, results=results)
    else:
        command = FailWorkItem(work_item=call.work_item, code=_error_code(child, state))
    with suppress(InstanceEnded, WorkItemGone):  # the caller no longer waits for it
        services.carry_out(call.parent, command, key=f"return:{child.hex}", at=at)
    Call.objects.filter(pk=child).update(returned=True)


def _error_code(child: UUID, state: InstanceState) -> str:
    if state is InstanceState.CANCELLED:
        return CANCELLED
    last = queries.history(child)[-1].entries
    return next((str(entry.data.get("code", "")) for entry in last if entry.what == What.PROCESS_FAILED), "")


def _withdraw(parent: UUID, work_item: int, at: datetime) -> None:
    """Cancel the child a caller no longer waits for."""
    call = Call.objects.filter(parent=parent, work_item=work_item, returned=False).first()
    if call is None:
        return
    Call.objects.filter(pk=call.pk).update(returned=True, begun=True)
    if Instance.objects.filter(pk=call.child, state=InstanceState.RUNNING).exists():
        services.carry_out(call.child, CancelCase(reason="caller"), key="withdrawn", at=at)

"""Engine rows and table rows 行映射: bodies are decoded only when a step looks at them."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar, cast

from zhengtong.process.bpmn.api import Trigger
from zhengtong.process.engine.api import (
    Completion,
    Entry,
    Role,
    Row,
    Subscription,
    Timer,
    Token,
    TokenState,
    Variable,
    What,
    WorkItem,
)
from zhengtong.process.store import codec
from zhengtong.process.store.contracts import LogEntry
from zhengtong.process.store.models import RowKind

Key = int | tuple[int, str]
R = TypeVar("R", bound=Row)

KINDS: dict[type[Row], int] = {
    Token: int(RowKind.TOKEN),
    WorkItem: int(RowKind.WORK_ITEM),
    Timer: int(RowKind.TIMER),
    Subscription: int(RowKind.SUBSCRIPTION),
    Variable: int(RowKind.VARIABLE),
    Completion: int(RowKind.COMPLETION),
}
Stored = tuple[int, int, str, int, str]  # kind, key, name, owner, body
Written = tuple[int, int, str, int, datetime | None, str | None, str]  # … due and label before the body


_NONE: tuple[()] = ()
_NO_DATA: Mapping[str, Any] = {}
_VARIABLE, _SUBSCRIPTION = int(RowKind.VARIABLE), int(RowKind.SUBSCRIPTION)


class StoredRows:
    """The rows of one instance as they lie in the table, read for one step."""

    def __init__(self, rows: Iterable[Stored], next_id: int) -> None:
        self.next_id = next_id
        self._stored: dict[tuple[int, Key], Stored] = {}
        self._owned: dict[tuple[int, int], list[Key]] = {}
        self._decoded: dict[tuple[int, Key], Row] = {}
        kinds = set()
        for row in rows:
            kind, number, name, owner, _body = row
            key: Key = (number, name) if kind == _VARIABLE else number
            self._stored[kind, key] = row
            place = (kind, owner)
            if place in self._owned:
                self._owned[place].append(key)
            else:
                self._owned[place] = [key]
            kinds.add(kind)
        self._kinds = kinds

    def has(self, table: type[Row]) -> bool:
        """Tell whether there is a row in *table*."""
        return KINDS[table] in self._kinds

    def get(self, table: type[R], key: Key) -> R | None:
        """Return the row with *key*."""
        place = (KINDS[table], key)
        found = self._decoded.get(place)
        if found is None:
            stored = self._stored.get(place)
            if stored is None:
                return None
            found = self._decoded[place] = read_row(stored)
        return cast("R", found)  # the kind decides the type

    def owned(self, table: type[R], owner: int) -> Iterable[R]:
        """Return the rows of *owner*, in the order of their keys."""
        keys = self._owned.get((KINDS[table], owner))
        if keys is None:
            return _NONE
        if len(keys) > 1:
            cast("list[int]", keys).sort()  # one type of key per kind
        return [self._certain(table, key) for key in keys]

    def all(self, table: type[R]) -> list[R]:
        """Return every row of *table*, in the order of their keys."""
        kind = KINDS[table]
        return [
            self._certain(table, key)
            for key in sorted(cast("Iterable[int]", (k for n, k in self._stored if n == kind)))
        ]

    def listening(self, trigger: Trigger) -> Iterable[Subscription]:
        """Return the subscriptions to *trigger*, in the order of their keys."""
        numbers = sorted(cast("int", key) for kind, key in self._stored if kind == _SUBSCRIPTION)
        found = (self._certain(Subscription, number) for number in numbers)
        return [row for row in found if row.trigger is trigger]

    def _certain(self, table: type[R], key: Key) -> R:
        row = self.get(table, key)
        assert row is not None  # noqa: S101 -- the key comes from this object's own index
        return row


# What happened, by number: stable, never reused. The names would be a third of the log.
CODES = {
    What.PROCESS_STARTED: 1,
    What.PROCESS_COMPLETED: 2,
    What.PROCESS_TERMINATED: 3,
    What.PROCESS_FAILED: 4,
    What.PROCESS_CANCELLED: 5,
    What.ACTIVITY_STARTED: 6,
    What.ACTIVITY_COMPLETED: 7,
    What.ACTIVITY_INTERRUPTED: 8,
    What.ACTIVITY_COMPENSATED: 9,
    What.INSTANCE_COMPLETED: 10,
    What.GATEWAY_PASSED: 11,
    What.EVENT_CAUGHT: 12,
    What.EVENT_THROWN: 13,
    What.FLOW_TAKEN: 14,
    What.WORK_OPENED: 15,
    What.WORK_COMPLETED: 16,
    What.WORK_FAILED: 17,
    What.WORK_WITHDRAWN: 18,
    What.TIMER_SET: 19,
    What.TIMER_FIRED: 20,
    What.MESSAGE_SENT: 21,
    What.SIGNAL_SENT: 22,
    What.ESCALATION_UNCAUGHT: 23,
    What.NOBODY_LISTENED: 24,
    What.CASE_MIGRATED: 25,
}
_NAMES = {number: what.value for what, number in CODES.items()}


def write_entries(entries: Sequence[Entry]) -> str:
    """Return a step's entries as the log holds them: the process once, unless it changes; data only where there is."""
    usual = entries[0].process if entries else ""
    lines: list[Any] = [usual]
    for what, process, node, token, _at, data in entries:
        if process != usual:
            lines.append((CODES[what], node, token, data, process))
        elif data:
            lines.append((CODES[what], node, token, data))
        else:
            lines.append((CODES[what], node, token))
    return codec.dump(lines)


def read_entries(text: str) -> tuple[LogEntry, ...]:
    """Return the entries `write_entries` was given."""
    usual, *lines = codec.load(text)
    return tuple(_read_entry(usual, *line) for line in lines)


def _read_entry(
    usual: str, code: int, node: str, token: int, data: Mapping[str, Any] = _NO_DATA, process: str = ""
) -> LogEntry:
    return LogEntry(_NAMES[code], process or usual, node, token, data)


def write_row(row: Row) -> Written:
    """Return *row* as the table holds it."""
    table = type(row)
    fields, due, label = _ENCODE[table](row)
    if isinstance(row, Variable):
        return _VARIABLE, row.scope, row.name, row.scope, None, None, codec.dump(fields)
    return KINDS[table], cast("int", row.key), "", row.owner, due, label, codec.dump(fields)


def place_of(row: Row) -> tuple[int, int, str]:
    """Return the kind, key and name that find *row* within its instance."""
    if isinstance(row, Variable):
        return KINDS[Variable], row.scope, row.name
    return KINDS[type(row)], cast("int", row.key), ""


def read_row(stored: Stored) -> Row:
    """Return the engine's row."""
    kind, number, name, owner, body = stored
    return _DECODE[kind](number, name, owner, codec.load(body))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


# What a body holds, kind by kind: everything but the key and the owner, as a list, because names would double its size.
_ENCODE: dict[type[Row], Callable[[Any], tuple[Any, datetime | None, str | None]]] = {
    Token: lambda row: (
        (row.process, row.node, row.state, row.role, row.flow, row.index, row.memory),
        None,
        None,
    ),
    WorkItem: lambda row: (
        (row.process, row.node, row.kind, row.opened_at.isoformat(), row.inputs, row.performers),
        None,
        "\x1f".join(row.performers)[:300] or None,
    ),
    Timer: lambda row: (
        [row.node, row.due.isoformat(), row.definition, row.repeats, row.interval],
        row.due,
        None,
    ),
    Subscription: lambda row: (
        [row.node, row.trigger, row.name, row.definition, dict(row.correlation), row.held],
        None,
        subscription_label(row.trigger, row.name, row.correlation.get("")),
    ),
    Variable: lambda row: (row.value, None, None),
    Completion: lambda row: ([row.process, row.node, row.handler, dict(row.data)], None, None),
}


def subscription_label(trigger: Trigger, name: str, key: Any = None) -> str:
    """Return what the index over all instances knows a subscription by: its name, and a digest of its correlation key.

    Keys that FEEL calls equal have one digest: `1` and `1.0`.
    """
    label = f"{trigger}:{name}"[:250]
    if key is None:
        return label
    if isinstance(key, int | float | Decimal) and not isinstance(key, bool):
        key = f"{Decimal(str(key)).normalize():f}"
    return f"{label}:{hashlib.sha256(codec.dump(key).encode()).hexdigest()[:32]}"


_STATES, _ROLES = {state.value: state for state in TokenState}, {role.value: role for role in Role}


def _token(number: int, _name: str, owner: int, body: Sequence[Any]) -> Row:
    process, node, state, role, flow, index, memory = body
    return Token(
        id=number,
        process=process,
        node=node,
        scope=owner,
        state=_STATES[state],
        role=_ROLES[role],
        flow=flow,
        index=index,
        memory=memory,
    )


def _work_item(number: int, _name: str, owner: int, body: Sequence[Any]) -> Row:
    process, node, kind, opened_at, inputs, performers = body
    return WorkItem(
        id=number,
        token=owner,
        process=process,
        node=node,
        kind=kind,
        opened_at=_moment(opened_at),
        inputs=inputs,
        performers=tuple(performers),
    )


def _timer(number: int, _name: str, owner: int, body: Sequence[Any]) -> Row:
    node, due, definition, repeats, interval = body
    return Timer(
        id=number,
        token=owner,
        node=node,
        due=_moment(due),
        definition=definition,
        repeats=repeats,
        interval=interval,
    )


def _subscription(number: int, _name: str, owner: int, body: Sequence[Any]) -> Row:
    node, trigger, name, definition, correlation, held = body
    return Subscription(
        id=number,
        token=owner,
        node=node,
        trigger=Trigger(trigger),
        name=name,
        definition=definition,
        correlation=correlation,
        held=held,
    )


def _completion(number: int, _name: str, owner: int, body: Sequence[Any]) -> Row:
    process, node, handler, data = body
    return Completion(id=number, scope=owner, process=process, node=node, handler=handler, data=data)


_DECODE: dict[int, Callable[[int, str, int, Any], Row]] = {
    KINDS[Token]: _token,
    KINDS[WorkItem]: _work_item,
    KINDS[Timer]: _timer,
    KINDS[Subscription]: _subscription,
    KINDS[Variable]: lambda number, name, _owner, body: Variable(scope=number, name=name, value=body),
    KINDS[Completion]: _completion,
}

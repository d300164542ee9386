"""The state of a case in the engine 流程实例状态: small frozen rows, so that a store can keep one table row for each.

Two officials on parallel branches hold different tokens, work items and variables: their steps touch different rows.
Every row has a `key`, unique in its table, and an `owner`, by which its siblings are found.

Rows are never changed in place: the type checker holds that they are frozen. At run time they are plain classes with
slots, because Python's frozen dataclasses take three times as long to make, and a step makes dozens.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, Self, TypeVar, cast, dataclass_transform

from zhengtong.process.bpmn.model import Trigger


class TokenState(StrEnum):
    """What a token is doing between two steps."""

    READY = "ready"
    WAITING = "waiting"
    ACTIVE = "active"
    LISTENING = "listening"
    COMPENSATING = "compensating"


class Role(StrEnum):
    """What a token stands for."""

    ROOT = "root"  # the process instance itself; owner of everything in it
    CALLED = "called"  # a called process inside its call activity
    FLOW = "flow"  # a token on a flow node; on a sub-process it owns the tokens inside
    INSTANCE = "instance"  # one run of a looping activity
    HANDLER = "handler"  # a compensation handler at work
    DRIVER = "driver"  # drives compensation nobody waits for, or a transaction's cancellation


Key = int | tuple[int, str]


class Row:
    """A row of a case: never changed, found by its key, and with its siblings by its owner."""

    __slots__ = ()

    @property
    def key(self) -> Key:
        """What is unique in its table."""
        raise NotImplementedError

    @property
    def owner(self) -> int:
        """The row it belongs to."""
        raise NotImplementedError

    def with_(self, values: Mapping[str, Any]) -> Self:
        """Return a copy with *values* in place of its own."""
        cls = type(self)
        new = cls.__new__(cls)
        name: str
        for name in cls.__slots__:
            setattr(new, name, values[name] if name in values else getattr(self, name))
        return new


C = TypeVar("C", bound=Row)


@dataclass_transform(frozen_default=True, kw_only_default=True)
def row(cls: type[C]) -> type[C]:
    """Make *cls* a row: see the module's words on freezing."""
    return dataclass(slots=True, kw_only=True)(cls)


def keyed(*, owner: str) -> Callable[[type[C]], type[C]]:
    """Let a row's `key` be its `id` and its `owner` the field *owner*: the slots themselves, without a call."""

    def name(cls: type[C]) -> type[C]:
        slots = vars(cls)
        cls.key, cls.owner = slots["id"], slots[owner]  # type: ignore[method-assign]  # slots read as properties do
        return cls

    return name


@keyed(owner="scope")
@row
class Token(Row):
    """A token; `scope` is the token that owns it, `flow` the sequence flow it came by."""

    id: int
    process: str
    node: str
    scope: int
    state: TokenState = TokenState.READY
    role: Role = Role.FLOW
    flow: str = ""
    index: int = 0
    memory: Mapping[str, Any] = field(default_factory=dict)


@keyed(owner="token")
@row
class WorkItem(Row):
    """Work for a person or a service; `kind` is the BPMN element (`userTask`, `serviceTask` …)."""

    id: int
    token: int
    process: str
    node: str
    kind: str
    opened_at: datetime
    inputs: Mapping[str, Any] = field(default_factory=dict)
    performers: tuple[str, ...] = ()


@keyed(owner="token")
@row
class Timer(Row):
    """A timer; `repeats` is how often it fires again after this time, None for ever; `interval` is an ISO duration."""

    id: int
    token: int
    node: str
    due: datetime
    definition: int = 0
    repeats: int | None = 0
    interval: str = ""


@keyed(owner="token")
@row
class Subscription(Row):
    """What a token listens for; an empty `name` catches any. `held` is a condition's last value."""

    id: int
    token: int
    node: str
    trigger: Trigger
    name: str = ""
    definition: int = 0
    correlation: Mapping[str, Any] = field(default_factory=dict)
    held: bool = False


@row
class Variable(Row):
    """A value in the scope of a token."""

    scope: int
    name: str
    value: Any

    @property
    def key(self) -> tuple[int, str]:
        """Its scope and name."""
        return (self.scope, self.name)

    @property
    def owner(self) -> int:
        """The token whose scope it is in."""
        return self.scope


@keyed(owner="scope")
@row
class Completion(Row):
    """A completed activity that can be compensated; kept only where a handler exists (clause 10.7)."""

    id: int
    scope: int
    process: str
    node: str
    handler: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


R = TypeVar("R", bound=Row)
TABLES: tuple[type[Row], ...] = (Token, WorkItem, Timer, Subscription, Variable, Completion)


def in_order(rows: Iterable[R]) -> list[R]:
    """Return *rows* in the order of their keys."""
    found = list(rows)
    if len(found) > 1:
        found.sort(key=lambda row: row.key)
    return found


class Rows(Protocol):
    """The rows of one case, as a step reads them. A store may load them all, or each when it is asked for."""

    @property
    def next_id(self) -> int:
        """The first number this case has not used."""
        ...

    def get(self, table: type[R], key: Key) -> R | None:
        """Return the row with *key*."""
        ...

    def owned(self, table: type[R], owner: int) -> Iterable[R]:
        """Return the rows of *owner*, in the order of their keys."""
        ...

    def has(self, table: type[Row]) -> bool:
        """Tell whether the case may have a row in *table*; False lets a step skip looking."""
        ...

    def listening(self, trigger: Trigger) -> Iterable[Subscription]:
        """Return the subscriptions to *trigger*, in the order of their keys."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What a step inserts, updates and deletes: nothing else of the case changes. Deleted rows come as they were."""

    inserted: tuple[Row, ...] = ()
    updated: tuple[Row, ...] = ()
    deleted: tuple[Row, ...] = ()
    next_id: int = 1


class MemoryRows:
    """The rows of one case in memory: for simulation, replay, tests and the command line."""

    def __init__(self) -> None:
        self.next_id = 1
        self._tables: dict[type[Row], dict[Key, Row]] = {table: {} for table in TABLES}
        self._owned: dict[tuple[type[Row], int], dict[Key, Row]] = {}

    def get(self, table: type[R], key: Key) -> R | None:
        """Return the row with *key*."""
        return cast("R | None", self._tables[table].get(key))

    def owned(self, table: type[R], owner: int) -> Iterable[R]:
        """Return the rows of *owner*."""
        return in_order(cast("Iterable[R]", self._owned.get((table, owner), {}).values()))

    def has(self, table: type[Row]) -> bool:
        """Tell whether there is a row in *table*."""
        return bool(self._tables[table])

    def listening(self, trigger: Trigger) -> Iterable[Subscription]:
        """Return the subscriptions to *trigger*."""
        return [item for item in self.all(Subscription) if item.trigger is trigger]

    def all(self, table: type[R]) -> list[R]:
        """Return every row of *table*, in the order of keys."""
        return in_order(cast("Iterable[R]", self._tables[table].values()))

    def apply(self, changes: Changes) -> None:
        """Take over what a step changed."""
        for row in changes.deleted:
            del self._tables[type(row)][row.key]
            del self._owned[type(row), row.owner][row.key]
        for row in changes.updated:
            before = self._tables[type(row)][row.key]
            del self._owned[type(row), before.owner][row.key]
        for row in (*changes.inserted, *changes.updated):
            self._tables[type(row)][row.key] = row
            self._owned.setdefault((type(row), row.owner), {})[row.key] = row
        self.next_id = changes.next_id

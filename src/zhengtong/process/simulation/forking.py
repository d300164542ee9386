"""Rows that fork 可分叉的状态: a case in memory, never changed in place, so that many ways can be followed."""

from collections.abc import Iterable
from typing import Any, TypeVar, cast

from zhengtong.process.bpmn.api import Trigger
from zhengtong.process.engine.api import TABLES, Changes, Row, Subscription, Timer, Token, Variable, WorkItem

Key = int | tuple[int, str]
R = TypeVar("R", bound=Row)
_Table = dict[Key, Row]


class ForkingRows:
    """The rows of one case; `after` returns new rows and shares what did not change."""

    __slots__ = ("_tables", "next_id")

    def __init__(self, tables: dict[type[Row], _Table] | None = None, next_id: int = 1) -> None:
        self._tables = tables if tables is not None else {table: {} for table in TABLES}
        self.next_id = next_id

    def get(self, table: type[R], key: Key) -> R | None:
        """Return the row with *key*."""
        return cast("R | None", self._tables[table].get(key))

    def owned(self, table: type[R], owner: int) -> Iterable[R]:
        """Return the rows of *owner*, in the order of keys."""
        return [row for row in self.all(table) if row.owner == owner]

    def has(self, table: type[Row]) -> bool:
        """Tell whether there is a row in *table*."""
        return bool(self._tables[table])

    def listening(self, trigger: Trigger) -> Iterable[Subscription]:
        """Return the subscriptions to *trigger*, in the order of keys."""
        return [row for row in self.all(Subscription) if row.trigger is trigger]

    def all(self, table: type[R]) -> list[R]:
        """Return every row of *table*, in the order of keys."""
        rows = cast("dict[Any, R]", self._tables[table])
        return [rows[key] for key in sorted(rows)]

    def after(self, changes: Changes) -> "ForkingRows":
        """Return the rows after a step."""
        touched = {type(row) for row in (*changes.inserted, *changes.updated, *changes.deleted)}
        tables = {table: dict(rows) if table in touched else rows for table, rows in self._tables.items()}
        for row in changes.deleted:
            del tables[type(row)][row.key]
        for row in (*changes.inserted, *changes.updated):
            tables[type(row)][row.key] = row
        return ForkingRows(tables, changes.next_id)

    def shape(self) -> tuple[Any, ...]:
        """Return what tells this state from others, whatever numbers its rows have."""
        tokens = sorted(
            (row.node, row.state, row.role, row.flow, repr(sorted(row.memory.items()))) for row in self.all(Token)
        )
        values = sorted((row.name, repr(row.value)) for row in self.all(Variable))
        timers = sorted((row.node, row.due, str(row.repeats)) for row in self.all(Timer))
        return (tuple(tokens), tuple(values), tuple(timers), len(self._tables[WorkItem]))

"""The working copy of one step 单步工作区: reads through to the case's rows, remembers what it changes."""

from collections.abc import Iterable
from operator import attrgetter
from typing import Any, cast

from zhengtong.process.bpmn.model import Trigger
from zhengtong.process.engine.state import TABLES, Changes, Key, R, Row, Rows, Subscription

_BY_KEY = attrgetter("key")


class Workspace:
    """Rows with an overlay; the rows below stay as they are, so a step that fails has changed nothing.

    Most questions of a step are about tables a case has no row in, timers or completions: these are answered at once.
    """

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._next_id = rows.next_id
        self._used = {table for table in TABLES if rows.has(table)}
        self._before: dict[tuple[type[Row], Key], Row | None] = {}
        self._now: dict[tuple[type[Row], Key], Row | None] = {}
        self._index: dict[tuple[type[Row], int], dict[Key, Row]] = {}

    def new_id(self) -> int:
        """Return a number this case has not used."""
        self._next_id += 1
        return self._next_id - 1

    def get(self, table: type[R], key: Key) -> R | None:
        """Return the row with *key* as this step sees it."""
        if table not in self._used:
            return None
        place = (table, key)
        if place in self._now:
            return cast("R | None", self._now[place])
        return self._rows.get(table, key)

    def owned(self, table: type[R], owner: int) -> list[R]:
        """Return the rows of *owner* as this step sees them, in the order of keys."""
        if table not in self._used:
            return []
        found = list(cast("Iterable[R]", self._owned(table, owner).values()))
        if len(found) > 1:
            found.sort(key=_BY_KEY)
        return found

    def count(self, table: type[R], owner: int) -> int:
        """Return how many rows *owner* has."""
        return len(self._owned(table, owner)) if table in self._used else 0

    def _owned(self, table: type[Row], owner: int) -> dict[Key, Row]:
        """Return the rows of *owner* by key; looked up at the first question, kept up to date from then on."""
        place = (table, owner)
        found = self._index.get(place)
        if found is None:
            now = self._now
            found = {row.key: row for row in self._rows.owned(table, owner) if (table, row.key) not in now}
            for (kind, key), row in now.items():
                if kind is table and row is not None and row.owner == owner:
                    found[key] = row
            self._index[place] = found
        return found

    def listening(self, trigger: Trigger) -> list[Subscription]:
        """Return the subscriptions to *trigger* as this step sees them, in the order of keys."""
        if Subscription not in self._used:
            return []
        found = {row.id: row for row in self._rows.listening(trigger) if (Subscription, row.id) not in self._now}
        for row in self._now.values():
            if isinstance(row, Subscription) and row.trigger is trigger:
                found[row.id] = row
        return [found[key] for key in sorted(found)]

    def put(self, row: R) -> R:
        """Insert or update *row*."""
        table, key, owner = type(row), row.key, row.owner
        place = (table, key)
        self._used.add(table)
        before = self._now[place] if place in self._now else self._remember(place)
        if before is not None and before.owner != owner:
            self._leave(table, before)
        siblings = self._index.get((table, owner))
        if siblings is not None:
            siblings[key] = row
        self._now[place] = row
        return row

    def change(self, row: R, **values: Any) -> R:
        """Update fields of *row*."""
        return self.put(row.with_(values))

    def drop(self, row: Row) -> None:
        """Delete *row*."""
        table, key = type(row), row.key
        place = (table, key)
        if place not in self._now:
            self._remember(place)
        self._leave(table, row)
        self._now[place] = None

    def _leave(self, table: type[Row], row: Row) -> None:
        siblings = self._index.get((table, row.owner))
        if siblings is not None:
            siblings.pop(row.key, None)

    def _remember(self, place: tuple[type[Row], Key]) -> Row | None:
        below = self._before[place] = self._rows.get(*place)
        return below

    def changes(self) -> Changes:
        """Return what is different from the rows below."""
        inserted, updated, deleted = [], [], []
        for place, now in self._now.items():
            before = self._before[place]
            if before is None:
                if now is not None:
                    inserted.append(now)
            elif now is None:
                deleted.append(before)
            elif before != now:
                updated.append(now)
        return Changes(inserted=tuple(inserted), updated=tuple(updated), deleted=tuple(deleted), next_id=self._next_id)

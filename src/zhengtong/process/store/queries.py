"""Reads of the process store 流程查询."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from zhengtong.process.engine.api import Variable, WorkItem
from zhengtong.process.store import rows, statements
from zhengtong.process.store.contracts import InstanceState, OpenWork, StepView, UnknownInstance
from zhengtong.process.store.models import Instance, RowKind, Step
from zhengtong.process.store.session import read_moment, read_uuid, session


def state_of(instance: UUID) -> InstanceState:
    """Return whether *instance* runs, or how it ended.

    Raises:
        UnknownInstance: there is no such instance.
    """
    state = Instance.objects.filter(pk=instance).values_list("state", flat=True).first()
    if state is None:
        raise UnknownInstance
    return InstanceState(state)


def history(instance: UUID) -> tuple[StepView, ...]:
    """Return the whole log of *instance*, oldest first."""
    steps = Step.objects.filter(instance_id=instance).order_by("sequence")
    return tuple(
        StepView(
            sequence=row.sequence,
            command=row.command,
            at=row.at,
            actor=row.actor,
            entries=rows.read_entries(row.entries),
        )
        for row in steps
    )


def open_work(instance: UUID) -> tuple[OpenWork, ...]:
    """Return what waits for somebody in *instance*, oldest first."""
    found = (
        rows.read_row((kind, key, name, owner, body))
        for kind, key, name, owner, body in _rows(instance)
        if kind == RowKind.WORK_ITEM
    )
    items = sorted((row for row in found if isinstance(row, WorkItem)), key=lambda row: row.id)
    return tuple(_open_work(instance, row) for row in items)


def work_of(performer: str, *, most: int = 50) -> tuple[OpenWork, ...]:
    """Return up to *most* open work items of one *performer* over all instances, oldest instance first."""
    found = []
    for instance, key, owner, body in statements.labelled(session(), RowKind.WORK_ITEM, [performer], most):
        row = rows.read_row((int(RowKind.WORK_ITEM), key, "", owner, body))
        assert isinstance(row, WorkItem)  # noqa: S101 -- its kind says so
        found.append(_open_work(instance, row))
    return tuple(found)


def variables(instance: UUID) -> dict[str, Any]:
    """Return the variables in the outermost scope of *instance*; they stay when it has ended."""
    found = [
        row
        for stored in _rows(instance)
        if stored[0] == RowKind.VARIABLE and isinstance(row := rows.read_row(stored), Variable)
    ]
    outermost = min((row.scope for row in found), default=0)
    return {row.name: row.value for row in found if row.scope == outermost}


def event_log(definition_key: str, *, since: datetime | None = None) -> Iterator[tuple[str, str, datetime]]:
    """Yield (case, activity, completed at) of every completed activity of a definition: what mining reads."""
    condition = ""
    values: list[Any] = []
    if since is not None:
        condition, values = " AND s.at >= %s", [connection.ops.adapt_datetimefield_value(since)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.instance_id, s.at, s.entries FROM process_store_step s"  # noqa: S608 -- the condition is a constant
            " JOIN process_store_instance i ON i.id = s.instance_id JOIN process_store_definition d"
            f" ON d.id = i.definition_id WHERE d.key = %s{condition} ORDER BY s.instance_id, s.sequence",
            [definition_key, *values],
        )
        while batch := cursor.fetchmany(1000):
            for instance, at, text in batch:
                moment = read_moment(at)
                for entry in rows.read_entries(text):
                    if entry.what == "activity_completed":
                        yield str(read_uuid(instance)), entry.node, moment


def _rows(instance: UUID) -> list[rows.Stored]:
    return statements.read_rows(session(), instance)


def _open_work(instance: UUID, row: WorkItem) -> OpenWork:
    return OpenWork(
        instance=instance,
        work_item=row.id,
        process=row.process,
        node=row.node,
        kind=row.kind,
        performers=row.performers,
        opened_at=row.opened_at,
        inputs=row.inputs,
    )

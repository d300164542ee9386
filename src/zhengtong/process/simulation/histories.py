"""Histories from an event log 日志中的办件历史: read from DuckDB case by case."""

import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from zhengtong.process.mining.api import Log
from zhengtong.process.simulation.contracts import Happening, History

BEIJING = ZoneInfo("Asia/Shanghai")
_CHUNK = 10_000
_ROWS = "select case_id, activity, completed_at, started_at, data from event order by case_id, completed_at, rowid"


def activities_of(log: Log) -> list[str]:
    """Return the names of all activities of *log*."""
    return [name for (name,) in log.ask("select distinct activity from event order by 1")]


def of_log(log: Log) -> Iterator[History]:
    """Yield the cases of *log*, each with its events in order; one case is in memory at a time."""
    for case, rows in groupby(_rows(log), key=lambda row: row[0]):
        happenings = tuple(
            Happening(activity=activity, at=_aware(at), data=_data(data)) for _case, activity, at, _start, data in rows
        )
        yield History(case=str(case), happenings=happenings)


def _rows(log: Log) -> Iterator[tuple[str, str, datetime, datetime | None, str | None]]:
    cursor = log.db.cursor().execute(_ROWS)
    while rows := cursor.fetchmany(_CHUNK):
        yield from rows


def _aware(at: datetime) -> datetime:
    return at.replace(tzinfo=BEIJING)


def _data(text: str | None) -> dict[str, Any]:
    if not text:
        return {}
    try:
        found = json.loads(text, parse_float=Decimal)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}

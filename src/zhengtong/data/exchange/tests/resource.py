"""A resource in a lake of its own, whose versions land as the collection's do: with the event that tells of them."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from deltalake import DeltaTable
from django.db import transaction

from zhengtong.data.collection import lake, portions
from zhengtong.data.collection.contracts import BATCH_LANDED, BatchLanded
from zhengtong.data.exchange.tests.builders import DATASET, id_number, person
from zhengtong.data.exchange.tests.counter import NOW
from zhengtong.kernel.events.api import drain, emit
from zhengtong.kernel.ids import new_id

TABLE, PART = DATASET.replace("/", "-"), 10
INSIDE, OUTSIDE = "330106001001", "440103001001"


def own_lake(settings: Any, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the lake in *home*, and portions of ten rows."""
    settings.HOME = home
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    for module in (lake, portions):
        monkeypatch.setattr(module, "PORTION_ROWS", PART)


def resident(number: int, **changed: Any) -> dict[str, Any]:
    """A row of the resource."""
    return {**person(number).row, "region": INSIDE, **changed}


def land(rows: Iterable[Mapping[str, Any]], *, gone: Iterable[int] = (), at: datetime = NOW) -> int:
    """Land rows as a version by their keys, take out those that are gone, tell of it, and return its number."""
    marked = [{**row, lake.GONE: False} for row in rows] + [{**resident(number), lake.GONE: True} for number in gone]
    version = lake.land(
        TABLE, pa.Table.from_pylist(marked), keys=["id_number"], mode="upsert", source=new_id(), sequence=1, notes={}
    )
    tell(version, at=at)
    return version


def tell(version: int, *, at: datetime = NOW) -> None:
    """Say that a version landed, and hand the event out."""
    with transaction.atomic():
        data = BatchLanded(batch=new_id(), dataset=DATASET, version=version, rows=1)
        emit(BATCH_LANDED, subject=DATASET, data=data, at=at)
    drain()


def clear_away() -> None:
    """Clear away what the latest version does not need, change files too, as Spark's VACUUM does."""
    table = DeltaTable(lake.table_path(TABLE))
    table.optimize.compact()
    table.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)
    for path in (lake.table_path(TABLE) / "_change_data").iterdir():
        path.unlink()


def later(**passed: float) -> datetime:
    """Return the moment so much after the tests' own."""
    return NOW + timedelta(**passed)


def masked(number: int) -> str:
    """Return a resident's number as the agreement of the tests masks it."""
    return id_number(number)[:3] + "*" * 13 + id_number(number)[-2:]

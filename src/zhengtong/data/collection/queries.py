"""Reads of collection: sources, batches, refused rows."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import orjson
from django.db.models import QuerySet

from zhengtong.data.collection import lake
from zhengtong.data.collection.contracts import (
    BatchState,
    BatchUnknown,
    BatchView,
    ConnectorKind,
    Mode,
    RefusedRow,
    SourceUnknown,
    SourceView,
)
from zhengtong.data.collection.models import Batch, Source


def source(identifier: UUID) -> SourceView:
    """Return a source.

    Raises:
        SourceUnknown: there is none of this id.
    """
    row = Source.objects.select_related("dataset").filter(pk=identifier).first()
    if row is None:
        raise SourceUnknown
    return source_view(row)


def position_of(identifier: UUID) -> dict[str, object] | None:
    """Return where the last landed piece of a source ended, None where nothing landed."""
    return Source.objects.filter(pk=identifier).values_list("position", flat=True).first()


def sources_of(provider: UUID) -> tuple[SourceView, ...]:
    """Return the sources of a department's datasets."""
    rows = Source.objects.select_related("dataset").filter(dataset__provider=provider).order_by("dataset", "name")
    return tuple(map(source_view, rows))


def due(at: datetime) -> list[UUID]:
    """Return the sources whose turn has come, the longest waiting first."""
    return list(Source.objects.filter(next_due_at__lte=at).order_by("next_due_at").values_list("id", flat=True))


def batch(identifier: UUID) -> BatchView:
    """Return a batch.

    Raises:
        BatchUnknown: there is none of this id.
    """
    row = _batches().filter(pk=identifier).first()
    if row is None:
        raise BatchUnknown
    return batch_view(row)


def batches_of(provider: UUID, *, limit: int = 50, refused_only: bool = False) -> tuple[BatchView, ...]:
    """Return the latest batches of a department's datasets; with *refused_only* those with rows sent back."""
    rows = _batches().filter(source__dataset__provider=provider)
    if refused_only:
        rows = rows.filter(rows_refused__gt=0)
    return tuple(map(batch_view, rows.order_by("-started_at")[:limit]))


def batches_of_dataset(dataset: str, *, limit: int = 20) -> tuple[BatchView, ...]:
    """Return the latest batches of a dataset."""
    return tuple(map(batch_view, _batches().filter(source__dataset=dataset).order_by("-started_at")[:limit]))


def landed_at(datasets: Iterable[str]) -> dict[str, datetime]:
    """Return when each of *datasets* last got rows or was found unchanged."""
    states = (BatchState.LANDED, BatchState.UNCHANGED)
    rows = Batch.objects.filter(source__dataset__in=list(datasets), state__in=states, ended_at__isnull=False)
    pairs = rows.order_by("ended_at").values_list("source__dataset", "ended_at")
    return {dataset: ended_at for dataset, ended_at in pairs if ended_at is not None}


def refused_rows(identifier: UUID, *, limit: int = 100) -> tuple[RefusedRow, ...]:
    """Return refused rows of a batch as they came: they may hold personal data.

    Raises:
        BatchUnknown: there is none of this id.
    """
    row = Batch.objects.select_related("source__dataset").filter(pk=identifier).first()
    if row is None:
        raise BatchUnknown
    found = lake.refused_of(table_of(row.source), identifier, limit=limit)
    return tuple(
        RefusedRow(number=one["number"], reasons=tuple(one["reasons"]), cells=_cells(one["cells"])) for one in found
    )


def table_of(row: Source) -> str:
    """Return the name of the table in the lake that a source's rows go to."""
    return table_name(row.dataset.code, row.dataset.table)


def table_name(code: str, table: str) -> str:
    """Return the name of the table in the lake that holds a dataset: the one its entry names, else its code.

    >>> table_name("301001/1", ""), table_name("301001/1", "residents")
    ('301001-1', 'residents')
    """
    return table or code.replace("/", "-")


def source_view(row: Source) -> SourceView:
    """Return *row*, whose dataset is loaded, as a contract."""
    return SourceView(
        id=row.id,
        dataset=row.dataset_id,
        dataset_name=row.dataset.name,
        provider=row.dataset.provider_id,
        name=row.name,
        kind=ConnectorKind(row.kind),
        mode=Mode(row.mode),
        watermark=row.watermark,
        every_minutes=row.every_minutes,
        next_due_at=row.next_due_at,
    )


def batch_view(row: Batch) -> BatchView:
    """Return *row*, whose source and dataset are loaded, as a contract."""
    return BatchView(
        id=row.id,
        source=row.source_id,
        source_name=row.source.name,
        dataset=row.source.dataset_id,
        dataset_name=row.source.dataset.name,
        provider=row.source.dataset.provider_id,
        number=row.number,
        state=BatchState(row.state),
        started_at=row.started_at,
        ended_at=row.ended_at,
        rows_read=row.rows_read,
        rows_landed=row.rows_landed,
        rows_refused=row.rows_refused,
        version=row.version,
        reasons=row.reasons,
        error=row.error,
        returned_at=row.returned_at,
    )


def _batches() -> "QuerySet[Batch]":
    return Batch.objects.select_related("source__dataset")


def _cells(text: str) -> dict[str, object]:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {"": text}
    if not isinstance(found, dict):
        return {"": text}
    return {key: value for key, value in found.items() if not key.startswith("_")}

"""Open data as an API: the catalogue, and rows page by page."""

from itertools import islice
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from zhengtong.data.opening import api as opening
from zhengtong.kernel import clock
from zhengtong.portals.opendata import datasets, released

router = Router()


class FieldOut(Schema):
    """A data element."""

    name: str
    title: str
    kind: str


class DatasetOut(Schema):
    """An open dataset."""

    code: str
    title: str
    description: str
    publisher: str
    fields: list[FieldOut]


class RowsOut(Schema):
    """Some rows; `next` is the `start` of the following page, null on the last."""

    rows: list[dict[str, Any]]
    next: int | None


@router.get("datasets", response=list[DatasetOut], auth=None, summary="What is open today 开放目录")
def list_datasets(request: HttpRequest) -> list[DatasetOut]:
    """Return every open dataset with its fields."""
    del request
    return [_out(one) for one in datasets.DATASETS]


@router.get("datasets/{code}/rows", response=RowsOut, auth=None, summary="Rows of an open dataset 开放数据")
def list_rows(request: HttpRequest, code: str, start: Query[int] = 0, limit: Query[int] = 100) -> RowsOut:
    """Return at most 1,000 rows from *start* on."""
    del request
    found = datasets.dataset(code)
    names = [field.name for field in found.fields]
    first, size = max(start, 0), min(max(limit, 1), 1000)
    taken = list(islice(found.rows(), first, first + size + 1))
    rows = [dict(zip(names, row, strict=True)) for row in taken[:size]]
    return RowsOut(rows=rows, next=first + size if len(taken) > size else None)


@router.get("releases/{slug}/rows", response=RowsOut, auth=None, summary="Rows of a release 各部门开放的数据")
def list_released_rows(request: HttpRequest, slug: str, start: Query[int] = 0, limit: Query[int] = 100) -> RowsOut:
    """Return at most 1,000 rows from *start* on; where a key is needed, send `Authorization: Bearer KEY`."""
    one = opening.released(slug)
    first, size = max(start, 0), min(max(limit, 1), 1000)
    rows = opening.served_rows(
        one, start=first, limit=size + 1, key=released.key_in(request), actor=released.somebody(request),
        at=clock.system.now(),
    )  # fmt: skip
    return RowsOut(rows=rows[:size], next=first + size if len(rows) > size else None)


def _out(one: datasets.Dataset) -> DatasetOut:
    fields = [FieldOut(name=field.name, title=str(field.title), kind=field.kind) for field in one.fields]
    return DatasetOut(
        code=one.code,
        title=str(one.title),
        description=str(one.description),
        publisher=str(one.publisher),
        fields=fields,
    )

"""The archetype of a list 列表页: words, order, pages, export; with htmx only the table is replaced."""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.functional import Promise

from zhengtong.kernel.errors import Text
from zhengtong.kernel.pages.paging import Asked, Slice

Row = TypeVar("Row")
EXPORT_LIMIT = 50_000
EXPORT_PAGE = 1_000


@dataclass(frozen=True, kw_only=True)
class Column(Generic[Row]):
    """A column: how it is called, what stands in it, and whether the list can be put in its order."""

    key: str
    label: Text
    value: Callable[[Row], Any]
    link: Callable[[Row], str] | None = None
    sortable: bool = False
    number: bool = False


@dataclass(frozen=True, kw_only=True)
class Listing(Generic[Row]):
    """A list page: its title, its columns (the first heads the row) and where its rows come from."""

    title: Text
    columns: Sequence[Column[Row]]
    source: Callable[[Asked], Slice[Row]]
    name: str
    search: Text = ""
    empty: Text = ""
    lede: Text = ""
    layout: str = "pages/base.html"
    template: str = "pages/listing.html"
    sort: str = ""
    descending: bool = False
    keeps: Sequence[str] = ()
    """Names of the page's own filters: their values in the address are kept by pages, order and export."""


@dataclass(frozen=True, kw_only=True)
class Heading:
    """A column's heading as the template draws it."""

    label: Text
    number: bool
    link: str
    order: str


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A cell as the template draws it."""

    text: Any
    link: str
    number: bool


def asked(request: HttpRequest, listing: Listing[Any]) -> Asked:
    """Read from the address what the reader asks for; what is not offered is ignored."""
    order = request.GET.get("sort", "")
    key = order.removeprefix("-")
    sortable = {column.key for column in listing.columns if column.sortable}
    text, after = request.GET.get("q", "").strip()[:100], request.GET.get("after", "")
    if key in sortable:
        return Asked(text=text, sort=key, descending=order.startswith("-"), after=after)
    return Asked(text=text, sort=listing.sort, descending=listing.descending, after=after)


def show(request: HttpRequest, listing: Listing[Any], **context: Any) -> HttpResponse | StreamingHttpResponse:
    """Answer with the page, with its table alone (htmx), or with the whole list as CSV (`?format=csv`)."""
    wanted = asked(request, listing)
    if request.GET.get("format") == "csv":
        return export(listing.name, [str(column.label) for column in listing.columns], _export_rows(listing, wanted))
    found = listing.source(wanted)
    filters = {name: request.GET.get(name, "") for name in listing.keeps}
    kept = {**filters, "q": wanted.text, "sort": ("-" if wanted.descending else "") + wanted.sort}
    table = {
        "listing": listing,
        "asked": wanted,
        "found": found,
        "headings": [_heading(column, wanted, filters) for column in listing.columns],
        "rows": [[_cell(column, row) for column in listing.columns] for row in found.rows],
        "next_page": _address({**kept, "after": found.after}) if found.after else "",
        "first_page": _address(kept) if wanted.after else "",
        "export": _address({**kept, "format": "csv"}),
        "layout": listing.layout,
        "title": listing.title,
        **context,
    }
    part = request.headers.get("HX-Request") and not request.headers.get("HX-Boosted")
    return render(request, "pages/listing_table.html" if part else listing.template, table)


def export(name: str, header: Sequence[str], rows: Iterator[Sequence[Any]]) -> StreamingHttpResponse:
    """Stream a CSV file that spreadsheets open as UTF-8; a cell that would run as a formula is quoted."""

    class Echo:
        def write(self, line: str) -> str:
            return line

    writer = csv.writer(Echo())

    def lines() -> Iterator[str]:
        yield "\ufeff" + writer.writerow(header)
        for row in rows:
            yield writer.writerow([_harmless(cell) for cell in row])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _harmless(cell: Any) -> Any:
    """Keep a spreadsheet from running a cell (CWE-1236).

    >>> _harmless("=1+1"), _harmless(-5), _harmless("平")
    ("'=1+1", -5, '平')
    """
    if isinstance(cell, Promise):
        cell = str(cell)
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _export_rows(listing: Listing[Any], wanted: Asked) -> Iterator[list[Any]]:
    after, written = "", 0
    while written < EXPORT_LIMIT:
        found = listing.source(
            Asked(text=wanted.text, sort=wanted.sort, descending=wanted.descending, after=after, size=EXPORT_PAGE)
        )
        yield from ([column.value(row) for column in listing.columns] for row in found.rows)
        written += len(found.rows)
        after = found.after
        if not after:
            return


def _heading(column: Column[Any], wanted: Asked, filters: dict[str, str]) -> Heading:
    order = ""
    if column.sortable and column.key == wanted.sort:
        order = "descending" if wanted.descending else "ascending"
    turned = f"-{column.key}" if order == "ascending" else column.key
    link = _address({**filters, "q": wanted.text, "sort": turned}) if column.sortable else ""
    return Heading(label=column.label, number=column.number, link=link, order=order)


def _cell(column: Column[Any], row: Any) -> Cell:
    return Cell(text=column.value(row), link=column.link(row) if column.link else "", number=column.number)


def _address(values: dict[str, str]) -> str:
    return "?" + urlencode({name: value for name, value in values.items() if value})

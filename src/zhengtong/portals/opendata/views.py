"""Pages of the open data portal 数据开放: the catalogue, a dataset, its downloads."""

import json
from collections.abc import Iterator
from itertools import islice

from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from zhengtong.data.opening import api as opening
from zhengtong.kernel.pages.api import export
from zhengtong.portals.opendata import catalog, datasets

SAMPLE = 10


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what is open today."""
    context = {"datasets": datasets.DATASETS, "released": opening.all_released()}
    return render(request, "opendata/home.html", context)


@require_safe
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """Show one dataset: its meaning, its fields, a sample, its downloads."""
    found = datasets.dataset(code)
    sample = list(islice(found.rows(), SAMPLE))
    context = {
        "layout": "opendata/base.html",
        "title": found.title,
        "lede": found.description,
        "dataset": found,
        "sample": sample,
        "licence": datasets.LICENCE,
    }
    return render(request, "opendata/dataset.html", context)


@require_safe
def download(request: HttpRequest, code: str, form: str) -> StreamingHttpResponse:
    """Stream a dataset as CSV or JSON; it is never held in memory whole."""
    del request
    found = datasets.dataset(code)
    names = [field.name for field in found.fields]
    if form == "csv":
        return export(found.code, names, found.rows())
    response = StreamingHttpResponse(_json(names, found.rows()), content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.code}.json"'
    return response


@require_safe
def dcat(request: HttpRequest) -> JsonResponse:
    """Describe the catalogue for machines."""

    def address(found: datasets.Dataset, form: str) -> str:
        path = (
            reverse("opendata:download", args=[found.code, form])
            if form
            else reverse("opendata:dataset", args=[found.code])
        )
        return request.build_absolute_uri(path)

    home_address = request.build_absolute_uri(reverse("opendata:home"))
    return JsonResponse(
        catalog.document(datasets.DATASETS, home=home_address, address=address),
        content_type="application/ld+json",
        json_dumps_params={"ensure_ascii": False, "indent": 1},
    )


def _json(names: list[str], rows: Iterator[object]) -> Iterator[str]:
    separator = "[\n"
    for row in rows:
        yield separator + json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False)  # type: ignore[call-overload]
        separator = ",\n"
    yield "\n]\n" if separator == ",\n" else "[]\n"

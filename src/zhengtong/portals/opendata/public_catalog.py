"""The public part of the data catalogue 开放目录检索: found by people, harvested by machines (DCAT-AP 3, CKAN)."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from zhengtong.data.catalog import api as catalog
from zhengtong.data.opening import api as opening
from zhengtong.portals.opendata.released import distributions

MOST = 5_000  # datasets in one DCAT document


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Search what the public may have, at once or on condition."""
    text = request.GET.get("q", "").strip()[:100]
    number = request.GET.get("page", "1")
    page = int(number) if number.isdigit() and len(number) < 6 else 1
    found = catalog.search(text, filters=catalog.Filters(opened=True), page=page)
    return render(request, "opendata/catalog.html", {"text": text, "found": found})


@require_safe
def detail(request: HttpRequest, name: str) -> HttpResponse:
    """Show what a dataset holds: its elements, who provides it, on what condition it is open."""
    found = catalog.open_dataset(catalog.code_of(name))
    context = {
        "layout": "opendata/base.html",
        "title": found.name,
        "lede": found.entry.summary,
        "one": found,
        "released": opening.released_of([found.code]).get(found.code, []),
    }
    return render(request, "opendata/catalog_dataset.html", context)


@require_safe
def dcat_ap(request: HttpRequest, form: str) -> HttpResponse:
    """Describe the public catalogue in DCAT-AP 3, as JSON-LD or Turtle."""
    rows: list[catalog.DatasetView] = []
    while len(rows) < MOST:
        found = catalog.search(filters=catalog.Filters(opened=True), size=1000, start=len(rows))
        rows += found.rows
        if len(rows) >= found.total:
            break
    document = catalog.dcat.document(
        rows,
        home=request.build_absolute_uri(reverse("opendata:home")),
        title=_("开放数据目录"),
        description=_("公众可以获取的政务数据。"),
        publisher="Zhengtong 政通",
        address=lambda one: request.build_absolute_uri(_page(one)),
        forms=_forms(request),
    )
    if form == "ttl":
        return HttpResponse(catalog.dcat.turtle(document), content_type="text/turtle; charset=utf-8")
    return HttpResponse(catalog.dcat.json_ld(document), content_type="application/ld+json")


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def ckan(request: HttpRequest, action: str) -> JsonResponse:
    """Answer CKAN's action API, version 3: read only, nothing behind it changes, so no form token is asked."""
    answer = catalog.ckan.act(
        action,
        _parameters(request),
        site=request.build_absolute_uri(reverse("opendata:ckan", args=["help_show"])),
        page=lambda one: request.build_absolute_uri(_page(one)),
        forms=_forms(request),
    )
    return JsonResponse(answer.document, status=answer.status, json_dumps_params={"ensure_ascii": False})


def _forms(request: HttpRequest) -> Callable[[catalog.DatasetView], Sequence[catalog.Distribution]]:
    """Return what says in which forms a dataset can be had; it asks once, when first asked."""
    found: dict[str, list[catalog.Distribution]] | None = None

    def forms(one: catalog.DatasetView) -> Sequence[catalog.Distribution]:
        nonlocal found
        if found is None:
            found = distributions(request)
        return found.get(one.code, ())

    return forms


def _page(one: catalog.DatasetView) -> str:
    return reverse("opendata:catalog_dataset", args=[catalog.slug(one.code)])


def _parameters(request: HttpRequest) -> dict[str, Any]:
    """Return the parameters of an action: of the query, or of a JSON body; what is neither is passed over."""
    given: dict[str, Any] = dict(request.GET.items())
    if request.method == "POST" and len(request.body) <= 100_000:
        try:
            body = json.loads(request.body or b"{}")
        except ValueError:
            body = {}
        if isinstance(body, dict):
            given |= body
    return given

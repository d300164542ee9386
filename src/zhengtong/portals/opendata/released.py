"""What departments have opened 已开放的数据: its page, its frozen files, how to use it."""

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhengtong.data.catalog import api as catalog
from zhengtong.data.opening import api as opening
from zhengtong.kernel import clock
from zhengtong.kernel.pages.api import bars
from zhengtong.portals.opendata import datasets
from zhengtong.trust.identity.api import Actor, actor_of

SAMPLE, DRAWN = 10, 10
_FEW = 2
_DATES = frozenset({opening.Treatment.YEAR, opening.Treatment.MONTH})


@require_safe
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a release: what it holds, its files, how to call it, on which basis it is open.

    A sample and a chart are rows too: only who may take the release sees them.
    """
    one = opening.released(slug)
    shown = opening.may_take(one, actor=somebody(request))
    names, sample = opening.preview(one.folder, limit=SAMPLE) if shown else ((), ())
    elements = {element.name: element for element in catalog.dataset(one.dataset).entry.elements}
    context = {
        "layout": "opendata/base.html",
        "title": _named(one.title, one.title_en),
        "lede": one.summary,
        "one": one,
        "columns": [_column(name, elements.get(name)) for name in names],
        "fields": [(field, elements.get(field.name)) for field in one.plan.fields],
        "sample": sample,
        "shown": shown,
        "chart": _chart(one, elements) if shown else None,
        "files": [(file, _address(request, one, file.form)) for file in one.files],
        "example": _address(request, one, opening.FileForm.CSV),
        "rows_address": request.build_absolute_uri(f"/api/v1/open/releases/{one.slug}/rows"),
        "free": one.access is opening.Access.UNCONDITIONAL,
        "licence": datasets.LICENCE,
    }
    return render(request, "opendata/release.html", context)


@require_safe
def download(request: HttpRequest, slug: str, form: str) -> FileResponse:
    """Give a frozen file, byte by byte what was approved."""
    one = opening.released(slug)
    wanted = opening.FileForm(form)
    path = opening.served_file(one, wanted, key=key_in(request), actor=somebody(request), at=clock.system.now())
    answer = FileResponse(path.open("rb"), content_type=wanted.media_type, as_attachment=True)
    answer["Content-Disposition"] = f'attachment; filename="{one.slug}.{form}"'
    return answer


def key_in(request: HttpRequest) -> str:
    """Return the key that a request bears, empty for none (RFC 6750 §2.1)."""
    scheme, _blank, key = request.headers.get("Authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def somebody(request: HttpRequest) -> Actor | None:
    """Return who is signed in, if anybody."""
    return actor_of(request) if request.user.is_authenticated else None


def distributions(request: HttpRequest) -> dict[str, list[catalog.Distribution]]:
    """Return what is open, by the code of its entry in the catalogue, as DCAT and CKAN tell it: two statements."""
    found: dict[str, list[catalog.Distribution]] = {}
    for one in opening.all_released():
        page = request.build_absolute_uri(reverse("opendata:release", args=[one.slug]))
        for file in one.files:
            free = one.access is opening.Access.UNCONDITIONAL
            found.setdefault(one.listed_under, []).append(
                catalog.Distribution(
                    title=one.title, page=page, address=_address(request, one, file.form) if free else "",
                    form=file.form.value, media_type=file.form.media_type.partition(";")[0], size=file.size,
                )
            )  # fmt: skip
    return found


def _address(request: HttpRequest, one: opening.OpeningView, form: opening.FileForm) -> str:
    return request.build_absolute_uri(reverse("opendata:release_file", args=[one.slug, form.value]))


def _chart(one: opening.OpeningView, elements: dict[str, catalog.DataElement]) -> Any:
    """Return bars of the first field that is a date or has few values; None where there is none."""
    total = one.report.measures.rows if one.report else 0
    for field in one.plan.fields:
        latest = field.treatment in _DATES
        rows = opening.chart_rows(one.folder, field.name, most=DRAWN, counted=one.plan.aggregate, latest=latest)
        telling = latest or one.plan.aggregate or _FEW * sum(count for _value, count in rows) >= total
        if telling and len(rows) >= _FEW and max(count for _value, count in rows) > 1:
            label = _column(field.name, elements.get(field.name))
            return bars([(value or _("（空）"), count) for value, count in rows], label=label, unit=_("数量"))
    return None


def _column(name: str, element: catalog.DataElement | None) -> str:
    if element is None:
        return _("数量") if name == opening.COUNT else name
    return _named(element.title, element.title_en)


def _named(name: str, name_en: str) -> str:
    return (name_en if (get_language() or "").startswith("en") else "") or name

"""The data desk 数据工作台: what a department holds, what landed, what came back, how good it is, where it flows."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhengtong.data.catalog import api as catalog
from zhengtong.data.collection import api as collection
from zhengtong.data.quality import api as quality
from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotFound
from zhengtong.kernel.pages.api import add_refusal, columns, export
from zhengtong.portals.officer.lineage_drawing import draw
from zhengtong.portals.officer.views.desk import official, page
from zhengtong.trust.identity.api import Actor
from zhengtong.trust.ledger import api as ledger

_LATEST, _MINE = 10, 50
_PAGES = 50
_CHOICES: dict[str, Any] = {
    "sharing": catalog.SharingClass,
    "opening": catalog.OpeningClass,
    "cycle": catalog.UpdateCycle,
    "grade": lambda text: catalog.DataGrade(int(text)),
    "provider": UUID,
}


class AnswerForm(forms.Form):
    """What a department answers to an issue."""

    text = forms.CharField(
        label=gettext_lazy("整改情况或说明"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Show the department's datasets, its latest batches, rows that came back and open issues."""
    actor = official(request)
    if actor.organisation is None:
        raise NotFound
    context = {
        "found": catalog.datasets_of(actor.organisation, size=_MINE),
        "systems": catalog.systems_of(actor.organisation),
        "batches": collection.batches_of(actor.organisation, limit=_LATEST),
        "issues": quality.issues(provider=actor.organisation, limit=_LATEST),
        "organisation": actor.organisation,
    }
    return page(request, "officer/data_desk.html", context, actor=actor)


@require_safe
def search(request: HttpRequest) -> HttpResponseBase:
    """Search the published catalogue and narrow it by facets; `?format=csv` gives all that was found."""
    actor = official(request)
    text, number = request.GET.get("q", "").strip()[:100], request.GET.get("page", "1")
    asked = {name: value for name in _CHOICES if (value := _choice(name, request.GET.get(name, ""))) is not None}
    filters = catalog.Filters(**asked)
    if request.GET.get("format") == "csv":
        header = [str(_("代码")), _("名称"), _("数源部门"), _("共享属性"), _("开放属性"), _("更新周期"), _("分级")]
        return export("catalog", header, _rows(text, filters))
    found = catalog.search(text, filters=filters, page=int(number) if number.isdigit() and len(number) < 6 else 1)
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "text": text,
        "found": found,
        "facets": _facets(request, filters),
        "query": query.urlencode(),
        "narrowed": bool(asked),
    }
    return page(request, "officer/data_catalog.html", context, actor=actor)


@require_safe
def dataset(request: HttpRequest, name: str) -> HttpResponse:
    """Show a dataset: its elements with class and grade, how it is shared, its batches, its score, its history."""
    actor = official(request)
    found = _seen_by(actor, name)
    context = {
        "layout": "officer/base.html",
        "title": _named(found),
        "lede": found.entry.summary,
        "one": found,
        "elements": [
            (element, catalog.GRADE_LABELS[catalog.element_grade(element)]) for element in found.entry.elements
        ],
        "may_ask": found.provider != actor.organisation and found.entry.sharing is not catalog.SharingClass.WITHHELD,
        "may_open": found.provider == actor.organisation and found.state is catalog.DatasetState.PUBLISHED,
        "batches": collection.batches_of_dataset(found.code, limit=5),
        "assessment": quality.latest(found.code),
        "history": ledger.acts_on("data.catalog.dataset", found.code).items[:10],
    }
    return page(request, "officer/data_dataset.html", context, actor=actor)


@require_safe
def batch(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show a batch of the own department: what landed, what was refused and why, without the rows themselves."""
    actor = official(request)
    found = collection.batch(identifier)
    if found.provider != actor.organisation:
        raise collection.BatchUnknown
    return page(request, "officer/data_batch.html", {"one": found}, actor=actor)


@require_POST
def take_back(request: HttpRequest, identifier: UUID) -> HttpResponseBase:
    """Give the refused rows of a batch back as CSV; it is on record who took them."""
    actor = official(request)
    rows = collection.take_back(actor=actor, batch=identifier, at=clock.system.now())
    names = list(dict.fromkeys(name for row in rows for name in row.cells))
    lines = ([row.number, " ".join(row.reasons), *(row.cells.get(name, "") for name in names)] for row in rows)
    return export(f"refused-{identifier}", [_("序号"), _("退回原因"), *names], iter(lines))


@require_safe
def board(request: HttpRequest) -> HttpResponseBase:
    """Show how good the data are, department by department and dataset by dataset, the worst first."""
    actor = official(request)
    scores = quality.scores()
    if request.GET.get("format") == "csv":
        rows = ([one.dataset, one.dataset_name, one.provider_name, one.score, one.rows, one.issues] for one in scores)
        return export("quality", [_("代码"), _("名称"), _("数源部门"), _("得分"), _("行数"), _("问题")], iter(rows))
    context = {"departments": quality.department_scores(), "scores": scores[:_MINE], "total": len(scores)}
    return page(request, "officer/data_quality.html", context, actor=actor)


@require_safe
def assessment(request: HttpRequest, name: str) -> HttpResponse:
    """Show a dataset's quality: its trend, rule by rule what is broken, its open issues."""
    actor = official(request)
    found = _seen_by(actor, name)
    trend = quality.trend(found.code)
    chart = columns(
        [(f"{clock.on_day(one.at):%m-%d}", round(one.score)) for one in trend], label=_("日期"), unit=_("得分")
    )
    context = {
        "one": found,
        "latest": trend[-1] if trend else None,
        "chart": chart,
        "issues": quality.issues(dataset=found.code),
    }
    return page(request, "officer/data_assessment.html", context, actor=actor)


@require_http_methods(["GET", "HEAD", "POST"])
def issue(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show an issue and take its department's answer."""
    actor = official(request)
    found = quality.issue(identifier)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            quality.answer(actor=actor, issue=identifier, text=form.cleaned_data["text"], at=clock.system.now())
        except quality.AnswerMissing as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("已答复，下次检查将核对整改结果。"))
            return redirect("officer:data_issue", identifier)
    mine = found.provider == actor.organisation and found.state is not quality.IssueState.CLOSED
    context = {"one": found, "form": form if mine else None, "slug": catalog.slug(found.dataset)}
    return page(request, "officer/data_issue.html", context, actor=actor, status=422 if form.errors else 200)


@require_safe
def lineage(request: HttpRequest, name: str) -> HttpResponse:
    """Draw where a dataset comes from and goes to, with the columns in a table beside it."""
    actor = official(request)
    found = _seen_by(actor, name)
    edges = collection.lineage_of(found.code)
    names = {end for edge in edges for end in (edge.source, edge.target)}
    titles = {code: _named(one) for code, one in catalog.datasets(names | {found.code}).items()}
    context = {
        "one": found,
        "edges": [(titles.get(e.source, e.source), titles.get(e.target, e.target), e) for e in edges],
        "drawing": draw(found.code, edges, titles),
    }
    return page(request, "officer/data_lineage.html", context, actor=actor)


def _seen_by(actor: Actor, name: str) -> catalog.DatasetView:
    """Return the dataset of this name; what is not published is only for its own department."""
    found = catalog.dataset(catalog.code_of(name))
    if found.state is not catalog.DatasetState.PUBLISHED and found.provider != actor.organisation:
        raise catalog.DatasetUnknown(dataset=found.code)
    return found


def _choice(name: str, text: str) -> Any:
    try:
        return _CHOICES[name](text) if text else None
    except ValueError:
        return None


def _rows(text: str, filters: catalog.Filters) -> Iterator[list[Any]]:
    for number in range(1, _PAGES + 1):
        found = catalog.search(text, filters=filters, page=number, size=1000)
        for one in found.rows:
            labels = one.labels
            yield [
                one.code, one.name, one.provider_name, labels["sharing"], labels["opening"], labels["cycle"],
                labels["grade"],
            ]  # fmt: skip
        if number >= found.pages:
            return


def _facets(request: HttpRequest, filters: catalog.Filters) -> list[dict[str, Any]]:
    """Return the facets as the template draws them: a link that narrows, or takes the narrowing back."""
    titles = {
        "sharing": _("共享属性"), "opening": _("开放属性"), "grade": _("分级"), "cycle": _("更新周期"),
        "provider": _("数源部门"),
    }  # fmt: skip
    counted = catalog.facets(filters)
    drawn = []
    for name, title in titles.items():
        links = []
        for facet in getattr(counted, name):
            query = request.GET.copy()
            query.pop("page", None)
            chosen = request.GET.get(name) == facet.value
            query.pop(name, None)
            if not chosen:
                query[name] = facet.value
            label = facet.label_en if _english() and facet.label_en else facet.label
            links.append({"label": label, "count": facet.count, "link": f"?{query.urlencode()}", "chosen": chosen})
        drawn.append({"title": title, "links": links})
    return drawn


def _named(one: catalog.DatasetView) -> str:
    return (_english() and one.name_en) or one.name


def _english() -> bool:
    return (get_language() or "").startswith("en")

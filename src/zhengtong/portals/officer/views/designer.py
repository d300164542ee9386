"""The form designer 表单设计: the forms a body keeps, their versions, a draft and its fields, checked and published."""

from datetime import date
from operator import attrgetter
from typing import Any

import orjson
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotAllowed, Refusal, SignInNeeded
from zhengtong.kernel.pages.api import Asked, Column, Listing, Slice, add_refusal, of_sequence, show_listing
from zhengtong.portals.officer.design_forms import (
    AddForm,
    FieldForm,
    ImportForm,
    PairForm,
    PublishForm,
    condition_fault,
)
from zhengtong.portals.officer.views.desk import LAYOUT, menu, official, page
from zhengtong.process.forms import api as forms
from zhengtong.process.items.api import Words
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.api import Actor

VERBS = {
    "begin_draft": _("开始起草"), "add_field": _("添加字段"), "change_field": _("修改字段"),
    "move_field": _("调整先后"), "remove_field": _("删除字段"), "import_schema": _("导入文件"), "undo": _("撤销"),
}  # fmt: skip


@require_safe
def listed(request: HttpRequest) -> HttpResponseBase:
    """List the forms that the official's body keeps."""
    actor = keeper(request)
    kept = forms.forms_kept(actor, at=today())
    listing = Listing(
        title=_("表单设计"), name="forms", layout=LAYOUT, sort="item",
        source=lambda asked: _found(kept, asked), search=_("事项名称或编码"), empty=_("没有这样的表单。"),
        lede=_("本单位事项问申请人什么，在这里改。先起草、看效果、检查，再定日子发布。"),
        columns=[
            Column(
                key="name", label=_("事项"), value=lambda one: Words(one.name, one.name_en), sortable=True,
                link=lambda one: reverse("officer:form", args=[one.item]),
            ),
            Column(key="item", label=_("编码"), value=lambda one: one.item, sortable=True),
            Column(key="version", label=_("现在用"), value=lambda one: version_name(one.version), sortable=True),
            Column(key="draft", label=_("草稿"), value=lambda one: version_name(one.draft) if one.draft else "—"),
            Column(
                key="changed_at", label=_("最近改动"),
                value=lambda one: clock.on_day(one.changed_at) if one.changed_at else "—",
            ),
        ],
    )  # fmt: skip
    return show_listing(request, listing, **menu(actor))


def keeper(request: HttpRequest) -> Actor:
    """Return the official, who edits or publishes the forms of some body.

    Raises:
        SignInNeeded, NotAllowed: nobody, or somebody who does neither.
    """
    actor = official(request)
    if not menu(actor)["permissions"] & {forms.Permission.EDIT, forms.Permission.PUBLISH}:
        raise NotAllowed
    return actor


def today() -> date:
    """Return the day the pages speak of."""
    return clock.on_day(clock.system.now())


def version_name(number: int) -> str:
    """Return how a version is called on screen."""
    return gettext("第 {number} 版").format(number=number) if number else gettext("随目录发布的")


def _found(kept: tuple[forms.FormLine, ...], asked: Asked) -> Slice[forms.FormLine]:
    words = asked.text.casefold()
    found = tuple(one for one in kept if words in f"{one.item} {one.name} {one.name_en}".casefold())
    return of_sequence(found, asked, orders={name: attrgetter(name) for name in ("name", "item", "version")})


@require_safe
def form(request: HttpRequest, item: str) -> HttpResponse:
    """Show a form: what is asked now, its versions, what can be done."""
    actor = keeper(request)
    view = forms.form_history(actor, item, at=today())
    people = {who for one in view.versions for who in (one.changed_by, one.published_by) if who}
    names = identity.names_of(people) if people else {}
    context = {
        "view": view,
        "name": _name(view.line),
        "versions": [
            (one, names.get(one.changed_by, ""), names.get(one.published_by or one.changed_by, ""))
            for one in view.versions
        ],
        "pair": PairForm(None, versions=view.versions) if view.versions else None,
    }
    return page(request, "officer/form.html", context, actor=actor)


def _name(line: forms.FormLine) -> Words:
    return Words(line.name, line.name_en)


@require_POST
def begin(request: HttpRequest, item: str) -> HttpResponse:
    """Begin a draft, or go to the one there is."""
    forms.begin_draft(actor=keeper(request), item=item, at=clock.system.now())
    return redirect("officer:form_draft", item)


@require_safe
def version(request: HttpRequest, item: str, number: int) -> HttpResponse:
    """Show a version: its fields, and how applicants meet it."""
    actor = keeper(request)
    view = forms.version_view(actor, item, number, at=today())
    context = {
        "view": view, "number": number, "name": _name(view.form), "version_name": version_name(number),
        "lines": list(forms.fields_of(view.schema)), "told": _told(view),
    }  # fmt: skip
    return page(request, "officer/form_version.html", context, actor=actor)


@require_safe
def file(request: HttpRequest, item: str, number: int) -> HttpResponse:
    """Give a version as a JSON Schema file."""
    view = forms.version_view(keeper(request), item, number, at=today())
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **view.schema}
    answer = HttpResponse(orjson.dumps(schema, option=orjson.OPT_INDENT_2), content_type="application/schema+json")
    answer["Content-Disposition"] = f'attachment; filename="{item}-v{number}.json"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, item: str, number: int) -> HttpResponse:
    """Say what withdrawing a version means, and do it."""
    actor = keeper(request)
    view = forms.version_view(actor, item, number, at=today())
    if request.method == "POST":
        forms.withdraw_version(actor=actor, item=item, number=number, at=clock.system.now())
        messages.success(request, gettext("已停用。") if view.version else "")
        return redirect("officer:form", item)
    if view.version is None or view.version.state is forms.VersionState.WITHDRAWN:
        return redirect("officer:form", item)
    context = {"view": view, "name": _name(view.form), "version_name": version_name(number)}
    return page(request, "officer/form_withdraw.html", context, actor=actor)


@require_safe
def compare(request: HttpRequest, item: str) -> HttpResponse:
    """Say in plain words what differs between two versions."""
    actor, now = keeper(request), today()
    view = forms.form_history(actor, item, at=now)
    form = PairForm(request.GET, versions=view.versions)
    context: dict[str, Any] = {"form": form, "name": _name(view.line), "item": item}
    if form.is_bound and form.is_valid():
        pair = [form.cleaned_data[name] for name in ("before", "after")]
        one, other = (view.schemas[number] for number in pair)
        context |= {
            "differences": forms.differences(one, other), "compared": True,
            "before": version_name(pair[0]), "after": version_name(pair[1]),
        }  # fmt: skip
    return page(request, "officer/form_compare.html", context, actor=actor, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest, item: str) -> HttpResponse:
    """Show the draft with its fields beside the preview; add a field."""
    actor = keeper(request)
    view = forms.draft_of(actor, item, at=today())
    assert view.version is not None  # noqa: S101 -- a draft is a version
    posted = request.POST if request.method == "POST" else None
    add = AddForm(posted, schema=view.schema, revision=view.version.revision)
    if add.is_bound and add.is_valid():
        try:
            path = _add(actor, item, add, view)
        except (SignInNeeded, NotAllowed):
            raise
        except forms.FormDraftChanged as refusal:
            messages.warning(request, _was_faster(view, add.cleaned_data["revision"], refusal))
            add = AddForm(_again(request, view.version.revision), schema=view.schema, revision=view.version.revision)
            return _drawn(request, actor, view, add, status=409)
        except Refusal as refusal:
            add_refusal(add, refusal)
        else:
            return redirect("officer:form_field", item, path)
    return _drawn(request, actor, view, add, status=422 if add.errors else 200)


def _drawn(request: HttpRequest, actor: Actor, view: forms.VersionView, add: AddForm, *, status: int) -> HttpResponse:
    assert view.version is not None  # noqa: S101 -- a draft is a version
    faults = forms.faults_of(view.schema)
    context = {
        "view": view, "item": view.form.item, "name": _name(view.form), "number": view.version.number, "add": add,
        "lines": list(forms.fields_of(view.schema)), "told": _told(view),
        "upload": ImportForm(revision=view.version.revision), "errors": sum(one.is_error for one in faults),
    }  # fmt: skip
    return page(request, "officer/form_draft.html", context, actor=actor, status=status)


def _add(actor: Actor, item: str, form: AddForm, view: forms.VersionView) -> str:
    asked = form.cleaned_data
    group, kind = asked.get("group", ""), forms.Kind(asked["kind"])
    name = forms.proposed_name(view.schema, asked["title_en"], group)
    path = f"{group}.{name}" if group else name
    made = forms.new_field(kind, asked["title"], asked["title_en"])
    forms.add_field(
        actor=actor, item=item, revision=asked["revision"], path=path, field=made,
        required=kind not in {forms.Kind.YES_NO, forms.Kind.GROUP}, at=clock.system.now(),
    )  # fmt: skip
    return path


def _again(request: HttpRequest, revision: int) -> Any:
    """Return what was posted, for the revision that is there now: sent once more, it is saved."""
    data = request.POST.copy()
    data["revision"] = str(revision)
    return data


def _was_faster(view: forms.VersionView, seen: int, refusal: Refusal) -> str:
    """Say who changed what meanwhile, and that nothing was lost."""
    changes = forms.since(view, seen)
    names = identity.names_of({one.by for one in changes})
    told = "；".join(f"{names.get(one.by, '')} {VERBS.get(one.verb, one.verb)} {one.field}".strip() for one in changes)
    return f"{refusal.explanation}{refusal.advice} {told}"


def _told(view: forms.VersionView) -> list[tuple[Any, str, forms.RevisionLine]]:
    names = identity.names_of({one.by for one in view.revisions}) if view.revisions else {}
    return [(VERBS.get(one.verb, one.verb), names.get(one.by, ""), one) for one in view.revisions]


@require_POST
def step(request: HttpRequest, item: str) -> HttpResponse:
    """Move or remove a field, undo, import a file: one button each."""
    actor, at = keeper(request), clock.system.now()
    asked = request.POST
    seen = asked.get("revision", "")
    revision = int(seen) if seen.isdecimal() and len(seen) < 8 else 0
    told: dict[str, Any] = {"actor": actor, "item": item, "revision": revision, "at": at}
    try:
        if asked.get("up") or asked.get("down"):
            forms.move_field(**told, path=asked.get("up") or asked["down"], up=bool(asked.get("up")))
        elif asked.get("remove"):
            forms.remove_field(**told, path=asked["remove"])
            messages.success(request, gettext("已删除字段 {name}，可以撤销。").format(name=asked["remove"][:90]))
        elif "undo" in asked:
            forms.undo(**told)
            messages.success(request, gettext("已撤销上一步。"))
        elif (upload := request.FILES.get("file")) is not None:
            forms.import_schema(**told, content=upload.read(300_000))
            messages.success(request, gettext("已导入，代替了原来的草稿；可以撤销。"))
    except forms.FormDraftChanged as refusal:
        view = forms.draft_of(actor, item, at=clock.on_day(at))
        messages.warning(request, _was_faster(view, revision, refusal))
    except (forms.NothingToUndo, forms.FormFileUnreadable, forms.FieldUnknown) as refusal:
        messages.error(request, str(refusal))
    return redirect("officer:form_draft", item)


@require_http_methods(["GET", "HEAD", "POST"])
def field(request: HttpRequest, item: str, path: str) -> HttpResponse:
    """Show everything about one field of the draft beside the preview, and save it."""
    actor = keeper(request)
    view = forms.draft_of(actor, item, at=today())
    assert view.version is not None  # noqa: S101 -- a draft is a version
    line, now = forms.field_at(view.schema, path), view.version.revision
    form = FieldForm(request.POST if request.method == "POST" else None, line=line, revision=now)
    status = 200
    if form.is_bound and form.is_valid():
        try:
            forms.change_field(
                actor=actor, item=item, revision=form.cleaned_data["revision"], path=path, field=form.field(),
                required=form.cleaned_data["required"], at=clock.system.now(),
            )  # fmt: skip
        except (SignInNeeded, NotAllowed):
            raise
        except forms.FormDraftChanged as refusal:
            messages.warning(request, _was_faster(view, form.cleaned_data["revision"], refusal))
            form, status = FieldForm(_again(request, now), line=line, revision=now), 409
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, gettext("已保存。"))
            return redirect("officer:form_draft", item) if "back" in request.POST else redirect(request.path)
    context = {
        "form": form, "line": line, "item": item, "number": view.version.number, "name": _name(view.form),
        "title": forms.title_of(line.field) or path, "before": _names_before(view.schema, path),
    }  # fmt: skip
    return page(request, "officer/form_field.html", context, actor=actor, status=422 if form.errors else status)


def _names_before(schema: forms.Schema, path: str) -> list[tuple[str, str]]:
    """Return name and title of the fields a condition may look at: those asked before."""
    found = []
    for line in forms.fields_of(schema):
        if line.path == path:
            break
        if not line.group:
            found.append((line.path, forms.title_of(line.field)))
    return found


@require_POST
def condition(request: HttpRequest, item: str, path: str) -> HttpResponse:
    """Say at once whether a condition can be read and sees only what was asked before; nothing is saved."""
    view = forms.draft_of(keeper(request), item, at=today())
    line = forms.field_at(view.schema, path)
    asked = request.POST.get("show_if", "").strip()[:500]
    told = condition_fault(asked)
    if not told and asked:
        tried = {**view.schema, "properties": {**view.schema["properties"], path: {**line.field, "showIf": asked}}}
        found = [one for one in forms.faults_of(tried) if one.field == path and one.code in CONDITION_FAULTS]
        told = " ".join(f"{one.message}{one.remedy}" for one in found)
    return HttpResponse(escape(told or (gettext("条件读得懂。") if asked else "")))


CONDITION_FAULTS = {"condition-unread", "condition-unknown-field", "condition-later-field", "unreachable"}


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, item: str) -> HttpResponse:
    """Show what is wrong with the draft and what it changes; publish it from a day on when that was seen."""
    actor, now = keeper(request), today()
    view = forms.draft_of(actor, item, at=now)
    assert view.version is not None  # noqa: S101 -- a draft is a version
    posted = request.POST if request.method == "POST" else None
    form = PublishForm(posted, revision=view.version.revision, today=now)
    status = 200
    if form.is_bound and form.is_valid():
        asked = form.cleaned_data
        try:
            number = forms.publish_draft(
                actor=actor, item=item, revision=asked["revision"], effective_on=asked["effective_on"],
                at=clock.system.now(),
            )  # fmt: skip
        except forms.FormDraftChanged as refusal:
            messages.warning(request, _was_faster(view, asked["revision"], refusal))
            form, status = PublishForm(_again(request, view.version.revision), revision=0, today=now), 409
        except (forms.EffectiveDayPassed, forms.FormNotPublishable) as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, gettext("已发布第 {number} 版。在办的申请仍按原来的表单。").format(number=number))
            return redirect("officer:form", item)
    faults = forms.publishing_faults(item, view.schema, on=now)
    context = {
        "form": form, "view": view, "item": item, "name": _name(view.form), "faults": faults,
        "publishable": not any(one.is_error for one in faults), "number": view.version.number,
        "differences": forms.differences(view.asked, view.schema), "before": version_name(view.form.version),
    }  # fmt: skip
    return page(request, "officer/form_check.html", context, actor=actor, status=422 if form.errors else status)

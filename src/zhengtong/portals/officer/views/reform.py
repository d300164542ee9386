"""The reform desk 改革台: definitions and their steps, a new version checked and published, cases moved to it."""

import re
from collections.abc import Mapping
from datetime import datetime, time
from hashlib import sha256
from operator import attrgetter
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotAllowed, Refusal, SignInNeeded, Text
from zhengtong.kernel.pages.api import Asked, Column, Listing, Slice, add_refusal, of_sequence, show_listing
from zhengtong.portals.officer.decision_grids import drawn, taken
from zhengtong.portals.officer.reform_forms import MoveForm, PairForm, VersionForm
from zhengtong.portals.officer.views.desk import LAYOUT, menu, official, page
from zhengtong.process.bpmn import api as bpmn
from zhengtong.process.store import api as store
from zhengtong.trust.access.api import permission_entry, require
from zhengtong.trust.access.contracts import UnknownPermission
from zhengtong.trust.identity.api import Actor

KINDS: Mapping[str, Text] = {
    "startEvent": _("开始"), "endEvent": _("结束"), "boundaryEvent": _("中断或插入"),
    "intermediateCatchEvent": _("等待"), "intermediateThrowEvent": _("抛出"), "userTask": _("人工办理"),
    "manualTask": _("线下办理"), "serviceTask": _("系统办理"), "scriptTask": _("计算"),
    "businessRuleTask": _("按决策表判断"), "sendTask": _("发送"), "receiveTask": _("等待消息"), "task": _("办理"),
    "callActivity": _("调用其他流程"), "subProcess": _("子流程"), "transaction": _("事务子流程"),
    "adHocSubProcess": _("自由子流程"), "exclusiveGateway": _("只走一路"), "parallelGateway": _("同时进行或会合"),
    "inclusiveGateway": _("走一路或多路"), "complexGateway": _("按规则会合"), "eventBasedGateway": _("先到先走"),
}  # fmt: skip
ASPECTS: Mapping[bpmn.Aspect, Text] = {
    bpmn.Aspect.NAME: _("名称"), bpmn.Aspect.KIND: _("类型"), bpmn.Aspect.WHO: _("由谁办"),
    bpmn.Aspect.TRIGGER: _("等什么"), bpmn.Aspect.REPEATS: _("重复"), bpmn.Aspect.WORDS: _("说明"),
    bpmn.Aspect.NEXT: _("下一步"),
}  # fmt: skip
_KEY = re.compile(r"[a-z][a-z0-9_]{0,119}")
_LITERAL = re.compile(r'"([^"\\]*)"')
_NEW = store.Source(bpmn=b"", decisions={})


@require_safe
def desk(request: HttpRequest) -> HttpResponseBase:
    """List the definitions with their versions in effect and running cases."""
    actor = official(request)
    listing = Listing(
        title=_("流程改革"), name="processes", source=_definitions, layout=LAYOUT, template="officer/reform.html",
        lede=_("办件按这里的流程办理。先看步骤和瓶颈，再改、推演、发布、迁移。"), search=_("流程名称或编号"),
        empty=_("没有这样的流程。"), sort="key",
        columns=[
            Column(
                key="name", label=_("流程"), value=lambda one: one.name or one.key, sortable=True,
                link=lambda one: reverse("officer:reform_definition", args=[one.key]),
            ),
            Column(key="key", label=_("编号"), value=lambda one: one.key, sortable=True),
            Column(key="in_effect", label=_("生效版本"), value=lambda one: one.in_effect or _("未生效"), number=True),
            Column(key="versions", label=_("版本数"), value=lambda one: one.versions, sortable=True, number=True),
            Column(key="running", label=_("在办件"), value=lambda one: one.running, sortable=True, number=True),
            Column(
                key="published_at", label=_("最近发布"), value=lambda one: clock.on_day(one.published_at), sortable=True
            ),
        ],
    )  # fmt: skip
    return show_listing(request, listing, **menu(actor))


def _definitions(asked: Asked) -> Slice[store.DefinitionLine]:
    found = store.definitions_known(clock.system.now())
    words = asked.text.casefold()
    found = tuple(one for one in found if words in f"{one.key} {one.name}".casefold())
    orders = {name: attrgetter(name) for name in ("name", "key", "versions", "running", "published_at")}
    return of_sequence(found, asked, orders=orders)


@require_safe
def new(request: HttpRequest) -> HttpResponse:
    """Lead to the page where a definition of a new name is written."""
    require(official(request), store.Permission.PUBLISH)
    key = request.GET.get("key", "").strip()
    if not _KEY.fullmatch(key):
        messages.error(request, gettext("流程编号以小写字母开头，只含小写字母、数字和下划线，最多 120 个字符。"))
        return redirect("officer:reform")
    return redirect("officer:reform_edit", key)


@require_safe
def definition(request: HttpRequest, key: str, version: int | None = None) -> HttpResponse:
    """Show a definition as a list of steps, with its versions and what can be done."""
    actor, now = official(request), clock.system.now()
    versions = store.versions_of(key, now)
    one = chosen(versions, version)
    graph = store.graph_of(one.id)
    context = {
        "one": one,
        "name": store.name_of(one.id) or key,
        "versions": versions,
        "steps": rows(bpmn.steps_of(graph)),
        "decisions": sorted(store.source_of(one.id).decisions),
        "pair": PairForm(None, versions=versions) if len(versions) > 1 else None,
    }
    return page(request, "officer/reform_definition.html", context, actor=actor)


@require_safe
def source(request: HttpRequest, key: str, version: int) -> HttpResponse:
    """Give the model of a version as a file."""
    official(request)
    one = chosen(store.versions_of(key, clock.system.now()), version)
    answer = HttpResponse(store.source_of(one.id).bpmn, content_type="application/xml")
    answer["Content-Disposition"] = f'attachment; filename="{key}-v{version}.bpmn"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Take a new version: check it, show what it would change, publish it when that was seen.

    One begins from the newest version, or with `?from=` from an earlier one.
    """
    actor, now = official(request), clock.system.now()
    require(actor, store.Permission.PUBLISH)
    newest, origin = _newest_and_origin(key, request.GET.get("from", ""), now)
    given = store.source_of(origin.id) if origin else _NEW
    posted = request.method == "POST"
    data, files = (request.POST, request.FILES) if posted else (None, None)
    form = VersionForm(data, files, source=given, today=clock.on_day(now))
    name = (store.name_of(newest.id) if newest else "") or key
    context: dict[str, Any] = {"form": form, "key": key, "name": name, "performers": _performers(newest)}
    if form.is_bound and form.is_valid():
        model, overruled = taken(form.model(), request.POST)
        for file in overruled:
            messages.warning(
                request, gettext("%(file)s 的文字和表格都改过，以文字为准，表格里的改动没有采用。") % {"file": file}
            )
        try:
            context |= _looked_at(newest, model, now)
            if request.POST.get("step") == "publish" and request.POST.get("seen") == context["seen"]:
                return _publish(request, actor, key, model, form, now)
        except (SignInNeeded, NotAllowed):
            raise
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            form.show(model)
    context["tables"] = drawn(form.shown())
    status = 422 if form.errors or any(one["is_error"] for one in context.get("findings", ())) else 200
    return page(request, "officer/reform_edit.html", context, actor=actor, status=status)


def _performers(newest: store.VersionLine | None) -> list[tuple[str, Any]]:
    """Return who may be named at a step, as expressions with their meaning."""
    named_there = {who for step in bpmn.steps_of(store.graph_of(newest.id)) for who in step.who} if newest else set()
    return [(who, role(who)) for who in sorted(named_there | {'"applicant"'})]


def _looked_at(newest: store.VersionLine | None, model: store.Source, now: datetime) -> dict[str, Any]:
    """Return what the page says of a model before it is published."""
    found = store.lint(model.bpmn, model.decisions, at=now)
    graph = bpmn.read_definitions(bpmn.read_document(model.bpmn))
    english = (get_language() or "").startswith("en")
    context: dict[str, Any] = {
        "checked": True,
        "seen": sha256(model.bpmn + b"".join(model.decisions[name] for name in sorted(model.decisions))).hexdigest(),
        "may_publish": not any(one.is_error for one in found),
        "findings": [
            {
                "is_error": one.is_error, "line": one.line, "place": one.name or one.element, "file": one.file,
                "code": one.code, "message": one.en if english else one.zh,
                "remedy": one.remedy_en if english else one.remedy_zh,
            }
            for one in sorted(found, key=lambda one: (not one.is_error, one.file, one.line))
        ],
    }  # fmt: skip
    if newest is not None:
        context |= {"differences": differences(store.graph_of(newest.id), graph), "compared": newest}
    return context


def _publish(
    request: HttpRequest, actor: Actor, key: str, model: store.Source, form: VersionForm, now: datetime
) -> HttpResponse:
    day = form.cleaned_data["effective_on"]
    begins = now if day is None or day <= clock.on_day(now) else datetime.combine(day, time.min, clock.BEIJING)
    made = store.publish_as(actor, key, model.bpmn, model.decisions, effective_from=begins, at=now)
    if made.repeated:
        messages.info(
            request, gettext("内容和那时生效的第 %(version)s 版完全一样，没有重复发布。") % {"version": made.version}
        )
    else:
        messages.success(
            request, gettext("已发布第 %(version)s 版。在办件仍按原来的版本办理。") % {"version": made.version}
        )
    return redirect("officer:reform_version", key, made.version)


@require_safe
def compare(request: HttpRequest, key: str) -> HttpResponse:
    """Show which steps a version adds, removes and does otherwise than another."""
    actor = official(request)
    versions = store.versions_of(key, clock.system.now())
    form = PairForm(request.GET, versions=versions)
    context: dict[str, Any] = {"form": form, "key": key, "name": store.name_of(versions[0].id) or key}
    if form.is_bound and form.is_valid():
        one, other = (chosen(versions, form.cleaned_data[name]) for name in ("before", "after"))
        context["differences"] = differences(store.graph_of(one.id), store.graph_of(other.id))
        context |= {"before": one, "after": other}
    return page(request, "officer/reform_compare.html", context, actor=actor, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, key: str) -> HttpResponse:
    """Say what withdrawing a definition means, and do it."""
    actor, now = official(request), clock.system.now()
    require(actor, store.Permission.PUBLISH)
    versions = store.versions_of(key, now)
    if request.method == "POST":
        store.withdraw_as(actor, key, at=now)
        messages.success(request, gettext("已停用，不再有新办件按它开始。"))
        return redirect("officer:reform_definition", key)
    context = {
        "key": key,
        "name": store.name_of(versions[0].id) or key,
        "running": sum(one.running for one in versions),
    }
    return page(request, "officer/reform_withdraw.html", context, actor=actor)


@require_http_methods(["GET", "HEAD", "POST"])
def migrate(request: HttpRequest, key: str, before: int, after: int) -> HttpResponse:
    """Show which running cases would move to another version and what stands against it; move them when asked."""
    actor, now = official(request), clock.system.now()
    require(actor, store.Permission.MIGRATE)
    versions = store.versions_of(key, now)
    one, other = chosen(versions, before), chosen(versions, after)
    language = get_language() or "zh"
    unplaced = store.migration_unplaced(one.id, other.id)
    data = request.POST if request.method == "POST" else None
    form = MoveForm(data, unplaced=unplaced, target=store.graph_of(other.id))
    instructions: dict[str, str] = {item.node: item.suggestion for item in unplaced if item.suggestion}
    if form.is_bound and form.is_valid():
        instructions = form.instructions()
        if request.POST.get("step") == "move":
            return _move(request, actor, (one, other), instructions, now)
    preview = store.dry_run_migration(one.id, other.id, instructions, lang=language[:2], most=_LOOKED_AT)
    context = {
        "key": key, "name": store.name_of(other.id) or key, "before": one, "after": other, "form": form,
        "preview": preview,
    }  # fmt: skip
    return page(request, "officer/reform_migrate.html", context, actor=actor, status=422 if form.errors else 200)


def _move(
    request: HttpRequest,
    actor: Actor,
    versions: tuple[store.VersionLine, store.VersionLine],
    instructions: Mapping[str, str],
    now: datetime,
) -> HttpResponse:
    """Begin to move the cases of the first version to the second, and say how far that came."""
    batch = store.migrate_as(actor, versions[0].id, versions[1].id, instructions, at=now)
    store.proceed_with_migration(batch.id, at=now, limit=_AT_ONCE)
    done = store.migration_progress(batch.id)
    told = {"moved": done.moved, "total": done.total, "blocked": done.blocked}
    messages.success(
        request, gettext("共 %(total)s 件，已迁移 %(moved)s 件，不能迁移 %(blocked)s 件；其余由后台继续。") % told
    )
    return redirect("officer:reform_definition", versions[0].key)


_LOOKED_AT = 1_000  # cases a preview looks at, ten statements; `zhengtong bpmn migrate --dry-run` looks at all
_AT_ONCE = 50  # cases moved while the official waits; the worker's rounds do the rest


def chosen(versions: tuple[store.VersionLine, ...], number: int | None) -> store.VersionLine:
    """Return the version *number*, without one the version in effect, or else the newest.

    Raises:
        Http404: there is no such version.
    """
    if number is None:
        return next((one for one in versions if one.is_in_effect), versions[0])
    found = next((one for one in versions if one.version == number), None)
    if found is None:
        raise Http404
    return found


def differences(before: bpmn.Definitions, after: bpmn.Definitions) -> dict[str, Any]:
    """Return what the pages show of two versions beside each other."""
    found = bpmn.compare_steps(before, after)
    return {
        "is_none": found.is_none,
        "added": rows(found.added),
        "removed": rows(found.removed),
        "changed": [
            (one.step, [(ASPECTS[aspect], said(aspect, old), said(aspect, new)) for aspect, old, new in one.aspects])
            for one in found.changed
        ],
    }


def rows(steps: tuple[bpmn.Step, ...]) -> list[dict[str, Any]]:
    """Return steps as the pages show them: in words, with the number of each step that follows."""
    numbers = {step.node: step.number for step in steps}
    return [
        {
            "step": step, "kind": KINDS.get(step.kind, step.kind), "who": [role(one) for one in step.who],
            "nexts": [(one, numbers.get(one.node)) for one in step.nexts],
        }
        for step in steps
    ]  # fmt: skip


def said(aspect: bpmn.Aspect, text: str) -> Any:
    """Return a step's aspect in words."""
    if aspect is bpmn.Aspect.KIND:
        return KINDS.get(text, text)
    if aspect is bpmn.Aspect.WHO:
        return "; ".join(str(role(one)) for one in text.split("; ") if one)
    return text


def role(who: str) -> Any:
    """Return in words who does a task: a permission by its sentence, the applicant, else as the model says."""
    name = named(who)
    if name == "applicant":
        return _("申请人")
    try:
        return permission_entry(name).sentence
    except UnknownPermission:
        return name


def named(who: str) -> str:
    """Return the name in a FEEL literal, any other expression as it is.

    >>> named('"applicant"'), named('"opinion:" + departments[1]')
    ('applicant', '"opinion:" + departments[1]')
    """
    literal = _LITERAL.fullmatch(who.strip())
    return literal[1] if literal else who.strip()


def _newest_and_origin(
    key: str, asked: str, now: datetime
) -> tuple[store.VersionLine, store.VersionLine] | tuple[None, None]:
    """Return the newest version and the one to begin from: the *asked* one, else the newest; none where none is."""
    try:
        versions = store.versions_of(key, now)
    except store.UnknownDefinition:
        return None, None
    return versions[0], next((one for one in versions if str(one.version) == asked), versions[0])

"""Investment projects of an enterprise 投资项目: register, follow the four stages, keep one drawing set, apply."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotFound, Refusal, SignInNeeded
from zhengtong.kernel.ids import new_id
from zhengtong.kernel.money import Money
from zhengtong.kernel.pages.api import add_refusal
from zhengtong.portals.citizen.applications import Application
from zhengtong.portals.citizen.project_forms import DrawingsForm, ProjectForm
from zhengtong.portals.citizen.views.applying import ask
from zhengtong.process.bundles import api as bundles
from zhengtong.process.forms import api as forms
from zhengtong.process.items import api as items
from zhengtong.process.projects import api as projects
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.api import SubjectKind


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """List the projects of the enterprise the reader acts for; tell a person how to act for one."""
    actor = identity.actor_of(request)
    page = projects.projects_of(actor, after=request.GET.get("after", ""))
    return render(request, "citizen/projects.html", {"page": page, "enterprise": actor.party_kind is SubjectKind.LEGAL})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Ask what is built where for how much, and give the project its code."""
    actor, at = identity.actor_of(request), clock.system.now()
    projects.represents(actor, at=at)
    form = ProjectForm(request.POST) if request.method == "POST" else ProjectForm(initial={"key": new_id()})
    if form.is_bound and form.is_valid():
        try:
            code = projects.register(actor=actor, project=form.cleaned_data["key"], entry=form.entry(), at=at)
        except SignInNeeded:
            raise
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("项目已登记，代码 %(code)s。") % {"code": code})
            return redirect("citizen:project", code)
    return render(request, "citizen/project_new.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
def project(request: HttpRequest, code: str) -> HttpResponse:
    """Show the stages with their items, cases and lights, what is missing, and the drawings."""
    view = projects.own_project(identity.actor_of(request), code, at=clock.system.now())
    return render(request, "citizen/project.html", {"view": view, "investment": Money(view.entry.investment).written()})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def drawings(request: HttpRequest, code: str) -> HttpResponse:
    """Take a version of the drawing set; what is not uploaded stays as it was."""
    actor, at = identity.actor_of(request), clock.system.now()
    projects.represents(actor, at=at)
    prepared = projects.prepare(actor, project=code)
    posted = request.method == "POST"
    form = DrawingsForm(request.POST, request.FILES) if posted else DrawingsForm(initial={"key": new_id()})
    if posted and form.is_valid():
        try:
            version = _uploaded(form, actor, code)
        except SignInNeeded:
            raise
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("图纸第 %(version)s 版已保存，各阶段共用。") % {"version": version})
            return redirect("citizen:project", code)
    context = {"form": form, "prepared": prepared}
    return render(request, "citizen/project_drawings.html", context, status=422 if form.errors else 200)


def _uploaded(form: DrawingsForm, actor: identity.Actor, code: str) -> int:
    at = clock.system.now()
    kept = forms.keep_files(actor=actor, answers=form.files_given(), at=at)
    sheets = {projects.Discipline(name): value for name, value in kept.items()}
    said = form.cleaned_data
    return projects.upload_drawings(
        actor=actor, project=code, drawings=said["key"], sheets=sheets, note=said["note"], at=at
    )


@never_cache
@require_safe
def sheet(request: HttpRequest, code: str, version: int, discipline: str) -> HttpResponse:
    """Hand out a drawing of the reader's own project.

    Raises:
        SheetUnknown: there is none, or the project is somebody else's.
    """
    actor = identity.actor_of(request)
    return _file(projects.own_sheet(actor, code, version, discipline), f"{code}-v{version}-{discipline}")


def _file(file: UUID, name: str) -> HttpResponse:
    """Answer with a kept file under a name that tells project, version and discipline."""
    found = forms.attachment(file)
    if found is None:
        raise NotFound
    _name, media_type, content = found
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{media_type.rpartition("/")[2]}"',
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(content, content_type=media_type, headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest, code: str, item: str) -> HttpResponse:
    """Ask what an item of the project needs besides code and drawings, and receive the application."""
    actor, at = identity.actor_of(request), clock.system.now()
    projects.represents(actor, at=at)
    wanted = items.in_force(item, at=clock.on_day(at))
    if request.method != "POST":
        prepared = projects.prepare_item(actor, project=code, item=wanted)
    else:
        prepared = projects.prepare(actor, project=code)  # sent twice, it has begun by now
    form = forms.asked_by(wanted, at=clock.on_day(at))
    asked = Application(
        request=request,
        actor=actor,
        about=f"projects/{code}/items/{item}",
        schema=dict(form.schema),
        pieces=tuple(piece for piece in wanted.evidence if piece.key not in prepared.served),
        at=at,
    )
    return ask(
        asked,
        receive=lambda chosen, application: projects.begin_item(
            project=code, case=chosen, item=item, schema=form.schema, form_version=form.version, **application
        ),
        arrived="citizen:case",
        template="citizen/project_apply.html",
        context={"item": wanted, "prepared": prepared},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def apply_bundle(request: HttpRequest, code: str, bundle: str) -> HttpResponse:
    """Ask what all items of a stage's bundle need besides code and drawings, and receive the application."""
    actor, at = identity.actor_of(request), clock.system.now()
    projects.represents(actor, at=at)
    found, parts = items.bundle_items(bundle, at=clock.on_day(at))
    if request.method != "POST":
        prepared = projects.prepare_bundle(actor, project=code, bundle=bundle, at=at)
    else:
        prepared = projects.prepare(actor, project=code)  # sent twice, it has begun by now
    pieces = {piece.key: piece for item in parts for piece in item.evidence if piece.key not in prepared.served}
    asked = Application(
        request=request,
        actor=actor,
        about=f"projects/{code}/bundles/{bundle}",
        schema=bundles.merged_schema(found, parts, at=clock.on_day(at)),
        pieces=tuple(pieces.values()),
        at=at,
    )
    return ask(
        asked,
        receive=lambda chosen, application: projects.begin_bundle(
            project=code, bundle=chosen, code=bundle, **application
        ),
        arrived="citizen:bundle_case",
        template="citizen/project_bundle_apply.html",
        context={"bundle": found, "parts": parts, "prepared": prepared},
    )

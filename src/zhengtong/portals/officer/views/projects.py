"""Investment projects at the workbench 投资项目: those of the official's region, their stages, cases and drawings."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotFound
from zhengtong.kernel.money import Money
from zhengtong.kernel.pages.api import Asked, Column, Listing, Slice, show_listing
from zhengtong.portals.officer.views.desk import LAYOUT, menu, official, page
from zhengtong.process.forms import api as written_forms
from zhengtong.process.projects import api as projects
from zhengtong.process.projects.api import Permission, ProjectLine, ProjectState
from zhengtong.trust.access.api import require
from zhengtong.trust.identity.api import Actor


class FilterForm(forms.Form):
    """Which projects are listed: by state."""

    state = forms.ChoiceField(
        label=_("状态"),
        required=False,
        choices=lambda: [("", _("全部状态")), *((one.value, one.label) for one in ProjectState)],
    )


@require_safe
def listed(request: HttpRequest) -> HttpResponseBase:
    """List the projects of the official's region, the latest first, by code or name, and export them.

    Raises:
        NotAllowed: the actor may not look into projects.
    """
    actor = _reader(request)
    form = FilterForm(request.GET)
    chosen = form.cleaned_data.get("state") if form.is_valid() else ""
    state = ProjectState(chosen) if chosen else None

    def rows(asked: Asked) -> Slice[ProjectLine]:
        return projects.projects_within(actor, asked, state=state)

    listing = Listing(
        title=_("投资项目"), name="projects", source=rows, layout=LAYOUT, columns=_columns(),
        search=_("项目代码或名称"), lede=_("辖区内登记的投资项目：到了哪个阶段、哪些事项在谁手里。"),
        empty=_("辖区内还没有登记项目，或没有符合条件的。"), template="officer/projects.html", sort="registered",
        descending=True, keeps=list(form.fields),
    )  # fmt: skip
    return show_listing(request, listing, form=form, **menu(actor))


def _columns() -> list[Column[ProjectLine]]:
    return [
        Column(
            key="name", label=_("项目"), value=lambda one: one.name,
            link=lambda one: reverse("officer:project", args=[one.code]),
        ),
        Column(key="code", label=_("项目代码"), value=lambda one: one.code, sortable=True),
        Column(key="owner", label=_("项目单位"), value=lambda one: one.owner_name),
        Column(key="region", label=_("建设地点"), value=lambda one: one.region_name),
        Column(key="stage", label=_("阶段"), value=lambda one: one.stage or one.state.label),
        Column(
            key="registered", label=_("登记日期"), value=lambda one: clock.on_day(one.registered_at), sortable=True
        ),
    ]  # fmt: skip


@require_safe
def project(request: HttpRequest, code: str) -> HttpResponse:
    """Show a project with its stages, whom each open case waits for, and the versions of its drawings.

    Raises:
        ProjectUnknown: it lies outside the official's bounds, or there is none.
    """
    actor = _reader(request)
    view = projects.project_within_reach(actor, code, at=clock.system.now())
    return page(
        request,
        "officer/project.html",
        {"view": view, "investment": Money(view.entry.investment).written()},
        actor=actor,
    )


@never_cache
@require_safe
def sheet(request: HttpRequest, code: str, version: int, discipline: str) -> HttpResponse:
    """Hand out a drawing.

    Raises:
        SheetUnknown: there is none, or the project lies outside the official's bounds.
    """
    found = written_forms.attachment(projects.sheet_within_reach(_reader(request), code, version, discipline))
    if found is None:
        raise NotFound
    _name, media_type, content = found
    name = f"{code}-v{version}-{discipline}.{media_type.rpartition('/')[2]}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type=media_type, headers=headers)


def _reader(request: HttpRequest) -> Actor:
    actor = official(request)
    require(actor, Permission.READ)
    return actor

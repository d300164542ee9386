"""The tree of organisations in six levels 六级组织, and who works where."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotFound
from zhengtong.kernel.pages.api import Asked, Column, Listing, Slice, show_listing
from zhengtong.portals.officer.views.desk import LAYOUT, menu, official, page
from zhengtong.trust.access.api import require
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import AppointmentView, Permission

CHILDREN = 50


@require_safe
def organisation(request: HttpRequest, identifier: UUID | None = None) -> HttpResponse:
    """Show an organisation (the official's own by default): what it lies in, what lies in it, its posts."""
    actor = official(request)
    text = request.GET.get("q", "").strip()[:60]
    if text:
        found = identity.search_organisations(text)
        return page(request, "officer/organisations_found.html", {"found": found, "text": text}, actor=actor)
    here = identifier or actor.organisation
    if here is None:
        raise NotFound
    chain = identity.organisation_chain(here)
    context = {
        "branch": chain,
        "here": chain[-1],
        "children": identity.organisation_tree(here, after=request.GET.get("after", ""), limit=CHILDREN),
        "posts": identity.posts_of(here, at=clock.system.now()),
        "mine": actor.organisation,
    }
    return page(request, "officer/organisation.html", context, actor=actor)


@require_safe
def children(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Return the level below an organisation, for opening a branch in place; without script its link is followed."""
    actor = official(request)
    found = identity.organisation_tree(identifier, after=request.GET.get("after", ""), limit=CHILDREN)
    context = {"children": found, "parent": identifier, "opened": identifier, "mine": actor.organisation}
    return page(request, "officer/branch.html", context, actor=actor)


@require_safe
def colleagues(request: HttpRequest) -> HttpResponseBase:
    """List who holds a post in the official's own organisation."""
    actor = official(request)
    if not actor.organisation_path:
        raise NotFound

    def rows(asked: Asked) -> Slice[AppointmentView]:
        return identity.officials_in_post(actor.organisation_path, asked, at=clock.system.now())

    listing = Listing(
        title=_("同事"), name="colleagues", columns=_columns(), source=rows, search=_("姓名或岗位"), layout=LAYOUT,
        sort="post", empty=_("换一个词再找，或到组织机构里查看其他单位。"),
    )  # fmt: skip
    return show_listing(request, listing, **menu(actor))


@require_safe
def officials(request: HttpRequest) -> HttpResponseBase:
    """List every official in post: for administrators.

    Raises:
        NotAllowed: the actor may not appoint.
    """
    actor = official(request)
    require(actor, Permission.APPOINT)

    def rows(asked: Asked) -> Slice[AppointmentView]:
        return identity.officials_in_post("", asked, at=clock.system.now(), whole_branch=True)

    listing = Listing(
        title=_("在岗人员"), name="officials", columns=_columns(with_organisation=True), source=rows,
        search=_("姓名、岗位或机构"), layout=LAYOUT, sort="organisation", empty=_("请换一个更短的词。"),
    )  # fmt: skip
    return show_listing(request, listing, **menu(actor))


def _columns(*, with_organisation: bool = False) -> list[Column[AppointmentView]]:
    columns = [
        Column[AppointmentView](key="name", label=_("姓名"), value=lambda row: row.official_name, sortable=True),
        Column[AppointmentView](key="post", label=_("岗位"), value=_post_title, sortable=True),
        Column[AppointmentView](key="since", label=_("任职起始"), value=_since),
    ]
    if with_organisation:
        columns.insert(
            2,
            Column(
                key="organisation", label=_("机构"), value=_organisation_name, sortable=True,
                link=lambda row: reverse("officer:organisation", args=[row.post.organisation]),
            ),
        )  # fmt: skip
    return columns


def _english() -> bool:
    return (get_language() or "").startswith("en")


def _post_title(row: AppointmentView) -> str:
    return (_english() and row.post.title_en) or row.post.title


def _organisation_name(row: AppointmentView) -> str:
    return (_english() and row.post.organisation_name_en) or row.post.organisation_name


def _since(row: AppointmentView) -> str:
    return clock.on_day(row.valid_from).isoformat()

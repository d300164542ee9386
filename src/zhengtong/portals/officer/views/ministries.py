"""The desk of ministries' interfaces 国家部委接口: what there is, how it does, who may ask, asking within a case."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from zhengtong.data.ministries import api as ministries
from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotAllowed, Refusal, SignInNeeded
from zhengtong.kernel.pages.api import Asked, Column, Listing, Slice, add_refusal, of_sequence, show_listing
from zhengtong.portals.officer.ministry_forms import InterfaceGrantForm, QueryForm
from zhengtong.portals.officer.operation_forms import WhyForm
from zhengtong.portals.officer.views.desk import LAYOUT, menu, page
from zhengtong.portals.officer.views.exchange import of_a_department
from zhengtong.trust.access.api import permissions_of
from zhengtong.trust.identity.api import Actor
from zhengtong.trust.keys.api import mask_id_number, mask_name

TAGS: Mapping[ministries.Health, str] = {
    ministries.Health.UNTRIED: "", ministries.Health.WELL: "good", ministries.Health.FALTERING: "warn",
    ministries.Health.RESTING: "bad",
}  # fmt: skip
GRANT_TAGS: Mapping[ministries.GrantState, str] = {ministries.GrantState.ACTIVE: "good"}
OUTCOME_TAGS: Mapping[ministries.Outcome, str] = {
    ministries.Outcome.FOUND: "good", ministries.Outcome.FAILED: "bad", ministries.Outcome.ASKED: "warn",
}  # fmt: skip
_MASKS = {"name": mask_name, "partner_name": mask_name, "id_number": mask_id_number, "partner_number": mask_id_number}
_FLAGS = {"yes": _("是"), "no": _("否")}


@require_safe
def listed(request: HttpRequest) -> HttpResponseBase:
    """List the interfaces: words, order, pages, and as CSV; with the day's use, how they do, and what is granted."""
    actor, now = of_a_department(request), clock.system.now()
    catalogue = ministries.catalogue()
    found = ministries.statuses(catalogue, at=now)
    names = {one.key: _named(one) for one in catalogue.ministries}
    assert actor.organisation is not None  # noqa: S101 -- `of_a_department` has checked
    own = ministries.held_by(actor.organisation, at=now)

    def rows(asked: Asked) -> Slice[ministries.InterfaceStatus]:
        said = [
            one for one in found
            if asked.text in f"{one.interface.name} {one.interface.name_en} {names[one.interface.ministry]}"
        ]  # fmt: skip
        return of_sequence(said, asked, orders={"used": lambda row: row.used_today, "state": lambda row: row.failures})

    def grant_state(row: ministries.InterfaceStatus) -> Any:
        held = own.get(row.interface.code)
        return held.label if held else ""

    listing = Listing(
        title=_("国家部委接口"), name="ministries", source=rows, layout=LAYOUT, template="officer/ministries.html",
        empty=_("没有符合条件的接口，或接口目录还没有发布。"), search=_("接口或部委"), lede=_named(catalogue, "note"),
        columns=[
            Column[ministries.InterfaceStatus](
                key="name", label=_("接口名称"), value=lambda row: _named(row.interface),
                link=lambda row: reverse("officer:ministry", args=[row.interface.code]),
            ),
            Column[ministries.InterfaceStatus](
                key="ministry", label=_("部委"), value=lambda row: names[row.interface.ministry]
            ),
            Column[ministries.InterfaceStatus](key="grant", label=_("本部门授权"), value=grant_state),
            Column[ministries.InterfaceStatus](
                key="state", label=_("状态"), value=lambda row: row.health.label, sortable=True
            ),
            Column[ministries.InterfaceStatus](
                key="used", label=_("今日查询"), value=lambda row: row.used_today, sortable=True, number=True
            ),
            Column[ministries.InterfaceStatus](
                key="quota", label=_("每日限额"), value=lambda row: row.interface.daily_quota, number=True
            ),
        ],
    )  # fmt: skip
    return show_listing(request, listing, address=ministries.address(), edition=catalogue, **menu(actor))


@require_http_methods(["GET", "HEAD", "POST"])
def interface(request: HttpRequest, code: str) -> HttpResponse:
    """Show an interface; who was granted it asks here, and the answer stands on the page and nowhere else."""
    actor, now = of_a_department(request), clock.system.now()
    desk = ministries.desk(code, at=now)
    status, grants = desk.status, desk.grants
    permissions = permissions_of(actor)
    own = next(
        (
            one for one in grants
            if one.entry.organisation == actor.organisation and one.state is ministries.GrantState.ACTIVE
        ),
        None,
    )  # fmt: skip
    may_ask = own is not None and ministries.Permission.ASK in permissions
    form = QueryForm(request.POST if request.method == "POST" else None, interface=status.interface)
    answer = None
    if may_ask and form.is_bound and form.is_valid():
        answer = _ask(form, actor, status.interface)
    assert actor.organisation is not None  # noqa: S101 -- `of_a_department` has checked
    may_grant = ministries.Permission.GRANT in permissions
    context = {
        "one": status,
        "ministry": desk.ministry,
        "tag": TAGS[status.health],
        "grants": [(one, GRANT_TAGS.get(one.state, "")) for one in grants if may_grant or one == own],
        "own": own,
        "form": form if may_ask else None,
        "answer": answer,
        "shown": _shown(answer) if answer else [],
        "queries": [
            (one, OUTCOME_TAGS.get(one.outcome, "")) for one in ministries.queries_of(actor.organisation, code)
        ],
        "may_grant": may_grant,
    }
    return page(request, "officer/ministry.html", context, actor=actor, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def grant(request: HttpRequest, code: str) -> HttpResponse:
    """Grant an interface to a department."""
    actor, now = of_a_department(request), clock.system.now()
    _require_granting(actor)
    found = ministries.interface(code)
    form = InterfaceGrantForm(
        request.POST if request.method == "POST" else None, interface=found, today=clock.on_day(now)
    )
    if form.is_bound and form.is_valid():
        try:
            ministries.grant(actor=actor, identifier=form.cleaned_data["grant"], entry=form.entry(), at=now)
        except (SignInNeeded, NotAllowed):
            raise
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _now("已授权，该部门现在可以查询。"))
            return redirect("officer:ministry", code)
    context = {"one": found, "form": form, "title": _("授权使用"), "warning": _GRANTING}
    return page(request, "officer/ministry_step.html", context, actor=actor, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """End a grant, with a reason."""
    actor, now = of_a_department(request), clock.system.now()
    _require_granting(actor)
    held = ministries.grant_of(identifier, at=now)
    form = WhyForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        ministries.end_grant(actor=actor, identifier=identifier, reason=form.cleaned_data["reason"], at=now)
        messages.success(request, _now("授权已终止。"))
        return redirect("officer:ministry", held.entry.interface)
    context = {
        "one": ministries.interface(held.entry.interface), "form": form, "title": _("终止授权"), "warning": _ENDING,
        "kind": "danger",
    }  # fmt: skip
    return page(request, "officer/ministry_step.html", context, actor=actor, status=422 if form.errors else 200)


_GRANTING = _("该部门可在限额内为所列事项查询；每次查询都会留痕，当事人可以看到。")
_ENDING = _("该部门立即不能再查询这个接口，缓存的答复也不再提供。")


def _ask(form: QueryForm, actor: Actor, one: ministries.Interface) -> ministries.Answer | None:
    """Ask; a refusal goes to the form, which keeps what was typed."""
    try:
        return ministries.ask(
            actor=actor, interface=one.code, business=form.cleaned_data["business"], inputs=form.inputs(),
            at=clock.system.now(),
        )  # fmt: skip
    except (SignInNeeded, NotAllowed):
        raise
    except Refusal as refusal:
        add_refusal(form, refusal)
        return None


def _shown(answer: ministries.Answer) -> list[tuple[ministries.Item, Any]]:
    """Return the answer as an officer reads it: names and numbers of people masked."""
    english = (get_language() or "").startswith("en")
    shown: list[tuple[ministries.Item, Any]] = []
    for item in answer.interface.outputs:
        value = (answer.record or {}).get(item.key, "")
        if item.kind is ministries.ItemKind.FLAG:
            shown.append((item, _FLAGS.get(value, value)))
        else:
            mask = _MASKS.get(item.key)
            shown.append((item, mask(value) if mask and value else item.shown(value, english=english)))
    return shown if answer.record else []


def _require_granting(actor: Actor) -> None:
    if ministries.Permission.GRANT not in permissions_of(actor):
        raise NotAllowed


def _named(thing: Any, field: str = "name") -> str:
    english = getattr(thing, f"{field}_en") if (get_language() or "").startswith("en") else ""
    return english or str(getattr(thing, field))

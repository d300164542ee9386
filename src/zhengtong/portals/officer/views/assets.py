"""The register of data assets 数据资产登记簿: the list, an asset's supply chain, its rights, costs and states."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from zhengtong.data.assets import api as assets
from zhengtong.data.catalog import api as catalog
from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotAllowed, NotFound, Refusal, SignInNeeded, Text
from zhengtong.kernel.money import Money
from zhengtong.kernel.pages.api import Asked, Column, Listing, Slice, add_refusal, show_listing
from zhengtong.portals.officer.asset_forms import (
    CostsForm,
    EndRightForm,
    FilterForm,
    ReasonForm,
    RegisterForm,
    RightForm,
    VersionForm,
)
from zhengtong.portals.officer.views.desk import LAYOUT, menu, official, page
from zhengtong.trust.access import api as access
from zhengtong.trust.identity.api import Actor
from zhengtong.trust.ledger import api as ledger

_COUNTED = timedelta(days=365)
_OFFERED = 100
TAGS: Mapping[str, str] = {"registered": "good", "suspended": "warn", "withdrawn": "bad"}


class _Step:
    """What may be done with an asset: its name, what it means, what does it, what it asks."""

    def __init__(
        self, title: Text, warning: Text, act: Callable[..., assets.AssetView], form: type[VersionForm], *, law: str
    ) -> None:
        self.title, self.warning, self.act, self.form, self.law = title, warning, act, form, law

    @property
    def quiet(self) -> bool:
        """Whether it is not what one usually comes for."""
        return self.form is not RightForm


STEPS: Mapping[str, _Step] = {
    "grant": _Step(
        _("登记权利"), _("同一资源的同一权利在同一时间只能有一个权利人。"), assets.grant_right, RightForm,
        law="grant_right",
    ),
    "end": _Step(
        _("终止权利"), _("终止后可以登记给其他机构。"), assets.end_right, EndRightForm, law="end_right"
    ),
    "costs": _Step(
        _("登记成本"), _("只登记实际发生的成本，作为估值的输入；本系统不给出价格。"), assets.restate_costs, CostsForm,
        law="restate",
    ),
    "suspend": _Step(_("暂停"), _("暂停期间不得据此提供新的产品。"), assets.suspend, ReasonForm, law="suspend"),
    "resume": _Step(_("恢复"), _("恢复后可以继续提供产品。"), assets.resume, VersionForm, law="resume"),
    "withdraw": _Step(
        _("注销登记"), _("注销后不能恢复，各项权利随之终止。"), assets.withdraw, ReasonForm, law="withdraw"
    ),
}  # fmt: skip


@require_safe
def listed(request: HttpRequest) -> HttpResponseBase:
    """List the assets the official may see, the latest first, by words of name, department or dataset; export them."""
    actor = official(request)
    form = FilterForm(request.GET)
    chosen = form.cleaned_data.get("state") if form.is_valid() else ""
    state = assets.AssetState(chosen) if chosen else None

    def rows(asked: Asked) -> Slice[assets.AssetLine]:
        return assets.assets(actor, asked, state=state)

    listing = Listing(
        title=_("数据资产"), name="assets", source=rows, layout=LAYOUT, columns=_columns(),
        search=_("资产、部门名称或资源代码"),
        lede=_("由目录中的数据集登记而成：谁持有、谁加工、谁经营，提供了什么服务。"),
        empty=_("还没有登记数据资产，或没有符合条件的。"), template="officer/assets.html", sort="registered",
        descending=True, keeps=list(form.fields),
    )  # fmt: skip
    may_register = actor.organisation is not None and assets.Permission.REGISTER in access.permissions_of(actor)
    return show_listing(request, listing, form=form, may_register=may_register, **menu(actor))


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Register an asset of datasets of the own department; `?dataset=` chooses one beforehand."""
    actor, now = official(request), clock.system.now()
    if actor.organisation is None:
        raise NotAllowed
    access.require(actor, assets.Permission.REGISTER)
    found = catalog.datasets_of(actor.organisation, size=_OFFERED)
    offered = tuple(one for one in found.rows if one.state is catalog.DatasetState.PUBLISHED)
    initial = {"datasets": [request.GET.get("dataset", "")], "starts_on": clock.on_day(now)}
    form = RegisterForm(request.POST if request.method == "POST" else None, offered=offered, initial=initial)
    if form.is_bound and form.is_valid():
        provider, identifier = actor.organisation, form.cleaned_data["asset"]
        made = _tried(
            form, lambda: assets.register(actor=actor, asset=identifier, entry=form.entry(provider), at=now)
        )  # fmt: skip
        if made is not None:
            messages.success(request, _now("数据资产已登记。"))
            return redirect("officer:asset", made.id)
    context = {"form": form, "offered": offered}
    return page(request, "officer/asset_new.html", context, actor=actor, status=422 if form.errors else 200)


@require_safe
def asset(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show an asset: resource, asset, service, value in one row; its rights; what may be done now."""
    actor = official(request)
    one = assets.asset(actor, identifier)
    first, until = _year()
    context = {
        "layout": LAYOUT,
        "title": _named(one),
        "lede": one.summary,
        "one": one,
        "tag": TAGS[one.state],
        "chain": assets.chain_of(one, first=first, until=until),
        "resources": [(resource, catalog.slug(resource.dataset)) for resource in one.resources],
        "rights": [(right, right.on(until - timedelta(days=1))) for right in one.rights],
        "operated": one.held_by(assets.RightKind.OPERATING, until - timedelta(days=1)),
        "may_authorise": actor.organisation == one.provider
        and one.state is assets.AssetState.REGISTERED
        and assets.Permission.AUTHORIZE in access.permissions_of(actor),
        "steps": [(name, step) for name, step in STEPS.items() if _may(actor, one, step)],
    }
    return page(request, "officer/asset.html", context, actor=actor)


@require_safe
def valuation(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show what a valuation may begin with: volume, quality, calls; costs to who may look into the register there."""
    actor = official(request)
    one = assets.asset(actor, identifier)
    first, until = _year()
    context = {
        "one": one,
        "title": _named(one),
        "inputs": assets.inputs_of(one, first=first, until=until),
        "first": first,
        "shows_costs": actor.organisation == one.provider
        or access.allowed(actor, assets.Permission.READ, organisation=one.provider, region=one.region),
        "costs": [(cost.kind.label, Money(cost.fen).written()) for cost in one.costs],
        "spent": Money(one.spent).written(),
    }
    return page(request, "officer/asset_valuation.html", context, actor=actor)


@require_safe
def trail(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show every act on an asset, the latest first."""
    actor = official(request)
    one = assets.asset(actor, identifier)
    context = {"one": one, "title": _named(one), "trail": ledger.acts_on(assets.THING, str(one.id)).items}
    return page(request, "officer/asset_trail.html", context, actor=actor)


@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, identifier: UUID, name: str) -> HttpResponse:
    """Say what a step does, ask what it needs, and take it."""
    actor, now = official(request), clock.system.now()
    one = assets.asset(actor, identifier)
    if name not in STEPS:
        raise NotFound
    taken = STEPS[name]
    access.require(actor, assets.Permission.REGISTER, organisation=one.provider, region=one.region)
    if one.provider != actor.organisation:
        raise NotAllowed
    if one.state not in assets.STEPS[taken.law]:
        raise assets.AssetNotInForce(state=one.state.label)
    options: dict[str, Any] = {"one": one} if taken.form in {EndRightForm, CostsForm} else {}
    data = request.POST if request.method == "POST" else None
    form = taken.form(data, initial={"version": one.version}, **options)
    if form.is_bound and form.is_valid():
        told = form.arguments() if hasattr(form, "arguments") else form.cleaned_data
        if _tried(form, lambda: taken.act(actor=actor, asset=identifier, at=now, **told)) is not None:
            messages.success(request, _now("已办理：%(step)s。") % {"step": taken.title})
            return redirect("officer:asset", identifier)
    context = {"one": one, "step": taken, "form": form, "title": _named(one)}
    return page(request, "officer/asset_step.html", context, actor=actor, status=422 if form.errors else 200)


def _columns() -> list[Column[assets.AssetLine]]:
    return [
        Column(
            key="name", label=_("名称"), value=_named, link=lambda one: reverse("officer:asset", args=[one.id]),
            sortable=True,
        ),
        Column(key="provider", label=_("登记部门"), value=_provider),
        Column(key="resources", label=_("数据集数"), value=lambda one: one.resources, number=True),
        Column(key="state", label=_("状态"), value=lambda one: one.state.label),
        Column(key="version", label=_("版本"), value=lambda one: one.version, number=True),
        Column(
            key="registered", label=_("登记日期"), value=lambda one: clock.on_day(one.registered_at), sortable=True
        ),
    ]  # fmt: skip


def _year() -> tuple[date, date]:
    """Return the half-open period whose calls count: the year up to and with today."""
    until = clock.on_day(clock.system.now()) + timedelta(days=1)
    return until - _COUNTED, until


def _may(actor: Actor, one: assets.AssetView, taken: _Step) -> bool:
    if one.state not in assets.STEPS[taken.law] or one.provider != actor.organisation:
        return False
    if taken.form is EndRightForm and not one.rights:
        return False
    return assets.Permission.REGISTER in access.permissions_of(actor)


def _tried(form: forms.Form, act: Callable[[], assets.AssetView]) -> assets.AssetView | None:
    """Return what *act* made, or None with the refusal written on the form; who may not at all is turned away."""
    try:
        return act()
    except (SignInNeeded, NotFound, NotAllowed):
        raise
    except Refusal as refusal:
        add_refusal(form, refusal)
    return None


def _named(one: assets.AssetView | assets.AssetLine) -> str:
    return (one.name_en if _english() else "") or one.name


def _provider(one: assets.AssetLine) -> str:
    return (one.provider_name_en if _english() else "") or one.provider_name


def _english() -> bool:
    return (get_language() or "").startswith("en")

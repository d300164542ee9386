"""The desk of authorised operation 授权运营: grants, definitions of products, their results; counts and never rows."""

from collections.abc import Callable
from typing import Any, TypeVar
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
from zhengtong.data.opening import api as opening
from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotAllowed, NotFound, Refusal, SignInNeeded
from zhengtong.kernel.pages.api import Asked, Column, Listing, Slice, add_refusal, export, show_listing
from zhengtong.portals.officer.operation_forms import GrantForm, PlainForm, ProductForm, WhyForm
from zhengtong.portals.officer.views.desk import LAYOUT, menu, official, page
from zhengtong.trust.access import api as access
from zhengtong.trust.identity.api import Actor
from zhengtong.trust.ledger import api as ledger

Made = TypeVar("Made")
TAGS = {"submitted": "warn", "computed": "good", "refused": "bad"}


@require_safe
def listed(request: HttpRequest) -> HttpResponseBase:
    """List the grants of the official's organisation, as department or as operator, the latest first; export them."""
    actor, today = official(request), clock.on_day(clock.system.now())

    def rows(asked: Asked) -> Slice[assets.OperationView]:
        return assets.operations(actor, asked)

    listing = Listing(
        title=_("授权运营"), name="operations", source=rows, layout=LAYOUT, columns=_columns(today),
        search=_("资产、运营机构或依据"),
        lede=_("运营机构提交产品定义，平台运算，运营机构只得到汇总结果，不接触原始数据。"),
        empty=_("还没有授权，或没有符合条件的。"), template="officer/operations.html", sort="granted", descending=True,
    )  # fmt: skip
    return show_listing(request, listing, **menu(actor))


@require_http_methods(["GET", "HEAD", "POST"])
def grant(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Grant an organisation to make products of an asset."""
    actor, now = official(request), clock.system.now()
    one = assets.asset(actor, identifier)
    access.require(actor, assets.Permission.AUTHORIZE, organisation=one.provider, region=one.region)
    found = tuple(catalog.datasets(one.datasets).values())
    least = opening.standard_on(clock.on_day(now)).small_cell
    form = GrantForm(request.POST if request.method == "POST" else None, datasets=found, least=least)
    if form.is_bound and form.is_valid():
        operation = form.cleaned_data["operation"]
        made = _tried(form, lambda: assets.grant(actor=actor, operation=operation, entry=form.entry(one.id), at=now))
        if made is not None:
            messages.success(request, _now("已授权。"))
            return redirect("officer:operation", made.id)
    context = {"one": one, "title": _named(one.name, one.name_en), "form": form}
    return page(request, "officer/operation_grant.html", context, actor=actor, status=422 if form.errors else 200)


@require_safe
def operation(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show a grant: who may count what, the products made, what may be done now."""
    actor, now = official(request), clock.system.now()
    one = assets.operation(actor, identifier)
    found = catalog.datasets({item.dataset for item in one.items})
    in_force = one.on(clock.on_day(now))
    context = {
        "one": one,
        "in_force": in_force,
        "items": [(_title(found, item), _dataset(found, item.dataset)) for item in one.items],
        "products": [(made, TAGS[made.state]) for made in assets.products_under(one.id)],
        "submits": [
            (_dataset(found, code), catalog.slug(code)) for code in sorted(found)
        ] if in_force and _operates(actor, one) else [],
        "may_end": one.ended_on is None and in_force and _decides(actor, one),
        "trail": ledger.acts_on(assets.OPERATION, str(one.id)).items,
    }  # fmt: skip
    return page(request, "officer/operation.html", context, actor=actor)


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """End a grant, and say why."""
    actor, now = official(request), clock.system.now()
    one = assets.operation(actor, identifier)
    access.require(actor, assets.Permission.AUTHORIZE, organisation=one.provider, region=one.region)
    form = WhyForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        reason = form.cleaned_data["reason"]
        if _tried(form, lambda: assets.end(actor=actor, operation=one.id, reason=reason, at=now)) is not None:
            messages.success(request, _now("授权已终止。"))
            return redirect("officer:operation", one.id)
    context = {
        "form": form, "title": _now("终止授权"), "warning": _now("从今天起不再运算，也不再交付已有的结果。"),
        "back": reverse("officer:operation", args=[one.id]), "about": _named(one.asset_name, one.asset_name_en),
    }  # fmt: skip
    return page(request, "officer/operation_step.html", context, actor=actor, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: HttpRequest, identifier: UUID, name: str) -> HttpResponse:
    """Define a product of one dataset; the operator alone does."""
    actor, now = official(request), clock.system.now()
    one = assets.operation(actor, identifier)
    access.require(actor, assets.Permission.OPERATE)
    found = catalog.dataset(catalog.code_of(name))
    if found.code not in {item.dataset for item in one.items}:
        raise NotFound
    form = ProductForm(request.POST if request.method == "POST" else None, operation=one, dataset=found)
    if form.is_bound and form.is_valid():
        product = form.cleaned_data["product"]
        made = _tried(form, lambda: assets.submit(actor=actor, product=product, entry=form.entry(), at=now))
        if made is not None:
            messages.success(request, _now("产品定义已提交，等待授权部门运算。"))
            return redirect("officer:product", made.id)
    context = {
        "form": form, "title": _now("提交产品定义"), "about": _named(found.name, found.name_en),
        "warning": _now("按所选数据项的每种组合给出行数；少于最小分组的一律隐去。"),
        "back": reverse("officer:operation", args=[one.id]),
    }  # fmt: skip
    return page(request, "officer/operation_step.html", context, actor=actor, status=422 if form.errors else 200)


@require_safe
def product(request: HttpRequest, identifier: UUID) -> HttpResponseBase:
    """Show a product: its definition, why it was refused, or its counts; `?format=csv` hands them out."""
    actor, now = official(request), clock.system.now()
    if request.GET.get("format") == "csv":
        given = assets.delivered(actor, identifier, at=now)
        return export("product", list(given.names), iter(given.cells))
    one = assets.product(actor, identifier)
    found = catalog.datasets([one.dataset])
    titles = {field.name: _title(found, assets.Item(dataset=one.dataset, name=field.name)) for field in one.fields}
    in_force = one.operation.on(clock.on_day(now))
    is_covered = assets.is_covered(one, found.get(one.dataset), at=now)
    waits = one.state is assets.ProductState.SUBMITTED
    decides = waits and one.submitted_by != actor.subject and _decides(actor, one.operation)
    context = {
        "one": one,
        "tag": TAGS[one.state],
        "dataset": _dataset(found, one.dataset),
        "fields": [(titles[field.name], field.treatment.label) for field in one.fields],
        "headings": [titles.get(name, _now("行数")) for name in one.names],
        "cells": one.cells if in_force and is_covered else (),
        "left_out": one.report.measures.suppressed + one.report.measures.complementary if one.report else 0,
        "in_force": in_force,
        "is_covered": is_covered,
        "may_compute": decides and in_force,
        "may_refuse": decides,
        "trail": ledger.acts_on(assets.PRODUCT, str(one.id)).items,
    }
    return page(request, "officer/product.html", context, actor=actor)


@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, identifier: UUID, name: str) -> HttpResponse:
    """Compute a product, or refuse to and say why."""
    actor, now = official(request), clock.system.now()
    one = assets.product(actor, identifier)
    access.require(actor, assets.Permission.AUTHORIZE, organisation=one.operation.provider, region=one.operation.region)
    computes = name == "compute"
    if not computes and name != "refuse":
        raise NotFound
    shape = PlainForm if computes else WhyForm
    form = shape(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        act = assets.compute if computes else assets.refuse
        if _tried(form, lambda: act(actor=actor, product=one.id, at=now, **form.cleaned_data)) is not None:
            messages.success(request, _now("已办理。"))
            return redirect("officer:product", one.id)
    warning = _now("平台按定义汇总最新数据；风险评估通过的，结果立即交付运营机构。")
    context = {
        "form": form, "title": _now("运算并交付") if computes else _now("不予运算"),
        "about": _named(one.name, one.name_en), "back": reverse("officer:product", args=[one.id]),
        "warning": warning if computes else _now("运营机构会看到理由，可以重新提交。"),
    }  # fmt: skip
    return page(request, "officer/operation_step.html", context, actor=actor, status=422 if form.errors else 200)


def _columns(today: Any) -> list[Column[assets.OperationView]]:
    return [
        Column(
            key="asset", label=_("数据资产"), value=lambda one: _named(one.asset_name, one.asset_name_en),
            link=lambda one: reverse("officer:operation", args=[one.id]),
        ),
        Column(
            key="operator", label=_("运营机构"), value=lambda one: _named(one.operator_name, one.operator_name_en)
        ),
        Column(key="granted", label=_("授权日期"), value=lambda one: clock.on_day(one.granted_at), sortable=True),
        Column(key="ends", label=_("到期"), value=lambda one: one.ends_on, sortable=True),
        Column(
            key="state", label=_("状态"), value=lambda one: _now("有效") if one.on(today) else _now("不在有效期")
        ),
    ]  # fmt: skip


def _operates(actor: Actor, one: assets.OperationView) -> bool:
    return actor.organisation == one.operator and assets.Permission.OPERATE in access.permissions_of(actor)


def _decides(actor: Actor, one: assets.OperationView) -> bool:
    return actor.organisation == one.provider and assets.Permission.AUTHORIZE in access.permissions_of(actor)


def _tried(form: forms.Form, act: Callable[[], Made]) -> Made | None:
    """Return what *act* made, or None with the refusal written on the form; who may not at all is turned away."""
    try:
        return act()
    except (SignInNeeded, NotFound):
        raise
    except NotAllowed as refusal:
        if not isinstance(refusal, assets.OwnProduct):
            raise
        add_refusal(form, refusal)
    except Refusal as refusal:
        add_refusal(form, refusal)
    return None


def _title(found: dict[str, catalog.DatasetView], item: assets.Item) -> str:
    for element in found[item.dataset].entry.elements if item.dataset in found else ():
        if element.name == item.name:
            return _named(element.title, element.title_en)
    return item.name


def _dataset(found: dict[str, catalog.DatasetView], code: str) -> str:
    return _named(found[code].name, found[code].name_en) if code in found else code


def _named(name: str, name_en: str) -> str:
    return (name_en if (get_language() or "").startswith("en") else "") or name

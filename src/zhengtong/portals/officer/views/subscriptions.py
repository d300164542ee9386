"""Subscriptions at the agreement desk 订阅变更: where the subscriber is told, what it was told, what did not arrive."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from zhengtong.data.catalog.api import SharingMode
from zhengtong.data.exchange import api as exchange
from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotAllowed, NotFound, Refusal, SignInNeeded, Text
from zhengtong.kernel.pages.api import add_refusal
from zhengtong.kernel.webhooks.contracts import DeliveryState
from zhengtong.portals.officer.exchange_forms import AddressForm, AgainForm
from zhengtong.portals.officer.views.desk import page
from zhengtong.portals.officer.views.exchange import of_a_department
from zhengtong.trust.access.api import permissions_of
from zhengtong.trust.identity.api import Actor

_TAGS: Mapping[DeliveryState, str] = {
    DeliveryState.WAITING: "warn",
    DeliveryState.DELIVERED: "good",
    DeliveryState.DEAD: "bad",
}
_ACTS: Mapping[str, tuple[Callable[..., Any], Text]] = {
    "pause": (exchange.pause, _("已暂停，新的通知会等到恢复；应用仍可拉取。")),
    "resume": (exchange.unpause, _("已恢复，等待的通知马上推送。")),
}
_OPEN = {exchange.AgreementState.ACTIVE, exchange.AgreementState.SUSPENDED}


@require_http_methods(["GET", "HEAD", "POST"])
def subscription(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show where the subscription stands and what was announced; lost messages are sent again from here."""
    actor, found = _subscribed(request, identifier)
    form = AgainForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        version, now = form.cleaned_data["version"], clock.system.now()
        try:
            count = exchange.send_again(actor=actor, agreement=identifier, version=version, at=now)
        except (SignInNeeded, NotAllowed):
            raise
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _now("已重新排队 %(count)d 条通知，马上推送。") % {"count": count})
            return redirect("officer:exchange_subscription", identifier)
    return _shown(request, actor, found, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
def address(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Ask where the subscriber is told, and keep it; a first address comes with its key."""
    actor, found = _subscribed(request, identifier)
    if not _owns(actor, found) or exchange.Permission.SUBSCRIBE not in permissions_of(actor):
        raise NotAllowed
    standing = exchange.subscription(identifier)
    form = AddressForm(request.POST if request.method == "POST" else None, initial={"address": standing.address})
    if form.is_bound and form.is_valid():
        wanted, now = form.cleaned_data["address"], clock.system.now()
        try:
            made = exchange.set_address(actor=actor, agreement=identifier, address=wanted, at=now)
        except (SignInNeeded, NotAllowed):
            raise
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            if made is not None:
                return _secret(request, actor, found, made)
            messages.success(request, _now("推送地址已保存。"))
            return redirect("officer:exchange_subscription", identifier)
    context = {"one": found, "form": form}
    return page(request, "officer/exchange_address.html", context, actor=actor, status=422 if form.errors else 200)


@require_POST
def act(request: HttpRequest, identifier: UUID, name: str) -> HttpResponse:
    """Pause, resume, or renew the key, which is shown this once."""
    actor, found = _subscribed(request, identifier)
    now = clock.system.now()
    if name == "renew-key":
        return _secret(request, actor, found, exchange.renew_signing_key(actor=actor, agreement=identifier, at=now))
    if name not in _ACTS:
        raise NotFound
    do, told = _ACTS[name]
    do(actor=actor, agreement=identifier, at=now)
    messages.success(request, str(told))
    return redirect("officer:exchange_subscription", identifier)


def _secret(
    request: HttpRequest, actor: Actor, found: exchange.AgreementView, made: exchange.NewSigningKey
) -> HttpResponse:
    answer = _shown(request, actor, found, form=AgainForm(), made=made)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _shown(
    request: HttpRequest,
    actor: Actor,
    found: exchange.AgreementView,
    *,
    form: AgainForm,
    made: exchange.NewSigningKey | None = None,
) -> HttpResponse:
    asked = request.GET.get("before", "")
    before = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 16 else None
    lines, standing = exchange.announcement_lines(found.id, before=before), exchange.subscription(found.id)
    owns = _owns(actor, found)
    context = {
        "one": found,
        "sub": standing,
        "lines": [(line, _TAGS.get(line.state, "") if line.state else "") for line in lines],
        "next": lines[-1].announcement.number if lines and lines[-1].announcement.number > 1 else None,
        "owns": owns,
        "form": form if owns and standing.address and standing.announced is not None else None,
        "made": made,
    }
    return page(request, "officer/exchange_subscription.html", context, actor=actor, status=422 if form.errors else 200)


def _owns(actor: Actor, found: exchange.AgreementView) -> bool:
    """Say whether the official is one of the consumer's, while the agreement lasts."""
    return found.consumer == actor.organisation and found.state in _OPEN


def _subscribed(request: HttpRequest, identifier: UUID) -> tuple[Actor, exchange.AgreementView]:
    """Return the official and the agreement of their department that is about a subscription."""
    actor = of_a_department(request)
    found = exchange.agreement(actor, identifier, at=clock.system.now(), counts_use=False)
    if SharingMode.SUBSCRIPTION not in found.terms.modes:
        raise NotFound
    return actor, found

"""Departments' systems 部门系统: which are connected, what they may do, what they were told, what did not arrive."""

from collections.abc import Mapping
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotAllowed
from zhengtong.portals.officer.views.desk import official, page
from zhengtong.process.systems import api as systems
from zhengtong.trust.access.api import permissions_of
from zhengtong.trust.identity.api import Actor

_TAGS: Mapping[systems.DeliveryState, str] = {
    systems.DeliveryState.WAITING: "warn",
    systems.DeliveryState.DELIVERED: "good",
    systems.DeliveryState.DEAD: "bad",
}


class SuspendForm(forms.Form):
    """Why a system is suspended."""

    reason = forms.CharField(
        label=_("原因"),
        max_length=300,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": _("请写明原因。")},
    )


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """List the systems the official manages."""
    actor = _manager(request)
    return page(request, "officer/systems.html", {"systems": systems.systems(actor)}, actor=actor)


@require_safe
def system(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show a system: what it may do, its key, its latest deliveries."""
    actor = _manager(request)
    return _shown(request, actor, systems.system(actor, identifier))


@require_http_methods(["GET", "HEAD", "POST"])
def suspend(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Say what suspending does, ask for the reason, and do it."""
    actor = _manager(request)
    found = systems.system(actor, identifier)
    form = SuspendForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        systems.suspend(actor=actor, system=identifier, reason=form.cleaned_data["reason"], at=clock.system.now())
        messages.success(request, _now("已暂停，对它的推送会等到恢复。"))
        return redirect("officer:system", identifier)
    context = {"one": found, "form": form}
    return page(request, "officer/system_suspend.html", context, actor=actor, status=422 if form.errors else 200)


@require_POST
def resume(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Let a suspended system work again."""
    systems.resume(actor=_manager(request), system=identifier, at=clock.system.now())
    messages.success(request, _now("已恢复。"))
    return redirect("officer:system", identifier)


@require_POST
def renew_key(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Give the system another signing key and show it this once."""
    actor = _manager(request)
    made = systems.renew_key(actor=actor, system=identifier, at=clock.system.now())
    answer = _shown(request, actor, systems.system(actor, identifier), made)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@require_POST
def send_again(request: HttpRequest, identifier: UUID, delivery: UUID) -> HttpResponse:
    """Put a message on its way once more."""
    systems.send_again(actor=_manager(request), system=identifier, delivery=delivery, at=clock.system.now())
    messages.success(request, _now("已重新排队，马上再次推送。"))
    return redirect("officer:system", identifier)


def _shown(
    request: HttpRequest, actor: Actor, found: systems.SystemView, made: systems.NewKey | None = None
) -> HttpResponse:
    context = {
        "one": found,
        "acts": [act.label for act in systems.SystemAct if act in found.acts],
        "deliveries": [(one, _TAGS[one.state]) for one in systems.deliveries(found.id)],
        "made": made,
    }
    return page(request, "officer/system.html", context, actor=actor)


def _manager(request: HttpRequest) -> Actor:
    actor = official(request)
    if systems.Permission.MANAGE not in permissions_of(actor):
        raise NotAllowed
    return actor

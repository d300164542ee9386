"""Issuing a certificate 签发证书: chosen, filled in, confirmed as it will be, issued once."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotFound
from zhengtong.kernel.ids import new_id
from zhengtong.portals.officer.issuing_forms import HereForm, RequestForm
from zhengtong.portals.officer.views.desk import page
from zhengtong.portals.officer.views.key_desk import attempt, officer
from zhengtong.trust.identity.api import Actor
from zhengtong.trust.keys import api as keys
from zhengtong.trust.keys.api import HOLDER_KIND_NAMES, MODULE_NAMES, PROFILE_NAMES, Permission

_WAYS: dict[str, type[HereForm | RequestForm]] = {"here": HereForm, "request": RequestForm}


@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Ask where the private key is made: at the key-distribution platform, or by its holder.

    Raises:
        NotAllowed: the actor may not issue.
    """
    return page(request, "officer/certificate_new.html", {}, actor=officer(request, Permission.CERTIFY))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def fill(request: HttpRequest, way: str) -> HttpResponse:
    """Take what shall be issued, show what will be, and issue it when that is confirmed.

    Raises:
        NotAllowed: the actor may not issue.
        NotFound: no such way.
    """
    actor = officer(request, Permission.CERTIFY)
    if way not in _WAYS:
        raise NotFound
    authorities = [one for one in keys.authorities() if not one.in_custody]
    posted = request.method == "POST"
    form = _WAYS[way](request.POST if posted else None, request.FILES if posted else None, authorities=authorities)
    if posted and form.is_valid() and "back" not in request.POST:
        answer = _issue(request, actor, form) if form.cleaned_data["confirmed"] else _confirm(request, actor, form, way)
        if answer is not None:
            return answer
    context = {"form": form, "way": way, "authorities": authorities}
    return page(request, "officer/certificate_fill.html", context, actor=actor, status=422 if form.errors else 200)


def _confirm(request: HttpRequest, actor: Actor, form: Any, way: str) -> HttpResponse | None:
    """Show what would be issued, with everything it was made of to send again; None if it is refused."""
    wish = form.wish(new_id())
    plan = attempt(form, lambda: keys.plan_issue(by=actor, wish=wish, at=clock.system.now()))
    if plan is None:
        return None
    context = {
        "plan": plan,
        "wish": wish,
        "way": way,
        "kind": HOLDER_KIND_NAMES[wish.kind],
        "profiles": [PROFILE_NAMES[one] for one in plan.profiles],
        "module": MODULE_NAMES.get(plan.provider or "", plan.provider),
        "sent": form.again(wish),
    }
    return page(request, "officer/certificate_confirm.html", context, actor=actor)


def _issue(request: HttpRequest, actor: Actor, form: Any) -> HttpResponse | None:
    wish = form.wish(form.cleaned_data["confirmed"])
    made = attempt(form, lambda: keys.issue(by=actor, wish=wish, at=clock.system.now()))
    if made is None:
        return None
    messages.success(request, _now("已签发。证书和证书链可在本页下载。"))
    shown = next((one for one in made if one.delivered), made[0])
    return redirect("officer:certificate", shown.id)

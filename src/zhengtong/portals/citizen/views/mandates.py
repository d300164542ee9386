"""Mandates 委托 and acting for somebody 法人/个人切换: grant, accept, revoke, switch. Each is one act of identity."""

from datetime import datetime, time, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotFound, Refusal, SignInNeeded
from zhengtong.kernel.pages.api import add_refusal
from zhengtong.portals.citizen.forms import MandateForm, RealNameForm
from zhengtong.process.items import api as items
from zhengtong.trust.delivery import api as delivery
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import ALL_MATTERS


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Show the mandates that the party gave and that the reader holds."""
    actor, at = identity.actor_of(request), clock.system.now()
    departments = {key: str(name) for key, name in items.departments()}
    context = {
        "given": identity.mandates_given(actor.party),
        "held": identity.mandates_held(actor.subject, at=at),
        "matters": {ALL_MATTERS: _("全部事项"), delivery.READING: _("收阅玺邮"), **departments},
        "at": at,
    }
    return render(request, "citizen/mandates.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def grant(request: HttpRequest) -> HttpResponse:
    """Ask whom to entrust with what until when, and grant the mandate."""
    actor, at = identity.actor_of(request), clock.system.now()
    posted = request.POST if request.method == "POST" else None
    form = MandateForm(posted, departments=(*items.departments(), (delivery.READING, _("收阅玺邮"))))
    if posted is not None and form.is_valid():
        asked = form.cleaned_data
        end = datetime.combine(asked["until"] + timedelta(days=1), time(), clock.BEIJING)
        try:
            agent = identity.find_agent(actor=actor, id_number=asked["id_number"], name=asked["name"], at=at)
            given = identity.grant_mandate(
                actor=actor, agent=agent, matters=asked["matters"], valid_from=at, valid_until=end, at=at
            )
        except SignInNeeded:
            raise
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("已委托给 %(name)s，对方接受后生效。") % {"name": given.agent_name})
            return redirect("citizen:mandates")
    return render(request, "citizen/mandate_grant.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Ask once more, then take a mandate back or give it up."""
    actor, at = identity.actor_of(request), clock.system.now()
    if request.method == "POST":
        identity.revoke_mandate(actor=actor, mandate=identifier, at=at)
        messages.success(request, _("委托已终止，立即生效。"))
        return redirect("citizen:mandates")
    own = (*identity.mandates_given(actor.party), *identity.mandates_held(actor.subject, at=at))
    found = next((one for one in own if one.id == identifier), None)
    if found is None:
        raise NotFound
    return render(request, "citizen/mandate_revoke.html", {"mandate": found})


@require_POST
def accept(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Accept a mandate."""
    given = identity.accept_mandate(actor=identity.actor_of(request), mandate=identifier, at=clock.system.now())
    messages.success(request, _("您已接受 %(name)s 的委托。") % {"name": given.principal_name})
    return redirect("citizen:mandates")


@require_POST
def act_for(request: HttpRequest) -> HttpResponse:
    """Act for the principal of a mandate from now on, or for oneself again."""
    actor = identity.actor_of(request)
    chosen = request.POST.get("mandate", "")
    if not chosen:
        identity.act_for_self(actor=actor, session=request.session)
        messages.success(request, _("现在以本人身份办事。"))
        return redirect("citizen:me")
    try:
        mandate = UUID(chosen)
    except ValueError:
        raise NotFound from None
    identity.act_for(actor=actor, session=request.session, mandate=mandate, at=clock.system.now())
    return redirect("citizen:me")


@require_http_methods(["GET", "HEAD", "POST"])
def real_name(request: HttpRequest) -> HttpResponse:
    """Prove the real name of the reader's account by a check of two factors against the population registry."""
    actor = identity.actor_of(request)
    form = RealNameForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            identity.prove_real_name(
                actor=actor, id_number=asked["id_number"], name=asked["name"], at=clock.system.now()
            )
        except SignInNeeded:
            raise
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("实名核验通过。"))
            return redirect("citizen:me")
    return render(request, "citizen/real_name.html", {"form": form}, status=422 if form.errors else 200)

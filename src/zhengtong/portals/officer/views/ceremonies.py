"""Uses of a root key 根密钥使用 at the key desk: asked for, answered by each custodian under their own sign-in."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotAllowed
from zhengtong.portals.officer.keys_forms import ApproveForm
from zhengtong.portals.officer.views.desk import page
from zhengtong.portals.officer.views.key_desk import attempt, officer_or_custodian
from zhengtong.trust.keys import api as keys


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ceremony(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show a use of a root key that is asked for; a custodian approves with their passphrase.

    Raises:
        NotAllowed: the actor neither administers keys nor keeps this one.
        CeremonyOver: there is none of this id.
    """
    actor, manages = officer_or_custodian(request)
    one = keys.ceremony(identifier)
    keeps = actor.subject in {subject for subject, _name in one.custodians}
    if not (manages or keeps):
        raise NotAllowed
    form = ApproveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        at, words = clock.system.now(), form.cleaned_data["passphrase"]
        done = attempt(form, lambda: keys.approve(by=actor, ceremony=identifier, passphrase=words, at=at))
        if done is not None:
            messages.success(request, _now("已批准并办结。") if done.done_at else _now("已批准，等待其他保管人。"))
            return redirect("officer:ceremony", identifier)
    waits = one.done_at is None and one.expires_at > clock.system.now()
    mine = next((name for subject, name in one.custodians if subject == actor.subject), "")
    context = {"one": one, "form": form, "waits": waits, "may": waits and mine and mine not in one.approved_by}
    return page(request, "officer/ceremony.html", context, actor=actor, status=422 if form.errors else 200)

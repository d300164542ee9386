"""Leave and substitution 请假与代班: mine, in whose place I am, and, for who arranges them, my organisation's."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotAllowed, Refusal, SignInNeeded
from zhengtong.kernel.pages.api import Asked, add_refusal
from zhengtong.portals.officer.leave_forms import LeaveForm, chosen
from zhengtong.portals.officer.views.desk import at_desk, official, page, page_of
from zhengtong.process.cases import api as cases
from zhengtong.trust.access import api as access
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.api import Actor


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """List leaves, the last to begin first."""
    actor, at = official(request), clock.system.now()
    found = page_of(request, lambda after: cases.leaves_of(actor, at=at, after=after))
    return page(request, "officer/leave.html", {"found": found}, actor=actor)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Enter a leave with its substitute."""
    actor = official(request)
    form = _form(request, actor)
    if request.method == "POST" and form.is_valid():
        try:
            _arrange(at_desk(actor), form)
        except (SignInNeeded, NotAllowed):
            raise
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("请假已登记，双方都会收到通知。"))
            return redirect("officer:leave")
    return page(request, "officer/leave_new.html", {"form": form}, actor=actor, status=422 if form.errors else 200)


@require_POST
def end(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """End a leave before its last day."""
    actor = official(request)
    cases.end_early(actor=at_desk(actor), leave=identifier, at=clock.system.now())
    messages.success(request, _("请假已结束，代班随之停止。"))
    return redirect("officer:leave")


def _form(request: HttpRequest, actor: Actor) -> LeaveForm:
    at = clock.system.now()
    colleagues = list(identity.officials_in_post(actor.organisation_path, Asked(size=100), at=at).rows)
    own = next(one for one in identity.appointments_of(actor.subject, at=at) if one.post.id == actor.post)
    for_others = cases.DeskPermission.ARRANGE_LEAVE in access.permissions_of(actor)
    data = request.POST if request.method == "POST" else None
    return LeaveForm(data, colleagues=colleagues, own=own, for_others=for_others)


def _arrange(actor: Actor, form: LeaveForm) -> None:
    asked = form.cleaned_data
    assert actor.post is not None  # noqa: S101 -- an official acts from a post, see `official`
    away = chosen(asked["official"]) if "official" in asked else cases.AtPost(actor.subject, actor.post)
    cases.arrange(
        actor=actor, leave=asked["leave"], away=away, substitute=chosen(asked["substitute"]),
        first_day=asked["first_day"], last_day=asked["last_day"], at=clock.system.now(),
    )  # fmt: skip

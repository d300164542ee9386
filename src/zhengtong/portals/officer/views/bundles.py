"""Bundles the official's organisation leads 牵头的一件事: how far each department is, and reminding one 催办."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotAllowed
from zhengtong.portals.officer.views.desk import official, page, page_of
from zhengtong.process.bundles import api as bundles
from zhengtong.process.cases import api as cases
from zhengtong.trust.access.api import allowed
from zhengtong.trust.identity.api import Actor

_LEADING = (cases.Permission.DECIDE, cases.Permission.SUPERVISE)
_KINDS = {
    bundles.PartState.GRANTED: "good",
    bundles.PartState.REFUSED: "bad",
    bundles.PartState.BLOCKED: "warn",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A part as the page shows it; `own` where the reader's organisation handles it."""

    led: bundles.LedPart
    kind: str
    own: bool


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """List the open bundles, the oldest first; `?show=concluded` those that are concluded.

    Raises:
        NotAllowed: the official's organisation leads none.
    """
    actor, at = official(request), clock.system.now()
    if not any(allowed(actor, permission) for permission in _LEADING):
        raise NotAllowed
    concluded = request.GET.get("show") == "concluded"
    found = page_of(request, lambda after: bundles.bundles_led_by(actor, at=at, concluded=concluded, after=after))
    return page(request, "officer/bundles.html", {"found": found, "concluded": concluded}, actor=actor)


@require_safe
def bundle(request: HttpRequest, reference: str) -> HttpResponse:
    """Show whom every part waits for, what is done and what is not, and the review."""
    actor, at = official(request), clock.system.now()
    view = bundles.led_bundle(actor, reference, at=at)
    counts = [(state.label, view.count(state)) for state in bundles.PartState if view.count(state)]
    review = cases.review_of(reference) if view.concluded_at else None
    context = {
        "view": view,
        "lines": [_line(actor, led) for led in view.parts],
        "counts": counts,
        "review": review,
        "may_answer": allowed(actor, cases.Permission.SUPERVISE),
    }
    return page(request, "officer/bundle.html", context, actor=actor)


@require_POST
def nudge(request: HttpRequest, reference: str, item: str) -> HttpResponse:
    """Remind the department a part waits at."""
    actor, at = official(request), clock.system.now()
    view = bundles.led_bundle(actor, reference, at=at)
    bundles.nudge(actor=actor, bundle=view.id, item=item, at=at)
    messages.success(request, _("已催办，承办岗位会收到消息。"))
    return redirect("officer:bundle", reference)


def _line(actor: Actor, led: bundles.LedPart) -> Line:
    own = led.wait is not None and led.wait.organisation == actor.organisation and not led.wait.on_applicant
    return Line(led=led, kind=_KINDS.get(led.part.state, "plain"), own=own)

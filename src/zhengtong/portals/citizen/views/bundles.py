"""Applying for one thing and following it 一件事: what is known, what is asked once, how far each department is."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from zhengtong.kernel import clock
from zhengtong.portals.citizen.applications import Application
from zhengtong.portals.citizen.views.applying import ask
from zhengtong.process.bundles import api as bundles
from zhengtong.process.items import api as items
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import AssuranceLevel


@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest, code: str) -> HttpResponse:
    """Ask what all items of the bundle need, each thing once, and receive the application."""
    actor, at = identity.actor_of(request), clock.system.now()
    identity.require_assurance(actor, AssuranceLevel.SUBSTANTIAL)
    found, parts = items.bundle_items(code, at=clock.on_day(at))
    pieces = {piece.key: piece for item in parts for piece in item.evidence}
    asked = Application(
        request=request,
        actor=actor,
        about=f"bundles/{code}",
        schema=bundles.merged_schema(found, parts, at=clock.on_day(at)),
        pieces=tuple(pieces.values()),
        at=at,
    )
    return ask(
        asked,
        receive=lambda chosen, application: bundles.apply(bundle=chosen, code=code, **application),
        arrived="citizen:bundle_case",
        template="citizen/bundle_apply.html",
        context={"bundle": found, "parts": parts},
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class PartLine:
    """A part as the page shows it."""

    part: bundles.PartView
    kind: str


_KINDS = {
    bundles.PartState.GRANTED: "good",
    bundles.PartState.REFUSED: "bad",
    bundles.PartState.BLOCKED: "warn",
}


@require_safe
def bundle_case(request: HttpRequest, reference: str) -> HttpResponse:
    """Show how far each part is, what has been issued, and what waits for what."""
    view = bundles.own_bundle(identity.actor_of(request), reference, at=clock.system.now())
    lines = [PartLine(part=part, kind=_KINDS.get(part.state, "plain")) for part in view.parts]
    context = {"view": view, "lines": lines, "total": len(lines), "open": view.line.state is bundles.BundleState.OPEN}
    return render(request, "citizen/bundle_case.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask once more, then withdraw what is not concluded."""
    actor, at = identity.actor_of(request), clock.system.now()
    view = bundles.own_bundle(actor, reference, at=at)
    if view.line.state is not bundles.BundleState.OPEN:
        return redirect("citizen:bundle_case", reference)
    if request.method == "POST":
        bundles.withdraw(actor=actor, bundle=view.id, at=at)
        messages.success(request, _("申请已撤回。"))
        return redirect("citizen:bundle_case", reference)
    return render(request, "citizen/bundle_withdraw.html", {"view": view})

"""Applying for an item and following the case 我的办件: apply, list, timeline, supplement, withdraw."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhengtong.kernel import clock
from zhengtong.portals.citizen.applications import FILE, Application, files_schema
from zhengtong.portals.citizen.views.applying import ask
from zhengtong.process.bundles import api as bundles
from zhengtong.process.cases import api as cases
from zhengtong.process.forms import api as forms
from zhengtong.process.items import api as items
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import AssuranceLevel

STEPS = {
    cases.CaseState.RECEIVED: 1,
    cases.CaseState.CORRECTION: 1,
    cases.CaseState.ACCEPTED: 2,
}


@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest, code: str) -> HttpResponse:
    """Ask what the item needs and receive the application; or keep it as a draft to go on with later."""
    actor, at = identity.actor_of(request), clock.system.now()
    identity.require_assurance(actor, AssuranceLevel.SUBSTANTIAL)
    item = items.in_force(code, at=clock.on_day(at))
    if not item.online:
        raise cases.NotOnline(item=str(item.name))
    form = forms.asked_by(item, at=clock.on_day(at))
    asked = Application(
        request=request, actor=actor, about=f"services/{code}", schema=dict(form.schema), pieces=item.evidence, at=at
    )
    return ask(
        asked,
        receive=lambda chosen, application: cases.receive(
            case=chosen, item=code, schema=form.schema, form_version=form.version, **application
        ),
        arrived="citizen:case",
        template="citizen/apply.html",
        context={"item": item},
    )


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Show the reader's cases, the newest first."""
    actor = identity.actor_of(request)
    before = request.GET.get("before", "")
    try:
        page = cases.cases_of(actor, at=clock.system.now(), before=before)
    except ValueError:
        page = cases.cases_of(actor, at=clock.system.now())
    own = () if before else bundles.bundles_of(actor)
    drafts = () if before else forms.drafts(actor=actor)
    return render(request, "citizen/cases.html", {"page": page, "bundles": own, "drafts": drafts})


@require_safe
def case(request: HttpRequest, reference: str) -> HttpResponse:
    """Show one case: where it stands, by when, what happened, what can be done."""
    at = clock.system.now()
    view = cases.own_case(identity.actor_of(request), reference, at=at)
    context = {
        "contested": cases.contested(view, at=at),
        "view": view,
        "answers": cases.read_application(view),
        "evidence": cases.evidence_lines(view),
        "step": STEPS.get(view.line.state, 3),
        "correcting": view.line.state is cases.CaseState.CORRECTION,
    }
    return render(request, "citizen/case.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def supplement(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask again with what was said before, and hand the correction in."""
    actor, at = identity.actor_of(request), clock.system.now()
    view = cases.own_case(actor, reference, at=at)
    if view.line.state is not cases.CaseState.CORRECTION:
        raise cases.NothingToSupplement
    kept = {name: one["value"] for name, one in view.prefilled.items()}
    form = forms.build_form(
        view.schema, request.POST if request.method == "POST" else None, view.form, files=request.FILES, known=kept
    )
    if request.method == "POST" and form.is_valid():
        answers = forms.keep_files(actor=actor, answers=form.answers, at=at)
        cases.supplement(actor=actor, case=view.line.id, form=answers, at=at)
        messages.success(request, _("补正已提交。"))
        return redirect("citizen:case", reference)
    return render(request, "citizen/supplement.html", {"view": view, "form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def missing(request: HttpRequest, reference: str) -> HttpResponse:
    """Take what a conditional acceptance left open."""
    actor, at = identity.actor_of(request), clock.system.now()
    view = cases.own_case(actor, reference, at=at)
    open_pieces = [piece for piece in view.evidence if piece.missing]
    if not open_pieces or view.line.state.ended:
        raise cases.NothingToSupplement
    schema = files_schema((piece.key, piece.name, piece.name_en) for piece in open_pieces)
    form = forms.build_form(schema, request.POST if request.method == "POST" else None, files=request.FILES)
    if request.method == "POST" and form.is_valid():
        kept = forms.keep_files(actor=actor, answers=form.answers, at=at)
        uploads = {name.removeprefix(FILE): value["file"] for name, value in kept.items() if value}
        cases.hand_in_missing(actor=actor, case=view.line.id, uploads=uploads, at=at)
        messages.success(request, _("材料已提交。"))
        return redirect("citizen:case", reference)
    return render(request, "citizen/missing.html", {"view": view, "form": form}, status=422 if form.errors else 200)


@require_POST
def withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    """Withdraw the application."""
    actor, at = identity.actor_of(request), clock.system.now()
    view = cases.own_case(actor, reference, at=at)
    cases.withdraw(actor=actor, case=view.line.id, at=at)
    messages.success(request, _("申请已撤回。"))
    return redirect("citizen:case", reference)


@require_safe
def asked_to_withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask once more before withdrawing, because it cannot be undone."""
    view = cases.own_case(identity.actor_of(request), reference, at=clock.system.now())
    if view.line.state.ended:
        return redirect("citizen:case", reference)
    return render(request, "citizen/withdraw.html", {"view": view})

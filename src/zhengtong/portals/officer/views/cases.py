"""The dossier of a case 办件卷宗: the application beside its evidence, what happened, and the decision with reasons."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotAllowed, Refusal, SignInNeeded
from zhengtong.kernel.pages.api import add_refusal
from zhengtong.portals.officer.casework import DecisionForm
from zhengtong.portals.officer.views.desk import at_desk, official, page
from zhengtong.process.cases import api as cases
from zhengtong.process.forms import api as written_forms
from zhengtong.trust.identity.api import Actor, names_of


@require_http_methods(["GET", "HEAD", "POST"])
def case(request: HttpRequest, reference: str) -> HttpResponse:
    """Show a case and take the decision."""
    actor, at = official(request), clock.system.now()
    view = cases.open_dossier(actor=actor, reference=reference, at=at)
    posted = request.method == "POST"
    form = None
    task = view.task
    mine = task is not None and (task.assignee in {None, actor.subject} or task.in_place_of is not None)
    away = None if task is None else task.in_place_of
    if task is not None and mine and task.decisions:
        phrases = cases.phrases_for(at_desk(actor), view.line.item)
        form = DecisionForm(request.POST if posted else None, view=view, task=task, phrases=phrases, at=at)
    elif posted:
        raise cases.AlreadyHandled
    if form is not None and posted and form.is_valid():
        try:
            decision = _decide(actor, view, form)
        except (SignInNeeded, NotAllowed, cases.AlreadyHandled, cases.CaseChanged):
            raise
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("已办理：%(decision)s。") % {"decision": decision.label})
            return redirect("officer:case", reference)
    context = {
        "view": view,
        "form": form,
        "mine": mine,
        "in_place_of": "" if away is None else names_of([away]).get(away, ""),
        "answers": cases.read_application(view),
        "evidence": cases.evidence_lines(view),
        "may_ask": bool(cases.checkable(view.evidence)),
        "contested": cases.contested(view, at=at),
        "procedure": cases.Procedure(view.procedure).label if view.procedure else "",
    }
    return page(request, "officer/case.html", context, actor=actor, status=422 if form and form.errors else 200)


def _decide(actor: Actor, view: cases.CaseView, form: DecisionForm) -> cases.Decision:
    asked = form.cleaned_data
    decision = cases.Decision(asked["decision"])
    cases.decide(
        actor=actor,
        case=view.line.id,
        task=asked["task"],
        revision=asked["revision"],
        decision=decision,
        reason=form.whole_reason,
        checked=asked.get("checked", ()),
        missing=asked.get("missing", ()) if decision is cases.Decision.ACCEPT_CONDITIONALLY else (),
        at=clock.system.now(),
    )
    return decision


@require_http_methods(["GET", "HEAD"])
def file(request: HttpRequest, reference: str, identifier: UUID) -> HttpResponse:
    """Hand out a file of the dossier to an official who may read it; the look is on record."""
    actor, at = official(request), clock.system.now()
    view = cases.open_dossier(actor=actor, reference=reference, at=at)
    known = {piece.file for piece in view.evidence}
    known |= {value["file"] for value in view.form.values() if isinstance(value, dict) and "file" in value}
    found = written_forms.attachment(identifier) if str(identifier) in known else None
    if found is None:
        raise cases.CaseUnknown
    name, media_type, content = found
    response = HttpResponse(content, content_type=media_type)
    response.headers["Content-Disposition"] = f"attachment; filename={identifier}.{media_type.rpartition('/')[2]}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    del name  # what the applicant called it may speak of them: the browser saves it under its id
    return response

"""Objections to data one's own body keeps 数据异议: what waits, what was answered, and the answer."""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhengtong.data.registries import api as registries
from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotAllowed, Refusal, SignInNeeded
from zhengtong.kernel.pages.api import add_refusal
from zhengtong.portals.officer.views.desk import official, page, page_of
from zhengtong.process.cases import api as cases
from zhengtong.process.forms import api as written_forms
from zhengtong.trust.access.api import allowed
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.api import Actor


class AnswerForm(forms.Form):
    """What was verified, and what came of it."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("核实结果"),
        choices=[(one.value, one.label) for one in written_forms.Outcome],
        widget=forms.RadioSelect,
        help_text=gettext_lazy("先在本部门的系统中更正，再在这里答复。"),
    )
    answer = forms.CharField(
        label=gettext_lazy("答复"),
        max_length=1000,
        widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("写明怎样核实、怎样更正，或者为什么维持。当事人会看到。"),
    )


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """List objections that wait, the first due first; `?show=answered` those that were answered.

    Raises:
        NotAllowed: the official answers for no organisation's data.
    """
    actor, at = official(request), clock.system.now()
    if not allowed(actor, written_forms.Permission.ANSWER_OBJECTION):
        raise NotAllowed
    answered = request.GET.get("show") == "answered"
    found = page_of(
        request, lambda after: written_forms.objections_to_answer(actor, at=at, answered=answered, after=after)
    )
    return page(request, "officer/objections.html", {"found": found, "answered": answered}, actor=actor)


@require_http_methods(["GET", "HEAD", "POST"])
def objection(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show an objection, with the cases that rest on the data item, and take the answer."""
    actor, at = official(request), clock.system.now()
    view = written_forms.open_objection(actor=actor, objection=identifier, at=at)
    posted = request.method == "POST"
    form = AnswerForm(request.POST if posted else None)
    if posted and form.is_valid():
        try:
            written_forms.answer_objection(
                actor=actor,
                objection=identifier,
                outcome=written_forms.Outcome(form.cleaned_data["outcome"]),
                text=form.cleaned_data["answer"],
                at=at,
            )
        except (SignInNeeded, NotAllowed, written_forms.ObjectionAnswered):
            raise
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("已答复，当事人会收到消息。"))
            return redirect("officer:objections")
    context = {
        "view": view,
        "form": None if view.answered_at else form,
        "registered": _registered(actor, view, at),
        "name": identity.names_of({view.line.subject}).get(view.line.subject, ""),
        "cases": cases.open_cases_using(view.line.subject, view.line.source, at=at),
    }
    return page(request, "officer/objection.html", context, actor=actor, status=422 if form.errors else 200)


def _registered(actor: Actor, view: written_forms.ObjectionView, at: datetime) -> registries.ResidentView | None:
    """Return what the population registry says of whom it is about, to who may read it; the look is on record."""
    if not view.line.source.startswith("population."):
        return None
    with suppress(Refusal):
        return registries.resident_of(view.line.subject, actor=actor, purpose=written_forms.OBJECTION, at=at)
    return None

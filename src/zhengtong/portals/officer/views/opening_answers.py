"""What the public asks of the department about open data 公众需求: agreements, requests, feedback; each has its day."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from zhengtong.data.opening import api as opening
from zhengtong.kernel import clock
from zhengtong.kernel.errors import InvalidInput
from zhengtong.kernel.pages.api import add_refusal
from zhengtong.portals.officer.exchange_forms import AnswerForm
from zhengtong.portals.officer.views.desk import official, page


class WordsForm(forms.Form):
    """The answer to a request or feedback."""

    text = forms.CharField(
        label=_("答复"),
        max_length=1000,
        widget=forms.Textarea({"rows": 4}),
        error_messages={"required": _("请写明答复。")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def registration(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show who asks to use a release for what, and agree or not."""
    actor = official(request)
    one = opening.registration_to_decide(actor, identifier)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        agrees, reason = form.cleaned_data["answer"] == "agree", form.cleaned_data["reason"]
        try:
            opening.decide(actor=actor, registration=identifier, agrees=agrees, reason=reason, at=clock.system.now())
        except InvalidInput as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _now("已答复，申请人会看到。"))
            return redirect("officer:openings")
    waits = one.state is opening.RegistrationState.ASKED
    context = {"one": one, "form": form if waits else None}
    return page(request, "officer/opening_registration.html", context, actor=actor, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def enquiry(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show a request or feedback, and answer it."""
    actor = official(request)
    one = opening.enquiry_to_answer(actor, identifier)
    form = WordsForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        opening.answer(actor=actor, enquiry=identifier, text=form.cleaned_data["text"], at=clock.system.now())
        messages.success(request, _now("已答复，申请人会看到。"))
        return redirect("officer:openings")
    context = {"one": one, "form": form if not one.answer else None}
    return page(request, "officer/opening_enquiry.html", context, actor=actor, status=422 if form.errors else 200)

"""Department checks 部门核验: ask from a case, see what one's own organisation is asked, answer."""

from contextlib import suppress
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotAllowed, NotFound, Refusal, SignInNeeded
from zhengtong.kernel.pages.api import add_refusal
from zhengtong.portals.officer.check_forms import AnswerCheckForm, AskForm
from zhengtong.portals.officer.views.desk import at_desk, official, page, page_of
from zhengtong.process.cases import api as cases
from zhengtong.process.items import api as items
from zhengtong.trust.access.api import allowed
from zhengtong.trust.identity import api as identity


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """List requests that wait, the first due first; `?show=answered` those that were answered.

    Raises:
        NotAllowed: the official answers no such requests.
    """
    actor, at = official(request), clock.system.now()
    if not allowed(actor, cases.DeskPermission.ANSWER_CHECKS):
        raise NotAllowed
    answered = request.GET.get("show") == "answered"
    found = page_of(request, lambda after: cases.checks_to_answer(actor, at=at, answered=answered, after=after))
    return page(request, "officer/checks.html", {"found": found, "answered": answered}, actor=actor)


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask a department to check a piece of evidence; the page shows nothing of the applicant."""
    actor, at = official(request), clock.system.now()
    view = cases.case_within_reach(actor, reference, at=at)
    departments = [(key, str(name)) for key, name in items.departments()]
    form = AskForm(request.POST if request.method == "POST" else None, view=view, departments=departments)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            cases.ask_check(
                actor=at_desk(actor), case=view.line.id, evidence_key=asked["evidence"],
                department=asked["department"], question=asked["question"], revision=asked["revision"], at=at,
            )  # fmt: skip
        except (SignInNeeded, NotAllowed, cases.CheckAsked, cases.CaseChanged):
            raise
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("已请部门核验，答复后会通知您。"))
            return redirect("officer:case", reference)
    context = {
        "view": view,
        "form": form,
        "title": _("请部门核验"),
        "lede": _("电子证照和共享数据都不能证明的，请保管的部门核验；答复记为材料来源。核验期间办理期限照常计算。"),
    }
    return page(request, "officer/casework.html", context, actor=actor, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show a request and take the answer."""
    actor, at = official(request), clock.system.now()
    view = cases.open_check(actor=actor, check=identifier, at=at)
    posted = request.method == "POST"
    form = AnswerCheckForm(request.POST if posted else None)
    if posted and form.is_valid():
        try:
            cases.answer_check(
                actor=at_desk(actor), check=identifier, answer=cases.CheckAnswer(form.cleaned_data["answer"]),
                reason=form.cleaned_data["reason"], at=at,
            )  # fmt: skip
        except (SignInNeeded, NotAllowed, cases.CheckAnswered):
            raise
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("已答复，提出请求的单位会收到通知。"))
            return redirect("officer:checks")
    context = {"view": view, "form": form if view.may_answer else None, "number": _number(view.applicant)}
    return page(request, "officer/evidence_check.html", context, actor=actor, status=422 if form.errors else 200)


def _number(applicant: UUID) -> str:
    """Return the applicant's number, masked: with the name it tells two people apart; enterprises go by their name."""
    with suppress(NotFound):
        return identity.person(applicant).id_number
    return ""

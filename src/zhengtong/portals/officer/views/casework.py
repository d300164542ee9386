"""What an official does with a case besides deciding 办理动作: one page for each, reached from the dossier.

These pages show nothing of the applicant, so opening them is no look at anybody's data.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotAllowed, Refusal, SignInNeeded, Text
from zhengtong.kernel.pages.api import Asked, add_refusal
from zhengtong.portals.officer.casework import ChoiceForm, ExtensionForm, ProcedureForm, ReasonForm
from zhengtong.portals.officer.views.desk import official, page
from zhengtong.process.cases import api as cases
from zhengtong.process.items import api as items
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.api import Actor

Act = Callable[[dict[str, Any]], None]


@require_http_methods(["GET", "HEAD", "POST"])
def procedure(request: HttpRequest, reference: str) -> HttpResponse:
    """Begin a special procedure that stops the clock."""
    actor, at = official(request), clock.system.now()
    view = cases.case_within_reach(actor, reference, at=at)

    def act(asked: dict[str, Any]) -> None:
        named = cases.Procedure(asked["procedure"])
        cases.begin_procedure(
            actor=actor, case=view.line.id, procedure=named, days=asked["days"], reason=asked["reason"], at=at
        )

    form = ProcedureForm(request.POST if request.method == "POST" else None)
    lede = _("听证、检验、检测、检疫、鉴定、专家评审等所需时间不计入期限，须书面告知申请人（行政许可法第四十五条）。")
    return _answer(request, actor, view, form, act, title=_("特别程序"), lede=lede)


@require_POST
def end_procedure(request: HttpRequest, reference: str) -> HttpResponse:
    """End the special procedure that runs."""
    actor, at = official(request), clock.system.now()
    view = cases.case_within_reach(actor, reference, at=at)
    cases.end_procedure(actor=actor, case=view.line.id, at=at)
    messages.success(request, _("程序已结束，恢复计时。"))
    return redirect("officer:case", reference)


@require_http_methods(["GET", "HEAD", "POST"])
def extension(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for an extension."""
    actor, at = official(request), clock.system.now()
    view = cases.case_within_reach(actor, reference, at=at)

    def act(asked: dict[str, Any]) -> None:
        cases.ask_extension(actor=actor, case=view.line.id, days=asked["days"], reason=asked["reason"], at=at)

    form = ExtensionForm(request.POST if request.method == "POST" else None)
    lede = _("期限届满前经本机关负责人批准，可以延长一次，最长十日（行政许可法第四十二条）。")
    return _answer(request, actor, view, form, act, title=_("申请延期"), lede=lede)


@require_http_methods(["GET", "HEAD", "POST"])
def recall(request: HttpRequest, reference: str) -> HttpResponse:
    """Take back one's own acceptance."""
    actor, at = official(request), clock.system.now()
    view = cases.case_within_reach(actor, reference, at=at)

    def act(asked: dict[str, Any]) -> None:
        cases.recall(actor=actor, case=view.line.id, reason=asked["reason"], at=at, revision=asked["revision"])

    form = ReasonForm(request.POST if request.method == "POST" else None, initial={"revision": view.revision})
    lede = _("后续环节没有人办理之前，可以收回自己的受理意见，重新审查。")
    return _answer(request, actor, view, form, act, title=_("收回受理意见"), lede=lede)


@require_http_methods(["GET", "HEAD", "POST"])
def delegate(request: HttpRequest, reference: str) -> HttpResponse:
    """Give one's task to a colleague."""
    actor, at = official(request), clock.system.now()
    view = cases.case_within_reach(actor, reference, at=at)
    task = view.task
    if task is None or task.number < 0:
        raise cases.AlreadyHandled
    number = task.number

    def act(asked: dict[str, Any]) -> None:
        cases.delegate(actor=actor, case=view.line.id, task=number, to=UUID(asked["to"]), at=at)

    known = {"revision": view.revision}
    form = ChoiceForm(
        request.POST if request.method == "POST" else None, choices=_colleagues(actor), reason=False, initial=known
    )
    lede = _("委托给本单位在岗的同事；您可以随时收回。")
    return _answer(request, actor, view, form, act, title=_("委托办理"), lede=lede)


@require_POST
def take_back(request: HttpRequest, reference: str) -> HttpResponse:
    """Take a delegated task back."""
    actor, at = official(request), clock.system.now()
    view = cases.case_within_reach(actor, reference, at=at)
    if view.task is None:
        raise cases.AlreadyHandled
    cases.take_back(actor=actor, case=view.line.id, task=view.task.number, at=at)
    messages.success(request, _("委托已收回。"))
    return redirect("officer:case", reference)


@require_http_methods(["GET", "HEAD", "POST"])
def transfer(request: HttpRequest, reference: str) -> HttpResponse:
    """Transfer a case to the office that is competent."""
    actor, at = official(request), clock.system.now()
    view = cases.case_within_reach(actor, reference, at=at)

    def act(asked: dict[str, Any]) -> None:
        cases.transfer(
            actor=actor, case=view.line.id, to=UUID(asked["to"]), reason=asked["reason"], at=at,
            revision=asked["revision"],
        )  # fmt: skip

    found = items.guide(view.line.item, at=clock.on_day(at)).implementations
    choices = [(str(one.organisation), str(one.organisation_name)) for one in found]
    choices = [pair for pair in choices if pair[0] != str(view.organisation)]
    known = {"revision": view.revision}
    form = ChoiceForm(request.POST if request.method == "POST" else None, choices=choices, reason=True, initial=known)
    lede = _("只能移送给实施清单中有这个事项的机关。")
    return _answer(request, actor, view, form, act, title=_("移送"), lede=lede)


def _colleagues(actor: Actor) -> list[tuple[str, str]]:
    """Return the officials in post in the actor's organisation, without the actor."""
    rows = identity.officials_in_post(actor.organisation_path, Asked(size=100), at=clock.system.now()).rows
    return [
        (str(one.official), f"{one.official_name} {one.post.title}") for one in rows if one.official != actor.subject
    ]


def _answer(
    request: HttpRequest,
    actor: Actor,
    view: cases.CaseView,
    form: forms.Form,
    act: Act,
    *,
    title: Text,
    lede: Text,
) -> HttpResponse:
    """Carry out *act* when the form is filled in well, else show it."""
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data)
        except (SignInNeeded, NotAllowed, cases.AlreadyHandled, cases.CaseChanged):
            raise
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("已办理：%(decision)s。") % {"decision": title})
            return redirect("officer:case", view.line.reference)
    context = {"view": view, "form": form, "title": title, "lede": lede}
    return page(request, "officer/casework.html", context, actor=actor, status=422 if form.errors else 200)

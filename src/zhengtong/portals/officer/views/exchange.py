"""The agreement desk 共享协议: what other departments ask of us, what we asked for, and how our agreements are used."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhengtong.data.catalog import api as catalog
from zhengtong.data.exchange import api as exchange
from zhengtong.kernel import clock
from zhengtong.kernel.calendar import api as calendars
from zhengtong.kernel.errors import NotAllowed, NotFound, Refusal, SignInNeeded, Text
from zhengtong.kernel.pages.api import add_refusal, columns
from zhengtong.portals.officer.exchange_forms import AnswerForm, AskForm, StopForm
from zhengtong.portals.officer.views.desk import official, page
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.api import Actor

_LOOKS = 20
_TAGS: Mapping[str, str] = {
    "active": "good", "suspended": "warn", "submitted": "warn", "approved": "good", "refused": "bad",
}  # fmt: skip


class _Step:
    """What may be done with an agreement: its name, what it warns of, what does it."""

    def __init__(self, title: Text, warning: Text, act: Callable[..., None], *, reason: bool) -> None:
        self.title, self.warning, self.act, self.reason = title, warning, act, reason


STEPS: Mapping[str, _Step] = {
    "suspend": _Step(_("暂停"), _("一秒之内，依据这份协议的查询全部被拒绝，直到恢复。"), exchange.suspend, reason=True),
    "resume": _Step(_("恢复"), _("依据这份协议的查询立即重新得到答复。"), exchange.resume, reason=False),
    "end": _Step(
        _("终止"), _("依据这份协议的查询全部被拒绝，不能恢复；如仍需使用，须重新申请。"), exchange.end, reason=True
    ),
}
_POSSIBLE: Mapping[exchange.AgreementState, tuple[str, ...]] = {
    exchange.AgreementState.ACTIVE: ("suspend", "end"),
    exchange.AgreementState.SUSPENDED: ("resume", "end"),
}


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Show what waits for the department's answer, what it asked for, and its agreements with the day's use."""
    actor, now = of_a_department(request), clock.system.now()
    today = clock.on_day(now)
    context = {
        "waiting": [(one, _light(today, one.due_on)) for one in exchange.requests_to_answer(actor)],
        "made": [(one, _TAGS.get(one.state, "")) for one in exchange.requests_made(actor)],
        "agreements": [(one, _TAGS.get(one.state, "")) for one in exchange.agreements(actor, at=now)],
        "organisation": actor.organisation,
    }
    return page(request, "officer/exchange.html", context, actor=actor)


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, name: str) -> HttpResponse:
    """Ask for a dataset of another department."""
    actor, now = of_a_department(request), clock.system.now()
    exchange.require_asking(actor)
    found = _on_offer(catalog.code_of(name))
    assert actor.organisation is not None  # noqa: S101 -- `of_a_department` has checked
    applications = identity.applications_of(actor.organisation)
    data = request.POST if request.method == "POST" else None
    form = AskForm(data, dataset=found, applications=applications, today=clock.on_day(now))
    if form.is_bound and form.is_valid():
        asked = form.cleaned_data
        try:
            made = exchange.ask(
                actor=actor, request=asked["request"], dataset=found.code, application=UUID(asked["application"]),
                wanted=form.terms(), at=now,
            )  # fmt: skip
        except (SignInNeeded, NotAllowed):
            raise
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _now("已同意，协议生效。") if made.agreement else _now("申请已提交。"))
            return redirect("officer:exchange_request", made.id)
    context = {"one": found, "form": form if applications else None, "title": _named(found)}
    return page(request, "officer/exchange_ask.html", context, actor=actor, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def share_request(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show a request with its terms; the provider answers here."""
    actor, now = of_a_department(request), clock.system.now()
    found = exchange.request(actor, identifier)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        agrees, reason = form.cleaned_data["answer"] == "agree", form.cleaned_data["reason"]
        try:
            exchange.answer(actor=actor, request=identifier, agrees=agrees, reason=reason, at=now)
        except (exchange.ReasonNeeded, exchange.SharingWithheld, catalog.DatasetUnknown) as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _now("已答复，使用部门会看到。"))
            return redirect("officer:exchange_request", identifier)
    open_ = found.state is exchange.RequestState.SUBMITTED
    context = {
        "one": found,
        "terms": _terms(found.dataset, found.terms),
        "application": identity.application(found.application),
        "tag": _TAGS.get(found.state, ""),
        "light": _light(clock.on_day(now), found.due_on) if open_ else "",
        "form": form if open_ and found.provider == actor.organisation else None,
        "may_withdraw": open_ and found.consumer == actor.organisation,
    }
    return page(request, "officer/exchange_request.html", context, actor=actor, status=422 if form.errors else 200)


@require_POST
def withdraw(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Withdraw a request that nobody has answered."""
    exchange.withdraw_request(actor=of_a_department(request), request=identifier, at=clock.system.now())
    messages.success(request, _now("申请已撤回。"))
    return redirect("officer:exchange_request", identifier)


@require_safe
def agreement(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show an agreement: its terms, its use day by day, the latest looks, what can be done with it."""
    actor, now = of_a_department(request), clock.system.now()
    found, modes = exchange.agreement(actor, identifier, at=now, counts_use=False), catalog.SharingMode
    usage = exchange.usage_by_day(identifier)
    today = next(((count, rows) for day, count, rows in usage if day == clock.on_day(now)), (0, 0))
    context = {
        "one": replace(found, used_today=today[0], rows_today=today[1]),
        "terms": _terms(found.dataset, found.terms),
        "tag": _TAGS.get(found.state, ""),
        "usage": usage,
        "chart": columns([(f"{day:%m-%d}", count) for day, count, _rows in usage], label=_("日期"), unit=_("查询次数")),
        "looks": exchange.looks_under(found, most=_LOOKS) if modes.QUERY in found.terms.modes else (),
        "batches": exchange.batches_under(found.id, most=_LOOKS) if found.terms.daily_rows else (),
        "subscribes": modes.SUBSCRIPTION in found.terms.modes,
        "steps": [(name, STEPS[name]) for name in _POSSIBLE.get(found.state, ())],
    }
    return page(request, "officer/exchange_agreement.html", context, actor=actor)


@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, identifier: UUID, name: str) -> HttpResponse:
    """Say what suspending, resuming or ending does, ask for its reason, and do it."""
    actor, now = of_a_department(request), clock.system.now()
    found = exchange.agreement(actor, identifier, at=now)
    if name not in STEPS:
        raise NotFound
    one, data = STEPS[name], request.POST if request.method == "POST" else None
    form = StopForm(data) if one.reason else forms.Form(data)
    if form.is_bound and form.is_valid():
        try:
            one.act(actor=actor, agreement=identifier, at=now, **form.cleaned_data)
        except (SignInNeeded, NotAllowed):
            raise
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _now("已办理：%(step)s。") % {"step": one.title})
            return redirect("officer:exchange_agreement", identifier)
    context = {"one": found, "step": one, "form": form}
    return page(request, "officer/exchange_step.html", context, actor=actor, status=422 if form.errors else 200)


def of_a_department(request: HttpRequest) -> Actor:
    """Return the official who is signed in for a department.

    Raises:
        NotFound: the post belongs to none.
    """
    actor = official(request)
    if actor.organisation is None:
        raise NotFound
    return actor


def _on_offer(code: str) -> catalog.DatasetView:
    found = catalog.dataset(code)
    if found.state is not catalog.DatasetState.PUBLISHED:
        raise catalog.DatasetUnknown(dataset=code)
    if found.entry.sharing is catalog.SharingClass.WITHHELD:
        raise exchange.SharingWithheld(basis=found.entry.basis)
    return found


def _terms(code: str, terms: exchange.Terms) -> dict[str, Any]:
    """Return *terms* as the pages show them: elements by their titles, each with its mask."""
    titles = {element.name: element for element in catalog.dataset(code).entry.elements}
    fields = [(titles.get(field.name), field.name, field.mask.label) for field in terms.fields]
    return {"fields": fields, "own": terms, "modes": [exchange.MODES[mode] for mode in terms.modes]}


def _light(today: date, due: date | None) -> str:
    """Return red after the due day, yellow on it and on the working day before, else green, as cases do."""
    if due is None:
        return ""
    if today > due:
        return "bad"
    return "warn" if calendars.current().working_days_between(today, due) <= 1 else "good"


def _named(one: catalog.DatasetView) -> str:
    return (one.name_en if (get_language() or "").startswith("en") else "") or one.name

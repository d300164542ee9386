"""The opening desk 数据开放工作台: apply, see the risk report, approve by another officer, release, prove."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from zhengtong.data.catalog import api as catalog
from zhengtong.data.opening import api as opening
from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotAllowed, NotFound, Refusal, SignInNeeded, Text
from zhengtong.kernel.pages.api import add_refusal
from zhengtong.portals.officer.opening_forms import ApplyForm, ReasonForm, StepForm
from zhengtong.portals.officer.views.desk import official, page
from zhengtong.trust.access import api as access
from zhengtong.trust.identity import api as identity
from zhengtong.trust.ledger import api as ledger

_PREVIEWED = 10
TAGS: Mapping[str, str] = {
    "buffered": "warn", "approved": "warn", "released": "good", "refused": "bad", "withdrawn": "bad",
}  # fmt: skip


class _Step:
    """What may be done with an application: its name, what it means, what does it, by whom."""

    def __init__(
        self,
        title: Text,
        warning: Text,
        act: Callable[..., opening.OpeningView],
        permission: opening.Permission,
        *,
        reason: bool,
    ) -> None:
        self.title, self.warning, self.act = title, warning, act
        self.permission, self.reason = permission, reason


STEPS: Mapping[str, _Step] = {
    "freeze": _Step(
        _("送入缓冲区并评估风险"), _("按方案生成脱敏副本并冻结，随后测算重新识别的风险。"), opening.freeze,
        opening.Permission.APPLY, reason=False,
    ),
    "approve": _Step(
        _("批准开放"), _("确认依据、方案和风险评估报告，由您对批准负责。"), opening.approve,
        opening.Permission.DECIDE, reason=False,
    ),
    "refuse": _Step(
        _("不予开放"), _("申请部门会看到理由，可以另行申请。"), opening.refuse, opening.Permission.DECIDE, reason=True
    ),
    "release": _Step(
        _("向公众开放"), _("冻结的文件立即可以下载和调用。"), opening.release, opening.Permission.DECIDE, reason=False
    ),
    "withdraw": _Step(
        _("撤下"), _("立即停止提供；已经下载的数据无法收回。"), opening.withdraw, opening.Permission.APPLY, reason=True
    ),
}  # fmt: skip


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Show what waits for a decision, and the applications of the department."""
    actor = official(request)
    mine = opening.applications_of(actor.organisation) if actor.organisation else ()
    own = actor.organisation if opening.Permission.ANSWER in access.permissions_of(actor) else None
    today = clock.on_day(clock.system.now())
    context = {
        "registrations": opening.registrations_to_decide(own) if own else (),
        "enquiries": opening.enquiries_to_answer(own) if own else (),
        "may_answer": own is not None,
        "today": today,
        "waiting": opening.to_decide(actor),
        "mine": [(one, TAGS.get(one.state, "")) for one in mine],
        "organisation": actor.organisation,
    }
    return page(request, "officer/openings.html", context, actor=actor)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, name: str) -> HttpResponse:
    """Apply to open a dataset of the own department."""
    actor, now = official(request), clock.system.now()
    found = catalog.dataset(catalog.code_of(name))
    access.require(actor, opening.Permission.APPLY, organisation=found.provider, region=found.region)
    if found.provider != actor.organisation:
        raise NotAllowed
    data = request.POST if request.method == "POST" else None
    form = ApplyForm(data, dataset=found, standard=opening.standard_on(clock.on_day(now)))
    if form.is_bound and form.is_valid():
        made = _tried(form, lambda: opening.apply(
            actor=actor, application=form.cleaned_data["application"], wanted=form.wanted(), at=now
        ))  # fmt: skip
        if made is not None:
            messages.success(request, _now("申请已保存，请送入缓冲区评估风险。"))
            return redirect("officer:opening", made.id)
    context = {"dataset": found, "title": _named(found), "form": form}
    return page(request, "officer/opening_apply.html", context, actor=actor, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Change an application that nobody has decided."""
    actor, now = official(request), clock.system.now()
    one = opening.application(actor, identifier)
    access.require(actor, opening.Permission.APPLY, organisation=one.provider, region=one.region)
    if one.state not in opening.STEPS["revise"]:
        raise opening.WrongState(state=one.state.label)
    found = catalog.dataset(one.dataset)
    data = request.POST if request.method == "POST" else None
    form = ApplyForm(data, dataset=found, standard=opening.standard_on(clock.on_day(now)), known=one)
    if form.is_bound and form.is_valid():
        made = _tried(form, lambda: opening.revise(
            actor=actor, application=identifier, revision=form.cleaned_data["revision"] or 0,
            wanted=form.wanted(), at=now,
        ))  # fmt: skip
        if made is not None:
            messages.success(request, _now("申请已修改，请重新送入缓冲区评估风险。"))
            return redirect("officer:opening", identifier)
    context = {"dataset": found, "title": one.title, "form": form, "one": one}
    return page(request, "officer/opening_apply.html", context, actor=actor, status=422 if form.errors else 200)


@require_safe
def application(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show an application: what is opened, its risk report, its frozen files, its trail, what may be done now."""
    actor = official(request)
    one = opening.application(actor, identifier)
    found = catalog.dataset(one.dataset)
    titles = {element.name: element for element in found.entry.elements}
    grades = one.report.grades if one.report else {}
    names, rows = _previewed(one)
    context = {
        "one": one,
        "tag": TAGS.get(one.state, ""),
        "slug_of_dataset": found.slug,
        "fields": [
            (titles.get(field.name), field, catalog.GRADE_LABELS.get(grades[field.name]) if grades else "")
            for field in one.plan.fields
        ],
        "standard": opening.standard_on(one.report.standard) if one.report else None,
        "names": names,
        "rows": rows,
        "trail": ledger.acts_on(opening.THING, str(one.id)).items,
        "steps": [
            (name, step)
            for name, step in STEPS.items()
            if one.state in opening.STEPS[name] and _may(actor, one, name, step)
        ],
        "may_edit": one.state in opening.STEPS["revise"] and one.provider == actor.organisation,
    }
    return page(request, "officer/opening.html", context, actor=actor)


@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, identifier: UUID, name: str) -> HttpResponse:
    """Say what a step does, ask for its reason where it needs one, and take it."""
    actor, now = official(request), clock.system.now()
    one = opening.application(actor, identifier)
    if name not in STEPS:
        raise NotFound
    taken, data = STEPS[name], request.POST if request.method == "POST" else None
    access.require(actor, taken.permission, organisation=one.provider, region=one.region)
    shape = ReasonForm if taken.reason else StepForm
    form = shape(data, initial={"revision": one.revision})
    if form.is_bound and form.is_valid():
        asked = form.cleaned_data
        if _tried(form, lambda: taken.act(actor=actor, application=identifier, at=now, **asked)) is not None:
            messages.success(request, _now("已办理：%(step)s。") % {"step": taken.title})
            return redirect("officer:opening", identifier)
    context = {"one": one, "step": taken, "form": form}
    return page(request, "officer/opening_step.html", context, actor=actor, status=422 if form.errors else 200)


@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """Show for each release who opened it on which basis, and whatever is open without proof."""
    actor = official(request)
    access.require(actor, opening.Permission.AUDIT)
    accounted = opening.account(files=False)
    people = {who for one in accounted for who in (one.applicant, one.approver) if who}
    names = identity.names_of(people)
    context = {
        "rows": [(one, _name(names, one.applicant), _name(names, one.approver)) for one in accounted],
        "faults": [one for one in accounted if not one.exempt],
    }
    return page(request, "officer/opening_audit.html", context, actor=actor)


def _tried(form: forms.Form, act: Callable[[], opening.OpeningView]) -> opening.OpeningView | None:
    """Return what *act* made, or None with the refusal written on the form; who may not at all is turned away."""
    try:
        return act()
    except (SignInNeeded, NotFound):
        raise
    except NotAllowed as refusal:
        if not isinstance(refusal, opening.SameOfficer):
            raise
        add_refusal(form, refusal)
    except Refusal as refusal:
        add_refusal(form, refusal)
    return None


def _may(actor: identity.Actor, one: opening.OpeningView, name: str, step: _Step) -> bool:
    if name in {"approve", "refuse"} and one.drafted_by == actor.subject:
        return False
    if name == "approve" and (one.report is None or not one.report.passed):
        return False
    return access.allowed(actor, step.permission, organisation=one.provider, region=one.region)


def _previewed(one: opening.OpeningView) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """Return the first rows of a copy that passed: of one that did not, nobody needs to see what it betrays."""
    if one.report is None or not one.report.passed or not one.folder:
        return (), []
    return opening.preview(one.folder, limit=_PREVIEWED)


def _name(names: Mapping[UUID, str], subject: UUID | None) -> str:
    return names.get(subject, "") if subject else ""


def _named(one: catalog.DatasetView) -> str:
    return (one.name_en if (get_language() or "").startswith("en") else "") or one.name

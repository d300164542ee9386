"""Phrases 常用意见: one's own and the organisation's, with every version of each."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotAllowed, NotFound, Refusal, SignInNeeded
from zhengtong.kernel.pages.api import add_refusal
from zhengtong.portals.officer.phrase_forms import PhraseForm
from zhengtong.portals.officer.views.desk import at_desk, official, page
from zhengtong.process.cases import api as cases
from zhengtong.process.items import api as items
from zhengtong.trust.access import api as access
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.api import Actor


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """List the official's own phrases and the organisation's."""
    actor = official(request)
    return page(request, "officer/phrases.html", {"phrases": cases.phrases_kept(at_desk(actor))}, actor=actor)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Write a new phrase."""
    actor = official(request)
    keeps = cases.DeskPermission.KEEP_PHRASES in access.permissions_of(actor)
    form = PhraseForm(request.POST if request.method == "POST" else None, keeps=keeps)
    return _answer(request, actor, form, {"title": _("新增常用意见")}, shared=None)


@require_http_methods(["GET", "HEAD", "POST"])
def phrase(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show a phrase with its versions; who may, changes it."""
    actor = official(request)
    versions = cases.versions_of(at_desk(actor), identifier)
    known = versions[0]
    names = identity.names_of({one.changed_by for one in versions})
    context = {
        "title": known.title,
        "known": known,
        "versions": [(one, names.get(one.changed_by, "")) for one in versions],
    }
    if request.method != "POST" and not known.may_change:
        return page(request, "officer/phrase.html", context, actor=actor)
    form = PhraseForm(request.POST if request.method == "POST" else None, known=known, keeps=False)
    return _answer(request, actor, form, context, shared=not known.own)


@require_POST
def withdraw(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Withdraw a phrase."""
    actor = official(request)
    asked = request.POST.get("version", "")
    version = int(asked) if asked.isdecimal() and len(asked) <= 6 else 0
    cases.withdraw_phrase(actor=at_desk(actor), phrase=identifier, version=version, at=clock.system.now())
    messages.success(request, _("已停用。"))
    return redirect("officer:phrases")


def _answer(
    request: HttpRequest, actor: Actor, form: PhraseForm, context: dict[str, Any], *, shared: bool | None
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            _write(at_desk(actor), form, shared=shared)
        except (SignInNeeded, NotAllowed, cases.PhraseChanged, cases.PhraseUnknown):
            raise
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("已保存。"))
            return redirect("officer:phrases")
    context = {**context, "form": form}
    return page(request, "officer/phrase.html", context, actor=actor, status=422 if form.errors else 200)


def _write(actor: Actor, form: PhraseForm, *, shared: bool | None) -> None:
    asked, at = form.cleaned_data, clock.system.now()
    if asked["item"]:
        try:
            items.guide(asked["item"], at=clock.on_day(at))
        except NotFound as unknown:
            raise cases.PhraseUnfit(what=asked["item"], field="item") from unknown
    cases.write_phrase(
        actor=actor, phrase=asked["phrase"], version=asked["version"], title=asked["title"], text=asked["text"],
        item=asked["item"], shared=asked.get("shared", False) if shared is None else shared, at=at,
    )  # fmt: skip

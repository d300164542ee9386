"""The page that asks for an application 申请页: of an item or of a bundle, alike in all but what receives it."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from zhengtong.kernel.ids import new_id
from zhengtong.kernel.pages.api import add_refusal
from zhengtong.portals.citizen.applications import Application
from zhengtong.process.cases import api as cases
from zhengtong.process.forms import api as forms
from zhengtong.trust.identity import api as identity

Receive = Callable[[UUID, dict[str, Any]], str]


def ask(asked: Application, *, receive: Receive, arrived: str, template: str, context: dict[str, Any]) -> HttpResponse:
    """Ask, keep as a draft, or hand in to *receive* and go on to the page *arrived* of the reference it returns.

    *receive* is given the id of the application and what every application has: actor, form, prefilled, committed,
    uploads, region, at. Evidence it refuses as not given is shown in the form (422); any other refusal is raised.
    """
    request = asked.request
    if request.method == "POST" and asked.saving:
        asked.save()
        messages.success(request, _("草稿已保存 90 天，可以在任何设备上登录后继续。"))
        return redirect(request.path)
    if asked.complete:
        try:
            return _handed_in(asked, receive, arrived)
        except cases.EvidenceNotGiven as refusal:
            add_refusal(asked.form, refusal)
    shown = {
        "case": request.POST.get("case") or new_id(),
        "name": identity.name_shown(request.user),
        "number": identity.number_shown(request.user),
        **context,
        **asked.context(),
    }
    return render(request, template, shown, status=422 if asked.form.errors else 200)


def _handed_in(asked: Application, receive: Receive, arrived: str) -> HttpResponse:
    parts = asked.parts()
    application = {
        "actor": asked.actor,
        "form": parts.answers,
        "prefilled": parts.prefilled,
        "committed": parts.committed,
        "uploads": parts.uploads,
        "region": parts.region,
        "at": asked.at,
    }
    reference = receive(_chosen_id(asked.request), application)
    forms.drop_draft(actor=asked.actor, about=asked.about)
    messages.success(asked.request, _("申请已提交，编号 %(reference)s。") % {"reference": reference})
    return redirect(arrived, reference)


def _chosen_id(request: HttpRequest) -> UUID:
    """Return the id the page chose, so that sending twice makes one case; a new one where it cannot be read."""
    with suppress(ValueError):
        return UUID(request.POST.get("case", ""))
    return new_id()

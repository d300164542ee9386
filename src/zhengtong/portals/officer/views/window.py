"""At the window 窗口: help a person who is present 帮办代办, look a resident up for a purpose 查询."""

import re

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from zhengtong.data.registries import api as registries
from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotAllowed, Refusal, SignInNeeded
from zhengtong.kernel.pages.api import add_refusal
from zhengtong.portals.officer.forms import AssistForm, LookUpForm
from zhengtong.portals.officer.views.desk import official, page
from zhengtong.trust.access.api import require
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Permission
from zhengtong.trust.keys.api import mask_id_number, mask_name


@require_http_methods(["GET", "HEAD", "POST"])
def assist(request: HttpRequest) -> HttpResponse:
    """Begin to help a person at the window; consent is on record.

    Raises:
        NotAllowed: the actor may not help.
    """
    actor = official(request)
    require(actor, Permission.ASSIST)
    form = AssistForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            identity.begin_assistance(actor=actor, session=request.session, **form.cleaned_data, at=clock.system.now())
        except (SignInNeeded, NotAllowed):
            raise
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("帮办代办已开始，办完后请结束。"))
            return redirect("officer:home")
    return page(request, "officer/assist.html", {"form": form}, actor=actor, status=422 if form.errors else 200)


@require_POST
def end_assist(request: HttpRequest) -> HttpResponse:
    """End the help being given."""
    identity.end_assistance(actor=official(request), session=request.session, at=clock.system.now())
    messages.success(request, _("帮办代办已结束。"))
    return redirect("officer:home")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def look_up(request: HttpRequest) -> HttpResponse:
    """Look a resident up by ID number for a stated purpose; the answer is masked, and the look is on record.

    The number travels in the body of the request, never in an address.

    Raises:
        NotAllowed: the actor may not read residents.
    """
    actor = official(request)
    require(actor, registries.Permission.READ_RESIDENT)
    form = LookUpForm(request.POST if request.method == "POST" else None)
    found = None
    if request.method == "POST" and form.is_valid():
        try:
            found = _masked(registries.resident_by_number(**form.cleaned_data, actor=actor, at=clock.system.now()))
        except (SignInNeeded, NotAllowed):
            raise
        except Refusal as refusal:
            add_refusal(form, refusal)
    context = {"form": form, "found": found, "relations": registries.RELATION_LABELS}
    return page(request, "officer/look_up.html", context, actor=actor, status=422 if form.errors else 200)


def _masked(resident: registries.ResidentView) -> dict[str, object]:
    """Return what a clerk needs to recognise the person and no more: no house number, no birthday."""
    return {
        "name": mask_name(resident.name),
        "id_number": mask_id_number(resident.id_number),
        "sex": _("男") if resident.sex.value == "male" else _("女"),
        "birth_year": resident.birth_year,
        "region": resident.region_name,
        "address": re.sub(r"\d+", "*", resident.address),
        "relation": registries.RELATION_LABELS[resident.relation],
        "household_size": resident.household_size,
    }

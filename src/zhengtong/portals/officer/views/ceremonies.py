"""Uses of a root key 根密钥使用 at the key desk: asked for, answered by each custodian under their own sign-in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotAllowed
from zhengtong.kernel.pages.api import Asked, Column, Listing, Slice, of_sequence, show_listing
from zhengtong.portals.officer.keys_forms import ApproveForm, NoteForm
from zhengtong.portals.officer.views.desk import LAYOUT, menu, page
from zhengtong.portals.officer.views.key_desk import attempt, day, officer_or_custodian
from zhengtong.trust.identity.api import Actor
from zhengtong.trust.keys import api as keys
from zhengtong.trust.keys.api import CEREMONY_STATE_NAMES, CeremonyState, CeremonyView

TAGS: Mapping[str, str] = {"waiting": "warn", "done": "good", "refused": "bad", "expired": "plain"}
_MOST = 500


@require_safe
def listed(request: HttpRequest) -> HttpResponseBase:
    """List the uses of root keys, those that wait and those that are over.

    Raises:
        NotAllowed: the actor neither is a key officer nor keeps a key.
    """
    actor, _manages = officer_or_custodian(request)
    now = clock.system.now()

    def rows(asked: Asked) -> Slice[CeremonyView]:
        return of_sequence(keys.ceremonies(limit=_MOST), asked, orders={})

    listing = Listing(
        title=_("根密钥使用申请"), name="root-key-uses", source=rows, layout=LAYOUT, template="officer/ceremonies.html",
        empty=_("还没有使用过由保管人保管的根密钥。"),
        columns=[
            Column[CeremonyView](
                key="kind", label=_("用途"), value=lambda row: row.kind_name,
                link=lambda row: reverse("officer:ceremony", args=[row.id]),
            ),
            Column[CeremonyView](key="authority", label=_("签发机构"), value=lambda row: row.authority),
            Column[CeremonyView](key="asked", label=_("提出"), value=lambda row: day(row.asked_at)),
            Column[CeremonyView](key="state", label=_("状态"), value=lambda row: _state(row, now)),
            Column[CeremonyView](
                key="approved", label=_("批准"), number=True,
                value=lambda row: f"{len(row.approved_by)}/{row.threshold}",
            ),
        ],
    )  # fmt: skip
    return show_listing(request, listing, **menu(actor))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ceremony(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show a use of a root key: what for, who must answer, who did; a custodian approves with their passphrase.

    Raises:
        NotAllowed: the actor neither is a key officer nor keeps this key.
        CeremonyOver: there is none of this id.
    """
    actor, one = _reader(request, identifier)
    form = ApproveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        at, words = clock.system.now(), form.cleaned_data["passphrase"]
        done = attempt(form, lambda: keys.approve(by=actor, ceremony=identifier, passphrase=words, at=at))
        if done is not None:
            messages.success(request, _now("已批准并办结。") if done.done_at else _now("已批准，等待其他保管人。"))
            return redirect("officer:ceremony", identifier)
    return page(
        request, "officer/ceremony.html", _shown(one, actor) | {"form": form}, actor=actor,
        status=422 if form.errors else 200,
    )  # fmt: skip


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def refuse(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Let a custodian refuse a use of their root key, with the reason.

    Raises:
        NotAllowed: the actor neither is a key officer nor keeps this key.
        CeremonyOver: there is none of this id.
    """
    actor, one = _reader(request, identifier)
    form = NoteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        at, reason = clock.system.now(), form.cleaned_data["note"]
        if attempt(form, lambda: keys.refuse(by=actor, ceremony=identifier, reason=reason, at=at)) is not None:
            messages.success(request, _now("已拒绝，理由已记录。"))
            return redirect("officer:ceremony", identifier)
    shown = _shown(one, actor)
    if not (shown["may"] or form.is_bound):
        raise keys.NotCustodian
    return page(
        request, "officer/ceremony_refuse.html", shown | {"form": form}, actor=actor, status=422 if form.errors else 200
    )


def _reader(request: HttpRequest, identifier: UUID) -> tuple[Actor, CeremonyView]:
    actor, manages = officer_or_custodian(request)
    one = keys.ceremony(identifier)
    if not manages and actor.subject not in {subject for subject, _name in one.custodians}:
        raise NotAllowed
    return actor, one


def _shown(one: CeremonyView, actor: Actor) -> dict[str, Any]:
    now = clock.system.now()
    refused = dict(one.refused_by)
    mine = next((name for subject, name in one.custodians if subject == actor.subject), "")
    state = one.state_at(now)
    left = len(one.custodians) - len(refused) - len(one.approved_by)
    return {
        "one": one,
        "state": CEREMONY_STATE_NAMES[state],
        "tag": TAGS[state],
        "waits": state is CeremonyState.WAITING,
        "missing": max(one.threshold - len(one.approved_by), 0),
        "left": left,
        "answers": [(name, name in one.approved_by, refused.get(name)) for _subject, name in one.custodians],
        "may": state is CeremonyState.WAITING and mine and mine not in one.approved_by and mine not in refused,
    }


def _state(one: CeremonyView, now: datetime) -> Any:
    return CEREMONY_STATE_NAMES[one.state_at(now)]

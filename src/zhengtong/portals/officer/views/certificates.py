"""Certificates 证书 at the key desk: found, shown with all that belongs to them, downloaded, renewed, stopped."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
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
from zhengtong.kernel.errors import NotFound, Text
from zhengtong.kernel.pages.api import Asked, Column, Listing, Slice, show_listing
from zhengtong.portals.officer.keys_forms import REASONS, CertificateFilterForm, NoteForm, RenewForm, RevokeForm
from zhengtong.portals.officer.views.desk import LAYOUT, menu, page
from zhengtong.portals.officer.views.key_desk import attempt, day, officer
from zhengtong.portals.officer.wording import what
from zhengtong.trust.access.api import permissions_of
from zhengtong.trust.identity.api import Actor, names_of
from zhengtong.trust.keys import api as keys
from zhengtong.trust.keys.api import (
    CertificateFilter,
    CertificateState,
    CertificateView,
    Permission,
    RevocationReason,
)
from zhengtong.trust.ledger import api as ledger

TAGS: Mapping[str, str] = {"valid": "good", "suspended": "warn", "revoked": "bad"}
_LIFE = 10


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step with a certificate: what it is called, what it warns of, from which states, whether for good."""

    title: Text
    warning: Text
    states: frozenset[CertificateState]
    final: bool = False


STEPS: Mapping[str, Step] = {
    "suspend": Step(
        title=_("暂停"),
        warning=_("暂停后证书立即不可信：在线状态查询马上回答“已吊销（暂停）”，下一份吊销列表会列入。可以恢复。"),
        states=frozenset({CertificateState.VALID}),
    ),
    "resume": Step(
        title=_("恢复"),
        warning=_("恢复后证书重新可信：在线状态查询马上回答“有效”，下一份吊销列表不再列入。"),
        states=frozenset({CertificateState.SUSPENDED}),
    ),
    "revoke": Step(
        title=_("吊销证书"),
        warning=_(
            "吊销不能撤销。在线状态查询马上回答“已吊销”，以后每一份吊销列表都会列入；还需要用的，只能签发新证书。"
        ),
        states=frozenset({CertificateState.VALID, CertificateState.SUSPENDED}),
        final=True,
    ),
}


@require_safe
def listed(request: HttpRequest) -> HttpResponseBase:
    """List certificates by state, and those that end within thirty days; in order, and as CSV.

    Raises:
        NotAllowed: the actor has no permission of the key room.
    """
    actor, at = officer(request), clock.system.now()
    form = CertificateFilterForm(request.GET)
    show = CertificateFilter(form.cleaned_data["show"]) if form.is_valid() else CertificateFilter.ALL

    def rows(asked: Asked) -> Slice[CertificateView]:
        return keys.page_of_certificates(asked, show=show, at=at)

    ending = show is CertificateFilter.ENDING
    listing = Listing(
        title=_("证书"), name="certificates", source=rows, layout=LAYOUT, search=_("主体、持有者、载体或序列号"),
        empty=_("没有符合条件的证书。"), template="officer/certificates.html", keeps=["show"],
        sort="ends" if ending else "", descending=not ending, columns=_columns(),
    )  # fmt: skip
    return show_listing(request, listing, form=form, **menu(actor))


@never_cache
@require_safe
def certificate(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show one certificate: where its key is, what belongs to it, what is published about it, what was done to it.

    Raises:
        NotAllowed: the actor has no permission of the key room.
        UnknownCertificate: there is none of this id.
    """
    actor = officer(request)
    one, related = keys.certificate_and_related(identifier)
    mine, now = permissions_of(actor), clock.system.now()
    published = keys.listed_state(one)
    successor = next((other for other in related if other.replaces == one.id), None)
    line = {one.replaces, successor.id if successor else None}
    steps = [(name, step) for name, step in STEPS.items() if Permission.REVOKE in mine and one.state in step.states]
    context = {
        "one": one,
        "tag": TAGS[one.state],
        "over": one.not_after <= now,
        "reason": REASONS.get(one.reason, one.reason) if one.reason else "",
        "serial": _grouped(one.serial),
        "before": next((other for other in related if other.id == one.replaces), None),
        "successor": successor,
        "pair": [other for other in related if one.key and other.key and other.id not in line],
        "neighbours": [other for other in related if one.place and other.place and other.id not in line],
        "published": published,
        "outdated": _outdated(one, published),
        "may_publish": Permission.REVOKE in mine,
        "steps": steps,
        "may_deliver": one.delivered and Permission.CERTIFY in mine,
        "may_renew": Permission.CERTIFY in mine and one.state is not CertificateState.REVOKED and successor is None
        and one.profile in _RENEWABLE,
        "life": _life(one),
    }  # fmt: skip
    return page(request, "officer/certificate.html", context, actor=actor)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def turn(request: HttpRequest, identifier: UUID, step: str) -> HttpResponse:
    """Say what a step does, and do it: suspend, resume, revoke.

    Raises:
        NotAllowed: the actor may not.
        NotFound: there is no such step.
        StateForbids: the state does not allow it any more.
    """
    actor = officer(request, Permission.REVOKE)
    if step not in STEPS:
        raise NotFound
    kind = RevokeForm if step == "revoke" else NoteForm
    form = kind(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and attempt(form, lambda: _turn(actor, identifier, step, form)):
        messages.success(request, _now("证书状态已更新；在线状态查询立即生效，请发布吊销列表。"))
        return redirect("officer:certificate", identifier)
    one = keys.certificate(identifier)
    if not form.is_bound and one.state not in STEPS[step].states:
        raise keys.StateForbids(state=one.state_name)
    context = {"one": one, "form": form, "step": STEPS[step], "published": keys.listed_state(one)}
    return page(request, "officer/certificate_step.html", context, actor=actor, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def renew(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Issue the successor of a certificate, over its key or a new one.

    Raises:
        NotAllowed: the actor may not.
        UnknownCertificate: there is none of this id.
    """
    actor = officer(request, Permission.CERTIFY)
    one = keys.certificate(identifier)
    form = RenewForm(request.POST if request.method == "POST" else None, certificate=one)
    if request.method == "POST" and form.is_valid():
        made = attempt(form, lambda: _renew(actor, one, form.cleaned_data))
        if made is not None:
            messages.success(request, _now("已换发。旧证书在到期或吊销以前仍然有效。"))
            return redirect("officer:certificate", made.id)
    context = {"one": one, "form": form, "serial": _grouped(one.serial)}
    return page(request, "officer/certificate_renew.html", context, actor=actor, status=422 if form.errors else 200)


@require_safe
def download(request: HttpRequest, identifier: UUID, form: str) -> HttpResponse:
    """Hand out a certificate (DER, PEM), its chain up to the root (PEM), or the file for its token; never an open key.

    Raises:
        NotAllowed: the actor has no permission of the key room, or may not issue and asks for the file for a token.
        UnknownCertificate: there is none of this id.
        NothingDelivered: no key was delivered into a token with it.
        NotFound: no such form.
    """
    officer(request, *((Permission.CERTIFY,) if form == "delivery" else ()))
    one = keys.certificate(identifier)
    if form == "der":
        content, ending, kind = one.der, "cer", "application/pkix-cert"
    elif form == "pem":
        content, ending, kind = _pem(one.der), "pem", "application/x-pem-file"
    elif form == "chain":
        whole = (one.der, *keys.chain_above(one.authority))
        content, ending, kind = b"".join(map(_pem, whole)), "chain.pem", "application/x-pem-file"
    elif form == "delivery":
        content, ending, kind = keys.delivery_of(one.id), "delivery.json", "application/json"
    else:
        raise NotFound
    headers = {"Content-Disposition": f'attachment; filename="{one.serial}.{ending}"'}
    return HttpResponse(content, content_type=kind, headers=headers)


_RENEWABLE = frozenset(keys.MOST_DAYS) - {keys.Profile.ROOT, keys.Profile.INTERMEDIATE}


def _life(one: CertificateView) -> list[tuple[datetime, Text, str]]:
    """Return what was done to a certificate, the newest first: when, what, by whom."""
    found = ledger.acts_on("trust.keys.certificate", str(one.id), limit=_LIFE).items
    names = names_of({done.act.responsibility.subject for done in found})
    return [(done.act.at, what(done), names.get(done.act.responsibility.subject, "")) for done in found]


def _outdated(one: CertificateView, published: keys.ListedState | None) -> bool:
    """Say whether the newest list tells something else than the certificate's state."""
    stopped = one.state is not CertificateState.VALID
    return stopped if published is None else stopped is not published.listed


def _turn(actor: Actor, identifier: UUID, step: str, form: Any) -> CertificateView:
    at, note = clock.system.now(), form.cleaned_data["note"]
    if step == "revoke":
        reason = RevocationReason(form.cleaned_data["reason"])
        return keys.revoke(by=actor, certificate=identifier, reason=reason, at=at, note=note)
    act = keys.suspend if step == "suspend" else keys.resume
    return act(by=actor, certificate=identifier, at=at, note=note)


def _renew(actor: Actor, one: CertificateView, said: Mapping[str, Any]) -> CertificateView:
    at: datetime = clock.system.now()
    return keys.renew(by=actor, certificate=one.id, days=said["days"], at=at, new_key=said.get("key") == "new")


def _columns() -> list[Column[CertificateView]]:
    return [
        Column[CertificateView](
            key="subject", label=_("主体"), value=lambda row: row.subject, sortable=True,
            link=lambda row: reverse("officer:certificate", args=[row.id]),
        ),
        Column[CertificateView](key="profile", label=_("用途"), value=lambda row: row.profile_name),
        Column[CertificateView](key="holder", label=_("持有者"), value=lambda row: row.holder),
        Column[CertificateView](key="state", label=_("状态"), value=lambda row: row.state_name),
        Column[CertificateView](key="ends", label=_("到期"), value=lambda row: day(row.not_after), sortable=True),
        Column[CertificateView](key="authority", label=_("签发机构"), value=lambda row: row.authority, sortable=True),
    ]  # fmt: skip


def _grouped(serial: str) -> str:
    return " ".join(serial[place : place + 4] for place in range(0, len(serial), 4))


def _pem(der: bytes) -> bytes:
    text = base64.b64encode(der).decode()
    lines = [text[place : place + 64] for place in range(0, len(text), 64)]
    return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""]).encode()

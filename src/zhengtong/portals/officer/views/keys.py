"""The key desk 密钥管理: authorities, keys, certificates, approvals, the trusted list (三员分立: security only).

A custodian who is no security administrator sees the ceremonies that wait for them and nothing else.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhengtong.kernel import clock
from zhengtong.kernel.errors import InvalidInput, NotAllowed, NotFound, Refusal
from zhengtong.kernel.pages.api import Asked, Column, Figure, Listing, Slice, add_refusal, of_sequence, show_listing
from zhengtong.portals.officer.keys_forms import REASONS, ApproveForm, AuthorityForm, RevokeForm
from zhengtong.portals.officer.views.desk import LAYOUT, menu, official, page
from zhengtong.trust.access import api as access
from zhengtong.trust.identity.api import Actor, AssuranceLevel, require_assurance
from zhengtong.trust.keys import api as keys
from zhengtong.trust.keys.api import (
    ALGORITHM_NAMES,
    CertificateState,
    CertificateView,
    KeyState,
    KeyView,
    Permission,
    RevocationReason,
)

MOST = 1000
STEPS = {
    KeyState.ACTIVE: _("启用"),
    KeyState.SUSPENDED: _("暂停"),
    KeyState.COMPROMISED: _("报告泄露"),
    KeyState.DESTROYED: _("销毁"),
}


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Show what waits, the authorities and the trusted list.

    Raises:
        NotAllowed: the actor neither administers keys nor keeps one.
    """
    actor, manages = _at_desk(request)
    now = clock.system.now()
    waiting = keys.ceremonies(open_at=now)
    context: dict[str, Any] = {"waiting": waiting, "manages": manages}
    if manages:
        listed, authorities = keys.trusted_list(), keys.authorities()
        counts = keys.certificate_figures(at=now)
        context |= {
            "authorities": authorities,
            "issuers": listed.issuers if listed else (),
            "list_number": listed.number if listed else None,
            "figures": [
                Figure(label=_("签发机构"), value=len(authorities)),
                Figure(label=_("有效证书"), value=counts.valid_certificates),
                Figure(label=_("三十天内到期"), value=counts.ending_certificates),
                Figure(label=_("待批准"), value=len(waiting)),
            ],
        }
    return page(request, "officer/keys.html", context, actor=actor)


@require_safe
def certificates(request: HttpRequest) -> HttpResponseBase:
    """List certificates.

    Raises:
        NotAllowed: the actor does not administer keys.
    """
    actor = _manager(request)

    def rows(asked: Asked) -> Slice[CertificateView]:
        return of_sequence(keys.certificates(words=asked.text, limit=MOST), asked, orders={})

    listing = Listing(
        title=_("证书"), name="certificates", source=rows, layout=LAYOUT, search=_("主体、持有者或序列号"),
        empty=_("换一个词再找。"),
        columns=[
            Column[CertificateView](
                key="subject", label=_("主体"), value=lambda row: row.subject,
                link=lambda row: reverse("officer:certificate", args=[row.id]),
            ),
            Column[CertificateView](key="profile", label=_("用途"), value=lambda row: row.profile_name),
            Column[CertificateView](key="state", label=_("状态"), value=lambda row: row.state_name),
            Column[CertificateView](key="ends", label=_("到期"), value=lambda row: _day(row.not_after)),
            Column[CertificateView](key="authority", label=_("签发机构"), value=lambda row: row.authority),
        ],
    )  # fmt: skip
    return show_listing(request, listing, **menu(actor))


@require_safe
def certificate(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show one certificate and what may be done with it.

    Raises:
        NotAllowed: the actor does not administer keys.
        UnknownCertificate: there is none of this id.
    """
    actor = _manager(request)
    return _certificate_page(request, actor, identifier, RevokeForm())


@require_POST
def turn_certificate(request: HttpRequest, identifier: UUID, step: str) -> HttpResponse:
    """Suspend, resume or revoke a certificate.

    Raises:
        NotAllowed: the actor may not.
        UnknownCertificate: there is none of this id.
        StateForbids: its state does not allow it.
    """
    actor, at = _manager(request), clock.system.now()
    if step == "revoke":
        form = RevokeForm(request.POST)
        if not form.is_valid():
            return _certificate_page(request, actor, identifier, form)
        reason = RevocationReason(form.cleaned_data["reason"])
        keys.revoke(by=actor, certificate=identifier, reason=reason, at=at)
    elif step in {"suspend", "resume"}:
        (keys.suspend if step == "suspend" else keys.resume)(by=actor, certificate=identifier, at=at)
    else:
        raise NotFound
    messages.success(request, _("证书状态已更新，将写入下一份吊销列表。"))
    return redirect("officer:certificate", identifier)


@require_safe
def managed_keys(request: HttpRequest) -> HttpResponseBase:
    """List managed keys.

    Raises:
        NotAllowed: the actor does not administer keys.
    """
    actor = _manager(request)

    def rows(asked: Asked) -> Slice[KeyView]:
        return of_sequence(keys.managed_keys(limit=MOST), asked, orders={})

    listing = Listing(
        title=_("受管密钥"), name="managed-keys", source=rows, layout=LAYOUT, empty=_("还没有密钥。"),
        columns=[
            Column[KeyView](
                key="title", label=_("名称"), value=lambda row: row.title,
                link=lambda row: reverse("officer:key", args=[row.id]),
            ),
            Column[KeyView](key="use", label=_("用途"), value=lambda row: row.use_name),
            Column[KeyView](key="algorithm", label=_("算法"), value=lambda row: ALGORITHM_NAMES[row.algorithm]),
            Column[KeyView](key="state", label=_("状态"), value=lambda row: row.state_name),
            Column[KeyView](key="holder", label=_("持有者"), value=lambda row: row.holder),
        ],
    )  # fmt: skip
    return show_listing(request, listing, **menu(actor))


@require_safe
def key(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show one key and the states it may go to.

    Raises:
        NotAllowed: the actor does not administer keys.
        KeyMissing: there is none of this id.
    """
    actor = _manager(request)
    one = keys.managed_key(identifier)
    steps = [(to.value, title) for to, title in STEPS.items() if to in keys.KEY_STEPS[one.state]]
    context = {"key": one, "algorithm": ALGORITHM_NAMES[one.algorithm], "steps": steps}
    return page(request, "officer/key.html", context, actor=actor)


@require_POST
def step_key(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Take a key to another state.

    Raises:
        NotAllowed: the actor may not.
        KeyMissing: there is none of this id.
        StateForbids: its state does not lead there.
    """
    actor = _manager(request)
    wanted = request.POST.get("to", "")
    if wanted not in {to.value for to in STEPS}:
        raise InvalidInput(field="to", what=wanted[:20])
    keys.step_key(by=actor, key=identifier, to=KeyState(wanted), at=clock.system.now())
    messages.success(request, _("密钥状态已更新。"))
    return redirect("officer:key", identifier)


@require_POST
def publish_list(request: HttpRequest, code: str) -> HttpResponse:
    """Publish an authority's next revocation list, or ask the custodians of its key.

    Raises:
        NotAllowed: the actor may not.
        UnknownAuthority: there is none of this code.
    """
    actor, at = _manager(request), clock.system.now()
    if keys.authority(code).in_custody:
        asked = keys.ask_for_crl(by=actor, code=code, at=at)
        messages.success(request, _("已提交申请，请保管人批准。"))
        return redirect("officer:ceremony", asked.id)
    keys.publish_crl(by=actor, code=code, at=at)
    messages.success(request, _("吊销列表已发布。"))
    return redirect("officer:keys")


@require_http_methods(["GET", "HEAD", "POST"])
def establish(request: HttpRequest, code: str) -> HttpResponse:
    """Establish an authority below another, or ask the custodians of its key.

    Raises:
        NotAllowed: the actor may not.
        UnknownAuthority: there is none of this code.
    """
    actor = _manager(request)
    above = keys.authority(code)
    form = AuthorityForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        done = _attempt(form, lambda: _establish(actor, above, form.cleaned_data))
        if done is not None:
            messages.success(request, _("已提交。"))
            return redirect(done)
    context = {"form": form, "above": above}
    return page(request, "officer/key_authority.html", context, actor=actor, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ceremony(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show a use of a root key that is asked for; a custodian approves with their passphrase.

    Raises:
        NotAllowed: the actor neither administers keys nor keeps this one.
        CeremonyOver: there is none of this id.
    """
    actor, manages = _at_desk(request)
    one = keys.ceremony(identifier)
    keeps = actor.subject in {subject for subject, _name in one.custodians}
    if not (manages or keeps):
        raise NotAllowed
    form = ApproveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        at, words = clock.system.now(), form.cleaned_data["passphrase"]
        done = _attempt(form, lambda: keys.approve(by=actor, ceremony=identifier, passphrase=words, at=at))
        if done is not None:
            messages.success(request, _("已批准并办结。") if done.done_at else _("已批准，等待其他保管人。"))
            return redirect("officer:ceremony", identifier)
    waits = one.done_at is None and one.expires_at > clock.system.now()
    mine = next((name for subject, name in one.custodians if subject == actor.subject), "")
    context = {"one": one, "form": form, "waits": waits, "may": waits and mine and mine not in one.approved_by}
    return page(request, "officer/ceremony.html", context, actor=actor, status=422 if form.errors else 200)


def _at_desk(request: HttpRequest) -> tuple[Actor, bool]:
    """Return the actor and whether they administer keys; custodians may come too, both with a second factor."""
    actor = official(request)
    if access.allowed(actor, Permission.MANAGE):
        access.require(actor, Permission.MANAGE)
        return actor, True
    if not keys.is_custodian(actor.subject):
        raise NotAllowed
    if settings.ADMINISTRATION_NEEDS_TWO_FACTORS:
        require_assurance(actor, AssuranceLevel.HIGH)
    return actor, False


def _manager(request: HttpRequest) -> Actor:
    actor = official(request)
    access.require(actor, Permission.MANAGE)
    return actor


def _certificate_page(request: HttpRequest, actor: Actor, identifier: UUID, form: RevokeForm) -> HttpResponse:
    one = keys.certificate(identifier)
    context = {
        "one": one,
        "form": form,
        "may_suspend": one.state is CertificateState.VALID,
        "may_resume": one.state is CertificateState.SUSPENDED,
        "may_revoke": one.state is not CertificateState.REVOKED,
        "reason": REASONS.get(one.reason, one.reason) if one.reason else "",
        "serial": " ".join(one.serial[place : place + 4] for place in range(0, len(one.serial), 4)),
    }
    return page(request, "officer/certificate.html", context, actor=actor, status=422 if form.errors else 200)


def _establish(actor: Actor, above: keys.AuthorityView, values: dict[str, Any]) -> str:
    name = keys.DistinguishedName(common_name=values["name"], organisation=values["organisation"] or None)
    at = clock.system.now()
    if above.in_custody:
        asked = keys.ask_for_authority(by=actor, under=above.code, code=values["code"], name=name, at=at)
        return reverse("officer:ceremony", args=[asked.id])
    keys.establish_authority(by=actor, under=above.code, code=values["code"], name=name, at=at)
    return reverse("officer:keys")


def _attempt(form: Any, act: Callable[[], Any]) -> Any:
    """Return what *act* does, or put its refusal on the form and return None."""
    try:
        return act()
    except NotAllowed:
        raise
    except Refusal as refusal:
        add_refusal(form, refusal)
        return None


def _day(moment: Any) -> str:
    return clock.on_day(moment).isoformat()

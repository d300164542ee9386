"""The trusted list 可信列表 at the key desk: entries by what right and until when, signed as a whole."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotFound
from zhengtong.portals.officer.trust_forms import CertificateText, ListForm, SignedForm
from zhengtong.portals.officer.views.desk import page
from zhengtong.portals.officer.views.key_desk import attempt, officer
from zhengtong.trust.access.api import permissions_of
from zhengtong.trust.identity.api import Actor
from zhengtong.trust.keys import api as keys
from zhengtong.trust.keys.api import Permission, PublicKey


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Show the newest list, entry by entry, and every version for download.

    Raises:
        NotAllowed: the actor has no permission of the key room.
        SignatureRefused: the stored list was changed.
    """
    actor = officer(request)
    newest, now = keys.trusted_list(), clock.system.now()
    context = {
        "listed": newest,
        "entries": [(one, one.in_force(now)) for one in newest.issuers] if newest else [],
        "versions": keys.list_versions(),
        "may": Permission.RECOGNISE in permissions_of(actor),
    }
    return page(request, "officer/trusted_list.html", context, actor=actor)


@require_safe
def version(request: HttpRequest, number: int) -> HttpResponse:
    """Hand out one version as it was signed.

    Raises:
        NotAllowed: the actor has no permission of the key room.
        NotFound: there is none of this number.
    """
    officer(request)
    signed = keys.trusted_list_signed(number)
    if signed is None:
        raise NotFound
    headers = {"Content-Disposition": f'attachment; filename="trusted-list-{number}.p7m"'}
    return HttpResponse(signed, content_type="application/pkcs7-mime", headers=headers)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Take an issuer for the list, show how it will stand there, sign and publish when that is confirmed.

    Raises:
        NotAllowed: the actor may not keep the list.
    """
    actor = officer(request, Permission.RECOGNISE)
    signers, at = keys.list_signers(at=clock.system.now()), clock.system.now()
    posted = request.method == "POST"
    form = ListForm(
        request.POST if posted else None, request.FILES if posted else None, signers=signers,
        initial={"replaces": _number()},
    )  # fmt: skip
    if posted and form.is_valid() and "back" not in request.POST:
        entry = form.entry(at)
        if not form.cleaned_data["confirmed"]:
            return _confirm(request, actor, form, entry)
        done = attempt(
            form,
            lambda: keys.list_issuer(by=actor, entry=entry, at=at, **_signing(form)),
        )
        if done is not None:
            messages.success(request, _now("第 %(number)d 版可信列表已签名发布。") % {"number": done.number})
            return redirect("officer:trusted_list")
    context = {"form": form, "signers": signers}
    return page(request, "officer/trusted_enter.html", context, actor=actor, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, place: int) -> HttpResponse:
    """Withdraw the entry at a place of the newest list, with the right to do so; sign and publish the next one.

    Raises:
        NotAllowed: the actor may not keep the list.
        NotListed: no entry in force stands there.
    """
    actor, at = officer(request, Permission.RECOGNISE), clock.system.now()
    newest = keys.trusted_list()
    posted = request.method == "POST"
    form = SignedForm(
        request.POST if posted else None, signers=keys.list_signers(at=at),
        initial={"replaces": newest.number if newest else 0},
    )  # fmt: skip
    if newest is None or place >= len(newest.issuers) or not newest.issuers[place].in_force(at):
        raise keys.NotListed
    entry = newest.issuers[place]
    if posted and form.is_valid():
        basis = form.cleaned_data["basis"]
        done = attempt(
            form, lambda: keys.withdraw_issuer(by=actor, name=entry.name, basis=basis, at=at, **_signing(form))
        )
        if done is not None:
            messages.success(request, _now("第 %(number)d 版可信列表已签名发布。") % {"number": done.number})
            return redirect("officer:trusted_list")
    context = {"form": form, "entry": entry}
    return page(request, "officer/trusted_withdraw.html", context, actor=actor, status=422 if form.errors else 200)


@never_cache
@require_safe
def recognition(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show for which purposes a certificate of ours is recognised, and why not for the others.

    Raises:
        NotAllowed: the actor has no permission of the key room.
        UnknownCertificate: there is none of this id.
    """
    actor = officer(request)
    one = keys.certificate(identifier)
    found = keys.recognition_of(one, at=clock.system.now())
    return page(request, "officer/recognition.html", {"one": one, "found": found}, actor=actor)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def examine(request: HttpRequest) -> HttpResponse:
    """Show the same of a certificate that somebody brings.

    Raises:
        NotAllowed: the actor has no permission of the key room.
    """
    actor = officer(request)
    form = CertificateText(
        request.POST if request.method == "POST" else None, request.FILES if request.method == "POST" else None
    )
    context: dict[str, Any] = {"form": form}
    if form.is_bound and form.is_valid():
        der, at = form.cleaned_data["der"], clock.system.now()
        context |= {
            "subject": keys.read_name(keys.load_certificate(der).subject).common_name,
            "found": keys.recognition_of_stranger(der, at=at),
            "examined": True,
        }
    return page(request, "officer/recognition.html", context, actor=actor, status=422 if form.errors else 200)


def _confirm(request: HttpRequest, actor: Actor, form: ListForm, entry: keys.TrustedIssuer) -> HttpResponse:
    root = keys.load_certificate(entry.roots[0])
    signer = next(name for value, name in form.fields["signer"].choices if value == form.cleaned_data["signer"])  # type: ignore[attr-defined]
    context = {
        "entry": entry,
        "root": keys.read_name(root.subject),
        "root_ends": root.not_valid_after,
        "fingerprint": PublicKey.read(root.public_key.dump()).fingerprint,
        "signer": signer,
        "number": form.cleaned_data["replaces"] + 1,
        "sent": form.again(),
    }
    return page(request, "officer/trusted_confirm.html", context, actor=actor)


def _signing(form: SignedForm) -> dict[str, Any]:
    return {"replaces": form.cleaned_data["replaces"], "certificate": UUID(form.cleaned_data["signer"])}


def _number() -> int:
    return next((number for number, _at in keys.list_versions()), 0)

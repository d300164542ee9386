"""Pages of registered applications 我的应用: register, change, a new secret, suspend, remove, approve."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhengtong.kernel import clock
from zhengtong.kernel.errors import InvalidInput, NotAllowed, NotFound
from zhengtong.kernel.pages.api import add_refusal
from zhengtong.portals.developer.forms import SCOPES, ApplicationForm, DecisionForm
from zhengtong.trust.access.api import permissions_of
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import IssuedCredential, Permission
from zhengtong.trust.identity.contracts.registrations import RegistrationView

TAGS = {"active": "good", "suspended": "warn", "expired": "bad"}


@require_safe
def applications(request: HttpRequest) -> HttpResponse:
    """Show the applications of the department or enterprise, or how to act for one."""
    actor = identity.actor_of(request)
    may_approve = Permission.APPROVE_APPLICATION in permissions_of(actor)
    context: dict[str, Any] = {"may_approve": may_approve}
    try:
        mine = identity.my_registrations(actor, at=clock.system.now())
        context["rows"] = [(one, TAGS[one.state]) for one in mine]
    except (identity.DeveloperNeeded, NotAllowed) as refusal:
        context["refusal"] = refusal
    return render(request, "developer/applications.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Register an application; its secret is shown in the answer and never again."""
    actor, now = identity.actor_of(request), clock.system.now()
    identity.require_developer(actor, at=now)
    form = ApplicationForm.of(request.POST if request.method == "POST" else None, None)
    if form.is_bound and form.is_valid():
        try:
            issued = identity.register(actor=actor, entry=form.entry(), at=now)
        except (InvalidInput, identity.ApplicationNameTaken) as refusal:
            add_refusal(form, refusal)
        else:
            return _secret(request, issued)
    return render(request, "developer/application_form.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
def application(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show one application, what waits, and how telling it of sign-outs went."""
    one, attempts = _mine(request, identifier)
    context = {"one": one, "tag": TAGS[one.state], "attempts": attempts, **_scopes(one)}
    return render(request, "developer/application.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def amend(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Change an application."""
    one, _attempts = _mine(request, identifier)
    form = ApplicationForm.of(request.POST if request.method == "POST" else None, one)
    if form.is_bound and form.is_valid():
        try:
            identity.amend(
                actor=identity.actor_of(request), registration=identifier, entry=form.entry(),
                revision=_revision(request), at=clock.system.now(),
            )  # fmt: skip
        except (InvalidInput, identity.ApplicationNameTaken) as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("已保存。新申请的个人信息等待批准。"))
            return redirect("developer:application", identifier)
    revision = request.POST.get("revision", one.revision)
    context = {"form": form, "one": one, "revision": revision}
    return render(request, "developer/application_form.html", context, status=422 if form.errors else 200)


@never_cache
@require_POST
def rotate(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Give a new secret, shown in this answer and never again."""
    issued = identity.rotate_secret(
        actor=identity.actor_of(request), registration=identifier, revision=_revision(request), at=clock.system.now()
    )
    return _secret(request, issued)


@require_POST
def suspend(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Stop an application."""
    identity.suspend(
        actor=identity.actor_of(request), registration=identifier, revision=_revision(request), at=clock.system.now()
    )
    messages.success(request, _("应用已暂停，用户在该应用的会话已结束。"))
    return redirect("developer:application", identifier)


@require_POST
def resume(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Let an application work again."""
    identity.resume(
        actor=identity.actor_of(request), registration=identifier, revision=_revision(request), at=clock.system.now()
    )
    messages.success(request, _("应用已恢复。"))
    return redirect("developer:application", identifier)


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Warn, then remove an application for good."""
    one, _attempts = _mine(request, identifier)
    if request.method == "POST":
        identity.remove(
            actor=identity.actor_of(request), registration=identifier, revision=_revision(request),
            at=clock.system.now(),
        )  # fmt: skip
        messages.success(request, _("应用已删除。"))
        return redirect("developer:applications")
    return render(request, "developer/application_remove.html", {"one": one})


@require_safe
def approvals(request: HttpRequest) -> HttpResponse:
    """Show what waits for the security administrator."""
    rows = identity.registrations_to_approve(identity.actor_of(request), at=clock.system.now())
    return render(request, "developer/approvals.html", {"rows": [(one, _scopes(one)["wanted"]) for one in rows]})


@require_http_methods(["GET", "HEAD", "POST"])
def approval(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show what one application asks for; the security administrator decides here."""
    actor, now = identity.actor_of(request), clock.system.now()
    waiting = {one.id: one for one in identity.registrations_to_approve(actor, at=now)}
    if identifier not in waiting:
        raise NotFound
    one = waiting[identifier]
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        approves = form.cleaned_data["answer"] == "approve"
        try:
            identity.decide(
                actor=actor, registration=identifier, revision=_revision(request), approves=approves,
                reason=form.cleaned_data["reason"], at=now,
            )  # fmt: skip
        except InvalidInput as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("已批准，立即生效。") if approves else _("已答复，开发者会看到理由。"))
            return redirect("developer:approvals")
    revision = request.POST.get("revision", one.revision)
    context = {"one": one, "form": form, "revision": revision, **_scopes(one)}
    return render(request, "developer/approval.html", context, status=422 if form.errors else 200)


def _mine(request: HttpRequest, identifier: UUID) -> tuple[RegistrationView, Any]:
    return identity.my_registration(identity.actor_of(request), identifier, at=clock.system.now())


def _secret(request: HttpRequest, issued: IssuedCredential) -> HttpResponse:
    return render(request, "developer/application_secret.html", {"issued": issued})


def _revision(request: HttpRequest) -> int:
    said = request.POST.get("revision", "")
    return int(said) if said.isdecimal() and len(said) < 10 else -1


def _scopes(one: RegistrationView) -> dict[str, list[Any]]:
    """Return what works and what waits, in words."""
    exchange = _("代用户调用其他应用（令牌换取）")
    return {
        "granted": [SCOPES[name] for name in SCOPES if name in one.granted] + [exchange] * one.exchanges,
        "wanted": [SCOPES[name] for name in SCOPES if name in one.wanted] + [exchange] * one.wants_exchange,
    }

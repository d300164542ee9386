"""The seal desk 印章: a body's seals, their filing, every step from applying to cancelling, and their uses."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotAllowed, NotFound, Refusal, SignInNeeded, Text
from zhengtong.kernel.pages.api import add_refusal
from zhengtong.portals.officer.views.desk import official, page
from zhengtong.trust.access.api import permissions_of, require
from zhengtong.trust.identity.api import Actor
from zhengtong.trust.seals import api as seals

_PAGE = 20


class ApplyForm(forms.Form):
    """Which kind of seal; the name is the body's legal name and is not asked."""

    seal = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=_("印章种类"),
        choices=[(kind.value, kind.label) for kind in seals.SealKind],
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择印章种类。")},
    )


class ReasonForm(forms.Form):
    """Why a seal is refused, suspended, resumed, lost or cancelled."""

    reason = forms.CharField(
        label=_("原因"),
        max_length=300,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": _("请写明原因。")},
    )


class _Step:
    """A step that an official may take with a seal: what it is called, what it warns of, what does it."""

    def __init__(self, title: Text, warning: Text, act: Callable[..., None], *, reason: bool, danger: bool) -> None:
        self.title, self.warning, self.act = title, warning, act
        self.reason, self.danger = reason, danger


STEPS: Mapping[str, _Step] = {
    "approve": _Step(_("批准"), _("批准后即可制作实物印章和电子印章。"), seals.approve, reason=False, danger=False),
    "refuse": _Step(_("不批准"), _("申请到此结束。"), seals.refuse, reason=True, danger=True),
    "make": _Step(
        _("制作并报公安备案"),
        _("实物印章和电子印章同时制作；公安机关回执之前，两者都不能使用。"),
        seals.make,
        reason=False,
        danger=False,
    ),
    "suspend": _Step(
        _("停用"), _("实物印章和电子印章同时停用，随后通知公安机关。"), seals.suspend, reason=True, danger=True
    ),
    "resume": _Step(_("恢复使用"), _("实物印章和电子印章同时恢复使用。"), seals.resume, reason=True, danger=False),
    "lose": _Step(
        _("挂失"),
        _("实物印章和电子印章同时挂失，电子印章的密钥立即销毁，不能恢复。"),
        seals.report_lost,
        reason=True,
        danger=True,
    ),
    "cancel": _Step(
        _("注销印章"),
        _("实物印章应当交回，电子印章的密钥立即销毁，不能恢复。"),
        seals.cancel,
        reason=True,
        danger=True,
    ),
}
_POSSIBLE: Mapping[seals.SealState, tuple[str, ...]] = {
    seals.SealState.APPLIED: ("approve", "refuse"),
    seals.SealState.APPROVED: ("make",),
    seals.SealState.IN_FORCE: ("suspend", "lose", "cancel"),
    seals.SealState.SUSPENDED: ("resume", "lose", "cancel"),
    seals.SealState.LOST: ("cancel",),
}
_PERMISSIONS: Mapping[str, seals.Permission] = {
    "approve": seals.Permission.APPROVE,
    "refuse": seals.Permission.APPROVE,
    "make": seals.Permission.APPROVE,
}


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """List the seals within the official's reach."""
    actor = official(request)
    require(actor, seals.Permission.VIEW)
    found = seals.seals(actor, before=_identifier(request.GET.get("before", "")), limit=_PAGE)
    return page(request, "officer/seals.html", {"seals": found}, actor=actor)


@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    """Apply for a seal of the official's own body."""
    actor = official(request)
    if actor.organisation is None:
        raise NotFound
    require(actor, seals.Permission.APPLY)
    posted = request.method == "POST"
    form = ApplyForm(request.POST if posted else None, initial={"seal": uuid4(), "kind": seals.SealKind.OFFICIAL.value})
    if posted and form.is_valid():
        asked = form.cleaned_data
        try:
            reference = seals.apply(
                actor=actor, seal=asked["seal"], organisation=actor.organisation,
                kind=seals.SealKind(asked["kind"]), at=clock.system.now(),
            )  # fmt: skip
        except (SignInNeeded, NotAllowed):
            raise
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _now("已提交印章申请。"))
            return redirect("officer:seal", reference)
    return page(request, "officer/seal_apply.html", {"form": form}, actor=actor, status=422 if form.errors else 200)


@require_safe
def seal(request: HttpRequest, reference: str) -> HttpResponse:
    """Show a seal: its image, its filing, what can be done with it, how it was used."""
    actor = official(request)
    view = seals.seal(actor, reference)
    before = request.GET.get("before", "")
    context = {
        "view": view,
        "image": mark_safe(seals.image_of(view)),  # noqa: S308 -- drawn by us, texts escaped
        "steps": [(name, STEPS[name]) for name in _POSSIBLE.get(view.state, ()) if _may(actor, name)],
        "uses": seals.uses_of(view.id, before=int(before) if before.isdecimal() else None, limit=_PAGE),
        "approvals": seals.approvals_of(view.id),
    }
    return page(request, "officer/seal.html", context, actor=actor)


@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, reference: str, name: str) -> HttpResponse:
    """Say what a step does, ask for its reason, and take it."""
    actor = official(request)
    view = seals.seal(actor, reference)
    if name not in STEPS:
        raise NotFound
    one, posted = STEPS[name], request.method == "POST"
    form = ReasonForm(request.POST if posted else None) if one.reason else forms.Form(request.POST if posted else None)
    if posted and form.is_valid():
        facts: dict[str, Any] = {"actor": actor, "seal": view.id, "at": clock.system.now()}
        try:
            one.act(**facts, **form.cleaned_data)
        except (SignInNeeded, NotAllowed, seals.SealUnknown):
            raise
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _now("已办理：%(step)s。") % {"step": one.title})
            return redirect("officer:seal", reference)
    context = {"view": view, "step": one, "form": form}
    return page(request, "officer/seal_step.html", context, actor=actor, status=422 if form.errors else 200)


def _may(actor: Actor, name: str) -> bool:
    return _PERMISSIONS.get(name, seals.Permission.KEEP).value in permissions_of(actor)


def _identifier(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None

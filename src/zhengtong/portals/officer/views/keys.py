"""The key desk 密钥台: what waits, authorities and their lists, modules, keys and their states (三员分立).

A custodian who is no key officer sees the ceremonies that wait for them and nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
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
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhengtong.kernel import clock
from zhengtong.kernel.errors import InvalidInput, Text
from zhengtong.kernel.pages.api import Asked, Column, Figure, Listing, Slice, show_listing
from zhengtong.portals.officer.keys_forms import AuthorityForm, KeyFilterForm
from zhengtong.portals.officer.views.desk import LAYOUT, menu, page
from zhengtong.portals.officer.views.key_desk import attempt, day, officer, officer_or_custodian
from zhengtong.trust.access.api import permissions_of
from zhengtong.trust.identity.api import Actor
from zhengtong.trust.keys import api as keys
from zhengtong.trust.keys.api import ALGORITHM_NAMES, MODULE_NAMES, KeyState, KeyView, Permission


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step of a key: what it is called, what it does, and whether for good."""

    title: Text
    warning: Text
    final: bool = False


STEPS: Mapping[KeyState, Step] = {
    KeyState.ACTIVE: Step(title=_("启用"), warning=_("启用后可以签名或加密，也可以签发证书。")),
    KeyState.SUSPENDED: Step(title=_("暂停"), warning=_("暂停后不再签名；加密密钥仍能打开旧内容。可以再启用。")),
    KeyState.COMPROMISED: Step(
        title=_("报告泄露"),
        warning=_("不能撤销：这把密钥从此不再签名，只能销毁。请随后以“私钥泄露”吊销它的证书。"),
        final=True,
    ),
    KeyState.DESTROYED: Step(
        title=_("销毁"),
        warning=_("不能撤销：私钥立即抹除，没有备份；用加密密钥加密的内容永远不能再打开。"),
        final=True,
    ),
}


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Show what waits, the authorities and where to go.

    Raises:
        NotAllowed: the actor neither is a key officer nor keeps a key.
    """
    actor, manages = officer_or_custodian(request)
    now = clock.system.now()
    waiting = keys.ceremonies(open_at=now)
    context: dict[str, Any] = {"waiting": waiting, "manages": manages, "may": _may(actor)}
    if manages:
        authorities = keys.authorities()
        counts = keys.certificate_figures(at=now)
        context |= {
            "authorities": authorities,
            "figures": [
                Figure(label=_("签发机构"), value=len(authorities)),
                Figure(label=_("有效证书"), value=counts.valid_certificates),
                Figure(label=_("三十天内到期"), value=counts.ending_certificates),
                Figure(label=_("待批准"), value=len(waiting)),
            ],
        }
    return page(request, "officer/keys.html", context, actor=actor)


@require_safe
def modules(request: HttpRequest) -> HttpResponse:
    """Show the modules that hold keys: whether they answer, what they can do, how many keys of each state.

    Raises:
        NotAllowed: the actor has no permission of the key room.
    """
    return page(request, "officer/key_modules.html", {"modules": keys.key_modules()}, actor=officer(request))


@require_safe
def managed_keys(request: HttpRequest) -> HttpResponseBase:
    """List managed keys by state, in order, and as CSV.

    Raises:
        NotAllowed: the actor has no permission of the key room.
    """
    actor = officer(request)
    form = KeyFilterForm(request.GET)
    chosen = form.cleaned_data["state"] if form.is_valid() else ""
    state = KeyState(chosen) if chosen else None

    def rows(asked: Asked) -> Slice[KeyView]:
        return keys.page_of_keys(asked, state=state)

    listing = Listing(
        title=_("受管密钥"), name="managed-keys", source=rows, layout=LAYOUT, empty=_("没有符合条件的密钥。"),
        search=_("名称、持有者或指纹"), template="officer/managed_keys.html", keeps=["state"], descending=True,
        columns=[
            Column[KeyView](
                key="title", label=_("名称"), value=lambda row: row.title, sortable=True,
                link=lambda row: reverse("officer:key", args=[row.id]),
            ),
            Column[KeyView](key="use", label=_("用途"), value=lambda row: row.use_name),
            Column[KeyView](key="algorithm", label=_("算法"), value=lambda row: ALGORITHM_NAMES[row.algorithm]),
            Column[KeyView](key="state", label=_("状态"), value=lambda row: row.state_name),
            Column[KeyView](key="holder", label=_("持有者"), value=lambda row: row.holder),
            Column[KeyView](key="module", label=_("所在模块"), value=_module),
            Column[KeyView](key="made", label=_("生成"), value=lambda row: day(row.made_at), sortable=True),
        ],
    )  # fmt: skip
    return show_listing(request, listing, form=form, **menu(actor))


@require_safe
def key(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show one key, its certificates and the states it may go to.

    Raises:
        NotAllowed: the actor has no permission of the key room.
        KeyMissing: there is none of this id.
    """
    actor = officer(request)
    one = keys.managed_key(identifier)
    steps = [(to.value, step) for to, step in STEPS.items() if to in keys.KEY_STEPS[one.state]]
    context = {
        "key": one,
        "algorithm": ALGORITHM_NAMES[one.algorithm],
        "module": _module(one),
        "steps": steps if Permission.MANAGE in permissions_of(actor) else [],
        "certificates": keys.certificates_of_key(one),
    }
    return page(request, "officer/key.html", context, actor=actor)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def step_key(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Say what another state means, and take the key there.

    Raises:
        NotAllowed: the actor may not.
        KeyMissing: there is none of this id.
        StateForbids: its state does not lead there.
    """
    actor = officer(request, Permission.MANAGE)
    wanted = (request.POST if request.method == "POST" else request.GET).get("to", "")
    if wanted not in {to.value for to in STEPS}:
        raise InvalidInput(field="to", what=wanted[:20])
    to = KeyState(wanted)
    if request.method == "POST":
        keys.step_key(by=actor, key=identifier, to=to, at=clock.system.now())
        messages.success(request, _now("密钥状态已更新。"))
        return redirect("officer:key", identifier)
    one = keys.managed_key(identifier)
    if to not in keys.KEY_STEPS[one.state]:
        raise keys.StateForbids(state=one.state_name)
    context = {"key": one, "to": wanted, "step": STEPS[to], "certificates": keys.certificates_of_key(one)}
    return page(request, "officer/key_step.html", context, actor=actor)


@require_POST
def publish_list(request: HttpRequest, code: str) -> HttpResponse:
    """Publish an authority's next revocation list, or ask the custodians of its key.

    Raises:
        NotAllowed: the actor may not.
        UnknownAuthority: there is none of this code.
    """
    actor, at = officer(request, Permission.REVOKE, Permission.ESTABLISH), clock.system.now()
    if keys.authority(code).in_custody:
        asked = keys.ask_for_crl(by=actor, code=code, at=at)
        messages.success(request, _now("已提交申请，请保管人批准。"))
        return redirect("officer:ceremony", asked.id)
    keys.publish_crl(by=actor, code=code, at=at)
    messages.success(request, _now("吊销列表已发布。"))
    return redirect(_back(request))


@require_http_methods(["GET", "HEAD", "POST"])
def establish(request: HttpRequest, code: str) -> HttpResponse:
    """Establish an authority below another, or ask the custodians of its key.

    Raises:
        NotAllowed: the actor may not.
        UnknownAuthority: there is none of this code.
    """
    actor = officer(request, Permission.ESTABLISH)
    above = keys.authority(code)
    form = AuthorityForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        done = attempt(form, lambda: _establish(actor, above, form.cleaned_data))
        if done is not None:
            messages.success(request, _now("已提交。"))
            return redirect(done)
    context = {"form": form, "above": above}
    return page(request, "officer/key_authority.html", context, actor=actor, status=422 if form.errors else 200)


def _may(actor: Actor) -> dict[str, bool]:
    """Return for templates what the actor may do here."""
    mine = permissions_of(actor)
    return {one.name.lower(): one in mine for one in Permission}


def _back(request: HttpRequest) -> str:
    """Return the certificate's page that the reader came from, else the desk."""
    try:
        return reverse("officer:certificate", args=[UUID(request.POST.get("certificate", ""))])
    except ValueError:
        return reverse("officer:keys")


def _module(one: KeyView) -> Text:
    return MODULE_NAMES.get(one.reference.provider, one.reference.provider)


def _establish(actor: Actor, above: keys.AuthorityView, values: dict[str, Any]) -> str:
    name = keys.DistinguishedName(common_name=values["name"], organisation=values["organisation"] or None)
    at = clock.system.now()
    if above.in_custody:
        asked = keys.ask_for_authority(by=actor, under=above.code, code=values["code"], name=name, at=at)
        return reverse("officer:ceremony", args=[asked.id])
    keys.establish_authority(by=actor, under=above.code, code=values["code"], name=name, at=at)
    return reverse("officer:keys")

"""The licence desk 证照管理: what a body keeps, masked; acts with reason and clause; a full look on record."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotAllowed, NotFound, Refusal, SignInNeeded, Text
from zhengtong.kernel.pages.api import Asked, Column, Listing, Slice, add_refusal, show_listing
from zhengtong.portals.officer.license_forms import FilterForm, GroundForm, HolderForm, PurposeForm, ReplaceForm
from zhengtong.portals.officer.views.desk import LAYOUT, menu, official, page
from zhengtong.trust.access.api import permissions_of, require
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.api import Actor
from zhengtong.trust.identity.contracts import OrganisationView
from zhengtong.trust.licenses import api as licenses
from zhengtong.trust.licenses.api import KeptLicense, LicenseState, LicenseView

_READ, _OPENED = "read", "open"


@dataclass(frozen=True, kw_only=True)
class _Step:
    """What a keeper may do: what it is called, what it warns of, whether it can be undone, its usual clause."""

    title: Text
    warning: Text
    clause: str
    final: bool


STEPS: Mapping[str, _Step] = {
    "suspend": _Step(
        title=_("暂停"),
        warning=_("暂停期间不能亮证，任何人核验都会看到“已暂停”；可以恢复。"),
        clause="国务院令第716号§10",
        final=False,
    ),
    "resume": _Step(
        title=_("恢复"), warning=_("证照立即重新有效。"), clause="国务院令第716号§10", final=False
    ),
    "revoke": _Step(
        title=_("撤销"),
        warning=_("撤销不能恢复：证照永久失效，如需重新取得，须重新申请。请核对证照标识和持证人。"),
        clause="行政许可法§69–70",
        final=True,
    ),
    "replace": _Step(
        title=_("换发"),
        warning=_("换发不能撤回：现在的版本永久失效，由新版本代替，流水号和有效期不变。留空的项目保持原样。"),
        clause="行政许可法§49",
        final=True,
    ),
}  # fmt: skip
_POSSIBLE: Mapping[LicenseState, tuple[str, ...]] = {
    LicenseState.VALID: ("suspend", "replace", "revoke"),
    LicenseState.SUSPENDED: ("resume", "revoke"),
    LicenseState.EXPIRED: ("revoke",),
}
_DONE: Mapping[str, Text] = {
    "issue": _("签发"),
    _READ: _("查看"),
    **{name: one.title for name, one in STEPS.items()},
}
_ACTS: Mapping[str, Callable[..., LicenseView]] = {
    "suspend": licenses.suspend, "resume": licenses.resume, "revoke": licenses.revoke,
}  # fmt: skip
TAGS: Mapping[str, str] = {
    "valid": "good", "suspended": "warn", "revoked": "bad", "replaced": "plain", "expired": "plain",
}  # fmt: skip


@require_safe
def listed(request: HttpRequest) -> HttpResponseBase:
    """List the licences of the official's body: words, filters, order, pages, and a CSV without personal data.

    Raises:
        NotAllowed: the actor keeps no licences.
    """
    actor = official(request)
    require(actor, licenses.Permission.VIEW)
    form = FilterForm(request.GET, types=licenses.license_types())
    chosen = form.cleaned_data if form.is_valid() else {}
    state = LicenseState(chosen["state"]) if chosen.get("state") else None
    exported = request.GET.get("format") == "csv"

    def rows(asked: Asked) -> Slice[KeptLicense]:
        wanted = licenses.KeptFilter(type_key=chosen.get("type", ""), state=state, number=asked.text)
        return licenses.kept_licenses(actor, wanted, asked, at=clock.system.now(), named=not exported)

    listing = Listing(
        title=_("证照管理"), name="licences", source=rows, layout=LAYOUT, columns=_columns(named=not exported),
        search=_("证照标识或流水号"), lede=_("本单位签发的电子证照。持证人姓名已脱敏；查看全部信息须选择用途并留痕。"),
        empty=_("请放宽条件再查。"), template="officer/licenses.html", sort="issued", descending=True,
        keeps=list(form.fields),
    )  # fmt: skip
    return show_listing(request, listing, form=form, **menu(actor))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def of_holder(request: HttpRequest) -> HttpResponse:
    """Find a holder's licences by ID number or credit code, for a purpose, on the record.

    Raises:
        NotAllowed: the actor may not look holders up.
    """
    actor = official(request)
    require(actor, licenses.Permission.OPEN)
    form, found = HolderForm(request.POST if request.method == "POST" else None), None
    if form.is_bound and form.is_valid():
        asked = form.cleaned_data
        purpose = licenses.KeepingPurpose(asked["purpose"])
        try:
            found = licenses.licenses_of_holder(
                actor=actor, number=asked["number"], purpose=purpose, at=clock.system.now()
            )
        except (SignInNeeded, NotAllowed):
            raise
        except Refusal as refusal:
            add_refusal(form, refusal)
    context = {"form": form, "found": found, "tags": TAGS}
    return page(request, "officer/license_holder.html", context, actor=actor, status=422 if form.errors else 200)


@never_cache
@require_safe
def license_page(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show a licence masked, with its versions, what was done with it and what may be done."""
    actor = official(request)
    opened_license = licenses.kept_license(actor, identifier, at=clock.system.now())
    return page(request, "officer/license.html", _dossier(actor, opened_license), actor=actor)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def opened(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Ask what for, then show a licence in full, with a watermark; the look is on record.

    Raises:
        NotAllowed: the actor may not open licences.
    """
    actor, now = official(request), clock.system.now()
    require(actor, licenses.Permission.OPEN)
    view = licenses.kept_license(actor, identifier, at=now).license
    form = PurposeForm(request.POST if request.method == "POST" else None)
    if not (form.is_bound and form.is_valid()):
        context = {"view": view, "form": form}
        return page(request, "officer/license_open.html", context, actor=actor, status=422 if form.errors else 200)
    purpose = licenses.KeepingPurpose(form.cleaned_data["purpose"])
    full = licenses.open_kept_license(actor=actor, license_id=identifier, purpose=purpose, at=now)
    context = {**_dossier(actor, full), "full": True}
    return page(request, "officer/license.html", context, actor=actor)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, identifier: UUID, name: str) -> HttpResponse:
    """Say what an act does and whether it can be undone, ask for reason and clause, and do it."""
    actor = official(request)
    view = licenses.kept_license(actor, identifier, at=clock.system.now()).license
    if name not in STEPS:
        raise NotFound
    require(actor, licenses.Permission.KEEP)
    one = STEPS[name]
    form = _ground_form(request, view, name, {"revision": view.revision, "clause": one.clause})
    if form.is_bound and form.is_valid():
        try:
            now = _act(actor, view, name, form)
        except (SignInNeeded, NotAllowed, licenses.UnknownLicense):
            raise
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _now("已办理：%(step)s。") % {"step": one.title})
            return redirect("officer:license", now.id)
    context = {"view": view, "step": one, "form": form, "tags": TAGS}
    return page(request, "officer/license_step.html", context, actor=actor, status=422 if form.errors else 200)


def _ground_form(request: HttpRequest, view: LicenseView, name: str, initial: dict[str, Any]) -> GroundForm:
    data = request.POST if request.method == "POST" else None
    if name == "replace":
        return ReplaceForm(data, initial=initial, type=view.type)
    return GroundForm(data, initial=initial)


def _act(actor: Actor, view: LicenseView, name: str, form: GroundForm) -> LicenseView:
    said = form.cleaned_data
    ground: dict[str, Any] = {
        "actor": actor, "license_id": view.id, "at": clock.system.now(),
        "reason": said["reason"], "clause": said["clause"], "revision": said["revision"],
    }  # fmt: skip
    if isinstance(form, ReplaceForm):
        return licenses.replace(**ground, attributes=form.changes(), keep_rest=True)
    return _ACTS[name](**ground)


def _dossier(actor: Actor, opened_license: licenses.OpenedLicense) -> dict[str, Any]:
    view, now = opened_license.license, clock.system.now()
    history = licenses.history_of(view.id)
    bodies = _bodies_of(history)
    may = permissions_of(actor)
    return {
        "view": view,
        "fields": opened_license.fields,
        "versions": licenses.versions_of(view, at=now),
        "history": [
            (
                one,
                _DONE.get(one.verb, one.verb),
                bodies.get(one.organisation) if one.organisation else None,
                licenses.PURPOSE_TITLES.get(one.purpose, one.purpose),
            )
            for one in history
        ],
        "steps": [(name, STEPS[name]) for name in _POSSIBLE.get(view.state, ()) if licenses.Permission.KEEP in may],
        "may_open": licenses.Permission.OPEN in may,
        "tags": TAGS,
    }


def _bodies_of(history: tuple[licenses.HistoryEntry, ...]) -> Mapping[UUID, OrganisationView]:
    known = {one.organisation for one in history if one.organisation}
    return identity.organisations(known) if known else {}


def _columns(*, named: bool) -> list[Column[KeptLicense]]:
    language = get_language() or ""
    columns = [
        Column[KeptLicense](
            key="number", label=_("流水号"), value=lambda row: _serial(row.license.number), sortable=True,
            link=lambda row: reverse("officer:license", args=[row.license.id]),
        ) if named else Column[KeptLicense](
            key="number", label=_("电子证照标识"), value=lambda row: row.license.number
        ),
        Column[KeptLicense](
            key="type", label=_("证照类型"), value=lambda row: row.license.type.name.in_language(language)
        ),
        Column[KeptLicense](key="state", label=_("状态"), value=lambda row: row.license.state.label),
        Column[KeptLicense](
            key="issuer", label=_("签发单位"), value=lambda row: row.license.issuer_name.in_language(language)
        ),
        Column[KeptLicense](
            key="issued", label=_("签发日期"), value=lambda row: clock.on_day(row.license.issued_at), sortable=True
        ),
        Column[KeptLicense](key="from", label=_("生效日期"), value=lambda row: row.license.valid_from, sortable=True),
        Column[KeptLicense](
            key="until", label=_("有效期至"), value=lambda row: row.license.valid_until or _("长期")
        ),
    ]  # fmt: skip
    if named:
        holder = Column[KeptLicense](key="holder", label=_("持证人"), value=lambda row: row.holder_name or "—")
        columns.insert(2, holder)
    return columns


def _serial(number: str) -> str:
    """Return the part of an identifier that tells licences of one issuer and type apart: serial and version."""
    parts = licenses.parse(number)
    return f"{parts.serial}.{parts.version}"

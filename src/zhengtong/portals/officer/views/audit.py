"""The auditor's page 审计: who did what, where and when; who looked at whom; whether the record still holds.

An auditor sees acts done from posts within their bounds. What concerns one person is shown only after the auditor has
put the look itself on record: that person can see that the trail was read.
"""

from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotFound
from zhengtong.kernel.pages.api import Asked, Column, Listing, Slice, show_listing
from zhengtong.portals.officer.forms import AuditForm
from zhengtong.portals.officer.purposes import AUDIT
from zhengtong.portals.officer.views.desk import LAYOUT, menu, official, page
from zhengtong.portals.officer.views.mine import columns, cursor, paged
from zhengtong.portals.officer.wording import ActRow
from zhengtong.trust.access import api as access
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.api import Actor
from zhengtong.trust.ledger import api as ledger
from zhengtong.trust.ledger.api import ActKind, ActSearch, Permission

TRAILS = "officer.trails"
"""Where the session keeps the people whose trails were opened, on record, since signing in."""

CLAUSE = "个人信息保护法§54"
MOST_TRAILS = 50


@require_safe
def search(request: HttpRequest) -> HttpResponseBase:
    """Search the ledger within the auditor's bounds; page by page, or as CSV.

    Raises:
        NotAllowed: the actor is no auditor.
    """
    actor = _auditor(request)
    form = AuditForm(request.GET)
    if form.is_valid() and str(form.cleaned_data["who"] or "") != request.GET.get("who", ""):
        asked = request.GET.copy()
        asked["who"] = str(form.cleaned_data["who"] or "")
        return redirect(f"{request.path}?{asked.urlencode()}")  # names of accounts do not stay in addresses
    wanted = _wanted(form, actor) if form.is_valid() else ActSearch(organisations=frozenset())

    def found(asked: Asked) -> Slice[ActRow]:
        return paged(ledger.search_acts(wanted, before=cursor(asked.after), limit=asked.size))

    listing = Listing(
        title=_("审计"), name="acts", columns=_columns(), source=found, keeps=list(form.fields), layout=LAYOUT,
        template="officer/audit.html", lede=_("在您的审计范围内按操作人、对象、机构和时间查找存证记录。"),
        empty=_("请放宽条件再查。"),
    )  # fmt: skip
    return show_listing(request, listing, form=form, check=_check_link(request), **menu(actor))


@require_safe
def check(request: HttpRequest) -> HttpResponse:
    """Compare a page of the search with what its hashes vouch for.

    Raises:
        NotAllowed: the actor is no auditor.
    """
    actor = _auditor(request)
    form = AuditForm(request.GET)
    wanted = _wanted(form, actor) if form.is_valid() else ActSearch(organisations=frozenset())
    after = cursor(request.GET.get("after", ""))
    looked_at = ledger.search_acts(wanted, before=after, limit=Asked().size).items
    findings = ledger.check_acts(one.id for one in looked_at)
    context = {"number": len(looked_at), "findings": findings, "back": f"?{request.GET.urlencode()}"}
    part = "check_result" if request.headers.get("HX-Request") else "audit_check"
    return page(request, f"officer/{part}.html", context, actor=actor)


@require_http_methods(["GET", "HEAD", "POST"])
def trail(request: HttpRequest, subject: UUID) -> HttpResponseBase:
    """Show who acted on one person's data and who looked at it; ask first, and put the look on record.

    Raises:
        NotAllowed: the actor is no auditor.
        NotFound: nobody has this id.
    """
    actor = _auditor(request)
    opened: list[str] = request.session.get(TRAILS, [])
    if request.method == "POST":
        _record_look(actor, subject)
        request.session[TRAILS] = [*(one for one in opened if one != str(subject)), str(subject)][-MOST_TRAILS:]
        return redirect("officer:trail", subject)
    if str(subject) not in opened:
        names = identity.names_of([subject])
        if subject not in names:
            raise NotFound
        return page(request, "officer/trail_open.html", {"name": names[subject]}, actor=actor)
    kind = ActKind.READ if request.GET.get("kind") == ActKind.READ else None
    wanted = ActSearch(concerning=subject, kind=kind, organisations=_bounds(actor))

    def found(asked: Asked) -> Slice[ActRow]:
        return paged(ledger.search_acts(wanted, before=cursor(asked.after), limit=asked.size))

    listing = Listing(
        title=_("谁动过此人的信息"), name="trail", columns=_columns(), source=found, keeps=["kind"], layout=LAYOUT,
        template="officer/trail.html", lede=_("您的这次查阅已留痕，本人可以看到。"),
        empty=_("在您的审计范围内没有记录。"),
    )  # fmt: skip
    return show_listing(request, listing, only_looks=kind is not None, **menu(actor))


def _auditor(request: HttpRequest) -> Actor:
    actor = official(request)
    access.require(actor, Permission.AUDIT)
    return actor


def _bounds(actor: Actor, named: str = "") -> frozenset[UUID] | None:
    return access.organisations_within(access.scope_filter(actor, Permission.AUDIT), named=named)


def _wanted(form: AuditForm, actor: Actor) -> ActSearch:
    values = form.cleaned_data
    return ActSearch(
        organisations=_bounds(actor, values["organisation"].strip()),
        subject=values["who"],
        object_type=values["object_type"].strip() or None,
        object_id=values["object_id"].strip() or None,
        kind=ActKind(values["kind"]) if values["kind"] else None,
        since=values["since"],
        until=values["until"],
    )


def _columns() -> list[Column[ActRow]]:
    thing = Column[ActRow](key="thing", label=_("对象"), value=lambda row: row.recorded.act.business.object_type)
    return [*columns(with_actor=True), thing]


def _check_link(request: HttpRequest) -> str:
    return f"{reverse('officer:check')}?{request.GET.urlencode()}"


def _record_look(actor: Actor, subject: UUID) -> None:
    with transaction.atomic():
        ledger.record_reading(
            responsibility=identity.responsibility_of(actor),
            authority=ledger.Authority(clause=CLAUSE, permission=Permission.AUDIT),
            concerns=[subject],
            object_type="trust.ledger.trail",
            object_id=str(subject),
            purpose=AUDIT,
            at=clock.system.now(),
        )

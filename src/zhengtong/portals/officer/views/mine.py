"""What I may do 我的权限 and what I did 我的留痕."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from zhengtong.kernel import clock
from zhengtong.kernel.pages.api import Asked, Column, Listing, Slice, UnreadableCursor, show_listing
from zhengtong.kernel.regions import api as regions
from zhengtong.portals.officer.views.desk import LAYOUT, menu, official, page
from zhengtong.portals.officer.wording import ActRow, rows
from zhengtong.trust.access import api as access
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.api import Actor
from zhengtong.trust.keys import api as keys
from zhengtong.trust.ledger import api as ledger


@require_safe
def rights(request: HttpRequest) -> HttpResponse:
    """Show what the post may do: roles with bounds, permissions in sentences; and whether its holder keeps a key."""
    actor = official(request)
    grants = access.grants_of(post=actor.post)
    roles = access.role_names(grant.role for grant in grants) if grants else {}
    places = regions.regions(grant.clause.region.code for grant in grants if grant.clause.region)
    paths = [grant.clause.organisation for grant in grants if grant.clause.organisation]
    bodies = identity.organisations_at(paths) if paths else {}
    held = [
        {
            "role": roles[grant.role],
            "region": places.get(grant.clause.region.code) if grant.clause.region else None,
            "organisation": bodies.get(grant.clause.organisation or ""),
        }
        for grant in grants
    ]
    mine = access.permissions_of(actor)
    sentences = [entry for entry in access.permissions() if entry.permission in mine]
    custodian = keys.is_custodian(actor.subject)
    context = {"held": held, "sentences": sentences, "custodian": custodian}
    return page(request, "officer/rights.html", context, actor=actor)


@require_safe
def acts(request: HttpRequest) -> HttpResponseBase:
    """List what the official did, the newest first."""
    actor = official(request)

    def mine(asked: Asked) -> Slice[ActRow]:
        return paged(ledger.acts_by(actor.subject, before=cursor(asked.after), limit=asked.size))

    listing = Listing(
        title=_("我的留痕"), name="my-acts", columns=columns(), source=mine, layout=LAYOUT,
        lede=_("您以自己账号办理和查阅的每一件事。记录不能修改或删除。"), empty=_("您还没有留下记录。"),
    )  # fmt: skip
    return show_listing(request, listing, **menu(actor))


@require_safe
def act(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show one act: authority, business, responsibility 三流合一, and whether it is what was recorded.

    Raises:
        UnknownAct: there is none, or it is neither the official's own nor within their bounds as an auditor.
    """
    actor = official(request)
    recorded, flaw = ledger.checked_act(identifier)
    if recorded.act.responsibility.subject != actor.subject:
        require_in_bounds(actor, recorded)
    context = {
        "row": rows([recorded])[0],
        "act": recorded.act,
        "leaf_hash": recorded.leaf_hash,
        "flaw": flaw,
        "audits": access.allowed(actor, ledger.Permission.AUDIT),
    }
    return page(request, "officer/act.html", context, actor=actor)


def columns(*, with_actor: bool = False) -> list[Column[ActRow]]:
    """Return the columns of a list of acts."""
    found = [
        Column[ActRow](
            key="at", label=_("时间"), value=_moment, link=lambda row: reverse("officer:act", args=[row.id])
        ),
        Column[ActRow](key="what", label=_("做了什么"), value=lambda row: row.what),
        Column[ActRow](key="purpose", label=_("用途"), value=lambda row: row.purpose),
        Column[ActRow](
            key="concerns", label=_("涉及"), value=lambda row: "、".join(name for _id, name in row.concerns)
        ),
        Column[ActRow](key="for_whom", label=_("为谁"), value=lambda row: row.for_whom),
    ]
    if with_actor:
        found[1:1] = [
            Column[ActRow](key="who", label=_("操作人"), value=lambda row: row.who),
            Column[ActRow](key="organisation", label=_("机构"), value=lambda row: row.organisation),
        ]
    return found


def paged(found: ledger.ActPage) -> Slice[ActRow]:
    """Return a page of acts as a page of rows."""
    return Slice(rows=rows(found.items), after=str(found.next or ""))


def cursor(after: str) -> UUID | None:
    """Read where the page before ended.

    Raises:
        UnreadableCursor: it is no id.
    """
    try:
        return UUID(after) if after else None
    except ValueError as error:
        raise UnreadableCursor(what=after[:40]) from error


def require_in_bounds(actor: Actor, recorded: ledger.RecordedAct) -> None:
    """Return for an auditor whose bounds reach the act; for others it looks as if there were none.

    Raises:
        UnknownAct: the actor is no auditor, or not there.
        AssuranceTooLow: the auditor signed in with one factor.
    """
    if not access.allowed(actor, ledger.Permission.AUDIT):
        raise ledger.UnknownAct
    access.require(actor, ledger.Permission.AUDIT)
    bodies = access.organisations_within(access.scope_filter(actor, ledger.Permission.AUDIT))
    if bodies is not None and recorded.act.responsibility.organisation not in bodies:
        raise ledger.UnknownAct


def _moment(row: ActRow) -> str:
    """Return the moment in Beijing to the second, in the one form that sorts: auditors compare and export it."""
    return row.at.astimezone(clock.BEIJING).strftime("%Y-%m-%d %H:%M:%S")

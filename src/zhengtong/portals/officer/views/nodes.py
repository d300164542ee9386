"""Nodes of other levels 上下级节点: what the department takes from them, how far behind it is, pulling it now."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from zhengtong.data.cascade import api as cascade
from zhengtong.data.collection import api as collection
from zhengtong.kernel import clock
from zhengtong.kernel.errors import Text
from zhengtong.kernel.pages.api import Asked, Column, Listing, Slice, of_sequence, show_listing
from zhengtong.portals.officer.views.desk import LAYOUT, menu, page
from zhengtong.portals.officer.views.exchange import of_a_department
from zhengtong.trust.access.api import permissions_of
from zhengtong.trust.identity.api import Actor

_BATCHES = 10


@require_safe
def desk(request: HttpRequest) -> HttpResponseBase:
    """List what the department takes from nodes: words, order, pages, and as CSV."""
    actor = of_a_department(request)
    found = cascade.intakes(provider=actor.organisation)

    def rows(asked: Asked) -> Slice[cascade.IntakeView]:
        said = [one for one in found if asked.text in f"{one.dataset_name} {one.dataset} {one.peer.name}"]
        return of_sequence(said, asked, orders={"behind": lambda row: row.versions_behind})

    listing = Listing(
        title=_("从上下级节点获取的数据"), name="nodes", source=rows, layout=LAYOUT,
        empty=_("没有从上下级节点获取的数据。"), search=_("数据集、代码或节点"), template="officer/nodes.html",
        columns=[
            Column[cascade.IntakeView](
                key="dataset", label=_("数据集"), value=lambda row: row.dataset_name,
                link=lambda row: reverse("officer:node_intake", args=[row.id]),
            ),
            Column[cascade.IntakeView](key="code", label=_("代码"), value=lambda row: row.dataset),
            Column[cascade.IntakeView](key="peer", label=_("节点"), value=lambda row: row.peer.name),
            Column[cascade.IntakeView](key="position", label=_("位置"), value=lambda row: row.peer.position.label),
            Column[cascade.IntakeView](key="state", label=_("状态"), value=lambda row: _state(row)[0]),
            Column[cascade.IntakeView](
                key="behind", label=_("落后版本"), value=lambda row: row.versions_behind, sortable=True, number=True
            ),
            Column[cascade.IntakeView](key="pulled", label=_("最近获取"), value=_pulled),
        ],
    )  # fmt: skip
    return show_listing(request, listing, **menu(actor))


@require_safe
def intake(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Show how far a resource came, why the last pull failed, what landed; pulling now begins here."""
    actor, found = _own(request, identifier)
    label, tag = _state(found)
    context = {
        "one": found,
        "label": label,
        "tag": tag,
        "waits": found.next_due_at is not None and found.next_due_at <= clock.system.now(),
        "may_pull": collection.Permission.COLLECT in permissions_of(actor),
        "batches": collection.batches_of_dataset(found.dataset, limit=_BATCHES),
    }
    return page(request, "officer/node_intake.html", context, actor=actor)


@require_POST
def pull(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Have the worker pull at its next round."""
    actor, _found = _own(request, identifier)
    cascade.pull_soon(actor=actor, intake=identifier, at=clock.system.now())
    messages.success(request, _now("已安排，后台马上开始获取；刷新页面可看进展。"))
    return redirect("officer:node_intake", identifier)


def _own(request: HttpRequest, identifier: UUID) -> tuple[Actor, cascade.IntakeView]:
    """Return the official and what their department takes.

    Raises:
        IntakeUnknown: there is none of this id, or it is another department's.
    """
    actor, found = of_a_department(request), cascade.intake(identifier)
    if found.provider != actor.organisation:
        raise cascade.IntakeUnknown(dataset=identifier)
    return actor, found


def _state(one: cascade.IntakeView) -> tuple[Text, str]:
    """Return how an intake stands, in words and as the colour of its tag."""
    if one.refusal:
        return _("获取失败"), "bad"
    if one.late_since:
        return _("超过更新周期"), "bad"
    if one.pulled_at is None:
        return _("尚未获取"), "warn"
    return (_("有新版本"), "warn") if one.versions_behind else (_("正常"), "good")


def _pulled(one: cascade.IntakeView) -> str:
    return f"{localtime(one.pulled_at):%Y-%m-%d %H:%M}" if one.pulled_at else ""

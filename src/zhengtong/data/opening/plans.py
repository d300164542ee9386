"""Whether an application says enough and contradicts neither itself nor the catalogue."""

import re
from collections.abc import Iterator

from zhengtong.data.catalog import api as catalog
from zhengtong.data.catalog.api import DatasetView, ElementType, OpeningClass, OpeningMode, SharingClass
from zhengtong.data.opening.contracts import Access, Plan, PlanUnfit, Standard, Treatment, Wanted
from zhengtong.data.opening.law import COUNT
from zhengtong.kernel.errors import Phrase
from zhengtong.kernel.errors import mark as _

MOST_COUNTED = 5
"""Fields a table of counts may have: its totals are two to that power."""
_SLUG = re.compile(r"[a-z][a-z0-9-]{2,59}")
_DATES = frozenset({Treatment.YEAR, Treatment.MONTH})
_AREAS = frozenset({Treatment.COUNTY, Treatment.CITY})


def require_fit(wanted: Wanted, found: DatasetView, standard: Standard) -> None:
    """Return when *wanted* can be tried.

    Raises:
        PlanUnfit: naming the field and what is wrong.
    """
    for field, what in (*_said(wanted, standard), *_planned(wanted.plan, found)):
        raise PlanUnfit(field=field, what=what)
    require_as_open(wanted.plan, wanted.access, found)


def require_plan(plan: Plan, found: DatasetView) -> None:
    """Return when *plan* fits the catalogue's entry.

    Raises:
        PlanUnfit: naming the field and what is wrong.
    """
    for field, what in (*_planned(plan, found), *_published(found)):
        raise PlanUnfit(field=field, what=what)


def require_as_open(plan: Plan, access: Access, found: DatasetView) -> None:
    """Return when the catalogue, as it stands now, lets this be opened so.

    Raises:
        PlanUnfit: naming the field and what is wrong.
    """
    for field, what in more_open(plan, access, found):
        raise PlanUnfit(field=field, what=what)


def _said(wanted: Wanted, standard: Standard) -> Iterator[tuple[str, Phrase]]:
    if not _SLUG.fullmatch(wanted.slug):
        yield "slug", Phrase(_("网址名称须以小写字母开头，只用小写字母、数字和连字符，3 至 60 个字符"))
    if not wanted.title.strip():
        yield "title", Phrase(_("请写明名称"))
    if wanted.basis not in {basis.clause for basis in standard.bases}:
        yield "basis", Phrase(_("请选择一条开放依据"))


def _planned(plan: Plan, found: DatasetView) -> Iterator[tuple[str, Phrase]]:
    elements = {element.name: element for element in found.entry.elements}
    names = [field.name for field in plan.fields]
    if not names or len(set(names)) != len(names):
        yield "fields", Phrase(_("请至少选择一个数据项，每项一次"))
    for field in plan.fields:
        element = elements.get(field.name)
        if element is None:
            yield "fields", Phrase(_("数据集没有数据项 {name}"), name=field.name)
        elif field.treatment in _DATES and element.type not in {ElementType.DATE, ElementType.DATETIME}:
            yield "fields", Phrase(_("数据项 {name} 不是日期，不能只留年月"), name=element.title)
        elif field.treatment in _AREAS and element.type is not ElementType.STRING:
            yield "fields", Phrase(_("数据项 {name} 不是区划代码，不能归并到县市"), name=element.title)
    if plan.aggregate and (COUNT in names or len(names) > MOST_COUNTED):
        yield "fields", Phrase(_("汇总表最多按五个数据项分组，且不能有名为 count 的数据项"))


def _published(found: DatasetView) -> Iterator[tuple[str, Phrase]]:
    if found.state is not catalog.DatasetState.PUBLISHED:
        yield "dataset", Phrase(_("数据集尚未在目录中发布"))


def more_open(plan: Plan, access: Access, found: DatasetView) -> Iterator[tuple[str, Phrase]]:
    """Yield in what a plan is more open than the catalogue says of its dataset; counts are data of their own."""
    yield from _published(found)
    offered = {element.name for element in found.entry.elements}
    for field in plan.fields:
        if field.name not in offered:
            yield "fields", Phrase(_("数据集没有数据项 {name}"), name=field.name)
    if plan.aggregate:
        return
    if found.entry.sharing is SharingClass.WITHHELD:
        yield "aggregate", Phrase(_("目录写明不予共享的数据集只能开放汇总数"))
    if found.entry.opening is OpeningClass.WITHHELD:
        yield "aggregate", Phrase(_("目录写明不予开放的数据集只能开放汇总数"))
    if found.entry.opening is OpeningClass.CONDITIONAL and access is Access.UNCONDITIONAL:
        yield "access", Phrase(_("目录写明有条件开放的数据集，逐条数据不得无条件开放"))
    if found.entry.opening_mode is OpeningMode.AGREEMENT and access is Access.REGISTRATION:
        yield "access", Phrase(_("目录写明按协议使用的数据集，逐条数据不得登记即用"))

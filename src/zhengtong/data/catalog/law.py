"""What the catalogue's rules say, as pure functions: codes, classes and grades, what an entry must hold.

Sources: 《政务信息资源目录编制指南（试行）》 (发改高技〔2017〕1272号) for elements and codes; 国发〔2016〕51号 and
国务院令第809号 for sharing; GB/T 43697-2024 for grading: the higher grade wins 就高从严, data that are made from
other data are graded anew; the floors of general grades are those of the practice guide TC260-PG-20212A.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from zhengtong.data.catalog.contracts import (
    CatalogRowsBroken,
    DataClass,
    DataElement,
    DataGrade,
    DatasetEntry,
    Derivation,
    OpeningClass,
    RowError,
    SharingClass,
)
from zhengtong.kernel.errors import Phrase
from zhengtong.kernel.errors import mark as _

CODE = re.compile(r"[123]\d{5}\d{0,9}/[1-9]\d{0,8}")
"""Class 1 digit, item 2, category 3, detail of any length (here up to 9), a slash, a running number from 1."""

_NAME = re.compile(r"[A-Za-z_\u4e00-\u9fff][\w\u4e00-\u9fff]{0,79}")
_CLASS_FLOORS = {
    DataClass.SENSITIVE: DataGrade.GENERAL_4,
    DataClass.PERSONAL: DataGrade.GENERAL_2,
    DataClass.ORGANISATION: DataGrade.GENERAL_1,
    DataClass.PUBLIC: DataGrade.GENERAL_1,
}
_PERSONAL = frozenset({DataClass.SENSITIVE, DataClass.PERSONAL})


def class_floor(data_class: DataClass) -> DataGrade:
    """Return the least grade a data element of this class may have (TC260-PG-20212A).

    >>> class_floor(DataClass.SENSITIVE).name, class_floor(DataClass.PERSONAL).name
    ('GENERAL_4', 'GENERAL_2')
    """
    return _CLASS_FLOORS[data_class]


def sharing_floor(sharing: SharingClass) -> DataGrade:
    """Return the least grade of a dataset that is shared so (TC260-PG-20212A: conditional 2, withheld 4).

    >>> [sharing_floor(sharing).value for sharing in SharingClass]
    [1, 2, 4]
    """
    floors = {SharingClass.CONDITIONAL: DataGrade.GENERAL_2, SharingClass.WITHHELD: DataGrade.GENERAL_4}
    return floors.get(sharing, DataGrade.GENERAL_1)


def element_grade(element: DataElement) -> DataGrade:
    """Return the grade of an element: what its provider says, never below the floor of its class."""
    return max(element.grade or DataGrade.GENERAL_1, class_floor(element.data_class))


def dataset_grade(entry: DatasetEntry) -> DataGrade:
    """Return the grade of a dataset: the highest of its elements wins 就高从严, and of how it is shared."""
    return max((*map(element_grade, entry.elements), sharing_floor(entry.sharing)))


def derived_grade(derivation: Derivation, sources: Iterable[DataGrade], *, large_group: bool = False) -> DataGrade:
    """Return the grade that data made from *sources* begin with (GB/T 43697-2024, derived data 衍生数据).

    Masked and labelled data may be one grade lower than the highest source, never below general 1; statistics may be
    lower too, but one grade higher where they show what a large group does or where it moves; fused data are at least
    as high as their highest source. Core and important data come down only when the authority that listed them says
    so, which is not for a formula.

    Raises:
        ValueError: there is no source.

    >>> derived_grade(Derivation.MASKED, [DataGrade.GENERAL_2, DataGrade.GENERAL_4]).name
    'GENERAL_3'
    >>> derived_grade(Derivation.AGGREGATED, [DataGrade.GENERAL_3], large_group=True).name
    'GENERAL_4'
    >>> derived_grade(Derivation.MASKED, [DataGrade.IMPORTANT]).name
    'IMPORTANT'
    """
    highest = max(sources)
    if highest >= DataGrade.IMPORTANT or derivation is Derivation.FUSED:
        return highest
    if derivation is Derivation.AGGREGATED and large_group:
        return DataGrade(highest + 1)
    return DataGrade(max(highest - 1, DataGrade.GENERAL_1))


def settled(entry: DatasetEntry) -> DatasetEntry:
    """Return *entry* with the grade of every element filled in."""
    return replace(entry, elements=tuple(replace(one, grade=element_grade(one)) for one in entry.elements))


def faults(entry: DatasetEntry) -> Iterator[RowError]:
    """Yield what an entry lacks or contradicts; nothing when it may be registered."""
    for what in (*_code_faults(entry), *_element_faults(entry), *_sharing_faults(entry), *_opening_faults(entry)):
        yield RowError(place=entry.code or entry.name, what=what)


def check(entries: Sequence[DatasetEntry]) -> None:
    """Return when all *entries* may be registered.

    Raises:
        CatalogRowsBroken: with every fault of every entry.
    """
    errors = [error for entry in entries for error in faults(entry)]
    seen: set[str] = set()
    for entry in entries:
        if entry.code in seen:
            errors.append(RowError(place=entry.code, what=Phrase(_("信息资源代码重复"))))
        seen.add(entry.code)
    if errors:
        raise CatalogRowsBroken(errors)


def _code_faults(entry: DatasetEntry) -> Iterator[Phrase]:
    if not CODE.fullmatch(entry.code):
        yield Phrase(_("信息资源代码应为“类项目细目/顺序码”，例如 307001/12"))
    if not entry.name.strip():
        yield Phrase(_("缺少信息资源名称"))
    if not entry.summary.strip():
        yield Phrase(_("缺少信息资源摘要"))
    for code in (*entry.sources, *entry.related):
        if not CODE.fullmatch(code):
            yield Phrase(_("关联资源代码 {code} 不符合编码规则"), code=code)


def _element_faults(entry: DatasetEntry) -> Iterator[Phrase]:
    if not entry.elements:
        yield Phrase(_("至少须有一个数据项"))
    seen: set[str] = set()
    for element in entry.elements:
        if not _NAME.fullmatch(element.name):
            yield Phrase(_("数据项名称 {name} 只能用文字、数字和下划线"), name=element.name)
        if element.name in seen:
            yield Phrase(_("数据项 {name} 重复"), name=element.name)
        seen.add(element.name)
        if not element.title.strip():
            yield Phrase(_("数据项 {name} 缺少中文名称"), name=element.name)


def _sharing_faults(entry: DatasetEntry) -> Iterator[Phrase]:
    """Check what 国发〔2016〕51号 asks: conditions where there are any, a legal basis for withholding."""
    if entry.sharing is SharingClass.CONDITIONAL and not entry.condition.strip():
        yield Phrase(_("有条件共享须写明共享条件"))
    if entry.sharing is SharingClass.WITHHELD and not entry.basis.strip():
        yield Phrase(_("不予共享须有法律、行政法规或者国家政策依据"))
    if entry.sharing is not SharingClass.WITHHELD and not entry.modes:
        yield Phrase(_("须写明共享方式"))


def _opening_faults(entry: DatasetEntry) -> Iterator[Phrase]:
    if entry.opening is OpeningClass.CONDITIONAL and not entry.opening_condition.strip():
        yield Phrase(_("有条件开放须写明开放条件"))
    if entry.opening is not OpeningClass.CONDITIONAL and entry.opening_mode is not None:
        yield Phrase(_("只有有条件开放的数据集才写开放方式"))
    if entry.opening is OpeningClass.UNCONDITIONAL and any(e.data_class in _PERSONAL for e in entry.elements):
        yield Phrase(_("含个人信息的数据集不得无条件开放"))
    if entry.opening is not OpeningClass.WITHHELD and dataset_grade(entry) >= DataGrade.IMPORTANT:
        yield Phrase(_("重要数据和核心数据不得开放"))

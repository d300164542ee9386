"""The demo province's data catalogue 演示数据目录: what provinces/demo/catalog lists, as entries of the departments.

`elements.csv` holds standard data elements, `departments.csv` code prefixes and information systems, `datasets.csv` a
line a dataset; after an element's key `*` marks a key of the dataset, `!` one that is required.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings

from zhengtong.data.catalog import api as catalog
from zhengtong.data.collection import api as collection
from zhengtong.data.quality import api as quality
from zhengtong.data.registries.api import EnterpriseKind, EnterpriseRecord
from zhengtong.site.demo.content import ProvinceContentBroken
from zhengtong.trust.identity.api import system_actor

# Laws that a withheld dataset rests on, by department; no articles are claimed.
_BASIS = {
    "health": "《中华人民共和国个人信息保护法》",
    "taxation": "《中华人民共和国税收征收管理法》",
    "justice": "《中华人民共和国社区矫正法》",
    "development_reform": "《中华人民共和国保守国家秘密法》",
}
_CONDITION = "办理法定职责所列事项，须写明事项或办件编号"
_OPENING_CONDITION = "实名登记，承诺用途，不得识别个人"
ENTERPRISES, INDIVIDUALS = "302001/1", "302001/2"


@dataclass(frozen=True, kw_only=True)
class Department:
    """A department's part of the catalogue."""

    key: str
    system: catalog.SystemEntry
    entries: tuple[catalog.DatasetEntry, ...]


def read(folder: Path) -> tuple[Department, ...]:
    """Return the catalogue in *folder*, department by department.

    Raises:
        ProvinceContentBroken: a table is missing or names what is not there.
    """
    try:
        elements = {row["key"]: _element(row) for row in _rows(folder / "elements.csv")}
        datasets = list(_rows(folder / "datasets.csv"))
        return tuple(
            _department(row, [one for one in datasets if one["department"] == row["department"]], elements)
            for row in _rows(folder / "departments.csv")
        )
    except (OSError, KeyError, ValueError) as error:
        raise ProvinceContentBroken(file=str(folder), what=f"{type(error).__name__} {error}") from error


def is_published(departments: tuple[Department, ...]) -> bool:
    """Say whether the catalogue says the same as *departments*, and the first batches are there."""
    wanted = {entry.code: entry for one in departments for entry in one.entries}
    known = catalog.datasets(wanted)
    same = all(code in known and known[code].entry == catalog.settled(entry) for code, entry in wanted.items())
    return same and all(collection.version_of(wanted[code].table) is not None for code in (ENTERPRISES, INDIVIDUALS))


def register(departments: tuple[Department, ...], providers: Mapping[str, UUID], *, at: datetime) -> int:
    """Register and publish what is new or has changed; return how many entries there are."""
    actor, codes = system_actor(), []
    for one in departments:
        catalog.register(
            actor=actor, provider=providers[one.key], entries=one.entries, systems=[one.system], at=at
        )  # fmt: skip
        codes += [entry.code for entry in one.entries]
        for entry in one.entries:
            quality.set_rules(actor=actor, dataset=entry.code, rules=quality.suggested(entry.elements), at=at)
    catalog.publish(actor=actor, codes=codes, at=at)
    return len(codes)


def collect_first(enterprises: list[EnterpriseRecord], *, at: datetime) -> None:
    """Collect what market supervision holds, with the mistakes such files have, unless it is there already."""
    companies = [one for one in enterprises if one.kind is EnterpriseKind.COMPANY]
    individuals = [one for one in enterprises if one.kind is EnterpriseKind.INDIVIDUAL_BUSINESS]
    for code, records in ((ENTERPRISES, companies), (INDIVIDUALS, individuals)):
        view = catalog.dataset(code)
        if collection.version_of(view.entry.table) is not None:
            continue
        path = Path(settings.HOME) / "inbox" / f"{view.entry.table}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, records)
        entry = collection.SourceEntry(
            dataset=code, name="每日交换文件", kind=collection.ConnectorKind.FILE, location=str(path)
        )
        source = collection.set_up_source(actor=system_actor(), entry=entry, at=at)
        collection.collect(actor=system_actor(), source=source.id)
        quality.assess(actor=system_actor(), dataset=code, at=at)


def _write(path: Path, records: list[EnterpriseRecord]) -> None:
    """Write an exchange file in GB18030: one row twice, one without a name, one with a date nobody can read."""
    rows = [_cells(one) for one in records]
    if len(rows) > 3:
        rows += [rows[0], {**rows[1], "统一社会信用代码": rows[1]["统一社会信用代码"][:17] + "?"}]
        rows[2], rows[3] = {**rows[2], "单位名称": ""}, {**rows[3], "成立日期": "不详"}
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]) if rows else ["统一社会信用代码", "单位名称"])
        writer.writeheader()
        writer.writerows(rows)


def _cells(one: EnterpriseRecord) -> dict[str, str]:
    return {
        "统一社会信用代码": one.credit_code,
        "单位名称": one.name,
        "注册资本（万元）": f"{one.registered_capital / 1_000_000:.2f}",
        "成立日期": f"{one.established_on:%Y%m%d}",
        "状态": one.status.value,
    }


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _element(row: Mapping[str, str]) -> catalog.DataElement:
    return catalog.DataElement(
        name=row["key"],
        title=row["title"],
        title_en=row["title_en"],
        type=catalog.ElementType(row["type"]),
        length=int(row["length"]),
        data_class=catalog.DataClass(row["class"]),
        standard=row["standard"],
    )


def _department(
    row: Mapping[str, str], datasets: list[dict[str, str]], elements: Mapping[str, catalog.DataElement]
) -> Department:
    system = catalog.SystemEntry(key=row["system"], name=row["system_name"], name_en=row["system_name_en"])
    entries = tuple(_entry(row, one, elements) for one in datasets)
    return Department(key=row["department"], system=system, entries=entries)


def _entry(
    department: Mapping[str, str], row: Mapping[str, str], elements: Mapping[str, catalog.DataElement]
) -> catalog.DatasetEntry:
    found = tuple(
        replace(elements[word.rstrip("*!")], key="*" in word, required=word.endswith(("*", "!")))
        for word in row["elements"].split()
    )
    sharing, opening = catalog.SharingClass(row["sharing"]), catalog.OpeningClass(row["opening"])
    titles = "、".join(element.title for element in found[:4])
    modes = (catalog.SharingMode.QUERY, catalog.SharingMode.BATCH, catalog.SharingMode.SUBSCRIPTION)
    return catalog.DatasetEntry(
        code=f"{department['prefix']}/{row['number']}",
        name=row["name"],
        name_en=row["name_en"],
        summary=f"{department['system_name']}登记和维护的{row['name']}，含{titles}等 {len(found)} 个数据项。",
        elements=found,
        sharing=sharing,
        condition=_CONDITION if sharing is catalog.SharingClass.CONDITIONAL else "",
        basis=_BASIS[row["department"]] if sharing is catalog.SharingClass.WITHHELD else "",
        modes=() if sharing is catalog.SharingClass.WITHHELD else modes,
        opening=opening,
        opening_condition=_OPENING_CONDITION if opening is catalog.OpeningClass.CONDITIONAL else "",
        opening_mode=catalog.OpeningMode.REGISTRATION if opening is catalog.OpeningClass.CONDITIONAL else None,
        cycle=catalog.UpdateCycle(row["cycle"]),
        system=department["system"],
        table=f"{row['department']}_{row['number']}",
    )

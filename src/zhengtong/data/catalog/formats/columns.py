"""The columns of a table of entries 目录编制表: one row a data element, as departments fill the guide's sheet.

Columns that describe the dataset stand in its first row and may be left empty or repeated below. Values are the words
on screen in Chinese, or the identifiers. Reading collects every fault with its row; nothing is half read.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.utils import translation

from zhengtong.data.catalog import contracts as c
from zhengtong.data.catalog.contracts import (
    CatalogFileUnreadable,
    CatalogRowsBroken,
    DataElement,
    DatasetEntry,
    RowError,
)
from zhengtong.kernel.errors import Phrase, Text
from zhengtong.kernel.errors import mark as _

_YES, _NO = frozenset({"是", "yes", "true", "1", "y"}), frozenset({"", "否", "no", "false", "0", "n"})
_SEPARATORS = str.maketrans({"、": ",", "，": ",", ";": ",", "；": ","})


class Unfit(ValueError):  # noqa: N818 -- named after what is wrong
    """A cell that cannot be read; its argument says why, for the person who filled it in."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column: the attribute it fills, its heading, how a cell is read and written."""

    key: str
    heading: str
    read: Callable[[str], Any] = str
    write: Callable[[Any], str] = str
    default: Any = ""


def _read_flag(text: str) -> bool:
    if text.lower() in _YES:
        return True
    if text.lower() in _NO:
        return False
    raise Unfit(Phrase(_("“{text}”应为“是”或“否”"), text=text))


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.translate(_SEPARATORS).split(",") if part.strip())


def _words(labels: Mapping[Any, Text]) -> list[str]:
    with translation.override("zh-hans"):
        return [str(label) for label in labels.values()]


def _word(labels: Mapping[Any, Text], value: Any) -> str:
    with translation.override("zh-hans"):
        return str(labels[value])


def _by_word(labels: Mapping[Any, Text]) -> dict[str, Any]:
    words = {word.lower(): value for word, value in zip(_words(labels), labels, strict=True)}
    values = {str(value.value if isinstance(value, Enum) else value).lower(): value for value in labels}
    return words | values


def _length(text: str) -> int:
    number = text.removesuffix(".0")
    if not number.isdigit() or int(number) > 1_000_000:
        raise Unfit(Phrase(_("“{text}”不是长度"), text=text))
    return int(number)


def _choice(key: str, heading: str, labels: Mapping[Any, Text], default: Any) -> Column:
    def read(text: str) -> Any:
        known = _by_word(labels)
        if text.lower() not in known:
            raise Unfit(Phrase(_("“{text}”不是可选值：{choices}"), text=text, choices="、".join(_words(labels))))
        return known[text.lower()]

    return Column(key=key, heading=heading, read=read, write=lambda value: _word(labels, value), default=default)


def _several(key: str, heading: str, labels: Mapping[Any, Text]) -> Column:
    one = _choice(key, heading, labels, None)
    return Column(
        key=key, heading=heading, default=(),
        read=lambda text: tuple(one.read(part) for part in _parts(text)),
        write=lambda values: "、".join(map(one.write, values)),
    )  # fmt: skip


def _codes(key: str, heading: str) -> Column:
    return Column(key=key, heading=heading, read=_parts, write="、".join, default=())


def _flag(key: str, heading: str) -> Column:
    return Column(key=key, heading=heading, read=_read_flag, write=lambda value: "是" if value else "否", default=False)


DATASET = (
    Column(key="code", heading="信息资源代码"),
    Column(key="name", heading="信息资源名称"),
    Column(key="name_en", heading="英文名称"),
    Column(key="summary", heading="信息资源摘要"),
    _choice("format", "信息资源格式", c.RESOURCE_FORMAT_LABELS, c.ResourceFormat.DATABASE),
    _choice("sharing", "共享类型", c.SHARING_CLASS_LABELS, c.SharingClass.CONDITIONAL),
    Column(key="condition", heading="共享条件"),
    Column(key="basis", heading="不予共享依据"),
    _several("modes", "共享方式", c.SHARING_MODE_LABELS),
    _choice("opening", "开放属性", c.OPENING_CLASS_LABELS, c.OpeningClass.WITHHELD),
    Column(key="opening_condition", heading="开放条件"),
    _choice("opening_mode", "开放方式", c.OPENING_MODE_LABELS, None),
    _choice("cycle", "更新周期", c.UPDATE_CYCLE_LABELS, c.UpdateCycle.IRREGULAR),
    Column(key="system", heading="信息系统"),
    Column(key="table", heading="表名"),
    _codes("sources", "来源资源代码"),
    _codes("related", "关联资源代码"),
    Column(key="keywords", heading="关键词"),
)


ELEMENT = (
    Column(key="name", heading="数据项名称"),
    Column(key="title", heading="数据项中文名称"),
    Column(key="title_en", heading="数据项英文名称"),
    _choice("type", "数据类型", c.ELEMENT_TYPE_LABELS, c.ElementType.STRING),
    Column(key="length", heading="数据长度", read=_length, write=lambda value: str(value or ""), default=0),
    Column(key="standard", heading="标准数据元"),
    _flag("required", "是否必填"),
    _flag("key", "是否主键"),
    _choice("data_class", "数据分类", c.DATA_CLASS_LABELS, c.DataClass.PUBLIC),
    _choice("grade", "数据分级", c.GRADE_LABELS, None),
)
HEADINGS = [column.heading for column in (*DATASET, *ELEMENT)]


def write_rows(entries: Sequence[DatasetEntry]) -> list[list[str]]:
    """Return the rows below the headings; the dataset's columns stand in its first row."""
    rows = []
    for entry in entries:
        head = [_cell(column, entry) for column in DATASET]
        for place, element in enumerate(entry.elements):
            cells = [_cell(column, element) for column in ELEMENT]
            rows.append((head if place == 0 else [""] * len(head)) + cells)
    return rows


def read_rows(table: Sequence[Sequence[str]]) -> list[DatasetEntry]:
    """Return the entries of *table*, whose first row holds the headings (or the identifiers) in any order.

    Raises:
        CatalogFileUnreadable: it has no rows, or lacks a column it cannot do without.
        CatalogRowsBroken: with every cell that cannot be read, by row.
    """
    if not table:
        raise CatalogFileUnreadable(what=Phrase(_("文件是空的")))
    places = _places(table[0])
    errors: list[RowError] = []
    found: list[tuple[int, dict[str, Any], list[DataElement]]] = []
    for number, row in enumerate(table[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        cells = {key: row[place].strip() if place < len(row) else "" for key, place in places.items()}
        code = cells.get("dataset.code", "")
        if not code and not found:
            errors.append(RowError(place=str(number), what=Phrase(_("缺少信息资源代码"))))
            continue
        if code and (not found or found[-1][1]["code"] != code):
            found.append((number, _read(DATASET, "dataset", cells, number, errors), []))
        found[-1][2].append(DataElement(**_read(ELEMENT, "element", cells, number, errors)))
    if errors:
        raise CatalogRowsBroken(errors)
    return [DatasetEntry(**head, elements=tuple(elements)) for _number, head, elements in found]


def _places(header: Sequence[str]) -> dict[str, int]:
    names = {"dataset": DATASET, "element": ELEMENT}
    known: dict[str, str] = {}
    for part, columns in names.items():
        for column in columns:
            known[column.heading] = known[f"{part}.{column.key}"] = f"{part}.{column.key}"
    places = {known[cell.strip()]: place for place, cell in enumerate(header) if cell.strip() in known}
    missing = [
        column.heading
        for part, columns in names.items()
        for column in columns
        if column.key in {"code", "name", "title"} and f"{part}.{column.key}" not in places
    ]
    if missing:
        raise CatalogFileUnreadable(what=Phrase(_("缺少列 {columns}"), columns="、".join(missing)))
    return places


def _read(
    columns: Sequence[Column], part: str, cells: Mapping[str, str], number: int, errors: list[RowError]
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for column in columns:
        text = cells.get(f"{part}.{column.key}", "")
        values[column.key] = column.default
        if text:
            try:
                values[column.key] = column.read(text)
            except Unfit as unfit:
                place = str(Phrase(_("第 {number} 行“{heading}”"), number=number, heading=column.heading))
                errors.append(RowError(place=place, what=unfit.args[0]))
    return values


def _cell(column: Column, thing: DatasetEntry | DataElement) -> str:
    value = getattr(thing, column.key)
    return "" if value is None else column.write(value)

"""Entries as data contracts: Open Data Contract Standard 3 (Bitol, Linux Foundation), YAML, one document a dataset.

What the standard has no place for (sharing, opening, code and class of the guide) stands in `customProperties`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from zhengtong.data.catalog.contracts import (
    CatalogFileUnreadable,
    CatalogRowsBroken,
    DataClass,
    DataElement,
    DataGrade,
    DatasetEntry,
    ElementType,
    OpeningClass,
    OpeningMode,
    ResourceFormat,
    RowError,
    SharingClass,
    SharingMode,
    UpdateCycle,
)
from zhengtong.kernel.errors import Phrase
from zhengtong.kernel.errors import mark as _

API_VERSION = "v3.0.2"
_LOGICAL = {
    ElementType.STRING: "string",
    ElementType.TEXT: "string",
    ElementType.INTEGER: "integer",
    ElementType.DECIMAL: "number",
    ElementType.DOUBLE: "number",
    ElementType.DATE: "date",
    ElementType.DATETIME: "date",
    ElementType.BOOLEAN: "boolean",
    ElementType.OBJECT: "object",
}
_OF_LOGICAL = {
    "string": ElementType.STRING,
    "integer": ElementType.INTEGER,
    "number": ElementType.DECIMAL,
    "date": ElementType.DATE,
    "timestamp": ElementType.DATETIME,
    "boolean": ElementType.BOOLEAN,
    "object": ElementType.OBJECT,
    "array": ElementType.OBJECT,
}
_CUSTOM: Mapping[str, type[Any]] = {
    "format": ResourceFormat,
    "sharing": SharingClass,
    "condition": str,
    "basis": str,
    "opening": OpeningClass,
    "opening_condition": str,
    "opening_mode": OpeningMode,
    "cycle": UpdateCycle,
    "system": str,
    "keywords": str,
}
_CUSTOM_LISTS: Mapping[str, type[Any]] = {"modes": SharingMode, "sources": str, "related": str}


def write(entries: Sequence[DatasetEntry], *, versions: Mapping[str, int] | None = None) -> bytes:
    """Return the contracts of *entries*; *versions* gives the catalogue's version by code."""
    numbers = versions or {}
    documents = [_contract(entry, numbers.get(entry.code, 1)) for entry in entries]
    return yaml.safe_dump_all(documents, allow_unicode=True, sort_keys=False, width=120, encoding="utf-8")


def read(content: bytes) -> list[DatasetEntry]:
    """Return the entries of contracts in ODCS 3.

    Raises:
        CatalogFileUnreadable: it is not YAML, or no contract of version 3.
        CatalogRowsBroken: with every value that cannot be read.
    """
    errors: list[RowError] = []
    entries = [_entry(document, errors) for document in documents(content)]
    if errors:
        raise CatalogRowsBroken(errors)
    return entries


def documents(content: bytes) -> list[dict[str, Any]]:
    """Return the contracts of a file as plain values.

    Raises:
        CatalogFileUnreadable: it is not YAML, or no contract of version 3.
    """
    try:
        found = [document for document in yaml.safe_load_all(content) if document is not None]
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CatalogFileUnreadable(what=Phrase(_("不是 YAML 文件"))) from error
    for document in found:
        if not isinstance(document, dict) or document.get("kind") != "DataContract":
            raise CatalogFileUnreadable(what=Phrase(_("缺少 kind: DataContract")))
        if not str(document.get("apiVersion", "")).startswith("v3."):
            raise CatalogFileUnreadable(what=Phrase(_("仅支持 ODCS 3 版")))
    if not found:
        raise CatalogFileUnreadable(what=Phrase(_("文件是空的")))
    return found


def _contract(entry: DatasetEntry, version: int) -> dict[str, Any]:
    custom = {key: str(getattr(entry, key)) for key in _CUSTOM if getattr(entry, key)}
    lists = {key: [str(one) for one in getattr(entry, key)] for key in _CUSTOM_LISTS if getattr(entry, key)}
    return {
        "apiVersion": API_VERSION,
        "kind": "DataContract",
        "id": entry.code,
        "version": f"{version}.0.0",
        "status": "active",
        "name": entry.name,
        "description": {"purpose": entry.summary},
        "schema": [
            {
                "name": entry.table or "data",
                "logicalType": "object",
                "physicalName": entry.table or "data",
                "properties": [_property(element) for element in entry.elements],
            }
        ],
        "customProperties": _pairs({"name_en": entry.name_en} if entry.name_en else {}) + _pairs({**custom, **lists}),
    }


def _property(element: DataElement) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": element.name,
        "businessName": element.title,
        "logicalType": _LOGICAL[element.type],
        "physicalType": element.type.value,
        "required": element.required or element.key,
        "primaryKey": element.key,
        "classification": element.data_class.value,
    }
    if element.length:
        found["logicalTypeOptions"] = {"maxLength": element.length}
    extra = {"title_en": element.title_en, "standard": element.standard, "required": element.required}
    if element.grade:
        extra["grade"] = element.grade.name.lower()
    found["customProperties"] = _pairs({key: value for key, value in extra.items() if value != ""})
    return found


def _pairs(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"property": key, "value": value} for key, value in values.items()]


def _entry(document: dict[str, Any], errors: list[RowError]) -> DatasetEntry:
    code = str(document.get("id", ""))
    reader = _Reader(code, errors)
    custom = reader.pairs(document)
    schema = document.get("schema") or [{}]
    if len(schema) != 1:
        reader.fault(Phrase(_("一份合约只能描述一个表")))
    values = {key: reader.value(kind, custom[key], key) for key, kind in _CUSTOM.items() if key in custom}
    lists = {
        key: tuple(reader.value(kind, one, key) for one in custom[key])
        for key, kind in _CUSTOM_LISTS.items()
        if isinstance(custom.get(key), list)
    }
    given = {key: value for key, value in {**values, **lists}.items() if value is not None}
    table = str(schema[0].get("physicalName") or schema[0].get("name") or "")
    return DatasetEntry(
        code=code,
        name=str(document.get("name") or custom.get("name") or ""),
        name_en=str(custom.get("name_en", "")),
        summary=str((document.get("description") or {}).get("purpose", "")),
        elements=tuple(_element(one, reader) for one in schema[0].get("properties") or ()),
        table="" if table == "data" else table,
        **given,
    )


def _element(row: dict[str, Any], reader: "_Reader") -> DataElement:
    custom = reader.pairs(row)
    name = str(row.get("name", ""))
    physical = str(row.get("physicalType", ""))
    kind = ElementType(physical) if physical in set(ElementType) else _OF_LOGICAL.get(str(row.get("logicalType")))
    if kind is None:
        reader.fault(Phrase(_("数据项 {name} 的类型 {type} 无法识别"), name=name, type=str(row.get("logicalType"))))
    data_class = reader.value(DataClass, row.get("classification", DataClass.PUBLIC.value), "classification")
    grade = str(custom.get("grade", "")).upper()
    return DataElement(
        name=name,
        title=str(row.get("businessName") or row.get("description") or name),
        title_en=str(custom.get("title_en", "")),
        type=kind or ElementType.STRING,
        length=int((row.get("logicalTypeOptions") or {}).get("maxLength", 0)),
        standard=str(custom.get("standard", "")),
        required=bool(custom.get("required", row.get("required", False))),
        key=bool(row.get("primaryKey", False)),
        data_class=data_class or DataClass.PUBLIC,
        grade=DataGrade[grade] if grade in DataGrade.__members__ else None,
    )


class _Reader:
    """Reads values of one contract and keeps what is wrong with them."""

    def __init__(self, code: str, errors: list[RowError]) -> None:
        self._code, self._errors = code, errors

    def fault(self, what: Phrase) -> None:
        self._errors.append(RowError(place=self._code, what=what))

    def value(self, kind: type[Any], value: Any, key: str) -> Any:
        try:
            return kind(value)
        except ValueError:
            self.fault(Phrase(_("{key} 的值 {value} 无法识别"), key=key, value=str(value)))
            return None

    @staticmethod
    def pairs(row: dict[str, Any]) -> dict[str, Any]:
        found = row.get("customProperties") or []
        return {str(one.get("property")): one.get("value") for one in found if isinstance(one, dict)}

"""Licence types as a province writes them 证照类型: YAML, read and checked; every mistake is named with its place."""

import hashlib
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import orjson
import yaml
from django.utils.translation import gettext

from zhengtong.trust.licenses.contracts import (
    FieldKind,
    HolderKind,
    LicenseField,
    LicenseType,
    LicenseTypesBroken,
    Words,
)

_T = TypeVar("_T")


def read_types(folder: Path) -> tuple[LicenseType, ...]:
    """Return the types of all `*.yaml` in *folder*, in the order of their keys.

    Raises:
        LicenseTypesBroken: a file cannot be read, or a type lacks something; names the file and the type.
    """
    found: dict[str, LicenseType] = {}
    numbers: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        for key, row in _rows(path).items():
            kind = _type(f"{path.name}: {key}", key, row)
            if key in found or kind.number in numbers:
                raise LicenseTypesBroken(place=f"{path.name}: {key}", what=gettext("代码或序号重复"))
            found[key] = kind
            numbers[kind.number] = key
    if not found:
        raise LicenseTypesBroken(place=str(folder), what=gettext("没有任何证照类型"))
    return tuple(found[key] for key in sorted(found))


def dump_type(kind: LicenseType) -> dict[str, Any]:
    """Return a type as plain JSON values."""
    document: dict[str, Any] = orjson.loads(orjson.dumps(asdict(kind)))
    return document


def digest_of(document: dict[str, Any]) -> str:
    """Return the SHA-256 of a dumped type: equal digests are equal contents."""
    return hashlib.sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)).hexdigest()


def load_type(document: dict[str, Any]) -> LicenseType:
    """Return the type that `dump_type` wrote."""
    fields = tuple(
        LicenseField(
            **{
                **row,
                "name": Words(**row["name"]),
                "kind": FieldKind(row["kind"]),
                "sources": tuple(row["sources"]),
            }
        )
        for row in document["fields"]
    )
    plain = {**document, "name": Words(**document["name"]), "holder": HolderKind(document["holder"]), "fields": fields}
    return LicenseType(**plain)


def _rows(path: Path) -> dict[str, Any]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise LicenseTypesBroken(place=path.name, what=str(error)) from error
    rows = document.get("licences") if isinstance(document, dict) else None
    if not isinstance(rows, dict):
        raise LicenseTypesBroken(place=path.name, what=gettext("缺少 licences 一节"))
    return rows


def _type(place: str, key: str, row: Any) -> LicenseType:
    try:
        fields = tuple(_field(place, name, one) for name, one in row["fields"].items())
        kind = LicenseType(
            key=str(key),
            number=str(row["number"]),
            name=_words(place, row["name"]),
            holder=_choice(place, HolderKind, row["holder"]),
            department=str(row["department"]),
            basis=str(row["basis"]),
            years=row.get("years"),
            fields=fields,
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise LicenseTypesBroken(place=place, what=gettext("缺少或写错 {key}").format(key=error)) from error
    if not (len(kind.number) == 3 and kind.number.isdecimal()):
        raise LicenseTypesBroken(place=place, what=gettext("number 应为三位数字，加引号"))
    if kind.years is not None and not (isinstance(kind.years, int) and 0 < kind.years <= 100):
        raise LicenseTypesBroken(place=place, what=gettext("years 应为 1 至 100 的整数"))
    if not any(one.shown for one in fields):
        raise LicenseTypesBroken(place=place, what=gettext("至少一项 shown: true"))
    return kind


def _field(place: str, key: str, row: dict[str, Any]) -> LicenseField:
    return LicenseField(
        key=str(key),
        name=_words(place, row["name"]),
        kind=_choice(place, FieldKind, row.get("kind", "text")),
        optional=bool(row.get("optional", False)),
        shown=bool(row.get("shown", False)),
        sources=tuple(row.get("from", ())),
    )


def _words(place: str, value: Any) -> Words:
    if not (isinstance(value, list) and len(value) == 2 and all(isinstance(part, str) and part for part in value)):
        raise LicenseTypesBroken(place=place, what=gettext("名称应写成 [中文, English]"))
    return Words(zh=value[0], en=value[1])


def _choice(place: str, kind: Callable[[str], _T], value: Any) -> _T:
    try:
        return kind(value)
    except ValueError as error:
        raise LicenseTypesBroken(place=place, what=str(error)) from error

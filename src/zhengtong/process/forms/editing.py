"""Changing a schema field by field 编辑表单, as pure functions: each returns a new schema and leaves the old one.

A field is named by its path: `phone`, or `staff.name` for a field of a repeated group.
"""

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from zhengtong.process.forms.contracts import (
    FieldNameTaken,
    FieldNameUnfit,
    FieldUnknown,
    FormTooLong,
    Kind,
    Schema,
    SchemaNotUnderstood,
)

MOST_FIELDS = 100
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LONG_FROM = 200
"""Above so many characters a text is asked in several lines."""
_SKELETONS: Mapping[Kind, Mapping[str, Any]] = {
    Kind.TEXT: {"type": "string", "maxLength": 100},
    Kind.LONG_TEXT: {"type": "string", "maxLength": 500},
    Kind.ADDRESS: {"type": "string", "maxLength": 200, "autocomplete": "street-address"},
    Kind.PHONE: {"type": "string", "format": "phone", "autocomplete": "tel"},
    Kind.RESIDENT_ID: {"type": "string", "format": "resident-id", "sensitive": True},
    Kind.CREDIT_CODE: {"type": "string", "format": "credit-code"},
    Kind.REGION: {"type": "string", "format": "region"},
    Kind.DATE: {"type": "string", "format": "date"},
    Kind.INTEGER: {"type": "integer"},
    Kind.NUMBER: {"type": "number"},
    Kind.MONEY: {"type": "integer", "format": "money"},
    Kind.YES_NO: {"type": "boolean"},
    Kind.CHOICE: {"type": "string", "enum": ["yes", "no"], "enum_titles": {"yes": ["是", "Yes"], "no": ["否", "No"]}},
    Kind.SEVERAL: {
        "type": "array",
        "items": {
            "type": "string",
            "enum": ["first", "second"],
            "enum_titles": {"first": ["第一项", "First"], "second": ["第二项", "Second"]},
        },
    },
    Kind.FILE: {"type": "string", "format": "file"},
    Kind.GROUP: {
        "type": "array",
        "minItems": 1,
        "maxItems": 10,
        "items": {
            "type": "object",
            "required": ["name"],
            "properties": {"name": {"type": "string", "title": "名称", "title_en": "Name", "maxLength": 100}},
        },
    },
}
_FORMATS = {
    "phone": Kind.PHONE,
    "resident-id": Kind.RESIDENT_ID,
    "credit-code": Kind.CREDIT_CODE,
    "region": Kind.REGION,
    "date": Kind.DATE,
    "money": Kind.MONEY,
    "file": Kind.FILE,
}
_TYPES = {"integer": Kind.INTEGER, "number": Kind.NUMBER, "boolean": Kind.YES_NO}


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldLine:
    """A field in its place: `group` is the name of the repeated group it belongs to, empty for most."""

    path: str
    kind: Kind
    field: Schema
    required: bool
    group: str = ""


def kind_of(field: Schema) -> Kind:
    """Return what an official calls a field of this shape.

    >>> kind_of({"type": "string", "format": "date"}), kind_of({"type": "string", "maxLength": 500})
    (<Kind.DATE: 'date'>, <Kind.LONG_TEXT: 'long_text'>)
    """
    if field.get("format") in _FORMATS:
        return _FORMATS[field["format"]]
    if field["type"] == "array":
        return Kind.GROUP if field["items"].get("type") == "object" else Kind.SEVERAL
    if field["type"] in _TYPES:
        return _TYPES[field["type"]]
    if "enum" in field:
        return Kind.CHOICE
    if field.get("autocomplete") == "street-address":
        return Kind.ADDRESS
    return Kind.LONG_TEXT if field.get("maxLength", _LONG_FROM) > _LONG_FROM else Kind.TEXT


def fields_of(schema: Schema) -> Iterator[FieldLine]:
    """Yield every field in the order asked, those of a group after the group."""
    required = set(schema.get("required", ()))
    for name, field in schema["properties"].items():
        kind = kind_of(field)
        yield FieldLine(path=name, kind=kind, field=field, required=name in required)
        if kind is Kind.GROUP:
            inside = set(field["items"].get("required", ()))
            for inner, part in field["items"]["properties"].items():
                yield FieldLine(
                    path=f"{name}.{inner}", kind=kind_of(part), field=part, required=inner in inside, group=name
                )


def field_at(schema: Schema, path: str) -> FieldLine:
    """Return the field at *path*.

    Raises:
        FieldUnknown: there is none.
    """
    found = next((line for line in fields_of(schema) if line.path == path), None)
    if found is None:
        raise FieldUnknown
    return found


def fits_name(path: str) -> bool:
    """Say whether every part of *path* can be a field's name.

    >>> fits_name("staff.name"), fits_name("员工")
    (True, False)
    """
    return all(_NAME.fullmatch(part) for part in path.split("."))


def new_field(kind: Kind, title: str, title_en: str) -> dict[str, Any]:
    """Return a field of *kind* with nothing but its titles and what the kind needs."""
    return {**deepcopy(dict(_SKELETONS[kind])), "title": title, "title_en": title_en}


def proposed_name(schema: Schema, title_en: str, group: str = "") -> str:
    """Return a free name made from the English title; `field`, `field_2`, … where it gives none.

    >>> proposed_name({"type": "object", "properties": {}}, "Date of birth")
    'date_of_birth'
    >>> proposed_name({"type": "object", "properties": {"field": {"type": "boolean"}}}, "出生日期")
    'field_2'
    """
    stem = re.sub(r"[^a-z0-9]+", "_", title_en.lower()).strip("_")[:34].rstrip("_")
    if not _NAME.fullmatch(stem):
        stem = "field"
    taken = _home(schema, group)["properties"]
    return next(name for number in range(1, len(taken) + 2) if (name := _numbered(stem, number)) not in taken)


def _numbered(stem: str, number: int) -> str:
    return stem if number == 1 else f"{stem}_{number}"


def add_field(schema: Schema, path: str, field: Schema, *, required: bool) -> dict[str, Any]:
    """Return *schema* with one field more, the last of its form or group.

    Raises:
        FieldNameUnfit, FieldNameTaken: it cannot be called so.
        FormTooLong: there are enough.
        SchemaNotUnderstood: a group within a group, or several choices within one.
    """
    changed = deepcopy(dict(schema))
    group, _dot, name = path.rpartition(".")
    home = _home(changed, group)
    if not _NAME.fullmatch(name):
        raise FieldNameUnfit(name=name, field="name")
    if name in home["properties"]:
        raise FieldNameTaken(name=name, field="name")
    if sum(1 for _ in fields_of(schema)) >= MOST_FIELDS:
        raise FormTooLong(most=MOST_FIELDS)
    if group and kind_of(field) in {Kind.GROUP, Kind.SEVERAL, Kind.FILE}:
        raise SchemaNotUnderstood(what=f"{path}: type")
    home["properties"][name] = dict(field)
    if required:
        home["required"] = [*home.get("required", ()), name]
    return changed


def change_field(schema: Schema, path: str, field: Schema, *, required: bool) -> dict[str, Any]:
    """Return *schema* with the field at *path* replaced, in its place.

    Raises:
        FieldUnknown: there is none.
    """
    changed = deepcopy(dict(schema))
    home, name = _place(changed, path)
    home["properties"][name] = dict(field)
    _require(home, name, required=required)
    return changed


def move_field(schema: Schema, path: str, *, up: bool) -> dict[str, Any]:
    """Return *schema* with the field one place earlier or later; at the end it stays.

    Raises:
        FieldUnknown: there is none.
    """
    changed = deepcopy(dict(schema))
    home, name = _place(changed, path)
    order = list(home["properties"])
    here = order.index(name)
    there = min(max(here + (-1 if up else 1), 0), len(order) - 1)
    order[here], order[there] = order[there], order[here]
    home["properties"] = {each: home["properties"][each] for each in order}
    return changed


def remove_field(schema: Schema, path: str) -> dict[str, Any]:
    """Return *schema* without the field.

    Raises:
        FieldUnknown: there is none.
    """
    changed = deepcopy(dict(schema))
    home, name = _place(changed, path)
    del home["properties"][name]
    _require(home, name, required=False)
    return changed


def _home(schema: Schema, group: str) -> Any:
    """Return the object whose properties hold a field of *group*.

    Raises:
        FieldUnknown: there is no such group.
    """
    if not group:
        return schema
    found = schema["properties"].get(group)
    if found is None or kind_of(found) is not Kind.GROUP:
        raise FieldUnknown
    return found["items"]


def _place(schema: Schema, path: str) -> tuple[Any, str]:
    group, _dot, name = path.rpartition(".")
    home = _home(schema, group)
    if name not in home["properties"]:
        raise FieldUnknown
    return home, name


def _require(home: Any, name: str, *, required: bool) -> None:
    others = [each for each in home.get("required", ()) if each != name]
    home["required"] = [*others, name] if required else others

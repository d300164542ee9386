"""Event payloads 事件载荷: small frozen dataclasses of ids, codes, numbers and dates, and nothing about a person.

Pure: declares which field types a payload may have, writes a payload as JSON values and reads it back. A text must look
like an id or a code (printable ASCII without blanks, no resident identity number, no mobile number), so that a name, an
address or a telephone number cannot enter an event by accident (个人信息保护法 §6, minimum necessary).
"""

import re
import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from zhengtong.kernel.checkdigits import InvalidResidentId, parse_resident_id

PayloadT = TypeVar("PayloadT")
Json = str | int | bool | None | list["Json"] | dict[str, "Json"]

_CODE = re.compile(r"[\x21-\x7e]{1,200}")
_LIKE_RESIDENT_ID = re.compile(r"\d{17}[\dXx]")
_MOBILE = re.compile(r"(?:\+?86)?1[3-9]\d{9}")
_SCALARS = (str, int, bool, UUID, date, datetime)


class UnfitPayload(TypeError):  # noqa: N818 -- named after what is wrong, like a refusal
    """A payload class or value that may not cross: a programming error, so it is not a refusal."""


def is_code(text: str) -> bool:
    """Tell whether *text* is an id or a code, as opposed to words or a personal number.

    >>> is_code("330105-BJ-7K3M"), is_code("王小明"), is_code("13800138000"), is_code("11010519491231002X")
    (True, False, False, False)
    """
    if not _CODE.fullmatch(text) or _MOBILE.fullmatch(text):
        return False
    return not (_LIKE_RESIDENT_ID.fullmatch(text) and _is_resident_id(text))


def _is_resident_id(text: str) -> bool:
    """Tell whether the check character of GB 11643-1999 fits: a mere 18-digit code passes by in ten cases of eleven."""
    try:
        parse_resident_id(text)
    except InvalidResidentId:
        return False
    return True


def check_class(payload: type[Any]) -> None:
    """Refuse a payload class that is not a frozen dataclass of permitted field types.

    Raises:
        UnfitPayload: naming the class and the field.
    """
    if not is_dataclass(payload) or not _is_frozen(payload):
        raise UnfitPayload(f"{payload.__qualname__} must be a frozen dataclass")
    for name, annotation in _annotations(payload).items():
        if not _permitted(annotation):
            raise UnfitPayload(f"{payload.__qualname__}.{name}: {annotation} is not an id, a code, a number or a date")


def dump(payload: Any) -> dict[str, Json]:
    """Return the payload's fields as JSON values, None left out.

    Raises:
        UnfitPayload: a text is not a code.
    """
    written = {}
    for field in fields(payload):
        value = getattr(payload, field.name)
        if value is not None:
            written[field.name] = _write(value, field.name)
    return written


def load(payload: type[PayloadT], data: Mapping[str, Any]) -> PayloadT:
    """Read a payload back; fields the class does not know are passed over, so that a newer sender can be read.

    Raises:
        UnfitPayload: a field without a default is missing, or a value cannot be read.
    """
    shape: Any = payload
    annotations = _annotations(shape)
    values = {}
    for field in _fields(shape):
        if field.name in data:
            values[field.name] = _read(annotations[field.name], data[field.name], field.name)
        elif field.default is MISSING and field.default_factory is MISSING:
            if not _optional(annotations[field.name]):
                raise UnfitPayload(f"{payload.__qualname__}.{field.name} is missing")
            values[field.name] = None
    return payload(**values)


def _is_frozen(payload: Any) -> bool:
    return bool(payload.__dataclass_params__.frozen)


@cache
def _annotations(payload: type[Any]) -> dict[str, Any]:
    return get_type_hints(payload)


@cache
def _fields(payload: type[Any]) -> tuple[Field[Any], ...]:
    return fields(payload)


def _optional(annotation: Any) -> bool:
    return get_origin(annotation) in {Union, types.UnionType} and types.NoneType in get_args(annotation)


def _permitted(annotation: Any) -> bool:
    if _optional(annotation):
        return all(part is types.NoneType or _permitted(part) for part in get_args(annotation))
    if get_origin(annotation) is tuple:
        item, *rest = get_args(annotation)
        return rest == [Ellipsis] and _permitted(item) and get_origin(item) is not tuple
    return annotation in _SCALARS or (isinstance(annotation, type) and issubclass(annotation, StrEnum))


def _write(value: Any, name: str) -> Json:
    match value:
        case bool() | int():
            return value
        case UUID():
            return str(value)
        case date():
            if isinstance(value, datetime) and value.tzinfo is None:
                raise UnfitPayload(f"{name}: a moment needs its time zone")
            return value.isoformat()
        case str():
            if not is_code(value):
                raise UnfitPayload(f"{name}: only ids and codes may travel in an event, not words or personal numbers")
            return str(value)
        case tuple():
            return [_write(item, name) for item in value]
        case _:
            raise UnfitPayload(f"{name}: {type(value).__qualname__} cannot travel in an event")


def _read(annotation: Any, value: Any, name: str) -> Any:
    if value is None and _optional(annotation):
        return None
    if _optional(annotation):
        (annotation,) = (part for part in get_args(annotation) if part is not types.NoneType)
    try:
        if get_origin(annotation) is tuple:
            return tuple(_read(get_args(annotation)[0], item, name) for item in value)
        if annotation in {date, datetime}:
            return annotation.fromisoformat(value)
        return value if annotation in {int, bool} else annotation(value)
    except (TypeError, ValueError, AttributeError) as error:
        raise UnfitPayload(f"{name}: {value!r} cannot be read as {annotation}") from error

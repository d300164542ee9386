"""JSON Schema 2020-12 as forms understand it 表单定义: what is accepted, how schemas of a bundle merge, reading back.

A form is an object. A field is a string (also with `format` date, region, resident-id, credit-code, phone, file), a
number, an integer (also `format` money, in fen), a boolean, an array of choices, or an array of objects (a repeated
group). Ours: `title_en`, `description_en`, `enum_titles` (value to [Chinese, English]), `autocomplete` (the HTML
token), `error` ([Chinese, English], said when `pattern` does not fit), `source` (the shared data item `source.item`
that fills the field), `sensitive` (masked when shown), `purpose` and `purpose_en` (what the answer is used for),
`section` ([Chinese, English], the heading of the part that begins with the field), `showIf` (FEEL over the fields
before it). Anything else is refused by name.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from zhengtong.process.forms.contracts import Schema, SchemaNotUnderstood
from zhengtong.process.forms.patterns import UnfitPatternError, check_pattern
from zhengtong.rules.feel.api import Expression, FeelSyntaxError, compile_expression, from_python
from zhengtong.trust.keys.api import mask_name

_WORDS = {
    "title", "title_en", "description", "description_en", "source", "sensitive", "purpose", "purpose_en", "section",
    "showIf",
}  # fmt: skip
_OF_TYPE = {
    "string": {
        "enum",
        "enum_titles",
        "minLength",
        "maxLength",
        "pattern",
        "error",
        "autocomplete",
        "format",
        "default",
    },
    "number": {"minimum", "maximum"},
    "integer": {"minimum", "maximum", "format"},
    "boolean": set[str](),
    "array": {"items", "minItems", "maxItems", "uniqueItems"},
}
FORMATS = {
    "string": {"date", "region", "resident-id", "credit-code", "phone", "file"},
    "integer": {"money"},
}
MOST_ROWS = 20


def check_schema(schema: Schema) -> None:
    """Refuse a schema that is no JSON Schema, or that asks for more than is rendered.

    Raises:
        SchemaNotUnderstood: with the field and the keyword.
    """
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise SchemaNotUnderstood(what=f"{error.json_path} {error.message}"[:200]) from error
    if schema.get("type") != "object" or not isinstance(schema.get("properties"), Mapping):
        raise SchemaNotUnderstood(what="type")
    for name, field in schema["properties"].items():
        _check_field(name, field, inside=False)
    for name in schema.get("required", ()):
        if name not in schema["properties"]:
            raise SchemaNotUnderstood(what=f"required: {name}")


def _check_field(name: str, field: Schema, *, inside: bool) -> None:
    kind = field.get("type")
    if kind not in _OF_TYPE or (inside and kind == "array"):
        raise SchemaNotUnderstood(what=f"{name}: type")
    unknown = sorted(set(field) - _OF_TYPE[kind] - _WORDS - {"type"})
    if unknown:
        raise SchemaNotUnderstood(what=f"{name}: {', '.join(unknown)}")
    if "format" in field and field["format"] not in FORMATS.get(kind, ()):
        raise SchemaNotUnderstood(what=f"{name}: format {field['format']}")
    if "showIf" in field:
        _condition(name, field["showIf"])
    if "source" in field and "." not in field["source"]:
        raise SchemaNotUnderstood(what=f"{name}: source")
    if "section" in field and not (is_pair(field["section"]) and not inside):
        raise SchemaNotUnderstood(what=f"{name}: section")
    if "pattern" in field:
        _pattern(name, field["pattern"])
    if kind == "array":
        _check_array(name, field)


def _check_array(name: str, field: Schema) -> None:
    items = field.get("items", {})
    if items.get("type") == "object":
        for inner, part in items.get("properties", {}).items():
            _check_field(f"{name}.{inner}", part, inside=True)
    elif not ("enum" in items and items.get("type") == "string"):
        raise SchemaNotUnderstood(what=f"{name}: items")


def _condition(name: str, source: str) -> Expression:
    try:
        return _compiled(source)
    except FeelSyntaxError as error:
        raise SchemaNotUnderstood(what=f"{name}: showIf {error}") from error


def _pattern(name: str, pattern: str) -> None:
    try:
        check_pattern(pattern)
    except UnfitPatternError as error:
        raise SchemaNotUnderstood(what=f"{name}: pattern {error}") from error


def is_pair(value: Any) -> bool:
    """Say whether *value* is [Chinese, English]."""
    return isinstance(value, list) and len(value) == 2 and all(isinstance(part, str) for part in value)


@lru_cache(maxsize=4096)
def _compiled(source: str) -> Expression:
    return compile_expression(source)


def names_in(condition: str) -> frozenset[str]:
    """Return the names of the fields a condition looks at.

    Raises:
        FeelSyntaxError: it is no FEEL.
    """
    return _compiled(condition).free_names


def is_shown(field: Schema, values: Mapping[str, Any], others: Mapping[str, Schema]) -> bool:
    """Say whether *field* is asked when the *others*, by name, have *values*; what cannot be decided is not asked."""
    if "showIf" not in field:
        return True
    expression = _compiled(field["showIf"])
    known = dict.fromkeys(expression.free_names)
    known |= {name: _in_feel(others.get(name, {}), value) for name, value in values.items() if value != ""}
    return expression.evaluate(known).value is True


def _in_feel(field: Schema, value: Any) -> Any:
    """Return a kept or posted value as FEEL compares it: numbers as numbers (money in yuan), days as days."""
    try:
        if field.get("format") == "date":
            return from_python(date.fromisoformat(value))
        if field.get("format") == "money" and isinstance(value, int):
            return Decimal(value) / 100
        if field.get("type") in {"number", "integer"}:
            return Decimal(str(value).replace(",", ""))
    except (ValueError, ArithmeticError, TypeError):
        return None
    return value


def merge(schemas: Iterable[Schema]) -> dict[str, Any]:
    """Return one schema that asks for every field of *schemas* once: the form of a bundle.

    Raises:
        SchemaNotUnderstood: two schemas use one name for different fields.
    """
    properties: dict[str, Any] = {}
    required: dict[str, None] = {}
    for schema in schemas:
        for name, field in schema["properties"].items():
            if properties.setdefault(name, field) != field:
                raise SchemaNotUnderstood(what=f"{name}: merge")
        required |= dict.fromkeys(schema.get("required", ()))
    return {"type": "object", "properties": properties, "required": list(required)}


def narrow(schema: Schema, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return of *values* those that *schema* asks for: what one department of a bundle may see 最小必要."""
    return {name: values[name] for name in schema["properties"] if name in values}


def sources_of(schema: Schema) -> dict[str, str]:
    """Return which fields are filled from which shared data item."""
    return {name: field["source"] for name, field in schema["properties"].items() if "source" in field}


def typed_fields(schema: Schema) -> list[str]:
    """Return the names of the fields that somebody must type: required, not a choice, not filled from a source."""
    required = set(schema.get("required", ()))
    return [
        name
        for name, field in schema["properties"].items()
        if name in required
        and "enum" not in field
        and "source" not in field
        and field["type"] not in {"boolean", "array"}
    ]


def read_back(schema: Schema, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return titles and values in the order asked, in the reader's language: for a page, a print, an official.

    A sensitive value is masked but for its first and last two characters, a name as names are.
    """
    lines = []
    for name, field in schema["properties"].items():
        if not is_shown(field, values, schema["properties"]):
            continue
        lines += list(_lines(name, field, values.get(name, "")))
    return lines


def _lines(name: str, field: Schema, value: Any) -> Iterator[tuple[str, str]]:
    title = worded(field, "title") or name
    if field["type"] == "array" and field["items"].get("type") == "object":
        for number, row in enumerate(value or [], 1):
            for inner, part in field["items"]["properties"].items():
                yield f"{title} {number} · {worded(part, 'title') or inner}", spoken(part, row.get(inner, ""))
        return
    yield title, spoken(field, value)


def spoken(field: Schema, value: Any) -> str:
    """Return *value* in words of the reader's language."""
    if isinstance(value, list):
        return "、".join(_one(field["items"], each) for each in value)
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if value in {"", None}:
        return ""
    if field.get("format") == "money":
        return f"{int(value) / 100:,.2f} {_('元')}"
    text = _one(field, value)
    if not field.get("sensitive"):
        return text
    return text[:2] + "*" * (len(text) - 4) + text[-2:] if len(text) > 4 else mask_name(text)


def _one(field: Schema, value: Any) -> str:
    shown = field.get("enum_titles", {}).get(str(value))
    return either(shown) if shown else str(value)


def title_of(field: Schema) -> str:
    """Return a field's title in the reader's language."""
    return worded(field, "title")


def worded(field: Schema, key: str) -> str:
    """Return a text of a field in the reader's language."""
    return either([field.get(key, ""), field.get(f"{key}_en", "")])


def either(pair: list[str]) -> str:
    """Return the English of [Chinese, English] where the reader reads English and there is one."""
    english = (get_language() or "").startswith("en")
    return pair[1] if english and pair[1] else pair[0]

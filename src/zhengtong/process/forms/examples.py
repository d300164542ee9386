"""Example answers 示例填写: what somebody might post to a form, generated from its schema alone.

A rehearsal of the whole catalogue uses them, and a preview of a new form may.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import QueryDict

from zhengtong.kernel.checkdigits import compose_credit_code, compose_resident_id
from zhengtong.process.forms.contracts import Schema
from zhengtong.process.forms.patterns import example_of

_SHAPED = {
    "resident-id": compose_resident_id(region="330106", born_on=date(1990, 3, 7), sequence=123),
    "credit-code": compose_credit_code(authority="9", category="1", region="330106", organisation="MA000001"),
    "phone": "13800000000",
    "money": "1280.50",
}


def example_post(schema: Schema, *, region: str) -> QueryDict:
    """Return a posted form that answers every field of *schema* well.

    Args:
        schema: checked by `check_schema`.
        region: the code of a region that exists, for fields that ask for one.
    """
    data = QueryDict(mutable=True)
    for name, field in schema["properties"].items():
        _post(data, name, field, region)
    return data


def _post(data: QueryDict, name: str, field: Schema, region: str) -> None:
    kind, shape = field["type"], field.get("format")
    if kind == "array" and field["items"].get("type") == "object":
        data[f"{name}-rows"] = "1"
        for inner, part in field["items"]["properties"].items():
            _post(data, f"{name}-0-{inner}", part, region)
    elif kind == "array":
        data.setlist(name, list(field["items"]["enum"]))
    elif shape == "date":
        for part, value in enumerate(("2026", "1", "5")):
            data[f"{name}_{part}"] = value
    else:
        data[name] = _one(field, region)


def _one(field: Schema, region: str) -> Any:
    kind, shape = field["type"], field.get("format")
    if shape == "region":
        return region
    if shape == "money" and {"minimum", "maximum"} & set(field):
        return str(Decimal(field.get("minimum", field.get("maximum"))) / 100)
    if shape in _SHAPED:
        return _SHAPED[shape]
    if kind == "boolean":
        return "on"
    if kind in {"number", "integer"}:
        return str(field.get("minimum", 1))
    return field["enum"][0] if "enum" in field else _words(field)


def _words(field: Schema) -> str:
    """Return a text of the length that is asked, and of the pattern, where one can be found."""
    if "pattern" in field:
        found = example_of(field["pattern"], least=field.get("minLength", 1), most=field.get("maxLength", 200))
        if found is not None:
            return found
    return "示例" * max(1, -(-int(field.get("minLength", 2)) // 2))

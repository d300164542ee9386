"""The API reference 接口参考 as plain pages, read from the OpenAPI document: Swagger is not usable by everybody."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Document = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One parameter of a route."""

    name: str
    place: str
    kind: str
    required: bool


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One route: what it does, what it takes, what it answers."""

    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    answers: tuple[tuple[str, str], ...]
    guarded: bool


_source: list[Callable[[], Document]] = []


def publish(source: Callable[[], Document]) -> None:
    """Say where the OpenAPI document comes from; called once, by the composition root."""
    _source[:] = [source]


def operations() -> list[tuple[str, list[Operation]]]:
    """Return every route under its tag, in the order of the document."""
    grouped: dict[str, list[Operation]] = {}
    document = _source[0]() if _source else {}
    for path, methods in document.get("paths", {}).items():
        for method, said in methods.items():
            tag = (said.get("tags") or [""])[0]
            grouped.setdefault(tag, []).append(_operation(method.upper(), path, said))
    return list(grouped.items())


def _operation(method: str, path: str, said: Document) -> Operation:
    parameters = tuple(
        Parameter(
            name=one["name"], place=one["in"], kind=_kind(one.get("schema", {})), required=one.get("required", False)
        )
        for one in said.get("parameters", [])
    )
    answers = tuple((str(status), _answer(answer)) for status, answer in said.get("responses", {}).items())
    return Operation(
        method=method,
        path=path,
        summary=said.get("summary", ""),
        description=said.get("description", ""),
        parameters=parameters,
        answers=answers,
        guarded=bool(said.get("security")),
    )


def _answer(answer: Document) -> str:
    for content in answer.get("content", {}).values():
        return _kind(content.get("schema", {}))
    return ""


def _kind(schema: Document) -> str:
    """Name a schema.

    >>> _kind({"type": "array", "items": {"$ref": "#/components/schemas/Case"}})
    'Case[]'
    """
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if schema.get("type") == "array":
        return f"{_kind(schema.get('items', {}))}[]"
    if "anyOf" in schema:
        return " | ".join(_kind(one) for one in schema["anyOf"])
    return str(schema.get("type", "object"))

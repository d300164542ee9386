"""Text 文本: how FEEL writes its values (`string(…)`, DMN 1.5, table 61)."""

from decimal import Decimal
from typing import Any

from zhengtong.rules.feel.meter import charge
from zhengtong.rules.feel.numbers import to_text
from zhengtong.rules.feel.values import FeelFunction, Range


def feel_text(value: Any) -> str:
    """Write *value* as `string(value)` does; strings inside lists and contexts are quoted.

    >>> feel_text([Decimal("1.5"), "a", None, {"b": True}])
    '[1.5, "a", null, {b: true}]'
    """
    return value if isinstance(value, str) else _nested(value)


def _nested(value: Any) -> str:  # noqa: PLR0911 -- one answer a kind
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return to_text(value)
    if isinstance(value, str):
        charge(len(value) >> 5)
        return quoted(value)
    charge()
    if isinstance(value, list):
        return "[" + ", ".join(map(_nested, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(name)}: {_nested(item)}" for name, item in value.items()) + "}"
    if isinstance(value, Range):
        return _range_text(value)
    if isinstance(value, FeelFunction):
        return "function(" + ", ".join(name for name, _ in value.parameters) + ")"
    return str(value)


def quoted(value: str) -> str:
    """Write a string literal."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return '"' + escaped.replace("\t", "\\t") + '"'


def _key(name: str) -> str:
    plain = bool(name) and (name[0].isalpha() or name[0] in "_?")
    return name if plain and all(c.isalnum() or c in "_? " for c in name) else quoted(name)


def _range_text(value: Range) -> str:
    if value.low is None and value.high is not None:
        return f"({'<=' if value.high_included else '<'}{_nested(value.high)})"
    if value.high is None and value.low is not None:
        return f"({'>=' if value.low_included else '>'}{_nested(value.low)})"
    start, stop = "[" if value.low_included else "(", "]" if value.high_included else ")"
    return f"{start}{_nested(value.low)}..{_nested(value.high)}{stop}"

"""What a system answers to an item's form 表单取值: JSON in, judged by the very form that people fill in."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from zhengtong.kernel.errors import InvalidInput
from zhengtong.process.forms import api as forms


class AnswersUnfit(InvalidInput):
    """Answers do not fit the item's form; the fields are named, what they hold is not repeated."""

    code = "system_answers_unfit"


def judged(schema: forms.Schema, answers: Mapping[str, Any], known: Mapping[str, str]) -> dict[str, Any]:
    """Return *answers* as a case keeps them; fields that are *known* are neither asked nor taken.

    Raises:
        AnswersUnfit: one is missing, unknown or does not fit.
    """
    unknown = sorted(set(answers) - set(schema["properties"]) | set(answers) & set(known))
    if unknown:
        raise AnswersUnfit(field="answers", what="、".join(unknown[:5]))
    form = forms.build_form(schema, _posted(schema, answers), known=known)
    if not form.is_valid():
        names = [name.partition("-")[0] for name in form.errors]
        raise AnswersUnfit(field="answers", what="、".join(dict.fromkeys(names)))
    return form.answers


def _posted(schema: forms.Schema, answers: Mapping[str, Any]) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, field in schema["properties"].items():
        if name in answers:
            _post(data, name, field, answers[name])
    return data


def _post(data: QueryDict, name: str, field: forms.Schema, value: Any) -> None:
    kind = field["type"]
    if kind == "array" and isinstance(value, list):
        if field["items"].get("type") != "object":
            data.setlist(name, [str(one) for one in value])
            return
        data[f"{name}-rows"] = str(len(value))
        for row, part in enumerate(value):
            for inner, inner_field in field["items"]["properties"].items():
                if isinstance(part, dict) and inner in part:
                    _post(data, f"{name}-{row}-{inner}", inner_field, part[inner])
    elif field.get("format") == "date":
        for place, part in enumerate(str(value).split("-")):
            data[f"{name}_{place}"] = part
    else:
        data[name] = _written(field, value)


def _written(field: forms.Schema, value: Any) -> str:
    """Return a single value as it is typed into its field."""
    if field["type"] == "boolean":
        return "on" if value is True else ""
    if field.get("format") == "money":
        return _yuan(value)
    return "" if value is None else str(value)


def _yuan(value: Any) -> str:
    """Return an amount of fen as people write it.

    >>> _yuan(128050)
    '1280.50'
    """
    return f"{value // 100}.{value % 100:02}" if isinstance(value, int) and value >= 0 else str(value)

"""`{% load pages %}`: numbers for SVG and for people, anchors of form fields."""

from decimal import Decimal
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput
from django.utils.translation import get_language

register = template.Library()


@register.filter
def plain(value: float | Decimal) -> str:
    """Write a number the way SVG reads it, whatever the language.

    >>> plain(12.50)
    '12.5'
    """
    return f"{float(value):.2f}".rstrip("0").rstrip(".")


@register.filter
def grouped(value: float | None) -> str:
    """Write a count with thousands separators; a missing count is a dash.

    >>> grouped(1234567)
    '1,234,567'
    """
    return "—" if value is None else f"{value:,}"


@register.filter
def anchor(field: BoundField) -> str:
    """Return the id that an error summary links to: the first control of the field."""
    return field.id_for_label or f"{field.auto_id}_0"


@register.filter
def is_single_checkbox(field: BoundField) -> bool:
    """Say whether the field is one box with its label behind it."""
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def bare(field: BoundField) -> str:
    """Draw the control without a placeholder: a placeholder vanishes when one types and repeats the label."""
    field.field.widget.attrs.pop("placeholder", None)
    return str(field)


@register.filter
def named(thing: Any, field: str = "name") -> str:
    """Return `thing.field` in the reader's language: `field_en` for English readers where it is filled."""
    if (get_language() or "").startswith("en"):
        english = getattr(thing, f"{field}_en", "")
        if english:
            return str(english)
    return str(getattr(thing, field, ""))


@register.filter
def worded(wording: Any) -> str:
    """Return a bilingual text, one that has `in_language`, in the reader's language."""
    return str(wording.in_language(get_language() or ""))


@register.filter
def lookup(table: dict[str, Any], key: str) -> Any:
    """Return the table's entry, or the key itself where there is none."""
    return table.get(key, key)

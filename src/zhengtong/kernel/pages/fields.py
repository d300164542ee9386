"""Form fields 表单控件 beyond Django's: the date in three numbers, and the renderer that draws every form in our style.

`<input type=date>` shows month/day/year in a Chinese page of an English browser, so a date is asked in three fields.
"""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.errors import Refusal


class PagesRenderer(TemplatesSetting):
    """Draws forms and fields with the templates of this app."""

    form_template_name = "pages/forms/form.html"
    field_template_name = "pages/forms/field.html"


class DatePartsWidget(forms.MultiWidget):
    """Year, month and day as three short number fields in a fieldset."""

    template_name = "pages/forms/date_parts.html"
    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        number = {"inputmode": "numeric", "autocomplete": "off"}
        super().__init__(
            [
                forms.TextInput({**number, "title": _("年"), "maxlength": 4, "class": "year"}),
                forms.TextInput({**number, "title": _("月"), "maxlength": 2}),
                forms.TextInput({**number, "title": _("日"), "maxlength": 2}),
            ],
            attrs,
        )

    def decompress(self, value: date | None) -> list[int | None]:
        """Split a date for the three fields."""
        return [value.year, value.month, value.day] if value else [None, None, None]


class DatePartsField(forms.MultiValueField):
    """A date asked as year, month and day."""

    widget = DatePartsWidget
    default_error_messages = {"invalid": _("请填写真实存在的日期，例如 2026 年 11 月 22 日。")}

    def __init__(self, **options: Any) -> None:
        numbers = [forms.IntegerField(min_value=low, max_value=high) for low, high in ((1800, 2200), (1, 12), (1, 31))]
        super().__init__(numbers, require_all_fields=False, **options)

    def clean(self, value: list[Any]) -> date | None:
        """Return the date.

        Raises:
            ValidationError: a part is missing, is no number, or the three name no day of the calendar.
        """
        parts = [str(part or "").strip() for part in value or []]
        if not any(parts):
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        try:
            year, month, day = (int(part) for part in parts)
            return date(year, month, day)
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None


def add_refusal(form: forms.Form, refusal: Refusal) -> None:
    """Show *refusal* in *form*: at the field it names, else above all fields."""
    field = refusal.field if refusal.field in form.fields else None
    form.add_error(field, f"{refusal.explanation} {refusal.advice}")

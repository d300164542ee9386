"""From a schema to fields on a page 表单渲染: Django fields, drawn on the server, no script needed.

A repeated group shows its rows and one button for one more; a file is kept as it comes, sealed. A field whose `showIf`
does not hold is neither drawn nor taken, whatever the client sends.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.checkdigits import parse_credit_code, parse_resident_id
from zhengtong.kernel.errors import Refusal
from zhengtong.kernel.money import Money, MoneyFormField
from zhengtong.kernel.pages.api import DatePartsField
from zhengtong.kernel.regions import api as regions
from zhengtong.process.forms.contracts import Schema
from zhengtong.process.forms.patterns import FitsPattern
from zhengtong.process.forms.schema import MOST_ROWS, either, is_shown, sources_of, worded

PHONE = r"^1[0-9]{10}$|^0[0-9]{2,3}-?[0-9]{7,8}$"
LARGEST_FILE = 5 * 1024 * 1024
_MAGIC = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


class SchemaForm(forms.Form):
    """A form that asks for what a schema says. `answers` gives plain values, ready for JSON, after `is_valid`."""

    def __init__(
        self,
        schema: Schema,
        data: Any = None,
        files: Any = None,
        *,
        initial: Mapping[str, Any] | None = None,
        known: Mapping[str, str] | None = None,
    ) -> None:
        # A request without data has empty files, which would bind the form and judge what nobody has typed.
        super().__init__(data, None if data is None else files, initial=dict(initial or {}))
        self.schema = schema
        self._required = set(schema.get("required", ()))
        known = known or {}
        # What a source gave is not asked; what no source gave is asked like any other field.
        self._asked = {name: field for name, field in schema["properties"].items() if name not in known}
        self.multipart = any(field.get("format") == "file" for field in self._asked.values())
        seen: dict[str, Any] = {**known}
        heading: list[str] | None = None
        for name, field in self._asked.items():
            heading = field.get("section", heading)
            if not is_shown(field, seen, schema["properties"]):
                continue
            first = len(self.fields)
            self._add(name, field)
            seen[name] = self._value_so_far(name, field)
            if heading and len(self.fields) > first:
                begins = next(islice(self.fields.values(), first, None))
                begins.section, heading = either(heading), None  # type: ignore[attr-defined]  # drawn above it

    def _add(self, name: str, field: Schema) -> None:
        if _is_group(field):
            properties, required = field["items"]["properties"], set(field["items"].get("required", ()))
            for row in range(self._rows(name, field)):
                for inner, part in properties.items():
                    made = field_of(part, required=inner in required)
                    made.label = f"{worded(field, 'title')} {row + 1} · {made.label}"
                    self.fields[f"{name}-{row}-{inner}"] = made
            count = forms.IntegerField(widget=forms.HiddenInput, initial=self._rows(name, field), required=False)
            self.fields[f"{name}-rows"] = count
        else:
            self.fields[name] = field_of(field, required=name in self._required)

    def _rows(self, name: str, field: Schema) -> int:
        most = min(int(field.get("maxItems", MOST_ROWS)), MOST_ROWS)
        least = max(1, int(field.get("minItems", 1)))
        told = str(self.data.get(f"{name}-rows", "") if self.is_bound else len(self.initial.get(name, ())))
        wanted = (int(told) if told.isdecimal() else least) + (self.is_bound and self.data.get("add") == name)
        return max(least, min(wanted, most))

    def _value_so_far(self, name: str, field: Schema) -> Any:
        if not self.is_bound:
            return self.initial.get(name, field.get("default", ""))
        if field["type"] == "boolean":
            return self.data.get(name) in {"on", "true", "True"}
        if field["type"] == "array":
            return self.data.getlist(name) if hasattr(self.data, "getlist") else self.data.get(name, [])
        if field.get("format") == "date":
            return "-".join(str(self.data.get(f"{name}_{part}", "")).zfill(2) for part in range(3))
        return self.data.get(name, "")

    @property
    def asks_for_more(self) -> bool:
        """Whether the reader pressed the button for one more row: the form is shown again, nothing is submitted."""
        return self.is_bound and bool(self.data.get("add"))

    @property
    def groups(self) -> list[tuple[str, str]]:
        """Return name and title of each repeated group, for its button."""
        return [(name, worded(field, "title")) for name, field in self._asked.items() if _is_group(field)]

    @property
    def answers(self) -> dict[str, Any]:
        """Return what was answered as plain JSON values; files stay uploaded files until they are kept."""
        found: dict[str, Any] = {}
        for name, field in self._asked.items():
            if _is_group(field):
                rows = [self._row(name, field, row) for row in range(self._rows(name, field))]
                found[name] = [row for row in rows if any(row.values())]
            elif name in self.cleaned_data:
                found[name] = plain(self.cleaned_data[name])
        return found

    def _row(self, name: str, field: Schema, row: int) -> dict[str, Any]:
        names = field["items"]["properties"]
        return {inner: plain(self.cleaned_data.get(f"{name}-{row}-{inner}", "")) for inner in names}


def build_form(
    schema: Schema,
    data: Any = None,
    initial: Mapping[str, Any] | None = None,
    *,
    files: Any = None,
    known: Mapping[str, str] | None = None,
) -> SchemaForm:
    """Return a form that asks for what *schema* says, in the reader's language.

    Args:
        schema: checked by `check_schema`.
        data: what was posted, None for an empty form.
        initial: what to begin with: a draft, or what was said before a correction.
        files: uploaded files.
        known: fields that a source filled: not asked, and not taken from *data*.
    """
    return SchemaForm(schema, data, files, initial=_for_fields(schema, initial or {}), known=known)


def carry_over(
    schema: Schema, content: Mapping[str, list[str]], *, known: Mapping[str, str]
) -> tuple[SchemaForm, tuple[str, ...]]:
    """Return a form with those answers of a draft that still fit, and the titles of the fields whose answers do not.

    A draft knows its answers by the names of fields; what belongs to a field that is gone is left out with it.
    """
    data, lost = QueryDict(mutable=True), []
    for name, values in content.items():
        data.setlist(name, values)
    form = build_form(schema, data, known=known)
    for name, errors in form.errors.as_data().items():
        given = [key for key in (name, *(f"{name}_{part}" for part in range(3))) if data.get(key)]
        if given and any(error.code != "required" for error in errors):
            lost.append(str(form.fields[name].label))
            for key in given:
                del data[key]
    form = build_form(schema, data, known=known)
    form.errors.clear()  # a draft is shown as it was left, not judged yet
    return form, tuple(lost)


def _for_fields(schema: Schema, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return kept answers as the fields' initial values."""
    found = dict(values)
    for name, field in schema["properties"].items():
        value = values.get(name)
        if value and field.get("format") == "date":
            found[name] = date.fromisoformat(value)
        elif value and field.get("format") == "money":
            found[name] = Money(int(value))
        elif isinstance(value, list) and _is_group(field):
            for row, part in enumerate(value):
                found |= {f"{name}-{row}-{inner}": inner_value for inner, inner_value in part.items()}
    return found


def plain(value: Any) -> Any:
    """Return a cleaned value as JSON holds it: days as ISO dates, money as fen."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Money):
        return value.fen
    if isinstance(value, Decimal):
        return str(value)  # a JSON number would lose digits
    return "" if value is None else value


def field_of(field: Schema, *, required: bool) -> forms.Field:
    """Return the Django field for one field of a schema."""
    common: dict[str, Any] = {
        "label": worded(field, "title"),
        "help_text": _hint(field),
        "required": required,
    }
    kind, shape = field["type"], field.get("format")
    if kind == "boolean":
        return forms.BooleanField(**common)
    if kind == "array":
        choices = _choices(field["items"])
        return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **common)
    if shape in _SHAPED:
        made: forms.Field = _SHAPED[shape](field, common)
        return made
    if kind in {"number", "integer"}:
        number = forms.IntegerField if kind == "integer" else forms.DecimalField
        widget = forms.TextInput({"inputmode": "decimal", "class": "short"})
        return number(min_value=field.get("minimum"), max_value=field.get("maximum"), widget=widget, **common)
    if "enum" in field:
        common["initial"] = field.get("default")
        return forms.ChoiceField(choices=_choices(field), widget=forms.RadioSelect, **common)
    return _text(field, common)


def _hint(field: Schema) -> str:
    """Return what stands below the title: the hint, and what the answer is used for."""
    purpose = worded(field, "purpose")
    told = gettext("用途：{purpose}").format(purpose=purpose) if purpose else ""
    return " ".join(part for part in (worded(field, "description"), told) if part)


def _choices(field: Schema) -> list[tuple[str, str]]:
    titles = field.get("enum_titles", {})
    return [(value, either(titles[value]) if value in titles else value) for value in field["enum"]]


def _text(field: Schema, common: dict[str, Any]) -> forms.Field:
    attributes = {"autocomplete": field["autocomplete"]} if "autocomplete" in field else {}
    checks = []
    if "pattern" in field:
        checks.append(FitsPattern(field["pattern"], either(field["error"]) if "error" in field else ""))
    longest = field.get("maxLength", 200)
    widget = forms.Textarea({"rows": 4, **attributes}) if longest > 200 else forms.TextInput(attributes)
    return forms.CharField(
        min_length=field.get("minLength"), max_length=longest, validators=checks, widget=widget, **common
    )


class _Between:
    """Django's validator for the limits of an amount, which stand in fen."""

    def __init__(self, field: Schema) -> None:
        self._least, self._most = field.get("minimum"), field.get("maximum")

    def __call__(self, value: Money) -> None:
        """Refuse an amount below the least or above the most."""
        if self._least is not None and value.fen < self._least:
            raise ValidationError(_("不能少于 %(least)s 元。"), "least", {"least": Money(self._least).plain()})
        if self._most is not None and value.fen > self._most:
            raise ValidationError(_("不能多于 %(most)s 元。"), "most", {"most": Money(self._most).plain()})


class _NumberField(forms.CharField):
    """A number with a check character: kept as the law writes it, refused with the place that is wrong."""

    def __init__(self, parse: Any, **options: Any) -> None:
        super().__init__(max_length=24, **options)
        self._parse = parse

    def clean(self, value: Any) -> str:
        """Return the number without blanks, in capitals."""
        text = str(super().clean(value))
        if not text:
            return ""
        try:
            parsed = self._parse(text)
        except Refusal as refusal:
            raise ValidationError(f"{refusal.explanation} {refusal.advice}", code=refusal.code) from refusal
        return str(parsed.text)


class RegionField(forms.CharField):
    """A region by its code or its name; the value is the code."""

    def clean(self, value: Any) -> str:
        """Return the code of the one region that fits."""
        text = str(super().clean(value)).strip()
        if not text:
            return ""
        found = regions.search(text, limit=6)
        exact = [view for view in found if text in {view.code, view.name, view.full_name}]
        if len(exact) == 1 or len(found) == 1:
            return (exact or list(found))[0].code
        if not found:
            raise ValidationError(_("没有找到这个区划，请填写乡镇（街道）的名称。"), code="region_unknown")
        names = "、".join(view.full_name for view in found[:5])
        raise ValidationError(_("有多个区划符合：%(names)s。请写全。"), code="region_many", params={"names": names})


class SealedFileField(forms.FileField):
    """A file of a kind that can be shown safely: PDF, JPEG or PNG by its first bytes, up to five megabytes."""

    def clean(self, value: Any, initial: Any = None) -> Any:
        """Return the uploaded file."""
        found = super().clean(value, initial)
        if not found or not hasattr(found, "read"):
            return found or ""
        if found.size > LARGEST_FILE:
            raise ValidationError(_("文件超过 5 MB。请压缩或分页后再上传。"), code="file_large")
        head = found.read(8)
        found.seek(0)
        if media_type(head) is None:
            raise ValidationError(_("只接受 PDF、JPEG 和 PNG 文件。请另存为其中一种后再上传。"), code="file_kind")
        return found


def media_type(head: bytes) -> str | None:
    """Return what kind of file begins with *head*, None for any other.

    >>> media_type(b"%PDF-1.7")
    'application/pdf'
    """
    return next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), None)


_SHAPED: dict[str | None, Any] = {
    "date": lambda _field, common: DatePartsField(**common),
    "money": lambda field, common: MoneyFormField(
        widget=forms.TextInput({"inputmode": "decimal", "class": "short"}), validators=[_Between(field)], **common
    ),
    "region": lambda _field, common: RegionField(max_length=60, **common),
    "resident-id": lambda _field, common: _NumberField(
        parse_resident_id, widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters"}), **common
    ),
    "credit-code": lambda _field, common: _NumberField(
        parse_credit_code, widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters"}), **common
    ),
    "phone": lambda field, common: forms.CharField(
        max_length=13,
        validators=[RegexValidator(PHONE, _("请填写 11 位手机号，或带区号的固定电话。"))],
        widget=forms.TextInput({"autocomplete": field.get("autocomplete", "tel"), "inputmode": "tel"}),
        **common,
    ),
    "file": lambda _field, common: SealedFileField(
        widget=forms.ClearableFileInput({"accept": ".pdf,.jpg,.jpeg,.png"}), **common
    ),
}


def _is_group(field: Schema) -> bool:
    return bool(field["type"] == "array" and field["items"].get("type") == "object")


def unfilled_sources(schema: Schema, known: Mapping[str, str]) -> list[str]:
    """Return the fields that a source should have filled and did not; they are asked instead."""
    return [name for name in sources_of(schema) if name not in known]

"""What the form designer asks 表单设计: a new field, everything about a field, an imported file, the day to publish."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms as fields
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.pages.api import DatePartsField
from zhengtong.process.forms import api as forms
from zhengtong.process.forms.api import Kind, Schema
from zhengtong.rules.feel.api import FeelSyntaxError

LIMITED_TEXT = {Kind.TEXT, Kind.LONG_TEXT, Kind.ADDRESS}
LIMITED_NUMBER = {Kind.INTEGER, Kind.NUMBER, Kind.MONEY}
OPTIONS = {Kind.CHOICE, Kind.SEVERAL}
NOT_INSIDE = {Kind.GROUP, Kind.SEVERAL, Kind.FILE}
_MOST_OPTIONS = 60
_CENT = 100


def _short(**options: Any) -> fields.IntegerField:
    widget = fields.TextInput({"inputmode": "numeric", "class": "short"})
    return fields.IntegerField(required=False, min_value=0, widget=widget, **options)


class AddForm(fields.Form):
    """A new field: its kind and how it is called; the rest is asked on its own page."""

    title = fields.CharField(label=_("中文名称"), max_length=100)
    title_en = fields.CharField(label=_("英文名称"), max_length=160)
    kind = fields.ChoiceField(label=_("类型"))
    group = fields.ChoiceField(label=_("放在"), required=False)
    revision = fields.IntegerField(widget=fields.HiddenInput)

    def __init__(self, data: Any = None, *, schema: Schema, revision: int) -> None:
        super().__init__(data, initial={"revision": revision, "kind": Kind.TEXT}, prefix=None, auto_id="add-%s")
        _choose(self, "kind", [(kind.value, kind.label) for kind in Kind])
        groups = [line for line in forms.fields_of(schema) if line.kind is Kind.GROUP]
        _choose(self, "group", [("", _("表单末尾")), *((line.path, _inside(line)) for line in groups)])
        if not groups:
            del self.fields["group"]

    def clean(self) -> dict[str, Any]:
        """Refuse what a repeated group cannot hold."""
        found = super().clean() or {}
        if found.get("group") and found.get("kind") in NOT_INSIDE:
            self.add_error("kind", _("可重复的一组里面不能再放多选、文件或另一组。"))
        return found


def _inside(line: forms.FieldLine) -> str:
    return gettext("“{title}”里面").format(title=forms.title_of(line.field) or line.path)


class FieldForm(fields.Form):
    """Everything about one field that suits its kind."""

    title = fields.CharField(label=_("中文名称"), max_length=100)
    title_en = fields.CharField(label=_("英文名称"), max_length=160, required=False)
    description = fields.CharField(label=_("中文提示"), max_length=300, required=False)
    description_en = fields.CharField(label=_("英文提示"), max_length=400, required=False)
    required = fields.BooleanField(label=_("必填"), required=False)
    options = fields.CharField(
        label=_("选项"), max_length=8000, widget=fields.Textarea({"rows": 6, "class": "code", "spellcheck": "false"}),
        help_text=_("每行一项：代码 | 中文 | English。代码存进数据，定了不要再改。"),
    )  # fmt: skip
    least_length = _short(label=_("最少字数"))
    most_length = _short(label=_("最多字数"), help_text=_("超过 200 字的按多行文字问。"))
    pattern = fields.CharField(
        label=_("格式（正则表达式）"), max_length=200, required=False,
        widget=fields.TextInput({"class": "pattern", "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("例如 ^[A-Z]{2}[0-9]{6}$。只接受耗时有界的写法。"),
    )  # fmt: skip
    error = fields.CharField(label=_("格式不对时说（中文）"), max_length=200, required=False)
    error_en = fields.CharField(label=_("格式不对时说（英文）"), max_length=300, required=False)
    least = fields.DecimalField(
        label=_("最小值"), required=False, widget=fields.TextInput({"inputmode": "decimal", "class": "short"})
    )
    most = fields.DecimalField(
        label=_("最大值"), required=False, widget=fields.TextInput({"inputmode": "decimal", "class": "short"})
    )
    least_items = _short(label=_("最少几项"))
    most_items = _short(label=_("最多几项"), max_value=20)
    source = fields.ChoiceField(
        label=_("数据来源"), required=False,
        help_text=_("来自共享数据的，由系统读取，不再让申请人填；读不到时才问。"),
    )  # fmt: skip
    sensitive = fields.BooleanField(label=_("敏感内容，显示时遮盖"), required=False)
    purpose = fields.CharField(
        label=_("用途（中文）"), max_length=200, required=False, help_text=_("为什么需要，申请人会看到。敏感内容必填。")
    )
    purpose_en = fields.CharField(label=_("用途（英文）"), max_length=300, required=False)
    show_if = fields.CharField(
        label=_("显示条件（FEEL）"), max_length=500, required=False,
        widget=fields.Textarea({"rows": 2, "class": "code", "spellcheck": "false"}),
        help_text=_("只能看前面的字段，用它们的标识；不填就总是显示。"),
    )  # fmt: skip
    section = fields.CharField(
        label=_("从这里开始的小节（中文）"), max_length=60, required=False, help_text=_("不填就接着上一节。")
    )
    section_en = fields.CharField(label=_("从这里开始的小节（英文）"), max_length=80, required=False)
    revision = fields.IntegerField(widget=fields.HiddenInput)

    def __init__(self, data: Any = None, *, line: forms.FieldLine, revision: int) -> None:
        super().__init__(data, initial={"revision": revision, **_initial(line)})
        self._line = line
        items = [(name, title) for name, title in forms.data_items()]
        known = {name for name, _title in items}
        named = line.field.get("source")
        if named and named not in known:
            items.append((named, named))
        _choose(self, "source", [("", _("申请人填写")), *items])
        for name in _unasked(line):
            del self.fields[name]

    def clean_show_if(self) -> str:
        """Refuse a condition that cannot be read, with the place."""
        condition = str(self.cleaned_data["show_if"]).strip()
        told = condition_fault(condition)
        if told:
            raise ValidationError(told, code="condition")
        return condition

    def clean_pattern(self) -> str:
        """Refuse a pattern that cannot be read or bounded."""
        pattern = str(self.cleaned_data["pattern"])
        if pattern:
            try:
                forms.check_pattern(pattern)
            except forms.UnfitPatternError as error:
                raise ValidationError(str(error), code="pattern") from error
        return pattern

    def clean_options(self) -> list[tuple[str, str, str]]:
        """Return code, Chinese and English of each option."""
        rows = [[part.strip() for part in line.split("|")] for line in self.cleaned_data["options"].splitlines()]
        rows = [row for row in rows if any(row)]
        for number, row in enumerate(rows, 1):
            if len(row) not in {2, 3} or not row[0] or len(row[0]) > 60:
                raise ValidationError(_("第 %(number)s 行写成“代码 | 中文 | English”。"), params={"number": number})
        codes = [row[0] for row in rows]
        repeated = next((code for code in codes if codes.count(code) > 1), None)
        if repeated:
            raise ValidationError(_("代码 %(code)s 写了两次。"), params={"code": repeated})
        if not 2 <= len(rows) <= _MOST_OPTIONS:
            raise ValidationError(_("选项应有 2 到 %(most)s 项。"), params={"most": _MOST_OPTIONS})
        return [(row[0], row[1], row[2] if len(row) == 3 else "") for row in rows]

    def field(self) -> dict[str, Any]:
        """Return the field as the schema says it; what this form does not ask stays as it was."""
        asked = self.cleaned_data
        made = {key: value for key, value in self._line.field.items() if key not in _ASKED_HERE}
        for name in ("title", "title_en", "description", "description_en", "purpose", "purpose_en", "source"):
            if asked.get(name):
                made[name] = asked[name]
        if asked.get("sensitive"):
            made["sensitive"] = True
        if asked.get("show_if"):
            made["showIf"] = asked["show_if"]
        if asked.get("section") or asked.get("section_en"):
            made["section"] = [asked["section"], asked["section_en"]]
        if asked.get("pattern"):
            made |= {"pattern": asked["pattern"], "error": [asked["error"], asked["error_en"]]}
        for key, name in _NUMBERS.items():
            if asked.get(name) is not None:
                made[key] = _plain(asked[name], self._line.kind)
        return made | self._options()

    def _options(self) -> dict[str, Any]:
        rows = self.cleaned_data.get("options")
        if rows is None:
            return {}
        told = {"enum": [code for code, *_rest in rows], "enum_titles": {code: [zh, en] for code, zh, en in rows}}
        return {"items": {"type": "string", **told}} if self._line.kind is Kind.SEVERAL else told


_NUMBERS = {
    "minLength": "least_length", "maxLength": "most_length", "minimum": "least", "maximum": "most",
    "minItems": "least_items", "maxItems": "most_items",
}  # fmt: skip
_ASKED_HERE = {
    "title", "title_en", "description", "description_en", "purpose", "purpose_en", "source", "sensitive", "showIf",
    "section", "pattern", "error", *_NUMBERS,
}  # fmt: skip


def condition_fault(condition: str) -> str:
    """Return what is wrong with the words of a condition and where, "" for nothing."""
    if not condition:
        return ""
    try:
        forms.names_in(condition)
    except FeelSyntaxError as error:
        english = (get_language() or "").startswith("en")
        return gettext("第 {place} 个字符：{message}{remedy}").format(
            place=error.position + 1, message=error.en if english else error.zh,
            remedy=f" {error.remedy_en}" if english else error.remedy_zh,
        )  # fmt: skip
    return ""


def _unasked(line: forms.FieldLine) -> list[str]:
    """Return the names of what does not suit the field's kind or place."""
    kind, names = line.kind, []
    if kind not in OPTIONS:
        names.append("options")
    if kind not in LIMITED_TEXT:
        names += ["least_length", "most_length", "pattern", "error", "error_en"]
    if kind not in LIMITED_NUMBER:
        names += ["least", "most"]
    if kind is not Kind.GROUP:
        names += ["least_items", "most_items"]
    if kind is Kind.GROUP:
        names += ["sensitive", "purpose", "purpose_en"]
    if line.group:
        names += ["source", "show_if", "section", "section_en"]
    elif kind in {Kind.GROUP, Kind.SEVERAL, Kind.FILE}:
        names.append("source")
    return names


def _initial(line: forms.FieldLine) -> dict[str, Any]:
    field = line.field
    found = {name: field.get(name, "") for name in (
        "title", "title_en", "description", "description_en", "source", "purpose", "purpose_en", "pattern",
    )}  # fmt: skip
    options = field if "enum" in field else field.get("items", {})
    named = options.get("enum_titles", {})
    rows = [" | ".join([code, *named.get(code, [code, ""])]) for code in options.get("enum", ())]
    section, error = field.get("section", ["", ""]), field.get("error", ["", ""])
    numbers = {name: _shown(field.get(key), line.kind) for key, name in _NUMBERS.items()}
    return {
        **found, **numbers, "required": line.required, "sensitive": bool(field.get("sensitive")),
        "show_if": field.get("showIf", ""), "section": section[0], "section_en": section[1], "error": error[0],
        "error_en": error[1], "options": "\n".join(rows),
    }  # fmt: skip


def _shown(value: Any, kind: Kind) -> Any:
    return Decimal(value) / _CENT if kind is Kind.MONEY and value is not None else value


def _plain(value: Any, kind: Kind) -> int | float:
    """Return a limit as JSON has it: whole numbers whole, money in fen."""
    exact = Decimal(value) * _CENT if kind is Kind.MONEY else Decimal(value)
    return int(exact) if exact == int(exact) or kind is Kind.MONEY else float(exact)


def _choose(form: fields.Form, name: str, choices: list[tuple[Any, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, fields.ChoiceField)  # noqa: S101 -- declared above
    field.choices = choices


class ImportForm(fields.Form):
    """A JSON Schema file that takes the place of the draft."""

    file = fields.FileField(label=_("表单文件（JSON Schema）"), help_text=_("代替整个草稿；可以撤销。"))
    revision = fields.IntegerField(widget=fields.HiddenInput)

    def __init__(self, data: Any = None, files: Any = None, *, revision: int) -> None:
        super().__init__(data, files, initial={"revision": revision}, auto_id="import-%s")


class PublishForm(fields.Form):
    """From which day a draft is asked, as it was checked."""

    effective_on = DatePartsField(label=_("从哪一天起使用"))
    revision = fields.IntegerField(widget=fields.HiddenInput)

    def __init__(self, data: Any = None, *, revision: int, today: date) -> None:
        super().__init__(data, initial={"revision": revision, "effective_on": today})


class PairForm(fields.Form):
    """Two versions to compare."""

    before = fields.TypedChoiceField(label=_("从"), coerce=int)
    after = fields.TypedChoiceField(label=_("到"), coerce=int)

    def __init__(self, data: Mapping[str, Any] | None, *, versions: tuple[forms.VersionLine, ...]) -> None:
        listed = [(0, _("随目录发布的")), *((one.number, _named(one)) for one in reversed(versions))]
        initial = {"before": listed[-2][0] if len(listed) > 1 else 0, "after": listed[-1][0]}
        super().__init__(data or None, initial=initial)
        for name in ("before", "after"):
            _choose(self, name, listed)


def _named(one: forms.VersionLine) -> str:
    return gettext("第 {number} 版（{state}）").format(number=one.number, state=one.state.label)

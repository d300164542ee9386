"""Two versions beside each other, in plain words 版本比较: what an official tells colleagues, not a diff of JSON."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from zhengtong.process.forms.contracts import Difference, Schema
from zhengtong.process.forms.editing import FieldLine, fields_of
from zhengtong.process.forms.schema import either, worded

_TOLD_APART = {"title", "title_en", "source", "sensitive", "showIf", "enum", "enum_titles", "items", "section", "type"}


def differences(before: Schema, after: Schema) -> tuple[Difference, ...]:
    """Return what changed from *before* to *after*: fields removed, added, called otherwise, asked otherwise."""
    old, new = ({line.path: line for line in fields_of(schema)} for schema in (before, after))
    gone, come = [path for path in old if path not in new], [path for path in new if path not in old]
    found = []
    for path in list(gone):
        same = next((one for one in come if old[path].field == new[one].field), None)
        if same is not None:
            gone.remove(path)
            come.remove(same)
            found.append(_one(new[same], _("标识改了"), path, same))
    found += [_one(old[path], _("删去")) for path in gone]
    found += [_one(new[path], _("新增，必填") if new[path].required else _("新增，选填")) for path in come]
    for path, line in new.items():
        if path in old:
            found += _changes(old[path], line)
    kept = [path for path in old if path in new]
    if kept != [path for path in new if path in old]:
        found.append(Difference(field="", title="", what=_("字段的先后变了")))
    return tuple(found)


def _one(line: FieldLine, what: str, before: Any = "", after: Any = "") -> Difference:
    return Difference(
        field=line.path, title=worded(line.field, "title") or line.path, what=what, before=str(before), after=str(after)
    )


def _changes(old: FieldLine, new: FieldLine) -> Iterator[Difference]:
    one, other = old.field, new.field
    if (one.get("title"), one.get("title_en")) != (other.get("title"), other.get("title_en")):
        yield _one(new, _("改名"), _both(one, "title"), _both(other, "title"))
    if old.kind is not new.kind:
        yield _one(new, _("类型变了"), old.kind.label, new.kind.label)
    if old.required != new.required:
        yield _one(new, _("改为必填") if new.required else _("改为选填"))
    if one.get("source") != other.get("source"):
        yield _one(new, _("数据来源变了"), one.get("source") or _("申请人填写"), other.get("source") or _("申请人填写"))
    if bool(one.get("sensitive")) != bool(other.get("sensitive")):
        yield _one(new, _("改为敏感，显示时遮盖") if other.get("sensitive") else _("不再作为敏感内容"))
    if one.get("showIf") != other.get("showIf"):
        yield _one(new, _("显示条件变了"), one.get("showIf") or _("总是显示"), other.get("showIf") or _("总是显示"))
    if _options(one) != _options(other):
        yield _one(new, _("选项变了"), _options(one), _options(other))
    if one.get("section") != other.get("section"):
        yield _one(new, _("小节标题变了"), *(either(part.get("section", ["", ""])) for part in (one, other)))
    rest = [key for key in sorted({*one, *other} - _TOLD_APART) if one.get(key) != other.get(key)]
    for key in rest:
        yield _one(new, _WORDS[key]() if key in _WORDS else key, one.get(key, "—"), other.get(key, "—"))


_WORDS = {
    "description": lambda: _("中文提示变了"),
    "description_en": lambda: _("英文提示变了"),
    "purpose": lambda: _("中文用途变了"),
    "purpose_en": lambda: _("英文用途变了"),
    "minLength": lambda: _("最少字数变了"),
    "maxLength": lambda: _("最多字数变了"),
    "minimum": lambda: _("最小值变了"),
    "maximum": lambda: _("最大值变了"),
    "minItems": lambda: _("最少项数变了"),
    "maxItems": lambda: _("最多项数变了"),
    "pattern": lambda: _("格式变了"),
    "error": lambda: _("填错时的说明变了"),
    "default": lambda: _("预选的选项变了"),
    "format": lambda: _("内容的种类变了"),
    "autocomplete": lambda: _("浏览器自动填写变了"),
}


def _both(field: Schema, key: str) -> str:
    return f"{field.get(key, '')} / {field.get(f'{key}_en', '')}"


def _options(field: Schema) -> str:
    holder = field if "enum" in field else field.get("items", {})
    named = holder.get("enum_titles", {})
    return "、".join(either(named[one]) if one in named else one for one in holder.get("enum", ()))

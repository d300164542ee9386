"""Forms of the licence desk 证照管理."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from zhengtong.trust.licenses import api as licenses

_LONGEST_CLAUSE, _LONGEST_VALUE = 120, 500
_LARGEST_TABLE = 4 * 1024 * 1024


class FilterForm(forms.Form):
    """Which licences are listed: by type, by state."""

    type = forms.ChoiceField(label=_("证照类型"), required=False)
    state = forms.ChoiceField(label=_("状态"), required=False)

    def __init__(self, *args: Any, types: tuple[licenses.LicenseType, ...], **options: Any) -> None:
        super().__init__(*args, **options)
        language = get_language() or ""
        kinds = [(one.key, one.name.in_language(language)) for one in types]
        states = [(one.value, one.label) for one in licenses.LicenseState]
        self._choose("type", [("", _("全部类型")), *kinds])
        self._choose("state", [("", _("全部状态")), *states])

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- declared above
        field.choices = choices


def _purpose() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("使用目的"),
        choices=[(one.value, one.label) for one in licenses.KeepingPurpose],
        widget=forms.RadioSelect,
        help_text=_("本次查看会留痕，持证人可以看到您的单位、用途和时间。"),
        error_messages={"required": _("请选择使用目的。")},
    )


class PurposeForm(forms.Form):
    """What a licence is opened in full for."""

    purpose = _purpose()


class HolderForm(forms.Form):
    """Whose licences are looked for, and what for; the number travels in the body of the request only."""

    number = forms.CharField(
        label=_("公民身份号码或统一社会信用代码"),
        max_length=18,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )
    purpose = _purpose()


class GroundForm(forms.Form):
    """Why a keeper acts, by what right, and on which revision of the licence."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("理由"),
        max_length=300,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("持证人会看到它。"),
        error_messages={"required": _("请写明理由。")},
    )
    clause = forms.CharField(
        label=_("法律依据"),
        max_length=_LONGEST_CLAUSE,
        help_text=_("法律、法规的名称和条款；记入存证。"),
        error_messages={"required": _("请写明法律依据。")},
    )


class BatchForm(forms.Form):
    """A table of licences on paper, and of which type they are."""

    batch = forms.UUIDField(widget=forms.HiddenInput)
    type = forms.ChoiceField(label=_("证照类型"), error_messages={"required": _("请选择证照类型。")})
    file = forms.FileField(
        label=_("表格文件（CSV）"),
        help_text=_(
            "先检查每一行，全部无误才能签发。holder 填公民身份号码或统一社会信用代码，valid_from 写成 YYYY-MM-DD。"
        ),
        error_messages={"required": _("请选择文件。")},
    )

    def __init__(self, *args: Any, types: tuple[licenses.LicenseType, ...], **options: Any) -> None:
        super().__init__(*args, **options)
        language, field = get_language() or "", self.fields["type"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- declared above
        field.choices = [("", _("请选择")), *((one.key, one.name.in_language(language)) for one in types)]

    def clean_file(self) -> Any:
        """Return the file unless it is too large to be a table of licences."""
        file = self.cleaned_data["file"]
        if file.size > _LARGEST_TABLE:
            raise forms.ValidationError(_("文件超过 4 MB，请分批上传。"))
        return file


class ReplaceForm(GroundForm):
    """What the next version says otherwise; what is left empty stays as it was written."""

    def __init__(self, *args: Any, type: licenses.LicenseType, **options: Any) -> None:  # noqa: A002 -- the field's word
        super().__init__(*args, **options)
        language = get_language() or ""
        self.names = {f"field_{one.key}": one.key for one in type.fields}
        for one in type.fields:
            self.fields[f"field_{one.key}"] = forms.CharField(
                label=one.name.in_language(language), max_length=_LONGEST_VALUE, required=False
            )
        self.order_fields(["revision", *self.names, "reason", "clause"])

    def clean(self) -> dict[str, Any]:
        """Return what was written; a replacement that changes nothing is none."""
        said = super().clean() or {}
        if not any(said.get(name) for name in self.names):
            raise forms.ValidationError(_("没有填写要变更的内容。"))
        return said

    def changes(self) -> dict[str, str]:
        """Return what is to be written otherwise, by field of the licence."""
        return {key: self.cleaned_data[name] for name, key in self.names.items() if self.cleaned_data[name]}

"""Forms of registered letters 玺邮 at the workbench."""

from typing import Any

from django import forms
from django.core.validators import FileExtensionValidator
from django.utils.translation import gettext_lazy as _

from zhengtong.trust.delivery import api as delivery

_LARGEST_DOCUMENT = 4 * 1024 * 1024


class FilterForm(forms.Form):
    """Which letters are listed: by state."""

    state = forms.ChoiceField(label=_("状态"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["state"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- declared above
        field.choices = [("", _("全部状态")), *((one.value, one.label) for one in delivery.LetterState)]


class ReviseForm(forms.Form):
    """What a letter says, by what right, with which sealed document; the key makes a form sent twice one letter."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    subject = forms.CharField(label=_("标题"), max_length=120, error_messages={"required": _("请填写标题。")})
    text = forms.CharField(
        label=_("正文"),
        max_length=20_000,
        widget=forms.Textarea({"rows": 10}),
        help_text=_("密封保存，只有收件人或其受托人打开后才能看到；摘要记入存证，内容不记。"),
        error_messages={"required": _("请填写正文。")},
    )
    clause = forms.CharField(
        label=_("法律依据"),
        max_length=120,
        help_text=_("法律、法规的名称和条款；记入存证。"),
        error_messages={"required": _("请写明法律依据。")},
    )
    document = forms.FileField(
        label=_("盖章文书"),
        required=False,
        help_text=_("盖有效电子印章的 OFD 或 PDF，不超过 4 MB，发送前先验章。"),
        validators=[FileExtensionValidator(["ofd", "pdf"])],
    )
    without = forms.BooleanField(label=_("去掉已附的文书"), required=False)

    def __init__(self, *args: Any, enclosed: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        if not enclosed:
            del self.fields["without"]

    def clean_document(self) -> Any:
        """Return the file unless it is too large to be a letter's document."""
        file = self.cleaned_data["document"]
        if file and file.size > _LARGEST_DOCUMENT:
            raise forms.ValidationError(_("文件超过 4 MB。"))
        return file

    def writing(self) -> delivery.Writing:
        """Return what the letter says."""
        said = self.cleaned_data
        return delivery.Writing(subject=said["subject"], text=said["text"], clause=said["clause"])

    def enclosed(self) -> bytes | None:
        """Return the document's bytes, none to take it out, None to leave it as it is."""
        file = self.cleaned_data["document"]
        if file:
            read: bytes = file.read()
            return read
        return b"" if self.cleaned_data.get("without") else None


class LetterForm(ReviseForm):
    """A new letter, with whom it is for; the number travels in the body of the request only."""

    number = forms.CharField(
        label=_("收件人的公民身份号码或统一社会信用代码"),
        max_length=18,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
        help_text=_("只用于查找收件人，不保存；核对收件人会留痕，对方可以看到。"),
        error_messages={"required": _("请填写收件人的号码。")},
    )
    field_order = ("key", "number", "subject", "text", "clause", "document")

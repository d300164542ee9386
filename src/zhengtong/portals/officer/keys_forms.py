"""What the key desk asks security administrators and custodians."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from zhengtong.trust.keys.api import (
    CERTIFICATE_FILTER_NAMES,
    KEY_STATE_NAMES,
    MOST_DAYS,
    CertificateView,
    RevocationReason,
)

REASONS = {
    RevocationReason.UNSPECIFIED: _("未说明"),
    RevocationReason.KEY_COMPROMISE: _("私钥泄露"),
    RevocationReason.AFFILIATION_CHANGED: _("所属变更"),
    RevocationReason.SUPERSEDED: _("已被新证书替代"),
    RevocationReason.CESSATION_OF_OPERATION: _("停止使用"),
    RevocationReason.PRIVILEGE_WITHDRAWN: _("收回授权"),
}


class NoteForm(forms.Form):
    """Why a certificate is suspended or resumed."""

    note = forms.CharField(
        label=_("理由"),
        max_length=200,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("写明缘由或公文号；不要写公民身份号码等个人信息。"),
        error_messages={"required": _("请写明理由。")},
    )


class RevokeForm(NoteForm):
    """Why a certificate is revoked for good."""

    field_order = ("reason", "note")
    reason = forms.ChoiceField(label=_("吊销原因"), choices=[(one.value, title) for one, title in REASONS.items()])


class CertificateFilterForm(forms.Form):
    """Which certificates are listed."""

    show = forms.ChoiceField(
        label=_("状态"), required=False, choices=[(one.value, name) for one, name in CERTIFICATE_FILTER_NAMES.items()]
    )


class KeyFilterForm(forms.Form):
    """Which keys are listed."""

    state = forms.ChoiceField(
        label=_("状态"),
        required=False,
        choices=[("", _("全部")), *((one.value, name) for one, name in KEY_STATE_NAMES.items())],
    )


class RenewForm(forms.Form):
    """For how long a certificate is renewed, and over which key."""

    days = forms.IntegerField(label=_("有效期（天）"), min_value=1)
    key = forms.ChoiceField(
        label=_("密钥"),
        widget=forms.RadioSelect,
        choices=[("same", _("沿用原密钥")), ("new", _("在原密钥所在模块生成新密钥"))],
        initial="same",
    )

    def __init__(self, *args: Any, certificate: CertificateView, **options: Any) -> None:
        super().__init__(*args, **options)
        most = MOST_DAYS[certificate.profile]
        self.fields["days"].initial = min(most, (certificate.not_after - certificate.not_before).days)
        self.fields["days"].help_text = _("这种用途最长 %(most)d 天；不超过签发机构自身的有效期。") % {"most": most}
        if certificate.key is None or certificate.place is not None:
            del self.fields["key"]


class ApproveForm(forms.Form):
    """A custodian's own passphrase; used at once, never stored."""

    passphrase = forms.CharField(
        label=_("您的保管口令"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "off"}),
        help_text=_("只用于打开您保管的那一份，不会保存。"),
    )


class AuthorityForm(forms.Form):
    """An authority to be certified below a root."""

    code = forms.SlugField(label=_("代码"), max_length=40, help_text=_("小写字母、数字和连字符，将出现在网址中。"))
    name = forms.CharField(label=_("名称"), max_length=64)
    organisation = forms.CharField(label=_("机构"), max_length=64, required=False)

"""What the key desk asks security administrators and custodians."""

from django import forms
from django.utils.translation import gettext_lazy as _

from zhengtong.trust.keys.api import RevocationReason

REASONS = {
    RevocationReason.UNSPECIFIED: _("未说明"),
    RevocationReason.KEY_COMPROMISE: _("私钥泄露"),
    RevocationReason.AFFILIATION_CHANGED: _("所属变更"),
    RevocationReason.SUPERSEDED: _("已被新证书替代"),
    RevocationReason.CESSATION_OF_OPERATION: _("停止使用"),
    RevocationReason.PRIVILEGE_WITHDRAWN: _("收回授权"),
}


class RevokeForm(forms.Form):
    """Why a certificate is revoked for good."""

    reason = forms.ChoiceField(label=_("吊销原因"), choices=[(one.value, title) for one, title in REASONS.items()])


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

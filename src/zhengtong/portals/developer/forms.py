"""What the developer portal asks: about an application, and of who approves what it may learn."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from zhengtong.trust.identity.contracts import Scope
from zhengtong.trust.identity.contracts.registrations import (
    RegistrationEntry,
    RegistrationKind,
    RegistrationView,
)

SCOPES = {
    Scope.PROFILE: _("姓名（profile）"),
    Scope.ORGANISATION: _("公职人员的机构和岗位（organisation）"),
    Scope.MANDATES: _("可以代表哪些企业和个人（mandates）"),
}


class ApplicationForm(forms.Form):
    """What a developer registers."""

    name = forms.CharField(
        label=_("应用名称"), max_length=60, help_text=_("用户同意登录时看到这个名称。"),
        error_messages={"required": _("请填写应用名称。")},
    )  # fmt: skip
    name_en = forms.CharField(label=_("英文名称"), max_length=120, required=False)
    kind = forms.ChoiceField(
        label=_("类型"),
        choices=[
            (RegistrationKind.WEB, _("用户登录：用户用政通身份登录该应用")),
            (RegistrationKind.SERVICE, _("接口调用：应用以自己的名义调用接口")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择类型。")},
    )
    redirect_uris = forms.CharField(
        label=_("回调地址"), required=False, max_length=5000, widget=forms.Textarea({"rows": 3}),
        help_text=_("每行一个，须与请求中的地址完全一致；只能用 https，本机调试可用 http://127.0.0.1。接口调用类留空。"),
    )  # fmt: skip
    logout_uri = forms.CharField(
        label=_("退出通知地址"), required=False, max_length=500,
        help_text=_("用户退出后，平台向这里发送退出令牌；不需要的留空。"),
    )  # fmt: skip
    scopes = forms.MultipleChoiceField(
        label=_("申请使用的个人信息"), required=False, choices=list(SCOPES.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("只选必需的；安全管理员批准后生效，用户登录时还要逐项同意。"),
    )  # fmt: skip
    exchanges = forms.BooleanField(
        label=_("代用户调用其他应用（令牌换取）"), required=False, help_text=_("安全管理员批准后生效。")
    )

    @classmethod
    def of(cls, data: Any, view: RegistrationView | None) -> "ApplicationForm":
        """Return the form with what is registered already."""
        if view is None:
            return cls(data, initial={"kind": RegistrationKind.WEB})
        return cls(
            data,
            initial={
                "name": view.name,
                "name_en": view.name_en,
                "kind": view.kind,
                "redirect_uris": "\n".join(view.redirect_uris),
                "logout_uri": view.logout_uri,
                "scopes": sorted((view.granted | view.wanted) & set(SCOPES)),
                "exchanges": view.exchanges or view.wants_exchange,
            },
        )

    def entry(self) -> RegistrationEntry:
        """Return what was filled in."""
        asked = self.cleaned_data
        kind = RegistrationKind(asked["kind"])
        addresses = tuple(dict.fromkeys(asked["redirect_uris"].split())) if kind is RegistrationKind.WEB else ()
        return RegistrationEntry(
            name=asked["name"],
            name_en=asked["name_en"],
            kind=kind,
            redirect_uris=addresses,
            logout_uri=asked["logout_uri"] if kind is RegistrationKind.WEB else "",
            scopes=frozenset(map(Scope, asked["scopes"])),
            exchanges=asked["exchanges"],
        )


class DecisionForm(forms.Form):
    """Whether an application may use what it asks for."""

    answer = forms.ChoiceField(
        label=_("决定"), choices=[("approve", _("批准")), ("refuse", _("不批准"))], widget=forms.RadioSelect,
        error_messages={"required": _("请选择批准或不批准。")},
    )  # fmt: skip
    reason = forms.CharField(
        label=_("理由"), max_length=300, required=False, widget=forms.Textarea({"rows": 3}),
        help_text=_("不批准须说明理由，开发者会看到。"),
    )  # fmt: skip

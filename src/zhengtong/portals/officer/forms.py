"""What the workbench asks officials."""

from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from zhengtong.kernel import clock
from zhengtong.portals.officer.purposes import LOOK_UP
from zhengtong.trust.identity import api as identity
from zhengtong.trust.ledger.api import ActKind

_ID_NUMBER = {"autocomplete": "off", "spellcheck": "false", "inputmode": "text"}


class AssistForm(forms.Form):
    """Whom a clerk helps at the window 帮办代办; the person is present and agrees."""

    name = forms.CharField(label=_("来人姓名"), max_length=60, widget=forms.TextInput({"autocomplete": "off"}))
    id_number = forms.CharField(
        label=_("公民身份号码"),
        max_length=18,
        help_text=_("查验身份证原件后填写。"),
        widget=forms.TextInput(_ID_NUMBER),
    )
    consent = forms.BooleanField(
        label=_("已当面告知：办理由我以自己的账号操作，全程留痕；来人同意。"),
        error_messages={"required": _("须经来人同意才能帮办代办。")},
    )


class LookUpForm(forms.Form):
    """Whom a clerk looks up, and why (个人信息保护法 §§5, 6, 34)."""

    id_number = forms.CharField(
        label=_("公民身份号码"),
        max_length=18,
        help_text=_("只在办理需要时查询。本人可以看到谁、为何查过。"),
        widget=forms.TextInput(_ID_NUMBER),
    )
    purpose = forms.ChoiceField(
        label=_("查询用途"),
        choices=[("", _("请选择")), *LOOK_UP.items()],
        error_messages={"required": _("请选择查询用途。")},
    )


class AuditForm(forms.Form):
    """What an auditor looks for in the ledger; days are days of Beijing, both ends included."""

    who = forms.CharField(label=_("操作人账号或编号"), required=False, max_length=80)
    organisation = forms.CharField(label=_("机构"), required=False, max_length=60)
    object_type = forms.CharField(label=_("对象类型"), required=False, max_length=80)
    object_id = forms.CharField(label=_("对象编号"), required=False, max_length=200)
    kind = forms.ChoiceField(
        label=_("类别"),
        required=False,
        choices=[("", _("全部")), (ActKind.WRITE.value, _("办理")), (ActKind.READ.value, _("查阅个人信息"))],
    )
    since = forms.DateField(label=_("从（年-月-日）"), required=False, input_formats=["%Y-%m-%d"])
    until = forms.DateField(label=_("到（年-月-日）"), required=False, input_formats=["%Y-%m-%d"])

    def clean_who(self) -> UUID | None:
        """Return the subject behind an account name or an id.

        Raises:
            ValidationError: there is no such account.
        """
        text = self.cleaned_data["who"].strip()
        if not text:
            return None
        with suppress(ValueError):
            return UUID(text)
        found = identity.subject_of_account(text)
        if found is None:
            raise ValidationError(_("没有这个账号。"), code="unknown_account")
        return found

    def clean_since(self) -> datetime | None:
        """Return the moment the first day begins."""
        return _midnight(self.cleaned_data["since"])

    def clean_until(self) -> datetime | None:
        """Return the moment the last day ends."""
        last: date | None = self.cleaned_data["until"]
        return _midnight(last + timedelta(days=1)) if last else None

    def clean(self) -> dict[str, Any]:
        """Return the values.

        Raises:
            ValidationError: the period ends before it begins.
        """
        found = super().clean() or {}
        if found.get("since") and found.get("until") and found["since"] >= found["until"]:
            raise ValidationError(_("结束日期早于开始日期。"), code="period_reversed")
        return found


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), clock.BEIJING) if day else None

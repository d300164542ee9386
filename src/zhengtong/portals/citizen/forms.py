"""What the citizen portal asks people."""

from datetime import date, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from zhengtong.kernel import clock
from zhengtong.kernel.pages.api import DatePartsField
from zhengtong.trust.identity.contracts import ALL_MATTERS

LONGEST_MANDATE = timedelta(days=3 * 366)


class WhoForm(forms.Form):
    """Two factors 二要素 that name a person: name and ID number."""

    name = forms.CharField(
        label=_("姓名"),
        max_length=60,
        help_text=_("与身份证上的姓名一致。"),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    id_number = forms.CharField(
        label=_("公民身份号码"),
        max_length=18,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )


class RealNameForm(WhoForm):
    """Who I am, to be checked against the population registry."""

    agreed = forms.BooleanField(
        label=_("同意将姓名和公民身份号码与人口库核对。人口库只回答是否一致，不返回其他信息。"),
        error_messages={"required": _("核对需要您的同意。")},
    )


class MandateForm(WhoForm):
    """Whom to entrust, with what, until when."""

    matters = forms.MultipleChoiceField(
        label=_("委托哪些事项"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("只选需要的。选“全部事项”意味着对方可以代您办理任何事项。"),
    )
    until = DatePartsField(
        label=_("委托到哪一天"), help_text=_("到这一天结束时自动失效，最长三年。您可以随时提前撤销。")
    )

    def __init__(self, data: object = None, *, departments: tuple[tuple[str, object], ...]) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # request.POST or nothing
        choices = [*((key, str(name)) for key, name in departments), (ALL_MATTERS, str(_("全部事项")))]
        matters = self.fields["matters"]
        assert isinstance(matters, forms.MultipleChoiceField)  # noqa: S101 -- declared above
        matters.choices = choices

    def clean_until(self) -> date:
        """Refuse a day that is past or too far."""
        until: date = self.cleaned_data["until"]
        today = clock.on_day(clock.system.now())
        if until < today:
            raise ValidationError(_("请填写今天或以后的日期。"))
        if until > today + LONGEST_MANDATE:
            raise ValidationError(_("委托最长三年。"))
        return until

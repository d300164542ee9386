"""Forms of leave and substitution 请假与代班."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from zhengtong.kernel import clock
from zhengtong.kernel.ids import new_id
from zhengtong.kernel.pages.api import DatePartsField
from zhengtong.process.cases.api import AtPost
from zhengtong.trust.identity.contracts import AppointmentView


class LeaveForm(forms.Form):
    """Who is away from when to when, and who stands in."""

    official = forms.ChoiceField(label=_("请假人"))
    first_day = DatePartsField(label=_("从哪一天"))
    last_day = DatePartsField(label=_("到哪一天"), help_text=_("到这一天结束时自动恢复，也可以提前结束。"))
    substitute = forms.ChoiceField(
        label=_("代班人"), help_text=_("本单位在岗、岗位权限包含请假人办件权限的同事。代班不增加权限。")
    )
    leave = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, colleagues: list[AppointmentView], own: AppointmentView,
        for_others: bool,
    ) -> None:  # fmt: skip
        today = clock.on_day(clock.system.now())
        super().__init__(data, initial={"leave": new_id(), "official": _value(own), "first_day": today})
        everybody = [(_value(one), f"{one.official_name} {one.post.title}") for one in colleagues]
        self._choose("official", everybody)
        self._choose("substitute", [("", _("请选择")), *everybody])
        if not for_others:
            del self.fields["official"]

    def _choose(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- declared above
        field.choices = choices


def _value(one: AppointmentView) -> str:
    return f"{one.official}_{one.post.id}"


def chosen(value: str) -> AtPost:
    """Return whom a choice of the form names."""
    official, _sep, post = value.partition("_")
    return AtPost(UUID(official), UUID(post))

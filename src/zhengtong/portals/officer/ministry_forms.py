"""What the desk of ministries' interfaces asks: the query itself, a department's grant, why one ends."""

from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from zhengtong.data.ministries import api as ministries
from zhengtong.kernel.pages.api import DatePartsField
from zhengtong.portals.officer.asset_forms import HolderField
from zhengtong.portals.officer.exchange_forms import items_in_force

LONGEST = 200


class QueryForm(forms.Form):
    """A query to one interface: its own inputs, and the case or item it is for. Nothing of it goes into an address.

    Args:
        interface: what is asked for.
    """

    business = forms.CharField(
        label=_("办件编号或事项代码"),
        max_length=80,
        help_text=_("授权所列事项的代码，或这些事项正在办理的办件编号。"),
        error_messages={"required": _("请写明用于哪个办件或事项。")},
    )

    def __init__(self, data: Any, *, interface: ministries.Interface) -> None:
        super().__init__(data)
        english = (get_language() or "").startswith("en")
        for item in interface.inputs:
            self.fields[item.key] = forms.CharField(
                label=item.title_en if english else item.title,
                max_length=LONGEST,
                widget=forms.TextInput({"autocomplete": "off"}),
            )
        self._keys = [item.key for item in interface.inputs]

    def inputs(self) -> dict[str, str]:
        """Return what is asked."""
        return {key: self.cleaned_data[key] for key in self._keys}


class InterfaceGrantForm(forms.Form):
    """The grant of an interface to a department.

    Args:
        interface: which.
        today: the day on which items must be in force.
    """

    grant = forms.UUIDField(widget=forms.HiddenInput)
    organisation = HolderField(label=_("使用部门"), max_length=200, help_text=_("填写机构全称。"))
    items = forms.CharField(
        label=_("用途事项代码"),
        max_length=300,
        help_text=_("一个或多个，用空格分开；为其他事项查询会被拒绝。"),
        error_messages={"required": _("请写明用于哪些事项。")},
    )
    purpose = forms.CharField(label=_("用途"), max_length=200, error_messages={"required": _("请写明用途。")})
    basis = forms.CharField(
        label=_("法律依据"),
        max_length=200,
        help_text=_("法律、法规或职责的条款。"),
        error_messages={"required": _("请写明法律依据。")},
    )
    daily_quota = forms.IntegerField(label=_("每日最多查询次数"), min_value=1)
    expires_on = DatePartsField(label=_("使用到哪一天"), help_text=_("最长三年。"))
    for_applicants = forms.BooleanField(
        label=_("申请人本人填表时可以从该接口预填"), required=False, help_text=_("只能查询申请人自己的信息。")
    )

    def __init__(self, data: Any, *, interface: ministries.Interface, today: date) -> None:
        super().__init__(data, initial={"grant": uuid4(), "daily_quota": min(1_000, interface.daily_quota)})
        self._interface, self._today = interface, today

    def clean_items(self) -> tuple[str, ...]:
        """Return the codes, each of an item in force."""
        return items_in_force(self.cleaned_data["items"], self._today)

    def entry(self) -> ministries.GrantEntry:
        """Return what is to be granted."""
        said = {name: value for name, value in self.cleaned_data.items() if name not in {"grant", "items"}}
        return ministries.GrantEntry(interface=self._interface.code, items=self.cleaned_data["items"], **said)

"""What the agreement desk asks: which data for what, the answer of the provider, why an agreement stops."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from zhengtong.data.catalog import api as catalog
from zhengtong.data.exchange import api as exchange
from zhengtong.kernel.errors import Refusal
from zhengtong.kernel.pages.api import DatePartsField
from zhengtong.kernel.regions import api as regions
from zhengtong.process.items import api as items
from zhengtong.trust.identity.contracts import ApplicationView

ELEMENT = "element-"
MOST_ITEMS = 10
_QUOTA, _LASTING = 1_000, timedelta(days=365)
_SEPARATORS = re.compile(r"[\s,;，；、]+")
_MASKS = [("", _("不申请")), *((mask.value, mask.label) for mask in exchange.Mask)]


def items_in_force(text: str, today: date) -> tuple[str, ...]:
    """Return the codes that *text* names, each of an item in force.

    Raises:
        ValidationError: one is not, or there are too many.
    """
    codes = tuple(dict.fromkeys(code for code in _SEPARATORS.split(text) if code))
    if len(codes) > MOST_ITEMS:
        raise forms.ValidationError(_("一次最多填写十个事项。"))
    for code in codes:
        _known(lambda code=code: items.in_force(code, at=today))
    return codes


class AskForm(forms.Form):
    """What a department asks for: each element of the dataset with its mask, then what for and until when.

    Args:
        dataset: the dataset as its catalogue page shows it.
        applications: the department's own, one of which will ask.
        today: the day on which items must be in force and after which the agreement ends.
    """

    request = forms.UUIDField(widget=forms.HiddenInput)
    application = forms.ChoiceField(
        label=_("使用数据的应用"), error_messages={"required": _("请选择本部门的一个应用。")}
    )
    items = forms.CharField(
        label=_("用途事项代码"),
        max_length=300,
        help_text=_("一个或多个，用空格分开；为其他事项查询会被拒绝。"),
        error_messages={"required": _("请写明用于哪些事项。")},
    )
    purpose = forms.CharField(
        label=_("用途"),
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": _("请写明用途。")},
    )
    basis = forms.CharField(
        label=_("法律依据"),
        max_length=300,
        help_text=_("法律、法规或职责的条款。"),
        error_messages={"required": _("请写明法律依据。")},
    )
    daily_quota = forms.IntegerField(label=_("每日最多查询次数"), initial=_QUOTA)
    modes = forms.MultipleChoiceField(
        label=_("共享方式"),
        widget=forms.CheckboxSelectMultiple,
        initial=[catalog.SharingMode.QUERY],
        help_text=_("只能选择数源部门提供的方式。"),
        error_messages={"required": _("请选择共享方式。")},
    )
    daily_rows = forms.IntegerField(
        label=_("每日最多行数"),
        required=False,
        min_value=0,
        help_text=_("批量获取或订阅变更时填写；中断后重新获取的行也计算在内。"),
    )
    region = forms.CharField(
        label=_("限于区划代码"), max_length=12, required=False, help_text=_("留空表示数源部门掌握的全部地区。")
    )
    expires_on = DatePartsField(label=_("使用到哪一天"), help_text=_("最长三年。"))

    def __init__(
        self,
        data: Any,
        *,
        dataset: catalog.DatasetView,
        applications: Sequence[ApplicationView],
        today: date,
    ) -> None:
        super().__init__(data, initial={"request": uuid4(), "expires_on": today + _LASTING})
        self._today = today
        choices = self.fields["application"]
        assert isinstance(choices, forms.ChoiceField)  # noqa: S101 -- declared above
        choices.choices = [(str(one.subject), _named(one.name, one.name_en)) for one in applications]
        modes = self.fields["modes"]
        assert isinstance(modes, forms.MultipleChoiceField)  # noqa: S101 -- declared above
        offered = {catalog.SharingMode.QUERY, *dataset.entry.modes}
        modes.choices = [(mode.value, label) for mode, label in exchange.MODES.items() if mode in offered]
        self._elements = [element.name for element in dataset.entry.elements]
        for element in dataset.entry.elements:
            self.fields[ELEMENT + element.name] = forms.ChoiceField(
                label=_named(element.title, element.title_en), choices=_MASKS, required=False
            )
        self.order_fields(["request", "application", *(ELEMENT + name for name in self._elements)])

    def clean_items(self) -> tuple[str, ...]:
        """Return the codes, each of an item in force."""
        return items_in_force(self.cleaned_data["items"], self._today)

    def clean_region(self) -> str | None:
        """Return the region's code, or None for everywhere."""
        code: str = self.cleaned_data["region"].strip()
        if code:
            _known(lambda: regions.region(code))
        return code or None

    def clean(self) -> dict[str, Any]:
        """Ask for one element at least; the message stands at the first."""
        asked: dict[str, Any] = self.cleaned_data
        if not self.errors and not self._granted() and self._elements:
            self.add_error(ELEMENT + self._elements[0], _("请至少申请一个数据项。"))
        return asked

    def terms(self) -> exchange.Terms:
        """Return what is asked for."""
        asked = self.cleaned_data
        told = {name: asked[name] for name in ("items", "purpose", "basis", "daily_quota", "region", "expires_on")}
        return exchange.Terms(
            fields=self._granted(),
            modes=tuple(map(catalog.SharingMode, asked["modes"])),
            daily_rows=asked["daily_rows"] or 0,
            **told,
        )

    def _granted(self) -> tuple[exchange.FieldGrant, ...]:
        chosen = ((name, self.cleaned_data.get(ELEMENT + name)) for name in self._elements)
        return tuple(exchange.FieldGrant(name=name, mask=exchange.Mask(mask)) for name, mask in chosen if mask)


class AnswerForm(forms.Form):
    """Whether the provider shares, and why not."""

    answer = forms.ChoiceField(
        label=_("答复"),
        choices=[("agree", _("同意共享")), ("refuse", _("不同意共享"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择同意或不予共享。")},
    )
    reason = forms.CharField(
        label=_("理由"),
        max_length=1000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("不予共享须说明理由，使用部门会看到。"),
    )


class StopForm(forms.Form):
    """Why an agreement is suspended or ended."""

    reason = forms.CharField(
        label=_("原因"),
        max_length=300,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": _("请写明原因。")},
    )


def _known(look_up: Any) -> None:
    try:
        look_up()
    except Refusal as refusal:
        raise forms.ValidationError(f"{refusal.explanation} {refusal.advice}") from None


def _named(name: str, name_en: str) -> str:
    return (name_en if (get_language() or "").startswith("en") else "") or name


class AddressForm(forms.Form):
    """Where a subscriber is told of new versions."""

    address = forms.CharField(
        label=_("推送地址"),
        max_length=300,
        required=False,
        help_text=_("https 地址；留空表示不推送，应用自行拉取。"),
    )


class AgainForm(forms.Form):
    """From which version announcements are sent again."""

    version = forms.IntegerField(
        label=_("从第几版起"),
        min_value=0,
        max_value=2**53,
        help_text=_("含这一版。"),
        error_messages={"required": _("请填写版本号。")},
    )

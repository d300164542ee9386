"""What the register of assets asks: of which datasets, held by whom, at which cost, why a step is taken."""

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from zhengtong.data.assets import api as assets
from zhengtong.data.catalog import api as catalog
from zhengtong.kernel.money import Money, MoneyFormField
from zhengtong.kernel.pages.api import DatePartsField
from zhengtong.trust.identity import api as identity

_HOLDER_HELP = _("机构全称，与组织机构中的名称一致。")


class HolderField(forms.CharField):
    """An organisation by its full name; its value is the organisation's id."""

    def clean(self, value: Any) -> UUID:
        """Return the organisation's id.

        Raises:
            ValidationError: none has this name, or several have.
        """
        text = super().clean(value).strip()
        found = [one for one in identity.search_organisations(text) if text in {one.name, one.name_en}] if text else []
        if len(found) != 1:
            raise ValidationError(_("没有找到唯一的同名机构，请填写机构全称。"), code="holder")
        return found[0].id


class FilterForm(forms.Form):
    """Which assets are listed: by state."""

    state = forms.ChoiceField(
        label=_("状态"),
        required=False,
        choices=lambda: [("", _("全部状态")), *((one.value, one.label) for one in assets.AssetState)],
    )


class RegisterForm(forms.Form):
    """An asset that is to be registered, held by the department itself.

    Args:
        offered: the department's published datasets.
        chosen: the dataset from whose page one comes.
    """

    asset = forms.UUIDField(widget=forms.HiddenInput)
    name = forms.CharField(label=_("资产名称"), max_length=200, error_messages={"required": _("请写明名称。")})
    name_en = forms.CharField(label=_("英文名称"), max_length=200, required=False)
    summary = forms.CharField(label=_("摘要"), max_length=500, required=False, widget=forms.Textarea({"rows": 3}))
    datasets = forms.MultipleChoiceField(
        label=_("由哪些数据集组成"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请至少选择一个数据集。")},
    )
    starts_on = DatePartsField(label=_("本部门从哪一天起持有"))

    def __init__(self, data: Any, *, offered: tuple[catalog.DatasetView, ...], initial: dict[str, Any]) -> None:
        super().__init__(data, initial={"asset": uuid4(), **initial})
        shown = self.fields["datasets"]
        assert isinstance(shown, forms.MultipleChoiceField)  # noqa: S101 -- declared above
        shown.choices = [(one.code, f"{_named(one.name, one.name_en)}（{one.code}）") for one in offered]

    def entry(self, provider: UUID) -> assets.AssetEntry:
        """Return what is to be registered for *provider*."""
        said = self.cleaned_data
        holding = assets.RightEntry(kind=assets.RightKind.HOLDING, holder=provider, starts_on=said["starts_on"])
        return assets.AssetEntry(
            name=said["name"], name_en=said["name_en"], summary=said["summary"], datasets=tuple(said["datasets"]),
            rights=(holding,),
        )  # fmt: skip


class VersionForm(forms.Form):
    """A step that needs no words, only the version one has seen."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class ReasonForm(VersionForm):
    """Why an asset is suspended or withdrawn."""

    reason = forms.CharField(
        label=_("理由"),
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": _("请写明理由。")},
    )


class RightForm(VersionForm):
    """A right that is to be entered."""

    kind = forms.ChoiceField(label=_("权利"), choices=lambda: [(one.value, one.label) for one in assets.RightKind])
    holder = HolderField(label=_("权利人"), max_length=200, help_text=_HOLDER_HELP)
    starts_on = DatePartsField(label=_("从哪一天起"))
    ends_on = DatePartsField(
        label=_("到哪一天止"), required=False, help_text=_("当天不再有此权利；留空表示未定终止日。")
    )

    def arguments(self) -> dict[str, Any]:
        """Return what the act is called with."""
        said = self.cleaned_data
        right = assets.RightEntry(
            kind=assets.RightKind(said["kind"]), holder=said["holder"], starts_on=said["starts_on"],
            ends_on=said["ends_on"],
        )  # fmt: skip
        return {"version": said["version"], "right": right}


class EndRightForm(VersionForm):
    """Which right ends on which day."""

    right = forms.ChoiceField(label=_("权利"))
    ends_on = DatePartsField(label=_("到哪一天止"), help_text=_("当天不再有此权利。"))

    def __init__(self, *args: Any, one: assets.AssetView, **options: Any) -> None:
        super().__init__(*args, **options)
        shown = self.fields["right"]
        assert isinstance(shown, forms.ChoiceField)  # noqa: S101 -- declared above
        shown.choices = [
            (str(right.id), f"{right.kind.label}：{_named(right.holder_name, right.holder_name_en)}")
            for right in one.rights
        ]

    def arguments(self) -> dict[str, Any]:
        """Return what the act is called with."""
        said = self.cleaned_data
        return {"version": said["version"], "right": UUID(said["right"]), "ends_on": said["ends_on"]}


class CostsForm(VersionForm):
    """What was spent on an asset, a field a kind; empty means nothing."""

    def __init__(self, *args: Any, one: assets.AssetView, **options: Any) -> None:
        super().__init__(*args, **options)
        spent = {cost.kind: Money(cost.fen) for cost in one.costs}
        for kind in assets.CostKind:
            label = _("%(kind)s（元）") % {"kind": kind.label}
            self.fields[kind.value] = MoneyFormField(label=label, required=False, initial=spent.get(kind))

    def arguments(self) -> dict[str, Any]:
        """Return what the act is called with."""
        said = self.cleaned_data
        costs = tuple(
            assets.Cost(kind=kind, fen=said[kind.value].fen) for kind in assets.CostKind if said.get(kind.value)
        )
        return {"version": said["version"], "costs": costs}


def _named(name: str, name_en: str) -> str:
    return (name_en if (get_language() or "").startswith("en") else "") or name

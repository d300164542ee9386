"""What the desk of authorised operation asks: the grant, the definition of a product, reasons."""

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from zhengtong.data.assets import api as assets
from zhengtong.data.catalog import api as catalog
from zhengtong.data.opening import api as opening
from zhengtong.kernel.pages.api import DatePartsField
from zhengtong.portals.officer.asset_forms import HolderField

ITEM = "item-"
_SEPARATOR = "|"


class GrantForm(forms.Form):
    """A grant of operation over an asset.

    Args:
        datasets: what the asset is made of.
        least: the smallest group the standard allows.
    """

    operation = forms.UUIDField(widget=forms.HiddenInput)
    operator = HolderField(
        label=_("运营机构"), max_length=200, help_text=_("机构全称；须已登记这项资产的数据产品经营权。")
    )
    starts_on = DatePartsField(label=_("从哪一天起"))
    ends_on = DatePartsField(label=_("到哪一天止"), help_text=_("当天不再有此授权。"))
    items = forms.MultipleChoiceField(
        label=_("可以按哪些数据项汇总"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("主键不能授权。"),
        error_messages={"required": _("请至少选择一个数据项。")},
    )
    smallest_group = forms.IntegerField(
        label=_("最小分组"), min_value=2, max_value=100_000, help_text=_("少于这个行数的分组一律隐去。")
    )
    most_products = forms.IntegerField(label=_("最多几个产品"), min_value=1, max_value=1_000, initial=20)
    basis = forms.CharField(label=_("授权依据"), max_length=200, error_messages={"required": _("请写明授权依据。")})

    def __init__(self, data: Any, *, datasets: tuple[catalog.DatasetView, ...], least: int) -> None:
        super().__init__(data, initial={"operation": uuid4(), "smallest_group": least})
        shown = self.fields["items"]
        assert isinstance(shown, forms.MultipleChoiceField)  # noqa: S101 -- declared above
        shown.choices = [
            (f"{one.code}{_SEPARATOR}{element.name}", _named(element.title, element.title_en))
            for one in datasets
            for element in one.entry.elements
            if not element.key
        ]

    def entry(self, asset: UUID) -> assets.OperationEntry:
        """Return what is to be granted over *asset*."""
        said = self.cleaned_data
        pairs = (text.split(_SEPARATOR, 1) for text in said["items"])
        items = tuple(assets.Item(dataset=dataset, name=name) for dataset, name in pairs)
        told = {name: said[name] for name in ("operator", "starts_on", "ends_on", "smallest_group", "most_products")}
        return assets.OperationEntry(asset=asset, items=items, basis=said["basis"], **told)


class ProductForm(forms.Form):
    """The definition of a product: of one dataset, by which items, how coarse.

    Args:
        operation: whose items are offered.
        dataset: that is counted.
    """

    product = forms.UUIDField(widget=forms.HiddenInput)
    name = forms.CharField(label=_("产品名称"), max_length=200, error_messages={"required": _("请写明名称。")})
    name_en = forms.CharField(label=_("英文名称"), max_length=200, required=False)
    margins = forms.BooleanField(label=_("同时给出合计"), required=False)

    def __init__(self, data: Any, *, operation: assets.OperationView, dataset: catalog.DatasetView) -> None:
        super().__init__(data, initial={"product": uuid4()})
        granted = {item.name for item in operation.items if item.dataset == dataset.code}
        ways = [("", _("不使用")), *((one.value, one.label) for one in opening.Treatment)]
        self._operation, self._dataset = operation, dataset
        self._names = [element.name for element in dataset.entry.elements if element.name in granted]
        titles = {element.name: element for element in dataset.entry.elements}
        for name in self._names:
            label = _named(titles[name].title, titles[name].title_en)
            self.fields[ITEM + name] = forms.ChoiceField(label=label, choices=ways, required=False)

    def entry(self) -> assets.ProductEntry:
        """Return the definition."""
        said = self.cleaned_data
        fields = tuple(
            opening.FieldPlan(name=name, treatment=opening.Treatment(said[ITEM + name]))
            for name in self._names
            if said.get(ITEM + name)
        )
        return assets.ProductEntry(
            operation=self._operation.id, name=said["name"], name_en=said["name_en"], dataset=self._dataset.code,
            fields=fields, margins=said["margins"],
        )  # fmt: skip


class WhyForm(forms.Form):
    """Why a grant is ended or a product refused."""

    reason = forms.CharField(
        label=_("理由"),
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": _("请写明理由。")},
    )


class PlainForm(forms.Form):
    """A step that asks nothing."""


def _named(name: str, name_en: str) -> str:
    return (name_en if (get_language() or "").startswith("en") else "") or name

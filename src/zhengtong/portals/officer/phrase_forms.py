"""Forms of phrases 常用意见: choosing one beside a decision, and keeping them."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.ids import new_id
from zhengtong.process.cases import api as cases

BUILT_IN = (
    ("incomplete", _("材料不齐：请补交下列材料：")),
    ("form", _("材料不符合法定形式：请更正下列内容：")),
    ("competence", _("申请事项依法不属于本机关职权范围，请向有关机关申请：")),
    ("conditions", _("经审查不符合法定条件，依据和理由如下：")),
)
"""Beginnings every office is offered."""


def choices(phrases: Iterable[cases.PhraseView]) -> list[tuple[Any, Any]]:
    """Return what a decision offers: one's own phrases, the organisation's, and those for everybody."""
    found = list(phrases)
    groups = [
        (_("自己的"), [(str(one.key), one.title) for one in found if one.own]),
        (_("本单位"), [(str(one.key), one.title) for one in found if not one.own]),
        (_("通用"), list(BUILT_IN)),
    ]
    return [("", _("请选择")), *(group for group in groups if group[1])]


def text_of(chosen: str, phrases: Iterable[cases.PhraseView]) -> str:
    """Return the text of a choice, empty where there is none."""
    own = {str(one.key): one.text for one in phrases}
    return own.get(chosen) or str(dict(BUILT_IN).get(chosen, ""))


class PhraseForm(forms.Form):
    """A phrase: how it is called, what it says, for which item, for whom."""

    title = forms.CharField(label=_("名称"), max_length=40)
    text = forms.CharField(
        label=_("意见"),
        max_length=cases.LONGEST_PHRASE,
        widget=forms.Textarea({"rows": 5}),
        help_text=format_lazy(
            "{said}{list}", said=_("可以用占位符，套用时换成办件的内容："),
            list=" ".join(f"{{{{{name}}}}}" for name in cases.PLACEHOLDERS),
        ),
    )  # fmt: skip
    item = forms.CharField(
        label=_("只用于一个事项"), required=False, max_length=20, help_text=_("填事项编码；不填的各事项通用。")
    )
    shared = forms.BooleanField(label=_("本单位共用"), required=False)
    phrase = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, known: cases.PhraseView | None = None, keeps: bool
    ) -> None:
        initial = {"phrase": new_id(), "version": 0}
        if known is not None:
            initial = {
                "phrase": known.key, "version": known.version, "title": known.title, "text": known.text,
                "item": known.item, "shared": not known.own,
            }  # fmt: skip
        super().__init__(data, initial=initial)
        if known is not None or not keeps:
            del self.fields["shared"]

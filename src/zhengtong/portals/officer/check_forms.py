"""Forms of department checks 部门核验."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from zhengtong.process.cases import api as cases
from zhengtong.process.items.api import Words


class AskForm(forms.Form):
    """Which piece of evidence, which department, what is to be checked."""

    evidence = forms.ChoiceField(label=_("核验哪份材料"), widget=forms.RadioSelect)
    department = forms.ChoiceField(label=_("请哪个部门核验"))
    question = forms.CharField(
        label=_("核验什么"),
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("只写核验所需的内容。对方只看到申请人、材料名称和这段话，看不到卷宗。"),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, view: cases.CaseView, departments: list[tuple[str, str]]
    ) -> None:
        super().__init__(data, initial={"revision": view.revision})
        pieces = cases.checkable(view.evidence)
        self._choose("evidence", [(piece.key, str(Words(piece.name, piece.name_en))) for piece in pieces])
        self._choose("department", [("", _("请选择")), *departments])

    def _choose(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- declared above
        field.choices = choices


class AnswerCheckForm(forms.Form):
    """What the department says, and why."""

    answer = forms.ChoiceField(
        label=_("核验结果"),
        widget=forms.RadioSelect,
        choices=[(one.value, one.label) for one in cases.CheckAnswer if one is not cases.CheckAnswer.ASKED],
    )
    reason = forms.CharField(
        label=_("说明"),
        required=False,
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("核验不符或者无法核验的，必须说明。提出请求的单位会看到。"),
    )

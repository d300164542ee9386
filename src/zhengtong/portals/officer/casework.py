"""Forms of the dossier 办理表单: the decision, and what else an official may do with a case."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from zhengtong.process.cases import api as cases
from zhengtong.process.items.api import Words

# Template texts 模板用语 an official may begin with; they end up in the reason, which the applicant reads.
TEMPLATES = (
    ("incomplete", _("材料不齐：请补交下列材料：")),
    ("form", _("材料不符合法定形式：请更正下列内容：")),
    ("competence", _("申请事项依法不属于本机关职权范围，请向有关机关申请：")),
    ("conditions", _("经审查不符合法定条件，依据和理由如下：")),
)


def _number() -> forms.TextInput:
    return forms.TextInput({"inputmode": "numeric", "class": "short"})


class DecisionForm(forms.Form):
    """What is decided and why; which evidence was checked, which may come later."""

    decision = forms.ChoiceField(label=_("办理意见"), widget=forms.RadioSelect)
    checked = forms.MultipleChoiceField(
        label=_("已核验的材料"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("向保管部门核验过的，逐项勾选；全部核验后才能准予。"),
    )
    missing = forms.MultipleChoiceField(
        label=_("容缺受理时可以后补的材料"), required=False, widget=forms.CheckboxSelectMultiple
    )
    template = forms.ChoiceField(label=_("理由模板"), required=False)
    reason = forms.CharField(
        label=_("理由"),
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("退回补正、不予受理和不予批准必须写明理由，申请人会看到。"),
    )
    task = forms.IntegerField(widget=forms.HiddenInput)
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any] | None = None, *, view: cases.CaseView, task: cases.Task) -> None:
        super().__init__(data, initial={"task": task.number, "revision": view.revision})
        self._choose("decision", [(item.value, item.label) for item in task.decisions])
        self._choose("template", [("", _("不用模板")), *TEMPLATES])
        named = [(piece.key, str(Words(piece.name, piece.name_en))) for piece in view.evidence]
        to_check = {piece.key for piece in view.evidence if piece.to_check}
        self._choose("checked", [pair for pair in named if pair[0] in to_check])
        self._choose("missing", named)
        if cases.Decision.GRANT not in task.decisions or not to_check:
            del self.fields["checked"]
        if cases.Decision.ACCEPT_CONDITIONALLY not in task.decisions or not named:
            del self.fields["missing"]
        if not any(item.needs_reason for item in task.decisions):
            del self.fields["template"]

    def _choose(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- declared above
        field.choices = choices

    @property
    def whole_reason(self) -> str:
        """The template's words and the official's own."""
        begun = dict(TEMPLATES).get(self.cleaned_data.get("template", ""), "")
        return f"{begun}{self.cleaned_data['reason']}"


class ProcedureForm(forms.Form):
    """A special procedure that stops the clock."""

    procedure = forms.ChoiceField(label=_("特别程序"))
    days = forms.IntegerField(
        label=_("预计需要几日"),
        min_value=1,
        max_value=365,
        widget=_number(),
    )
    reason = forms.CharField(label=_("为什么需要"), max_length=500, widget=forms.Textarea({"rows": 3}))

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        field = self.fields["procedure"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- declared above
        field.choices = [(one.value, one.label) for one in cases.Procedure]


class ExtensionForm(forms.Form):
    """An extension to be approved by the head of the organ."""

    days = forms.IntegerField(
        label=_("延长几日"),
        min_value=1,
        max_value=10,
        widget=_number(),
    )
    reason = forms.CharField(
        label=_("理由"), max_length=500, widget=forms.Textarea({"rows": 3}), help_text=_("批准后告知申请人。")
    )


class ReasonForm(forms.Form):
    """An act that needs nothing but its reason, on the case as it was read."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label=_("理由"), max_length=500, widget=forms.Textarea({"rows": 3}))


class ChoiceForm(ReasonForm):
    """An act towards one of several colleagues or offices."""

    to = forms.ChoiceField(label=_("给谁"))
    field_order = ("to", "reason")

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        choices: list[tuple[str, str]],
        reason: bool,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- declared above
        field.choices = choices
        if not reason:
            del self.fields["reason"]

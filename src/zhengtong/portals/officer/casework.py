"""Forms of the dossier 办理表单: the decision, and what else an official may do with a case."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from zhengtong.portals.officer import phrase_forms
from zhengtong.process.cases import api as cases
from zhengtong.process.items.api import Words

Phrases = tuple[cases.PhraseView, ...]


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
    reason = forms.CharField(
        label=_("理由"),
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("退回补正、不予受理和不予批准必须写明理由，申请人会看到。"),
    )
    phrase = forms.ChoiceField(label=_("常用意见"), required=False)
    task = forms.IntegerField(widget=forms.HiddenInput)
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, data: QueryDict | None = None, *, view: cases.CaseView, task: cases.Task, phrases: Phrases, at: datetime
    ) -> None:
        using = data is not None and "use" in data
        super().__init__(None if using else data, initial={"task": task.number, "revision": view.revision})
        self._view, self._phrases, self._at = view, phrases, at
        self._choose("decision", [(item.value, item.label) for item in task.decisions])
        self._choose("phrase", phrase_forms.choices(phrases))
        named = [(piece.key, str(Words(piece.name, piece.name_en))) for piece in view.evidence]
        denied = cases.CheckAnswer.NOT_CONFIRMED
        to_check = {piece.key for piece in view.evidence if piece.to_check and piece.checked != denied}
        self._choose("checked", [pair for pair in named if pair[0] in to_check])
        self._choose("missing", named)
        if cases.Decision.GRANT not in task.decisions or not to_check:
            del self.fields["checked"]
        if cases.Decision.ACCEPT_CONDITIONALLY not in task.decisions or not named:
            del self.fields["missing"]
        if using and data is not None:
            self._use(data)

    def _choose(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- declared above
        field.choices = choices

    @property
    def whole_reason(self) -> str:
        """The words of a phrase that was chosen and not yet used, and the official's own."""
        return f"{self._begun(self.cleaned_data['phrase'])}{self.cleaned_data['reason']}"

    def _begun(self, chosen: str) -> str:
        return cases.fill(phrase_forms.text_of(chosen, self._phrases), self._view, at=self._at)

    def _use(self, data: QueryDict) -> None:
        """Show again what was typed, with the chosen phrase at the end of the reason: nothing is checked yet."""
        for name, field in self.fields.items():
            many = isinstance(field, forms.MultipleChoiceField)
            self.initial[name] = data.getlist(name) if many else data.get(name, "")
        said, begun = data.get("reason", "").rstrip(), self._begun(data.get("phrase", ""))
        self.initial["reason"] = "\n".join(part for part in (said, begun) if part)
        self.initial["phrase"] = ""


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

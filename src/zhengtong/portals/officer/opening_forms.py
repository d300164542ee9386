"""What the opening desk asks: which fields, treated how, betraying what; to whom, on which basis, from when on."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from zhengtong.data.catalog import api as catalog
from zhengtong.data.opening import api as opening
from zhengtong.kernel.pages.api import DatePartsField

TREATMENT, ROLE = "treatment-", "role-"
_TREATMENTS = [("", _("不开放")), *((one.value, one.label) for one in opening.Treatment)]
_ROLES = [(one.value, one.label) for one in opening.Role]


class ApplyForm(forms.Form):
    """An application to open a dataset.

    Args:
        dataset: whose rows.
        standard: names the bases one may rest on.
        known: the application that is being changed, None for a new one.
    """

    application = forms.UUIDField(widget=forms.HiddenInput)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(label=_("名称"), max_length=200, error_messages={"required": _("请写明名称。")})
    title_en = forms.CharField(label=_("英文名称"), max_length=200, required=False)
    slug = forms.CharField(
        label=_("网址名称"),
        max_length=60,
        help_text=_("以小写字母开头，只用小写字母、数字和连字符；公布后不变。"),
        error_messages={"required": _("请填写网址名称。")},
    )
    summary = forms.CharField(label=_("摘要"), max_length=500, required=False, widget=forms.Textarea({"rows": 3}))
    aggregate = forms.BooleanField(
        label=_("只开放汇总数"), required=False, help_text=_("公布每种组合有多少条，不公布逐条数据。")
    )
    margins = forms.BooleanField(label=_("同时公布合计"), required=False, help_text=_("仅用于汇总数。"))
    suppress = forms.BooleanField(
        label=_("抑制小类"),
        required=False,
        help_text=_("逐条数据中删去过于少见的条目；汇总数中隐去过小的数，并补充隐去能推出它们的数。"),
    )
    access = forms.ChoiceField(label=_("开放方式"), choices=[(one.value, one.label) for one in opening.Access])
    basis = forms.ChoiceField(label=_("开放依据"))
    embargo_until = DatePartsField(label=_("不早于哪一天开放"), required=False, help_text=_("留空表示批准后即可开放。"))

    def __init__(
        self,
        data: Any,
        *,
        dataset: catalog.DatasetView,
        standard: opening.Standard,
        known: opening.OpeningView | None = None,
    ) -> None:
        super().__init__(data, initial=_initial(dataset, known))
        bases = self.fields["basis"]
        assert isinstance(bases, forms.ChoiceField)  # noqa: S101 -- declared above
        bases.choices = [(one.clause, _named(one.title, one.title_en)) for one in standard.bases]
        self._dataset = dataset
        added = []
        for element in dataset.entry.elements:
            title = _named(element.title, element.title_en)
            self.fields[TREATMENT + element.name] = forms.ChoiceField(label=title, choices=_TREATMENTS, required=False)
            self.fields[ROLE + element.name] = forms.ChoiceField(
                label=_("%(field)s：泄露风险") % {"field": title}, choices=_ROLES, required=False
            )
            added += [TREATMENT + element.name, ROLE + element.name]
        if known is not None:
            self.fields["slug"].disabled = True
        self.order_fields(["application", "revision", "title", "title_en", "slug", "summary", *added])

    def wanted(self) -> opening.Wanted:
        """Return what is asked for."""
        asked = self.cleaned_data
        fields = tuple(
            opening.FieldPlan(
                name=element.name,
                treatment=opening.Treatment(asked[TREATMENT + element.name]),
                role=opening.Role(asked[ROLE + element.name] or opening.Role.PLAIN),
            )
            for element in self._dataset.entry.elements
            if asked.get(TREATMENT + element.name)
        )
        plan = opening.Plan(
            fields=fields, aggregate=asked["aggregate"], margins=asked["aggregate"] and asked["margins"],
            suppress=asked["suppress"],
        )  # fmt: skip
        told = {name: asked[name] for name in ("slug", "title", "title_en", "summary", "basis", "embargo_until")}
        return opening.Wanted(dataset=self._dataset.code, plan=plan, access=opening.Access(asked["access"]), **told)


class ReasonForm(forms.Form):
    """Why an application is refused or a release withdrawn."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("理由"),
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": _("请写明理由。")},
    )


class StepForm(forms.Form):
    """A step that needs no words, only the state one has seen."""

    revision = forms.IntegerField(widget=forms.HiddenInput)


def _initial(dataset: catalog.DatasetView, known: opening.OpeningView | None) -> dict[str, Any]:
    if known is None:
        return {"application": uuid4(), "title": dataset.name, "title_en": dataset.name_en}
    told = {
        name: getattr(known, name)
        for name in ("title", "title_en", "slug", "summary", "access", "basis", "embargo_until", "revision")
    }
    plan = {name: getattr(known.plan, name) for name in ("aggregate", "margins", "suppress")}
    fields = {TREATMENT + field.name: field.treatment.value for field in known.plan.fields}
    roles = {ROLE + field.name: field.role.value for field in known.plan.fields}
    return {"application": known.id, **told, **plan, **fields, **roles}


def _named(name: str, name_en: str) -> str:
    return (name_en if (get_language() or "").startswith("en") else "") or name

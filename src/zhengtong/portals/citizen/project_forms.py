"""What the pages of investment projects ask 投资项目: registration, and a version of the drawing set."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.money import MoneyFormField
from zhengtong.kernel.pages.api import DatePartsField
from zhengtong.kernel.regions import api as regions
from zhengtong.process.forms.api import RegionField, SealedFileField
from zhengtong.process.projects.api import Discipline, Industry, ProjectEntry, ProjectKind, ProjectType


class ProjectForm(forms.Form):
    """What is registered of a project; the key makes a form sent twice one project."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    name = forms.CharField(
        label=_("项目名称"), max_length=120, help_text=_("与立项文件一致，例如“某地智能装备厂房新建项目”。")
    )
    kind = forms.ChoiceField(
        label=_("管理方式"),
        widget=forms.RadioSelect,
        choices=lambda: [(one.value, one.label) for one in ProjectKind],
        help_text=_("政府投资的审批；企业投资在核准目录内的核准，目录外的备案。"),
    )
    type = forms.ChoiceField(
        label=_("项目类型"), widget=forms.RadioSelect, choices=lambda: [(one.value, one.label) for one in ProjectType]
    )
    industry = forms.ChoiceField(label=_("行业"), choices=lambda: [(one.value, one.label) for one in Industry])
    region = RegionField(
        label=_("建设地点"), max_length=60, help_text=_("县、市、区的名称或区划代码；填乡镇（街道）的，取其所在县区。")
    )
    investment = MoneyFormField(
        label=_("总投资（元）"),
        widget=forms.TextInput({"inputmode": "decimal"}),
        help_text=_("以元为单位，例如 120000000。"),
    )
    starts_on = DatePartsField(label=_("拟开工日期"))
    finishes_on = DatePartsField(label=_("拟竣工日期"))

    def clean_region(self) -> str:
        """Return the county that the place is, or lies in."""
        code = self.cleaned_data["region"]
        places = (*regions.ancestors(code), regions.region(code))
        county = next((one for one in places if one.level is regions.RegionLevel.COUNTY), None)
        if county is None:
            raise ValidationError(_("请填写到县、市、区。"))
        return county.code

    def entry(self) -> ProjectEntry:
        """Return what was filled in, once it is valid."""
        said: dict[str, Any] = self.cleaned_data
        return ProjectEntry(
            name=said["name"], kind=ProjectKind(said["kind"]), type=ProjectType(said["type"]),
            industry=Industry(said["industry"]), region=said["region"], investment=said["investment"].fen,
            starts_on=said["starts_on"], finishes_on=said["finishes_on"],
        )  # fmt: skip


class DrawingsForm(forms.Form):
    """A version of the drawing set: one file a discipline, those that did not change left empty."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for discipline in Discipline:
            self.fields[discipline.value] = SealedFileField(
                label=discipline.label,
                required=False,
                widget=forms.ClearableFileInput({"accept": ".pdf,.jpg,.jpeg,.png"}),
            )
        self.fields["note"] = forms.CharField(
            label=_("修改说明"), max_length=200, required=False, help_text=_("改了什么、为什么改；办理部门可以看到。")
        )

    def files_given(self) -> dict[str, Any]:
        """Return the files that were chosen, by discipline."""
        said = self.cleaned_data
        return {one.value: said[one.value] for one in Discipline if said.get(one.value)}

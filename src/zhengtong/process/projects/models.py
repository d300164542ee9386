"""Tables of investment projects."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.money import Money, MoneyField
from zhengtong.process.projects.contracts import Discipline, Industry, ProjectKind, ProjectState, ProjectType


class StagePlanVersion(models.Model):
    """One version of which items belong to which stage 阶段方案. Invariant: never altered; equal contents, one version.

    It keeps names as they were in the catalogue then, so that a project shows what it was registered under.
    """

    version = models.PositiveIntegerField(primary_key=True)
    digest = models.CharField(max_length=64)
    content = models.JSONField()
    published_at = models.DateTimeField()

    class Meta:
        db_table = "projects_stage_plan"
        verbose_name = verbose_name_plural = _("阶段方案")

    def __str__(self) -> str:
        return str(self.version)


class Project(models.Model):
    """An investment project 投资项目. Invariant: its code is drawn once and never changes; no two have the same.

    `owner_name` is what the enterprise was called when it registered. `stage` is the first stage that is not done,
    empty exactly when the project is completed.
    """

    id = models.UUIDField(primary_key=True)
    code = models.CharField(_("项目代码"), max_length=28, unique=True)
    name = models.CharField(_("项目名称"), max_length=120)
    kind = models.CharField(max_length=12, choices=[(one.value, one.value) for one in ProjectKind])
    type = models.CharField(max_length=12, choices=[(one.value, one.value) for one in ProjectType])
    industry = models.CharField(max_length=16, choices=[(one.value, one.value) for one in Industry])
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+", verbose_name=_("建设地点"))
    owner = models.UUIDField(_("项目单位"))
    owner_name = models.CharField(max_length=200)
    investment = MoneyField[Money, Money](_("总投资"))
    starts_on = models.DateField(_("拟开工"))
    finishes_on = models.DateField(_("拟竣工"))
    plan = models.ForeignKey(StagePlanVersion, models.PROTECT, related_name="+", db_index=False)
    stage = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=10, default=ProjectState.ACTIVE)
    registered_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("投资项目")
        indexes = [
            models.Index(fields=["owner", "-registered_at", "-id"], name="project_of_owner"),
            models.Index(fields=["-registered_at", "-id"], name="project_newest"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(finishes_on__gte=F("starts_on")), name="project_finishes_after_start"),
            models.CheckConstraint(
                condition=Q(state=ProjectState.COMPLETED, stage="") | Q(state=ProjectState.ACTIVE) & ~Q(stage=""),
                name="project_completed_without_stage",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class DrawingSet(models.Model):
    """One version of a project's drawings 一套图. Invariant: never altered; versions of a project count from one."""

    id = models.UUIDField(primary_key=True)
    project = models.ForeignKey(Project, models.PROTECT, related_name="drawing_sets", db_index=False)
    version = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    note = models.CharField(max_length=200, blank=True)
    uploaded_at = models.DateTimeField()

    class Meta:
        db_table = "projects_drawing_set"
        verbose_name = verbose_name_plural = _("图纸")
        constraints = [models.UniqueConstraint(fields=["project", "version"], name="drawings_version_once")]

    def __str__(self) -> str:
        return f"{self.project_id} {self.version}"


class DrawingSheet(models.Model):
    """A file of a drawing set, sealed among the uploaded files. Invariant: a set has one sheet of a discipline."""

    drawings = models.ForeignKey(DrawingSet, models.PROTECT, related_name="sheets", db_index=False)
    discipline = models.CharField(max_length=16, choices=[(one.value, one.value) for one in Discipline])
    file = models.ForeignKey("process_forms.Attachment", models.PROTECT, related_name="+", db_index=False)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        db_table = "projects_drawing_sheet"
        verbose_name = verbose_name_plural = _("图纸")
        constraints = [models.UniqueConstraint(fields=["drawings", "discipline"], name="sheet_once_a_discipline")]

    def __str__(self) -> str:
        return f"{self.drawings_id} {self.discipline}"


class ProjectApplication(models.Model):
    """A case or a bundle that runs under a project. Invariant: one of the two; it belongs to one project.

    `drawings` is the version of the drawing set it refers to, empty where there was none yet.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="applications")
    item = models.CharField(max_length=20, blank=True)
    case = models.OneToOneField("cases.Case", models.PROTECT, null=True, related_name="+")
    bundle = models.OneToOneField("bundles.BundleCase", models.PROTECT, null=True, related_name="+")
    drawings = models.ForeignKey(DrawingSet, models.PROTECT, null=True, related_name="+", db_index=False)
    begun_at = models.DateTimeField()

    class Meta:
        db_table = "projects_application"
        verbose_name = verbose_name_plural = _("投资项目")
        constraints = [
            models.CheckConstraint(
                condition=Q(bundle=None, case__isnull=False) & ~Q(item="")
                | Q(bundle__isnull=False, case=None, item=""),
                name="application_is_case_or_bundle",
            )
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.case_id or self.bundle_id}"

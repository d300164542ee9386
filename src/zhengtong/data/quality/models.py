"""Tables of quality: rules, assessments, issues."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhengtong.data.quality.contracts import DIMENSION_LABELS, ISSUE_STATE_LABELS, IssueState


class QualityRule(models.Model):
    """A rule of a dataset 质量规则. Invariant: one key a dataset, and its columns are data elements of it."""

    dataset = models.ForeignKey("catalog.Dataset", models.CASCADE, related_name="+", verbose_name=_("数据集"))
    key = models.CharField(_("标识"), max_length=100)
    name = models.CharField(_("名称"), max_length=200)
    dimension = models.CharField(
        _("质量维度"), max_length=16, choices=[(key.value, label) for key, label in DIMENSION_LABELS.items()]
    )
    check_kind = models.CharField(max_length=20)
    column = models.CharField(_("数据项"), max_length=80)
    parameters: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    weight = models.FloatField(default=1.0)
    tolerance = models.FloatField(null=True)

    class Meta:
        db_table = "quality_rule"
        verbose_name = verbose_name_plural = _("质量规则")
        constraints = [
            models.UniqueConstraint(fields=["dataset", "key"], name="quality_rule_key"),
            models.CheckConstraint(condition=Q(weight__gt=0), name="quality_weight_counts"),
        ]

    def __str__(self) -> str:
        return f"{self.dataset_id} {self.key}"


class AssessmentRow(models.Model):
    """How a version of a dataset did 质量检查. Invariant: never altered; `latest` marks one row a dataset."""

    dataset = models.ForeignKey("catalog.Dataset", models.CASCADE, related_name="+", verbose_name=_("数据集"))
    version = models.PositiveBigIntegerField(null=True)
    at = models.DateTimeField(_("检查时间"))
    rows = models.PositiveBigIntegerField()
    score = models.FloatField(_("得分"))
    before = models.FloatField(null=True)
    results: "models.JSONField[Any, Any]" = models.JSONField()
    latest = models.BooleanField(default=True)

    class Meta:
        db_table = "quality_assessment"
        verbose_name = verbose_name_plural = _("质量检查")
        constraints = [
            models.UniqueConstraint(fields=["dataset"], condition=Q(latest=True), name="quality_one_latest"),
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=100), name="quality_score_range"),
        ]
        indexes = [models.Index(fields=["dataset", "-at"], name="quality_trend")]

    def __str__(self) -> str:
        return f"{self.dataset_id} {self.score}"


class QualityIssue(models.Model):
    """A broken rule that a department must mend 质量问题. Invariant: at most one not closed for a rule of a dataset."""

    id = models.UUIDField(primary_key=True)
    dataset = models.ForeignKey("catalog.Dataset", models.CASCADE, related_name="+", verbose_name=_("数据集"))
    rule_key = models.CharField(max_length=100)
    rule_name = models.CharField(max_length=200)
    state = models.CharField(
        _("状态"), max_length=12, choices=[(key.value, label) for key, label in ISSUE_STATE_LABELS.items()]
    )
    failing = models.PositiveBigIntegerField(_("问题行数"))
    rows = models.PositiveBigIntegerField()
    opened_at = models.DateTimeField(_("发现时间"))
    due_on = models.DateField(_("整改期限"))
    answer = models.TextField(_("答复"), blank=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "quality_issue"
        verbose_name = verbose_name_plural = _("质量问题")
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "rule_key"], condition=~Q(state=IssueState.CLOSED), name="quality_one_open_issue"
            )
        ]

    def __str__(self) -> str:
        return f"{self.dataset_id} {self.rule_key}"

"""Tables of opening: applications with what has become of them. The copies themselves lie as files."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhengtong.data.opening.contracts import Access, OpeningState


class OpeningApplication(models.Model):
    """An application to open a version of a dataset 开放申请.

    Invariant: nothing is approved or released that was not frozen with a risk report, and not without a second officer;
    a name stands for one application for ever. `revision` moves with every step.
    """

    id = models.UUIDField(primary_key=True)
    slug = models.SlugField(_("网址名称"), max_length=60, unique=True)
    title = models.CharField(_("名称"), max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    summary = models.TextField(_("摘要"), blank=True)
    dataset = models.ForeignKey("catalog.Dataset", models.PROTECT, related_name="+", verbose_name=_("数据集"))
    provider = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+", verbose_name=_("数源部门"))
    version = models.PositiveBigIntegerField(_("版本"))
    plan: "models.JSONField[Any, Any]" = models.JSONField()
    access = models.CharField(_("开放方式"), max_length=16, choices=[(access.value, access.label) for access in Access])
    basis = models.CharField(_("依据"), max_length=200)
    embargo_until = models.DateField(_("不早于"), null=True)
    state = models.CharField(_("状态"), max_length=12, choices=[(state.value, state.label) for state in OpeningState])
    revision = models.PositiveIntegerField(default=1)
    drafted_by = models.UUIDField()
    drafted_at = models.DateTimeField()
    files: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    report: "models.JSONField[Any, Any]" = models.JSONField(null=True)
    folder = models.CharField(max_length=80, blank=True)
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(_("开放时间"), null=True)
    reason = models.TextField(blank=True)
    entry = models.CharField(max_length=32, blank=True)  # code of its own entry in the catalogue, if it has one

    class Meta:
        verbose_name = verbose_name_plural = _("开放申请")
        indexes = [
            models.Index(fields=["provider", "state", "-drafted_at"], name="opening_by_provider"),
            models.Index(fields=["state", "-released_at"], name="opening_by_state"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"]) | Q(report__isnull=False), name="opening_has_its_report"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "released"])
                | (Q(decided_by__isnull=False) & ~Q(decided_by=models.F("drafted_by"))),
                name="opening_seen_by_four_eyes",
            ),
            models.CheckConstraint(
                condition=~Q(state="released") | Q(released_at__isnull=False), name="opening_released_at_a_moment"
            ),
        ]

    def __str__(self) -> str:
        return self.slug

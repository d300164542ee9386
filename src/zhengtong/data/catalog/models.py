"""Tables of the catalogue: information systems and datasets. What changed, when and by whom is in the ledger."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhengtong.data.catalog.contracts import (
    DATASET_STATE_LABELS,
    OPENING_CLASS_LABELS,
    OPENING_MODE_LABELS,
    SHARING_CLASS_LABELS,
    UPDATE_CYCLE_LABELS,
    DatasetState,
)


class InformationSystem(models.Model):
    """An information system 政务信息系统. Invariant: its key is unique within the department that runs it."""

    provider = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+", verbose_name=_("部门"))
    key = models.CharField(_("标识"), max_length=40)
    name = models.CharField(_("名称"), max_length=120)
    name_en = models.CharField(max_length=200, blank=True)
    summary = models.TextField(_("摘要"), blank=True)

    class Meta:
        db_table = "catalog_system"
        verbose_name = verbose_name_plural = _("政务信息系统")
        constraints = [models.UniqueConstraint(fields=["provider", "key"], name="catalog_system_key")]

    def __str__(self) -> str:
        return self.name


class Dataset(models.Model):
    """A dataset 数据集 (政务信息资源).

    Invariant: one row a code, of one provider; `grade` is at least the grade of every element and the columns repeat
    what `elements` (the whole entry) says; a published row has its day, and only an act of the ledger changes a row.
    """

    code = models.CharField(_("信息资源代码"), max_length=32, primary_key=True)
    provider = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+", verbose_name=_("数源部门"))
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+", verbose_name=_("区划"))
    name = models.CharField(_("名称"), max_length=200)
    state = models.CharField(
        _("状态"), max_length=12, choices=[(key.value, label) for key, label in DATASET_STATE_LABELS.items()]
    )
    sharing = models.CharField(
        _("共享属性"), max_length=16, choices=[(key.value, label) for key, label in SHARING_CLASS_LABELS.items()]
    )
    opening = models.CharField(
        _("开放属性"), max_length=16, choices=[(key.value, label) for key, label in OPENING_CLASS_LABELS.items()]
    )
    opening_mode = models.CharField(  # beside `entry`, which a release before this one must still be able to read
        _("开放方式"),
        max_length=16,
        blank=True,
        default="",
        db_default="",
        choices=[(key.value, label) for key, label in OPENING_MODE_LABELS.items()],
    )
    cycle = models.CharField(
        _("更新周期"), max_length=12, choices=[(key.value, label) for key, label in UPDATE_CYCLE_LABELS.items()]
    )
    grade = models.PositiveSmallIntegerField(_("数据分级"))
    table = models.CharField(max_length=80, blank=True)
    system = models.CharField(max_length=40, blank=True)
    element_count = models.PositiveIntegerField()
    entry: "models.JSONField[Any, Any]" = models.JSONField(_("要素"))
    digest = models.CharField(max_length=80)  # algorithm:hexadecimal
    version = models.PositiveIntegerField(_("版本"))
    registered_at = models.DateTimeField(_("编制时间"))
    changed_at = models.DateTimeField(_("变更时间"))
    published_on = models.DateField(_("发布日期"), null=True)

    class Meta:
        db_table = "catalog_dataset"
        verbose_name = verbose_name_plural = _("数据集")
        indexes = [
            models.Index(fields=["provider", "state", "code"], name="catalog_by_provider"),
            models.Index(fields=["state", "sharing", "opening", "cycle", "grade", "provider"], name="catalog_by_facet"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=DatasetState.PUBLISHED) | Q(published_on__isnull=False),
                name="catalog_published_has_day",
            ),
            models.UniqueConstraint(fields=["table"], condition=~Q(table=""), name="catalog_one_dataset_a_table"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

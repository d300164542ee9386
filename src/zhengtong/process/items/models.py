"""Tables of items: versions of the base catalogue, bundles, and who implements what where."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class ServiceItem(models.Model):
    """One version of an item 事项版本.

    Invariant: of one code at most one version has no end, and a version's period [from, until) is not empty. What a
    version said never changes once it has been in force; a correction is a new version. `elements` holds the item as
    `contracts.Item` gives it.
    """

    code = models.CharField(_("事项编码"), max_length=12)
    version = models.PositiveIntegerField(_("版本"))
    name = models.CharField(_("名称"), max_length=120)
    department = models.CharField(_("部门"), max_length=40)
    kind = models.CharField(_("类型"), max_length=20)
    natural = models.BooleanField(_("面向个人"))
    legal = models.BooleanField(_("面向企业和组织"))
    rank = models.PositiveIntegerField(_("热度"))
    elements = models.JSONField(_("要素"))
    digest = models.CharField(max_length=64)
    effective_from = models.DateField(_("生效日期"))
    effective_until = models.DateField(_("失效日期"), null=True)

    class Meta:
        db_table = "items_service_item"
        verbose_name = verbose_name_plural = _("事项")
        ordering = ("code", "version")
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="items_one_row_a_version"),
            models.UniqueConstraint(fields=["code"], condition=Q(effective_until=None), name="items_one_open_version"),
            models.CheckConstraint(
                condition=Q(effective_until=None) | Q(effective_from__lt=F("effective_until")),
                name="items_period_runs_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class ServiceBundle(models.Model):
    """One thing 一件事. Invariant: every code in it is that of a published item (checked when published)."""

    code = models.CharField(_("编码"), max_length=40, primary_key=True)
    name = models.CharField(_("名称"), max_length=120)
    rank = models.PositiveIntegerField(_("热度"))
    elements = models.JSONField(_("要素"))

    class Meta:
        db_table = "items_bundle"
        verbose_name = verbose_name_plural = _("一件事")

    def __str__(self) -> str:
        return self.name


class Implementation(models.Model):
    """That an organisation handles an item in a region 实施清单.

    Invariant: in one region one organisation handles an item; the code is 31 characters and nobody else's.
    """

    code = models.CharField(_("实施编码"), max_length=31, primary_key=True)
    item = models.CharField(_("事项编码"), max_length=12)
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+", verbose_name=_("区划"))
    county = models.CharField(max_length=24)
    organisation = models.UUIDField(_("实施主体"))
    organisation_name = models.CharField(_("实施主体名称"), max_length=120)
    organisation_name_en = models.CharField(max_length=200)
    window = models.CharField(_("办理窗口"), max_length=200)
    window_en = models.CharField(max_length=300)

    class Meta:
        db_table = "items_implementation"
        verbose_name = verbose_name_plural = _("实施清单")
        constraints = [models.UniqueConstraint(fields=["item", "region"], name="items_one_body_a_region")]

    def __str__(self) -> str:
        return self.code

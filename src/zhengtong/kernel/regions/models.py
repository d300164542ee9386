"""Tables of the regions."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.regions.contracts import RegionLevel


class Region(models.Model):
    """A region 行政区划 or grid 网格. Its code is its key, so a foreign key column reads as the code.

    Invariants: a child's interval `low…high` lies inside its parent's and siblings' do not overlap, so "within" is one
    comparison on one index; neither code nor interval ever changes. Periods are half-open.
    """

    code = models.CharField(_("区划代码"), max_length=24, primary_key=True)
    name = models.CharField(_("名称"), max_length=100)
    full_name = models.CharField(_("全称"), max_length=300)
    level = models.PositiveSmallIntegerField(_("级别"), choices=[(level.value, level.name) for level in RegionLevel])
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级")
    )
    low = models.BigIntegerField(unique=True)
    high = models.BigIntegerField()
    valid_from = models.DateField(_("设立日期"), null=True, blank=True)
    valid_to = models.DateField(_("撤销日期"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("行政区划")
        ordering = ("low",)
        constraints = [
            models.CheckConstraint(condition=models.Q(low__lte=models.F("high")), name="region_interval_runs_forward"),
            models.CheckConstraint(
                condition=models.Q(valid_from__lt=models.F("valid_to"))
                | models.Q(valid_to=None)
                | models.Q(valid_from=None),
                name="region_period_runs_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class FormerName(models.Model):
    """A name a region bore until `valid_to`. Invariant: one name a region and day."""

    region = models.ForeignKey(Region, models.CASCADE, related_name="former_names", verbose_name=_("区划"))
    name = models.CharField(_("曾用名"), max_length=100)
    valid_to = models.DateField(_("使用至"))

    class Meta:
        verbose_name = verbose_name_plural = _("曾用名")
        constraints = [models.UniqueConstraint(fields=["region", "valid_to"], name="region_one_name_a_day")]

    def __str__(self) -> str:
        return f"{self.name} –{self.valid_to}"


class Succession(models.Model):
    """A region that took over from an abolished one 接续区划. Invariant: said once."""

    abolished = models.ForeignKey(Region, models.CASCADE, related_name="successions", verbose_name=_("原区划"))
    successor = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("接续区划"))

    class Meta:
        verbose_name = verbose_name_plural = _("区划接续")
        constraints = [models.UniqueConstraint(fields=["abolished", "successor"], name="region_succession_once")]

    def __str__(self) -> str:
        return f"{self.abolished_id} → {self.successor_id}"

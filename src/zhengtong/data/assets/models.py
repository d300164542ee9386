"""Tables of assets: resources, rights, grants of operation, products. Who changed what and when is the ledger's."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from zhengtong.data.assets.contracts import AssetState, ProductState, RightKind


class Asset(models.Model):
    """A data asset 数据资产.

    Invariant: a name stands for one asset of a department; suspended or withdrawn, it says why. `version` moves with
    every change. `costs` is what was spent, a row a kind: {kind, fen, note}. No price is kept: nobody has paid one.
    """

    id = models.UUIDField(primary_key=True)
    name = models.CharField(_("名称"), max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    summary = models.TextField(_("摘要"), blank=True)
    provider = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+", verbose_name=_("登记部门"))
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+", verbose_name=_("区划"))
    state = models.CharField(_("状态"), max_length=12, choices=[(state.value, state.label) for state in AssetState])
    version = models.PositiveIntegerField(default=1)
    costs: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    registered_at = models.DateTimeField(_("登记时间"))
    changed_at = models.DateTimeField()
    reason = models.TextField(blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("数据资产")
        indexes = [models.Index(fields=["-registered_at", "id"], name="asset_by_day")]
        constraints = [
            models.UniqueConstraint(fields=["provider", "name"], name="asset_one_name_a_department"),
            models.CheckConstraint(condition=Q(state="registered") | ~Q(reason=""), name="asset_out_of_force_says_why"),
        ]

    def __str__(self) -> str:
        return self.name


class Resource(models.Model):
    """A dataset that assets are made of 数据资源. Invariant: rights over it are entered under this row's lock alone."""

    dataset = models.OneToOneField("catalog.Dataset", models.PROTECT, primary_key=True, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = _("数据资源")

    def __str__(self) -> str:
        return str(self.pk)


class Part(models.Model):
    """That an asset is made of a resource. Invariant: once an asset and resource."""

    asset = models.ForeignKey(Asset, models.PROTECT, related_name="parts", db_index=False)
    resource = models.ForeignKey(Resource, models.PROTECT, related_name="parts")

    class Meta:
        verbose_name = verbose_name_plural = _("资产组成")
        constraints = [models.UniqueConstraint(fields=["asset", "resource"], name="asset_part_once")]

    def __str__(self) -> str:
        return f"{self.asset_id} {self.resource_id}"


class Right(models.Model):
    """A right over the resources of an asset 数据权利, in the half-open period [starts_on, ends_on).

    Invariant: over one resource one right has one holder at a time; a period has at least a day.
    """

    id = models.UUIDField(primary_key=True)
    asset = models.ForeignKey(Asset, models.PROTECT, related_name="rights")
    kind = models.CharField(max_length=12, choices=[(kind.value, kind.label) for kind in RightKind])
    holder = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+", verbose_name=_("权利人"))
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("数据权利")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")), name="asset_right_has_a_day"
            ),
            models.UniqueConstraint(fields=["asset", "kind", "starts_on"], name="asset_right_begins_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.asset_id}"


class Operation(models.Model):
    """A grant of operation 授权运营, in the half-open period [starts_on, ends_on), over from `ended_on` on.

    Invariant: it lasts a day at least, names a smallest group and a number of products, and ended it says why.
    `items` are [dataset, element] that products may count by.
    """

    id = models.UUIDField(primary_key=True)
    asset = models.ForeignKey(Asset, models.PROTECT, related_name="operations")
    operator = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+", verbose_name=_("运营机构"))
    starts_on = models.DateField()
    ends_on = models.DateField()
    items: "models.JSONField[Any, Any]" = models.JSONField()
    smallest_group = models.PositiveIntegerField()
    most_products = models.PositiveIntegerField()
    basis = models.CharField(_("依据"), max_length=200)
    granted_at = models.DateTimeField()
    ended_on = models.DateField(null=True)
    reason = models.TextField(blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("授权运营")
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="operation_has_a_day"),
            models.CheckConstraint(
                condition=Q(smallest_group__gte=2, most_products__gte=1), name="operation_has_its_limits"
            ),
            models.CheckConstraint(condition=Q(ended_on=None) | ~Q(reason=""), name="operation_ended_says_why"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Product(models.Model):
    """A product of authorised operation 数据产品. Invariant: it holds counts only, after a report that passed.

    It is decided once, by another than who submitted it. `cells` are the counts, `plan` always aggregates.
    """

    id = models.UUIDField(primary_key=True)
    operation = models.ForeignKey(Operation, models.PROTECT, related_name="products")
    name = models.CharField(_("名称"), max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    dataset = models.CharField(max_length=32)
    plan: "models.JSONField[Any, Any]" = models.JSONField()
    state = models.CharField(_("状态"), max_length=12, choices=[(state.value, state.label) for state in ProductState])
    submitted_by = models.UUIDField()
    submitted_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    report: "models.JSONField[Any, Any]" = models.JSONField(null=True)
    table_version = models.PositiveBigIntegerField(null=True)
    names: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    cells: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    digest = models.CharField(max_length=80, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("数据产品")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="submitted", decided_by=None) | (~Q(state="submitted") & Q(decided_by__isnull=False)),
                name="product_decided_with_its_officer",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("submitted_by")), name="product_seen_by_four_eyes"
            ),
            models.CheckConstraint(
                condition=~Q(state="computed") | (Q(report__isnull=False) & ~Q(digest="")),
                name="product_computed_with_its_report",
            ),
        ]

    def __str__(self) -> str:
        return self.name

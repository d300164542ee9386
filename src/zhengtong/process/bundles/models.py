"""Tables of bundles: what was applied for once, and its parts."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhengtong.process.bundles.contracts import BundleState, PartState
from zhengtong.trust.keys.api import EncryptedTextField


class BundleCase(models.Model):
    """A bundle applied for 一件事. Invariant: it is concluded exactly when every part is settled.

    The application lies sealed and whole here; each part's case holds only the fields its own form asks 最小必要.
    """

    id = models.UUIDField(primary_key=True)
    reference = models.CharField(_("编号"), max_length=24, unique=True)
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=300)
    lead = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+", verbose_name=_("牵头部门"))
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+", db_index=False)
    applicant = models.UUIDField()
    applicant_kind = models.CharField(max_length=20)
    home_region = models.CharField(max_length=24, blank=True)
    state = models.CharField(max_length=12, default=BundleState.OPEN)
    form: "EncryptedTextField[Any, Any]" = EncryptedTextField(purpose="process.bundle.form")
    evidence = models.JSONField(default=list)
    received_at = models.DateTimeField()
    concluded_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "bundles_bundle"
        verbose_name = verbose_name_plural = _("一件事")
        indexes = [models.Index(fields=["applicant", "-received_at"], name="bundle_of_applicant")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(concluded_at=None, state=BundleState.OPEN)
                | models.Q(concluded_at__isnull=False) & ~models.Q(state=BundleState.OPEN),
                name="bundle_ends_with_its_state",
            )
        ]

    def __str__(self) -> str:
        return self.reference


class BundlePart(models.Model):
    """A part of a bundle 事项. Invariant: a part that waits has no case; one case belongs to one part."""

    bundle = models.ForeignKey(BundleCase, models.PROTECT, related_name="parts", db_index=False)
    position = models.PositiveSmallIntegerField()
    item = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=300)
    department = models.CharField(max_length=120)
    department_en = models.CharField(max_length=200)
    waits_for = models.JSONField(default=list)
    state = models.CharField(max_length=12, default=PartState.WAITING)
    case = models.OneToOneField("cases.Case", models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "bundles_part"
        verbose_name = verbose_name_plural = _("一件事")
        constraints = [
            models.UniqueConstraint(fields=["bundle", "item"], name="part_once_a_bundle"),
            models.CheckConstraint(
                condition=models.Q(case=None, state__in=[PartState.WAITING, PartState.BLOCKED, PartState.WITHDRAWN])
                | models.Q(case__isnull=False),
                name="part_open_with_its_case",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bundle_id} {self.item}"


class BundleNudge(models.Model):
    """That the lead authority reminded a department 催办. Invariant: never altered, a moment apart."""

    part = models.ForeignKey(BundlePart, models.PROTECT, related_name="nudges", db_index=False)
    at = models.DateTimeField()
    official = models.UUIDField()
    organisation = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+")

    class Meta:
        db_table = "bundles_nudge"
        verbose_name = verbose_name_plural = _("催办")
        constraints = [models.UniqueConstraint(fields=["part", "at"], name="nudge_once_a_moment")]

    def __str__(self) -> str:
        return f"{self.part_id} {self.at}"

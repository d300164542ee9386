"""Tables of opening: applications, who uses what is open, what the public asks. The copies themselves lie as files."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhengtong.data.opening.contracts import Access, EnquiryKind, OpeningState, RegistrationState
from zhengtong.trust.keys.api import EncryptedTextField


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


class Registration(models.Model):
    """That somebody uses a release 使用登记, or by agreement. Invariant: one live registration a person and release.

    The purpose lies sealed; of the key only its digest is kept.
    """

    id = models.UUIDField(primary_key=True)
    application = models.ForeignKey(OpeningApplication, models.PROTECT, related_name="registrations")
    subject = models.UUIDField()
    purpose: "EncryptedTextField[Any, Any]" = EncryptedTextField(purpose="data.opening.purpose")
    state = models.CharField(
        _("状态"), max_length=8, choices=[(state.value, state.label) for state in RegistrationState]
    )
    asked_at = models.DateTimeField()
    due_on = models.DateField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    reason = models.TextField(blank=True)
    daily_quota = models.PositiveIntegerField()
    key_digest = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("使用登记")
        indexes = [models.Index(fields=["subject", "-asked_at"], name="opening_registered_by")]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "subject"], condition=Q(state__in=["asked", "active"]),
                name="opening_one_live_registration",
            ),
            models.CheckConstraint(condition=~Q(state="refused", reason=""), name="opening_refusal_has_its_reason"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.id)


class Use(models.Model):
    """Calls of a day 调用量. Invariant: never more than the registration's quota, however many ask at once."""

    pk = models.CompositePrimaryKey("registration", "day")
    registration = models.ForeignKey(Registration, models.PROTECT, related_name="uses")
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("开放数据调用量")

    def __str__(self) -> str:
        return f"{self.registration_id} {self.day}"


class Enquiry(models.Model):
    """A request for data not open yet, or feedback on what is 公众需求和意见. Invariant: answered once, with words.

    What people write lies sealed.
    """

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=8, choices=[(kind.value, kind.label) for kind in EnquiryKind])
    provider = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+")
    application = models.ForeignKey(OpeningApplication, models.PROTECT, null=True, related_name="enquiries")
    subject = models.UUIDField()
    text: "EncryptedTextField[Any, Any]" = EncryptedTextField(purpose="data.opening.enquiry")
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    answer: "EncryptedTextField[Any, Any]" = EncryptedTextField(purpose="data.opening.enquiry", null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.UUIDField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("公众需求和意见")
        indexes = [
            models.Index(fields=["provider", "answered_at", "due_on"], name="opening_enquiry_to_answer"),
            models.Index(fields=["subject", "-asked_at"], name="opening_enquiry_of"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(answer__isnull=True, answered_at=None) | Q(answer__isnull=False, answered_at__isnull=False),
                name="opening_answered_with_words",
            )
        ]

    def __str__(self) -> str:
        return str(self.id)

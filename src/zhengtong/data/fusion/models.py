"""Tables of fusion 融合: versions, contradictions, decisions, offices. Golden records themselves lie in Delta tables.

Values and keys are personal data and lie sealed; what must be found again has a blind index beside it.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhengtong.data.fusion.contracts import DECISION_LABELS, DISCREPANCY_STATE_LABELS, Decision, DiscrepancyState
from zhengtong.kernel.ids import new_id
from zhengtong.trust.keys.api import BlindIndex, BlindIndexField, EncryptedTextField

KEY_INDEX = BlindIndex(purpose="fusion.key")
RECORD_INDEX = BlindIndex(purpose="fusion.record")


class Version(models.Model):
    """A published version of a registry 版本. Invariant: one row a registry and version of its Delta table."""

    registry = models.CharField(_("基础库"), max_length=40)
    version = models.PositiveBigIntegerField(_("版本"))
    records = models.PositiveBigIntegerField(_("记录数"))
    conflicts = models.PositiveBigIntegerField(_("矛盾数"))
    digest = models.CharField(pgettext_lazy("密码学", "摘要"), max_length=64)
    at = models.DateTimeField(_("发布时间"))

    class Meta:
        db_table = "fusion_version"
        verbose_name = verbose_name_plural = _("基础库版本")
        constraints = [models.UniqueConstraint(fields=["registry", "version"], name="fusion_version_once")]

    def __str__(self) -> str:
        return f"{self.registry} {self.version}"


class Office(models.Model):
    """Which organisation answers for a department's data 数源部门. Invariant: one organisation a department."""

    department = models.CharField(_("部门"), max_length=60, primary_key=True)
    organisation = models.UUIDField(_("机构"))

    class Meta:
        db_table = "fusion_office"
        verbose_name = verbose_name_plural = _("数源部门")

    def __str__(self) -> str:
        return self.department


class Discrepancy(models.Model):
    """A contradiction 矛盾工单. Invariant: one a record and attribute; its times fit its state."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    registry = models.CharField(_("基础库"), max_length=40)
    attribute = models.CharField(_("数据项"), max_length=60)
    department = models.CharField(_("数源部门"), max_length=60)
    key = EncryptedTextField[str, str](purpose="fusion.key")
    key_index = BlindIndexField[bytes, bytes]()
    candidates = EncryptedTextField[str, str](purpose="fusion.value")
    state = models.CharField(
        _("状态"), max_length=12, choices=[(key.value, label) for key, label in DISCREPANCY_STATE_LABELS.items()]
    )
    answer = EncryptedTextField[str | None, str | None](purpose="fusion.value", null=True)
    answered_at = models.DateTimeField(_("答复时间"), null=True)
    opened_at = models.DateTimeField(_("提出时间"))
    cleared_at = models.DateTimeField(_("消除时间"), null=True)

    class Meta:
        db_table = "fusion_discrepancy"
        verbose_name = verbose_name_plural = _("矛盾工单")
        indexes = [models.Index(fields=["department", "state", "id"], name="fusion_discrepancy_desk")]
        constraints = [
            models.UniqueConstraint(fields=["registry", "attribute", "key_index"], name="fusion_discrepancy_once"),
            models.CheckConstraint(
                condition=Q(state=DiscrepancyState.OPEN.value, answered_at=None, cleared_at=None)
                | Q(state=DiscrepancyState.ANSWERED.value, answered_at__isnull=False, cleared_at=None)
                | Q(state=DiscrepancyState.CLEARED.value, cleared_at__isnull=False),
                name="fusion_discrepancy_is_what_it_says",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Review(models.Model):
    """A row beside the record it may belong to 疑似同一主体. Invariant: one a row; a decision has its time."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    registry = models.CharField(_("基础库"), max_length=40)
    source = models.CharField(_("数据源"), max_length=60)
    record = EncryptedTextField[str, str](purpose="fusion.record")
    record_index = BlindIndexField[bytes, bytes]()
    key = EncryptedTextField[str, str](purpose="fusion.key")
    left = EncryptedTextField[str, str](purpose="fusion.value")
    right = EncryptedTextField[str, str](purpose="fusion.value")
    probability = models.FloatField(_("可能性"))
    decision = models.CharField(
        _("结论"), max_length=12, choices=[(key.value, label) for key, label in DECISION_LABELS.items()]
    )
    by_machine = models.BooleanField(_("自动"), default=False)
    opened_at = models.DateTimeField(_("提出时间"))
    decided_at = models.DateTimeField(_("决定时间"), null=True)

    class Meta:
        db_table = "fusion_review"
        verbose_name = verbose_name_plural = _("疑似同一主体")
        indexes = [models.Index(fields=["decision", "by_machine", "id"], name="fusion_review_queue")]
        constraints = [
            models.UniqueConstraint(fields=["registry", "record_index"], name="fusion_review_once"),
            models.CheckConstraint(
                condition=Q(decision=Decision.PENDING.value, decided_at=None)
                | (~Q(decision=Decision.PENDING.value) & Q(decided_at__isnull=False)),
                name="fusion_review_decided_when_it_says_so",
            ),
            models.CheckConstraint(condition=Q(probability__gte=0, probability__lte=1), name="fusion_review_likely"),
        ]

    def __str__(self) -> str:
        return str(self.id)

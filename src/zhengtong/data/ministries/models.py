"""Tables of ministries: editions of the catalogue, the line, grants, queries, the cache, how interfaces do."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhengtong.data.exchange.contracts import Algorithm
from zhengtong.data.ministries.contracts import Outcome
from zhengtong.trust.keys.api import BlindIndexField, EncryptedTextField


class Edition(models.Model):
    """An edition of the catalogue 接口目录版本. Invariant: never changed; the highest number is in force."""

    number = models.PositiveIntegerField(primary_key=True)
    digest = models.CharField(max_length=80)
    content: "models.JSONField[Any, Any]" = models.JSONField()
    published_at = models.DateTimeField(_("发布时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("接口目录版本")

    def __str__(self) -> str:
        return str(self.number)


class Line(models.Model):
    """The line to the ministries 接入线路. Invariant: one of a node; its key lies sealed."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    address = models.CharField(_("地址"), max_length=300)
    key_id = models.CharField(max_length=80)
    algorithm = models.CharField(max_length=16, choices=[(one.value, one.value) for one in Algorithm])
    key: "EncryptedTextField[Any, Any]" = EncryptedTextField(purpose="data.ministries.line")
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = _("接入线路")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="ministries_one_line")]

    def __str__(self) -> str:
        return self.address


class Grant(models.Model):
    """The right of a department to use an interface 接口授权.

    Invariant: one that has not ended a department and interface; ended, it says why.
    """

    id = models.UUIDField(primary_key=True)
    interface = models.CharField(_("接口名称"), max_length=80)
    organisation = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+")
    items: "models.JSONField[Any, Any]" = models.JSONField()
    purpose = models.CharField(max_length=200)
    basis = models.CharField(max_length=200)
    daily_quota = models.PositiveIntegerField()
    for_applicants = models.BooleanField(default=False)
    starts_at = models.DateTimeField()
    expires_on = models.DateField()
    ended_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("接口授权")
        constraints = [
            models.UniqueConstraint(
                fields=["interface", "organisation"], condition=Q(ended_at=None), name="ministries_grant_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, reason="") | (Q(ended_at__isnull=False) & ~Q(reason="")),
                name="ministries_ended_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.interface


class Query(models.Model):
    """A query on record 部委查询. Invariant: written before the ministry is asked, settled once, never deleted.

    `key` is a keyed fingerprint of what was asked; of the answer only a salted digest is kept.
    """

    id = models.UUIDField(primary_key=True)
    grant = models.ForeignKey(Grant, models.PROTECT, related_name="queries", db_index=False)
    at = models.DateTimeField()
    business = models.CharField(max_length=80)
    subject = models.UUIDField(null=True)
    key = BlindIndexField[bytes, bytes]()
    is_cached = models.BooleanField(default=False)
    outcome = models.CharField(max_length=8, choices=[(one.value, one.label) for one in Outcome])
    answer_digest = models.CharField(max_length=80, blank=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("部委查询")
        indexes = [
            models.Index(fields=["grant", "-at"], name="ministries_by_grant"),
            models.Index(fields=["subject", "-at"], condition=Q(subject__isnull=False), name="ministries_at_person"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="asked", settled_at=None) | (~Q(outcome="asked") & Q(settled_at__isnull=False)),
                name="ministries_settled_has_its_moment",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class QueryCount(models.Model):
    """Queries of a day 部委查询量: of a grant (its id), or of an interface (its code), where the ministry was asked.

    Invariant: counted in the transaction that puts the query on record, never beyond the quota.
    """

    pk = models.CompositePrimaryKey("counted", "day")
    counted = models.CharField(max_length=80)
    day = models.DateField()
    count = models.PositiveIntegerField()

    class Meta:
        verbose_name = verbose_name_plural = _("部委查询量")

    def __str__(self) -> str:
        return f"{self.counted} {self.day}"


class CachedAnswer(models.Model):
    """An answer that may be used again until it expires 缓存答复. Invariant: sealed; one a query's fingerprint."""

    key = BlindIndexField[bytes, bytes](primary_key=True)
    interface = models.CharField(max_length=80)
    edition = models.PositiveIntegerField()
    record: "EncryptedTextField[Any, Any]" = EncryptedTextField(purpose="data.ministries.answer")
    answered_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = _("缓存答复")

    def __str__(self) -> str:
        return self.interface


class Condition(models.Model):
    """How an interface does 接口状况. Invariant: rests only after failures; an answer ends both.

    `failure` is a sentence and what fills it, {template, values}, so that each reader reads it in their language.
    """

    interface = models.CharField(max_length=80, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    resting_until = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    milliseconds = models.PositiveIntegerField(null=True)
    failed_at = models.DateTimeField(null=True)
    failure: "models.JSONField[Any, Any]" = models.JSONField(default=dict)

    class Meta:
        verbose_name = verbose_name_plural = _("接口状况")
        constraints = [
            models.CheckConstraint(
                condition=Q(resting_until=None) | Q(failures__gt=0), name="ministries_rests_after_failures"
            ),
        ]

    def __str__(self) -> str:
        return self.interface

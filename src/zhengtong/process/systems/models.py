"""Tables of departments' systems."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.webhooks import api as webhooks
from zhengtong.trust.keys.api import EncryptedTextField


class System(models.Model):
    """A department's own system 部门系统. Invariant: one an application; suspended, it may do nothing.

    It acts within `items` (none named: all of its department) and `acts` only. `address` is told of changes, signed
    with `secret` under the name `key`.
    """

    application = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+")
    name = models.CharField(_("名称"), max_length=60)
    name_en = models.CharField(max_length=120, blank=True)
    items = models.JSONField(default=list)
    acts = models.JSONField(default=list)
    address = models.CharField(max_length=300, blank=True)
    key = models.UUIDField(null=True)
    secret: "EncryptedTextField[Any, Any]" = EncryptedTextField(purpose="process.system.secret", null=True)
    key_issued_at = models.DateTimeField(null=True)
    connected_at = models.DateTimeField()
    suspended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("部门系统")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="system_one_of_a_name"),
            models.CheckConstraint(
                condition=Q(key=None, secret__isnull=True) | Q(key__isnull=False, secret__isnull=False),
                name="system_key_has_its_secret",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Call(models.Model):
    """A call that must take effect once 幂等调用. Invariant: a system uses a key for one request.

    `digest` is keyed, so that nobody finds the applicant by trying. `handled_by` is the official's number in the
    department's own system.
    """

    system = models.ForeignKey(System, models.PROTECT, related_name="+")
    key = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    case = models.UUIDField(null=True)
    handled_by = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = _("系统调用")
        constraints = [models.UniqueConstraint(fields=["system", "key"], name="call_once_a_key")]

    def __str__(self) -> str:
        return self.key


class FeedHead(models.Model):
    """Where the feed ends 变更末尾. Invariant: one row; its lock makes positions appear in their order."""

    last = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.last)


class CaseChange(models.Model):
    """A turn of a case as the systems of an organisation pull it 办件变更. Invariant: one an event and organisation.

    `position` grows in the order of commits, so who has read up to one has missed nothing before it.
    """

    position = models.BigIntegerField(primary_key=True)
    event = models.UUIDField()
    type = models.CharField(max_length=60)
    case = models.UUIDField()
    reference = models.CharField(max_length=24)
    item = models.CharField(max_length=20)
    organisation = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = _("办件变更")
        constraints = [models.UniqueConstraint(fields=["event", "organisation"], name="change_once_an_organisation")]
        indexes = [models.Index(fields=["organisation", "position"], name="change_of_organisation")]

    def __str__(self) -> str:
        return f"{self.position} {self.type}"


class Delivery(webhooks.Delivery):
    """A change on its way to a system 推送. Invariant: one a system and change; settled, it has its moment."""

    system = models.ForeignKey(System, models.PROTECT, related_name="+", db_index=False)
    change = models.ForeignKey(CaseChange, models.PROTECT, related_name="+", db_index=False)

    class Meta(webhooks.Delivery.Meta):
        verbose_name = verbose_name_plural = _("推送")
        constraints = [
            *webhooks.Delivery.Meta.constraints,
            models.UniqueConstraint(fields=["system", "change"], name="delivery_once_a_change"),
        ]
        indexes = [
            *webhooks.Delivery.Meta.indexes,
            models.Index(fields=["system", "state", "-id"], name="delivery_of_system"),
        ]


class Attempt(webhooks.Attempt):
    """One attempt to deliver 推送尝试. Never changed."""

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="tries")

    class Meta:
        verbose_name = verbose_name_plural = _("推送尝试")

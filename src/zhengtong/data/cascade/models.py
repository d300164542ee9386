"""Tables of cascade: nodes of other levels, and what is taken from them. Rows themselves land through collection."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhengtong.data.cascade.contracts import Position
from zhengtong.data.exchange.contracts import Algorithm
from zhengtong.trust.keys.api import EncryptedTextField


class Peer(models.Model):
    """A node of another level 上下级节点. Invariant: one row a name, which its rows bear; its key lies sealed."""

    id = models.UUIDField(primary_key=True)
    name = models.CharField(_("名称"), max_length=80, unique=True)
    position = models.CharField(_("节点位置"), max_length=8, choices=[(one.value, one.label) for one in Position])
    gateway = models.CharField(_("网关地址"), max_length=300)
    key_id = models.CharField(max_length=80)
    algorithm = models.CharField(max_length=16, choices=[(one.value, one.value) for one in Algorithm])
    key: "EncryptedTextField[Any, Any]" = EncryptedTextField(purpose="data.cascade.peer")

    class Meta:
        verbose_name = verbose_name_plural = _("上下级节点")

    def __str__(self) -> str:
        return self.name


class Intake(models.Model):
    """A resource taken from a node 接入. Invariant: one a node and resource; `version` is what landed, never ahead.

    `beginning` counts how often all rows were fetched anew: each beginning has its own folder and its own source.
    """

    id = models.UUIDField(primary_key=True)
    peer = models.ForeignKey(Peer, models.PROTECT, related_name="intakes", verbose_name=_("节点"))
    dataset = models.ForeignKey("catalog.Dataset", models.PROTECT, related_name="+", verbose_name=_("数据集"))
    agreement = models.UUIDField()
    item = models.CharField(max_length=80)
    source = models.UUIDField(unique=True)
    beginning = models.PositiveIntegerField(default=1)
    every_minutes = models.PositiveIntegerField(null=True)
    next_due_at = models.DateTimeField(null=True)
    version = models.BigIntegerField(_("已入库版本"), null=True)
    announced = models.BigIntegerField(_("已通知版本"), null=True)
    pulled_at = models.DateTimeField(_("最近获取"), null=True)
    late_at = models.DateTimeField(null=True)
    late_since = models.DateTimeField(null=True)
    refusal = models.TextField(blank=True)
    refused_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("接入")
        constraints = [
            models.UniqueConstraint(fields=["peer", "dataset"], name="cascade_intake_once"),
            models.CheckConstraint(
                condition=Q(refusal="", refused_at=None) | ~Q(refusal="") & Q(refused_at__isnull=False),
                name="cascade_refusal_has_its_moment",
            ),
        ]
        indexes = [
            models.Index(fields=["next_due_at"], name="cascade_due", condition=Q(next_due_at__isnull=False)),
            models.Index(fields=["late_at"], name="cascade_late", condition=Q(late_since__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.dataset_id} {self.peer_id}"

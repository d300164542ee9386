"""Tables of delivery."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhengtong.trust.delivery.contracts import MessageKind, Owner
from zhengtong.trust.keys.api import EncryptedTextField


class MessageRow(models.Model):
    """A message in a mailbox 消息. It is read at most once for the first time; the moments are acts in the ledger too.

    `content` is title and text as `law.write_content` gives them, sealed: messages name people and quote their numbers.
    `salt` goes into the digest that the ledger keeps, so that deleting the message ends what its digest could tell.
    """

    id = models.UUIDField(primary_key=True)
    owner = models.CharField(max_length=8, choices=[(owner.value, owner.value) for owner in Owner])
    owner_id = models.UUIDField()
    kind = models.CharField(max_length=12, choices=[(kind.value, kind.label) for kind in MessageKind])
    content: "EncryptedTextField[Any, Any]" = EncryptedTextField(purpose="trust.delivery.message")
    link = models.CharField(max_length=300, blank=True)
    related_type = models.CharField(max_length=80, blank=True)
    related_id = models.CharField(max_length=200, blank=True)
    salt = models.BinaryField(max_length=16)
    delivered_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    read_by = models.UUIDField(null=True)

    class Meta:
        db_table = "delivery_message"
        verbose_name = _("消息")
        verbose_name_plural = _("消息")
        indexes = [
            models.Index(fields=["owner_id", "owner", "id"], name="delivery_mailbox"),
            models.Index(fields=["owner_id", "owner"], condition=Q(read_at=None), name="delivery_unread"),
            models.Index(fields=["related_type", "related_id"], name="delivery_related"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(read_at=None, read_by=None) | Q(read_at__isnull=False, read_by__isnull=False),
                name="delivery_read_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return str(self.id)

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


class ConsentRow(models.Model):
    """That a party agreed to electronic service 电子送达确认. A party has at most one consent in force."""

    id = models.UUIDField(primary_key=True)
    party = models.UUIDField()
    given_at = models.DateTimeField()
    given_by = models.UUIDField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.UUIDField(null=True)

    class Meta:
        db_table = "delivery_consent"
        verbose_name = _("电子送达确认")
        verbose_name_plural = _("电子送达确认")
        constraints = [
            models.UniqueConstraint(
                fields=["party"], condition=Q(revoked_at=None), name="delivery_one_consent_in_force"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None) | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="delivery_consent_revoked_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class LetterRow(models.Model):
    """A registered letter 玺邮. It is sent at most once, arrives after it was sent, is opened after it arrived.

    `content` is the data file of `law.write_letter`, sealed; `digest` is of exactly these bytes and never changes once
    the letter is sent. `consent` is the addressee's consent in force on arrival: without it the letter is notice only.
    """

    id = models.UUIDField(primary_key=True)
    key = models.UUIDField(unique=True)
    reference = models.CharField(max_length=24, unique=True)
    sender = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+", db_index=False)
    post = models.UUIDField(null=True)
    author = models.UUIDField()
    addressee = models.UUIDField()
    content: "EncryptedTextField[Any, Any]" = EncryptedTextField(purpose="trust.delivery.message")
    document = models.BinaryField(null=True)
    digest = models.CharField(max_length=80)
    prepared_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    consent = models.ForeignKey(ConsentRow, models.PROTECT, related_name="+", null=True, db_index=False)
    opened_at = models.DateTimeField(null=True)
    opened_by = models.UUIDField(null=True)
    by_agent = models.BooleanField(null=True)

    class Meta:
        db_table = "delivery_letter"
        verbose_name = _("玺邮")
        verbose_name_plural = _("玺邮")
        indexes = [
            models.Index(fields=["addressee", "id"], name="delivery_registered_box"),
            models.Index(fields=["sender", "-prepared_at", "-id"], name="delivery_sent_by"),
            models.Index(fields=["prepared_at"], condition=Q(sent_at=None), name="delivery_unconfirmed"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(arrived_at=None) | Q(sent_at__isnull=False), name="delivery_letter_sent_before_arrival"
            ),
            models.CheckConstraint(
                condition=Q(opened_at=None, opened_by=None, by_agent=None)
                | Q(opened_at__isnull=False, opened_by__isnull=False, by_agent__isnull=False, arrived_at__isnull=False),
                name="delivery_letter_arrived_before_opening",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

"""Tables of forms: drafts, uploaded files, objections. What a person wrote lies sealed."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhengtong.trust.keys.api import EncryptedTextField


class Draft(models.Model):
    """A form begun and not yet handed in 草稿. Invariant: a person has one draft for each thing they began."""

    owner = models.UUIDField()
    about = models.CharField(max_length=80)
    content: "EncryptedTextField[Any, Any]" = EncryptedTextField(purpose="process.form.draft")
    saved_at = models.DateTimeField()

    class Meta:
        db_table = "forms_draft"
        constraints = [models.UniqueConstraint(fields=["owner", "about"], name="draft_once_a_thing")]
        indexes = [models.Index(fields=["saved_at"], name="draft_by_age")]

    def __str__(self) -> str:
        return self.about


class Attachment(models.Model):
    """An uploaded file 上传文件. Invariant: never altered; its digest is that of the bytes that came."""

    id = models.UUIDField(primary_key=True)
    owner = models.UUIDField(db_index=True)
    name: "EncryptedTextField[Any, Any]" = EncryptedTextField(purpose="process.form.attachment_name")
    media_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    content: "EncryptedTextField[Any, Any]" = EncryptedTextField(purpose="process.form.attachment")
    uploaded_at = models.DateTimeField()

    class Meta:
        db_table = "forms_attachment"

    def __str__(self) -> str:
        return str(self.id)


class Objection(models.Model):
    """That a shared data item is wrong, as the person concerned says 异议. Invariant: answered once or not yet.

    `organisation` and `region` say who keeps the data where; empty where nobody was found, and in the first release.
    """

    id = models.UUIDField(primary_key=True)
    subject = models.UUIDField(db_index=True)
    source = models.CharField(max_length=40)
    item = models.CharField(max_length=60)
    claim: "EncryptedTextField[Any, Any]" = EncryptedTextField(purpose="process.form.objection")
    opened_at = models.DateTimeField()
    organisation = models.ForeignKey("identity.Organisation", models.PROTECT, null=True, related_name="+")
    region = models.ForeignKey("regions.Region", models.PROTECT, null=True, related_name="+", db_index=False)
    due_on = models.DateField(null=True)
    outcome = models.CharField(max_length=12, blank=True)
    answer: "EncryptedTextField[Any, Any]" = EncryptedTextField(purpose="process.form.objection_answer", null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.UUIDField(null=True)

    class Meta:
        db_table = "forms_objection"
        verbose_name = verbose_name_plural = _("数据异议")
        indexes = [models.Index(fields=["due_on", "id"], name="objection_waiting", condition=Q(answered_at=None))]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at=None, outcome="", answer__isnull=True)
                | (Q(answered_at__isnull=False, answer__isnull=False) & ~Q(outcome="")),
                name="objection_answered_whole",
            )
        ]

    def __str__(self) -> str:
        return f"{self.source}.{self.item}"

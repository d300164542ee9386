"""Tables of forms: drafts, uploaded files, objections. What a person wrote lies sealed."""

from typing import Any

from django.db import models
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
    """That a shared data item is wrong, as the person concerned says 异议. Invariant: answered once or not yet."""

    id = models.UUIDField(primary_key=True)
    subject = models.UUIDField(db_index=True)
    source = models.CharField(max_length=40)
    item = models.CharField(max_length=60)
    claim: "EncryptedTextField[Any, Any]" = EncryptedTextField(purpose="process.form.objection")
    opened_at = models.DateTimeField()

    class Meta:
        db_table = "forms_objection"
        verbose_name = verbose_name_plural = _("数据异议")

    def __str__(self) -> str:
        return f"{self.source}.{self.item}"

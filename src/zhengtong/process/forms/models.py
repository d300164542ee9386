"""Tables of forms: versions of what is asked, drafts, uploaded files, objections. What a person wrote lies sealed."""

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
    digest = models.CharField(max_length=64, blank=True, default="")
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


class ItemForm(models.Model):
    """That a body keeps the form of an item 事项表单. Invariant: an item's form is kept by one body.

    The row is the lock under which a version begins, is published or withdrawn.
    """

    item = models.CharField(_("事项编码"), max_length=12, primary_key=True)
    organisation = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+")
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+", db_index=False)

    class Meta:
        db_table = "forms_item_form"
        verbose_name = verbose_name_plural = _("事项表单")

    def __str__(self) -> str:
        return self.item


class FormVersion(models.Model):
    """A version of an item's form 表单版本.

    Invariant: of one form there is at most one draft; what was published has its day and never changes again. `schema`
    is text, because PostgreSQL's JSON does not keep the order of fields, which is the order in which they are asked.
    """

    form = models.ForeignKey(ItemForm, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("版本"))
    state = models.CharField(_("状态"), max_length=12)
    schema = models.TextField()
    digest = models.CharField(max_length=64)
    revision = models.PositiveIntegerField()
    begun_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    changed_by = models.UUIDField()
    effective_on = models.DateField(_("生效日期"), null=True)
    published_at = models.DateTimeField(null=True)
    published_by = models.UUIDField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "forms_version"
        verbose_name = verbose_name_plural = _("表单版本")
        constraints = [
            models.UniqueConstraint(fields=["form", "number"], name="form_version_once"),
            models.UniqueConstraint(fields=["form"], condition=Q(state="draft"), name="form_one_draft"),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(effective_on__isnull=False, published_at__isnull=False),
                name="form_published_with_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.form_id} v{self.number}"


class FormRevision(models.Model):
    """What a draft said after each change 表单修改. Invariant: never altered; a change undone is one change more."""

    version = models.ForeignKey(FormVersion, models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    verb = models.CharField(max_length=20)
    field = models.CharField(max_length=90, blank=True)
    schema = models.TextField()
    returns_to = models.PositiveIntegerField(null=True)
    by = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        db_table = "forms_revision"
        verbose_name = verbose_name_plural = _("表单修改")
        constraints = [models.UniqueConstraint(fields=["version", "number"], name="form_revision_once")]

    def __str__(self) -> str:
        return f"{self.version_id}.{self.number}"

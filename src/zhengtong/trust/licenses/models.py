"""Tables of electronic licences."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from zhengtong.trust.keys.api import BlindIndexField, EncryptedTextField
from zhengtong.trust.licenses.contracts import STORED_STATES, BatchState, LicenseState


class TypeRow(models.Model):
    """A version of a licence type 证照类型. Invariant: versions of a key are numbered; what was published stays."""

    key = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    code = models.CharField(_("证照类型代码"), max_length=21)
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    current = models.BooleanField(default=True)
    published_at = models.DateTimeField()

    class Meta:
        db_table = "license_type"
        verbose_name = verbose_name_plural = _("证照类型")
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="license_type_versioned"),
            models.UniqueConstraint(fields=["key"], condition=Q(current=True), name="license_type_one_current"),
            models.UniqueConstraint(fields=["code"], condition=Q(current=True), name="license_type_code_once"),
        ]

    def __str__(self) -> str:
        return f"{self.key} v{self.version}"


class IssuerKey(models.Model):
    """The managed key by which a body signs licences. Invariant: a body signs with one; old ones stay for verifying."""

    organisation = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+")
    key = models.UUIDField(unique=True)
    fingerprint = models.CharField(max_length=64, unique=True)
    public_key = models.BinaryField()
    current = models.BooleanField(default=True)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "license_issuer_key"
        verbose_name = verbose_name_plural = _("签发密钥")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(current=True), name="license_issuer_key_one_current"
            )
        ]

    def __str__(self) -> str:
        return self.fingerprint


class ELicense(models.Model):
    """An electronic licence 电子证照, one row a version.

    Invariants: its number is unique; a case gives one of a type; a version is followed by at most one; what is written
    in it lies sealed, in `signed`, exactly as it was signed; whatever is not valid says why.
    """

    id = models.UUIDField(primary_key=True)
    number = models.CharField(_("电子证照标识"), max_length=120, unique=True)
    type = models.ForeignKey(TypeRow, models.PROTECT, related_name="+")
    type_key = models.CharField(max_length=60)
    issuer = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+")
    holder = models.UUIDField()
    case = models.UUIDField(null=True)
    state = models.CharField(_("状态"), max_length=12, choices=[(state.value, state.value) for state in STORED_STATES])
    reason = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField()
    replaces = models.OneToOneField("self", models.PROTECT, related_name="+", null=True)
    signed = EncryptedTextField(purpose="licenses.attributes")
    signed_digest = models.CharField(max_length=64)
    issued_at = models.DateTimeField(_("签发时间"))
    state_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1, db_default=1)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)

    class Meta:
        db_table = "license_license"
        verbose_name = verbose_name_plural = _("电子证照")
        indexes = [
            models.Index(fields=["holder", "-id"], name="license_of_holder"),
            models.Index(fields=["issuer", "-issued_at", "-id"], name="license_of_issuer"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "type_key"], condition=Q(replaces=None), name="license_once_a_case"
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")), name="license_valid_some_day"
            ),
            models.CheckConstraint(
                condition=Q(state=LicenseState.VALID.value) | ~Q(reason=""), name="license_ended_for_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class LicenseFileRow(models.Model):
    """A sealed file of a licence 版式文件. Invariants: one of a form, never made anew; its content lies encrypted."""

    license = models.ForeignKey(ELicense, models.PROTECT, related_name="files")
    form = models.CharField(max_length=4)
    content = models.BinaryField()
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "license_file"
        verbose_name = verbose_name_plural = _("证照文件")
        constraints = [models.UniqueConstraint(fields=["license", "form"], name="license_file_one_a_form")]

    def __str__(self) -> str:
        return f"{self.license_id} {self.form}"


class LicenseBatch(models.Model):
    """A table of licences on paper that are issued again 存量证照批次.

    Invariants: its rows lie encrypted and are gone once it is done; it never counts more rows than it has.
    """

    id = models.UUIDField(primary_key=True)
    issuer = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+")
    type_key = models.CharField(max_length=60)
    state = models.CharField(max_length=8, choices=[(state.value, state.value) for state in BatchState])
    content = EncryptedTextField(purpose="licenses.attributes")
    rows = models.PositiveIntegerField()
    issued = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    troubles = models.JSONField(default=list)
    subject = models.UUIDField()
    post = models.UUIDField()
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "license_batch"
        verbose_name = verbose_name_plural = _("存量证照批次")
        constraints = [
            models.CheckConstraint(condition=Q(rows__gte=F("issued") + F("refused")), name="license_batch_counts_rows"),
            models.CheckConstraint(
                condition=Q(state=BatchState.DONE.value, ended_at__isnull=False)
                | Q(ended_at=None) & ~Q(state=BatchState.DONE.value),
                name="license_batch_ended_when_done",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class StatusEntry(models.Model):
    """The place of a licence in status lists 状态列表. Invariant: a place is given once and never again."""

    license = models.OneToOneField(ELicense, models.PROTECT, related_name="+")

    class Meta:
        db_table = "license_status_entry"
        verbose_name = verbose_name_plural = _("状态列表位置")

    def __str__(self) -> str:
        return str(self.pk)


class Presentation(models.Model):
    """A holder's consent to present a licence 亮证.

    Invariants: it names its fields; its code stands here only as a keyed fingerprint, and ends some time.
    """

    id = models.UUIDField(primary_key=True)
    license = models.ForeignKey(ELicense, models.PROTECT, related_name="presentations")
    fields = models.JSONField()
    purpose = models.CharField(max_length=60)
    code_index = BlindIndexField(unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "license_presentation"
        verbose_name = verbose_name_plural = _("亮证")
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="license_presentation_ends")
        ]

    def __str__(self) -> str:
        return str(self.id)

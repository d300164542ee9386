"""Tables of the key room."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhengtong.kernel.ids import new_id


class SoftwareKeyRow(models.Model):
    """A private key of the software provider 软件密钥, sealed by the key ring and bound to this row.

    Invariant: exactly one of `sealed` and `destroyed_at` is there; a destroyed key's secret is gone for good.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    algorithm = models.CharField(max_length=16)
    public_key = models.BinaryField()
    sealed = models.BinaryField(null=True)
    made_at = models.DateTimeField()
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "keys_software_key"
        verbose_name = _("软件密钥")
        verbose_name_plural = _("软件密钥")
        constraints = [
            models.CheckConstraint(
                name="keys_software_sealed_or_destroyed",
                condition=Q(sealed__isnull=False, destroyed_at__isnull=True)
                | Q(sealed__isnull=True, destroyed_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return str(self.id)


class ManagedKeyRow(models.Model):
    """A key under management 受管密钥: where it lies, for what and whom it is, and in which state.

    Invariants: one row per place; destroyed and only destroyed keys have a moment of destruction; a pair holds one key
    of each use.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    title = models.CharField(max_length=80)
    holder = models.CharField(max_length=80, db_index=True)
    algorithm = models.CharField(max_length=16)
    use = models.CharField(max_length=8)
    state = models.CharField(max_length=16)
    provider = models.CharField(max_length=32)
    key = models.CharField(max_length=80)
    public_key = models.BinaryField()
    fingerprint = models.CharField(max_length=64, unique=True)
    pair = models.UUIDField(null=True)
    made_at = models.DateTimeField()
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "keys_managed_key"
        verbose_name = _("受管密钥")
        verbose_name_plural = _("受管密钥")
        constraints = [
            models.UniqueConstraint(fields=["provider", "key"], name="keys_managed_one_place"),
            models.UniqueConstraint(fields=["pair", "use"], name="keys_managed_one_of_each_use"),
            models.CheckConstraint(
                name="keys_managed_destroyed_when",
                condition=Q(state="destroyed", destroyed_at__isnull=False)
                | (~Q(state="destroyed") & Q(destroyed_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="keys_managed_state",
                condition=Q(state__in=["pre_active", "active", "suspended", "compromised", "destroyed"]),
            ),
            models.CheckConstraint(name="keys_managed_use", condition=Q(use__in=["sign", "encrypt"])),
        ]

    def __str__(self) -> str:
        return self.title


class CustodyRow(models.Model):
    """A private key that m of n custodians open together 分权保管; nobody alone, and no backup, gives it away."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    algorithm = models.CharField(max_length=16)
    threshold = models.PositiveSmallIntegerField()
    envelope = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "keys_custody"
        verbose_name = _("分权保管")
        verbose_name_plural = _("分权保管")
        constraints = [
            models.CheckConstraint(name="keys_custody_threshold", condition=Q(threshold__gte=2, threshold__lte=9))
        ]

    def __str__(self) -> str:
        return str(self.id)


class CustodianRow(models.Model):
    """A custodian 保管人 of one custody; nobody holds two shares of the same.

    `wrong` counts wrong passphrases since the last right one, `wrong_at` is the last of them: `law.may_try`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    custody = models.ForeignKey(CustodyRow, on_delete=models.PROTECT, related_name="custodians")
    subject = models.UUIDField(db_index=True)
    name = models.CharField(max_length=40)
    wrong = models.PositiveSmallIntegerField(default=0, db_default=0)
    wrong_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "keys_custodian"
        constraints = [
            models.UniqueConstraint(fields=["custody", "subject"], name="keys_custodian_once"),
            models.UniqueConstraint(fields=["custody", "name"], name="keys_custodian_name"),
        ]

    def __str__(self) -> str:
        return self.name


class AuthorityRow(models.Model):
    """An authority 签发机构: a certificate and the key that signs below it.

    Invariants: codes are unique; exactly one of a managed key and a custody signs; list numbers only grow.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=64)
    algorithm = models.CharField(max_length=16)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="below")
    key = models.OneToOneField(ManagedKeyRow, null=True, on_delete=models.PROTECT, related_name="authority")
    custody = models.OneToOneField(CustodyRow, null=True, on_delete=models.PROTECT, related_name="authority")
    certificate = models.BinaryField()
    not_after = models.DateTimeField()
    crl_number = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "keys_authority"
        verbose_name = _("签发机构")
        verbose_name_plural = _("签发机构")
        constraints = [
            models.CheckConstraint(
                name="keys_authority_one_key",
                condition=Q(key__isnull=False, custody__isnull=True) | Q(key__isnull=True, custody__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.code


class CertificateRow(models.Model):
    """A certificate that an authority of ours issued 已签发证书.

    Invariants: serial numbers are unique per authority; what is suspended or revoked says since when and why; a
    certificate is replaced once; one confirmation issues one certificate of each use; of a token's certificate it is
    known in which container its key lies; only a token's encryption certificate has an envelope, with the key for it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    authority = models.ForeignKey(AuthorityRow, on_delete=models.PROTECT, related_name="certificates")
    serial = models.CharField(max_length=40)
    subject = models.CharField(max_length=64)
    holder = models.CharField(max_length=80, db_index=True)
    profile = models.CharField(max_length=16)
    certificate = models.BinaryField()
    key = models.ForeignKey(ManagedKeyRow, null=True, on_delete=models.PROTECT, related_name="certificates")
    replaces = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")
    state = models.CharField(max_length=16, default="valid")
    reason = models.CharField(max_length=24, null=True)  # noqa: DJ001 -- absent is not empty here
    note = models.CharField(max_length=200, default="", db_default="")
    request = models.UUIDField(null=True)
    token_kind = models.CharField(max_length=16, default="", db_default="")
    token = models.CharField(max_length=64, default="", db_default="", db_index=True)
    container = models.CharField(max_length=64, default="", db_default="")
    envelope = models.BinaryField(null=True)
    changed_at = models.DateTimeField(null=True)
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()

    class Meta:
        db_table = "keys_certificate"
        verbose_name = _("证书")
        verbose_name_plural = _("证书")
        constraints = [
            models.UniqueConstraint(fields=["authority", "serial"], name="keys_certificate_serial"),
            models.UniqueConstraint(fields=["request", "profile"], name="keys_certificate_of_request"),
            models.CheckConstraint(
                name="keys_certificate_container",
                condition=Q(token="", token_kind="", container="")
                | (~Q(token="") & ~Q(token_kind="") & ~Q(container="")),
            ),
            models.CheckConstraint(
                name="keys_certificate_envelope",
                condition=Q(envelope__isnull=True) | (Q(profile="encryption") & ~Q(token="")),
            ),
            models.CheckConstraint(
                name="keys_certificate_state",
                condition=Q(state="valid", reason__isnull=True)
                | Q(state="suspended", reason="certificate_hold", changed_at__isnull=False)
                | (Q(state="revoked", reason__isnull=False, changed_at__isnull=False) & ~Q(reason="certificate_hold")),
            ),
        ]
        indexes = [models.Index(fields=["authority", "state"], name="keys_certificate_by_state")]

    def __str__(self) -> str:
        return self.serial


class RevocationListRow(models.Model):
    """A published revocation list 吊销列表, kept: signatures of its time are judged by it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    authority = models.ForeignKey(AuthorityRow, on_delete=models.PROTECT, related_name="lists")
    number = models.PositiveIntegerField()
    crl = models.BinaryField()
    this_update = models.DateTimeField()
    next_update = models.DateTimeField()

    class Meta:
        db_table = "keys_revocation_list"
        verbose_name = _("吊销列表")
        verbose_name_plural = _("吊销列表")
        constraints = [models.UniqueConstraint(fields=["authority", "number"], name="keys_revocation_list_number")]

    def __str__(self) -> str:
        return f"{self.authority_id} {self.number}"


class CeremonyRow(models.Model):
    """A use of a root key that is asked for, approved by custodians and carried out once 根密钥使用申请.

    Invariant: carried out or refused, never both.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    authority = models.ForeignKey(AuthorityRow, on_delete=models.PROTECT, related_name="ceremonies")
    kind = models.CharField(max_length=24)
    details = models.JSONField()
    asked_by = models.UUIDField()
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "keys_ceremony"
        verbose_name = _("根密钥使用申请")
        verbose_name_plural = _("根密钥使用申请")
        constraints = [
            models.CheckConstraint(
                name="keys_ceremony_one_end", condition=Q(done_at__isnull=True) | Q(refused_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class ApprovalRow(models.Model):
    """A custodian's answer 批准或拒绝: one for each ceremony.

    Invariants: an approval holds their share, sealed by the key ring, until the ceremony is over; a refusal holds a
    reason and no share.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    ceremony = models.ForeignKey(CeremonyRow, on_delete=models.PROTECT, related_name="approvals")
    custodian = models.ForeignKey(CustodianRow, on_delete=models.PROTECT, related_name="+")
    share = models.BinaryField(null=True)
    refused = models.BooleanField(default=False, db_default=False)
    reason = models.CharField(max_length=200, default="", db_default="")
    approved_at = models.DateTimeField()

    class Meta:
        db_table = "keys_approval"
        constraints = [
            models.UniqueConstraint(fields=["ceremony", "custodian"], name="keys_approval_once"),
            models.CheckConstraint(
                name="keys_approval_or_refusal",
                condition=Q(refused=False, reason="") | (Q(refused=True, share__isnull=True) & ~Q(reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ceremony_id} {self.custodian_id}"


class TrustedListRow(models.Model):
    """A published trusted list 可信列表, signed as it stands; every version is kept, because old signatures need it."""

    number = models.PositiveIntegerField(primary_key=True)
    signed = models.BinaryField()
    issued_at = models.DateTimeField()

    class Meta:
        db_table = "keys_trusted_list"
        verbose_name = _("可信列表")
        verbose_name_plural = _("可信列表")

    def __str__(self) -> str:
        return str(self.number)

"""Tables of seals."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from zhengtong.trust.seals.contracts.filing import SealKind, SealState

_LIVE = [SealState.IN_FORCE.value, SealState.SUSPENDED.value, SealState.LOST.value]
_ENDED = [state.value for state in SealState if state.ended]
_MADE = [state.value for state in SealState if state.made]


class Seal(models.Model):
    """A seal 印章: the physical and the electronic twin in one row, so that they cannot part.

    Invariants: it has a filing number when, and only when, it is or was in force; it has its electronic data when, and
    only when, it was made; a body has one live seal of its legal name. `uses` counts `SealUse` and never falls.
    """

    id = models.UUIDField(primary_key=True)
    reference = models.CharField(_("印章编号"), max_length=24, unique=True)
    organisation = models.ForeignKey("identity.Organisation", models.PROTECT, related_name="+")
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+", null=True)
    name = models.CharField(_("印章名称"), max_length=120)
    kind = models.CharField(max_length=12, choices=[(kind.value, kind.value) for kind in SealKind])
    state = models.CharField(_("状态"), max_length=12, choices=[(state.value, state.value) for state in SealState])
    reason = models.CharField(max_length=300, blank=True)
    filing_number = models.CharField(_("备案号"), max_length=40, null=True, unique=True)  # noqa: DJ001 -- unique
    applied_by = models.UUIDField()
    applied_at = models.DateTimeField(_("申请时间"))
    changed_at = models.DateTimeField(_("状态时间"))
    patience = models.UUIDField(null=True)
    key_provider = models.CharField(max_length=40, blank=True)
    key = models.CharField(max_length=80, blank=True)
    certificate = models.BinaryField(null=True)
    pdf_key = models.CharField(max_length=80, blank=True)
    pdf_certificate = models.BinaryField(null=True)
    data = models.BinaryField(null=True)
    revoked_at = models.DateTimeField(null=True)
    valid_until = models.DateTimeField(null=True)
    uses = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("印章")
        indexes = [
            models.Index(fields=["organisation", "-id"], name="seal_of_organisation"),
            models.Index(fields=["revoked_at"], condition=Q(revoked_at__isnull=False), name="seal_revoked"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(filing_number=None, state__in=[s.value for s in SealState if s.value not in _LIVE])
                & ~Q(state=SealState.CANCELLED.value)
                | Q(filing_number__isnull=False, state__in=[*_LIVE, SealState.CANCELLED.value]),
                name="seal_filed_with_a_number",
            ),
            models.CheckConstraint(
                condition=Q(data=None, state__in=[s.value for s in SealState if not s.made])
                | Q(data__isnull=False, certificate__isnull=False, state__in=_MADE),
                name="seal_made_with_its_data",
            ),
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(kind=SealKind.OFFICIAL.value) & ~Q(state__in=_ENDED),
                name="seal_one_of_a_legal_name",
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class Approval(models.Model):
    """An approval to use a seal 用印审批. Invariant: it names authority, business and responsibility."""

    id = models.UUIDField(primary_key=True)
    seal = models.ForeignKey(Seal, models.PROTECT, related_name="approvals", db_index=False)
    clause = models.CharField(max_length=120)
    power_item = models.CharField(max_length=80, blank=True)
    object_type = models.CharField(max_length=80)
    object_id = models.CharField(max_length=200)
    responsible = models.UUIDField()
    post = models.UUIDField(null=True)
    uses = models.PositiveIntegerField()
    used = models.PositiveIntegerField(default=0)
    granted_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = _("用印审批")
        constraints = [
            models.CheckConstraint(condition=Q(used__lte=F("uses")), name="seal_approval_not_used_too_often"),
            models.CheckConstraint(
                condition=~Q(clause="") & ~Q(object_type="") & ~Q(object_id=""), name="seal_approval_has_its_ground"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class SealUse(models.Model):
    """One use of a seal 用印记录. Invariant: the uses of a seal are numbered from 1 without a gap; never altered."""

    seal = models.ForeignKey(Seal, models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveBigIntegerField()
    approval = models.ForeignKey(Approval, models.PROTECT, related_name="+")
    act = models.UUIDField()
    form = models.CharField(max_length=4)
    document = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = _("用印记录")
        constraints = [models.UniqueConstraint(fields=["seal", "number"], name="seal_use_numbered_once")]
        indexes = [models.Index(fields=["document"], name="seal_use_by_document")]

    def __str__(self) -> str:
        return f"{self.seal_id} {self.number}"

"""Mandates 委托授权 and assistance 帮办代办."""

from django.db import models
from django.db.models import F, Q

from zhengtong.kernel.ids import new_id
from zhengtong.trust.identity.contracts import Channel, MandateBasis
from zhengtong.trust.identity.models.organisations import Post
from zhengtong.trust.identity.models.subjects import OfficialProfile, Subject


class Mandate(models.Model):
    """That *agent* may act for *principal* (Civil Code §§161–175).

    Nobody is their own agent; a mandate ends after it begins; what is revoked stays revoked. No row is ever deleted:
    `act` is its entry in the ledger.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    principal = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="mandates_given")
    agent = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="mandates_held")
    basis = models.CharField(max_length=24, choices=[(basis.value, basis.value) for basis in MandateBasis])
    matters = models.JSONField(default=list)
    channels = models.JSONField(default=list)
    limit_fen = models.BigIntegerField(null=True, blank=True)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    act = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="identity_nobody_is_their_own_agent", condition=~Q(principal=F("agent"))),
            models.CheckConstraint(
                name="identity_mandate_ends_after_it_begins",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
            ),
            models.CheckConstraint(
                name="identity_limit_is_an_amount", condition=Q(limit_fen__isnull=True) | Q(limit_fen__gte=0)
            ),
            models.CheckConstraint(
                name="identity_granted_mandates_end",
                condition=~Q(basis=MandateBasis.GRANTED) | Q(valid_until__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["principal", "agent"],
                condition=Q(basis=MandateBasis.LEGAL_REPRESENTATIVE, revoked_at__isnull=True),
                name="identity_one_registration_as_representative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent_id} for {self.principal_id}"


class Assistance(models.Model):
    """That an official at a window helps a person, with the person's consent, until it ends. One person at a time."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    clerk = models.ForeignKey(OfficialProfile, on_delete=models.PROTECT, related_name="assistances")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=12, default=Channel.WINDOW)
    consented_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    act = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="identity_assistance_ends_after_consent", condition=Q(ends_at__gt=F("consented_at"))
            ),
            models.UniqueConstraint(
                fields=["clerk"], condition=Q(ended_at__isnull=True), name="identity_a_clerk_helps_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clerk_id} helps {self.person_id}"

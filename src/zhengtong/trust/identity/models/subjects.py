"""Subjects 主体 and how they were proved 核验."""

from django.db import models
from django.db.models import Q

from zhengtong.kernel.ids import new_id
from zhengtong.trust.identity.contracts import AssuranceLevel, Duty, ProofMethod, SubjectKind
from zhengtong.trust.keys.api import BlindIndex, BlindIndexField, EncryptedTextField

ID_NUMBER_INDEX = BlindIndex(purpose="identity.id_number")


class Subject(models.Model):
    """Somebody who acts or is acted for; everything else in the platform refers to this id.

    `proof_level` is the highest level of its proofs. An account's provisional subject that turned out to be a person
    already on file points to that person by `merged_into`, so that earlier acts keep their author.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=12, choices=[(kind.value, kind.value) for kind in SubjectKind])
    proof_level = models.PositiveSmallIntegerField(default=AssuranceLevel.NONE)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    registered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="identity_subject_kind_known", condition=Q(kind__in=[kind.value for kind in SubjectKind])
            ),
            models.CheckConstraint(
                name="identity_subject_level_known", condition=Q(proof_level__lte=AssuranceLevel.HIGH)
            ),
            models.CheckConstraint(name="identity_subject_not_its_own_twin", condition=~Q(merged_into=models.F("id"))),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class NaturalPerson(models.Model):
    """A natural person 自然人. One ID number, one person: the blind index is unique, the number itself unreadable.

    The name has no index: keyed or not, equal names would show, and a frequency table would tell the common ones.
    """

    subject = models.OneToOneField(Subject, primary_key=True, on_delete=models.PROTECT, related_name="natural")
    name = EncryptedTextField(purpose="identity.name")
    id_number = EncryptedTextField(purpose="identity.id_number")
    id_index = BlindIndexField(unique=True)
    phone = EncryptedTextField(purpose="identity.phone")
    region = models.CharField(max_length=15, blank=True, db_index=True)

    def __str__(self) -> str:
        return f"person {self.subject_id}"


class LegalEntity(models.Model):
    """A legal entity 法人. One unified social credit code, one entity (GB 32100-2015)."""

    subject = models.OneToOneField(Subject, primary_key=True, on_delete=models.PROTECT, related_name="legal")
    credit_code = models.CharField(max_length=18, unique=True)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=200, blank=True)
    region = models.CharField(max_length=15, blank=True, db_index=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.credit_code})"


class OfficialProfile(models.Model):
    """An official 公职人员. One staff number, one official; one natural person, at most one official profile.

    `duty` keeps the three administrations apart 三员分立: an official has one duty and holds only posts of that duty.
    """

    subject = models.OneToOneField(Subject, primary_key=True, on_delete=models.PROTECT, related_name="official")
    staff_number = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=120, blank=True)
    duty = models.CharField(max_length=16, default=Duty.BUSINESS)
    person = models.OneToOneField(
        NaturalPerson, null=True, blank=True, on_delete=models.PROTECT, related_name="official_profile"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="identity_official_duty_known", condition=Q(duty__in=[duty.value for duty in Duty])
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.staff_number})"


class ProofEvent(models.Model):
    """That a subject was proved: by what, how firmly, from which source. No name, no number."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="proofs")
    method = models.CharField(max_length=24, choices=[(method.value, method.value) for method in ProofMethod])
    level = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=60)
    at = models.DateTimeField()
    act = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="identity_proof_level_known",
                condition=Q(level__gte=AssuranceLevel.LOW) & Q(level__lte=AssuranceLevel.HIGH),
            )
        ]

    def __str__(self) -> str:
        return f"{self.method} of {self.subject_id}"


class ProofAttempt(models.Model):
    """How often a name was tried today, per account and per ID number; the key is a blind index, not the number."""

    key = BlindIndexField()
    on = models.DateField()
    count = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "on"], name="identity_attempts_once_a_day")]

    def __str__(self) -> str:
        return f"{self.count} on {self.on}"

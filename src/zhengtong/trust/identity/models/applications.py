"""Applications of departments 应用系统 and their credentials."""

from django.db import models
from django.db.models import F, Q

from zhengtong.kernel.ids import new_id
from zhengtong.trust.identity.models.organisations import Organisation
from zhengtong.trust.identity.models.subjects import Subject


class Application(models.Model):
    """A department's application. Applications of one sector see the same pairwise id of a person, others another."""

    subject = models.OneToOneField(Subject, primary_key=True, on_delete=models.PROTECT, related_name="application")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="applications")
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=120, blank=True)
    sector = models.CharField(max_length=100)
    needs_level = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="identity_one_application_of_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class ApplicationCredential(models.Model):
    """One secret of an application, held as an OAuth client; it works in [issued_at, expires_at) until revoked."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="credentials")
    client = models.OneToOneField("allauth_idp_oidc.Client", on_delete=models.PROTECT, related_name="credential")
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="identity_credential_ends_after_it_begins", condition=Q(expires_at__gt=F("issued_at"))
            )
        ]

    def __str__(self) -> str:
        return f"credential {self.client_id}"

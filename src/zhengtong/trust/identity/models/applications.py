"""Applications of departments 应用系统 and their credentials."""

from django.db import models
from django.db.models import F, Q

from zhengtong.kernel.ids import new_id
from zhengtong.trust.identity.contracts import LogoutOutcome
from zhengtong.trust.identity.models.accounts import Account
from zhengtong.trust.identity.models.organisations import Organisation
from zhengtong.trust.identity.models.subjects import Subject


class Application(models.Model):
    """An application of a department or of an enterprise, never of both.

    Applications of one sector see the same pairwise id of a person, others another.
    """

    subject = models.OneToOneField(Subject, primary_key=True, on_delete=models.PROTECT, related_name="application")
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="applications"
    )
    owner = models.ForeignKey(Subject, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=120, blank=True)
    sector = models.CharField(max_length=100)
    needs_level = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="identity_one_application_of_a_name"),
            models.UniqueConstraint(fields=["owner", "name"], name="identity_one_application_of_an_owners_name"),
            models.CheckConstraint(
                name="identity_application_has_one_owner",
                condition=Q(organisation__isnull=False, owner__isnull=True)
                | Q(organisation__isnull=True, owner__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ApplicationCredential(models.Model):
    """One secret of an application, held as an OAuth client; it works in [issued_at, expires_at) until revoked.

    `logout_uri` is where the application is told that a session has ended; empty, it does not want to know.
    `wanted` are the scopes, and the grant of token exchange, that wait for an administrator; `note` is why they were
    refused. A suspended one works again once `suspended_at` is empty.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="credentials")
    client = models.OneToOneField("allauth_idp_oidc.Client", on_delete=models.PROTECT, related_name="credential")
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    suspended_at = models.DateTimeField(null=True, blank=True)
    logout_uri = models.CharField(max_length=500, blank=True)
    wanted = models.JSONField(default=list)
    note = models.CharField(max_length=300, blank=True)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="identity_credential_ends_after_it_begins", condition=Q(expires_at__gt=F("issued_at"))
            )
        ]

    def __str__(self) -> str:
        return f"credential {self.client_id}"


class ApplicationSession(models.Model):
    """That an account is signed in to an application from one browser 应用会话; its id is the `sid` of ID tokens.

    A browser has one open session at an application; what has ended stays ended. `visit` numbers the browser session
    and leaves the platform never. `tell_at` is when the application is to be told of the end; empty, it knows, does
    not want to know, or was given up.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    visit = models.CharField(max_length=36)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    credential = models.ForeignKey(ApplicationCredential, on_delete=models.CASCADE, related_name="sessions")
    issuer = models.CharField(max_length=200)
    started_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    tell_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "credential", "account"],
                condition=Q(ended_at__isnull=True),
                name="identity_one_open_session_of_a_browser",
            ),
            models.CheckConstraint(
                name="identity_only_ended_sessions_are_told",
                condition=Q(tell_at__isnull=True) | Q(ended_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["ends_at"], condition=Q(ended_at__isnull=True), name="identity_open_sessions"),
            models.Index(fields=["tell_at"], condition=Q(tell_at__isnull=False), name="identity_untold_sessions"),
        ]

    def __str__(self) -> str:
        return f"session {self.id}"


class LogoutAttempt(models.Model):
    """One attempt to tell an application that a session ended 注销通知: what came of it, numbered from 1."""

    id = models.BigAutoField(primary_key=True)
    session = models.ForeignKey(ApplicationSession, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    outcome = models.CharField(max_length=12, choices=[(outcome.value, outcome.value) for outcome in LogoutOutcome])
    status = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "number"], name="identity_attempts_are_numbered"),
        ]

    def __str__(self) -> str:
        return f"attempt {self.number} of {self.session_id}: {self.outcome}"

"""Reads of registered applications, for their developers and for who approves."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from zhengtong.trust.identity.contracts import LogoutOutcome, Scope
from zhengtong.trust.identity.contracts.registrations import (
    EXCHANGE,
    AttemptView,
    RegistrationKind,
    RegistrationState,
    RegistrationView,
)
from zhengtong.trust.identity.models import ApplicationCredential, LogoutAttempt

_SHOWN = 10


def registrations() -> QuerySet[ApplicationCredential]:
    """Return the registrations that were not removed, with application, owner and client loaded."""
    return ApplicationCredential.objects.filter(revoked_at=None).select_related(
        "client", "application__organisation", "application__owner__legal"
    )


def registrations_owned(*, organisation: UUID | None, owner: UUID | None, at: datetime) -> tuple[RegistrationView, ...]:
    """Return the registrations of an organisation or of an enterprise, the newest first."""
    whose = Q(application__owner=owner) if owner else Q(application__organisation=organisation)
    return tuple(registration_view(row, at=at) for row in registrations().filter(whose).order_by("-issued_at", "-id"))


def registrations_waiting(at: datetime) -> tuple[RegistrationView, ...]:
    """Return the registrations that wait for an administrator, the oldest first."""
    rows = registrations().exclude(wanted=[]).order_by("issued_at", "id")
    return tuple(registration_view(row, at=at) for row in rows)


def logout_attempts(credential: UUID) -> tuple[AttemptView, ...]:
    """Return the latest attempts to tell the application of a sign-out."""
    rows = LogoutAttempt.objects.filter(session__credential=credential).order_by("-id")[:_SHOWN]
    return tuple(
        AttemptView(at=row.at, number=row.number, outcome=LogoutOutcome(row.outcome), status=row.status) for row in rows
    )


def registration_view(row: ApplicationCredential, *, at: datetime) -> RegistrationView:
    """Return *row*, with all of `registrations` loaded, as a contract."""
    application, client = row.application, row.client
    owner = application.owner.legal.name if application.owner else str(application.organisation)
    state = RegistrationState.EXPIRED if row.expires_at <= at else RegistrationState.ACTIVE
    return RegistrationView(
        id=row.id,
        client_id=client.id,
        name=application.name,
        name_en=application.name_en,
        owner_name=owner,
        kind=RegistrationKind.WEB if client.get_redirect_uris() else RegistrationKind.SERVICE,
        state=RegistrationState.SUSPENDED if row.suspended_at else state,
        redirect_uris=tuple(client.get_redirect_uris()),
        logout_uri=row.logout_uri,
        granted=frozenset(map(Scope, client.get_scopes())),
        wanted=frozenset(Scope(name) for name in row.wanted if name != EXCHANGE),
        exchanges=EXCHANGE in client.get_grant_types(),
        wants_exchange=EXCHANGE in row.wanted,
        note=row.note,
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        revision=row.revision,
    )

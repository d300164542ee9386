"""Reads of mandates: whom somebody may act for, whom somebody has let act."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from zhengtong.trust.identity.contracts import Channel, MandateBasis, MandateView, SubjectKind
from zhengtong.trust.identity.models import Mandate, Subject
from zhengtong.trust.keys.api import mask_name

MANDATE, PRINCIPAL = "identity.mandate", "identity.principal"
"""Where an actor's cache keeps, for the length of a request, the right to act for somebody, and the row of whom."""


def mandate_view(row: Mandate) -> MandateView:
    """Return *row*, whose principal and agent are loaded, as a contract."""
    return MandateView(
        id=row.id,
        principal=row.principal_id,
        principal_kind=SubjectKind(row.principal.kind),
        principal_name=display_name(row.principal),
        agent=row.agent_id,
        agent_name=display_name(row.agent),
        basis=MandateBasis(row.basis),
        matters=tuple(row.matters),
        channels=tuple(Channel(channel) for channel in row.channels),
        limit_fen=row.limit_fen,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        accepted_at=row.accepted_at,
        revoked_at=row.revoked_at,
    )


def display_name(subject: Subject) -> str:
    """Return the name others see: of a legal entity or an official in full, of a natural person masked."""
    if subject.kind == SubjectKind.LEGAL:
        return subject.legal.name
    if subject.kind == SubjectKind.OFFICIAL:
        return subject.official.name
    if subject.kind == SubjectKind.APPLICATION:
        return subject.application.name
    return mask_name(subject.natural.name) if hasattr(subject, "natural") else ""


def mandates() -> QuerySet[Mandate]:
    """Return all mandates with the names of both sides loaded."""
    return Mandate.objects.select_related("principal__legal", "principal__natural", "agent__natural", "agent__legal")


def mandates_held(agent: UUID, *, at: datetime) -> tuple[MandateView, ...]:
    """Return the mandates under which *agent* may act, or may after accepting; legal entities first."""
    found = mandates().filter(_not_over(at), agent=agent, revoked_at__isnull=True)
    return tuple(map(mandate_view, found.order_by("principal__kind", "id")))


def mandates_given(principal: UUID) -> tuple[MandateView, ...]:
    """Return every mandate *principal* ever gave, the newest first."""
    return tuple(map(mandate_view, mandates().filter(principal=principal).order_by("-id")))


def mandate_row(identifier: UUID) -> Mandate | None:
    """Return one mandate's row with both sides loaded."""
    return mandates().filter(id=identifier).first()


def _not_over(at: datetime) -> Q:
    return Q(valid_until__isnull=True) | Q(valid_until__gt=at)

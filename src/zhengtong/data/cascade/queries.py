"""Reads of cascade: nodes, what is taken from them, how far it came."""

from uuid import UUID

from zhengtong.data.cascade.contracts import IntakeUnknown, IntakeView, PeerView, Position
from zhengtong.data.cascade.models import Intake, Peer


def peers() -> tuple[PeerView, ...]:
    """Return the nodes of other levels, those above first."""
    return tuple(map(peer_view, Peer.objects.order_by("-position", "name")))


def intakes(*, dataset: str = "", peer: str = "", provider: UUID | None = None) -> tuple[IntakeView, ...]:
    """Return what is taken from nodes: of one resource, one node, one department if named. One statement."""
    rows = Intake.objects.select_related("peer", "dataset").order_by("-peer__position", "peer__name", "dataset")
    if dataset:
        rows = rows.filter(dataset=dataset)
    if provider:
        rows = rows.filter(dataset__provider=provider)
    if peer:
        rows = rows.filter(peer__name=peer)
    return tuple(map(intake_view, rows))


def intake(identifier: UUID) -> IntakeView:
    """Return what is taken from a node.

    Raises:
        IntakeUnknown: there is nothing of this id.
    """
    row = Intake.objects.select_related("peer", "dataset").filter(pk=identifier).first()
    if row is None:
        raise IntakeUnknown(dataset=identifier)
    return intake_view(row)


def peer_view(row: Peer) -> PeerView:
    """Return *row* as a contract."""
    return PeerView(id=row.id, name=row.name, position=Position(row.position), gateway=row.gateway)


def intake_view(row: Intake) -> IntakeView:
    """Return *row*, whose node and dataset are loaded, as a contract."""
    return IntakeView(
        id=row.id,
        dataset=row.dataset_id,
        dataset_name=row.dataset.name,
        provider=row.dataset.provider_id,
        peer=peer_view(row.peer),
        every_minutes=row.every_minutes,
        next_due_at=row.next_due_at,
        version=row.version,
        announced=row.announced,
        pulled_at=row.pulled_at,
        late_at=row.late_at,
        late_since=row.late_since,
        refusal=row.refusal,
        refused_at=row.refused_at,
    )

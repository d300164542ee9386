"""Reads of seals: those within an official's reach, one seal, how it was used."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet

from zhengtong.trust.access.api import scope_filter, within
from zhengtong.trust.documents.api import svg
from zhengtong.trust.identity.contracts import Actor
from zhengtong.trust.seals import law, making
from zhengtong.trust.seals.contracts import (
    Permission,
    SealKind,
    SealPage,
    SealState,
    SealUnknown,
    SealView,
    UseApproval,
    UseEntry,
    UsePage,
)
from zhengtong.trust.seals.models import Approval, Seal, SealUse
from zhengtong.trust.seals.use import approval_of


def seals(actor: Actor, *, state: SealState | None = None, before: UUID | None = None, limit: int = 20) -> SealPage:
    """Return the seals of the bodies *actor* may look after, the newest first: one statement."""
    rows = _rows().filter(_reach(actor))
    if state is not None:
        rows = rows.filter(state=state)
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = [_view(row) for row in rows.order_by("-id")[: limit + 1]]
    return SealPage(items=tuple(found[:limit]), next=found[limit - 1].id if len(found) > limit else None)


def seal(actor: Actor, reference: str) -> SealView:
    """Return one seal.

    Raises:
        SealUnknown: there is none, or it lies outside the actor's bounds.
    """
    row = _rows().filter(_reach(actor), reference=reference).first()
    if row is None:
        raise SealUnknown
    return _view(row)


def seal_of(organisation: UUID, kind: SealKind = SealKind.OFFICIAL) -> SealView | None:
    """Return the seal in force of a body, for rooms that seal on its behalf; None when it has none."""
    rows = _rows().filter(organisation=organisation, kind=kind, state=SealState.IN_FORCE)
    row = rows.order_by("-id").first()
    return _view(row) if row else None


def uses_of(seal: UUID, *, before: int | None = None, limit: int = 20) -> UsePage:
    """Return how a seal was used, the latest first; whoever asks has been let see the seal."""
    rows = SealUse.objects.filter(seal=seal).select_related("approval").order_by("-number")
    if before is not None:
        rows = rows.filter(number__lt=before)
    found = [_use(row) for row in rows[: limit + 1]]
    return UsePage(items=tuple(found[:limit]), next=found[limit - 1].number if len(found) > limit else None)


def approvals_of(seal: UUID, *, limit: int = 10) -> tuple[UseApproval, ...]:
    """Return the latest approvals to use a seal."""
    return tuple(approval_of(row) for row in Approval.objects.filter(seal=seal).order_by("-id")[:limit])


def image_of(view: SealView) -> str:
    """Return a seal's image as SVG, the same that both twins carry."""
    code = making.code_of(view.reference)
    return svg(making.drawing_of(view.kind, view.name, code), title=view.name)


def used_on(documents: Iterable[str]) -> frozenset[str]:
    """Return which of these documents, by SM3 digest, were sealed here."""
    return frozenset(SealUse.objects.filter(document__in=list(documents)).values_list("document", flat=True))


def _view(row: Seal) -> SealView:
    kind = SealKind(row.kind)
    return SealView(
        id=row.id,
        reference=row.reference,
        organisation=row.organisation_id,
        organisation_name=row.organisation.name,
        name=row.name,
        kind=kind,
        shape=law.shape_of(kind),
        state=SealState(row.state),
        filing_number=row.filing_number or "",
        uses=row.uses,
        applied_at=row.applied_at,
        changed_at=row.changed_at,
        valid_until=row.valid_until,
        reason=row.reason,
    )


def _rows() -> QuerySet[Seal]:
    """Return seals with their bodies and without their keys and data."""
    return Seal.objects.select_related("organisation").defer("data", "certificate", "pdf_certificate")


def _reach(actor: Actor) -> Q:
    scope = scope_filter(actor, Permission.VIEW)
    return within(scope, organisation="organisation__path", region="region")


def _use(row: SealUse) -> UseEntry:
    return UseEntry(
        number=row.number,
        seal=row.seal_id,
        approval=row.approval_id,
        act=row.act,
        object_type=row.approval.object_type,
        object_id=row.approval.object_id,
        form=row.form,
        document=row.document,
        at=row.at,
    )

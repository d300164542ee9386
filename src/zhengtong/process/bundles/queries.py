"""Reads of bundles 一件事查询: one's own, one whole, its parts."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import orjson

from zhengtong.process.bundles.contracts import (
    BundleLine,
    BundleState,
    BundleUnknown,
    BundleView,
    PartPlace,
    PartState,
    PartView,
)
from zhengtong.process.bundles.models import BundleCase, BundlePart
from zhengtong.process.cases import api as cases
from zhengtong.trust.identity.contracts import Actor


def bundles_of(actor: Actor, *, limit: int = 20) -> tuple[BundleLine, ...]:
    """Return the bundles of the actor, or of whom they act for, the newest first: one statement."""
    rows = BundleCase.objects.filter(applicant=actor.party).defer("form").order_by("-received_at")
    return tuple(map(line, rows[:limit]))


def own_bundle(actor: Actor, reference: str, *, at: datetime) -> BundleView:
    """Return the actor's own bundle: three statements.

    Raises:
        BundleUnknown: it is somebody else's, or there is none.
    """
    row = _row(reference)
    if row.applicant != actor.party:
        raise BundleUnknown
    return _view(row, at)


def places_in(bundles: Iterable[UUID]) -> dict[UUID, tuple[PartPlace, ...]]:
    """Return the parts of bundles in their order, for whoever checked that the reader may see them: one statement."""
    found: dict[UUID, tuple[PartPlace, ...]] = {}
    for part in BundlePart.objects.filter(bundle__in=list(bundles)).order_by("bundle", "position"):
        place = PartPlace(item=part.item, state=PartState(part.state), case=part.case_id)
        found[part.bundle_id] = (*found.get(part.bundle_id, ()), place)
    return found


def bundle_of_case(case: UUID) -> UUID | None:
    """Return the bundle that a case is a part of, None for a case of its own."""
    return BundlePart.objects.filter(case=case).values_list("bundle", flat=True).first()


def _row(reference: str) -> BundleCase:
    row = BundleCase.objects.select_related("lead", "region").filter(reference=reference).first()
    if row is None:
        raise BundleUnknown
    return row


def line(row: BundleCase) -> BundleLine:
    """Return a bundle as a line."""
    return BundleLine(
        reference=row.reference,
        name=row.name,
        name_en=row.name_en,
        state=BundleState(row.state),
        received_at=row.received_at,
    )


def parts_of(row: BundleCase, at: datetime) -> tuple[PartView, ...]:
    """Return the parts of a bundle in their order: two statements."""
    parts = list(BundlePart.objects.filter(bundle=row).order_by("position"))
    lines = cases.lines_of((part.case_id for part in parts if part.case_id), at=at)
    names = {part.item: part.name for part in parts}
    return tuple(
        PartView(
            item=part.item,
            name=part.name,
            name_en=part.name_en,
            department=part.department,
            department_en=part.department_en,
            state=PartState(part.state),
            waits_for=tuple(names[code] for code in part.waits_for),
            case=lines.get(part.case_id) if part.case_id else None,
        )
        for part in parts
    )


def _view(row: BundleCase, at: datetime) -> BundleView:
    said = orjson.loads(row.form)
    return BundleView(
        id=row.id,
        line=line(row),
        code=row.code,
        applicant=row.applicant,
        lead=row.lead_id,
        region=row.region_id,
        lead_name=row.lead.name,
        parts=parts_of(row, at),
        answers=said["answers"],
        prefilled=said["prefilled"],
        schema=said["schema"],
        concluded_at=row.concluded_at,
    )

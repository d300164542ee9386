"""Reads of bundles 一件事查询: one's own, one whole, its parts."""

from datetime import datetime

import orjson

from zhengtong.process.bundles.contracts import BundleLine, BundleState, BundleUnknown, BundleView, PartState, PartView
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

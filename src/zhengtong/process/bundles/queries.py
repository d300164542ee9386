"""Reads of bundles 一件事查询: one's own, one whole, what the lead authority sees."""

from datetime import datetime
from typing import Any

import orjson

from zhengtong.process.bundles.contracts import BundleLine, BundleState, BundleUnknown, BundleView, PartState, PartView
from zhengtong.process.bundles.models import BundleCase, BundlePart
from zhengtong.process.cases import api as cases
from zhengtong.trust.access.api import scope_filter
from zhengtong.trust.identity.contracts import Actor


def bundles_of(actor: Actor, *, limit: int = 20) -> tuple[BundleLine, ...]:
    """Return the bundles of the actor, or of whom they act for, the newest first: one statement."""
    rows = BundleCase.objects.filter(applicant=actor.party).defer("form").order_by("-received_at")
    return tuple(map(_line, rows[:limit]))


def own_bundle(actor: Actor, reference: str, *, at: datetime) -> BundleView:
    """Return the actor's own bundle: three statements.

    Raises:
        BundleUnknown: it is somebody else's, or there is none.
    """
    row = _row(reference)
    if row.applicant != actor.party:
        raise BundleUnknown
    return _view(row, at)


def bundle_within_reach(actor: Actor, reference: str, *, at: datetime) -> BundleView:
    """Return a bundle that the official's organisation leads; its parts show their state, not their contents.

    Raises:
        BundleUnknown: another organisation leads it, or there is none.
    """
    row = _row(reference)
    permissions = (cases.Permission.DECIDE, cases.Permission.SUPERVISE)
    place: dict[str, Any] = {"organisation": row.lead.path, "place": row.region.low}
    if not any(scope_filter(actor, permission).covers(**place) for permission in permissions):
        raise BundleUnknown
    return _view(row, at)


def _row(reference: str) -> BundleCase:
    row = BundleCase.objects.select_related("lead", "region").filter(reference=reference).first()
    if row is None:
        raise BundleUnknown
    return row


def _line(row: BundleCase) -> BundleLine:
    return BundleLine(
        reference=row.reference,
        name=row.name,
        name_en=row.name_en,
        state=BundleState(row.state),
        received_at=row.received_at,
    )


def _view(row: BundleCase, at: datetime) -> BundleView:
    parts = list(BundlePart.objects.filter(bundle=row).order_by("position"))
    lines = cases.lines_of((part.case_id for part in parts if part.case_id), at=at)
    said, names = orjson.loads(row.form), {part.item: part.name for part in parts}
    return BundleView(
        id=row.id,
        line=_line(row),
        code=row.code,
        applicant=row.applicant,
        lead=row.lead_id,
        region=row.region_id,
        lead_name=row.lead.name,
        parts=tuple(
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
        ),
        answers=said["answers"],
        prefilled=said["prefilled"],
        schema=said["schema"],
        concluded_at=row.concluded_at,
    )

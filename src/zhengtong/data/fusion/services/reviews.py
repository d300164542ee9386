"""Merging and splitting 合并与拆分: whether a row without a key belongs to a record. All can be undone."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from zhengtong.data.fusion.contracts import Decision, Permission, ReviewView
from zhengtong.data.fusion.models import Review
from zhengtong.data.fusion.queries import require_registrar, review_view
from zhengtong.data.fusion.refusals import ReviewDecided, ReviewUnknown
from zhengtong.data.fusion.services.discrepancies import CLAUSE
from zhengtong.data.fusion.services.recording import LOOK_PURPOSE, concerned
from zhengtong.trust.identity.api import Actor, responsibility_of
from zhengtong.trust.ledger.api import Act, Authority, Business, digest, record, record_reading

_OBJECT = "data.fusion.review"


def open_review(identifier: UUID, *, actor: Actor, at: datetime) -> ReviewView:
    """Return a pair in the clear, and record that *actor* looked at it.

    Raises:
        NotAllowed: the actor may not review.
        ReviewUnknown: there is none, or the actor's office is not the registrar.
    """
    require_registrar(actor)
    with transaction.atomic():
        row = _row(identifier, lock=False)
        record_reading(
            responsibility=responsibility_of(actor),
            authority=Authority(clause=CLAUSE, permission=Permission.REVIEW),
            concerns=concerned(row.registry, row.key),
            object_type=_OBJECT, object_id=str(row.id), purpose=LOOK_PURPOSE, at=at,
        )  # fmt: skip
        return review_view(row)


def merge(identifier: UUID, *, actor: Actor, at: datetime) -> ReviewView:
    """Decide that the row belongs to the record: the next pass takes its words in. A repeat changes nothing.

    Raises:
        NotAllowed, ReviewUnknown: as `open_review`.
    """
    return _decide(identifier, Decision.MERGED, {Decision.PENDING, Decision.SEPARATE}, "merge", actor=actor, at=at)


def keep_apart(identifier: UUID, *, actor: Actor, at: datetime) -> ReviewView:
    """Decide that row and record are two subjects; they are not proposed again. A repeat changes nothing.

    Raises:
        NotAllowed, ReviewUnknown: as `open_review`.
        ReviewDecided: they are merged: `split` undoes that.
    """
    return _decide(identifier, Decision.SEPARATE, {Decision.PENDING}, "keep_apart", actor=actor, at=at)


def split(identifier: UUID, *, actor: Actor, at: datetime) -> ReviewView:
    """Undo a merge, an official's or the machine's: the next pass leaves the row's words out. A repeat changes nothing.

    Raises:
        NotAllowed, ReviewUnknown: as `open_review`.
        ReviewDecided: they are not merged.
    """
    return _decide(identifier, Decision.SEPARATE, {Decision.MERGED}, "split", actor=actor, at=at)


def _decide(
    identifier: UUID, decision: Decision, before: set[Decision], command: str, *, actor: Actor, at: datetime
) -> ReviewView:
    require_registrar(actor)
    with transaction.atomic():
        row = _row(identifier, lock=True)
        if row.decision == decision:
            return review_view(row)
        if row.decision not in before:
            raise ReviewDecided
        business = Business(
            command=f"data.fusion.{command}", object_type=_OBJECT, object_id=str(row.id),
            before=digest(row.decision), after=digest(decision.value),
        )  # fmt: skip
        row.decision, row.decided_at, row.by_machine = decision.value, at, False
        row.save(update_fields=["decision", "decided_at", "by_machine"])
        record(
            Act(
                authority=Authority(clause=CLAUSE, permission=Permission.REVIEW),
                business=business, responsibility=responsibility_of(actor), at=at, purpose=LOOK_PURPOSE,
                concerns=concerned(row.registry, row.key),
            )
        )  # fmt: skip
        return review_view(row)


def _row(identifier: UUID, *, lock: bool) -> Review:
    rows = Review.objects.select_for_update() if lock else Review.objects.all()
    found = rows.filter(id=identifier).first()
    if found is None:
        raise ReviewUnknown
    return found

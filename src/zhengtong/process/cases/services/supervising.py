"""What goes on by itself or is supervised 督办归档: late stages are escalated, concluded cases archived."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from zhengtong.kernel import clock
from zhengtong.kernel.events.api import emit
from zhengtong.process.cases import law, queries
from zhengtong.process.cases.contracts import CaseEscalated, CaseView
from zhengtong.process.cases.models import Case, Stage
from zhengtong.process.cases.refusals import NotInProgress
from zhengtong.process.cases.services.common import HANDLING, locked, record_act
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Actor
from zhengtong.trust.ledger.api import Authority, digest, record_reading

BATCH = 100


def open_dossier(*, actor: Actor, reference: str, at: datetime, purpose: str = HANDLING) -> CaseView:
    """Return a case whole to an official or their department's system, and record that they looked, and why.

    Raises:
        CaseUnknown: it lies outside their bounds, or there is none.
    """
    view = queries.case_within_reach(actor, reference, at=at)
    with transaction.atomic():
        record_reading(
            responsibility=identity.responsibility_of(actor),
            authority=Authority(clause="个人信息保护法§34"),
            concerns=(view.applicant,),
            object_type="process.case",
            object_id=str(view.line.id),
            purpose=purpose,
            at=at,
        )
    return view


def escalate_late(at: datetime, *, limit: int = BATCH) -> int:
    """Escalate stages whose day has passed, each once; return how many. Safe in several workers at once."""
    today = clock.on_day(at)
    late = Stage.objects.filter(closed_at=None, due_on__lt=today, escalated_at=None).exclude(permission="")
    return sum(_escalate(pk, at) for pk in list(late.order_by("due_on", "id").values_list("pk", flat=True)[:limit]))


def _escalate(pk: int, at: datetime) -> int:
    with transaction.atomic():
        if not Stage.objects.filter(pk=pk, escalated_at=None, closed_at=None).update(escalated_at=at):
            return 0  # another worker was first, or it was handled
        stage = Stage.objects.select_related("case").get(pk=pk)
        row = stage.case
        record_act(identity.system_actor(), "escalate", row, at, after={"stage": pk})
        assert stage.due_on is not None  # noqa: S101 -- the query asked for a day that has passed
        about = CaseEscalated(
            case=row.id, item=row.item, stage=pk, organisation=stage.organisation_id, due_on=stage.due_on
        )
        emit("process.case.escalated.v1", subject=row.id, data=about, at=at)
    return 1


def archive(*, actor: Actor, case: UUID, at: datetime) -> str:
    """Close the file of a concluded case for good 归档 and return the digest of its dossier; again changes nothing.

    Raises:
        CaseUnknown: there is none.
        NotInProgress: it is not concluded.
    """
    with transaction.atomic():
        row = locked(case)
        if row.archived_at is not None:
            return row.archive_digest
        if row.concluded_at is None:
            raise NotInProgress
        stages = Stage.objects.filter(case=row).order_by("opened_at", "id")
        told = [[stage.kind, stage.decision, stage.opened_at.isoformat(), str(stage.official)] for stage in stages]
        row.archive_digest = digest(
            {"reference": row.reference, "form": row.form, "evidence": row.evidence, "stages": told}
        )
        row.archived_at = at
        row.save(update_fields=["archive_digest", "archived_at"])
        record_act(actor, "archive", row, at, after={"dossier": row.archive_digest})
    return row.archive_digest


def archive_due(at: datetime, *, limit: int = BATCH) -> int:
    """Archive cases concluded `law.ARCHIVE_DAYS` ago; return how many."""
    before = at - timedelta(days=law.ARCHIVE_DAYS)
    due = Case.objects.filter(archived_at=None, concluded_at__lt=before).order_by("concluded_at")
    found = list(due.values_list("pk", flat=True)[:limit])
    for case in found:
        archive(actor=identity.system_actor(), case=case, at=at)
    return len(found)

"""Answering contradictions 答复矛盾工单: the department that answers for a datum says what is so."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from zhengtong.data.fusion import law
from zhengtong.data.fusion.contracts import (
    ANSWER_LENGTH,
    DiscrepancyAnswered,
    DiscrepancyState,
    DiscrepancyView,
    Permission,
)
from zhengtong.data.fusion.models import Discrepancy
from zhengtong.data.fusion.queries import discrepancy_for, discrepancy_view, registry
from zhengtong.data.fusion.refusals import AnswerMissing, AnswerUnreadable, DiscrepancyClosed
from zhengtong.data.fusion.services.recording import LOOK_PURPOSE, concerned
from zhengtong.data.fusion.standard import standard_word
from zhengtong.kernel.events.api import emit
from zhengtong.trust.identity.api import Actor, responsibility_of
from zhengtong.trust.ledger.api import Act, Authority, Business, digest, record, record_reading

CLAUSE = "国发〔2016〕51号"
_OBJECT = "data.fusion.discrepancy"


def open_discrepancy(identifier: UUID, *, actor: Actor, at: datetime) -> DiscrepancyView:
    """Return a contradiction in the clear, and record that *actor* looked at it.

    Raises:
        NotAllowed: the actor may not answer contradictions.
        DiscrepancyUnknown: there is none, or not for the actor's department.
    """
    with transaction.atomic():
        row = discrepancy_for(actor, identifier)
        record_reading(
            responsibility=responsibility_of(actor),
            authority=Authority(clause=CLAUSE, permission=Permission.ANSWER),
            concerns=concerned(row.registry, row.key),
            object_type=_OBJECT, object_id=str(row.id), purpose=LOOK_PURPOSE, at=at,
        )  # fmt: skip
        return discrepancy_view(row)


def answer(identifier: UUID, *, value: str, actor: Actor, at: datetime) -> DiscrepancyView:
    """Answer a contradiction; the next pass believes the answer before every source. The same answer twice is one.

    Raises:
        NotAllowed, DiscrepancyUnknown: as `open_discrepancy`.
        AnswerMissing: the value is empty or longer than 200 characters.
        AnswerUnreadable: no source says so, and the authoritative source's reading makes nothing of it.
        DiscrepancyClosed: there is another answer already.
    """
    value = value.strip()
    if not 0 < len(value) <= ANSWER_LENGTH:
        raise AnswerMissing(what="value", field="value")
    with transaction.atomic():
        row = discrepancy_for(actor, identifier, Discrepancy.objects.select_for_update())
        value = _standard(row, value)
        if row.state != DiscrepancyState.OPEN:
            if row.answer == value:
                return discrepancy_view(row)
            raise DiscrepancyClosed
        row.state, row.answer, row.answered_at = DiscrepancyState.ANSWERED.value, value, at
        row.save(update_fields=["state", "answer", "answered_at"])
        business = Business(
            command="data.fusion.answer", object_type=_OBJECT, object_id=str(row.id),
            before=digest(DiscrepancyState.OPEN.value), after=digest(DiscrepancyState.ANSWERED.value),
        )  # fmt: skip
        record(
            Act(
                authority=Authority(clause=CLAUSE, permission=Permission.ANSWER),
                business=business, responsibility=responsibility_of(actor), at=at, purpose=LOOK_PURPOSE,
                concerns=concerned(row.registry, row.key),
            )
        )  # fmt: skip
        payload = DiscrepancyAnswered(discrepancy=row.id, registry=row.registry, attribute=row.attribute)
        emit("data.fusion.discrepancy_answered.v1", subject=row.id, data=payload, at=at)
        return discrepancy_view(row)


def _standard(row: Discrepancy, value: str) -> str:
    """Return the answer in the form in which golden records hold it; what a source says has that form already."""
    if value in {one.value for one in discrepancy_view(row).candidates}:
        return value
    declared = registry(row.registry)
    given = declared.givers(row.attribute)[law.authoritative(declared, row.attribute)]
    found = standard_word(value, given)
    if found is None:
        raise AnswerUnreadable(attribute=declared.attribute(row.attribute).title, field="value")
    return found

"""What every act on a case does: find the row under its lock, close a stage, record the act."""

from dataclasses import asdict
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson

from zhengtong.kernel import clock
from zhengtong.kernel.calendar import api as calendars
from zhengtong.process.cases import law
from zhengtong.process.cases.contracts import (
    CaseState,
    Decision,
)
from zhengtong.process.cases.models import Case, Stage
from zhengtong.process.cases.queries import Document
from zhengtong.process.cases.refusals import AlreadyHandled, CaseChanged, CaseUnknown, NotInProgress
from zhengtong.process.store import api as store
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Actor
from zhengtong.trust.ledger.api import Act, Authority, Business, digest, record

HANDLING = "process.case.handling"
_UNREAD = frozenset({"escalate", "archive", "receive"})
"""Acts that change nothing of what an official has read: the platform's, and the first, which nobody has read."""
CLAUSES = {
    "receive": "行政许可法§29",
    "accept": "行政许可法§32",
    "accept_conditionally": "行政许可法§32",
    "deem": "行政许可法§32",
    "return": "行政许可法§32",
    "refuse": "行政许可法§32",
    "grant": "行政许可法§38",
    "deny": "行政许可法§38",
    "agree": "行政许可法§26",
    "disagree": "行政许可法§26",
    "extend": "行政许可法§42",
    "keep": "行政许可法§42",
    "ask_extension": "行政许可法§42",
    "begin_procedure": "行政许可法§45",
    "end_procedure": "行政许可法§45",
    "transfer": "行政许可法§32",
    "supplement": "行政许可法§32",
    "hand_in_missing": "行政许可法§32",
    "withdraw": "行政许可法§29",
    "delegate": "公务员法§14",
    "take_back": "公务员法§14",
    "recall": "行政许可法§32",
    "ask_check": "国务院令第716号",
    "answer_check": "国务院令第716号",
    "escalate": "行政许可法§60",
    "archive": "档案法§13",
    "review": "国办发〔2019〕51号",
    "answer_review": "国办发〔2019〕51号",
}


def locked(case: UUID) -> Case:
    """Return the row of *case*, held until the transaction ends: its process first, as the clock holds them.

    Raises:
        CaseUnknown: there is none.
    """
    store.hold(case)
    row = Case.objects.select_for_update(of=("self",)).filter(pk=case).first()
    if row is None:
        raise CaseUnknown
    return row


def own(actor: Actor, case: UUID) -> Case:
    """Return the actor's own case, held until the transaction ends.

    Raises:
        CaseUnknown: it is somebody else's, or there is none.
    """
    row = locked(case)
    if row.applicant != actor.party:
        raise CaseUnknown
    return row


def unchanged(row: Case, revision: int | None) -> None:
    """Refuse where *row*, which is held, is not at *revision* any more; None asks for nothing.

    Raises:
        CaseChanged: somebody acted on it, or a period ran out, since it was read.
    """
    if revision is not None and revision != row.revision:
        raise CaseChanged


def in_progress(row: Case) -> Case:
    """Return *row* if it is accepted and not decided.

    Raises:
        NotInProgress: it is not.
    """
    if row.state != CaseState.ACCEPTED:
        raise NotInProgress
    return row


def waiting_stage(row: Case, **facts: Any) -> Stage:
    """Return the open stage of *row* with these *facts*.

    Raises:
        AlreadyHandled: it was handled meanwhile.
    """
    stage = Stage.objects.filter(case=row, closed_at=None, **facts).first()
    if stage is None:
        raise AlreadyHandled
    return stage


def close(stage: Stage, decision: Decision, reason: str, actor: Actor, at: datetime) -> None:
    """Close *stage* for good."""
    stage.decision, stage.closed_at, stage.reason = decision, at, reason
    stage.official, stage.post = actor.subject, actor.post
    stage.save(update_fields=["decision", "closed_at", "reason", "official", "post"])


def silence_begins(at: datetime) -> datetime:
    """Return the moment from which silence counts as acceptance: the notice period's last day is over (§32)."""
    due = law.acceptance_due(clock.on_day(at), calendars.current()).on
    return datetime.combine(due + timedelta(days=1), time(), clock.BEIJING)


def sealed(document: Document) -> str:
    """Return the application as it is kept: who applied, as they were called then, what was asked, said and known."""
    return orjson.dumps(asdict(document)).decode()


def record_act(
    actor: Actor, verb: str, row: Case, at: datetime, *, permission: StrEnum | None = None, after: Any = None
) -> None:
    """Record an act on a case in the ledger; the case is at its next revision from then on."""
    if verb not in _UNREAD:
        row.revision += 1
        row.save(update_fields=["revision"])
    record(
        Act(
            authority=Authority(clause=CLAUSES[verb], permission=permission),
            business=Business(
                command=f"process.case.{verb}",
                object_type="process.case",
                object_id=str(row.id),
                before=digest({"state": row.state}),
                after=None if after is None else digest(after),
            ),
            responsibility=identity.responsibility_of(actor),
            at=at,
            concerns=(row.applicant,),
        )
    )

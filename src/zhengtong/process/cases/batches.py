"""Decisions in a batch 批量办理: the same favourable decision on the same task of cases of one version of one item.

Lawful only where the item's definition says so, and why; never against an applicant, never where evidence is still to
be checked or a fact is contested: such a case is read by itself. Each case is decided in a transaction of its own, as
if it had been decided alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, Min, Q, QuerySet

from zhengtong.kernel.errors import Refusal, Text
from zhengtong.process.cases import evidence
from zhengtong.process.cases.contracts import Decision, Permission
from zhengtong.process.cases.models import Case, Stage
from zhengtong.process.cases.queries import document, sources_in, within_reach
from zhengtong.process.cases.refusals import AlreadyHandled, BatchEmpty, BatchNotAllowed, NeedsReading
from zhengtong.process.cases.services import deciding
from zhengtong.process.forms import api as forms
from zhengtong.process.items import api as items
from zhengtong.trust.identity.contracts import Actor

MOST = 50
UNIFORM: Mapping[str, tuple[Permission, Decision]] = {
    "accept": (Permission.ACCEPT, Decision.ACCEPT),
    "decide": (Permission.DECIDE, Decision.GRANT),
}
"""By task, whose it is and the one decision a batch may take."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchKey:
    """What cases of a batch share: item, version of the item, task."""

    item: str
    version: int
    task: str


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchGroup:
    """Tasks that may be decided together: how many wait, the first day due, and the basis on which they may."""

    key: BatchKey
    item_name: str
    item_name_en: str
    decision: Decision
    basis: items.Words
    count: int
    due_on: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchLine:
    """One case of a batch; `needs_reading` where it must be decided by itself."""

    stage: int
    revision: int
    reference: str
    received_at: datetime
    due_on: date | None
    needs_reading: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchOutcome:
    """What happened to one case: decided, or why not."""

    reference: str
    decided: bool
    told: Text


def batch_groups(actor: Actor, *, at: datetime) -> tuple[BatchGroup, ...]:
    """Return what *actor* may decide in batches, the first due first: two statements."""
    allowed = items.batchings()
    if not allowed:
        return ()
    wanted = Q(pk__in=[])
    for (code, version), rule in allowed.items():
        permissions = [UNIFORM[task][0] for task in rule.tasks]
        wanted |= Q(case__item=code, case__item_version=version, permission__in=permissions)
    rows = (
        _mine(actor, at)
        .filter(wanted)
        .values("case__item", "case__item_version", "permission", "case__item_name", "case__item_name_en")
        .annotate(count=Count("pk"), due_on=Min("due_on"))
        .order_by("due_on", "case__item")
    )
    found = []
    for row in rows:
        task = next(name for name, (permission, _decision) in UNIFORM.items() if permission == row["permission"])
        key = BatchKey(item=row["case__item"], version=row["case__item_version"], task=task)
        found.append(
            BatchGroup(
                key=key, item_name=row["case__item_name"], item_name_en=row["case__item_name_en"],
                decision=UNIFORM[task][1], basis=allowed[key.item, key.version].basis, count=row["count"],
                due_on=row["due_on"],
            )
        )  # fmt: skip
    return tuple(found)


def batch_lines(actor: Actor, key: BatchKey, *, at: datetime, stages: Iterable[int] = ()) -> tuple[BatchLine, ...]:
    """Return the cases of a batch, at most `MOST`, the first due first; only *stages* where these are named.

    Raises:
        BatchNotAllowed: the item's definition does not allow it.
    """
    _rule(key)
    named = list(stages)
    rows = _of(actor, key, at).filter(pk__in=named) if named else _of(actor, key, at)
    return tuple(
        BatchLine(
            stage=stage.pk,
            revision=stage.case.revision,
            reference=stage.case.reference,
            received_at=stage.case.received_at,
            due_on=stage.due_on,
            needs_reading=_open_evidence(stage.case),
        )
        for stage in rows.select_related("case").defer("case__form").order_by("due_on", "id")[:MOST]
    )


def decide_batch(*, actor: Actor, key: BatchKey, chosen: Mapping[int, int], at: datetime) -> tuple[BatchOutcome, ...]:
    """Decide the chosen tasks one after the other, each in its own transaction; what cannot be decided says why.

    Args:
        actor: the official.
        key: what the cases share; a case that is something else is refused.
        chosen: by stage, the case's revision as the confirmation showed it. Sent twice, nothing is decided twice.
        at: the present moment.

    Raises:
        BatchNotAllowed: the item's definition does not allow it.
        BatchEmpty: none was chosen, or more than `MOST`.
    """
    _rule(key)
    if not 0 < len(chosen) <= MOST:
        raise BatchEmpty(most=MOST)
    references = dict(Stage.objects.filter(pk__in=list(chosen)).values_list("pk", "case__reference"))
    outcomes = []
    for stage, revision in chosen.items():
        if stage not in references:
            continue
        told: Text = UNIFORM[key.task][1].label
        try:
            with transaction.atomic():
                _decide_one(actor, key, stage, revision, at)
        except Refusal as refusal:
            told = f"{refusal.explanation} {refusal.advice}"
            outcomes.append(BatchOutcome(reference=references[stage], decided=False, told=told))
        else:
            outcomes.append(BatchOutcome(reference=references[stage], decided=True, told=told))
    return tuple(outcomes)


def _decide_one(actor: Actor, key: BatchKey, pk: int, revision: int, at: datetime) -> None:
    stage = Stage.objects.select_related("case").filter(pk=pk).first()
    permission, decision = UNIFORM[key.task]
    if stage is None or stage.number is None or stage.closed_at is not None:
        raise AlreadyHandled
    row = stage.case
    if (row.item, row.item_version, stage.permission) != (key.item, key.version, permission):
        raise BatchNotAllowed
    if stage.assignee not in {None, actor.subject} or _open_evidence(row) or _contested(row, at):
        raise NeedsReading
    deciding.decide(actor=actor, case=row.id, task=stage.number, decision=decision, reason="", at=at, revision=revision)


def _rule(key: BatchKey) -> items.Batching:
    rule = items.batchings().get((key.item, key.version))
    if rule is None or key.task not in rule.tasks:
        raise BatchNotAllowed
    return rule


def _mine(actor: Actor, at: datetime) -> QuerySet[Stage]:
    """Return what waits for the actor themselves: what they handle in somebody's place is read one by one."""
    own = Q(assignee=None) | Q(assignee=actor.subject)
    return Stage.objects.filter(within_reach(actor, at=at)).filter(own).exclude(number=None)


def _of(actor: Actor, key: BatchKey, at: datetime) -> QuerySet[Stage]:
    of_item = Q(case__item=key.item, case__item_version=key.version)
    return _mine(actor, at).filter(of_item, permission=UNIFORM[key.task][0])


def _open_evidence(row: Case) -> bool:
    return any(piece.to_check or piece.missing for piece in evidence.load(row.evidence))


def _contested(row: Case, at: datetime) -> bool:
    """Say whether a fact the application rests on is disputed and not yet answered."""
    used = sources_in(document(row).prefilled)
    return bool(used) and any(one.source in used for one in forms.open_about(row.applicant, at=at))

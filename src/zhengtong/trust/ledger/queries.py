"""Reads of the ledger: whose data an act concerned, who acted, who looked, and whether rows are what was written."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate

from zhengtong.kernel import clock
from zhengtong.trust.ledger import law
from zhengtong.trust.ledger.contracts import (
    ActKind,
    ActPage,
    ActSearch,
    Finding,
    Flaw,
    Look,
    LookPage,
    RecordedAct,
    UnknownAct,
)
from zhengtong.trust.ledger.models import ConcernRow, LogRow, RecordedActRow
from zhengtong.trust.ledger.purposes import purpose_title

_JOINED = """SELECT a.*, c.data_subject AS concerned, c.kind AS concerned_kind FROM ledger_act a
    LEFT JOIN ledger_concern c ON c.act_id = a.id"""


def act(identifier: UUID) -> RecordedAct:
    """Return one act.

    Raises:
        UnknownAct: there is none of this id.
    """
    row = RecordedActRow.objects.filter(id=identifier).first()
    if row is None:
        raise UnknownAct
    return _recorded(row)


def acts_by(subject: UUID, *, before: UUID | None = None, limit: int = 20) -> ActPage:
    """Return what *subject* did, the newest first."""
    return _page(RecordedActRow.objects.filter(subject=subject), before, limit)


def acts_on(object_type: str, object_id: str, *, before: UUID | None = None, limit: int = 20) -> ActPage:
    """Return what was done to one object, the newest first: its audit trail 留痕."""
    return _page(RecordedActRow.objects.filter(object_type=object_type, object_id=object_id), before, limit)


def acts_concerning(subject: UUID, *, before: UUID | None = None, limit: int = 20) -> ActPage:
    """Return the acts that touched the data of *subject*, the newest first."""
    rows = _concerning(subject, before).select_related("act")[: limit + 1]
    return _paged([concern.act for concern in rows], limit)


def looks_at(subject: UUID, *, before: UUID | None = None, limit: int = 20) -> LookPage:
    """Return who read the data of *subject* and why, the newest first; the person's own readings left out."""
    concerns = _concerning(subject, before).filter(kind=ActKind.READ).exclude(act__subject=subject)
    page = _paged([concern.act for concern in concerns.select_related("act")[: limit + 1]], limit)
    return LookPage(items=tuple(_look(item) for item in page.items), next=page.next)


def search_acts(wanted: ActSearch, *, before: UUID | None = None, limit: int = 20) -> ActPage:
    """Return the acts that fit, the newest first: one statement on an index, except for a search by time alone.

    Ids are ordered by the moment of recording, so a period is a range of the primary key.
    """
    equal = {
        "subject": wanted.subject,
        "object_type": wanted.object_type,
        "object_id": wanted.object_id,
        "kind": wanted.kind,
        "id__gte": wanted.since and _first_id(wanted.since),
        "id__lt": wanted.until and _first_id(wanted.until),
        "organisation__in": wanted.organisations,
    }
    rows = RecordedActRow.objects.filter(**{name: value for name, value in equal.items() if value is not None})
    if wanted.concerning:
        rows = rows.filter(id__in=ConcernRow.objects.filter(data_subject=wanted.concerning).values("act_id"))
    return _page(rows, before, limit)


def check_acts(identifiers: Iterable[UUID]) -> tuple[Finding, ...]:
    """Return which of these acts are no longer what was recorded, see `verify`: one statement for a page."""
    flaws = ((row.id, _flaw(row, concerns)) for row, concerns in _with_concerns(identifiers))
    return tuple(Finding(act=identifier, flaw=flaw) for identifier, flaw in flaws if flaw is not None)


def checked_act(identifier: UUID) -> tuple[RecordedAct, Flaw | None]:
    """Return one act and what is wrong with its record, if anything: one statement.

    Raises:
        UnknownAct: there is none of this id.
    """
    for row, concerns in _with_concerns([identifier]):
        return _recorded(row), _flaw(row, concerns)
    raise UnknownAct


def count_acts() -> int:
    """Return how many acts are recorded."""
    return RecordedActRow.objects.count()


def log_size() -> int:
    """Return how many acts have their place in the log."""
    return LogRow.objects.values_list("size", flat=True).first() or 0


def acts_by_day(first_on: date, last_on: date) -> dict[date, int]:
    """Return how many acts were recorded on each Beijing day of the period, ends included; days without are missing.

    Ids are ordered by time, so the period is a range of the primary key.
    """
    begin = datetime.combine(first_on, time(), clock.BEIJING)
    end = datetime.combine(last_on + timedelta(days=1), time(), clock.BEIJING)
    rows = RecordedActRow.objects.filter(id__gte=_first_id(begin), id__lt=_first_id(end))
    counted = rows.annotate(on=TruncDate("at", tzinfo=clock.BEIJING)).values("on").annotate(acts=Count("id"))
    return {row["on"]: row["acts"] for row in counted.order_by("on")}


def verify(*, after: UUID | None = None) -> Iterator[Finding]:
    """Compare every row with what its hash vouches for, in the order of ids; yield what no longer fits.

    Args:
        after: begin behind this act.
    """
    while rows := list(_following(after)):
        concerns = _concerns_of([row.id for row in rows])
        for row in rows:
            flaw = _flaw(row, concerns.get(row.id, []))
            if flaw is not None:
                yield Finding(act=row.id, flaw=flaw)
        after = rows[-1].id


def _first_id(moment: datetime) -> UUID:
    """Return the smallest version 7 id of this moment or later."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def _following(after: UUID | None, limit: int = 500) -> QuerySet[RecordedActRow]:
    rows = RecordedActRow.objects.order_by("id")
    return (rows.filter(id__gt=after) if after else rows)[:limit]


def _with_concerns(identifiers: Iterable[UUID]) -> list[tuple[RecordedActRow, list[tuple[UUID, str]]]]:
    """Return acts, the oldest first, with the people each concerns."""
    wanted = [
        RecordedActRow._meta.pk.get_db_prep_value(identifier, connection)  # noqa: SLF001 -- Django's public Options
        for identifier in identifiers
    ]
    if not wanted:
        return []
    places = ", ".join(["%s"] * len(wanted))
    rows: Iterable[Any] = RecordedActRow.objects.raw(f"{_JOINED} WHERE a.id IN ({places}) ORDER BY a.id", wanted)
    found: dict[UUID, tuple[RecordedActRow, list[tuple[UUID, str]]]] = {}
    for row in rows:
        _row, concerns = found.setdefault(row.id, (row, []))
        if row.concerned is not None:
            concerns.append((UUID(str(row.concerned)), row.concerned_kind))
    return list(found.values())


def _concerns_of(acts: list[UUID]) -> dict[UUID, list[tuple[UUID, str]]]:
    found: dict[UUID, list[tuple[UUID, str]]] = {}
    for identifier, subject, kind in ConcernRow.objects.filter(act__in=acts).values_list(
        "act_id", "data_subject", "kind"
    ):
        found.setdefault(identifier, []).append((subject, kind))
    return found


def _flaw(row: RecordedActRow, concerns: list[tuple[UUID, str]]) -> Flaw | None:
    leaf = bytes(row.leaf)
    if law.leaf_hash(leaf) != bytes(row.leaf_hash):
        return Flaw.HASH
    try:
        identifier, recorded = law.read_leaf(leaf)
    except ValueError:
        return Flaw.LEAF
    written = (
        identifier,
        recorded.at,
        recorded.kind,
        recorded.responsibility.subject,
        recorded.responsibility.organisation,
        recorded.business.object_type,
        recorded.business.object_id,
    )
    if written != (row.id, row.at, row.kind, row.subject, row.organisation, row.object_type, row.object_id):
        return Flaw.INDEX
    if sorted(concerns) != sorted((subject, recorded.kind.value) for subject in recorded.concerns):
        return Flaw.CONCERNS
    return None


def _concerning(subject: UUID, before: UUID | None) -> QuerySet[ConcernRow]:
    concerns = ConcernRow.objects.filter(data_subject=subject).order_by("-act_id")
    return concerns.filter(act_id__lt=before) if before else concerns


def _page(rows: QuerySet[RecordedActRow], before: UUID | None, limit: int) -> ActPage:
    newest_first = rows.order_by("-id")
    return _paged(list((newest_first.filter(id__lt=before) if before else newest_first)[: limit + 1]), limit)


def _paged(rows: list[RecordedActRow], limit: int) -> ActPage:
    items = tuple(_recorded(row) for row in rows[:limit])
    return ActPage(items=items, next=items[-1].id if len(rows) > limit else None)


def _recorded(row: RecordedActRow) -> RecordedAct:
    _, recorded = law.read_leaf(bytes(row.leaf))
    return RecordedAct(id=row.id, act=recorded, leaf_hash=bytes(row.leaf_hash).hex())


def _look(recorded: RecordedAct) -> Look:
    done = recorded.act
    return Look(
        id=recorded.id,
        at=done.at,
        subject=done.responsibility.subject,
        post=done.responsibility.post,
        organisation=done.responsibility.organisation,
        purpose=done.purpose or "",
        purpose_title=purpose_title(done.purpose or ""),
        clause=done.authority.clause,
        object_type=done.business.object_type,
        on_behalf_of=done.responsibility.on_behalf_of,
    )

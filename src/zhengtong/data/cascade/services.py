"""Acts of cascade: set up a node, take a resource from it, pull. Cut or killed anywhere, the next pull goes on.

A pull is two steps that need not be one: ranges of versions are fetched through the node's own exchange gateway, as any
subscriber does, and what lies there whole is landed through collection, each range once, in order.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction

from zhengtong.data.cascade import law, queries, spool
from zhengtong.data.cascade.contracts import (
    FELL_BEHIND,
    AlreadyPulling,
    FellBehind,
    IntakeEntry,
    IntakeUnfit,
    IntakeUnknown,
    IntakeView,
    KeysMasked,
    LineCut,
    NotLanded,
    PeerEntry,
    PeerUnfit,
    PeerUnknown,
    PeerView,
    Permission,
    Position,
    PullView,
)
from zhengtong.data.cascade.models import Intake, Peer
from zhengtong.data.catalog import api as catalog
from zhengtong.data.collection import api as collection
from zhengtong.data.exchange import api as exchange
from zhengtong.kernel.clock import Clock, system
from zhengtong.kernel.errors import Phrase, Refusal
from zhengtong.kernel.errors import mark as _
from zhengtong.kernel.events.api import emit
from zhengtong.kernel.failpoints import declare, failpoint
from zhengtong.kernel.ids import new_id
from zhengtong.trust.access.api import require
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Actor
from zhengtong.trust.ledger.api import Act, Authority, Business, digest, record

CLAUSE = "国务院令第809号"
Told = Callable[[int, int], None]
_MOVED = ("version", "announced", "refusal", "refused_at", "pulled_at", "late_at", "late_since", "next_due_at")
"""What a pull changes of an intake."""
declare("cascade.fetched", "cascade.landed")


def add_peer(*, actor: Actor, entry: PeerEntry, at: datetime) -> PeerView:
    """Set up a node of another level, or change the one of this name; its position is kept as long as it gives rows.

    Raises:
        NotAllowed: the actor may not.
        PeerUnfit: it cannot work; nothing changed.
    """
    require(actor, Permission.SET_UP)
    if not entry.name.strip():
        raise PeerUnfit(field="name", what=Phrase(_("缺少名称")))
    if not entry.gateway.startswith(("https://", "http://")):
        raise PeerUnfit(field="gateway", what=Phrase(_("网关地址应以 https:// 开头")))
    with transaction.atomic():
        row = Peer.objects.select_for_update().filter(name=entry.name).first() or Peer(id=new_id(), name=entry.name)
        if row.position not in {"", entry.position} and row.intakes.exists():
            raise PeerUnfit(field="position", what=Phrase(_("已从该节点获取数据，不能改变位置")))
        row.position, row.gateway = entry.position.value, entry.gateway.rstrip("/")
        row.key_id, row.algorithm, row.key = entry.key_id, entry.algorithm.value, entry.key.hex()
        row.save()
        after = {"position": row.position, "gateway": row.gateway, "key": row.key_id}
        _record(actor, "add_peer", "peer", row.id, after, at, permission=Permission.SET_UP)
    return queries.peer_view(row)


def take(*, actor: Actor, entry: IntakeEntry, at: datetime) -> IntakeView:
    """Have a resource taken from a node from now on 接入, or change how; another agreement begins with all rows anew.

    Raises:
        DatasetUnknown, PeerUnknown: this node's catalogue has no such resource, or nobody set up the node.
        NotAllowed: the actor may not.
        IntakeUnfit, SourceUnfit: it cannot be taken in this way; nothing changed.
        AlreadyPulling: it is being pulled at this moment.
    """
    dataset = catalog.dataset(entry.dataset)
    require(actor, Permission.SET_UP, organisation=dataset.provider, region=dataset.region)
    peer = Peer.objects.filter(name=entry.peer).first()
    if peer is None:
        raise PeerUnknown(name=entry.peer)
    row = Intake.objects.filter(peer=peer, dataset=entry.dataset).first()
    row = row or Intake(id=new_id(), peer=peer, dataset_id=entry.dataset, beginning=0)
    with spool.held(str(row.id)), transaction.atomic():
        _require_one_direction(entry.dataset, peer)
        if row.beginning == 0 or row.agreement != entry.agreement:
            _begin_anew(actor, row, at)
        row.agreement, row.item, row.every_minutes = entry.agreement, entry.item, entry.every_minutes
        row.next_due_at = None if entry.every_minutes is None else at
        row.late_at = _late_at(dataset.entry.cycle, at)
        row.save()
        after = {"peer": str(peer.id), "agreement": str(row.agreement), "every": row.every_minutes}
        _record(actor, "take", "intake", row.id, after, at, permission=Permission.SET_UP)
    return queries.intake(row.id)


def pull(
    *,
    actor: Actor,
    intake: UUID,
    clock: Clock = system,
    post: exchange.Post | None = None,
    anew: bool = False,
    told: Told = lambda _done, _all: None,
) -> PullView:
    """Fetch what the node announced since the last time, and land what lies there whole.

    What cannot be fetched or landed is told in the view and on the intake; what landed before stays.

    Args:
        actor: who pulls.
        intake: what.
        clock: tells the time.
        post: what sends; by default to the node's gateway.
        anew: begin with all rows again: the other side cleared changes away, or was restored.
        told: called with the parts of a range that lie there and the parts there are.

    Raises:
        IntakeUnknown: there is nothing of this id.
        NotAllowed: the actor may not collect this department's data.
        AlreadyPulling: another process does.
    """
    row = Intake.objects.select_related("dataset").filter(pk=intake).first()
    if row is None:
        raise IntakeUnknown(dataset=intake)
    require(actor, collection.Permission.COLLECT, organisation=row.dataset.provider_id, region=row.dataset.region_id)
    with spool.held(str(intake)):
        return _Pull(actor, intake, clock, told).carry_out(post, anew=anew)


class _Pull:
    """One pull, by the one process that holds the intake's lock."""

    def __init__(self, actor: Actor, intake: UUID, clock: Clock, told: Told) -> None:
        self._actor, self._clock, self._told = actor, clock, told
        self._row = Intake.objects.select_related("peer", "dataset").get(pk=intake)
        self._dataset = catalog.dataset(self._row.dataset_id)

    def carry_out(self, post: exchange.Post | None, *, anew: bool) -> PullView:
        """Fetch, land, and say how it went."""
        row = self._row
        failure: Refusal | None = None
        if anew:
            with transaction.atomic():
                _begin_anew(self._actor, row, self._clock.now())
                row.save()
        before = row.version
        try:
            self._fetch(post or exchange.line_to(row.peer.gateway))
        except OSError as cut:
            failure = LineCut(kind=type(cut).__name__)
        except Refusal as refusal:
            failure = refusal
        failpoint("cascade.fetched")
        landed, stopped = self._land()
        failpoint("cascade.landed")
        return self._conclude(before, landed, failure or stopped)

    def _fetch(self, post: exchange.Post) -> None:
        row = self._row
        wanted = exchange.Wanted(
            agreement=str(row.agreement), business=row.item, format=exchange.Format.PARQUET, key_id=row.peer.key_id,
            algorithm=exchange.Algorithm(row.peer.algorithm), key=bytes.fromhex(row.peer.key),
        )  # fmt: skip
        try:
            exchange.follow(wanted, self._folder, post, told=self._told, now=lambda: self._clock.now().timestamp())
        finally:
            state = exchange.standing(self._folder)
            row.announced = None if state is None else state.target

    def _land(self) -> tuple[tuple[int, int], Refusal | None]:
        """Land the ranges that lie there; return how many rows changed, how many were refused, and what stopped it."""
        try:
            if not self._waiting():
                return (0, 0), None
            table = collection.table_name(self._dataset.code, self._dataset.entry.table)
            with spool.held(f"dataset-{table}", waits=True):  # of several nodes' rows, one's land at a time
                batch = collection.collect(actor=self._actor, source=self._row.source, clock=self._clock, is_alone=True)
        except Refusal as refusal:
            return (0, 0), refusal
        stopped = NotLanded(what=batch.error) if batch.error else None
        return (batch.rows_landed, batch.rows_refused), stopped

    def _waiting(self) -> bool:
        """Say whether something lies there that can land.

        Raises:
            KeysMasked: rows that could not be told apart do.
        """
        lying = [manifest for _path, manifest in collection.whole_ranges(self._folder)]
        for manifest in lying:
            given = {field["name"] for field in manifest["fields"] if field["mask"] == exchange.Mask.NONE}
            if lacking := [key for key in self._dataset.keys if key not in given]:
                raise KeysMasked(names="、".join(lacking))
        return bool(lying)

    def _conclude(self, before: int | None, landed: tuple[int, int], failure: Refusal | None) -> PullView:
        row, at = self._row, self._clock.now()
        row.version = _reached(row.source)
        said, row.refusal = row.refusal, "" if failure is None else str(failure)
        row.refused_at = at if failure else None
        if failure is None:
            row.pulled_at, row.late_since = at, None
            row.late_at = _late_at(self._dataset.entry.cycle, at)
        row.next_due_at = None if row.every_minutes is None else at + timedelta(minutes=row.every_minutes)
        with transaction.atomic():
            row.save(update_fields=_MOVED)
            if row.version != before or row.refusal != said:
                after = {"version": row.version, "rows": landed[0], "refused": failure.code if failure else ""}
                _record(self._actor, "pull", "intake", row.id, after, at, before={"version": before})
        if row.version is not None and self._folder.exists():
            spool.tidy(self._folder, reached=row.version)
        return PullView(
            intake=row.id, before=before, after=row.version, rows=landed[0], rows_refused=landed[1], refusal=failure
        )

    @property
    def _folder(self) -> Path:
        return spool.folder_of(self._row.id, self._row.beginning)


def pull_soon(*, actor: Actor, intake: UUID, at: datetime) -> None:
    """Have the worker pull at its next round 立即获取. The pull itself is the act.

    Raises:
        IntakeUnknown: there is nothing of this id.
        NotAllowed: the actor may not collect this department's data.
    """
    row = Intake.objects.select_related("dataset").filter(pk=intake).first()
    if row is None:
        raise IntakeUnknown(dataset=intake)
    require(actor, collection.Permission.COLLECT, organisation=row.dataset.provider_id, region=row.dataset.region_id)
    Intake.objects.filter(pk=intake).update(next_due_at=at)


@transaction.atomic
def claim_due(at: datetime, *, until: datetime) -> list[UUID]:
    """Return what is due to be pulled and put its turn off until *until*: of two workers one gets each."""
    rows = Intake.objects.select_for_update(skip_locked=True).filter(next_due_at__lte=at).order_by("next_due_at")[:20]
    found = [row.id for row in rows]
    Intake.objects.filter(pk__in=found).update(next_due_at=until)
    return found


def pull_by_schedule(intake: UUID) -> None:
    """Pull because it is time; what is being pulled already is left alone."""
    with suppress(AlreadyPulling):
        pull(actor=identity.system_actor(), intake=intake)


@transaction.atomic
def note_late(at: datetime) -> int:
    """Mark what was not brought up to date within its cycle, once, with its event; return how many."""
    rows = Intake.objects.select_for_update(skip_locked=True).filter(late_at__lte=at, late_since=None)[:100]
    for row in rows:
        row.late_since = at
        row.save(update_fields=["late_since"])
        emit(FELL_BEHIND, subject=row.id, data=FellBehind(intake=row.id, dataset=row.dataset_id), at=at)
    return len(rows)


def _begin_anew(actor: Actor, row: Intake, at: datetime) -> None:
    """Have the next pull begin with all rows: in a folder of its own, which collection reads from its start."""
    row.beginning, row.version, row.announced = row.beginning + 1, None, None
    entry = collection.SourceEntry(
        dataset=row.dataset_id, name=row.peer.name, kind=collection.ConnectorKind.NODE,
        location=str(spool.folder_of(row.id, row.beginning)), mode=collection.Mode.UPSERT,
        options={"shared": row.peer.position == Position.LOWER},
    )  # fmt: skip
    row.source = collection.set_up_source(actor=actor, entry=entry, at=at).id


def _require_one_direction(dataset: str, peer: Peer) -> None:
    """Return when a resource comes from one node above, or from nodes below: from both it would run in a circle."""
    others = Intake.objects.filter(dataset=dataset).exclude(peer=peer)
    if peer.position == Position.LOWER:
        others = others.filter(peer__position=Position.UPPER)
    if others.exists():
        raise IntakeUnfit(field="dataset", what=Phrase(_("这项数据已从其他节点获取；上级只能有一个，也不能上下级都有")))


def _reached(source: UUID) -> int | None:
    position = collection.position_of(source)
    return None if position is None else int(str(position["version"]))


def _late_at(cycle: catalog.UpdateCycle, at: datetime) -> datetime | None:
    allowed = law.patience(cycle)
    return None if allowed is None else at + allowed


def _record(
    actor: Actor,
    verb: str,
    thing: str,
    identifier: UUID,
    after: Any,
    at: datetime,
    *,
    before: Any = None,
    permission: Any = collection.Permission.COLLECT,
) -> None:
    record(
        Act(
            authority=Authority(clause=CLAUSE, permission=permission),
            business=Business(
                command=f"data.cascade.{verb}", object_type=f"data.cascade.{thing}", object_id=str(identifier),
                before=None if before is None else digest(before), after=digest(after),
            ),
            responsibility=identity.responsibility_of(actor),
            at=at,
        )
    )  # fmt: skip

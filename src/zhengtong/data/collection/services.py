"""Acts of collection: set up a source, collect a batch, take refused rows back. What broke off is taken up again."""

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import IntegrityError, transaction

from zhengtong.data.catalog import api as catalog
from zhengtong.data.collection import claims, conforming, gates, lake, law, lineage, queries
from zhengtong.data.collection.connectors import Piece, Reading, pieces
from zhengtong.data.collection.contracts import (
    BATCH_LANDED,
    BATCH_STOPPED,
    ROWS_RETURNED,
    AlreadyCollecting,
    BatchLanded,
    BatchState,
    BatchStopped,
    BatchUnknown,
    BatchView,
    ConnectorKind,
    LineageRun,
    Mode,
    Permission,
    Progress,
    RefusedRow,
    RowsReturned,
    SourceEntry,
    SourceUnfit,
    SourceUnknown,
    SourceView,
)
from zhengtong.data.collection.differences import differences
from zhengtong.data.collection.models import Batch, Source
from zhengtong.kernel.clock import Clock, system
from zhengtong.kernel.errors import Phrase, Refusal, mark
from zhengtong.kernel.events.api import emit
from zhengtong.kernel.failpoints import declare, failpoint
from zhengtong.kernel.ids import new_id
from zhengtong.trust.access.api import require
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Actor
from zhengtong.trust.ledger.api import Act, Authority, Business, digest, record

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

CLAUSE = "国务院令第809号"
MOST_TAKEN_BACK = 50_000
declare("collection.landed")


def set_up_source(*, actor: Actor, entry: SourceEntry, at: datetime) -> SourceView:
    """Set up a source, or change the one of this name; its position is kept unless it now reads elsewhere.

    Raises:
        DatasetUnknown: the catalogue has no such dataset; what is not catalogued is not collected.
        NotAllowed: the actor may not collect this department's data.
        SourceUnfit: it cannot work; nothing changed.
    """
    dataset = catalog.dataset(entry.dataset)
    require(actor, Permission.COLLECT, organisation=dataset.provider, region=dataset.region)
    elements = frozenset(element.name for element in dataset.entry.elements)
    if wrong := list(law.faults(entry, keys=dataset.keys, elements=elements)):
        raise SourceUnfit(what="；".join(map(str, wrong)))
    with transaction.atomic():
        row = Source.objects.select_for_update().filter(dataset=entry.dataset, name=entry.name).first()
        is_new, row = row is None, row or Source(id=new_id(), dataset_id=entry.dataset, name=entry.name)
        _require_unmixed(entry)
        if (row.kind, row.location) != (entry.kind, entry.location):
            row.position = None
            row.sequence = 0 if is_new else row.sequence + 1  # or a piece that landed unremembered were the first there
        row.kind, row.location, row.options = entry.kind, entry.location, dict(entry.options)
        row.mode, row.watermark, row.every_minutes = entry.mode, entry.watermark, entry.every_minutes
        row.next_due_at = law.next_due(entry.every_minutes, after=at)
        row.save()
        after = digest({"kind": row.kind, "mode": row.mode, "options": row.options, "location": digest(row.location)})
        _record(actor, "set_up_source", "source", row.id, after, at)
    return queries.source(row.id)


def collect(
    *,
    actor: Actor,
    source: UUID,
    clock: Clock = system,
    on_progress: Progress | None = None,
    is_alone: bool = False,
) -> BatchView:
    """Collect a batch from *source*: read, conform, pass the gate, land as a version.

    A batch that a dead process left is taken up where it was. A source that cannot be read ends the batch as failed;
    pieces that landed before stay, and the next batch goes on behind them. A caller that holds a lock of its own on the
    source says *is_alone*: then a batch that seems to run is a dead process's, however recently it was heard.

    Raises:
        SourceUnknown: there is none.
        NotAllowed: the actor may not collect this department's data.
        AlreadyCollecting: a batch of it is running.
    """
    row = Source.objects.select_related("dataset__provider").filter(pk=source).first()
    if row is None:
        raise SourceUnknown
    require(actor, Permission.COLLECT, organisation=row.dataset.provider_id, region=row.dataset.region_id)
    batch = _begin(row, clock.now(), is_alone=is_alone)
    run = _Run(actor, row, batch, clock, on_progress)
    try:
        run.carry_out()
    except Refusal as refusal:
        run.end(BatchState.FAILED, error=str(refusal))
    except Exception:
        run.end(BatchState.FAILED, error="internal error")
        raise
    return queries.batch(batch.id)


def take_back(*, actor: Actor, batch: UUID, at: datetime) -> tuple[RefusedRow, ...]:
    """Return the refused rows of a batch to their provider 取回, as they came, with the reason of each; on record.

    Raises:
        BatchUnknown: there is none.
        NotAllowed: the actor may not see this department's rows.
    """
    row = Batch.objects.select_related("source__dataset").filter(pk=batch).first()
    if row is None:
        raise BatchUnknown
    dataset = row.source.dataset
    require(actor, Permission.TAKE_BACK, organisation=dataset.provider_id, region=dataset.region_id)
    with transaction.atomic():
        _record(actor, "take_back", "batch", batch, digest({"refused": row.rows_refused}), at)
    return queries.refused_rows(batch, limit=MOST_TAKEN_BACK)


@transaction.atomic
def _begin(row: Source, at: datetime, *, is_alone: bool) -> Batch:
    running = Batch.objects.select_for_update().filter(source=row, state=BatchState.RUNNING).first()
    if running is not None:
        if not is_alone and at - running.heard_at < law.SILENT_FOR:
            raise AlreadyCollecting
        running.heard_at = at
        running.save(update_fields=["heard_at"])
        return running
    last = Batch.objects.filter(source=row).order_by("-number").values_list("number", flat=True).first()
    try:
        with transaction.atomic():
            return Batch.objects.create(
                id=new_id(), source=row, number=(last or 0) + 1, state=BatchState.RUNNING, started_at=at, heard_at=at
            )
    except IntegrityError as error:
        raise AlreadyCollecting from error


class _Run:
    """One batch being collected."""

    def __init__(self, actor: Actor, source: Source, batch: Batch, clock: Clock, on_progress: Progress | None) -> None:
        self._actor, self._source, self._batch, self._clock = actor, source, batch, clock
        self._progress = on_progress
        self._dataset = catalog.dataset(source.dataset_id)
        self._elements = self._dataset.entry.elements
        self._table = queries.table_of(source)
        self._renamed = {str(k): str(v) for k, v in dict(source.options.get("columns") or {}).items()}

    def carry_out(self) -> None:
        """Read pieces and land them until the source has no more or the gate stops one."""
        import duckdb  # noqa: PLC0415 -- heavy; only collecting needs it

        with duckdb.connect() as connection:
            for piece in pieces(ConnectorKind(self._source.kind), connection, self._reading()):
                if not self._take(connection, piece):
                    self.end(BatchState.STOPPED)
                    return
        self.end(BatchState.UNCHANGED if self._batch.version is None else BatchState.LANDED)

    def end(self, state: BatchState, *, error: str = "") -> None:
        """Close the batch with its act, its events and its lineage; a source read anew begins at its start."""
        at, batch, source = self._clock.now(), self._batch, self._source
        if state is BatchState.FAILED and batch.version is not None:
            state = BatchState.LANDED  # what landed before the source broke off stays, with the error beside it
        with transaction.atomic():
            batch.state, batch.ended_at, batch.heard_at = state, at, at
            batch.error = error or batch.error
            batch.returned_at = at if batch.rows_refused else None
            batch.save()
            if state in {BatchState.LANDED, BatchState.UNCHANGED} and not error and self._begins_anew():
                source.position = None
            source.next_due_at = law.next_due(source.every_minutes, after=at)
            source.save(update_fields=["next_due_at", "position"])
            self._tell(state, at)

    def _begins_anew(self) -> bool:
        return self._source.kind == ConnectorKind.HTTP and self._source.mode == Mode.SNAPSHOT

    def _reading(self) -> Reading:
        source = self._source
        return Reading(
            location=source.location, options=source.options, watermark=source.watermark, position=source.position
        )

    def _take(self, connection: "duckdb.DuckDBPyConnection", piece: Piece) -> bool:
        """Conform, judge and land one piece; False when the gate stops it."""
        found = conforming.conform(
            connection, piece.relation, self._elements, renamed=self._renamed, change=piece.change
        )
        verdict = gates.judge(self._dataset.code, found.accepted, batch=self._batch.id, at=self._clock.now())
        if not verdict.passes:
            self._batch.error = verdict.why
            self._count(found, len(piece.broken))
            return False
        self._keep_refused(found.refused, piece)
        landed = self._land(connection, found.accepted, piece)
        failpoint("collection.landed")
        self._count(found, len(piece.broken))
        self._advance(piece, landed)
        return True

    def _land(self, connection: "duckdb.DuckDBPyConnection", rows: "pa.Table", piece: Piece) -> int:
        """Write the rows that differ from what is there; return how many (0: no new version)."""
        keys, mode, sequence = self._dataset.keys, self._mode(), self._source.sequence + 1
        if lake.landed_sequence(self._table, self._source.id) >= sequence:
            self._batch.version = lake.version_of(self._table)  # written by a process that died before it could say so
            return int(rows.num_rows)
        notes = {"batch": str(self._batch.id), "source": str(self._source.id)}
        if self._source.kind == ConnectorKind.NODE:
            rows = self._of_node(connection, rows, piece, notes)
        elif mode is Mode.SNAPSHOT and keys and (current := lake.rows(self._table)) is not None:
            rows = differences(connection, rows, current, keys)
        if rows.num_rows == 0 and lake.version_of(self._table) is not None:
            return 0
        self._batch.version = lake.land(
            self._table, rows, keys=keys, mode=mode.value, source=self._source.id, sequence=sequence, notes=notes
        )
        return int(rows.num_rows)

    def _of_node(
        self, connection: "duckdb.DuckDBPyConnection", rows: "pa.Table", piece: Piece, notes: dict[str, str]
    ) -> "pa.Table":
        """Return what a node's piece changes in the dataset."""
        assert piece.position is not None  # noqa: S101 -- `connectors.nodes` always says it
        source = self._source
        telling = claims.Telling(
            node=source.name, source=source.id, sequence=source.sequence + 1, table=self._table,
            keys=self._dataset.keys, notes=notes,
        )  # fmt: skip
        told = claims.Told(rows=rows, is_whole=piece.is_whole, version=int(piece.position["version"]))
        tell = claims.among_others if source.options.get(claims.SHARED) else claims.alone
        return tell(connection, telling, told)

    def _mode(self) -> Mode:
        """Return what a piece is to the rows there: only a source read in one piece can be compared as a whole."""
        if self._source.kind in {ConnectorKind.FEED, ConnectorKind.NODE}:
            return Mode.UPSERT
        if self._source.kind == ConnectorKind.HTTP and self._source.mode == Mode.SNAPSHOT:
            return Mode.UPSERT if self._dataset.keys else Mode.APPEND
        return Mode(self._source.mode)

    def _keep_refused(self, refused: "pa.Table", piece: Piece) -> None:
        import pyarrow as pa  # noqa: PLC0415 -- heavy

        if piece.broken:
            refused = pa.concat_tables([refused, pa.Table.from_pylist(list(piece.broken), schema=refused.schema)])
        if refused.num_rows:
            lake.keep_refused(self._table, self._batch.id, refused)

    def _count(self, found: conforming.Conformed, broken: int) -> None:
        batch = self._batch
        reasons = Counter(batch.reasons) + Counter(found.reasons)
        if broken:
            reasons[":structure"] += broken
        batch.reasons = dict(reasons)
        batch.rows_read += found.read + broken
        batch.rows_refused += found.refused.num_rows + broken

    def _advance(self, piece: Piece, landed: int) -> None:
        """Remember that a piece landed, so that nothing is read or written twice."""
        batch, source, at = self._batch, self._source, self._clock.now()
        with transaction.atomic():
            batch.rows_landed += landed
            batch.heard_at = at
            batch.save()
            source.sequence += 1
            source.position = piece.position
            source.save(update_fields=["sequence", "position"])
        if self._progress:
            self._progress(batch.rows_read, piece.total)

    def _tell(self, state: BatchState, at: datetime) -> None:
        batch, dataset = self._batch, self._dataset.code
        after = digest({"state": state, "version": batch.version, "rows": batch.rows_landed})
        _record(self._actor, "collect", "batch", batch.id, after, at)
        if state is BatchState.LANDED and batch.version is not None:
            data = BatchLanded(batch=batch.id, dataset=dataset, version=batch.version, rows=batch.rows_landed)
            emit(BATCH_LANDED, subject=dataset, data=data, at=at)
            lineage.record_lineage(self._lineage(at))
        elif state is BatchState.STOPPED:
            emit(BATCH_STOPPED, subject=dataset, data=BatchStopped(batch=batch.id, dataset=dataset), at=at)
        if batch.rows_refused and state is not BatchState.FAILED:
            data_back = RowsReturned(batch=batch.id, dataset=dataset, rows=batch.rows_refused)
            emit(ROWS_RETURNED, subject=dataset, data=data_back, at=at)

    def _lineage(self, at: datetime) -> LineageRun:
        origin = f"{self._source.kind}:{self._source.name}"
        theirs = {ours: their for their, ours in self._renamed.items()}
        pairs = [(theirs.get(element.name, element.name), element.name) for element in self._elements]
        return LineageRun(
            run=self._batch.id,
            job=f"collect.{self._dataset.slug}",
            inputs=(origin,),
            output=self._dataset.code,
            columns=lineage.straight(pairs, origin),
            started_at=self._batch.started_at,
            ended_at=at,
            version=self._batch.version,
            rows=self._batch.rows_landed,
        )


def _require_unmixed(entry: SourceEntry) -> None:
    """Return when a dataset gets its rows either from nodes or otherwise: a snapshot would take nodes' rows away.

    Raises:
        SourceUnfit: it would get them from both.
    """
    rows, node = Source.objects.filter(dataset=entry.dataset), ConnectorKind.NODE
    mixed = rows.exclude(kind=node) if entry.kind is node else rows.filter(kind=node)
    if mixed.exists():
        raise SourceUnfit(what=Phrase(mark("同一数据集不能既从节点获取又由本级归集")))


def _record(actor: Actor, verb: str, thing: str, identifier: UUID, after: str, at: datetime) -> None:
    record(
        Act(
            authority=Authority(clause=CLAUSE, permission=_PERMISSIONS[verb]),
            business=Business(
                command=f"data.collection.{verb}", object_type=f"data.collection.{thing}", object_id=str(identifier),
                after=after,
            ),
            responsibility=identity.responsibility_of(actor),
            at=at,
        )
    )  # fmt: skip


_PERMISSIONS: dict[str, Any] = {
    "set_up_source": Permission.COLLECT,
    "collect": Permission.COLLECT,
    "take_back": Permission.TAKE_BACK,
}


@transaction.atomic
def claim_due(at: datetime, *, until: datetime) -> list[UUID]:
    """Return the sources whose turn has come and put their turn off until *until*: of two workers one gets each."""
    rows = Source.objects.select_for_update(skip_locked=True).filter(next_due_at__lte=at).order_by("next_due_at")[:20]
    found = [row.id for row in rows]
    Source.objects.filter(pk__in=found).update(next_due_at=until)
    return found


def collect_by_schedule(source: UUID) -> None:
    """Collect a batch because it is time; one that is running already is left alone."""
    try:
        collect(actor=identity.system_actor(), source=source)
    except AlreadyCollecting:
        return

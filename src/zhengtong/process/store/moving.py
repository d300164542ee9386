"""Moving running cases to another version 批量迁移: propose, try without changing, move, go on, take back.

Every case moves in a transaction of its own, under its lock, as a step of its log: officials go on working meanwhile.
A batch counts a case in the transaction that moves it, so that one that was interrupted goes on where it stopped, and
two workers on one batch move nothing twice.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID

import orjson
from django.db import transaction

from zhengtong.kernel.errors import Refusal
from zhengtong.kernel.events.api import emit
from zhengtong.kernel.ids import new_id
from zhengtong.process.bpmn.api import Definitions, Process
from zhengtong.process.engine.api import (
    Obstacle,
    Token,
    VersionMap,
    map_versions,
    migrate,
    review_migration,
    suggest_places,
)
from zhengtong.process.store import definitions, rows, statements
from zhengtong.process.store.contracts import (
    BadMigration,
    BlockedPlace,
    DryRun,
    InstanceState,
    MigrationFinished,
    MigrationProgress,
    SuggestedPlace,
    UnknownMigration,
)
from zhengtong.process.store.definitions import Compiled
from zhengtong.process.store.keeping import keep
from zhengtong.process.store.models import BlockedCase, CaseMigration, Definition, Instance
from zhengtong.process.store.session import Transaction, session
from zhengtong.process.store.statements import NewStep
from zhengtong.trust.ledger.api import Act, Authority, Business, Responsibility, digest, record

FIRST = UUID(int=0)
_EXAMPLES = 5
_CHUNK = 200


@dataclass(frozen=True, kw_only=True)
class Route:
    """From one version to another: where each node of each process has gone."""

    source: int
    target: int
    maps: tuple[VersionMap, ...]
    missing: frozenset[str]  # processes of the file that the new version no longer has
    compiled: Compiled

    def obstacles(self, stored: rows.StoredRows) -> list[Obstacle]:
        """Return what stands against moving a case."""
        found = [
            Obstacle(code="no-place", token=token.id, node=token.process)
            for token in stored.all(Token)
            if token.process in self.missing
        ]
        return found + [obstacle for item in self.maps for obstacle in review_migration(item, stored)]


def route(source: int, target: int, instructions: Mapping[str, str] | None = None) -> Route:
    """Return the way from *source* to *target*, by id and by *instructions* (old node id → new one, or "" for none).

    Raises:
        BadMigration: a version is unknown, they are versions of different processes, or a node is in neither.
    """
    if source == target:
        raise BadMigration(problem=f"{source} → {target}")
    try:
        before, compiled = definitions.compiled(source), definitions.compiled(target)
    except Definition.DoesNotExist:
        raise BadMigration(problem=f"{source} → {target}") from None
    if before.key != compiled.key:
        raise BadMigration(problem=f"{before.key} → {compiled.key}")
    old = before.library
    new = compiled.library
    given = dict(instructions or {})
    maps, missing, known = [], set(), set[str]()
    for process in old.processes.values():
        successor = new.processes.get(process.id) or _only(old, new)
        if successor is None:
            missing.add(process.id)
            continue
        here = {before: after for before, after in given.items() if before in process.nodes}
        known |= {before for before, after in here.items() if not after or after in successor.nodes}
        maps.append(map_versions(process, successor, here))
    strange = sorted(set(given) - known)
    if strange:
        raise BadMigration(problem=", ".join(f"{before}={given[before]}" for before in strange))
    return Route(
        source=source,
        target=target,
        maps=tuple(maps),
        missing=frozenset(missing),
        compiled=compiled,
    )


def _only(old: Definitions, new: Definitions) -> Process | None:
    """Return the one process of *new* where each file has just one: it may have another id."""
    return next(iter(new.processes.values())) if len(old.processes) == len(new.processes) == 1 else None


def suggestions(source: int, target: int, instructions: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return where nodes without a place may have gone, as instructions for a person to look at and accept.

    Raises:
        BadMigration: as `route`.
    """
    way = route(source, target, instructions)
    return {item.old: item.new for mapping in way.maps for item in suggest_places(mapping)}


def _unplaced(way: Route) -> Iterator[SuggestedPlace]:
    for mapping in way.maps:
        ideas = {item.old: item for item in suggest_places(mapping)}
        for node in mapping.old.nodes.values():
            if node.id not in mapping.nodes:
                idea = ideas.get(node.id)
                new, reason = (idea.new, idea.reason) if idea else ("", "")
                yield SuggestedPlace(
                    process=mapping.old.id, node=node.id, name=node.name, suggestion=new, reason=reason
                )


def unplaced(source: int, target: int) -> tuple[SuggestedPlace, ...]:
    """Return the nodes of *source* that have no place in *target*, each with an idea where it may have gone.

    Raises:
        BadMigration: as `route`.
    """
    return tuple(_unplaced(route(source, target)))


def dry_run(
    source: int,
    target: int,
    instructions: Mapping[str, str] | None = None,
    *,
    lang: str = "zh",
    most: int | None = None,
) -> DryRun:
    """Say what moving every running case of *source* to *target* would do, in *lang* zh or en; nothing is changed.

    With *most*, only so many are looked at, the oldest, and the others counted: two statements for every 200.

    Raises:
        BadMigration: as `route`.
    """
    way = route(source, target, instructions)
    looked_at = movable = 0
    blocked: dict[tuple[str, str], list[UUID]] = defaultdict(list)
    texts: dict[str, Obstacle] = {}
    for instance, stored in islice(_rows_of_running(source), most):
        looked_at += 1
        obstacles = way.obstacles(rows.StoredRows(stored, 1))
        movable += not obstacles
        for code, node in {(item.code, item.node) for item in obstacles}:
            blocked[code, node].append(instance)
        texts |= {item.code: item for item in obstacles}
    places = tuple(
        BlockedPlace(
            code=code,
            node=node,
            count=len(found),
            examples=tuple(found[:_EXAMPLES]),
            message=getattr(texts[code].message, lang),
            remedy=getattr(texts[code].remedy, lang),
        )
        for (code, node), found in sorted(blocked.items())
    )
    return DryRun(
        total=looked_at if most is None or looked_at < most else _how_many(source),
        looked_at=looked_at,
        movable=movable,
        blocked=places,
        unplaced=tuple(_unplaced(way)),
    )


def _how_many(definition: int) -> int:
    return Instance.objects.filter(definition_id=definition, state=InstanceState.RUNNING).count()


def _rows_of_running(definition: int) -> Iterator[tuple[UUID, list[rows.Stored]]]:
    """Yield every running case with its rows: two statements for `_CHUNK` cases."""
    after = FIRST
    while found := statements.running(session(), definition, after, _CHUNK):
        yield from statements.read_rows_of(session(), found).items()
        if len(found) < _CHUNK:
            return
        after = found[-1]


def _running(definition: int, after: UUID = FIRST) -> Iterator[UUID]:
    while found := statements.running(session(), definition, after, _CHUNK):
        yield from found
        after = found[-1]


def begin(
    source: int,
    target: int,
    instructions: Mapping[str, str] | None = None,
    *,
    at: datetime,
    authority: Authority,
    responsibility: Responsibility,
) -> MigrationProgress:
    """Begin to move every running case of *source* to *target*: the act; `proceed` does the work.

    Raises:
        BadMigration: as `route`; nothing was begun.
    """
    way = route(source, target, instructions)
    given = orjson.dumps(dict(instructions or {}), option=orjson.OPT_SORT_KEYS).decode()
    return _begin(way, given, None, at, authority, responsibility)


def revert(migration: UUID, *, at: datetime, authority: Authority, responsibility: Responsibility) -> MigrationProgress:
    """Begin to take back what *migration* moved and still runs; cases it did not move stay where they are.

    Raises:
        UnknownMigration: there is no such batch.
    """
    batch = _batch(migration)
    there = route(batch.source_id, batch.target_id, orjson.loads(batch.instructions))
    back = {new: old for item in there.maps for old, new in item.nodes.items() if old != new}
    way = route(batch.target_id, batch.source_id, back)
    return _begin(
        way, orjson.dumps(back, option=orjson.OPT_SORT_KEYS).decode(), batch.pk, at, authority, responsibility
    )


def _begin(
    way: Route,
    instructions: str,
    reverts: UUID | None,
    at: datetime,
    authority: Authority,
    responsibility: Responsibility,
) -> MigrationProgress:
    with transaction.atomic():
        batch = CaseMigration.objects.create(
            id=new_id(),
            source_id=way.source,
            target_id=way.target,
            instructions=instructions,
            reverts_id=reverts,
            after=FIRST,
            total=_how_many(way.source),
            begun_at=at,
            begun_by=responsibility.subject,
        )
        record(
            Act(
                authority=authority,
                business=Business(
                    command="process.migration:revert" if reverts else "process.migration:begin",
                    object_type="process.migration",
                    object_id=str(batch.pk),
                    after=digest({"source": way.source, "target": way.target, "instructions": instructions}),
                ),
                responsibility=responsibility,
                at=at,
            )
        )
    return _progress(batch)


def proceed(migration: UUID, *, at: datetime, limit: int | None = None) -> MigrationProgress:
    """Move up to *limit* more cases, None for all that are left; calling it again goes on where it stopped.

    Raises:
        UnknownMigration: there is no such batch.
    """
    batch = _batch(migration)
    if batch.finished_at is None:
        way = route(batch.source_id, batch.target_id, orjson.loads(batch.instructions))
        for tried, instance in enumerate(_running(way.source, batch.after)):
            if tried == limit:
                return _progress(_batch(migration))
            move(way, batch.pk, batch.reverts_id, instance, at)
        _finish(batch.pk, way.compiled.key, at)
    return _progress(_batch(migration))


def move(way: Route, migration: UUID, reverts: UUID | None, instance: UUID, at: datetime) -> bool:
    """Move one case in a transaction of its own, or keep what stands against it; False when it was not moved."""
    key = f"migrate:{migration}"
    with Transaction() as db:
        locked = statements.lock(db, instance, f"migrate:{reverts}" if reverts else key)
        if locked is None or locked.definition != way.source or locked.state != InstanceState.RUNNING:
            return False  # it ended, or another worker moved it
        if reverts is not None and locked.earlier is None:
            return False  # the batch to revert did not move it
        stored = rows.StoredRows(statements.read_rows(db, instance, locked), locked.next_id)
        obstacles = [(item.code, item.node) for item in way.obstacles(stored)]
        if obstacles:
            statements.block(db, migration, instance, orjson.dumps(obstacles).decode())
            return False
        try:
            outcome = migrate(way.compiled.library, way.maps, stored, at, way.compiled.evaluator)
        except Refusal as refusal:
            statements.block(db, migration, instance, orjson.dumps([(refusal.code, "")]).decode())
            return False
        keep(
            db,
            instance,
            locked,
            outcome,
            NewStep(key, "MigrateCase", "", None, at),
            way.compiled,
            definition=way.target,
        )
        statements.count_moved(db, migration, instance)
        return True


def _finish(migration: UUID, key: str, at: datetime) -> None:
    """Close the batch and tell whoever wants to know, once."""
    with transaction.atomic():
        if CaseMigration.objects.filter(pk=migration, finished_at=None).update(finished_at=at) == 1:
            batch = _batch(migration)
            data = MigrationFinished(migration=migration, definition=key, moved=batch.moved, blocked=batch.blocked)
            emit("process.migration.finished.v1", subject=migration, data=data, at=at)


def continue_migrations(at: datetime, *, limit: int = 500) -> int:
    """Go on with the oldest batch that is not finished; return how many cases it moved. For the worker's rounds."""
    batch = CaseMigration.objects.filter(finished_at=None).order_by("begun_at").first()
    if batch is None:
        return 0
    return proceed(batch.pk, at=at, limit=limit).moved - batch.moved


def progress(migration: UUID) -> MigrationProgress:
    """Return how far a batch has come.

    Raises:
        UnknownMigration: there is no such batch.
    """
    return _progress(_batch(migration))


def blocked_cases(migration: UUID) -> tuple[tuple[UUID, tuple[tuple[str, str], ...]], ...]:
    """Return the cases a batch could not move, each with its obstacles (code, node)."""
    found = BlockedCase.objects.filter(migration_id=migration).order_by("instance_id")
    return tuple((row.instance_id, tuple((code, node) for code, node in orjson.loads(row.obstacles))) for row in found)


def _batch(migration: UUID) -> CaseMigration:
    batch = CaseMigration.objects.filter(pk=migration).first()
    if batch is None:
        raise UnknownMigration
    return batch


def _progress(batch: CaseMigration) -> MigrationProgress:
    return MigrationProgress(
        id=batch.pk,
        source=batch.source_id,
        target=batch.target_id,
        total=batch.total,
        moved=batch.moved,
        blocked=batch.blocked,
        finished_at=batch.finished_at,
    )

"""Acts on the catalogue: register, publish, withdraw. Each is one transaction with its acts and its events."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from zhengtong.data.catalog import law, queries, storing
from zhengtong.data.catalog.contracts import (
    DATASET_CHANGED,
    DATASET_PUBLISHED,
    DATASET_WITHDRAWN,
    CatalogRowsBroken,
    DatasetChanged,
    DatasetEntry,
    DatasetPublished,
    DatasetState,
    DatasetUnknown,
    DatasetWithdrawn,
    NotTheProvider,
    OpeningClass,
    Permission,
    ReasonNeeded,
    RegisterReport,
    RowError,
    SystemEntry,
)
from zhengtong.data.catalog.models import Dataset, InformationSystem
from zhengtong.kernel.clock import on_day
from zhengtong.kernel.errors import Phrase
from zhengtong.kernel.errors import mark as _
from zhengtong.kernel.events.api import emit
from zhengtong.kernel.search import api as search_index
from zhengtong.trust.access.api import allowed, require
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Actor
from zhengtong.trust.ledger.api import Act, Authority, Business, digest, record

GUIDE = "发改高技〔2017〕1272号"
SHARING = "国务院令第809号"
THING = "data.catalog.dataset"
_BATCH = 500


def register(
    *, actor: Actor, provider: UUID, entries: Sequence[DatasetEntry], at: datetime, systems: Sequence[SystemEntry] = ()
) -> RegisterReport:
    """Register what a department says of its data 编制目录: all entries or none. Saying the same again changes nothing.

    A new entry waits to be published; one that is published stays so and its change is told.

    Raises:
        NotAllowed, NotTheProvider: the actor may not describe this department's data.
        CatalogRowsBroken: with every fault; nothing changed.
    """
    organisation = identity.organisation(provider)
    require(actor, Permission.REGISTER, organisation=provider, region=organisation.region)
    if not _may_describe(actor, provider, organisation.region):
        raise NotTheProvider(dataset=entries[0].code if entries else "")
    law.check(entries)
    with transaction.atomic():
        _register_systems(provider, systems)
        known = {row.code: row for row in _locked(entry.code for entry in entries)}
        _require_own(known.values(), provider)
        _require_free_tables(entries)
        outcome = [_register_one(actor, provider, organisation.region, entry, known, at) for entry in entries]
        _index(Dataset.objects.filter(code__in=[entry.code for entry in entries], state=DatasetState.PUBLISHED))
    return RegisterReport(
        added=outcome.count("added"), changed=outcome.count("changed"), unchanged=outcome.count("unchanged")
    )


def publish(*, actor: Actor, codes: Iterable[str], at: datetime) -> int:
    """Publish registered datasets 发布目录 and return how many were not published yet.

    Raises:
        NotAllowed: the actor may not publish in this region.
        DatasetUnknown: a code is not registered; nothing is published.
    """
    wanted = set(codes)
    with transaction.atomic():
        rows = _locked(wanted)
        if missing := wanted - {row.code for row in rows}:
            raise DatasetUnknown(dataset=min(missing))
        for scope in {(row.provider_id, row.region_id) for row in rows}:
            require(actor, Permission.PUBLISH, organisation=scope[0], region=scope[1])
        fresh = [row for row in rows if row.state != DatasetState.PUBLISHED]
        for row in fresh:
            _move(actor, row, DatasetState.PUBLISHED, "publish", SHARING, at)
            emit(
                DATASET_PUBLISHED, subject=row.code, data=DatasetPublished(dataset=row.code, version=row.version), at=at
            )
        _index(fresh)
    return len(fresh)


def withdraw(*, actor: Actor, code: str, reason: str, at: datetime) -> None:
    """Take a dataset out of the catalogue 撤销; a second time changes nothing.

    Raises:
        DatasetUnknown: there is none of this code.
        NotAllowed: the actor may not.
        ReasonNeeded: it is not said why.
    """
    if not reason.strip():
        raise ReasonNeeded(field="reason")
    with transaction.atomic():
        row = next(iter(_locked([code])), None)
        if row is None:
            raise DatasetUnknown(dataset=code[:40])
        require(actor, Permission.PUBLISH, organisation=row.provider_id, region=row.region_id)
        if row.state == DatasetState.WITHDRAWN:
            return
        _move(actor, row, DatasetState.WITHDRAWN, "withdraw", SHARING, at, reason=reason.strip())
        emit(DATASET_WITHDRAWN, subject=code, data=DatasetWithdrawn(dataset=code, version=row.version), at=at)
        search_index.remove(storing.COLLECTION, [code])


def refresh_search() -> int:
    """Build the search index anew from what is published; return how many documents it has."""
    rows = Dataset.objects.select_related("provider").filter(state=DatasetState.PUBLISHED)
    return search_index.rebuild(storing.COLLECTION, (document(row) for row in rows.iterator(chunk_size=2000)))


def document(row: Dataset) -> search_index.Document:
    """Return what a search can find of *row*, whose provider is loaded."""
    entry = storing.load(row.entry, row.opening_mode)
    elements = " ".join(f"{element.title} {element.name}" for element in entry.elements)
    text = [(entry.keywords, 2.0), (entry.name_en, 2.0), (entry.summary, 0.7), (elements, 0.8)]
    text += [(row.provider.name, 0.6), (entry.code.replace("/", " "), 1.0)]
    values = {"sharing": row.sharing, "opening": row.opening, "cycle": row.cycle, "grade": row.grade}
    tags = [queries.tag(name, value) for name, value in values.items()]
    if row.opening != OpeningClass.WITHHELD:
        tags.append(queries.OPENED)
    return search_index.Document(
        key=row.code, title=entry.name, title_en=entry.name_en, text=tuple(text),
        tags=(*tags, queries.tag("provider", row.provider_id)),
    )  # fmt: skip


def _may_describe(actor: Actor, provider: UUID, region: str) -> bool:
    if actor.is_system or actor.organisation == provider:
        return True
    return allowed(actor, Permission.PUBLISH, organisation=provider, region=region)


def _locked(codes: Iterable[str]) -> list[Dataset]:
    rows = Dataset.objects.select_for_update(of=("self",)).select_related("provider")
    return list(rows.filter(code__in=set(codes)).order_by("code"))


def _require_own(rows: Iterable[Dataset], provider: UUID) -> None:
    for row in rows:
        if row.provider_id != provider:
            raise NotTheProvider(dataset=row.code)


def _require_free_tables(entries: Sequence[DatasetEntry]) -> None:
    named = {entry.table: entry.code for entry in entries if entry.table}
    taken = Dataset.objects.filter(table__in=named).values_list("table", "code")
    errors = [
        RowError(place=named[table], what=Phrase(_("表 {table} 已属于数据集 {other}"), table=table, other=code))
        for table, code in taken
        if named[table] != code
    ]
    if errors:
        raise CatalogRowsBroken(errors)


def _register_systems(provider: UUID, systems: Sequence[SystemEntry]) -> None:
    InformationSystem.objects.bulk_create(
        [
            InformationSystem(
                provider_id=provider, key=one.key, name=one.name, name_en=one.name_en, summary=one.summary
            )
            for one in systems
        ],
        update_conflicts=True,
        unique_fields=["provider", "key"],
        update_fields=["name", "name_en", "summary"],
        batch_size=_BATCH,
    )


def _register_one(
    actor: Actor, provider: UUID, region: str, entry: DatasetEntry, known: dict[str, Dataset], at: datetime
) -> str:
    settled = law.settled(entry)
    elements = storing.dump(settled)
    fingerprint = digest(elements | ({"opening_mode": settled.opening_mode} if settled.opening_mode else {}))
    row = known.get(entry.code)
    if row is not None and row.digest == fingerprint and row.state != DatasetState.WITHDRAWN:
        return "unchanged"
    before = row.digest if row is not None else None
    if row is None:
        row = Dataset(code=entry.code, provider_id=provider, registered_at=at, version=0)
        row.state = DatasetState.REGISTERED
    elif row.state == DatasetState.WITHDRAWN:
        row.state, row.published_on = DatasetState.REGISTERED, None
    _fill(row, settled, elements, fingerprint, region, at)
    row.save()
    _record(actor, "register", row, Permission.REGISTER, GUIDE, (before, fingerprint), at)
    if before is not None and row.state == DatasetState.PUBLISHED:
        emit(DATASET_CHANGED, subject=row.code, data=DatasetChanged(dataset=row.code, version=row.version), at=at)
    return "added" if before is None else "changed"


def _fill(
    row: Dataset, entry: DatasetEntry, elements: dict[str, Any], fingerprint: str, region: str, at: datetime
) -> None:
    row.region_id = region
    row.name, row.table, row.system = entry.name, entry.table, entry.system
    row.sharing, row.opening, row.cycle = entry.sharing, entry.opening, entry.cycle
    row.opening_mode = entry.opening_mode or ""
    row.grade, row.element_count = law.dataset_grade(entry), len(entry.elements)
    row.entry, row.digest, row.version, row.changed_at = elements, fingerprint, row.version + 1, at


def _move(
    actor: Actor, row: Dataset, state: DatasetState, verb: str, clause: str, at: datetime, *, reason: str = ""
) -> None:
    before = digest({"entry": row.digest, "state": row.state})
    row.state, row.changed_at = state, at
    if state is DatasetState.PUBLISHED:
        row.published_on = on_day(at)
    row.save(update_fields=["state", "changed_at", "published_on"])
    after = digest({"entry": row.digest, "state": row.state, "reason": reason})
    _record(actor, verb, row, Permission.PUBLISH, clause, (before, after), at)


def _record(
    actor: Actor,
    verb: str,
    row: Dataset,
    permission: Permission,
    clause: str,
    states: tuple[str | None, str],
    at: datetime,
) -> None:
    record(
        Act(
            authority=Authority(clause=clause, permission=permission),
            business=Business(
                command=f"data.catalog.{verb}", object_type=THING, object_id=row.code, before=states[0], after=states[1]
            ),
            responsibility=identity.responsibility_of(actor),
            at=at,
        )
    )


def _index(rows: Iterable[Dataset]) -> None:
    search_index.put(storing.COLLECTION, [document(row) for row in rows])

"""Reads of fusion: lists without personal data, one discrepancy or pair in the clear, versions, the change feed."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, QuerySet

from zhengtong.data.fusion import lake, law, loading
from zhengtong.data.fusion.contracts import (
    REGISTRAR,
    Candidate,
    Decision,
    DiscrepancyRow,
    DiscrepancyState,
    DiscrepancyView,
    Permission,
    Resolution,
    ReviewRow,
    ReviewView,
    Supply,
    VersionView,
)
from zhengtong.data.fusion.declaration import Registry
from zhengtong.data.fusion.models import Discrepancy, Office, Review, Version
from zhengtong.data.fusion.refusals import DiscrepancyUnknown, ReviewUnknown, VersionUnknown
from zhengtong.trust.access import api as access
from zhengtong.trust.identity.api import Actor


def registries() -> Mapping[str, Registry]:
    """Return the base registries that are declared here, by name (`FUSION_DECLARATIONS`).

    Raises:
        DeclarationBroken, SecondSourceUnnamed: a declaration is not as it must be.
    """
    return _registries(Path(settings.FUSION_DECLARATIONS))


@cache
def _registries(folder: Path) -> Mapping[str, Registry]:
    return loading.read_registries(folder)


def registry(name: str) -> Registry:
    """Return the base registry *name*.

    Raises:
        RegistryUnknown: there is none.
    """
    return loading.find(registries(), name)


def table_of(name: str) -> Path:
    """Return where the golden table of the registry *name* lies."""
    return Path(settings.HOME) / "lake" / "golden" / registry(name).name


def changes(name: str, from_version: int, to_version: int) -> Any:
    """Return the changes of the registry *name* after *from_version* up to *to_version* as an Arrow table.

    Apply them idempotently by (`key`, `_commit_version`); `from_version=-1` gives everything. The rows are golden
    records in the clear: whoever hands them on answers for purpose and masks.

    Raises:
        RegistryUnknown: there is no such registry.
        VersionUnknown: it has no such range.
    """
    return lake.changes(table_of(name), registry=name, start=from_version, end=to_version)


def versions(name: str, limit: int = 20) -> tuple[VersionView, ...]:
    """Return the published versions of the registry *name*, the newest first."""
    rows = Version.objects.filter(registry=registry(name).name).order_by("-version")[:limit]
    return tuple(
        VersionView(
            registry=row.registry, version=row.version, records=row.records, conflicts=row.conflicts,
            digest=row.digest, at=row.at,
        )
        for row in rows
    )  # fmt: skip


def supply(name: str) -> tuple[Supply, ...]:
    """Return who supplies the latest version of the registry *name*, by attribute, the greatest source first.

    Raises:
        RegistryUnknown: there is no such registry.
        VersionUnknown: nothing was published yet.
    """
    import ibis  # noqa: PLC0415 -- heavy, and only where the lake is read

    from zhengtong.data.fusion import marts  # noqa: PLC0415

    declared = registry(name)
    if lake.latest(table_of(name)) is None:
        raise VersionUnknown(registry=name, start=-1, end=-1, latest="—")
    connection = ibis.duckdb.connect()
    try:
        connection.con.register("golden", lake.read(table_of(name)))
        found = marts.supply(connection.table("golden"), declared).to_pyarrow().to_pylist()
    finally:
        connection.disconnect()
    order = {attribute: place for place, attribute in enumerate(declared.names)}
    found.sort(key=lambda row: (order[row["attribute"]], -row["records"], row["source"]))
    return tuple(
        Supply(
            attribute=row["attribute"], records=row["records"], conflicts=row["conflicts"],
            source=None if row["source"] == law.ANSWERS else declared.sources[row["source"]].name,
            oldest=law.moment(row["oldest"]), newest=law.moment(row["newest"]),
        )
        for row in found
    )  # fmt: skip


def resolution(name: str | None = None) -> Resolution:
    """Return how many contradictions are open, answered and cleared, of one registry or of all."""
    rows = Discrepancy.objects.all() if name is None else Discrepancy.objects.filter(registry=registry(name).name)
    counts = dict(rows.values_list("state").annotate(Count("id")))
    return Resolution(**{state.value: counts.get(state.value, 0) for state in DiscrepancyState})


def departments_of(actor: Actor) -> frozenset[str]:
    """Return for which departments' data the actor's organisation answers."""
    if actor.organisation is None:
        return frozenset()
    if "fusion.departments" not in actor.cache:
        rows = Office.objects.filter(organisation=actor.organisation).values_list("department", flat=True)
        actor.cache["fusion.departments"] = frozenset(rows)
    found: frozenset[str] = actor.cache["fusion.departments"]
    return found


def discrepancies(
    actor: Actor, *, waiting_only: bool = True, after: UUID | None = None, limit: int = 20
) -> tuple[DiscrepancyRow, ...]:
    """Return the contradictions put to the actor's department, oldest first; a cursor is the last row's id.

    Raises:
        NotAllowed: the actor may not answer contradictions.
    """
    access.require(actor, Permission.ANSWER)
    rows = Discrepancy.objects.filter(department__in=departments_of(actor)).order_by("id")
    rows = rows.filter(state=DiscrepancyState.OPEN) if waiting_only else rows
    rows = rows.filter(id__gt=after) if after else rows
    return tuple(_discrepancy_row(row) for row in rows.defer("key", "candidates", "answer")[:limit])


def reviews(
    actor: Actor, *, decision: Decision = Decision.PENDING, after: UUID | None = None, limit: int = 20
) -> tuple[ReviewRow, ...]:
    """Return the pairs of one decision, oldest first, to an official of the registrar.

    Raises:
        NotAllowed: the actor may not review, or belongs to another office.
    """
    require_registrar(actor)
    rows = Review.objects.filter(decision=decision).order_by("id")
    rows = rows.filter(id__gt=after) if after else rows
    return tuple(_review_row(row) for row in rows.defer("record", "key", "left", "right")[:limit])


def may_review(actor: Actor) -> bool:
    """Say whether the actor decides which records are one subject."""
    return access.allowed(actor, Permission.REVIEW) and REGISTRAR in departments_of(actor)


def require_registrar(actor: Actor) -> None:
    """Return for an official of the registrar who may review.

    Raises:
        NotAllowed: the actor lacks the permission.
        ReviewUnknown: the actor belongs to another office.
    """
    access.require(actor, Permission.REVIEW)
    if REGISTRAR not in departments_of(actor):
        raise ReviewUnknown


def discrepancy_for(actor: Actor, identifier: UUID, rows: QuerySet[Discrepancy] | None = None) -> Discrepancy:
    """Return the discrepancy for an official of the department it was put to.

    Raises:
        NotAllowed: the actor may not answer contradictions.
        DiscrepancyUnknown: there is none, or not for this department.
    """
    access.require(actor, Permission.ANSWER)
    found = (rows if rows is not None else Discrepancy.objects.all()).filter(id=identifier).first()
    if found is None or found.department not in departments_of(actor):
        raise DiscrepancyUnknown
    return found


def discrepancy_view(row: Discrepancy) -> DiscrepancyView:
    """Return *row* in the clear."""
    candidates = tuple(
        Candidate(source=source, department=department, value=value, at=datetime.fromisoformat(at))
        for source, department, value, at in json.loads(row.candidates)
    )
    return DiscrepancyView(
        row=_discrepancy_row(row), key=row.key, candidates=candidates, answer=row.answer, answered_at=row.answered_at,
        cleared_at=row.cleared_at,
    )  # fmt: skip


def review_view(row: Review) -> ReviewView:
    """Return *row* in the clear, with what differs."""
    left, right = json.loads(row.left), json.loads(row.right)
    differs = frozenset(name for name in left if left[name] and right.get(name) and left[name] != right[name])
    return ReviewView(row=_review_row(row), left=left, right=right, differs=differs, decided_at=row.decided_at)


def _discrepancy_row(row: Discrepancy) -> DiscrepancyRow:
    return DiscrepancyRow(
        id=row.id, registry=row.registry, attribute=row.attribute, department=row.department,
        state=DiscrepancyState(row.state), opened_at=row.opened_at,
    )  # fmt: skip


def _review_row(row: Review) -> ReviewRow:
    return ReviewRow(
        id=row.id, registry=row.registry, source=row.source, probability=row.probability,
        decision=Decision(row.decision), by_machine=row.by_machine, opened_at=row.opened_at,
    )  # fmt: skip

"""Applying under a project 项目下申请: for an item or a bundle of a stage; code and drawings go along."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from zhengtong.kernel import clock
from zhengtong.process.bundles import api as bundles
from zhengtong.process.cases import api as cases
from zhengtong.process.items import api as items
from zhengtong.process.projects import drawings, law, queries, reading
from zhengtong.process.projects.contracts import ProjectKind, StageBundle, StagePlan, StepNotOpen, StepState
from zhengtong.process.projects.models import DrawingSet, Project, ProjectApplication
from zhengtong.process.projects.services import record_act
from zhengtong.trust.identity.contracts import Actor

PROJECT_CODE = "project_code"
"""The piece of evidence that the project itself is: its code."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Prepared:
    """What an application under a project needs no more from the applicant: `served` are keys of evidence."""

    code: str
    name: str
    region: str
    drawings: int | None
    served: frozenset[str]


def prepare(actor: Actor, *, project: str) -> Prepared:
    """Return what an application under a project needs no more, whatever may begin now.

    Raises:
        ProjectUnknown: the project is not the actor's.
    """
    row, drawn = queries.own_drawn(actor, project)
    return _prepared(row, reading.load(row.plan.content), drawn)


def prepare_item(actor: Actor, *, project: str, item: items.Item) -> Prepared:
    """Return what is served already for an item that may begin.

    Raises:
        ProjectUnknown: the project is not the actor's.
        StepNotOpen: the item runs, is granted, waits for others, or does not belong to the project.
        DrawingsMissing: it needs drawings and there are none.
    """
    row, drawn = queries.own_drawn(actor, project)
    return _prepared(row, _item_opens(row, item, drawn), drawn)


def prepare_bundle(actor: Actor, *, project: str, bundle: str, at: datetime) -> Prepared:
    """Return what is served already for a stage's bundle that may begin.

    Raises:
        ProjectUnknown, StepNotOpen, DrawingsMissing: as for an item.
    """
    row, drawn = queries.own_drawn(actor, project)
    return _prepared(row, _bundle_opens(row, bundle, drawn, at), drawn)


def begin_item(*, actor: Actor, project: str, case: UUID, item: str, at: datetime, **application: Any) -> str:
    """Apply for an item of the project and return the case's reference; the office at the project's place handles it.

    Args:
        actor: who applies for the enterprise.
        project: its code.
        case: an id chosen with the form, so that sending it twice makes one case.
        item: the item's code.
        at: the present moment.
        application: form, its schema and version, prefilled, committed and uploads as `cases.receive` takes them; a
            region is not needed.

    Raises:
        ProjectUnknown, StepNotOpen, DrawingsMissing: nothing was received.
        AssuranceTooLow, MandateMissing, EvidenceNotGiven: as `cases.receive`.
    """
    with transaction.atomic():
        row = drawings.held(actor, project)
        known = ProjectApplication.objects.filter(project=row, case=case).first()
        if known is not None:
            return cases.line_of(case, at=at).reference
        if cases.lines_of([case], at=at):
            raise cases.CaseUnknown  # a case begun elsewhere does not become this project's
        latest = drawings.latest(row)
        plan = _item_opens(row, items.in_force(item, at=clock.on_day(at)), _version(latest))
        reference = cases.receive(
            actor=actor, case=case, item=item, at=at, found=_served(row, plan, latest, at),
            **(application | {"region": row.region_id}),
        )  # fmt: skip
        ProjectApplication.objects.create(project=row, item=item, case_id=case, drawings=latest, begun_at=at)
        _begun(actor, row, {"item": item}, latest, at)
    return reference


def begin_bundle(*, actor: Actor, project: str, bundle: UUID, code: str, at: datetime, **application: Any) -> str:
    """Apply for a stage's bundle and return its reference.

    Args:
        actor: who applies for the enterprise.
        project: its code.
        bundle: an id chosen with the form, so that sending it twice applies once.
        code: the bundle's code.
        at: the present moment.
        application: form, prefilled, committed and uploads as `bundles.apply` takes them; a region is not needed.

    Raises:
        ProjectUnknown, StepNotOpen, DrawingsMissing: nothing was received.
        AssuranceTooLow, MandateMissing, EvidenceNotGiven, BundleNotOffered: as `bundles.apply`.
    """
    with transaction.atomic():
        row = drawings.held(actor, project)
        known = ProjectApplication.objects.filter(project=row, bundle=bundle).select_related("bundle").first()
        if known is not None and known.bundle is not None:
            return known.bundle.reference
        if bundles.places_in([bundle]):
            raise bundles.BundleUnknown
        latest = drawings.latest(row)
        plan = _bundle_opens(row, code, _version(latest), at)
        reference = bundles.apply(
            actor=actor, bundle=bundle, code=code, at=at, found=_served(row, plan, latest, at),
            **(application | {"region": row.region_id}),
        )  # fmt: skip
        ProjectApplication.objects.create(project=row, bundle_id=bundle, drawings=latest, begun_at=at)
        _begun(actor, row, {"bundle": code}, latest, at)
    return reference


def _version(latest: DrawingSet | None) -> int | None:
    return latest.version if latest else None


def _item_opens(row: Project, wanted: items.Item, drawn: int | None) -> StagePlan:
    plan = reading.load(row.plan.content)
    found = _steps(row, plan)
    state = found[wanted.code][0] if wanted.code in found else StepState.LATER
    if not state.may_begin:
        raise StepNotOpen(item=wanted.name.zh, state=state.label)
    drawings.needed(wanted.name.zh, _drawn_of([wanted], plan), drawn)
    return plan


def _bundle_opens(row: Project, code: str, drawn: int | None, at: datetime) -> StagePlan:
    plan = reading.load(row.plan.content)
    offered = next((stage.bundle for stage in plan.stages if stage.bundle and stage.bundle.code == code), None)
    found, parts = items.bundle_items(code, at=clock.on_day(at))
    if not _may_begin(offered, found.items, _steps(row, plan)):
        raise StepNotOpen(item=found.name.zh, state=StepState.LATER.label)
    drawings.needed(found.name.zh, _drawn_of(parts, plan), drawn)
    return plan


def _may_begin(offered: StageBundle | None, now: Iterable[str], found: Mapping[str, Any]) -> bool:
    """Say whether the bundle is one of the plan's, and may begin with the items it has today."""
    return offered is not None and law.bundle_may_begin({*offered.items, *now}, found)


def _steps(row: Project, plan: StagePlan) -> dict[str, Any]:
    begun = {code: one.state for code, one in queries.begun_in(row).items()}
    return law.steps(plan.stages, ProjectKind(row.kind), begun)


def _drawn_of(wanted: Collection[items.Item], plan: StagePlan) -> list[str]:
    return [piece.key for item in wanted for piece in item.evidence if piece.key in plan.drawings]


def _served(row: Project, plan: StagePlan, latest: DrawingSet | None, at: datetime) -> dict[str, cases.ServedEvidence]:
    """Return the evidence that the project is and has: its code, and its drawings by version and digest."""
    sources = {PROJECT_CODE: (row.code, ("投资项目代码", "Investment project code"))}
    if latest is not None:
        source = f"{row.code} v{latest.version} sha256:{latest.digest}"
        sources |= dict.fromkeys(plan.drawings, (source, ("施工图设计文件", "Construction drawings")))
    return {
        key: cases.ServedEvidence(
            key=key, name=names[0], name_en=names[1], route=items.EvidenceRoute.SHARED, source=source,
            on=clock.on_day(at),
        )
        for key, (source, names) in sources.items()
    }  # fmt: skip


def _prepared(row: Project, plan: StagePlan, drawn: int | None) -> Prepared:
    return Prepared(
        code=row.code,
        name=row.name,
        region=row.region_id,
        drawings=drawn,
        served=frozenset({PROJECT_CODE, *(plan.drawings if drawn else ())}),
    )


def _begun(actor: Actor, row: Project, what: dict[str, Any], latest: DrawingSet | None, at: datetime) -> None:
    record_act(actor, "begin", row, at, after={**what, "drawings": latest.digest if latest else ""})

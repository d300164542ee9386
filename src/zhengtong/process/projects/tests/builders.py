"""A county that builds: the items of the four stages with their offices, and companies with their representatives."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from hashlib import sha256
from uuid import UUID

from zhengtong.kernel.ids import new_id
from zhengtong.process.bundles import api as bundles
from zhengtong.process.cases import api as cases
from zhengtong.process.cases.api import Decision
from zhengtong.process.cases.tests.builders import MONDAY, ROOT, a_world, official
from zhengtong.process.forms.models import Attachment
from zhengtong.process.items import api as items
from zhengtong.process.projects import api as projects
from zhengtong.process.projects.api import Discipline, Industry, ProjectEntry, ProjectKind, ProjectType
from zhengtong.trust.access import api as access
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Actor, AssuranceLevel, SubjectKind
from zhengtong.trust.identity.tests import builders
from zhengtong.trust.ledger.api import Responsibility

FILING, LAND, WORKS, BUILD, ACCEPT, COMPLETION = (
    "921001000000", "908003000000", "908004000000", "909001000000", "909009000000", "909003000000",
)  # fmt: skip
ENTRY = ProjectEntry(
    name="智能装备厂房", kind=ProjectKind.FILING, type=ProjectType.CONSTRUCTION, industry=Industry.MANUFACTURING,
    region="330106", investment=12_000_000_00, starts_on=date(2027, 3, 1), finishes_on=date(2028, 6, 30),
)  # fmt: skip
FORM = {"phone": "13800000000"}
UPLOADS = dict.fromkeys(
    (
        "acceptance_report", "construction_contract", "conservation_plan", "energy_report", "impact_report",
        "project_report", "site_plan",
    ),
    "kept",
)  # fmt: skip


@dataclass
class Town:
    """Who acts: the company's representative, another company's, and an official of each department by its key."""

    owner: Actor
    rival: Actor
    officers: dict[str, Actor]
    reader: Actor
    elsewhere: Actor
    department: dict[str, str]


def a_town() -> Town:
    """Publish items, bundles and stages in one county, with an office and an official for each department."""
    a_world()
    catalogue = _catalogue()
    bodies = {item.department_key: item.department for item in catalogue.items}
    plan = projects.read_stage_plan(ROOT / "provinces/demo/stages.yaml", catalogue, bodies)
    wanted = {item.code for stage in plan.stages for item in stage.items}
    wanted |= {code for stage in plan.stages if stage.bundle for code in stage.bundle.items}
    parts = tuple(item for item in catalogue.items if item.code in wanted or item.department_key == "urban_management")
    whole = tuple(one for one in catalogue.bundles if one.code.startswith("construction_"))
    responsibility = Responsibility(subject=builders.SYSTEM.subject)
    items.publish_catalogue(items.Catalogue(items=parts, bundles=whole), responsibility=responsibility, at=builders.NOW)
    offices = {key: builders.an_organisation(name=bodies[key].zh) for key in {item.department_key for item in parts}}
    items.publish_implementations(_entries(parts, offices), responsibility=responsibility, at=builders.NOW)
    projects.publish_stages(plan, responsibility=responsibility, at=builders.NOW)
    does = {cases.Permission.ACCEPT, cases.Permission.DECIDE, cases.Permission.OPINE}
    some = next(iter(offices.values()))
    return Town(
        owner=a_company("杭州云溪科技有限公司"),
        rival=a_company("杭州西泠装备有限公司"),
        officers={key: official(office, f"handling_{key}", "330106", does) for key, office in offices.items()},
        reader=_reader(some, "330106"),
        elsewhere=_reader(builders.an_organisation(region="330107"), "330107"),
        department={item.code: item.department_key for item in parts},
    )


@cache
def _catalogue() -> items.Catalogue:
    return items.read_catalogue(ROOT / "provinces/demo/items")


def _entries(parts: Iterable[items.Item], offices: dict[str, UUID]) -> list[items.ImplementationEntry]:
    return [
        items.ImplementationEntry(
            item=item.code, region="330106", organisation=offices[item.department_key],
            organisation_code=f"11330106MB{number:07d}X", organisation_name=item.department,
            window=items.Words("窗口", "Window"),
        )
        for number, item in enumerate(parts)
    ]  # fmt: skip


def _reader(organisation: UUID, region: str) -> Actor:
    access.define_role(
        actor=builders.SYSTEM, code="reading_projects", name="查看项目", name_en="Reads projects",
        duty=identity.Duty.BUSINESS, permissions={projects.Permission.READ}, at=builders.NOW,
    )  # fmt: skip
    return official(organisation, "reading_projects", region)


def a_company(name: str) -> Actor:
    """Return the legal representative of a new company, acting for it."""
    person = builders.a_person()
    company = builders.an_enterprise(person, name=name)
    at = MONDAY - timedelta(days=1)
    alone = Actor(subject=person, kind=SubjectKind.NATURAL, assurance=AssuranceLevel.SUBSTANTIAL)
    held = next(one for one in identity.principals_of(alone, at=at) if one.principal == company)
    return replace(alone, on_behalf_of=company, on_behalf_of_kind=SubjectKind.LEGAL, mandate=held.id)


def kept(owner: Actor, content: str) -> dict[str, object]:
    """Keep a file of *owner* as the form does, and return what the form returns."""
    row = Attachment.objects.create(
        id=new_id(), owner=owner.party, name="图.pdf", media_type="application/pdf", size=len(content),
        sha256=sha256(content.encode()).hexdigest(), content="JVBERi0=", uploaded_at=MONDAY,
    )  # fmt: skip
    return {"file": str(row.id), "name": "图.pdf", "size": row.size, "sha256": row.sha256}


def registered(town: Town, entry: ProjectEntry = ENTRY) -> str:
    return projects.register(actor=town.owner, project=new_id(), entry=entry, at=MONDAY)


def drawn(town: Town, project: str, content: str = "第一版", kind: Discipline = Discipline.ARCHITECTURE) -> int:
    sheets = {kind: kept(town.owner, content)}
    return projects.upload_drawings(actor=town.owner, project=project, drawings=new_id(), sheets=sheets, at=MONDAY)


def begun(town: Town, project: str, item: str) -> str:
    return projects.begin_item(
        actor=town.owner, project=project, case=new_id(), item=item, form=FORM, uploads=UPLOADS, at=MONDAY
    )


def concluded(town: Town, reference: str, *, decision: Decision = Decision.GRANT) -> None:
    """Let every office do its part of a case until it is decided as *decision* says."""
    wanted = {Decision.ACCEPT, Decision.AGREE, decision}
    for _round in range(6):
        for officer in town.officers.values():
            try:
                view = cases.open_dossier(actor=officer, reference=reference, at=MONDAY)
            except cases.CaseUnknown:
                continue
            if view.line.state.ended:
                projects.follow_case(case=view.line.id, at=MONDAY)
                return
            done = view.task and next((one for one in view.task.decisions if one in wanted), None)
            if view.task and done:
                cases.decide(
                    actor=officer, case=view.line.id, task=view.task.number, decision=done, reason="", at=MONDAY,
                    checked=[piece.key for piece in view.evidence],
                )  # fmt: skip
    raise AssertionError(reference)


def granted(town: Town, project: str, *codes: str) -> None:
    for code in codes:
        concluded(town, begun(town, project, code))


def states(town: Town, project: str) -> dict[str, projects.StepState]:
    view = projects.own_project(town.owner, project, at=MONDAY)
    return {step.item.code: step.state for stage in view.stages for step in stage.steps}


def bundle_of(town: Town, reference: str) -> bundles.BundleView:
    return bundles.own_bundle(town.owner, reference, at=MONDAY)

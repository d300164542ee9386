"""An investment project of the demo province 演示项目: the largest company builds, and has reached the third stage."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

from zhengtong.data.registries.api import RegistryPart
from zhengtong.kernel import clock
from zhengtong.kernel.ids import new_id
from zhengtong.kernel.pages.api import Asked
from zhengtong.process.cases import api as cases
from zhengtong.process.forms import api as forms
from zhengtong.process.items import api as items
from zhengtong.process.projects import api as projects
from zhengtong.process.projects.api import Discipline, Industry, ProjectEntry, ProjectKind, ProjectType
from zhengtong.site.demo.accounts import choose_cast, legal_subject
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.api import Actor, AssuranceLevel, SubjectKind

_DONE = ("921001000000", "908003000000", "908004000000")
_RUNNING = "909001000000"
_GOOD = (cases.Decision.ACCEPT, cases.Decision.AGREE, cases.Decision.GRANT)
_COUNTY = 6


class _Paper(BytesIO):
    """A one-page PDF as an upload: what it shows does not matter, that it can be opened does."""

    def __init__(self, name: str) -> None:
        super().__init__(
            b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
            b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 842 595]>>endobj\n"
            b"trailer<</Size 4/Root 1 0 R>>\n%" + name.encode() + b"\n%%EOF\n"
        )
        self.name = f"{name}.pdf"


def publish(path: Path, catalogue: items.Catalogue, *, at: datetime) -> None:
    """Publish which items belong to which stage; what has not changed keeps its version."""
    departments = {item.department_key: item.department for item in catalogue.items}
    plan = projects.read_stage_plan(path, catalogue, departments)
    projects.publish_stages(plan, responsibility=identity.responsibility_of(identity.system_actor()), at=at)


def is_open() -> bool:
    """Say whether there is a project already."""
    return bool(projects.projects_within(identity.system_actor(), Asked(size=1)).rows)


def build(part: RegistryPart, *, at: datetime) -> None:
    """Let the largest company register a project and bring it to the third stage, with two versions of drawings.

    All of it today: items, stages and processes are in force since the province was loaded.
    """
    cast = choose_cast(part)
    company = max(cast.companies, key=lambda one: (one.employees, one.credit_code))
    alone = Actor(subject=cast.owner.id, kind=SubjectKind.NATURAL, assurance=AssuranceLevel.SUBSTANTIAL)
    subject = legal_subject(company)
    held = next(one for one in identity.principals_of(alone, at=at) if one.principal == subject)
    owner = replace(alone, on_behalf_of=subject, on_behalf_of_kind=SubjectKind.LEGAL, mandate=held.id)
    code = projects.register(actor=owner, project=new_id(), entry=_entry(company.region, at), at=at)
    _draw(owner, code, {Discipline.SITE: "总平面图", Discipline.ARCHITECTURE: "建筑"}, "初步设计", at)
    for item in _DONE:
        _grant(_begin(owner, code, item, at), at)
    _begin(owner, code, _RUNNING, at)
    _draw(owner, code, {Discipline.STRUCTURE: "结构"}, "补充结构专业施工图", at)


def _entry(region: str, at: datetime) -> ProjectEntry:
    today = clock.on_day(at)
    return ProjectEntry(
        name="智能装备厂房新建项目", kind=ProjectKind.FILING, type=ProjectType.CONSTRUCTION,
        industry=Industry.MANUFACTURING, region=region[:_COUNTY], investment=120_000_000_00,
        starts_on=date(today.year + 1, 3, 1), finishes_on=date(today.year + 2, 6, 30),
    )  # fmt: skip


def _draw(owner: Actor, code: str, sheets: Mapping[Discipline, str], note: str, at: datetime) -> None:
    kept = forms.keep_files(actor=owner, answers={one.value: _Paper(name) for one, name in sheets.items()}, at=at)
    projects.upload_drawings(
        actor=owner, project=code, drawings=new_id(), sheets={Discipline(key): file for key, file in kept.items()},
        note=note, at=at,
    )  # fmt: skip


def _begin(owner: Actor, code: str, item: str, at: datetime) -> UUID:
    _commitments, wanted = cases.asked_of_applicant(items.in_force(item, at=clock.on_day(at)).evidence)
    papers = {piece.key: _Paper(piece.name.zh) for piece in wanted}
    kept: dict[str, Any] = forms.keep_files(actor=owner, answers=papers, at=at)
    case = new_id()
    projects.begin_item(
        actor=owner, project=code, case=case, item=item, form={"phone": "13800000000"}, at=at,
        uploads={key: file["file"] for key, file in kept.items()},
    )  # fmt: skip
    return case


def _grant(case: UUID, at: datetime) -> None:
    """Let the offices accept and grant a case; the project goes on at once, as it would by event."""
    official, reference = identity.system_actor(), cases.line_of(case, at=at).reference
    while (task := (view := cases.case_within_reach(official, reference, at=at)).task) is not None:
        decision = next(one for one in _GOOD if one in task.decisions)
        checked = [piece.key for piece in view.evidence]
        cases.decide(actor=official, case=case, task=task.number, decision=decision, reason="", checked=checked, at=at)
    projects.follow_case(case=case, at=at)

"""Acts on investment projects 投资项目: publish a stage plan, register, follow cases to the next stage."""

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import IntegrityError, transaction

from zhengtong.kernel import clock
from zhengtong.kernel.errors import Phrase
from zhengtong.kernel.errors import mark as _
from zhengtong.kernel.events.api import emit
from zhengtong.kernel.money import Money
from zhengtong.kernel.regions import api as regions
from zhengtong.process.bundles import api as bundles
from zhengtong.process.projects import law, queries, reading
from zhengtong.process.projects.contracts import (
    MATTER,
    CodesUsedUp,
    EnterpriseNeeded,
    NoStagePlan,
    ProjectEntry,
    ProjectKind,
    ProjectRegistered,
    ProjectState,
    ProjectUnfit,
    ProjectUnknown,
    StageDone,
    StagePlan,
    StageState,
)
from zhengtong.process.projects.models import Project, ProjectApplication, StagePlanVersion
from zhengtong.trust.delivery.api import Fact, MessageKind, Related, Wording, deliver, of_subject
from zhengtong.trust.identity import api as identity
from zhengtong.trust.identity.contracts import Actor, AssuranceLevel, SubjectKind
from zhengtong.trust.ledger.api import Act, Authority, Business, Responsibility, digest, record

CLAUSES = {
    "upload_drawings": "国办发〔2019〕11号",
    "begin": "国办发〔2019〕11号",
    "reach_stage": "国办发〔2019〕11号",
}
_CODE_CLAUSES = {
    ProjectKind.APPROVAL: "政府投资条例§10",
    ProjectKind.VERIFICATION: "企业投资项目核准和备案管理条例§4",
    ProjectKind.FILING: "企业投资项目核准和备案管理条例§4",
}
_DRAWS = 20


def publish_stages(plan: StagePlan, *, responsibility: Responsibility, at: datetime) -> int:
    """Publish a stage plan as a new version and return its number; one that says the same keeps its version."""
    content = reading.dump(plan)
    found = hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
    with transaction.atomic():
        last = StagePlanVersion.objects.select_for_update().order_by("-version").first()
        if last is not None and last.digest == found:
            return last.version
        version = last.version + 1 if last else 1
        StagePlanVersion.objects.create(version=version, digest=found, content=content, published_at=at)
        business = Business(command="process.project.publish_stages", object_type="process.stage_plan",
                            object_id=str(version), after=f"sha256:{found}")  # fmt: skip
        record(
            Act(
                authority=Authority(clause="国办发〔2019〕11号"),
                business=business,
                responsibility=responsibility,
                at=at,
            )
        )
    return version


def register(
    *,
    actor: Actor,
    project: UUID,
    entry: ProjectEntry,
    at: datetime,
    draw: Callable[[int], int] = secrets.randbelow,
) -> str:
    """Register an investment project for the enterprise the actor represents, and return its code 赋码.

    Args:
        actor: its legal representative or an agent with a mandate; the real name must be proved.
        project: an id chosen with the form, so that sending it twice registers once.
        entry: what is registered.
        at: the present moment.
        draw: returns a number below its argument; replaced only where a run must be repeatable.

    Raises:
        AssuranceTooLow, MandateMissing, MandateOutsideMatter: identity does not suffice.
        EnterpriseNeeded: the actor acts for no enterprise.
        ProjectUnfit: it does not hold together.
        NoStagePlan: nothing says which stages it has.
        CodesUsedUp: no free code was drawn.
    """
    represents(actor, at=at)
    _check(entry, at)
    plan = queries.current_plan()
    if plan is None:
        raise NoStagePlan
    with transaction.atomic():
        if known := _registered(actor, project):
            return known.code
        row = Project(
            id=project, name=entry.name.strip(), kind=entry.kind, type=entry.type, industry=entry.industry,
            region_id=entry.region, owner=actor.party, owner_name=identity.enterprise(subject=actor.party).name,
            investment=Money(entry.investment), starts_on=entry.starts_on,
            finishes_on=entry.finishes_on, plan=plan, stage=plan.content["stages"][0]["key"], registered_at=at,
        )  # fmt: skip
        if not _drawn(row, entry, draw, at):
            return _registered_at_once(actor, project).code
        record_act(actor, "register", row, at, after={"code": row.code, "kind": row.kind, "plan": plan.version})
        about = ProjectRegistered(project=row.id, code=row.code, owner=row.owner, region=row.region_id)
        emit("process.project.registered.v1", subject=row.id, data=about, at=at)
        tell_owner(row, MessageKind.RECEIPT, Wording(zh="项目代码已生成", en="Your project has its code"), at)
    return row.code


def represents(actor: Actor, *, at: datetime) -> None:
    """Return when *actor* acts for an enterprise in matters of investment.

    Raises:
        AssuranceTooLow, MandateMissing, MandateOutsideMatter: identity does not suffice.
        EnterpriseNeeded: the actor acts for themselves or another person.
    """
    identity.require_assurance(actor, AssuranceLevel.SUBSTANTIAL)
    if actor.party_kind is not SubjectKind.LEGAL:
        raise EnterpriseNeeded
    identity.require_mandate(actor, MATTER, at=at)


def _check(entry: ProjectEntry, at: datetime) -> None:
    if not entry.name.strip():
        raise ProjectUnfit(what=Phrase(_("没有填写项目名称")))
    if entry.investment <= 0:
        raise ProjectUnfit(what=Phrase(_("总投资应大于零")))
    if entry.finishes_on < entry.starts_on:
        raise ProjectUnfit(what=Phrase(_("拟竣工不能早于拟开工")))
    place = regions.region(entry.region, at=clock.on_day(at))
    if place.level is not regions.RegionLevel.COUNTY:
        raise ProjectUnfit(what=Phrase(_("建设地点应为县、市、区")))


def _registered(actor: Actor, project: UUID) -> Project | None:
    row = Project.objects.filter(pk=project).first()
    if row is not None and row.owner != actor.party:
        raise ProjectUnknown
    return row


def _registered_at_once(actor: Actor, project: UUID) -> Project:
    row = _registered(actor, project)
    if row is None:
        raise CodesUsedUp
    return row


def _drawn(row: Project, entry: ProjectEntry, draw: Callable[[int], int], at: datetime) -> bool:
    """Insert *row* under a code that is free; False where the same form was sent twice at once, or none was drawn.

    Two who draw the same code at the same moment meet at the unique column: the second draws again.
    """
    for _attempt in range(_DRAWS):
        row.code = law.compose(
            on=clock.on_day(at), region=entry.region, industry=entry.industry, project_type=entry.type,
            number=draw(law.RANDOM),
        )  # fmt: skip
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            if Project.objects.filter(pk=row.pk).exists():
                return False
        else:
            return True
    return False


def follow_case(*, case: UUID, at: datetime) -> None:
    """Bring the project of a concluded case, if it has one, to the stage it has reached; again, it changes nothing."""
    bundle = bundles.bundle_of_case(case)
    applications = (
        ProjectApplication.objects.filter(bundle=bundle) if bundle else ProjectApplication.objects.filter(case=case)
    )
    project = applications.values_list("project", flat=True).first()
    if project is None:
        return
    with transaction.atomic():
        row = Project.objects.select_for_update(of=("self",)).select_related("plan").get(pk=project)
        _go_on(row, at)


def _go_on(row: Project, at: datetime) -> None:
    plan = reading.load(row.plan.content)
    begun = {code: one.state for code, one in queries.begun_in(row).items()}
    states = {code: state for code, (state, _rest) in law.steps(plan.stages, ProjectKind(row.kind), begun).items()}
    done = [queries.state_of(stage, states) is StageState.DONE for stage in plan.stages]
    keys = [stage.key for stage in plan.stages]
    now = keys.index(row.stage) if row.stage else len(keys)
    reached = done.index(False) if False in done else len(keys)
    if reached <= now:
        return
    row.stage = keys[reached] if reached < len(keys) else ""
    row.state = ProjectState.ACTIVE if row.stage else ProjectState.COMPLETED
    row.save(update_fields=["stage", "state"])
    record_act(identity.system_actor(), "reach_stage", row, at, after={"stage": row.stage})
    for stage in plan.stages[now:reached]:
        about = StageDone(project=row.id, code=row.code, stage=stage.key)
        emit("process.project.stage_done.v1", subject=row.id, data=about, at=at)
        told = Wording(zh=f"{stage.name.zh}阶段已完成", en=f"Stage done, {stage.name.en}")
        tell_owner(row, MessageKind.NOTICE, told, at)


def tell_owner(row: Project, kind: MessageKind, what: Wording, at: datetime) -> None:
    """Tell the enterprise something about its project."""
    deliver(
        to=of_subject(row.owner),
        kind=kind,
        title=Wording(zh=f"{what.zh}：{row.name}"[:200], en=f"{what.en}: {row.name}"[:200]),
        body=[Fact(label=Wording(zh="项目代码", en="Project code"), value=Wording(zh=row.code))],
        link=f"/projects/{row.code}/",
        related=Related(object_type="process.project", object_id=str(row.id)),
        at=at,
    )


def record_act(actor: Actor, verb: str, row: Project, at: datetime, *, after: Any) -> None:
    """Record an act on a project in the ledger."""
    record(
        Act(
            authority=Authority(clause=CLAUSES.get(verb) or _CODE_CLAUSES[ProjectKind(row.kind)]),
            business=Business(
                command=f"process.project.{verb}",
                object_type="process.project",
                object_id=str(row.id),
                after=digest(after),
            ),
            responsibility=identity.responsibility_of(actor),
            at=at,
            concerns=(row.owner,),
        )
    )

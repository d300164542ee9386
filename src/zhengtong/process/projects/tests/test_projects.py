"""A project: registered once, under one code; its stages follow one another; code and drawings are asked once."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from pytest_django import DjangoAssertNumQueries

from zhengtong.kernel.ids import new_id
from zhengtong.kernel.pages.api import Asked
from zhengtong.process.bundles import api as bundles
from zhengtong.process.cases import api as cases
from zhengtong.process.cases.api import Decision
from zhengtong.process.cases.tests.builders import MONDAY
from zhengtong.process.projects import api as projects
from zhengtong.process.projects import law
from zhengtong.process.projects.api import Discipline, ProjectKind, ProjectState, StageState, StepState
from zhengtong.process.projects.models import Project, ProjectApplication
from zhengtong.process.projects.tests.builders import (
    ACCEPT,
    BUILD,
    COMPLETION,
    ENTRY,
    FILING,
    FORM,
    LAND,
    UPLOADS,
    WORKS,
    Town,
    a_town,
    begun,
    bundle_of,
    concluded,
    drawn,
    granted,
    kept,
    registered,
    states,
)
from zhengtong.trust.delivery.api import mailbox
from zhengtong.trust.identity.contracts import Actor
from zhengtong.trust.ledger.api import acts_by, count_acts

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    return a_town()


def seen(town: Town, code: str) -> projects.ProjectView:
    return projects.own_project(town.owner, code, at=MONDAY)


def test_a_project_gets_a_code_of_24_digits_at_its_place_on_record(town: Town) -> None:
    """发改投资〔2020〕1439号; 企业投资项目核准和备案管理条例 §4: the code is given at registration."""
    code = registered(town)
    assert law.read(code) == code
    assert code.startswith("2611-330106-01-01-")
    act = acts_by(town.owner.subject).items[0].act
    assert (act.business.command, act.authority.clause) == (
        "process.project.register", "企业投资项目核准和备案管理条例§4",
    )  # fmt: skip
    view = seen(town, code)
    assert (view.entry, view.line.owner_name, str(view.line.stage)) == (
        ENTRY,
        "杭州云溪科技有限公司",
        "立项用地规划许可",
    )
    assert [one.title.zh for one in mailbox(town.owner).items] == ["项目代码已生成：智能装备厂房"]


def test_the_same_form_sent_twice_registers_once(town: Town) -> None:
    chosen = new_id()
    first = projects.register(actor=town.owner, project=chosen, entry=ENTRY, at=MONDAY)
    acts = count_acts()
    assert projects.register(actor=town.owner, project=chosen, entry=ENTRY, at=MONDAY) == first
    with pytest.raises(projects.ProjectUnknown):
        projects.register(actor=town.rival, project=chosen, entry=ENTRY, at=MONDAY)
    assert (Project.objects.count(), count_acts()) == (1, acts)


def test_who_draws_a_code_that_is_taken_draws_again(town: Town) -> None:
    numbers = iter([7, 7, 7, 8])
    codes = [
        projects.register(actor=who, project=new_id(), entry=ENTRY, at=MONDAY, draw=lambda _most: next(numbers))
        for who in (town.owner, town.rival)
    ]
    assert [code[-6:-1] for code in codes] == ["00007", "00008"]
    with pytest.raises(projects.CodesUsedUp):
        projects.register(actor=town.owner, project=new_id(), entry=ENTRY, at=MONDAY, draw=lambda _most: 7)
    assert Project.objects.count() == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"investment": 0},
        {"finishes_on": date(2027, 2, 28)},
        {"region": "330106001"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_what_does_not_hold_together_is_not_registered(town: Town, wrong: dict[str, object]) -> None:
    acts = count_acts()
    with pytest.raises(projects.ProjectUnfit):
        projects.register(actor=town.owner, project=new_id(), entry=replace(ENTRY, **wrong), at=MONDAY)  # type: ignore[arg-type]
    assert (Project.objects.count(), count_acts()) == (0, acts)


def test_a_person_registers_for_an_enterprise_or_not_at_all(town: Town) -> None:
    alone = replace(town.owner, on_behalf_of=None, on_behalf_of_kind=None, mandate=None)
    with pytest.raises(projects.EnterpriseNeeded):
        projects.register(actor=alone, project=new_id(), entry=ENTRY, at=MONDAY)
    assert Project.objects.count() == 0


def test_items_wait_for_those_before_and_only_for_those_of_the_projects_kind(town: Town) -> None:
    code = registered(town)
    assert states(town, code)[FILING] is StepState.READY
    assert states(town, code)[LAND] is StepState.LATER
    assert "921006000000" not in states(town, code)
    with pytest.raises(projects.StepNotOpen):
        begun(town, code, LAND)
    assert ProjectApplication.objects.count() == 0
    granted(town, code, FILING)
    assert states(town, code)[LAND] is StepState.READY
    verified = registered(town, replace(ENTRY, kind=ProjectKind.VERIFICATION))
    assert states(town, verified)["921006000000"] is StepState.READY
    assert FILING not in states(town, verified)


def test_a_stage_is_done_when_all_it_requires_is_granted_and_the_next_is_told(town: Town) -> None:
    """国办发〔2019〕11号: four stages, items of a stage in parallel."""
    code = registered(town)
    granted(town, code, FILING)
    assert str(seen(town, code).line.stage) == "立项用地规划许可"
    assert [str(name) for name in seen(town, code).stages[0].missing] == ["建设用地规划许可"]
    granted(town, code, LAND)
    view = seen(town, code)
    assert [stage.state for stage in view.stages] == [
        StageState.DONE, StageState.READY, StageState.LATER, StageState.LATER,
    ]  # fmt: skip
    assert str(view.line.stage) == "工程建设许可"
    titles = [one.title.zh for one in mailbox(town.owner).items]
    assert "立项用地规划许可阶段已完成：智能装备厂房" in titles


def test_an_item_runs_once_and_may_be_applied_for_again_when_it_failed(town: Town) -> None:
    code = registered(town)
    first = begun(town, code, FILING)
    with pytest.raises(projects.StepNotOpen):
        begun(town, code, FILING)
    cases.withdraw(actor=town.owner, case=cases.own_case(town.owner, first, at=MONDAY).line.id, at=MONDAY)
    assert states(town, code)[FILING] is StepState.FAILED
    granted(town, code, FILING)
    assert states(town, code)[FILING] is StepState.GRANTED
    with pytest.raises(projects.StepNotOpen):
        begun(town, code, FILING)


def test_an_application_sent_twice_makes_one_case_and_a_foreign_case_never_becomes_the_projects(town: Town) -> None:
    code, chosen = registered(town), new_id()
    begin = {"actor": town.owner, "project": code, "item": FILING, "form": FORM, "uploads": UPLOADS, "at": MONDAY}
    first = projects.begin_item(case=chosen, **begin)  # type: ignore[arg-type]
    assert projects.begin_item(case=chosen, **begin) == first  # type: ignore[arg-type]
    other, elsewhere = registered(town), new_id()
    cases.receive(actor=town.owner, case=elsewhere, item=FILING, form=FORM, uploads=UPLOADS, at=MONDAY)
    with pytest.raises(cases.CaseUnknown):
        projects.begin_item(case=elsewhere, **begin | {"project": other})  # type: ignore[arg-type]
    with pytest.raises(projects.ProjectUnknown):
        projects.begin_item(case=new_id(), **begin | {"actor": town.rival})  # type: ignore[arg-type]
    assert ProjectApplication.objects.count() == 1


def evidence(town: Town, reference: str) -> dict[str, cases.ServedEvidence]:
    return {piece.key: piece for piece in cases.own_case(town.owner, reference, at=MONDAY).evidence}


def test_drawings_are_uploaded_once_and_every_case_refers_to_a_version_by_digest(town: Town) -> None:
    code = registered(town)
    granted(town, code, FILING, LAND)
    with pytest.raises(projects.DrawingsMissing):
        begun(town, code, WORKS)
    assert drawn(town, code) == 1
    reference = begun(town, code, WORKS)
    found = evidence(town, reference)
    (version,) = seen(town, code).drawings
    assert found["design_drawings"].source == f"{code} v1 sha256:{version.digest}"
    assert (found["design_drawings"].route, found["design_drawings"].to_check) == ("shared", False)
    assert found["project_code"].source == code
    concluded(town, reference)
    granted(town, code, BUILD)
    assert evidence(town, begun(town, code, ACCEPT))["design_drawings"].source.endswith(version.digest)


def test_a_new_version_tells_the_office_whose_open_case_uses_the_older(town: Town) -> None:
    code = registered(town)
    granted(town, code, FILING, LAND)
    drawn(town, code)
    begun(town, code, WORKS)
    assert drawn(town, code, "结构图", Discipline.STRUCTURE) == 2
    told = [one.title.zh for one in mailbox(town.officers["natural_resources"]).items]
    assert told == ["项目图纸有新版本：建设工程规划许可"]
    latest, first = seen(town, code).drawings
    assert [sheet.discipline for sheet in latest.sheets] == [Discipline.ARCHITECTURE, Discipline.STRUCTURE]
    assert latest.sheets[0] == first.sheets[0]
    step = next(one for stage in seen(town, code).stages for one in stage.steps if one.item.code == WORKS)
    assert (step.drawings, step.older) == (1, True)


def test_a_version_is_added_once_and_only_where_something_changed(town: Town) -> None:
    code, chosen = registered(town), new_id()
    sheets = {Discipline.SITE: kept(town.owner, "总图")}
    add = {"actor": town.owner, "project": code, "at": MONDAY}
    assert projects.upload_drawings(drawings=chosen, sheets=sheets, **add) == 1  # type: ignore[arg-type]
    assert projects.upload_drawings(drawings=chosen, sheets=sheets, **add) == 1  # type: ignore[arg-type]
    acts = count_acts()
    for nothing_new in (sheets, {}):
        with pytest.raises(projects.DrawingsUnchanged):
            projects.upload_drawings(drawings=new_id(), sheets=nothing_new, **add)  # type: ignore[arg-type]
    with pytest.raises(projects.SheetUnknown):
        projects.upload_drawings(
            drawings=new_id(),
            sheets={Discipline.SITE: kept(town.rival, "别人的")},
            **add,  # type: ignore[arg-type]
        )
    with pytest.raises(projects.ProjectUnknown):
        projects.upload_drawings(drawings=new_id(), sheets=sheets, **add | {"actor": town.rival})  # type: ignore[arg-type]
    assert (len(seen(town, code).drawings), count_acts()) == (1, acts)


def completion(town: Town) -> str:
    """Return a project whose first three stages are done."""
    code = registered(town)
    granted(town, code, FILING, LAND)
    drawn(town, code)
    granted(town, code, WORKS, BUILD)
    return code


def begin_completion(town: Town, code: str, bundle: UUID) -> str:
    return projects.begin_bundle(
        actor=town.owner, project=code, bundle=bundle, code="construction_completion", form=FORM, uploads=UPLOADS,
        at=MONDAY,
    )  # fmt: skip


def test_joint_acceptance_is_one_application_several_bodies_at_once_and_one_conclusion(town: Town) -> None:
    """国办发〔2019〕11号: joint acceptance 联合验收 on one set of drawings."""
    code, chosen = completion(town), new_id()
    assert seen(town, code).stages[3].may_bundle
    reference = begin_completion(town, code, chosen)
    assert begin_completion(town, code, chosen) == reference
    with pytest.raises(projects.StepNotOpen):
        begin_completion(town, code, new_id())
    part = bundle_of(town, reference).parts[0]
    assert part.item == ACCEPT
    assert part.case is not None
    lead = town.officers["housing_construction"]
    view = cases.open_dossier(actor=lead, reference=part.case.reference, at=MONDAY)
    assert view.task is not None
    cases.decide(actor=lead, case=part.case.id, task=view.task.number, decision=Decision.ACCEPT, reason="", at=MONDAY)
    asked = {
        key
        for key, officer in town.officers.items()
        if any(line.id == part.case.id for line in cases.tasks_of(officer, at=MONDAY).items)
    }
    assert asked == {"natural_resources", "urban_management", "water"}
    concluded(town, part.case.reference)
    assert states(town, code)[ACCEPT] is StepState.GRANTED
    assert states(town, code)[COMPLETION] is StepState.OPEN
    assert evidence(town, part.case.reference)["design_drawings"].source.startswith(f"{code} v1 ")


def test_a_project_is_completed_when_its_last_stage_is_done(town: Town) -> None:
    code = completion(town)
    reference = begin_completion(town, code, new_id())
    for item in (ACCEPT, COMPLETION):
        part = next(one for one in bundle_of(town, reference).parts if one.item == item)
        assert part.case is not None
        concluded(town, part.case.reference)
    view = seen(town, code)
    assert (view.line.state, view.line.stage) == (ProjectState.COMPLETED, None)
    assert all(stage.state is StageState.DONE for stage in view.stages)
    acts = count_acts()
    assert part.case is not None
    projects.follow_case(case=part.case.id, at=MONDAY)
    assert count_acts() == acts


def test_a_bundle_may_not_repeat_what_runs_already(town: Town) -> None:
    code = completion(town)
    assert not seen(town, code).stages[1].may_bundle
    begun(town, code, ACCEPT)
    assert not seen(town, code).stages[3].may_bundle
    with pytest.raises(projects.StepNotOpen):
        begin_completion(town, code, new_id())


def test_officials_see_the_projects_of_their_region_and_whom_each_case_waits_for(
    town: Town, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    code = registered(town)
    begun(town, code, FILING)
    asked = Asked(sort="registered", descending=True)
    assert [one.code for one in projects.projects_within(town.reader, asked).rows] == [code]
    assert [one.code for one in projects.projects_within(town.reader, replace(asked, text="装备")).rows] == [code]
    assert [one.code for one in projects.projects_within(town.reader, replace(asked, text=code[:11])).rows] == [code]
    assert projects.projects_within(town.reader, replace(asked, text="桥梁")).rows == []
    assert projects.projects_within(town.reader, asked, state=ProjectState.COMPLETED).rows == []
    assert projects.projects_within(town.elsewhere, asked).rows == []
    assert projects.projects_within(town.officers["water"], asked).rows == []
    with django_assert_num_queries(4):
        view = projects.project_within_reach(town.reader, code, at=MONDAY)
    step = view.stages[0].steps[0]
    assert (str(step.at_organisation), step.on_applicant) == ("发展和改革部门", False)
    for stranger in (town.elsewhere, town.rival):
        with pytest.raises(projects.ProjectUnknown):
            projects.project_within_reach(stranger, code, at=MONDAY)
    with pytest.raises(projects.ProjectUnknown):
        projects.own_project(town.rival, code, at=MONDAY)


def test_drawings_are_read_within_reach_only(town: Town) -> None:
    code = registered(town)
    drawn(town, code)
    file = seen(town, code).drawings[0].sheets[0].file
    assert projects.sheet_within_reach(town.reader, code, 1, "architecture") == file
    assert projects.own_sheet(town.owner, code, 1, "architecture") == file

    def refused(actor: Actor, version: int, discipline: str) -> None:
        with pytest.raises(projects.SheetUnknown):
            projects.sheet_within_reach(actor, code, version, discipline)

    refused(town.elsewhere, 1, "architecture")
    refused(town.reader, 2, "architecture")
    refused(town.reader, 1, "structure")
    with pytest.raises(projects.SheetUnknown):
        projects.own_sheet(town.rival, code, 1, "architecture")


def test_the_list_of_a_company_holds_its_own_projects_by_pages(town: Town) -> None:
    codes = [registered(town) for _number in range(3)]
    first = projects.projects_of(town.owner, limit=2)
    rest = projects.projects_of(town.owner, limit=2, after=first.after)
    assert sorted(one.code for one in (*first.items, *rest.items)) == sorted(codes)
    assert (len(first.items), rest.after) == (2, "")
    assert projects.projects_of(town.rival).items == ()
    assert bundles.bundles_of(town.owner) == ()

"""What may happen between acceptance and decision: the clock, who handles it, several departments, late cases."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from zhengtong.kernel.errors import NotAllowed
from zhengtong.kernel.events.api import drain
from zhengtong.kernel.ids import new_id
from zhengtong.process.cases import api as cases
from zhengtong.process.cases.api import CaseState, Decision, Procedure
from zhengtong.process.cases.models import Case, Stage
from zhengtong.process.cases.tests.builders import (
    DAY,
    FORM,
    ITEM,
    LICENCE,
    MONDAY,
    ROOT,
    World,
    a_world,
    apply,
    handle,
    official,
    seen,
)
from zhengtong.process.items import api as items
from zhengtong.trust.delivery.api import mailbox
from zhengtong.trust.identity.tests import builders
from zhengtong.trust.ledger.api import Responsibility, acts_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return a_world()


def accepted(world: World) -> str:
    reference = apply(world)
    handle(world.clerk, reference, Decision.ACCEPT)
    return reference


def number(world: World, reference: str) -> int:
    task = cases.open_dossier(actor=world.approver, reference=reference, at=MONDAY).task
    assert task is not None
    return task.number


def test_days_of_a_special_procedure_are_not_counted(world: World) -> None:
    """行政许可法 §45: accepted on Monday with three days; stopped Wednesday to Wednesday, it ends on Friday."""
    reference = accepted(world)
    case = seen(world, reference).line.id
    begin = MONDAY + 2 * DAY
    cases.begin_procedure(
        actor=world.approver, case=case, procedure=Procedure.EXPERT_REVIEW, days=5, reason="须专家评审", at=begin
    )
    view = seen(world, reference, at=begin + 3 * DAY)
    assert (view.suspended_on, view.line.due_on, view.line.light) == (date(2026, 11, 25), None, None)
    with pytest.raises(cases.ProcedureRuns):
        handle(world.approver, reference, Decision.GRANT, at=begin)
    cases.end_procedure(actor=world.approver, case=case, at=MONDAY + 9 * DAY)
    view = seen(world, reference, at=MONDAY + 9 * DAY)
    assert (view.promised_due, view.statutory_due) == (date(2026, 12, 4), date(2026, 12, 29))
    assert view.line.due_on == date(2026, 12, 4)
    handle(world.approver, reference, Decision.GRANT, at=MONDAY + 9 * DAY)
    assert [moment.reason for moment in seen(world, reference).timeline if moment.reason] == ["须专家评审"]


def test_the_applicant_is_told_of_the_procedure_and_how_long_it_takes(world: World) -> None:
    reference = accepted(world)
    case = seen(world, reference).line.id
    cases.begin_procedure(actor=world.approver, case=case, procedure=Procedure.TEST, days=5, reason="检测", at=MONDAY)
    drain()
    assert mailbox(world.citizen).items[0].title.zh.startswith("特别程序开始")
    assert "约 5 日" in str(seen(world, reference).timeline[-1].title)


def test_an_extension_needs_the_head_of_the_organ_and_happens_once(world: World) -> None:
    """行政许可法 §42: at most ten days, with approval, and the reason is told to the applicant."""
    reference = accepted(world)
    case = seen(world, reference).line.id
    for days in (0, 11):
        with pytest.raises(cases.ExtensionTooLong):
            cases.ask_extension(actor=world.approver, case=case, days=days, reason="案情复杂", at=MONDAY)
    cases.ask_extension(actor=world.approver, case=case, days=10, reason="案情复杂", at=MONDAY)
    with pytest.raises(cases.ExtensionTooLong):
        cases.ask_extension(actor=world.approver, case=case, days=1, reason="再延", at=MONDAY)
    assert seen(world, reference).promised_due == date(2026, 11, 26)
    handle(world.head, reference, Decision.EXTEND, reason="同意延期：案情复杂")
    view = seen(world, reference)
    assert (view.promised_due, view.statutory_due) == (date(2026, 12, 10), date(2027, 1, 5))
    assert view.timeline[-1].reason == "同意延期：案情复杂"


def test_who_asks_for_an_extension_cannot_approve_it(world: World) -> None:
    both = official(world.approver.organisation, "both", "330106", {cases.Permission.DECIDE, cases.Permission.EXTEND})  # type: ignore[arg-type]
    reference = accepted(world)
    case = seen(world, reference).line.id
    cases.ask_extension(actor=both, case=case, days=5, reason="案情复杂", at=MONDAY)
    stage = Stage.objects.get(case=case, kind="extension")
    with pytest.raises(cases.OwnRequest):
        cases.decide(actor=both, case=case, task=-stage.pk, decision=Decision.EXTEND, reason="同意", at=MONDAY)
    assert seen(world, reference).promised_due == date(2026, 11, 26)


def test_a_case_is_returned_once_and_completely(world: World) -> None:
    reference = apply(world)
    handle(world.clerk, reference, Decision.RETURN, reason="缺照片")
    cases.supplement(actor=world.citizen, case=seen(world, reference).line.id, form=FORM, at=MONDAY)
    with pytest.raises(cases.AlreadyReturned):
        handle(world.clerk, reference, Decision.RETURN, reason="还缺一张")
    assert seen(world, reference).line.state is CaseState.RECEIVED


def test_what_a_conditional_acceptance_left_open_must_be_there_before_the_grant(world: World) -> None:
    reference = apply(world)
    view = cases.open_dossier(actor=world.clerk, reference=reference, at=MONDAY)
    assert view.task is not None
    key = view.evidence[0].key
    for missing in ((), ("no_such_evidence",)):
        with pytest.raises(cases.NothingMissing):
            cases.decide(
                actor=world.clerk, case=view.line.id, task=view.task.number, reason="", at=MONDAY, missing=missing,
                decision=Decision.ACCEPT_CONDITIONALLY,
            )  # fmt: skip
    cases.decide(
        actor=world.clerk, case=view.line.id, task=view.task.number, decision=Decision.ACCEPT_CONDITIONALLY,
        reason="", at=MONDAY, missing=[key],
    )  # fmt: skip
    assert seen(world, reference).missing_due == date(2026, 11, 30)
    with pytest.raises(cases.EvidenceOpen):
        handle(world.approver, reference, Decision.GRANT)
    cases.hand_in_missing(actor=world.citizen, case=view.line.id, uploads={key: str(new_id())}, at=MONDAY + DAY)
    drain()
    assert mailbox(world.citizen).items[0].title.zh.startswith("后补材料已收到")
    assert seen(world, reference).missing_due is None
    handle(world.approver, reference, Decision.GRANT, at=MONDAY + DAY)
    assert seen(world, reference).line.state is CaseState.GRANTED


def test_evidence_that_the_department_must_check_is_checked_before_the_grant(world: World) -> None:
    reference = accepted(world)
    view = seen(world, reference)
    assert [piece.route for piece in view.evidence] == ["check"]
    with pytest.raises(cases.EvidenceOpen):
        cases.decide(
            actor=world.approver, case=view.line.id, task=number(world, reference), decision=Decision.GRANT, reason="",
            at=MONDAY,
        )  # fmt: skip
    handle(world.approver, reference, Decision.GRANT)
    drain()
    assert cases.routes_taken(ITEM) == {"check": 1}
    assert cases.not_asked_share(ITEM) == 1.0


def test_a_delegated_task_is_decided_by_the_colleague_alone_until_it_is_taken_back(world: World) -> None:
    reference = accepted(world)
    case, task = seen(world, reference).line.id, number(world, reference)
    colleague = official(world.approver.organisation, "deciding", "330106")  # type: ignore[arg-type]
    with pytest.raises(cases.ColleagueUnfit):
        cases.delegate(actor=world.approver, case=case, task=task, to=world.stranger.subject, at=MONDAY)
    cases.delegate(actor=world.approver, case=case, task=task, to=colleague.subject, at=MONDAY)
    assert (cases.waiting_tasks(world.approver, at=MONDAY), cases.waiting_tasks(colleague, at=MONDAY)) == (0, 1)
    with pytest.raises(cases.AssignedElsewhere):
        handle(world.approver, reference, Decision.GRANT)
    cases.take_back(actor=world.approver, case=case, task=task, at=MONDAY)
    handle(world.approver, reference, Decision.GRANT)
    assert [line.reference for line in cases.done_by(world.approver, at=MONDAY).items] == [reference]


def test_an_acceptance_is_recalled_by_its_author_while_nobody_has_acted(world: World) -> None:
    reference = accepted(world)
    case = seen(world, reference).line.id
    with pytest.raises(cases.CannotRecall):
        cases.recall(actor=world.approver, case=case, reason="不是我受理的", at=MONDAY)
    cases.recall(actor=world.clerk, case=case, reason="受理有误", at=MONDAY)
    view = seen(world, reference)
    assert (view.line.state, view.promised_due) == (CaseState.RECEIVED, None)
    assert cases.waiting_tasks(world.approver, at=MONDAY) == 0
    handle(world.clerk, reference, Decision.ACCEPT, at=MONDAY + DAY)
    assert seen(world, reference).promised_due == date(2026, 11, 27)
    handle(world.approver, reference, Decision.GRANT, at=MONDAY + DAY)
    with pytest.raises(cases.CannotRecall):
        cases.recall(actor=world.clerk, case=case, reason="太晚了", at=MONDAY + DAY)


def test_a_case_goes_only_to_an_office_that_handles_the_item(world: World) -> None:
    other = builders.an_organisation(name="另一民政局")
    reference = accepted(world)
    case = seen(world, reference).line.id
    with pytest.raises(cases.NotCompetent):
        cases.transfer(actor=world.approver, case=case, to=other, reason="属于邻县", at=MONDAY)
    elsewhere = world.stranger.organisation
    assert elsewhere is not None
    publish(world, joined=False, elsewhere=elsewhere)
    with pytest.raises(cases.CaseChanged):
        cases.transfer(actor=world.approver, case=case, to=elsewhere, reason="属于邻县", at=MONDAY, revision=0)
    cases.transfer(actor=world.approver, case=case, to=elsewhere, reason="属于邻县", at=MONDAY)
    drain()
    assert mailbox(world.citizen).items[0].title.zh.startswith("办件已移送有权办理的机关")
    assert cases.waiting_tasks(world.approver, at=MONDAY) == 0
    neighbour = official(elsewhere, "deciding", "330107")
    handle(neighbour, reference, Decision.GRANT)
    assert seen(world, reference).line.state is CaseState.GRANTED


def publish(world: World, *, joined: bool, any_one: bool = False, elsewhere: object = None) -> None:
    """Publish the item with a second office, or with the opinion of another department."""
    catalogue = items.read_catalogue(ROOT / "provinces/demo/items")
    by_code = {item.code: item for item in catalogue.items}
    first, second = by_code[ITEM], by_code[LICENCE]
    if joined:
        joins = (first.department_key, second.department_key)
        first = replace(first, process="joint_review", joins=joins, any_one=any_one)
    responsibility = Responsibility(subject=builders.SYSTEM.subject)
    items.publish_catalogue(
        items.Catalogue(items=(first, second), bundles=()), responsibility=responsibility, at=builders.NOW
    )
    bureau, other = world.approver.organisation, elsewhere or builders.an_organisation(name="卫生健康局")
    entries = [
        items.ImplementationEntry(
            item=code, region=region, organisation=organisation, organisation_code=body,  # type: ignore[arg-type]
            organisation_name=items.Words("局", "Bureau"), window=items.Words("窗口", "Window"),
        )
        for code, region, organisation, body in (
            (ITEM, "330106", bureau, "11330106MB0000001X"),
            (LICENCE, "330106", bureau if elsewhere else other, "11330106MB0000002X"),
            (ITEM, "330107", other, "11330107MB0000003X"),
        )
    ]  # fmt: skip
    items.publish_implementations(entries, responsibility=responsibility, at=builders.NOW)
    world.head = replace(world.head, organisation_path="")
    world.stranger = official(other, "heading", "330106") if joined else world.stranger  # type: ignore[arg-type]


@pytest.mark.parametrize("any_one", [False, True], ids=["all must speak", "one is enough"])
def test_departments_countersign_before_the_decision(world: World, *, any_one: bool) -> None:
    publish(world, joined=True, any_one=any_one)
    reference = accepted(world)
    assert Stage.objects.filter(kind="opine", closed_at=None).count() == 2
    assert cases.waiting_tasks(world.approver, at=MONDAY) == 0
    handle(world.head, reference, Decision.AGREE)
    assert cases.waiting_tasks(world.approver, at=MONDAY) == int(any_one)
    if not any_one:
        with pytest.raises(cases.ReasonMissing):
            handle(world.stranger, reference, Decision.DISAGREE)
        handle(world.stranger, reference, Decision.DISAGREE, reason="消防通道不符合要求")
    handle(world.approver, reference, Decision.GRANT)
    assert seen(world, reference).line.state is CaseState.GRANTED


def test_a_late_stage_is_escalated_once_and_its_supervisors_are_told(world: World) -> None:
    reference = accepted(world)
    late = datetime(2026, 11, 27, 1, tzinfo=UTC)
    assert cases.escalate_late(late - DAY) == 0
    assert (cases.escalate_late(late), cases.escalate_late(late)) == (1, 0)
    drain()
    assert [message.title.zh for message in mailbox(world.head).items] == ["督办：老年人优待证办理超期"]
    assert cases.watched(world.head, at=late) == 1
    assert [line.light for line in cases.watched_by(world.head, at=late).items] == [cases.DeadlineLight.RED]
    assert seen(world, reference).line.state is CaseState.ACCEPTED


def test_a_concluded_case_is_archived_with_the_digest_of_its_dossier(world: World) -> None:
    reference = accepted(world)
    case = seen(world, reference).line.id
    with pytest.raises(cases.NotInProgress):
        cases.archive(actor=builders.SYSTEM, case=case, at=MONDAY)
    handle(world.approver, reference, Decision.GRANT)
    assert cases.archive_due(MONDAY + timedelta(days=30)) == 0
    assert cases.archive_due(MONDAY + timedelta(days=31)) == 1
    row = Case.objects.get(pk=case)
    assert row.archive_digest.startswith("sm3:")
    assert cases.archive(actor=builders.SYSTEM, case=case, at=MONDAY + timedelta(days=40)) == row.archive_digest


def test_a_case_taken_in_elsewhere_is_accepted_there_and_decided_at_its_own_office(world: World) -> None:
    """通办: the clerk of another county takes the application in; only the competent office decides."""
    person = world.citizen.subject
    clerk = replace(world.stranger, on_behalf_of=person, on_behalf_of_kind=world.citizen.kind, assistance=new_id())
    reference = cases.receive(actor=clerk, case=new_id(), item=ITEM, form=FORM, at=MONDAY)
    assert (cases.waiting_tasks(world.clerk, at=MONDAY), cases.waiting_tasks(world.stranger, at=MONDAY)) == (0, 1)
    handle(world.stranger, reference, Decision.ACCEPT)
    with pytest.raises((NotAllowed, cases.CaseUnknown)):
        cases.decide(
            actor=world.stranger, case=seen(world, reference).line.id, task=number(world, reference), reason="",
            decision=Decision.GRANT, at=MONDAY,
        )  # fmt: skip
    handle(world.approver, reference, Decision.GRANT)
    assert seen(world, reference).line.state is CaseState.GRANTED


def test_every_act_on_a_case_is_in_the_ledger_with_its_clause(world: World) -> None:
    reference = accepted(world)
    case = seen(world, reference).line.id
    cases.begin_procedure(
        actor=world.approver, case=case, procedure=Procedure.HEARING, days=3, reason="听证", at=MONDAY
    )
    cases.end_procedure(actor=world.approver, case=case, at=MONDAY)
    recorded = [found.act for found in acts_on("process.case", str(case)).items]
    clauses = {act.business.command: act.authority.clause for act in recorded}
    assert clauses["process.case.begin_procedure"] == "行政许可法§45"
    assert clauses["process.case.accept"] == "行政许可法§32"

"""The life of a case: received, corrected, accepted by decision or by silence, decided, withdrawn; and by whom."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from zhengtong.kernel.calendar.api import WorkingCalendar, shipped_notices
from zhengtong.kernel.errors import NotAllowed
from zhengtong.kernel.events.api import drain
from zhengtong.kernel.ids import new_id
from zhengtong.process.cases import api as cases
from zhengtong.process.cases import law
from zhengtong.process.cases.api import CaseState, Decision
from zhengtong.process.cases.models import Stage
from zhengtong.process.cases.tests.builders import DAY, FORM, ITEM, MONDAY, World, a_world, apply, handle, seen
from zhengtong.process.store import api as store
from zhengtong.trust.delivery.api import mailbox
from zhengtong.trust.identity.contracts import Actor, AssuranceLevel, SubjectKind
from zhengtong.trust.identity.refusals import AssuranceTooLow
from zhengtong.trust.identity.tests import builders
from zhengtong.trust.ledger.api import acts_on, looks_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return a_world()


def test_an_application_is_received_accepted_and_granted(world: World) -> None:
    reference = apply(world)
    assert seen(world, reference).line.state is CaseState.RECEIVED
    handle(world.clerk, reference, Decision.ACCEPT)
    view = seen(world, reference)
    assert (view.line.state, view.promised_due, view.statutory_due) == (
        CaseState.ACCEPTED,
        date(2026, 11, 26),
        date(2026, 12, 21),
    )
    handle(world.approver, reference, Decision.GRANT, at=MONDAY + DAY)
    view = seen(world, reference)
    assert (view.line.state, view.task) == (CaseState.GRANTED, None)
    assert [str(moment.title) for moment in view.timeline] == ["申请已提交，收件成功", "予以受理", "准予"]
    assert not Stage.objects.filter(closed_at=None).exists()


def test_the_applicant_is_told_of_every_turn(world: World) -> None:
    reference = apply(world)
    handle(world.clerk, reference, Decision.ACCEPT)
    handle(world.approver, reference, Decision.GRANT)
    drain()
    titles = [message.title.zh for message in mailbox(world.citizen).items]
    assert titles == ["办件已办结：老年人优待证办理", "申请已受理：老年人优待证办理", "申请已收到：老年人优待证办理"]


def test_a_correction_goes_back_once_and_the_notice_period_begins_anew(world: World) -> None:
    reference = apply(world)
    handle(world.clerk, reference, Decision.RETURN, reason="缺少近期照片")
    view = seen(world, reference)
    assert view.line.state is CaseState.CORRECTION
    assert view.timeline[-1].reason == "缺少近期照片"
    supplied = {**FORM, "照片": "已补"}
    cases.supplement(actor=world.citizen, case=view.line.id, form=supplied, at=MONDAY + 2 * DAY)
    view = seen(world, reference)
    assert (view.line.state, view.form, view.line.due_on) == (CaseState.RECEIVED, supplied, date(2026, 12, 2))
    with pytest.raises(cases.NothingToSupplement):
        cases.supplement(actor=world.citizen, case=view.line.id, form=FORM, at=MONDAY + 2 * DAY)


def test_silence_for_five_working_days_is_acceptance(world: World) -> None:
    """行政许可法 §32(1)(4): who is not told in time what is missing counts as accepted."""
    reference = apply(world)
    last_moment = datetime(2026, 11, 30, 15, 59, tzinfo=UTC)
    assert store.fire_due_timers(last_moment) == 0
    assert store.fire_due_timers(last_moment + timedelta(minutes=1)) == 1
    view = seen(world, reference)
    assert view.line.state is CaseState.ACCEPTED
    assert str(view.timeline[-1].title) == "逾期未告知，自收到之日起视为受理"
    handle(world.approver, reference, Decision.GRANT, at=last_moment + DAY)
    assert seen(world, reference).line.state is CaseState.GRANTED


def test_a_decision_against_the_applicant_needs_its_reason(world: World) -> None:
    reference = apply(world)
    for decision in (Decision.RETURN, Decision.REFUSE):
        with pytest.raises(cases.ReasonMissing):
            handle(world.clerk, reference, decision, reason="  ")
    assert seen(world, reference).line.state is CaseState.RECEIVED
    assert not Stage.objects.exclude(decision="").exists()
    handle(world.clerk, reference, Decision.REFUSE, reason="不属于本机关职权范围")
    assert seen(world, reference).line.state is CaseState.NOT_ACCEPTED


def test_who_accepts_may_not_decide_and_another_county_sees_nothing(world: World) -> None:
    reference = apply(world)
    view = cases.open_dossier(actor=world.clerk, reference=reference, at=MONDAY)
    assert view.task is not None
    with pytest.raises(NotAllowed):
        cases.decide(
            actor=world.clerk, case=view.line.id, task=view.task.number, decision=Decision.GRANT, reason="", at=MONDAY
        )
    with pytest.raises(cases.CaseUnknown):
        cases.open_dossier(actor=world.stranger, reference=reference, at=MONDAY)
    with pytest.raises(NotAllowed):
        cases.decide(
            actor=world.stranger, case=view.line.id, task=view.task.number, decision=Decision.ACCEPT, reason="",
            at=MONDAY,
        )  # fmt: skip
    assert [len(cases.tasks_of(actor, at=MONDAY).items) for actor in (world.clerk, world.approver, world.stranger)] == [
        1,
        0,
        0,
    ]
    assert seen(world, reference).line.state is CaseState.RECEIVED


def test_a_decision_on_a_case_that_changed_meanwhile_is_refused(world: World) -> None:
    reference = apply(world)
    read = cases.open_dossier(actor=world.clerk, reference=reference, at=MONDAY)
    assert read.task is not None
    cases.delegate(actor=world.clerk, case=read.line.id, task=read.task.number, to=world.clerk.subject, at=MONDAY)
    again: dict[str, Any] = {
        "actor": world.clerk,
        "case": read.line.id,
        "task": read.task.number,
        "decision": Decision.ACCEPT,
    }
    with pytest.raises(cases.CaseChanged):
        cases.decide(**again, reason="", at=MONDAY, revision=read.revision)
    view = cases.open_dossier(actor=world.clerk, reference=reference, at=MONDAY)
    assert view.line.state is CaseState.RECEIVED
    assert "process.case.accept" not in {
        one.act.business.command for one in acts_on("process.case", str(read.line.id)).items
    }
    cases.decide(**again, reason="", at=MONDAY, revision=view.revision)
    assert seen(world, reference).line.state is CaseState.ACCEPTED


def test_a_period_that_runs_out_makes_what_was_read_old(world: World) -> None:
    reference = apply(world)
    before = seen(world, reference).revision
    store.fire_due_timers(MONDAY + 30 * DAY)
    assert seen(world, reference).revision > before


def test_the_applicant_is_told_of_what_they_handed_in_and_where_the_case_went(world: World) -> None:
    reference = apply(world)
    view = seen(world, reference)
    handle(world.clerk, reference, Decision.RETURN, reason="缺照片")
    stale: dict[str, Any] = {"actor": world.citizen, "case": view.line.id, "form": FORM, "at": MONDAY}
    with pytest.raises(cases.CaseChanged):
        cases.supplement(**stale, revision=view.revision)
    assert seen(world, reference).line.state is CaseState.CORRECTION
    cases.supplement(**stale, revision=seen(world, reference).revision)
    handle(world.clerk, reference, Decision.ACCEPT)
    cases.recall(actor=world.clerk, case=view.line.id, reason="受理有误", at=MONDAY)
    drain()
    titles = [message.title.zh.partition("：")[0] for message in mailbox(world.citizen).items]
    assert titles == ["受理意见已收回，重新审查", "申请已受理", "补正材料已收到", "申请需要补正", "申请已收到"]


def test_two_officials_on_one_task_make_one_decision(world: World) -> None:
    reference = apply(world)
    view = cases.open_dossier(actor=world.clerk, reference=reference, at=MONDAY)
    assert view.task is not None
    handle(world.clerk, reference, Decision.ACCEPT)
    with pytest.raises(cases.AlreadyHandled):
        cases.decide(
            actor=world.clerk, case=view.line.id, task=view.task.number, decision=Decision.REFUSE, reason="晚了",
            at=MONDAY,
        )  # fmt: skip
    assert Stage.objects.exclude(decision="").count() == 1


def test_sending_the_form_twice_makes_one_case(world: World) -> None:
    case = new_id()
    first = cases.receive(actor=world.citizen, case=case, item=ITEM, form=FORM, at=MONDAY)
    again = cases.receive(actor=world.citizen, case=case, item=ITEM, form=FORM, at=MONDAY + DAY)
    assert first == again
    assert len(cases.cases_of(world.citizen, at=MONDAY).items) == 1


def test_a_withdrawn_case_is_closed_to_everybody(world: World) -> None:
    reference = apply(world)
    case = seen(world, reference).line.id
    cases.withdraw(actor=world.citizen, case=case, at=MONDAY)
    cases.withdraw(actor=world.citizen, case=case, at=MONDAY)
    assert seen(world, reference).line.state is CaseState.WITHDRAWN
    assert cases.waiting_tasks(world.clerk, at=MONDAY) == 0
    assert len(acts_on("process.case", str(case)).items) == 2


def test_a_neighbour_cannot_read_or_touch_a_case(world: World) -> None:
    reference = apply(world)
    case = seen(world, reference).line.id
    neighbour = Actor(subject=builders.a_person("李四"), kind=SubjectKind.NATURAL, assurance=AssuranceLevel.SUBSTANTIAL)
    with pytest.raises(cases.CaseUnknown):
        cases.own_case(neighbour, reference, at=MONDAY)
    with pytest.raises(cases.CaseUnknown):
        cases.withdraw(actor=neighbour, case=case, at=MONDAY)


def test_without_a_proved_real_name_nothing_is_received(world: World) -> None:
    unproved = Actor(subject=world.citizen.subject, kind=SubjectKind.NATURAL, assurance=AssuranceLevel.LOW)
    with pytest.raises(AssuranceTooLow):
        cases.receive(actor=unproved, case=new_id(), item=ITEM, form=FORM, at=MONDAY)
    assert not cases.cases_of(world.citizen, at=MONDAY).items


def test_an_item_that_needs_a_visit_is_not_applied_for_online(world: World) -> None:
    with pytest.raises(cases.NotOnline):
        cases.receive(actor=world.citizen, case=new_id(), item="902001000000", form=FORM, at=MONDAY)


def test_the_citizen_sees_who_opened_the_dossier_and_why(world: World) -> None:
    reference = apply(world)
    cases.open_dossier(actor=world.clerk, reference=reference, at=MONDAY)
    (look,) = looks_at(world.citizen.subject).items
    assert (look.subject, str(look.purpose_title)) == (world.clerk.subject, "办理您的申请")


def test_what_the_applicant_wrote_lies_sealed_in_the_table(world: World) -> None:
    apply(world)
    with connection.cursor() as cursor:
        cursor.execute("SELECT form FROM cases_case")
        (stored,) = cursor.fetchone()
    assert b"13800000000" not in bytes(stored)


def test_the_inbox_sorts_by_the_day_due(world: World) -> None:
    later = apply(world, at=MONDAY + DAY)
    first = apply(world, at=MONDAY)
    page = cases.tasks_of(world.clerk, at=MONDAY, limit=1)
    assert [line.reference for line in page.items] == [first]
    following = cases.tasks_of(world.clerk, at=MONDAY, after=page.after, limit=1)
    assert [line.reference for line in following.items] == [later]


@pytest.mark.parametrize(
    ("today", "light"),
    [
        (date(2026, 9, 30), cases.DeadlineLight.GREEN),
        (date(2026, 10, 8), cases.DeadlineLight.YELLOW),
        (date(2026, 10, 9), cases.DeadlineLight.YELLOW),
        (date(2026, 10, 10), cases.DeadlineLight.RED),
    ],
)
def test_a_late_case_turns_red_after_the_due_day(today: date, light: cases.DeadlineLight) -> None:
    calendar = WorkingCalendar(shipped_notices())
    due = law.acceptance_due(date(2026, 9, 24), calendar).on
    assert due == date(2026, 10, 9)
    assert law.light(today, due, calendar) is light

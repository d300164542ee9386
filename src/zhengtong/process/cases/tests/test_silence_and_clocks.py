"""What a second reckoning of the law brought to light: silence counts from receipt, and no desk hides what is late."""

from dataclasses import replace
from datetime import date

import pytest

from zhengtong.kernel.errors import NotAllowed
from zhengtong.kernel.ids import new_id
from zhengtong.process.cases import api as cases
from zhengtong.process.cases.api import CaseState, DeadlineLight, Decision, Procedure
from zhengtong.process.cases.models import Case, Stage
from zhengtong.process.cases.tests.builders import (
    DAY,
    FORM,
    ITEM,
    MONDAY,
    World,
    a_world,
    apply,
    handle,
    official,
    seen,
)
from zhengtong.process.store import api as store
from zhengtong.trust.identity.tests import builders
from zhengtong.trust.ledger.api import acts_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return a_world()


def accepted(world: World) -> str:
    reference = apply(world)
    handle(world.clerk, reference, Decision.ACCEPT)
    return reference


def test_silence_is_acceptance_from_the_day_the_papers_came(world: World) -> None:
    """行政许可法 §32(1)(4): 自收到申请材料之日起即为受理; and the Act names that clause."""
    reference = apply(world)
    handle(world.clerk, reference, Decision.RETURN, reason="缺照片")
    case = seen(world, reference).line.id
    cases.supplement(actor=world.citizen, case=case, form=FORM, at=MONDAY + 2 * DAY)
    store.fire_due_timers(MONDAY + 30 * DAY)
    row = Case.objects.get(pk=case)
    assert (row.accepted_on, row.promised_due) == (date(2026, 11, 25), date(2026, 11, 30))
    (act,) = [
        one.act for one in acts_on("process.case", str(case)).items if one.act.business.command == "process.case.deem"
    ]
    assert (act.authority.clause, act.responsibility.subject) == ("行政许可法§32", builders.SYSTEM.subject)


def test_an_official_who_comes_after_the_silence_is_too_late_even_where_no_worker_ran(world: World) -> None:
    reference = apply(world)
    view = cases.open_dossier(actor=world.clerk, reference=reference, at=MONDAY)
    assert view.task is not None
    for at, state in ((MONDAY + 7 * DAY, CaseState.RECEIVED), (MONDAY + 8 * DAY, CaseState.ACCEPTED)):
        refusal = cases.ReasonMissing if state is CaseState.RECEIVED else cases.AlreadyHandled
        with pytest.raises(refusal):
            cases.decide(
                actor=world.clerk, case=view.line.id, task=view.task.number, decision=Decision.REFUSE, reason="", at=at
            )
        assert seen(world, reference).line.state is state
    assert Stage.objects.get(case=view.line.id, kind="accept").decision == Decision.DEEMED


def test_a_case_whose_clock_stands_still_has_no_light_in_any_list(world: World) -> None:
    reference = accepted(world)
    case = seen(world, reference).line.id
    cases.ask_extension(actor=world.approver, case=case, days=5, reason="案情复杂", at=MONDAY)
    cases.begin_procedure(actor=world.approver, case=case, procedure=Procedure.TEST, days=5, reason="检测", at=MONDAY)
    later = MONDAY + 20 * DAY
    pages = [
        cases.cases_of(world.citizen, at=later),
        cases.cases_at(world.approver, items=[], at=later),
        cases.tasks_of(world.approver, at=later),
        cases.tasks_of(world.head, at=later),
    ]
    assert [(line.due_on, line.light) for page in pages for line in page.items] == [(None, None)] * 4
    assert seen(world, reference, at=later).line.light is None


def test_a_procedure_that_begins_too_late_leaves_the_case_red(world: World) -> None:
    """Nobody clears an overdue case from the inbox by calling a hearing."""
    reference = accepted(world)
    case, late = seen(world, reference).line.id, MONDAY + 4 * DAY
    cases.begin_procedure(actor=world.approver, case=case, procedure=Procedure.HEARING, days=5, reason="听证", at=late)
    for page in (cases.cases_of(world.citizen, at=late), cases.tasks_of(world.approver, at=late)):
        assert [(line.due_on, line.light) for line in page.items] == [(date(2026, 11, 26), DeadlineLight.RED)]
    assert cases.escalate_late(late) == 1


def test_an_extension_after_a_broken_promise_lengthens_the_statutory_period_alone(world: World) -> None:
    """行政许可法 §42 speaks of the statutory period; what was promised and not kept stays red."""
    reference = accepted(world)
    case, late = seen(world, reference).line.id, MONDAY + 10 * DAY
    cases.ask_extension(actor=world.approver, case=case, days=10, reason="案情复杂", at=late)
    handle(world.head, reference, Decision.EXTEND, reason="同意", at=late)
    view = seen(world, reference, at=late)
    assert (view.promised_due, view.statutory_due) == (date(2026, 11, 26), date(2027, 1, 5))
    assert view.line.light is DeadlineLight.RED


def test_no_extension_is_asked_after_the_statutory_period_even_while_the_clock_stands_still(world: World) -> None:
    reference = accepted(world)
    case, late = seen(world, reference).line.id, MONDAY + 60 * DAY
    cases.begin_procedure(actor=world.approver, case=case, procedure=Procedure.HEARING, days=5, reason="听证", at=late)
    with pytest.raises(cases.ExtensionTooLong):
        cases.ask_extension(actor=world.approver, case=case, days=5, reason="案情复杂", at=late)
    assert not Stage.objects.filter(kind="extension").exists()


def test_what_lapsed_is_nobodys_work(world: World) -> None:
    reference = accepted(world)
    view = cases.open_dossier(actor=world.approver, reference=reference, at=MONDAY)
    assert view.task is not None
    colleague = official(world.approver.organisation, "deciding", "330106")  # type: ignore[arg-type]
    cases.delegate(actor=world.approver, case=view.line.id, task=view.task.number, to=colleague.subject, at=MONDAY)
    cases.withdraw(actor=world.citizen, case=view.line.id, at=MONDAY + DAY)
    assert not cases.done_by(world.approver, at=MONDAY + DAY).items
    own, office = cases.desk_figures(world.approver, since=MONDAY - DAY, at=MONDAY + DAY)
    assert (own.done, office.done) == (0, 1)


def test_a_recall_takes_back_what_the_acceptance_had_left_open(world: World) -> None:
    reference = apply(world)
    view = cases.open_dossier(actor=world.clerk, reference=reference, at=MONDAY)
    assert view.task is not None
    cases.decide(
        actor=world.clerk, case=view.line.id, task=view.task.number, decision=Decision.ACCEPT_CONDITIONALLY,
        reason="", at=MONDAY, missing=[view.evidence[0].key],
    )  # fmt: skip
    cases.recall(actor=world.clerk, case=view.line.id, reason="材料其实齐全", at=MONDAY)
    handle(world.clerk, reference, Decision.ACCEPT)
    assert seen(world, reference).missing_due is None
    handle(world.approver, reference, Decision.GRANT)
    assert seen(world, reference).line.state is CaseState.GRANTED


def test_who_accepts_no_more_takes_no_acceptance_back(world: World) -> None:
    reference = accepted(world)
    moved = replace(world.clerk, post=world.approver.post, posts=world.approver.posts, cache={})
    with pytest.raises(NotAllowed):
        cases.recall(actor=moved, case=seen(world, reference).line.id, reason="误受理", at=MONDAY)
    assert seen(world, reference).line.state is CaseState.ACCEPTED


def test_the_id_of_anothers_application_makes_no_case(world: World) -> None:
    case = new_id()
    cases.receive(actor=world.citizen, case=case, item=ITEM, form=FORM, at=MONDAY)
    neighbour = replace(world.citizen, subject=builders.a_person("李四"))
    with pytest.raises(cases.CaseUnknown):
        cases.receive(actor=neighbour, case=case, item=ITEM, form=FORM, at=MONDAY)
    assert Case.objects.get().applicant == world.citizen.subject


def test_timers_of_one_case_fire_without_those_of_others(world: World) -> None:
    first, second = (seen(world, apply(world)).line.id for _number in range(2))
    assert store.fire_due_timers_of(first, MONDAY + 30 * DAY) == 1
    assert [Case.objects.get(pk=case).state for case in (first, second)] == [CaseState.ACCEPTED, CaseState.RECEIVED]

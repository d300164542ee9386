"""Batches: only where the item says so, only in favour, each case for itself."""

from dataclasses import replace
from datetime import date

import pytest
from pytest_django import DjangoAssertNumQueries

from zhengtong.kernel.ids import new_id
from zhengtong.process.cases import api as cases
from zhengtong.process.cases.api import CaseState, Decision
from zhengtong.process.cases.tests.builders import FORM, ITEM, LICENCE, MONDAY, World, a_world, apply, handle, seen
from zhengtong.trust.ledger.api import acts_on

pytestmark = pytest.mark.django_db
KEY = cases.BatchKey(item=ITEM, version=1, task="accept")
PROVEN = cases.ServedEvidence(
    key="id_card", name="身份证", name_en="Identity card", route="licence", source="x", on=date(2026, 11, 23)
)


@pytest.fixture
def world() -> World:
    return a_world()


def proven(world: World) -> str:
    """Return a case whose evidence nobody has to check."""
    return cases.receive(actor=world.citizen, case=new_id(), item=ITEM, form=FORM, at=MONDAY, found={"id_card": PROVEN})


def chosen(world: World, key: cases.BatchKey = KEY) -> dict[int, int]:
    return {line.stage: line.revision for line in cases.batch_lines(world.clerk, key, at=MONDAY)}


def test_what_waits_is_grouped_by_item_version_and_task(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    proven(world), proven(world), apply(world)
    assert cases.waiting_tasks(world.clerk, at=MONDAY) == 3
    with django_assert_num_queries(2):
        groups = cases.batch_groups(world.clerk, at=MONDAY)
    assert [(one.key, one.count, one.decision) for one in groups] == [(KEY, 3, Decision.ACCEPT)]
    assert "模拟" in groups[0].basis.zh
    assert cases.batch_groups(world.approver, at=MONDAY) == cases.batch_groups(world.stranger, at=MONDAY) == ()
    lines = cases.batch_lines(world.clerk, KEY, at=MONDAY)
    assert [line.needs_reading for line in lines] == [False, False, True]


def test_each_case_is_decided_for_itself_and_a_second_press_decides_nothing(world: World) -> None:
    first, changed, unread = proven(world), proven(world), apply(world)
    asked = chosen(world)
    task = cases.open_dossier(actor=world.clerk, reference=changed, at=MONDAY).task
    assert task is not None
    case = seen(world, changed).line.id  # in other hands meanwhile
    cases.delegate(actor=world.clerk, case=case, task=task.number, to=world.head.subject, at=MONDAY)
    cases.take_back(actor=world.clerk, case=case, task=task.number, at=MONDAY)
    outcomes = {one.reference: one for one in cases.decide_batch(actor=world.clerk, key=KEY, chosen=asked, at=MONDAY)}
    assert [outcomes[one].decided for one in (first, changed, unread)] == [True, False, False]
    assert "有了变化" in outcomes[changed].told
    assert "逐件办理" in outcomes[unread].told
    states = [seen(world, one).line.state for one in (first, changed, unread)]
    assert states == [CaseState.ACCEPTED, CaseState.RECEIVED, CaseState.RECEIVED]
    again = cases.decide_batch(actor=world.clerk, key=KEY, chosen=asked, at=MONDAY)
    assert [one.decided for one in again] == [False, False, False]
    acts = acts_on("process.case", str(seen(world, first).line.id)).items
    accepts = [one for one in acts if one.act.business.command == "process.case.accept"]
    assert len(accepts) == 1


def test_what_the_item_does_not_allow_or_what_is_not_within_reach_is_refused(world: World) -> None:
    proven(world)
    asked = chosen(world)
    for key in (replace(KEY, item=LICENCE), replace(KEY, version=2), replace(KEY, task="opine")):
        with pytest.raises(cases.BatchNotAllowed):
            cases.decide_batch(actor=world.clerk, key=key, chosen=asked, at=MONDAY)
    for wrong in ({}, dict.fromkeys(range(1, 52), 1)):
        with pytest.raises(cases.BatchEmpty):
            cases.decide_batch(actor=world.clerk, key=KEY, chosen=wrong, at=MONDAY)
    elsewhere = cases.decide_batch(actor=world.stranger, key=KEY, chosen=asked, at=MONDAY)
    other_task = cases.decide_batch(actor=world.approver, key=replace(KEY, task="decide"), chosen=asked, at=MONDAY)
    assert [one.decided for one in (*elsewhere, *other_task)] == [False, False]


def test_a_batch_of_decisions_grants_and_never_denies(world: World) -> None:
    reference = proven(world)
    handle(world.clerk, reference, Decision.ACCEPT)
    key = replace(KEY, task="decide")
    asked = {line.stage: line.revision for line in cases.batch_lines(world.approver, key, at=MONDAY)}
    assert [one.decided for one in cases.decide_batch(actor=world.approver, key=key, chosen=asked, at=MONDAY)] == [True]
    assert seen(world, reference).line.state is CaseState.GRANTED
    assert {decision for _permission, decision in cases.UNIFORM.values()} == {Decision.ACCEPT, Decision.GRANT}

"""One thing, once: five departments, each with its own case, clock and fields; what waits, what fails, what is told."""

from dataclasses import replace
from datetime import date

import pytest

from zhengtong.kernel.events.api import drain
from zhengtong.kernel.ids import new_id
from zhengtong.process.bundles import api as bundles
from zhengtong.process.bundles.api import BundleState, PartState
from zhengtong.process.bundles.tests.builders import (
    BIRTH,
    CARD,
    HOUSEHOLD,
    INSURANCE,
    VACCINE,
    apply,
    newborn_officers,
)
from zhengtong.process.cases import api as cases
from zhengtong.process.cases.api import DeadlineLight, Decision
from zhengtong.process.cases.tests.builders import DAY, MONDAY, World, a_world, handle
from zhengtong.trust.identity.contracts import Actor

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return a_world()


@pytest.fixture
def officers(world: World) -> dict[str, Actor]:
    del world
    return newborn_officers()


def seen(world: World, reference: str) -> bundles.BundleView:
    return bundles.own_bundle(world.citizen, reference, at=MONDAY)


def states(world: World, reference: str) -> dict[str, PartState]:
    return {part.item: part.state for part in seen(world, reference).parts}


def case_of(world: World, reference: str, item: str) -> str:
    part = next(part for part in seen(world, reference).parts if part.item == item)
    assert part.case is not None
    return part.case.reference


def conclude(world: World, officers: dict[str, Actor], reference: str, item: str, decision: Decision) -> None:
    case = case_of(world, reference, item)
    handle(officers[item], case, Decision.ACCEPT)
    handle(officers[item], case, decision, reason="不符合条件" if decision is Decision.DENY else "")


def test_the_newborn_bundle_is_applied_for_once_and_every_department_grants_its_part(
    world: World, officers: dict[str, Actor]
) -> None:
    reference = apply(world)
    assert states(world, reference) == {
        BIRTH: PartState.OPEN, VACCINE: PartState.OPEN, HOUSEHOLD: PartState.WAITING,
        INSURANCE: PartState.WAITING, CARD: PartState.WAITING,
    }  # fmt: skip
    conclude(world, officers, reference, BIRTH, Decision.GRANT)
    assert states(world, reference)[HOUSEHOLD] is PartState.OPEN
    conclude(world, officers, reference, HOUSEHOLD, Decision.GRANT)
    for item in (VACCINE, INSURANCE, CARD):
        conclude(world, officers, reference, item, Decision.GRANT)
    view = seen(world, reference)
    assert (view.line.state, view.done) == (BundleState.COMPLETED, 5)
    drain()
    assert cases.not_asked_share() == 1.0


def test_the_birth_certificate_just_issued_serves_the_household_registration(
    world: World, officers: dict[str, Actor]
) -> None:
    reference = apply(world)
    conclude(world, officers, reference, BIRTH, Decision.GRANT)
    view = cases.open_dossier(actor=officers[HOUSEHOLD], reference=case_of(world, reference, HOUSEHOLD), at=MONDAY)
    routes = {piece.key: piece.route for piece in view.evidence}
    assert routes["birth_certificate"] == "licence"
    assert not any(route == "upload" for route in routes.values())


def test_each_department_sees_the_fields_of_its_own_form_and_no_other_case(
    world: World, officers: dict[str, Actor]
) -> None:
    reference = apply(world)
    view = cases.open_dossier(actor=officers[VACCINE], reference=case_of(world, reference, VACCINE), at=MONDAY)
    assert set(view.form) == {"child_name", "born_on"}
    assert set(view.prefilled) == {"home_address"}
    with pytest.raises(cases.CaseUnknown):
        cases.open_dossier(actor=officers[CARD], reference=case_of(world, reference, VACCINE), at=MONDAY)


def test_a_refused_part_blocks_what_waits_for_it_and_the_rest_is_told_as_partly_done(
    world: World, officers: dict[str, Actor]
) -> None:
    reference = apply(world)
    conclude(world, officers, reference, BIRTH, Decision.DENY)
    assert states(world, reference) == {
        BIRTH: PartState.REFUSED, VACCINE: PartState.OPEN, HOUSEHOLD: PartState.BLOCKED,
        INSURANCE: PartState.BLOCKED, CARD: PartState.BLOCKED,
    }  # fmt: skip
    conclude(world, officers, reference, VACCINE, Decision.GRANT)
    view = seen(world, reference)
    assert (view.line.state, view.done, view.concluded_at) == (BundleState.PARTLY, 1, MONDAY)


def test_sending_the_application_twice_makes_one_bundle(world: World, officers: dict[str, Actor]) -> None:
    del officers
    identifier = new_id()
    assert apply(world, identifier) == apply(world, identifier)
    assert len(bundles.bundles_of(world.citizen)) == 1
    assert len(cases.cases_of(world.citizen, at=MONDAY).items) == 2


def test_withdrawing_keeps_what_was_granted(world: World, officers: dict[str, Actor]) -> None:
    reference = apply(world)
    conclude(world, officers, reference, VACCINE, Decision.GRANT)
    bundles.withdraw(actor=world.citizen, bundle=seen(world, reference).id, at=MONDAY)
    view = seen(world, reference)
    assert (view.line.state, view.done) == (BundleState.PARTLY, 1)
    neighbour = replace(world.citizen, subject=new_id())
    with pytest.raises(bundles.BundleUnknown):
        bundles.withdraw(actor=neighbour, bundle=view.id, at=MONDAY)
    with pytest.raises(bundles.BundleUnknown):
        bundles.own_bundle(neighbour, reference, at=MONDAY)


def test_a_delayed_department_turns_yellow_and_then_red_on_the_right_working_day(
    world: World, officers: dict[str, Actor]
) -> None:
    """Each part has its own clock: vaccination is late, the others are not touched by it."""
    reference = apply(world)
    case = case_of(world, reference, VACCINE)
    handle(officers[VACCINE], case, Decision.ACCEPT)
    due = cases.own_case(world.citizen, case, at=MONDAY).promised_due
    assert due is not None
    lights = [
        cases.own_case(world.citizen, case, at=MONDAY + (day - date(2026, 11, 23))).line.light
        for day in (due, due + DAY)
    ]
    assert lights == [DeadlineLight.YELLOW, DeadlineLight.RED]


def test_the_lead_authority_sees_how_far_every_part_is_and_others_do_not(
    world: World, officers: dict[str, Actor]
) -> None:
    reference = apply(world)
    assert len(bundles.led_bundle(officers[BIRTH], reference, at=MONDAY).parts) == 5
    with pytest.raises(bundles.BundleUnknown):
        bundles.led_bundle(officers[CARD], reference, at=MONDAY)

"""The lead authority sees whom each part waits for and may remind a department once a working day, on record."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from zhengtong.process.bundles import api as bundles
from zhengtong.process.bundles.api import PartState
from zhengtong.process.bundles.tests import test_bundles
from zhengtong.process.bundles.tests.builders import BIRTH, CARD, VACCINE, apply
from zhengtong.process.bundles.tests.test_bundles import case_of, conclude, seen
from zhengtong.process.cases.api import DeadlineLight, Decision
from zhengtong.process.cases.tests.builders import DAY, MONDAY, World, handle
from zhengtong.trust.delivery.api import mailbox
from zhengtong.trust.identity.contracts import Actor
from zhengtong.trust.ledger.api import acts_by, count_acts

pytestmark = pytest.mark.django_db
world, officers = test_bundles.world, test_bundles.officers
FRIDAY, SATURDAY, NEXT_MONDAY = MONDAY + 4 * DAY, MONDAY + 5 * DAY, MONDAY + 7 * DAY


def part(lead: Actor, reference: str, item: str, at: timedelta = timedelta()) -> bundles.LedPart:
    view = bundles.led_bundle(lead, reference, at=MONDAY + at)
    return next(one for one in view.parts if one.part.item == item)


def test_every_part_names_whom_it_waits_for_and_until_when(world: World, officers: dict[str, Actor]) -> None:
    reference = apply(world)
    lead = officers[BIRTH]
    vaccine = part(lead, reference, VACCINE)
    assert vaccine.wait is not None
    assert (vaccine.wait.organisation, vaccine.wait.on_applicant) == (officers[VACCINE].organisation, False)
    assert vaccine.wait.light is DeadlineLight.GREEN
    late = part(lead, reference, VACCINE, 30 * DAY)
    assert late.wait is not None
    assert late.wait.light is DeadlineLight.RED
    assert part(lead, reference, CARD).wait is None
    handle(officers[VACCINE], case_of(world, reference, VACCINE), Decision.RETURN, reason="缺少接种记录")
    returned = part(lead, reference, VACCINE)
    assert returned.wait is not None
    assert (returned.wait.on_applicant, returned.may_nudge) == (True, False)


def test_a_department_is_reminded_once_a_working_day(world: World, officers: dict[str, Actor]) -> None:
    reference = apply(world)
    lead, bundle = officers[BIRTH], seen(world, reference).id
    bundles.nudge(actor=lead, bundle=bundle, item=VACCINE, at=FRIDAY)
    (first,) = [one for one in mailbox(officers[VACCINE]).items if one.title.zh.startswith("催办")]
    assert first.link == f"/officer/cases/{case_of(world, reference, VACCINE)}/"
    act = acts_by(lead.subject).items[0].act
    assert (act.business.command, act.business.object_id) == ("process.bundle.nudge", f"{bundle}/{VACCINE}")
    assert part(lead, reference, VACCINE, 4 * DAY).may_nudge is False
    acts = count_acts()
    for again in (FRIDAY, FRIDAY + timedelta(hours=2), SATURDAY):
        with pytest.raises(bundles.NudgedToday):
            bundles.nudge(actor=lead, bundle=bundle, item=VACCINE, at=again)
    assert count_acts() == acts
    bundles.nudge(actor=lead, bundle=bundle, item=VACCINE, at=NEXT_MONDAY)
    assert part(lead, reference, VACCINE, 7 * DAY).nudged_at == NEXT_MONDAY


def test_only_the_lead_reminds_and_only_who_keeps_others_waiting(world: World, officers: dict[str, Actor]) -> None:
    reference = apply(world)
    bundle = seen(world, reference).id
    conclude(world, officers, reference, VACCINE, Decision.GRANT)
    acts = count_acts()
    with pytest.raises(bundles.BundleUnknown):
        bundles.nudge(actor=officers[CARD], bundle=bundle, item=BIRTH, at=MONDAY)
    with pytest.raises(bundles.BundleUnknown):
        bundles.nudge(actor=officers[BIRTH], bundle=bundle, item="999999999999", at=MONDAY)
    for settled_or_waiting in (VACCINE, CARD):
        with pytest.raises(bundles.NothingToNudge):
            bundles.nudge(actor=officers[BIRTH], bundle=bundle, item=settled_or_waiting, at=MONDAY)
    assert count_acts() == acts


def test_the_list_shows_how_far_each_bundle_is_in_three_statements(
    world: World, officers: dict[str, Actor], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    lead = officers[BIRTH]
    made = [apply(world) for _ in range(3)]
    conclude(world, officers, made[0], VACCINE, Decision.GRANT)
    bundles.bundles_led_by(lead, at=MONDAY)
    with django_assert_num_queries(3):
        page = bundles.bundles_led_by(lead, at=MONDAY)
    assert {(one.line.reference, one.done, one.parts) for one in page.items} == {
        (made[0], 1, 5), (made[1], 0, 5), (made[2], 0, 5),
    }  # fmt: skip
    assert bundles.bundles_led_by(officers[CARD], at=MONDAY).items == ()
    assert bundles.bundles_led_by(lead, at=MONDAY, concluded=True).items == ()
    with django_assert_num_queries(5):
        view = bundles.led_bundle(lead, made[0], at=MONDAY)
    assert (view.count(PartState.GRANTED), view.count(PartState.WAITING)) == (1, 3)

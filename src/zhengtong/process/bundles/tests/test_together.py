"""Two at once on one bundle: a form sent twice, two departments that finish at once, a grant and a withdrawal.

On SQLite, which lets one write at a time, they follow each other; on PostgreSQL they really meet.
"""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest

from zhengtong.kernel.ids import new_id
from zhengtong.process.bundles import api as bundles
from zhengtong.process.bundles.api import BundleState, PartState
from zhengtong.process.bundles.models import BundleCase, BundlePart
from zhengtong.process.bundles.tests.builders import BIRTH, HOUSEHOLD, VACCINE, apply, newborn_officers
from zhengtong.process.cases import api as cases
from zhengtong.process.cases.api import Decision
from zhengtong.process.cases.models import Case
from zhengtong.process.cases.tests.builders import MONDAY, World, a_world, handle
from zhengtong.process.store.tests.test_together import together
from zhengtong.trust.identity.contracts import Actor

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world() -> World:
    return a_world()


@pytest.fixture
def officers(world: World) -> dict[str, Actor]:
    del world
    return newborn_officers()


def fresh(actor: Actor) -> Actor:
    """Return *actor* as another request knows them."""
    return replace(actor, cache={})


def case_of(reference: str, item: str) -> UUID:
    found = BundlePart.objects.get(bundle__reference=reference, item=item).case_id
    assert found is not None
    return found


def granting(actor: Actor, case: UUID) -> Callable[[], object]:
    view = cases.open_dossier(actor=actor, reference=cases.line_of(case, at=MONDAY).reference, at=MONDAY)
    assert view.task is not None
    task, checked = view.task.number, [piece.key for piece in view.evidence]
    return lambda: cases.decide(
        actor=fresh(actor), case=case, task=task, decision=Decision.GRANT, reason="", checked=checked, at=MONDAY
    )


def test_the_same_form_sent_twice_at_once_applies_once_and_both_are_told_the_same(
    world: World, officers: dict[str, Actor]
) -> None:
    del officers
    chosen, told = new_id(), list[str]()

    def send() -> None:
        told.append(apply(replace(world, citizen=fresh(world.citizen)), chosen))

    together(send, send, send)
    assert told == [BundleCase.objects.get().reference] * 3
    assert (BundlePart.objects.count(), Case.objects.count()) == (5, 2)


def test_the_id_of_another_applicants_bundle_is_refused(world: World, officers: dict[str, Actor]) -> None:
    del officers
    chosen = new_id()
    apply(world, chosen)
    neighbour = replace(world, citizen=replace(world.citizen, subject=new_id(), cache={}))
    with pytest.raises(bundles.BundleUnknown):
        apply(neighbour, chosen)
    assert (BundleCase.objects.count(), Case.objects.count()) == (1, 2)


def test_two_departments_that_grant_at_once_settle_both_parts_and_open_what_waited_once(
    world: World, officers: dict[str, Actor]
) -> None:
    reference = apply(world)
    found = {item: case_of(reference, item) for item in (BIRTH, VACCINE)}
    for item, case in found.items():
        handle(officers[item], cases.line_of(case, at=MONDAY).reference, Decision.ACCEPT)
    together(*(granting(officers[item], case) for item, case in found.items()))
    view = bundles.own_bundle(world.citizen, reference, at=MONDAY)
    states = {part.item: part.state for part in view.parts}
    assert (states[BIRTH], states[VACCINE], states[HOUSEHOLD]) == (PartState.GRANTED, PartState.GRANTED, PartState.OPEN)
    assert Case.objects.count() == 3


def test_a_grant_and_a_withdrawal_at_once_leave_one_outcome_of_each_part(
    world: World, officers: dict[str, Actor]
) -> None:
    reference = apply(world)
    birth = case_of(reference, BIRTH)
    handle(officers[BIRTH], cases.line_of(birth, at=MONDAY).reference, Decision.ACCEPT)
    bundle, refused = BundleCase.objects.get().pk, list[object]()
    grant = granting(officers[BIRTH], birth)

    def decide() -> None:
        try:
            grant()
        except cases.AlreadyHandled as refusal:
            refused.append(refusal)

    together(decide, lambda: bundles.withdraw(actor=fresh(world.citizen), bundle=bundle, at=MONDAY))
    view = bundles.own_bundle(world.citizen, reference, at=MONDAY)
    states = {part.item: part.state for part in view.parts}
    if refused:
        assert set(states.values()) == {PartState.WITHDRAWN}
    else:
        assert states[BIRTH] is PartState.GRANTED
        assert states[VACCINE] is PartState.WITHDRAWN
    assert (view.line.state is BundleState.OPEN) == (PartState.OPEN in states.values())

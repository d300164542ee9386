"""Leave and substitution: a colleague with the same rights handles what was given to who is away, in their place."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from zhengtong.kernel.errors import NotAllowed, Refusal
from zhengtong.kernel.events.api import drain
from zhengtong.kernel.ids import new_id
from zhengtong.process.cases import api as cases
from zhengtong.process.cases.api import CaseState, Decision
from zhengtong.process.cases.models import Leave
from zhengtong.process.cases.tests.builders import DAY, MONDAY, World, a_world, apply, handle, official, seen
from zhengtong.trust.delivery.api import mailbox
from zhengtong.trust.identity.contracts import Actor
from zhengtong.trust.ledger.api import acts_on

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 11, 24), date(2026, 11, 26)
AWAY = MONDAY + DAY


@pytest.fixture
def world() -> World:
    return a_world()


def colleague(world: World, role: str = "accepting") -> Actor:
    assert world.clerk.organisation is not None
    return official(world.clerk.organisation, role, "330106")


def at_post(actor: Actor) -> cases.AtPost:
    assert actor.post is not None
    return cases.AtPost(actor.subject, actor.post)


def go(
    away: Actor, substitute: Actor, first: date = FIRST, last: date = LAST, by: Actor | None = None,
    at: datetime = MONDAY,
) -> UUID:  # fmt: skip
    leave = new_id()
    cases.arrange(
        actor=by or away, leave=leave, away=at_post(away), substitute=at_post(substitute), first_day=first,
        last_day=last, at=at,
    )  # fmt: skip
    return leave


def given(world: World, to: Actor) -> str:
    """Return a case whose acceptance the clerk gave to *to*."""
    reference = apply(world)
    view = seen(world, reference)
    task = cases.open_dossier(actor=world.clerk, reference=reference, at=MONDAY).task
    assert task is not None
    cases.delegate(actor=world.clerk, case=view.line.id, task=task.number, to=to.subject, at=MONDAY)
    return reference


def test_the_substitute_sees_and_decides_what_was_given_to_who_is_away_and_the_record_says_in_whose_place(
    world: World,
) -> None:
    away, substitute = colleague(world), colleague(world)
    reference = given(world, away)
    go(away, substitute)
    assert cases.waiting_tasks(substitute, at=MONDAY) == 0  # tomorrow only
    assert cases.waiting_tasks(substitute, at=AWAY) == 1
    assert [line.in_place_of for line in cases.tasks_of(substitute, at=AWAY).items] == [away.subject]
    task = cases.open_dossier(actor=substitute, reference=reference, at=AWAY).task
    assert task is not None
    assert task.in_place_of == away.subject
    handle(substitute, reference, Decision.ACCEPT, at=AWAY)
    case = seen(world, reference).line
    assert case.state is CaseState.ACCEPTED
    done = next(one.act for one in acts_on("process.case", str(case.id)).items if "accept" in one.act.business.command)
    assert (done.responsibility.subject, done.responsibility.on_behalf_of) == (substitute.subject, away.subject)
    assert done.responsibility.mandate == Leave.objects.get().id
    assert [line.in_place_of for line in cases.done_by(substitute, at=AWAY).items] == [away.subject]


def test_it_ends_by_itself_and_can_be_ended_early_once(world: World) -> None:
    away, substitute = colleague(world), colleague(world)
    reference = given(world, away)
    leave = go(away, substitute)
    after = MONDAY + 4 * DAY
    assert [cases.waiting_tasks(substitute, at=MONDAY + days * DAY) for days in range(5)] == [0, 1, 1, 1, 0]
    with pytest.raises(cases.AssignedElsewhere):
        handle(substitute, reference, Decision.ACCEPT, at=after)
    for _press in range(2):
        cases.end_early(actor=away, leave=leave, at=AWAY)
    assert cases.waiting_tasks(substitute, at=AWAY) == 0
    assert len(acts_on("process.leave", str(leave)).items) == 2
    found = cases.leaves_of(away, at=AWAY).items[0]
    assert (found.ended_early, found.over, found.may_end) == (True, True, False)
    with pytest.raises(cases.LeaveUnknown):
        cases.end_early(actor=substitute, leave=leave, at=AWAY)


def test_what_does_not_fit_is_refused_and_leaves_nothing(world: World) -> None:
    away, second, third = colleague(world), colleague(world), colleague(world)
    refused: list[tuple[type[Refusal], tuple[object, ...]]] = [
        (cases.SubstituteIsSelf, (away, away)),
        (cases.SubstituteUnfit, (away, world.approver)),
        (cases.SubstituteUnfit, (away, world.stranger)),
        (cases.LeavePeriodUnfit, (away, second, LAST, FIRST)),
        (cases.LeavePeriodUnfit, (away, second, FIRST - timedelta(days=2), LAST)),
        (cases.LeavePeriodUnfit, (away, second, FIRST, FIRST + timedelta(days=366))),
        (NotAllowed, (away, second, FIRST, LAST, world.clerk)),
    ]
    for refusal, asked in refused:
        with pytest.raises(refusal):
            go(*asked)  # type: ignore[arg-type]
    assert not Leave.objects.exists()
    go(away, second)
    chained: list[tuple[type[Refusal], tuple[Actor, Actor]]] = [
        (cases.LeaveOverlaps, (away, third)),
        (cases.StandingIn, (second, third)),
        (cases.SubstituteAway, (third, away)),
    ]
    for refusal, (who, by_whom) in chained:
        with pytest.raises(refusal):
            go(who, by_whom, LAST, LAST + timedelta(days=3))
    go(second, third, LAST + timedelta(days=1), LAST + timedelta(days=3))
    assert Leave.objects.count() == 2


def test_sending_the_form_twice_makes_one_leave_and_both_are_told(world: World) -> None:
    away, substitute, leave = colleague(world), colleague(world), new_id()
    for _press in range(2):
        cases.arrange(
            actor=away, leave=leave, away=at_post(away), substitute=at_post(substitute), first_day=FIRST,
            last_day=LAST, at=MONDAY,
        )  # fmt: skip
    drain()
    assert [message.title.zh for message in mailbox(away).items] == ["请假已登记"]
    assert [message.title.zh for message in mailbox(substitute).items] == ["请您代班"]
    cases.end_early(actor=away, leave=leave, at=AWAY)
    drain()
    assert mailbox(substitute).items[0].title.zh == "代班已提前结束"


def test_a_leader_arranges_for_the_own_organisation_and_opens_no_case_by_it(world: World) -> None:
    away, substitute = colleague(world), colleague(world)
    assert world.clerk.organisation is not None
    leader = official(world.clerk.organisation, "arranging", "330106", cases.DeskPermission)
    leave = go(away, substitute, by=leader)
    assert [one.may_end for one in cases.leaves_of(leader, at=MONDAY).items] == [True]
    assert cases.leaves_of(world.stranger, at=MONDAY).items == ()
    with pytest.raises(cases.CaseUnknown):
        cases.open_dossier(actor=leader, reference=apply(world), at=MONDAY)
    cases.end_early(actor=leader, leave=leave, at=MONDAY)
    assert [one.over for one in cases.leaves_of(leader, at=MONDAY).items] == [True]


def test_who_reviewed_a_case_does_not_decide_it_in_a_colleagues_place(world: World) -> None:
    """Two reviews by two officials: the substitute accepted, the absent colleague was to decide."""
    assert world.clerk.organisation is not None
    both = {cases.Permission.ACCEPT, cases.Permission.DECIDE}
    away = official(world.clerk.organisation, "handling", "330106", both)
    reviewer, other = (official(world.clerk.organisation, "handling", "330106") for _ in range(2))
    reference = apply(world)
    handle(reviewer, reference, Decision.ACCEPT)
    view = cases.open_dossier(actor=other, reference=reference, at=MONDAY)
    assert view.task is not None
    cases.delegate(actor=other, case=view.line.id, task=view.task.number, to=away.subject, at=MONDAY)
    leave = go(away, reviewer)
    with pytest.raises(cases.DutiesMeet) as refused:
        handle(reviewer, reference, Decision.GRANT, at=AWAY)
    assert "予以受理" in refused.value.explanation
    assert seen(world, reference).line.state is CaseState.ACCEPTED
    cases.end_early(actor=away, leave=leave, at=AWAY)
    go(away, other, at=AWAY)
    handle(other, reference, Decision.GRANT, at=AWAY)
    assert seen(world, reference).line.state is CaseState.GRANTED

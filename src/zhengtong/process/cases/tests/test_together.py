"""Two at once on one case: one decision, one Act, one event, whoever clicks how often.

On SQLite, which lets one write at a time, they follow each other; on PostgreSQL they really meet.
"""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest

from zhengtong.kernel.errors import Refusal
from zhengtong.kernel.events.models import OutboxEvent
from zhengtong.kernel.ids import new_id
from zhengtong.process.cases import api as cases
from zhengtong.process.cases.api import CaseState, Decision
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
from zhengtong.process.store.tests.test_together import together
from zhengtong.trust.identity.contracts import Actor
from zhengtong.trust.ledger.api import acts_on

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world() -> World:
    return a_world()


def fresh(actor: Actor) -> Actor:
    """Return *actor* as another request knows them."""
    return replace(actor, cache={})


class Answers(list[object]):
    """What each of those who acted at once was answered: None where it was done, else the kind of refusal."""

    def of(self, act: Callable[[], object]) -> Callable[[], None]:
        def tried() -> None:
            try:
                act()
            except Refusal as refusal:
                self.append(type(refusal))
            else:
                self.append(None)

        return tried


def deciding(actor: Actor, reference: str, decision: Decision) -> Callable[[], object]:
    view = cases.open_dossier(actor=actor, reference=reference, at=MONDAY)
    assert view.task is not None
    task, checked = view.task.number, [piece.key for piece in view.evidence]
    reason = "材料不实" if decision.needs_reason else ""
    return lambda: cases.decide(
        actor=fresh(actor), case=view.line.id, task=task, decision=decision, reason=reason, checked=checked, at=MONDAY
    )


def acts(case: UUID, *verbs: str) -> list[str]:
    wanted = {f"process.case.{verb}" for verb in verbs}
    commands = [one.act.business.command for one in acts_on("process.case", str(case)).items]
    return [command for command in commands if command in wanted]


def test_of_two_officers_who_decide_the_same_task_at_once_one_decides(world: World) -> None:
    reference = apply(world)
    handle(world.clerk, reference, Decision.ACCEPT)
    assert world.approver.organisation is not None
    colleague = official(world.approver.organisation, "deciding", "330106")
    case, answers = seen(world, reference).line.id, Answers()
    together(
        answers.of(deciding(world.approver, reference, Decision.GRANT)),
        answers.of(deciding(colleague, reference, Decision.DENY)),
    )
    assert sorted(answers, key=str) == [cases.AlreadyHandled, None] or sorted(answers, key=str) == [
        None, cases.AlreadyHandled,
    ]  # fmt: skip
    decided = Stage.objects.get(case=case, kind="decide")
    granted = Case.objects.get(pk=case).state == CaseState.GRANTED
    assert (decided.decision, decided.official) == (
        (Decision.GRANT, world.approver.subject) if granted else (Decision.DENY, colleague.subject)
    )
    assert acts(case, "grant", "deny") == [f"process.case.{decided.decision}"]
    assert OutboxEvent.objects.filter(type="process.case.concluded.v1", subject=str(case)).count() == 1


def test_a_decision_clicked_five_times_at_once_is_taken_once(world: World) -> None:
    reference = apply(world)
    case, answers = seen(world, reference).line.id, Answers()
    together(*(answers.of(deciding(world.clerk, reference, Decision.ACCEPT)) for _click in range(5)))
    assert sorted(answers, key=str) == sorted([None, *[cases.AlreadyHandled] * 4], key=str)
    assert acts(case, "accept") == ["process.case.accept"]
    assert Stage.objects.filter(case=case, kind="decide", closed_at=None).count() == 1


def test_a_form_sent_again_after_the_connection_was_lost_finds_the_case_it_made(world: World) -> None:
    chosen, told = new_id(), list[str]()

    def send() -> None:
        told.append(cases.receive(actor=fresh(world.citizen), case=chosen, item=ITEM, form=FORM, at=MONDAY))

    together(send, send, send)
    send()
    assert told == [Case.objects.get().reference] * 4
    assert acts(chosen, "receive") == ["process.case.receive"]


def test_silence_fired_by_two_workers_while_an_officer_accepts_is_one_acceptance(world: World) -> None:
    reference = apply(world)
    case, answers = seen(world, reference).line.id, Answers()
    late = MONDAY + 30 * DAY
    together(
        lambda: store.fire_due_timers(late),
        lambda: store.fire_due_timers(late),
        answers.of(deciding(world.clerk, reference, Decision.ACCEPT)),
    )
    assert seen(world, reference, at=late).line.state is CaseState.ACCEPTED
    assert len(acts(case, "accept", "deem")) == 1
    assert answers == ([None] if acts(case, "accept") else [cases.AlreadyHandled])
    assert Stage.objects.filter(case=case, kind="decide", closed_at=None).count() == 1

"""Department checks: the department that keeps a fact answers, its answer becomes the evidence's source."""

from datetime import date

import pytest

from zhengtong.kernel.errors import NotAllowed
from zhengtong.process.cases import api as cases
from zhengtong.process.cases.api import CaseState, CheckAnswer, Decision
from zhengtong.process.cases.models import Case, EvidenceCheck
from zhengtong.process.cases.tests.builders import DAY, MONDAY, World, a_world, apply, handle, official, seen
from zhengtong.trust.delivery.api import mailbox
from zhengtong.trust.identity.contracts import Actor
from zhengtong.trust.ledger.api import acts_on, looks_at

pytestmark = pytest.mark.django_db
TO, WHAT = "civil_affairs", "证件是否有效"


@pytest.fixture
def world() -> World:
    return a_world()


def keeper(world: World) -> Actor:
    assert world.clerk.organisation is not None
    return official(world.clerk.organisation, "checking", "330106", {cases.DeskPermission.ANSWER_CHECKS})


def ask(world: World, reference: str, **facts: object) -> object:
    asked = {"evidence_key": "id_card", "department": TO, "question": WHAT, "actor": world.clerk} | facts
    case = seen(world, reference).line.id
    return cases.ask_check(case=case, at=MONDAY, **asked)  # type: ignore[arg-type]


def answer(actor: Actor, check: object, said: CheckAnswer, reason: str = "") -> None:
    cases.answer_check(actor=actor, check=check, answer=said, reason=reason, at=MONDAY + DAY)  # type: ignore[arg-type]


def test_a_confirmed_check_is_the_source_of_the_evidence_and_nothing_is_left_to_check(world: World) -> None:
    keeps, reference = keeper(world), apply(world)
    check = ask(world, reference)
    assert seen(world, reference).evidence[0].checked == "asked"
    assert [message.title.zh for message in mailbox(keeps).items] == ["请核验材料"]
    waiting = cases.checks_to_answer(keeps, at=MONDAY).items
    assert [(one.id, one.due_on) for one in waiting] == [(check, date(2026, 11, 26))]
    view = cases.open_check(actor=keeps, check=check, at=MONDAY)  # type: ignore[arg-type]
    assert (view.question, view.may_answer) == (WHAT, True)
    assert cases.CHECKING in {look.purpose for look in looks_at(world.citizen.subject).items}
    answer(keeps, check, CheckAnswer.CONFIRMED)
    piece = seen(world, reference).evidence[0]
    assert (piece.route, piece.source, piece.to_check, piece.checked) == (
        "check",
        f"民政局 {check}",
        False,
        "confirmed",
    )
    assert [message.title.zh for message in mailbox(world.clerk).items] == ["核验请求已答复"]
    handle(world.clerk, reference, Decision.ACCEPT, at=MONDAY + DAY)
    granting = cases.open_dossier(actor=world.approver, reference=reference, at=MONDAY + DAY)
    assert granting.task is not None
    cases.decide(
        actor=world.approver, case=granting.line.id, task=granting.task.number, decision=Decision.GRANT, reason="",
        at=MONDAY + DAY,
    )  # fmt: skip
    assert seen(world, reference).line.state is CaseState.GRANTED
    commands = {one.act.business.command for one in acts_on("process.case", str(granting.line.id)).items}
    assert commands >= {"process.case.ask_check", "process.case.answer_check"}


def test_what_its_keeper_did_not_confirm_nobody_else_declares_checked(world: World) -> None:
    keeps, reference = keeper(world), apply(world)
    check = ask(world, reference)
    handle(world.clerk, reference, Decision.ACCEPT)
    with pytest.raises(cases.ReasonMissing):
        answer(keeps, check, CheckAnswer.NOT_CONFIRMED)
    answer(keeps, check, CheckAnswer.NOT_CONFIRMED, "证件已注销")
    with pytest.raises(cases.CheckAnswered):
        answer(keeps, check, CheckAnswer.CONFIRMED)
    with pytest.raises(cases.EvidenceOpen):
        handle(world.approver, reference, Decision.GRANT)
    again = ask(world, reference, actor=world.approver)
    answer(keeps, again, CheckAnswer.CANNOT_SAY, "系统维护")
    handle(world.approver, reference, Decision.GRANT, at=MONDAY + DAY)  # checked another way
    assert seen(world, reference).line.state is CaseState.GRANTED


def test_what_cannot_be_asked_or_answered_is_refused_and_changes_nothing(world: World) -> None:
    keeps, reference = keeper(world), apply(world)
    before = Case.objects.get(reference=reference).revision
    for refusal, facts in (
        (NotAllowed, {"actor": world.stranger}),
        (cases.NotToCheck, {"evidence_key": "photo"}),
        (cases.KeeperMissing, {"department": "nobody"}),
        (cases.ReasonMissing, {"question": " "}),
        (cases.CaseChanged, {"revision": 99}),
    ):
        with pytest.raises(refusal):
            ask(world, reference, **facts)
    assert (Case.objects.get(reference=reference).revision, EvidenceCheck.objects.count()) == (before, 0)
    check = ask(world, reference)
    with pytest.raises(cases.CheckAsked):
        ask(world, reference)
    with pytest.raises(NotAllowed):
        answer(world.clerk, check, CheckAnswer.CONFIRMED)
    with pytest.raises(cases.CheckUnknown):
        cases.open_check(actor=world.stranger, check=check, at=MONDAY)  # type: ignore[arg-type]
    with pytest.raises(cases.CaseUnknown):
        cases.open_dossier(actor=keeps, reference=reference, at=MONDAY)
    cases.withdraw(actor=world.citizen, case=seen(world, reference).line.id, at=MONDAY)
    with pytest.raises(cases.NotInProgress):
        answer(keeps, check, CheckAnswer.CONFIRMED)
    assert cases.checks_to_answer(keeps, at=MONDAY).items == ()

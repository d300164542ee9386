"""Both twins of a seal go one way together: applied for, approved, made, filed, used, suspended, lost, cancelled."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from zhengtong.kernel.errors import NotAllowed, Refusal
from zhengtong.kernel.events.models import OutboxEvent
from zhengtong.trust.identity.contracts import Actor
from zhengtong.trust.identity.tests.builders import NOW, some_regions
from zhengtong.trust.keys.api import KeyMissing, KeyReference, signer_for
from zhengtong.trust.ledger.api import acts_on, count_acts
from zhengtong.trust.seals import api as seals
from zhengtong.trust.seals import law, outside
from zhengtong.trust.seals.contracts import (
    Acknowledgement,
    FilingRequest,
    SealExists,
    SealKind,
    SealReasonMissing,
    SealSelfApproval,
    SealState,
    SealStepNotPossible,
    SealUnknown,
)
from zhengtong.trust.seals.models import Seal
from zhengtong.trust.seals.outside import SimulatedAuthority, SimulatedRegistry
from zhengtong.trust.seals.ses.reading import read_seal
from zhengtong.trust.seals.tests.builders import (
    AT,
    Office,
    a_made_seal,
    a_seal,
    an_application,
    an_office,
    handed_out,
)
from zhengtong.trust.seals.trusted import platform_trust

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registry")]
LATER = AT + timedelta(hours=1)


@pytest.fixture
def office() -> Office:
    some_regions()
    return an_office()


def state_of(seal: UUID) -> SealState:
    return SealState(Seal.objects.get(pk=seal).state)


def world() -> tuple[object, int, int]:
    return list(Seal.objects.order_by("id").values()), count_acts(), OutboxEvent.objects.count()


def refused(kind: type[Refusal], act: Callable[[], object]) -> None:
    before = world()
    with pytest.raises(kind):
        act()
    assert world() == before


def test_a_seal_goes_the_whole_way_and_every_step_is_an_act(office: Office, registry: SimulatedRegistry) -> None:
    seal = a_seal(office)
    assert state_of(seal) is SealState.IN_FORCE
    assert registry.filed() == [(str(seal), "filed")]
    commands = [item.act.business.command for item in acts_on("trust.seal", str(seal)).items]
    assert commands == [f"trust.seals.{verb}" for verb in ("go_live", "make", "approve", "apply")]
    view = seals.seal_of(office.body)
    assert view is not None
    assert (view.name, view.filing_number, view.uses) == ("西湖区公安局", "3301060000001", 0)


def test_the_electronic_twin_says_what_the_filing_says(office: Office) -> None:
    row = Seal.objects.get(pk=a_seal(office, SealKind.CONTRACT))
    data = read_seal(bytes(row.data or b""))
    assert (data.info.number, data.info.name) == (row.reference, "西湖区公安局合同专用章")
    assert data.info.certificates == (bytes(row.certificate or b""),)
    assert (data.info.valid_until, data.info.version) == (row.valid_until, 4)


def test_before_the_acknowledgement_it_is_not_in_force(office: Office, registry: SimulatedRegistry) -> None:
    registry.answers = False
    seal = a_seal(office)
    assert (state_of(seal), seals.seal_of(office.body)) == (SealState.FILING, None)
    registry.answers = True
    handed_out(AT + law.ASK_AGAIN)
    assert state_of(seal) is SealState.IN_FORCE
    assert len(registry.filed()) == 1


def test_the_answer_may_come_by_itself_and_twice(office: Office, registry: SimulatedRegistry) -> None:
    registry.answers = False
    seal = a_seal(office)
    for number in ("3301060000009", "3301060000010"):
        seals.acknowledge(seal=seal, answer=Acknowledgement(accepted=True, number=number), at=LATER)
    assert Seal.objects.get(pk=seal).filing_number == "3301060000009"


def key_is_gone(seal: UUID) -> bool:
    row = Seal.objects.get(pk=seal)
    try:
        signer_for(KeyReference(provider=row.key_provider, key=row.key))
    except KeyMissing:
        return True
    return False


def test_a_filing_not_answered_in_time_is_given_up_and_both_twins_destroyed(
    office: Office, registry: SimulatedRegistry
) -> None:
    registry.answers = False
    seal = a_seal(office)
    handed_out(AT + law.FILING_PATIENCE)
    assert (state_of(seal), key_is_gone(seal)) == (SealState.NOT_FILED, True)
    assert registry.filed() == [(str(seal), "not_filed")]
    registry.answers = True
    handed_out(AT + law.FILING_PATIENCE + timedelta(days=1))
    assert state_of(seal) is SealState.NOT_FILED
    assert a_seal(office) != seal


def test_a_filing_refused_by_public_security_ends_with_its_reason(office: Office, registry: SimulatedRegistry) -> None:
    registry.answers = False
    seal = a_seal(office)
    seals.acknowledge(seal=seal, answer=Acknowledgement(accepted=False, reason="名称不符"), at=LATER)
    row = Seal.objects.get(pk=seal)
    assert (row.state, row.reason, row.filing_number) == ("not_filed", "名称不符", None)


class Unreachable(SimulatedRegistry):
    """A register whose line is down so many times."""

    down = 2

    def file(self, request: FilingRequest) -> Acknowledgement | None:
        answer = super().file(request)
        if self.down:
            self.down -= 1
            raise ConnectionError("no line")
        return answer


def test_a_register_that_fails_after_it_took_the_filing_is_asked_again_and_nothing_doubles(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flaky = Unreachable(tmp_path / "flaky.sqlite3")
    monkeypatch.setattr(outside, "_registries", [flaky])
    seal = a_seal(office)
    for minutes in range(1, 4):
        handed_out(AT + timedelta(minutes=minutes))
    assert state_of(seal) is SealState.IN_FORCE
    assert flaky.filed() == [(str(seal), "filed")]


def test_sending_an_application_twice_makes_one(office: Office) -> None:
    seal = an_application(office)
    before = world()
    again = seals.apply(actor=office.applicant, seal=seal, organisation=office.body, kind=SealKind.OFFICIAL, at=LATER)
    assert (world(), again) == (before, Seal.objects.get(pk=seal).reference)


def test_a_legal_name_has_one_seal_and_other_kinds_as_many_as_needed(office: Office) -> None:
    an_application(office)
    refused(SealExists, lambda: an_application(office))
    assert an_application(office, SealKind.CONTRACT) != an_application(office, SealKind.CONTRACT)


def test_whoever_applied_does_not_approve(office: Office) -> None:
    seal = an_application(office)
    refused(SealSelfApproval, lambda: seals.approve(actor=office.applicant, seal=seal, at=LATER))


def test_officials_of_another_body_may_do_nothing(office: Office) -> None:
    seal, stranger = an_application(office), an_office("另一个局").approver
    refused(NotAllowed, lambda: seals.approve(actor=stranger, seal=seal, at=LATER))
    refused(
        NotAllowed,
        lambda: seals.apply(actor=stranger, seal=uuid4(), organisation=office.body, kind=SealKind.CONTRACT, at=LATER),
    )
    assert seals.seals(stranger).items == ()
    refused(SealUnknown, lambda: seals.seal(stranger, Seal.objects.get(pk=seal).reference))


def test_a_refused_application_needs_a_reason_and_ends(office: Office) -> None:
    seal = an_application(office)
    refused(SealReasonMissing, lambda: seals.refuse(actor=office.approver, seal=seal, reason=" ", at=LATER))
    seals.refuse(actor=office.approver, seal=seal, reason="名称不是法定名称", at=LATER)
    refused(SealStepNotPossible, lambda: seals.make(actor=office.approver, seal=seal, at=LATER))
    assert an_application(office) != seal


CHANGES: list[tuple[str, Callable[..., None], SealState, bool]] = [
    ("suspend", seals.suspend, SealState.SUSPENDED, False),
    ("report_lost", seals.report_lost, SealState.LOST, True),
    ("cancel", seals.cancel, SealState.CANCELLED, True),
]


@pytest.mark.parametrize(("verb", "change", "state", "destroyed"), CHANGES)
def test_both_twins_change_together_and_public_security_hears_of_it(
    office: Office,
    registry: SimulatedRegistry,
    verb: str,
    change: Callable[..., None],
    state: SealState,
    destroyed: bool,  # noqa: FBT001 -- a parameter
) -> None:
    seal = a_seal(office)
    refused(SealReasonMissing, lambda: change(actor=office.approver, seal=seal, reason="", at=LATER))
    change(actor=office.approver, seal=seal, reason="原因", at=LATER)
    handed_out(LATER)
    assert (state_of(seal), key_is_gone(seal)) == (state, destroyed)
    assert registry.filed() == [(str(seal), state.value)]
    assert acts_on("trust.seal", str(seal)).items[0].act.business.command == f"trust.seals.{verb}"
    assert Seal.objects.get(pk=seal).filing_number == "3301060000001"


def test_a_suspended_seal_can_be_resumed_and_a_lost_one_cannot(office: Office) -> None:
    seal = a_seal(office)
    seals.suspend(actor=office.approver, seal=seal, reason="盘点", at=LATER)
    assert platform_trust(LATER).revocation.crls != platform_trust(AT - timedelta(days=1)).revocation.crls
    seals.resume(actor=office.approver, seal=seal, reason="盘点完毕", at=LATER)
    assert state_of(seal) is SealState.IN_FORCE
    seals.report_lost(actor=office.approver, seal=seal, reason="遗失", at=LATER)
    refused(SealStepNotPossible, lambda: seals.resume(actor=office.approver, seal=seal, reason="找到", at=LATER))
    seals.cancel(actor=office.approver, seal=seal, reason="遗失注销", at=LATER)
    refused(SealStepNotPossible, lambda: seals.suspend(actor=office.approver, seal=seal, reason="再停", at=LATER))


def test_a_made_seal_cannot_be_resumed_past_public_security(office: Office, registry: SimulatedRegistry) -> None:
    registry.answers = False
    seal = a_made_seal(office)
    refused(SealStepNotPossible, lambda: seals.resume(actor=office.approver, seal=seal, reason="急用", at=LATER))


def test_an_unknown_seal_is_refused(office: Office) -> None:
    actor: Actor = office.approver
    refused(SealUnknown, lambda: seals.approve(actor=actor, seal=uuid4(), at=NOW))


def test_the_kept_authority_is_the_same_the_next_time() -> None:
    first, second = SimulatedAuthority.kept(), SimulatedAuthority.kept()
    assert (first.roots, first.chain) == (second.roots, second.chain)
    assert first.maker()[0] == second.maker()[0]

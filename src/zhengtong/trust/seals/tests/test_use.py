"""A seal is used only in force, only by an approval that names its ground, and every use is counted and on record."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from zhengtong.kernel.errors import NotAllowed, Refusal
from zhengtong.kernel.events.models import OutboxEvent
from zhengtong.trust.documents.api import Form, Place
from zhengtong.trust.documents.tests.builders import permit
from zhengtong.trust.identity.tests.builders import some_regions
from zhengtong.trust.ledger.api import act, count_acts
from zhengtong.trust.seals import api as seals
from zhengtong.trust.seals.contracts import (
    DocumentNotSealable,
    SealNotInForce,
    SealUnknown,
    UseApprovalMissing,
    UseGround,
    UseGroundMissing,
    Verdict,
)
from zhengtong.trust.seals.digests import sm3
from zhengtong.trust.seals.models import Approval, Seal, SealUse
from zhengtong.trust.seals.outside import SimulatedRegistry
from zhengtong.trust.seals.tests.builders import AT, Office, a_made_seal, a_seal, a_use, an_office

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registry")]


@pytest.fixture
def office() -> Office:
    some_regions()
    return an_office()


def world() -> tuple[object, ...]:
    uses = list(SealUse.objects.values()), list(Approval.objects.values()), list(Seal.objects.values("id", "uses"))
    return (*uses, count_acts(), OutboxEvent.objects.count())


def refused(kind: type[Refusal], do: Callable[..., object], **arguments: Any) -> None:
    before = world()
    with pytest.raises(kind):
        do(**arguments)
    assert world() == before


def test_a_sealed_document_is_verified_and_every_use_is_on_record(office: Office) -> None:
    seal = a_seal(office)
    approval = a_use(office, seal, uses=2)
    signed = [
        seals.stamp(document=permit(number=str(number)), seal=seal, approval=approval, at=AT) for number in (1, 2)
    ]
    report = seals.verify(signed[0], at=AT + timedelta(minutes=1))
    assert (report.verdict, report.signatures[0].seal_name) == (Verdict.VALID, "西湖区公安局")
    uses = seals.uses_of(seal).items
    assert [use.number for use in uses] == [2, 1]
    assert [use.document for use in uses] == [sm3(one).hex() for one in reversed(signed)]
    assert seals.used_on([uses[0].document, "0" * 64]) == {uses[0].document}
    recorded = act(uses[0].act).act
    assert (recorded.authority.clause, recorded.responsibility.subject) == ("行政许可法§39", office.approver.subject)
    assert recorded.business.command == "trust.seals.use"


def test_the_approval_itself_is_an_act_of_who_answers_for_it(office: Office) -> None:
    seal = a_seal(office)
    acts = count_acts()
    granted = seals.approvals_of(seal), a_use(office, seal), seals.approvals_of(seal)
    assert (len(granted[0]), len(granted[2]), count_acts()) == (0, 1, acts + 1)


def test_a_second_seal_goes_on_a_sealed_document(office: Office) -> None:
    first, second = a_seal(office), a_seal(an_office("西湖区民政局"))
    other = an_office("西湖区卫生健康局")
    second = a_seal(other)
    once = seals.stamp(document=permit(), seal=first, approval=a_use(office, first), at=AT)
    twice = seals.stamp(
        document=once, seal=second, approval=a_use(other, second), at=AT, place=Place(page=0, x=60, y=250)
    )
    report = seals.verify(twice, at=AT)
    assert (report.verdict, [one.seal_name for one in report.signatures]) == (
        Verdict.VALID,
        ["西湖区公安局", "西湖区卫生健康局"],
    )


def test_an_approval_is_good_for_its_uses_its_seal_and_its_time(office: Office) -> None:
    seal, other = a_seal(office), an_office("另一个局")
    another = a_seal(other)
    approval = a_use(office, seal)
    facts = {"document": permit(), "seal": seal, "approval": approval, "at": AT}
    refused(UseApprovalMissing, seals.stamp, **(facts | {"seal": another}))
    refused(UseApprovalMissing, seals.stamp, **(facts | {"approval": uuid4()}))
    refused(UseApprovalMissing, seals.stamp, **(facts | {"at": AT + timedelta(days=8)}))
    seals.stamp(**facts)  # type: ignore[arg-type]
    refused(UseApprovalMissing, seals.stamp, **facts)


@pytest.mark.parametrize(
    "ground",
    [
        UseGround(clause=" ", object_type="process.case", object_id="1"),
        UseGround(clause="行政许可法§39", object_type="", object_id="1"),
        UseGround(clause="行政许可法§39", object_type="process.case", object_id=""),
    ],
)
def test_an_approval_without_its_ground_is_refused(office: Office, ground: UseGround) -> None:
    seal = a_seal(office)
    refused(UseGroundMissing, seals.approve_use, actor=office.approver, seal=seal, ground=ground, at=AT)


def test_an_approval_by_nobody_in_a_post_is_refused(office: Office) -> None:
    from dataclasses import replace

    seal = a_seal(office)
    ground = UseGround(clause="行政许可法§39", object_type="process.case", object_id="1")
    nobody = replace(office.approver, post=None)
    refused(UseGroundMissing, seals.approve_use, actor=nobody, seal=seal, ground=ground, at=AT)
    stranger = an_office("另一个局").approver
    refused(NotAllowed, seals.approve_use, actor=stranger, seal=seal, ground=ground, at=AT)
    refused(SealUnknown, seals.approve_use, actor=office.approver, seal=uuid4(), ground=ground, at=AT)


@pytest.mark.parametrize("change", [seals.suspend, seals.report_lost, seals.cancel])
def test_a_seal_that_is_not_in_force_seals_nothing(office: Office, change: Callable[..., None]) -> None:
    seal = a_seal(office)
    approval = a_use(office, seal)
    change(actor=office.approver, seal=seal, reason="原因", at=AT)
    refused(SealNotInForce, seals.stamp, document=permit(), seal=seal, approval=approval, at=AT)


def test_a_seal_that_waits_for_public_security_seals_nothing(office: Office, registry: SimulatedRegistry) -> None:
    registry.answers = False
    seal = a_made_seal(office)
    refused(SealNotInForce, a_use, office=office, seal=seal)


def test_a_seal_past_its_validity_seals_nothing(office: Office) -> None:
    seal = a_seal(office)
    late = AT + timedelta(days=6 * 365)
    refused(SealNotInForce, a_use, office=office, seal=seal, at=late)


@pytest.mark.parametrize("form", Form)
def test_what_was_sealed_before_a_loss_stays_valid_by_its_time_stamp(office: Office, form: Form) -> None:
    seal = a_seal(office)
    signed = seals.stamp(document=permit(), seal=seal, approval=a_use(office, seal), at=AT, form=form)
    seals.report_lost(actor=office.approver, seal=seal, reason="遗失", at=AT + timedelta(days=1))
    assert seals.verify(signed, at=AT + timedelta(hours=1)).verdict is Verdict.VALID
    assert seals.verify(signed, at=AT + timedelta(days=2)).verdict is Verdict.VALID
    late = seals.verify(signed, at=AT + timedelta(days=2))
    assert late.signatures[0].stamped_at == AT


def test_a_document_without_the_place_is_refused(office: Office) -> None:
    seal = a_seal(office)
    facts = {"seal": seal, "approval": a_use(office, seal), "at": AT}
    refused(DocumentNotSealable, seals.stamp, document=permit(), place="another", **facts)
    refused(DocumentNotSealable, seals.stamp, document=b"PK", form=Form.PDF, **facts)

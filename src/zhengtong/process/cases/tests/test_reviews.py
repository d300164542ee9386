"""Rating a service and verifying a receipt: once, after the end, and a bad one stays until it is answered."""

import pytest
from django.test import Client

from zhengtong.kernel.errors import NotAllowed
from zhengtong.process.cases import api as cases
from zhengtong.process.cases.api import Decision, Grade
from zhengtong.process.cases.models import ServiceReview
from zhengtong.process.cases.tests.builders import DAY, MONDAY, World, a_world, apply, handle, seen
from zhengtong.trust.delivery.api import mailbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return a_world()


def concluded(world: World) -> str:
    reference = apply(world)
    handle(world.clerk, reference, Decision.ACCEPT)
    handle(world.approver, reference, Decision.GRANT)
    return reference


def rate(world: World, reference: str, grade: Grade = Grade.VERY_DISSATISFIED) -> None:
    view = seen(world, reference)
    cases.rate(
        actor=world.citizen, about=reference, title=view.line.item_name, organisation=view.organisation,
        region=view.region, concluded=view.line.state.ended, grade=grade, text="等了太久", link="", at=MONDAY + DAY,
    )  # fmt: skip


def test_a_case_is_rated_once_and_not_before_it_ends(world: World) -> None:
    reference = apply(world)
    with pytest.raises(cases.ReviewTooEarly):
        rate(world, reference)
    handle(world.clerk, reference, Decision.REFUSE, reason="不属于本机关")
    rate(world, reference, Grade.SATISFIED)
    with pytest.raises(cases.AlreadyReviewed):
        rate(world, reference)
    assert ServiceReview.objects.get().grade == Grade.SATISFIED
    assert cases.bad_reviews(world.head) == ()


def test_a_bad_review_stays_on_the_desk_until_it_is_answered_and_the_reviewer_is_told(world: World) -> None:
    rate(world, concluded(world))
    (review,) = cases.bad_reviews(world.head)
    with pytest.raises(NotAllowed):
        cases.answer(actor=world.approver, review=review.id, text="已核实并整改", at=MONDAY + DAY)
    with pytest.raises(cases.AnswerMissing):
        cases.answer(actor=world.head, review=review.id, text=" 好 ", at=MONDAY + DAY)
    assert len(cases.bad_reviews(world.head)) == 1
    cases.answer(actor=world.head, review=review.id, text="已核实：排队系统故障，现已修复。", at=MONDAY + DAY)
    assert cases.bad_reviews(world.head) == ()
    with pytest.raises(cases.ReviewUnknown):
        cases.answer(actor=world.head, review=review.id, text="再答一次", at=MONDAY + DAY)
    assert mailbox(world.citizen).items[0].title.zh.startswith("您的评价有了答复")


def test_a_receipt_is_verified_by_its_code_and_names_nobody(world: World) -> None:
    reference = apply(world)
    code = cases.receipt_code(reference)
    receipt = cases.receipt_of(code)
    assert (receipt.reference, receipt.item_name) == (reference, "老年人优待证办理")
    for forged in (reference, code[:-1] + ("A" if code[-1] != "A" else "B"), f"{reference}:x"):
        with pytest.raises(cases.CaseUnknown):
            cases.receipt_of(forged)
    page = Client().get(f"/receipts/{code}/")
    assert page.status_code == 200
    assert "13800000000" not in page.content.decode()

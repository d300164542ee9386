"""Registering, keys, the quota, requests and feedback: each for whom it is, each on record."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from zhengtong.data.opening import api as opening
from zhengtong.data.opening.api import Access, RegistrationState
from zhengtong.data.opening.models import Registration, Use
from zhengtong.data.opening.tests.builders import NOW, SYSTEM, House, opened, wanted
from zhengtong.kernel.errors import NotAllowed
from zhengtong.kernel.ids import new_id
from zhengtong.trust.access import api as access
from zhengtong.trust.identity.contracts import Actor, Duty, SubjectKind
from zhengtong.trust.identity.tests import builders
from zhengtong.trust.ledger.api import acts_concerning

PURPOSE = "研究餐饮业的分布"


@pytest.fixture
def citizen(house: House) -> Actor:
    del house
    return Actor(subject=builders.a_person(), kind=SubjectKind.NATURAL)


@pytest.fixture
def answering(house: House) -> House:
    """Let the applicants' posts answer the public as well."""
    access.define_role(
        actor=SYSTEM, code="answering", name="答复", name_en="answering", duty=Duty.BUSINESS,
        permissions=[opening.Permission.ANSWER], at=NOW,
    )  # fmt: skip
    for actor in (house.applicant, house.healer):
        assert actor.post
        access.grant_role(actor=SYSTEM, role="answering", post_id=actor.post, region="330106", at=NOW)
    return house


def registered(actor: Actor, slug: str = "restaurants") -> opening.RegistrationView:
    return opening.register(actor=actor, slug=slug, registration=new_id(), purpose=PURPOSE, at=NOW)


def test_on_registration_a_purpose_opens_the_data_at_once(house: House, citizen: Actor) -> None:
    one = opened(house, house.applicant, wanted(access=Access.REGISTRATION))
    with pytest.raises(opening.AccessNeeded):
        opening.admit(one, key="", actor=citizen, at=NOW)
    made = registered(citizen)
    assert (made.state, made.due_on, made.daily_quota) == (RegistrationState.ACTIVE, None, 1000)
    opening.admit(one, key="", actor=citizen, at=NOW)
    assert opening.registrations_of(citizen, date(2026, 11, 20))[0].used_today == 1
    assert registered(citizen).id == made.id
    commands = [item.act.business.command for item in acts_concerning(citizen.subject).items]
    assert "data.opening.register" in commands


def test_a_purpose_that_says_nothing_registers_nobody(house: House, citizen: Actor) -> None:
    opened(house, house.applicant, wanted(access=Access.REGISTRATION))
    with pytest.raises(opening.WordsNeeded):
        opening.register(actor=citizen, slug="restaurants", registration=new_id(), purpose=" ", at=NOW)
    assert not Registration.objects.exists()


def test_a_key_opens_one_release_and_dies_when_it_is_replaced(house: House, citizen: Actor) -> None:
    one = opened(house, house.applicant, wanted(access=Access.REGISTRATION))
    other = opened(house, house.applicant, wanted(access=Access.REGISTRATION, slug="others"))
    made = registered(citizen)
    key = opening.issue_key(actor=citizen, registration=made.id, at=NOW)
    opening.admit(one, key=key, actor=None, at=NOW)
    assert key.partition("_")[2].partition("_")[2] not in str(Registration.objects.values().get())
    for wrong in (key[:-1] + ("A" if key[-1] != "A" else "B"), "zto_x_y", "something"):
        with pytest.raises(opening.KeyWrong):
            opening.admit(one, key=wrong, actor=citizen, at=NOW)
    with pytest.raises(opening.KeyWrong):
        opening.admit(other, key=key, actor=None, at=NOW)
    again = opening.issue_key(actor=citizen, registration=made.id, at=NOW)
    with pytest.raises(opening.KeyWrong):
        opening.admit(one, key=key, actor=None, at=NOW)
    opening.admit(one, key=again, actor=None, at=NOW)
    with pytest.raises(opening.RegistrationUnknown):
        opening.issue_key(actor=house.stranger, registration=made.id, at=NOW)


def test_the_quota_of_a_day_ends_and_begins_anew(house: House, citizen: Actor) -> None:
    one = opened(house, house.applicant, wanted(access=Access.REGISTRATION))
    made = registered(citizen)
    Registration.objects.filter(pk=made.id).update(daily_quota=2)
    for _call in range(2):
        opening.admit(one, key="", actor=citizen, at=NOW)
    with pytest.raises(opening.QuotaUsedUp):
        opening.admit(one, key="", actor=citizen, at=NOW)
    assert Use.objects.get().count == 2
    opening.admit(one, key="", actor=citizen, at=NOW + timedelta(days=1))


@pytest.mark.parametrize("agrees", [True, False])
def test_by_agreement_the_department_answers_first(answering: House, citizen: Actor, *, agrees: bool) -> None:
    one = opened(answering, answering.applicant, wanted(access=Access.AGREEMENT))
    made = registered(citizen)
    assert (made.state, made.due_on) == (RegistrationState.ASKED, date(2026, 12, 4))
    with pytest.raises(opening.AccessNeeded):
        opening.admit(one, key="", actor=citizen, at=NOW)
    assert [asked.purpose for asked in opening.registrations_to_decide(answering.market)] == [PURPOSE]
    with pytest.raises(opening.RegistrationUnknown):
        opening.decide(actor=answering.healer, registration=made.id, agrees=True, reason="", at=NOW)
    with pytest.raises(opening.OpeningReasonNeeded):
        opening.decide(actor=answering.applicant, registration=made.id, agrees=False, reason="", at=NOW)
    answered = opening.decide(actor=answering.applicant, registration=made.id, agrees=agrees, reason="可", at=NOW)
    assert answered.state is (RegistrationState.ACTIVE if agrees else RegistrationState.REFUSED)
    with pytest.raises(opening.AnsweredAlready):
        opening.decide(actor=answering.applicant, registration=made.id, agrees=True, reason="", at=NOW)
    admitted: Callable[[], None] = lambda: opening.admit(one, key="", actor=citizen, at=NOW)  # noqa: E731 -- said twice
    if agrees:
        admitted()
    else:
        with pytest.raises(opening.AccessNeeded):
            admitted()


def test_requests_and_feedback_are_answered_once_by_their_department(answering: House, citizen: Actor) -> None:
    opened(answering, answering.applicant, wanted())
    identifier = new_id()
    for _sent in range(2):
        opening.ask_for_data(actor=citizen, enquiry=identifier, provider=answering.market, text="要营业时间", at=NOW)
    said = opening.give_feedback(actor=citizen, enquiry=new_id(), slug="restaurants", text="第3号店已关门", at=NOW)
    assert said.due_on == date(2026, 12, 4)
    assert [one.text for one in opening.enquiries_to_answer(answering.market)] == ["要营业时间", "第3号店已关门"]
    with pytest.raises(opening.EnquiryUnknown):
        opening.answer(actor=answering.healer, enquiry=said.id, text="好", at=NOW)
    with pytest.raises(opening.WordsNeeded):
        opening.answer(actor=answering.applicant, enquiry=said.id, text=" ", at=NOW)
    opening.answer(actor=answering.applicant, enquiry=said.id, text="已更正", at=NOW)
    with pytest.raises(opening.AnsweredAlready):
        opening.answer(actor=answering.applicant, enquiry=said.id, text="再答", at=NOW)
    assert {one.text: one.answer for one in opening.enquiries_of(citizen)} == {
        "第3号店已关门": "已更正",
        "要营业时间": "",
    }


def test_who_may_not_answer_cannot(house: House, citizen: Actor) -> None:
    opened(house, house.applicant, wanted(access=Access.AGREEMENT))
    made = registered(citizen)
    said = opening.give_feedback(actor=citizen, enquiry=new_id(), slug="restaurants", text="有误", at=NOW)
    with pytest.raises(NotAllowed):
        opening.decide(actor=house.applicant, registration=made.id, agrees=True, reason="", at=NOW)
    with pytest.raises(NotAllowed):
        opening.answer(actor=house.applicant, enquiry=said.id, text="好", at=NOW)

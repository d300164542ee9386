"""A ministry is asked within a grant, for a case or an item, on the record, and no more often than needed."""

from datetime import timedelta

import pytest
from django.db import connection, transaction

from zhengtong.data.ministries import api
from zhengtong.data.ministries.models import CachedAnswer, Query, QueryCount
from zhengtong.data.ministries.tests.builders import (
    AT,
    IDENTITY,
    MARRIAGE,
    ME,
    PAIR,
    SPOUSE,
    SYSTEM,
    House,
    a_house,
    an_officer,
    entry,
    people,
)
from zhengtong.data.registries.tests import builders as county
from zhengtong.kernel import failpoints
from zhengtong.kernel.errors import NotAllowed
from zhengtong.kernel.ids import new_id
from zhengtong.trust.identity.contracts import Actor, SubjectKind
from zhengtong.trust.ledger.api import looks_at

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def house() -> House:
    return a_house()


def used(house: House) -> tuple[int, int]:
    """Return how often the grant and the interface were used on the day."""
    (one,) = api.grants(at=AT, organisation=house.affairs, interface=MARRIAGE)
    return one.used_today, api.status(MARRIAGE, at=AT).used_today


def test_a_marriage_is_found_as_the_ministry_says_and_the_person_sees_who_asked_and_why(house: House) -> None:
    answer = house.ask()
    assert answer.record is not None
    assert answer.record["marriage_status"] == "已婚"
    assert not answer.is_cached
    assert used(house) == (1, 1)
    (look,) = looks_at(county.resident_id(1)).items
    assert (look.organisation, look.purpose, look.clause) == (house.affairs, api.PURPOSE, "《婚姻登记条例》")
    (about,) = api.queries_about(county.resident_id(1))
    assert (about.outcome, about.business) == (api.Outcome.FOUND, "902008000000")
    assert looks_at(county.resident_id(2)).items == ()


def test_an_answer_is_used_again_until_it_expires_and_every_use_is_a_look(house: House) -> None:
    first, again = house.ask(), house.ask(AT + 59 * MINUTE)
    assert (again.is_cached, again.record, again.answered_at) == (True, first.record, AT)
    assert used(house) == (2, 1)
    assert len(looks_at(county.resident_id(1)).items) == 2
    assert not house.ask(AT + 60 * MINUTE).is_cached
    assert len(house.upstream.asked) == 2
    assert api.forget_expired(AT + 119 * MINUTE) == 0
    assert api.forget_expired(AT + 120 * MINUTE) == 1


def test_what_must_be_fresh_is_never_kept(house: House) -> None:
    api.grant(actor=SYSTEM, identifier=new_id(), entry=entry(house.affairs, interface=IDENTITY), at=AT)
    house.ask(interface=IDENTITY)
    house.ask(interface=IDENTITY)
    assert len(house.upstream.asked) == 2
    assert not CachedAnswer.objects.exists()


def test_what_is_kept_lies_sealed(house: House) -> None:
    house.ask()
    with connection.cursor() as cursor:
        cursor.execute("SELECT key, record FROM ministries_cachedanswer")
        lying = b"".join(bytes(value) for row in cursor.fetchall() for value in row)
    assert "已婚".encode() not in lying
    assert ME["id_number"].encode() not in lying


def test_that_nothing_was_found_is_asked_again(house: House) -> None:
    stranger = {"name": "无此人", "id_number": "330106199003071236"}
    assert house.ask(AT, **stranger).record is None
    assert house.ask(AT, **stranger).record is None
    assert len(house.upstream.asked) == 2


def test_two_people_belong_together_or_do_not(house: House) -> None:
    api.grant(actor=SYSTEM, identifier=new_id(), entry=entry(house.affairs, interface=PAIR), at=AT)
    couple = {**ME, "partner_name": SPOUSE["name"], "partner_number": SPOUSE["id_number"]}
    fits = house.ask(AT, PAIR, **couple).record
    other = house.ask(AT, PAIR, **couple | {"partner_number": county.id_number(4)}).record
    assert fits is not None
    assert other is not None
    assert (fits["matches"], other["matches"]) == ("yes", "no")


def test_the_quota_of_the_grant_ends_with_the_day(house: House) -> None:
    for _count in range(5):
        house.ask()
    with pytest.raises(api.GrantUsedUp):
        house.ask()
    assert used(house) == (5, 1)
    assert len(looks_at(county.resident_id(1)).items) == 5
    assert house.ask(AT + timedelta(days=1)).record is not None


def test_the_quota_of_the_ministry_holds_for_all_departments(house: House) -> None:
    QueryCount.objects.create(counted=MARRIAGE, day=AT.date(), count=api.interface(MARRIAGE).daily_quota)
    with pytest.raises(api.InterfaceUsedUp):
        house.ask()
    assert used(house) == (0, 10_000)
    assert house.upstream.asked == []
    assert not Query.objects.exists()


def test_an_interface_that_fails_rests_and_one_try_wakes_it(house: House) -> None:
    house.upstream.failing = True
    for _count in range(3):
        with pytest.raises(api.MinistrySilent):
            house.ask()
    assert api.status(MARRIAGE, at=AT).health is api.Health.RESTING
    with pytest.raises(api.MinistryResting):
        house.ask(AT + timedelta(seconds=29))
    assert used(house) == (3, 3)
    with pytest.raises(api.MinistrySilent):
        house.ask(AT + timedelta(seconds=30))
    house.upstream.failing = False
    with pytest.raises(api.MinistryResting):
        house.ask(AT + timedelta(seconds=89))
    assert house.ask(AT + timedelta(seconds=90)).record is not None
    assert api.status(MARRIAGE, at=AT + 2 * MINUTE).health is api.Health.WELL
    assert [one.outcome for one in api.queries_about(county.resident_id(1))] == [api.Outcome.FOUND] + 4 * [
        api.Outcome.FAILED
    ]


def test_what_may_not_be_asked_is_not_asked_and_leaves_nothing(house: House) -> None:
    other = an_officer(house.affairs)
    with pytest.raises(NotAllowed):
        api.ask(actor=other, interface=MARRIAGE, business="902008000000", inputs=ME, at=AT, upstream=house.upstream)
    with pytest.raises(api.MinistryBusinessNotGranted):
        house.ask(business="902004000000")
    with pytest.raises(api.NotGranted):
        house.ask(interface=IDENTITY)
    with pytest.raises(api.InterfaceUnknown):
        house.ask(interface="civil_affairs-nothing")
    with pytest.raises(api.AskedWrongly):
        house.ask(AT, name="沈建国")
    with pytest.raises(api.AskedWrongly):
        house.ask(AT, **ME, phone="1")
    with pytest.raises(api.LineMissing):
        api.ask(actor=house.officer, interface=MARRIAGE, business="902008000000", inputs=ME, at=AT)
    with pytest.raises(api.NotGranted):
        house.ask(AT + timedelta(days=400))
    assert house.upstream.asked == []
    assert not Query.objects.exists()
    assert looks_at(county.resident_id(1)).items == ()


def test_an_ended_grant_answers_nothing_not_even_what_is_kept(house: House) -> None:
    house.ask()
    with pytest.raises(api.GrantReasonNeeded):
        api.end_grant(actor=SYSTEM, identifier=house.grant.id, reason=" ", at=AT)
    ended = api.end_grant(actor=SYSTEM, identifier=house.grant.id, reason="事项取消", at=AT)
    assert ended.state is api.GrantState.ENDED
    with pytest.raises(api.NotGranted):
        house.ask()
    assert api.end_grant(actor=SYSTEM, identifier=house.grant.id, reason="再次", at=AT).reason == "事项取消"


def test_a_department_has_one_grant_of_an_interface_and_sending_it_twice_grants_once(house: House) -> None:
    with pytest.raises(api.GrantExists):
        api.grant(actor=SYSTEM, identifier=new_id(), entry=entry(house.affairs), at=AT)
    same = api.grant(actor=SYSTEM, identifier=house.grant.id, entry=entry(house.affairs), at=AT)
    assert same.id == house.grant.id
    for changed in ({"items": ()}, {"basis": " "}, {"daily_quota": 10_001}, {"expires_on": AT.date() - MINUTE * 1440}):
        with pytest.raises(api.GrantUnfit):
            api.grant(actor=SYSTEM, identifier=new_id(), entry=entry(house.affairs, **changed), at=AT)


def test_people_ask_about_themselves_only_and_only_where_forms_may_be_filled() -> None:
    house = a_house(for_applicants=True)
    me = Actor(subject=county.resident_id(1), kind=SubjectKind.NATURAL)
    purpose = "process.case.handling"
    answer = api.ask_about_oneself(actor=me, interface=MARRIAGE, purpose=purpose, at=AT, upstream=house.upstream)
    assert answer.record is not None
    assert answer.record["marriage_status"] == "已婚"
    assert house.upstream.asked == [ME]
    with pytest.raises(api.NotGranted):
        api.ask_about_oneself(actor=me, interface=IDENTITY, purpose=purpose, at=AT, upstream=house.upstream)
    api.grant(actor=SYSTEM, identifier=new_id(), entry=entry(house.affairs, interface=PAIR, for_applicants=True), at=AT)
    with pytest.raises(api.AskedWrongly):
        api.ask_about_oneself(actor=me, interface=PAIR, purpose=purpose, at=AT, upstream=house.upstream)


@pytest.mark.django_db(transaction=True)
def test_a_record_that_could_be_undone_is_none_so_nothing_is_asked_within_a_transaction() -> None:
    house = a_house()
    with pytest.raises(RuntimeError), transaction.atomic():
        house.ask()
    assert house.upstream.asked == []


def test_a_catalogue_that_is_the_same_keeps_its_edition_and_another_forgets_what_was_kept(house: House) -> None:
    found = api.catalogue()
    assert (found.number, len(found.ministries), len(found.interfaces)) == (1, 20, 116)
    assert api.publish_catalogue(actor=SYSTEM, catalogue=found, at=AT) == 1
    house.ask()
    from dataclasses import replace

    assert api.publish_catalogue(actor=SYSTEM, catalogue=replace(found, name="改订"), at=AT) == 2
    assert not house.ask().is_cached
    with pytest.raises(api.CatalogueUnfit):
        api.publish_catalogue(actor=SYSTEM, catalogue=replace(found, ministries=()), at=AT)
    assert api.catalogue().number == 2


def test_the_simulator_answers_every_interface_as_its_catalogue_says_and_always_alike() -> None:
    from zhengtong.data.ministries import law
    from zhengtong.data.ministries.tests.builders import FOLDER

    simulated = api.Simulated(people())
    given = {**ME, "credit_code": county.SHOP, "entity_name": "德清安达商贸有限公司"}
    for one in api.read_catalogue(FOLDER).interfaces:
        inputs = {item.key: given.get(item.key, "A1") for item in one.inputs}
        record = simulated.answer(one, inputs)
        assert record is not None, one.code
        assert law.fault(one, record) == "", one.code
        assert simulated.answer(one, inputs) == record


def test_what_a_killed_process_asked_stays_on_record_as_never_answered(house: House) -> None:
    class Killed(BaseException):
        pass

    def die() -> None:
        raise Killed

    failpoints.arm("ministries.answered", die)
    try:
        with pytest.raises(Killed):
            house.ask()
    finally:
        failpoints.arm("")
    (asked,) = api.queries_about(county.resident_id(1))
    assert asked.outcome is api.Outcome.ASKED
    assert used(house) == (1, 1)
    assert not CachedAnswer.objects.exists()

"""An objection goes to who keeps the data, is answered once with a reason, and comes back to the person."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from uuid import UUID

import pytest

from zhengtong.kernel.errors import NotAllowed, Text
from zhengtong.kernel.ids import new_id
from zhengtong.process.cases import api as cases
from zhengtong.process.cases.tests.builders import FORM, ITEM, MONDAY, World, a_world, official
from zhengtong.process.forms import api as forms
from zhengtong.process.forms import sources
from zhengtong.process.forms.api import AnswerLight, Outcome
from zhengtong.trust.delivery.api import mailbox
from zhengtong.trust.identity.contracts import Actor
from zhengtong.trust.ledger.api import acts_by, count_acts, looks_at

pytestmark = pytest.mark.django_db
SOURCE = "register.address"
DAY = timedelta(days=1)


class Register:
    """A source that knows where everybody lives, kept by the department of the world's bureau."""

    title: Text = "登记簿"
    department = "civil_affairs"
    items: Mapping[str, Text] = {"address": "地址"}

    def values(self, names: object, *, actor: Actor, purpose: str, at: object) -> dict[str, tuple[str, str]]:
        del names, actor, purpose, at
        return {"region": ("330106001001", "某社区"), "address": ("某路 1 号", "某路 1 号")}


@pytest.fixture
def world() -> Iterator[World]:
    forms.register_prefill_source("register", Register())
    yield a_world()
    del sources._sources["register"]


@pytest.fixture
def keeper(world: World) -> Actor:
    return official(_bureau(world), "keeping", "330106", {forms.Permission.ANSWER_OBJECTION})


def _bureau(world: World) -> UUID:
    assert world.clerk.organisation is not None
    return world.clerk.organisation


def _objection(world: World) -> UUID:
    return forms.object_to(actor=world.citizen, source=SOURCE, claim="门牌应为 2 号", at=MONDAY)


def test_it_waits_at_the_body_that_keeps_the_data_with_a_day_and_a_light(world: World, keeper: Actor) -> None:
    identifier = _objection(world)
    (line,) = forms.objections_to_answer(keeper, at=MONDAY).items
    assert (line.id, str(line.title), line.light) == (identifier, "登记簿 · 地址", AnswerLight.GREEN)
    assert str(line.due_on) == "2026-12-07"
    lights = [forms.objections_to_answer(keeper, at=MONDAY + days * DAY).items[0].light for days in (11, 14, 15)]
    assert lights == [AnswerLight.YELLOW, AnswerLight.YELLOW, AnswerLight.RED]
    assert forms.waiting_objections(keeper) == 1
    for other in (world.clerk, world.stranger):
        assert forms.objections_to_answer(other, at=MONDAY).items == ()
        with pytest.raises(forms.ObjectionUnknown):
            forms.open_objection(actor=other, objection=identifier, at=MONDAY)


def test_opening_it_is_a_look_the_person_sees(world: World, keeper: Actor) -> None:
    identifier = _objection(world)
    assert forms.open_objection(actor=keeper, objection=identifier, at=MONDAY).claim == "门牌应为 2 号"
    (look,) = looks_at(world.citizen.subject).items
    assert (look.subject, look.purpose) == (keeper.subject, forms.OBJECTION)


@pytest.mark.parametrize("outcome", list(Outcome))
def test_it_is_answered_once_by_an_act_and_the_person_reads_it(world: World, keeper: Actor, outcome: Outcome) -> None:
    identifier = _objection(world)
    forms.answer_objection(actor=keeper, objection=identifier, outcome=outcome, text="已核对底册", at=MONDAY + DAY)
    with pytest.raises(forms.ObjectionAnswered):
        forms.answer_objection(
            actor=keeper, objection=identifier, outcome=Outcome.KEPT, text="再答一次", at=MONDAY + DAY
        )
    (own,) = forms.own_objections(world.citizen, at=MONDAY + DAY)
    assert (own.line.outcome, own.answer, own.line.due_on) == (outcome, "已核对底册", None)
    act = acts_by(keeper.subject).items[0].act
    assert act.authority.clause == "个人信息保护法§46"
    assert act.authority.permission == forms.Permission.ANSWER_OBJECTION
    assert act.concerns == (world.citizen.subject,)
    assert mailbox(world.citizen).items[0].link == "/me/objections/"
    assert forms.waiting_objections(keeper) == 0
    assert len(forms.objections_to_answer(keeper, at=MONDAY, answered=True).items) == 1


def test_who_may_not_answer_and_who_says_nothing_change_nothing(world: World, keeper: Actor) -> None:
    identifier = _objection(world)
    acts = count_acts()
    with pytest.raises(NotAllowed):
        forms.answer_objection(
            actor=world.clerk, objection=identifier, outcome=Outcome.KEPT, text="已核对底册", at=MONDAY
        )
    with pytest.raises(forms.ObjectionAnswerMissing):
        forms.answer_objection(actor=keeper, objection=identifier, outcome=Outcome.KEPT, text=" 好 ", at=MONDAY)
    with pytest.raises(forms.ObjectionUnknown):
        forms.answer_objection(actor=keeper, objection=new_id(), outcome=Outcome.KEPT, text="已核对底册", at=MONDAY)
    assert count_acts() == acts
    assert forms.own_objections(world.citizen, at=MONDAY)[0].answered_at is None


def test_a_case_that_rests_on_the_data_shows_it_until_it_is_answered(world: World, keeper: Actor) -> None:
    known = {"address": {"value": "某路 1 号", "source": SOURCE, "on": "2026-11-23"}}
    reference = cases.receive(
        actor=world.citizen, case=new_id(), item=ITEM, form=FORM, prefilled=known, region="330106", at=MONDAY
    )
    identifier = _objection(world)
    forms.object_to(actor=world.citizen, source="register.phone", claim="电话已变更", at=MONDAY)
    view = cases.own_case(world.citizen, reference, at=MONDAY)
    assert [one.id for one in cases.contested(view, at=MONDAY)] == [identifier]
    (line,) = cases.open_cases_using(world.citizen.subject, SOURCE, at=MONDAY)
    assert line.reference == reference
    assert cases.open_cases_using(world.citizen.subject, "register.phone", at=MONDAY) == ()
    forms.answer_objection(actor=keeper, objection=identifier, outcome=Outcome.KEPT, text="已核对底册", at=MONDAY)
    assert cases.contested(view, at=MONDAY) == []


def test_pages_follow_one_another_without_a_gap(world: World, keeper: Actor) -> None:
    made = {_objection(world) for _ in range(5)}
    found, after = [], ""
    for _page in range(3):
        page = forms.objections_to_answer(keeper, at=MONDAY, after=after, limit=2)
        found += [one.id for one in page.items]
        after = page.after
    assert (set(found), len(found), after) == (made, 5, "")
    with pytest.raises(ValueError, match="isoformat"):
        forms.objections_to_answer(keeper, at=MONDAY, after="nonsense")

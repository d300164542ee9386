"""Phrases: own and the organisation's, in versions, filled from a closed list and never evaluated."""

from dataclasses import replace

import pytest
from pytest_django import DjangoAssertNumQueries

from zhengtong.kernel.errors import NotAllowed
from zhengtong.kernel.ids import new_id
from zhengtong.process.cases import api as cases
from zhengtong.process.cases.models import Phrase
from zhengtong.process.cases.tests.builders import DAY, ITEM, MONDAY, VISIT, World, a_world, apply, official, seen
from zhengtong.trust.identity.contracts import Actor
from zhengtong.trust.ledger.api import acts_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return a_world()


def write(actor: Actor, text: str = "请补交{{待核验材料}}", **facts: object) -> object:
    said = {"phrase": new_id(), "version": 0, "title": "补交", "item": "", "shared": False} | facts
    cases.write_phrase(actor=actor, text=text, at=MONDAY, **said)  # type: ignore[arg-type]
    return said["phrase"]


def keeper(world: World) -> Actor:
    assert world.clerk.organisation is not None
    return official(world.clerk.organisation, "keeping", "330106", cases.DeskPermission)


def test_placeholders_are_replaced_once_by_facts_of_the_case_and_nothing_else_is_read(world: World) -> None:
    view = replace(seen(world, apply(world)), applicant_name="{{事项}}<b>")
    text = "{{申请人}}：{{ 事项 }}（{{办件编号}}）{{承诺期限}}，{{今天}}。{{银行卡号}} {事项} {{{{事项}}}}"
    filled = cases.fill(text, view, at=MONDAY)
    assert filled == (
        f"{{{{事项}}}}<b>：{view.line.item_name}（{view.line.reference}）—，2026-11-23。"
        f"{{{{银行卡号}}}} {{事项}} {{{{{view.line.item_name}}}}}"
    )


def test_each_sees_their_own_and_the_organisations_for_the_item_or_every_item(world: World) -> None:
    write(world.clerk, title="我的")
    write(keeper(world), title="共用", shared=True)
    write(keeper(world), title="另一事项", shared=True, item=VISIT)
    assert [one.title for one in cases.phrases_for(world.clerk, ITEM)] == ["我的", "共用"]
    assert [one.title for one in cases.phrases_for(world.approver, ITEM)] == ["共用"]
    assert cases.phrases_for(world.stranger, ITEM) == ()


def test_a_dossier_pays_one_statement_for_however_many_phrases(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    keeps = keeper(world)
    for title in ("一", "二", "三"):
        write(keeps, title=title, shared=True)
    with django_assert_num_queries(1):
        assert [one.may_change for one in cases.phrases_for(keeps, ITEM)] == [True] * 3


def test_a_change_is_a_version_of_its_own_and_an_old_form_does_not_undo_it(world: World) -> None:
    keeps = keeper(world)
    phrase = write(keeps, shared=True)
    write(keeps, "改为：{{事项}}", phrase=phrase, version=1, shared=True)
    write(keeps, "改为：{{事项}}", phrase=phrase, version=1, shared=True)  # the same again: a double click
    with pytest.raises(cases.PhraseChanged):
        write(keeps, "再改", phrase=phrase, version=1, shared=True)
    with pytest.raises(NotAllowed):
        write(world.clerk, "我也改", phrase=phrase, version=2, shared=True)
    versions = cases.versions_of(world.clerk, phrase)  # type: ignore[arg-type]
    assert [(one.version, one.text, one.current, one.may_change) for one in versions] == [
        (2, "改为：{{事项}}", True, False),
        (1, "请补交{{待核验材料}}", False, False),
    ]
    for _press in range(2):
        cases.withdraw_phrase(actor=keeps, phrase=phrase, version=2, at=MONDAY + DAY)  # type: ignore[arg-type]
    assert cases.phrases_for(world.clerk, ITEM) == ()
    assert [one.act.business.command for one in acts_on("process.phrase", str(phrase)).items] == [
        "process.desk.withdraw_phrase", "process.desk.write_phrase", "process.desk.write_phrase",
    ]  # fmt: skip


def test_what_is_empty_too_long_or_asks_for_more_is_refused(world: World) -> None:
    for text in ("  ", "长" * (cases.LONGEST_PHRASE + 1), "{{银行卡号}}"):
        with pytest.raises(cases.PhraseUnfit):
            write(world.clerk, text)
    with pytest.raises(NotAllowed):
        write(world.clerk, shared=True)
    mine = write(world.clerk)
    with pytest.raises(cases.PhraseUnknown):
        write(world.approver, "不是我的", phrase=mine, version=1)
    with pytest.raises(cases.PhraseUnknown):
        cases.versions_of(world.approver, mine)  # type: ignore[arg-type]
    assert Phrase.objects.count() == 1

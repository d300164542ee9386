"""From the closed zone to the public: each step in its turn, by another officer, never past the risk report."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pyarrow.parquet as pq
import pytest

from zhengtong.data.catalog import api as catalog
from zhengtong.data.opening import api as opening
from zhengtong.data.opening.api import Access, FieldPlan, FileForm, OpeningState, Plan, Risk, Role, Treatment
from zhengtong.data.opening.models import OpeningApplication
from zhengtong.data.opening.tests.builders import (
    NOW,
    PATIENTS,
    SHOPS,
    SYSTEM,
    House,
    frozen,
    opened,
    visits,
    wanted,
)
from zhengtong.kernel.errors import NotAllowed
from zhengtong.kernel.events.models import OutboxEvent
from zhengtong.kernel.ids import new_id
from zhengtong.trust.ledger.api import acts_on

POINTS = Plan(fields=(FieldPlan(name="name"), FieldPlan(name="longitude"), FieldPlan(name="latitude")))


def steps_of(one: opening.OpeningView) -> list[str]:
    acts = acts_on(opening.THING, str(one.id)).items
    return [act.act.business.command.rpartition(".")[2] for act in reversed(acts)]


def test_what_was_applied_for_frozen_and_approved_is_what_the_public_gets(house: House) -> None:
    one = opened(house, house.applicant, wanted(plan=POINTS))
    assert (one.state, one.released_at) == (OpeningState.RELEASED, NOW)
    assert steps_of(one) == ["apply", "freeze", "approve", "release"]
    assert opening.released("restaurants") == one
    assert one.forms == (FileForm.CSV, FileForm.JSON, FileForm.PARQUET, FileForm.GEOJSON)
    place = opening.folder(one.folder)
    lines = (place / "data.csv").read_text(encoding="utf-8").splitlines()
    assert (lines[0], len(lines)) == ("name,longitude,latitude", 21)
    assert len(json.loads((place / "data.json").read_bytes())) == pq.read_table(place / "data.parquet").num_rows == 20
    points = json.loads((place / "data.geojson").read_bytes())
    first = points["features"][0]
    assert first["geometry"] == {"type": "Point", "coordinates": [120.1, 30.2]}
    assert first["properties"] == {"name": "第0号店"}
    assert OutboxEvent.objects.filter(type="data.opening.released.v1", subject=str(one.id)).count() == 1


def test_an_act_names_the_clause_and_who_answers_for_it(house: House) -> None:
    one = opened(house, house.applicant, wanted())
    acts = {act.act.business.command.rpartition(".")[2]: act.act for act in acts_on(opening.THING, str(one.id)).items}
    assert {act.authority.clause for act in acts.values()} == {"数据安全法§42"}
    assert acts["freeze"].responsibility.subject == house.applicant.subject
    assert acts["approve"].responsibility.subject == house.decider.subject


def test_who_applied_does_not_approve(house: House) -> None:
    one = frozen(house.applicant, wanted())
    OpeningApplication.objects.filter(pk=one.id).update(drafted_by=house.decider.subject)
    with pytest.raises(opening.SameOfficer):
        opening.approve(actor=house.decider, application=one.id, revision=one.revision, at=NOW)
    with pytest.raises(NotAllowed):
        opening.approve(actor=house.applicant, application=one.id, revision=one.revision, at=NOW)
    assert opening.application(house.applicant, one.id).state is OpeningState.BUFFERED


def test_a_copy_that_fails_its_report_cannot_be_approved_and_is_told_why(house: House) -> None:
    plan = Plan(fields=(FieldPlan(name="born_on", treatment=Treatment.YEAR), FieldPlan(name="disease")), aggregate=True)
    one = frozen(house.healer, visits(plan=plan))
    assert one.report is not None
    assert one.report.risks == (Risk.SMALL_CELLS,)
    with pytest.raises(opening.RiskTooHigh, match="小单元格未抑制"):
        opening.approve(actor=house.decider, application=one.id, revision=one.revision, at=NOW)
    assert steps_of(one) == ["apply", "freeze"]


def test_suppression_is_the_remedy_and_the_totals_give_nothing_away(house: House) -> None:
    one = opened(house, house.healer, visits())
    assert one.report is not None
    measures = one.report.measures
    assert (measures.suppressed, measures.complementary > 0, measures.recoverable) == (2, True, 0)
    rows = pq.read_table(opening.folder(one.folder) / "data.parquet").to_pylist()
    blank = {(row["born_on"], row["disease"]) for row in rows if row["count"] is None}
    assert ("1980", "罕见病") in blank
    assert min(row["count"] for row in rows if row["count"] is not None) >= 5


def test_a_table_of_counts_has_an_entry_of_its_own_that_names_its_source(house: House) -> None:
    one = opened(house, house.healer, visits())
    entry = catalog.dataset(one.entry)
    assert (entry.entry.sources, entry.entry.opening) == ((PATIENTS,), catalog.OpeningClass.CONDITIONAL)
    assert entry.entry.opening_mode is catalog.OpeningMode.AGREEMENT
    assert {element.name: element.grade for element in entry.entry.elements} == {
        "born_on": catalog.DataGrade.GENERAL_1,
        "disease": catalog.DataGrade.GENERAL_3,
        "count": catalog.DataGrade.GENERAL_1,
    }
    opening.withdraw(actor=house.healer, application=one.id, revision=one.revision, reason="更正", at=NOW)
    assert catalog.dataset(one.entry).state is catalog.DatasetState.WITHDRAWN
    with pytest.raises(opening.NotReleased):
        opening.released("visits")


def test_rows_of_people_are_refused_by_grade_identifier_and_likeness(house: House) -> None:
    entry = replace(catalog.dataset(PATIENTS).entry, opening=catalog.OpeningClass.CONDITIONAL, opening_condition="登记")
    catalog.register(actor=SYSTEM, provider=house.health, entries=[entry], at=NOW)
    fields = (FieldPlan(name="id_number"), FieldPlan(name="born_on"), FieldPlan(name="disease"))
    one = frozen(house.healer, visits(plan=Plan(fields=fields), access=Access.REGISTRATION))
    assert one.report is not None
    assert one.report.risks == (Risk.GRADE, Risk.IDENTIFIERS, Risk.FEW_ALIKE, Risk.LITTLE_VARIETY)
    assert one.report.too_high == ("disease",)
    assert [(found.field, found.rows) for found in one.report.measures.identifiers] == [("id_number", 240)]
    assert one.plan.named(Role.QUASI) == ("id_number", "born_on")


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"slug": "餐饮"}, "网址名称"),
        ({"basis": "某法§1"}, "开放依据"),
        ({"plan": Plan(fields=())}, "至少选择一个数据项"),
        ({"plan": Plan(fields=(FieldPlan(name="owner"),))}, "没有数据项 owner"),
        ({"plan": Plan(fields=(FieldPlan(name="name", treatment=Treatment.YEAR),))}, "不是日期"),
        ({"plan": Plan(fields=(FieldPlan(name="opened_on", treatment=Treatment.CITY),))}, "不是区划代码"),
    ],
)
def test_an_application_that_contradicts_itself_is_refused_by_name(
    house: House, changed: dict[str, object], word: str
) -> None:
    with pytest.raises(opening.PlanUnfit, match=word):
        opening.apply(actor=house.applicant, application=new_id(), wanted=wanted(**changed), at=NOW)
    assert opening.applications_of(house.market) == ()


def test_rows_are_never_more_open_than_the_catalogue_says(house: House) -> None:
    rows = Plan(fields=(FieldPlan(name="area"),))
    with pytest.raises(opening.PlanUnfit, match="只能开放汇总数"):
        opening.apply(actor=house.healer, application=new_id(), wanted=visits(plan=rows), at=NOW)


def test_rows_by_agreement_are_never_had_by_registering(house: House) -> None:
    entry = replace(
        catalog.dataset(SHOPS).entry, opening=catalog.OpeningClass.CONDITIONAL, opening_condition="签订协议",
        opening_mode=catalog.OpeningMode.AGREEMENT,
    )  # fmt: skip
    catalog.register(actor=SYSTEM, provider=house.market, entries=[entry], at=NOW)
    for access, word in ((Access.REGISTRATION, "不得登记即用"), (Access.UNCONDITIONAL, "不得无条件开放")):
        with pytest.raises(opening.PlanUnfit, match=word):
            opening.apply(actor=house.applicant, application=new_id(), wanted=wanted(access=access), at=NOW)


def test_a_version_that_was_never_collected_cannot_be_opened(house: House) -> None:
    with pytest.raises(opening.NoRowsToOpen):
        opening.apply(actor=house.applicant, application=new_id(), wanted=wanted(version=7), at=NOW)


def test_nobody_applies_for_another_department(house: House) -> None:
    for actor in (house.healer, house.stranger, house.decider):
        with pytest.raises(NotAllowed):
            opening.apply(actor=actor, application=new_id(), wanted=wanted(), at=NOW)


def test_sending_the_same_application_twice_makes_one(house: House) -> None:
    identifier = new_id()
    first, second = (
        opening.apply(actor=house.applicant, application=identifier, wanted=wanted(), at=NOW) for _ in range(2)
    )
    assert first == second
    assert steps_of(first) == ["apply"]
    with pytest.raises(opening.PlanUnfit, match="已被使用"):
        opening.apply(actor=house.applicant, application=new_id(), wanted=wanted(), at=NOW)


def test_of_two_officers_at_once_the_second_is_told(house: House) -> None:
    one = frozen(house.applicant, wanted())
    opening.revise(actor=house.applicant, application=one.id, revision=one.revision, wanted=wanted(), at=NOW)
    with pytest.raises(opening.WrongState):
        opening.approve(actor=house.decider, application=one.id, revision=one.revision, at=NOW)
    again = opening.application(house.applicant, one.id)
    with pytest.raises(opening.ChangedMeanwhile):
        opening.freeze(actor=house.applicant, application=one.id, revision=one.revision, at=NOW)
    assert (again.state, again.report, again.files) == (OpeningState.DRAFT, None, ())


def test_an_embargo_holds_until_its_day_and_then_the_platform_opens(house: House) -> None:
    tomorrow = date(2026, 11, 21)
    one = frozen(house.applicant, wanted(embargo_until=tomorrow))
    one = opening.approve(actor=house.decider, application=one.id, revision=one.revision, at=NOW)
    with pytest.raises(opening.EmbargoNotOver):
        opening.release(actor=house.decider, application=one.id, revision=one.revision, at=NOW)
    assert opening.release_due(NOW) == 0
    assert opening.release_due(NOW + timedelta(days=1)) == 1
    assert opening.released("restaurants").state is OpeningState.RELEASED


def test_a_refusal_has_its_reason_and_stands(house: House) -> None:
    one = frozen(house.applicant, wanted())
    with pytest.raises(opening.OpeningReasonNeeded):
        opening.refuse(actor=house.decider, application=one.id, revision=one.revision, reason=" ", at=NOW)
    one = opening.refuse(actor=house.decider, application=one.id, revision=one.revision, reason="名称有误", at=NOW)
    assert (one.state, one.reason) == (OpeningState.REFUSED, "名称有误")
    with pytest.raises(opening.WrongState):
        opening.freeze(actor=house.applicant, application=one.id, revision=one.revision, at=NOW)


def test_the_decider_sees_what_waits_and_a_stranger_nothing(house: House) -> None:
    one = frozen(house.applicant, wanted())
    assert [view.id for view in opening.to_decide(house.decider)] == [one.id]
    assert opening.to_decide(house.applicant) == opening.to_decide(house.stranger) == ()
    with pytest.raises(opening.OpeningUnknown):
        opening.application(house.stranger, one.id)
    assert opening.released_of([SHOPS]) == {}

"""Scores, issues, the gate, and rules out of contracts."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from zhengtong.data.catalog.tests import builders
from zhengtong.data.collection import api as collection
from zhengtong.data.quality import api
from zhengtong.kernel.errors import NotAllowed
from zhengtong.trust.identity.tests.builders import NOW, SYSTEM

pytestmark = pytest.mark.django_db
C, D = api.Check, api.Dimension
SHORT = api.Rule(
    key="short", name="姓名至少两个字", dimension=D.ACCURACY, check=C.LENGTH, column="name", parameters={"least": 2}
)
HEADER = "id_number,name,registered_on\n"
GOOD, BAD = HEADER + "A1,张三,2020-01-31\nA2,李四,\n", HEADER + "A1,张,2020-01-31\nA2,李,\n"


@pytest.fixture
def house(settings: Any, tmp_path: Path) -> builders.House:
    settings.HOME = tmp_path / "home"
    found = builders.a_house()
    builders.published(found)
    return found


@pytest.fixture
def source(house: builders.House, tmp_path: Path) -> collection.SourceView:
    entry = collection.SourceEntry(
        dataset=builders.HOUSEHOLDS, name="f", kind=collection.ConnectorKind.FILE, location=str(tmp_path / "a.csv")
    )
    return collection.set_up_source(actor=SYSTEM, entry=entry, at=NOW)


def deliver(source: collection.SourceView, tmp_path: Path, text: str) -> collection.BatchView:
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    return collection.collect(actor=SYSTEM, source=source.id)


def set_rules(*rules: api.Rule) -> int:
    return api.set_rules(actor=SYSTEM, dataset=builders.HOUSEHOLDS, rules=rules, at=NOW)


def assess(days: int = 0) -> api.Assessment:
    return api.assess(actor=SYSTEM, dataset=builders.HOUSEHOLDS, at=NOW + timedelta(days=days))


def test_what_is_broken_costs_points_and_opens_one_issue_until_it_is_mended(
    source: collection.SourceView, tmp_path: Path
) -> None:
    set_rules(SHORT)
    deliver(source, tmp_path, BAD)
    assert [assess().score, assess(1).score] == [0.0, 0.0]
    (issue,) = api.issues()
    assert (issue.rule_key, issue.failing, issue.due_on) == ("short", 2, (NOW + timedelta(days=30)).date())
    deliver(source, tmp_path, GOOD)
    assert assess(2).score == 100.0
    assert api.issues() == ()
    assert [one.state for one in api.issues(closed=True)] == [api.IssueState.CLOSED]
    assert [one.score for one in api.trend(builders.HOUSEHOLDS)] == [0.0, 0.0, 100.0]
    (score,) = api.scores()
    assert (score.score, score.before, score.issues) == (100.0, 0.0, 0)


def test_an_answered_issue_opens_again_when_the_next_assessment_still_finds_it(
    house: builders.House, source: collection.SourceView, tmp_path: Path
) -> None:
    set_rules(SHORT)
    deliver(source, tmp_path, BAD)
    assess()
    (issue,) = api.issues(provider=house.police)
    with pytest.raises(NotAllowed):
        api.answer(actor=house.stranger, issue=issue.id, text="已改", at=NOW)
    with pytest.raises(api.AnswerMissing):
        api.answer(actor=SYSTEM, issue=issue.id, text=" ", at=NOW)
    api.answer(actor=SYSTEM, issue=issue.id, text="已改正", at=NOW)
    assert api.issue(issue.id).state is api.IssueState.ANSWERED
    assess(1)
    assert (api.issue(issue.id).state, api.issue(issue.id).answer) == (api.IssueState.OPEN, "已改正")


def test_a_rule_with_a_tolerance_stops_a_bad_batch(source: collection.SourceView, tmp_path: Path) -> None:
    set_rules(replace(SHORT, tolerance=0.5))
    assert deliver(source, tmp_path, GOOD).state is collection.BatchState.LANDED
    stopped = deliver(source, tmp_path, BAD)
    assert stopped.state is collection.BatchState.STOPPED
    assert "姓名至少两个字" in stopped.error
    assert collection.version_of("police_households") == 0
    set_rules(replace(SHORT, tolerance=1.0))
    assert deliver(source, tmp_path, BAD).state is collection.BatchState.LANDED


def test_what_lands_is_assessed_by_itself_and_only_once(source: collection.SourceView, tmp_path: Path) -> None:
    set_rules(SHORT)
    batch = deliver(source, tmp_path, BAD)
    assert batch.version is not None
    for _again in range(2):
        api.assess_landed(dataset=builders.HOUSEHOLDS, version=batch.version, at=NOW)
    assert len(api.trend(builders.HOUSEHOLDS)) == 1
    api.assess_landed(dataset=builders.ENTERPRISES, version=0, at=NOW)
    assert api.latest(builders.ENTERPRISES) is None


@pytest.mark.parametrize(
    ("broken", "word"),
    [
        (replace(SHORT, column="nothing"), "不存在"),
        (replace(SHORT, check=C.PATTERN), "pattern"),
        (replace(SHORT, check=C.PATTERN, parameters={"pattern": "("}), "正则"),
        (replace(SHORT, check=C.PATTERN, parameters={"pattern": "(?=a)"}), "正则"),
        (replace(SHORT, check=C.FRESH, parameters={"days": 3}), "日期"),
        (replace(SHORT, check=C.RANGE, parameters={"least": 3}), "数值"),
        (replace(SHORT, check=C.COMPARE, parameters={"than": "name", "operator": "~"}), "比较符"),
        (replace(SHORT, weight=0), "权重"),
        (replace(SHORT, tolerance=2), "容忍"),
    ],
)
@pytest.mark.usefixtures("house")
def test_rules_that_do_not_fit_are_refused_and_those_before_stay(broken: api.Rule, word: str) -> None:
    set_rules(SHORT)
    with pytest.raises(api.RulesUnfit, match=word):
        set_rules(broken)
    assert api.rules_of(builders.HOUSEHOLDS) == (SHORT,)


@pytest.mark.usefixtures("house")
def test_without_rules_or_rows_there_is_nothing_to_assess() -> None:
    with pytest.raises(api.NoRules):
        assess()
    set_rules(SHORT)
    with pytest.raises(api.NoRowsYet):
        assess()


@pytest.mark.usefixtures("house")
def test_the_catalogue_alone_suggests_rules_that_fit() -> None:
    elements = builders.households().elements
    rules = api.suggested((replace(elements[0], standard="resident_id"), *elements[1:]))
    assert {rule.key for rule in rules} == {
        "id_number_given", "id_number_valid", "name_given", "registered_on_past", "keys_unique",
    }  # fmt: skip
    assert set_rules(*rules) == 5


CONTRACT = {
    "apiVersion": "v3.1.0", "kind": "DataContract", "id": "301001/1",
    "schema": [{
        "name": "t",
        "quality": [{"type": "sql", "name": "row balance", "query": "SELECT 1"}],
        "properties": [
            {"name": "id_number", "primaryKey": True, "logicalTypeOptions": {"pattern": "^[0-9X]{18}$"}},
            {"name": "name", "quality": [
                {"metric": "nullValues", "mustBe": 0, "dimension": "completeness", "name": "name is given"},
                {"rule": "duplicateCount", "mustBeLessThan": 5, "unit": "percent"},
                {"metric": "invalidValues", "arguments": {"validValues": ["张三", "李四"]}, "mustBeLessThan": 3},
                {"type": "text", "description": "nice names"},
            ]},
            {"name": "age", "logicalTypeOptions": {"minimum": 0, "maximum": 120}},
        ],
    }],
}  # fmt: skip


def test_rules_of_a_data_contract_are_read_and_what_cannot_be_asked_is_named() -> None:
    found = api.read_rules(yaml.safe_dump(CONTRACT).encode())["301001/1"]
    rules = {rule.key: rule for rule in found.rules}
    assert set(rules) == {
        "id_number_not_null", "id_number_unique", "id_number_pattern", "name_not_null", "name_unique", "name_one_of",
        "age_range",
    }  # fmt: skip
    assert (rules["name_not_null"].tolerance, rules["name_not_null"].name) == (0.0, "name is given")
    assert rules["name_unique"].tolerance == 0.05
    assert rules["name_one_of"].parameters == {"values": ["张三", "李四"]}
    assert rules["age_range"].parameters == {"least": 0, "most": 120}
    assert found.passed_over == ("t: row balance", "name: text")


def test_the_board_orders_departments_by_their_score(
    house: builders.House, source: collection.SourceView, tmp_path: Path
) -> None:
    set_rules(SHORT)
    deliver(source, tmp_path, BAD)
    assess()
    (department,) = api.department_scores()
    assert (department.provider, department.score, department.issues) == (house.police, 0.0, 1)

"""A self-check says what holds, what does not and what is open, and never takes silence for a no."""

from datetime import date
from pathlib import Path

import pytest

from zhengtong.process.items import api, storing
from zhengtong.process.items.api import Finding
from zhengtong.process.items.tests import builders

TODAY = date(2026, 3, 2)
ELIGIBILITY = """
questions:
  born_on: {type: string, format: date, title: 出生日期}
  registered: {type: string, title: 已登记, enum: [born, adopted, neither]}
items:
  "901001000000":
    - criterion: [已登记, Registered]
      holds: registered != "neither"
      otherwise: [请先登记, Register first]
    - criterion: [满六周岁, Six]
      holds: years and months duration(born_on, as_of).years >= 6
      otherwise: [满六周岁再来, Come when six]
"""
DEMO = {item.code: item for item in api.read_catalogue(builders.DEMO).items}
ANSWERS: list[tuple[str, dict[str, object], list[str]]] = [
    ("902009000000", {"born_on": "1966-03-02"}, ["holds"]),
    ("902009000000", {"born_on": "1966-03-03"}, ["fails"]),
    ("902009000000", {}, ["unknown"]),
    ("902006000000", {"certified_disability": "yes", "severe": "yes"}, ["holds", "holds"]),
    ("902006000000", {"hardship": "no"}, ["unknown", "unknown"]),
    ("904006000000", {"accident_on": "2026-02-20"}, ["holds"]),
    ("904006000000", {"accident_on": "2025-12-20"}, ["unknown"]),
    ("904006000000", {"accident_on": "2024-12-20"}, ["fails"]),
    ("904007000000", {"capital": 2_000_000, "fixed_premises": "no"}, ["holds", "fails", "unknown"]),
    ("901001000000", {"child_born_on": "2026-02-02", "declarant": "other"}, ["holds", "fails"]),
    ("909002000000", {"land_paid": "yes", "invested_share": "24.9"}, ["holds", "fails"]),
]


@pytest.mark.parametrize(("code", "answers", "expected"), ANSWERS)
def test_each_condition_is_judged_by_its_own_answers(
    code: str, answers: dict[str, object], expected: list[str]
) -> None:
    eligibility = DEMO[code].eligibility
    assert eligibility is not None
    outcome = api.try_conditions(eligibility, answers, at=TODAY)
    assert [one.finding.value for one in outcome.conditions] == expected


@pytest.mark.parametrize("code", [code for code, item in DEMO.items() if item.eligibility])
def test_who_answers_nothing_fails_nothing_and_is_told_what_to_answer(code: str) -> None:
    eligibility = DEMO[code].eligibility
    assert eligibility is not None
    outcome = api.try_conditions(eligibility, {}, at=TODAY)
    assert outcome.finding is Finding.UNKNOWN
    assert all(one.unanswered == one.rests_on != () for one in outcome.conditions)


def test_at_least_fifteen_items_of_the_demo_can_be_tried() -> None:
    assert sum(item.eligibility is not None for item in DEMO.values()) >= 15


def test_one_failing_condition_outweighs_open_ones() -> None:
    eligibility = DEMO["904005000000"].eligibility
    assert eligibility is not None
    assert api.try_conditions(eligibility, {"months_paid": 3}, at=TODAY).finding is Finding.FAILS


@pytest.mark.parametrize(
    ("before", "after", "word"),
    [
        ('registered != "neither"', 'enrolled != "neither"', "enrolled"),
        ('registered != "neither"', "registered !=", "registered"),
        ('registered != "neither"', "1 = 1", "1 = 1"),
        ("years >= 6", "years = 6", "years = 6"),
        ("otherwise: [请先登记, Register first]", "", "otherwise"),
        ('"901001000000":', '"909009000000":', "909009000000"),
    ],
)
def test_a_condition_that_cannot_be_asked_about_is_refused_by_name(
    tmp_path: Path, before: str, after: str, word: str
) -> None:
    assert before in ELIGIBILITY
    folder = builders.write(tmp_path, eligibility=ELIGIBILITY.replace(before, after))
    with pytest.raises(api.CatalogueBroken) as caught:
        api.read_catalogue(folder)
    assert str(caught.value.details["place"]).startswith("eligibility.yaml:")
    assert word in caught.value.explanation


@pytest.mark.django_db
def test_the_conditions_are_part_of_an_item_s_version(tmp_path: Path) -> None:
    builders.publish(builders.write(tmp_path))
    report = builders.publish(builders.write(tmp_path, eligibility=ELIGIBILITY))
    assert (report.changed, report.unchanged) == (1, 1)
    kept = api.in_force("901001000000", at=builders.TODAY).eligibility
    assert kept == {item.code: item for item in api.read_catalogue(tmp_path).items}["901001000000"].eligibility


def test_an_item_that_cannot_be_tried_keeps_the_digest_it_had_before_there_were_self_checks(tmp_path: Path) -> None:
    item = api.read_catalogue(builders.write(tmp_path)).items[0]
    assert "eligibility" not in storing.dump(item)

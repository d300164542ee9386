"""The checker reads a table like a lint: what it finds, where, and what it leaves alone."""

from typing import Any

import pytest

from zhengtong.rules.dmn.api import check_model, load_model
from zhengtong.rules.dmn.tests.builders import literal, model, table

KINDS = {"年龄": "number", "地区": "string"}
OUT = {"档次": "string"}


def findings(
    rows: list[str], policy: str = "UNIQUE", kinds: dict[str, str] = KINDS, **options: Any
) -> list[tuple[str, str]]:
    checked = check_model(load_model(model(table(kinds, OUT, rows, policy, **options), kinds)))
    return [(problem.code, problem.en) for problem in checked]


def codes(*arguments: Any, **options: Any) -> list[str]:
    return [code for code, _ in findings(*arguments, **options)]


COMPLETE = ['< 60 | - => "无"', '[60..80) | "城区" => "乙"', '[60..80) | not("城区") => "丙"', '>= 80 | - => "甲"']


def test_a_complete_table_without_overlap_has_no_findings() -> None:
    assert findings(COMPLETE) == []


def test_a_gap_is_named_by_the_values_it_lacks() -> None:
    found = findings([COMPLETE[0], COMPLETE[1], COMPLETE[3]])
    assert found == [("gap", "“结论” has no rule for 年龄 in [60..80), 地区 is another value.")]


def test_a_missing_boundary_is_a_gap() -> None:
    found = findings(['< 60 => "a"', '> 60 => "b"'], kinds={"年龄": "number"})
    assert found == [("gap", "“结论” has no rule for 年龄 = 60.")]


def test_a_default_output_closes_every_gap() -> None:
    assert findings(COMPLETE[:2], defaults={"档次": '"无"'}) == []


def test_rules_that_both_apply_and_differ_contradict_each_other() -> None:
    found = findings(['>= 60 => "a"', '>= 80 => "b"', '< 60 => "c"'], kinds={"年龄": "number"})
    assert found == [
        (
            "contradiction",
            "“结论” contradicts itself: rules 1 and 2 both apply for 年龄 >= 80 and conclude differently.",
        )
    ]


def test_rules_that_agree_overlap_under_unique_and_are_fine_under_any() -> None:
    rows = ['>= 60 => "a"', '>= 80 => "a"', '< 60 => "c"']
    kinds = {"年龄": "number"}
    assert codes(rows, kinds=kinds) == ["overlap"]
    assert codes(rows, "ANY", kinds=kinds) == []


def test_a_rule_hidden_by_earlier_ones_is_unreachable() -> None:
    rows = ['>= 60 => "a"', '< 60 => "b"', '[20..90] => "c"']
    assert findings(rows, "FIRST", {"年龄": "number"}) == [("unreachable", "Rule 3 of “结论” can never take effect.")]


def test_a_rule_outside_the_allowed_values_is_unreachable_and_the_others_leave_no_gap() -> None:
    rows = ['"城区" => "a"', '"乡镇" => "b"', '"省外" => "c"']
    options = {"kinds": {"地区": "string"}, "values": {"地区": '"城区", "乡镇"'}}
    assert codes(rows, **options) == ["unreachable"]


def test_a_cell_of_another_type_than_its_column_is_an_error() -> None:
    found = findings(['"六十" => "a"', "- => 5"], "FIRST", {"年龄": "number"})
    assert [code for code, _ in found] == ["cell-type", "cell-type", "unreachable"]
    assert found[0][1] == "Rule 1 of “结论” has string in the column “年龄”, which is number."


@pytest.mark.parametrize(
    ("rows", "policy", "options", "expected"),
    [
        (['- => "丁"'], "UNIQUE", {"values": {"档次": '"甲", "乙"'}}, ["output-value"]),
        (['- => "a"'], "PRIORITY", {}, ["priority-values"]),
        (['- => "a"'], "COLLECT", {"aggregation": "SUM"}, ["aggregation-type"]),
        (["- => 收入"], "UNIQUE", {}, ["unknown-name"]),
    ],
)
def test_what_cannot_work_is_an_error(
    rows: list[str], policy: str, options: dict[str, Any], expected: list[str]
) -> None:
    assert codes(rows, policy, {"年龄": "number"}, **options) == expected


def test_cells_it_cannot_analyse_raise_no_false_alarm() -> None:
    rows = ['? > 地区长度 => "a"', 'not(? > 地区长度) => "b"']
    kinds = {"年龄": "number"}
    assert codes(rows, kinds=kinds) == ["unknown-name"]
    assert codes(['even(?) => "a"', 'odd(?) => "b"'], kinds=kinds) == []


@pytest.mark.parametrize(
    "text", ["{f: function(n) f(n + 1), r: f(1)}.r", "count(for i in 1..100000, j in 1..100000 return i * j)"]
)
def test_a_decision_that_never_ends_is_not_published(text: str) -> None:
    (problem,) = check_model(load_model(model(literal(text), {})))
    assert (problem.code, problem.severity) == ("endless", "error")
    assert problem.remedy_zh == "请检查递归的终止条件和循环的范围。"


def test_members_used_in_filters_are_no_unknown_names() -> None:
    assert check_model(load_model(model(literal("list[amount > 3]"), {"list": ""}))) == []


def test_a_huge_table_is_given_up_in_words_and_in_bounded_time() -> None:
    kinds = {f"x{i}": "number" for i in range(20)}
    rows = [" | ".join(f"> {i}" if i % 20 == c else "-" for c in range(20)) + ' => "a"' for i in range(40)]
    assert codes(rows, "FIRST", kinds) == ["gap", "too-large"]


def test_findings_speak_chinese_and_english_and_name_a_remedy() -> None:
    (problem,) = check_model(load_model(model(table({"x": "number"}, OUT, ['> 1 => "a"']), {"x": "number"})))
    assert problem.text("zh") == "警告 [gap] 决策表“结论”没有覆盖：x <= 1。请补一行规则或设置默认结论。"
    assert problem.text("en") == "warning [gap] “结论” has no rule for x <= 1. Add a rule or a default output."

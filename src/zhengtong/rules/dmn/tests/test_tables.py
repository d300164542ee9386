"""Decision tables: what each hit policy makes of the rules that apply."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhengtong.rules.dmn.api import load_model
from zhengtong.rules.dmn.tests.builders import model, table
from zhengtong.rules.feel.api import Evaluation, compile_unary_tests

AGE = {"年龄": "number"}
LEVEL = {"档次": "string"}
OVERLAPPING = ['>= 60 => "乙"', '>= 70 => "甲"', '>= 80 => "甲"']


def decide(rows: list[str], policy: str, inputs: dict[str, Any], **options: Any) -> Evaluation:
    outputs = options.pop("outputs", LEVEL)
    kinds = options.pop("kinds", AGE)
    return load_model(model(table(kinds, outputs, rows, policy, **options), kinds)).evaluate("结论", inputs)


@pytest.mark.parametrize(
    ("policy", "age", "value"),
    [
        ("UNIQUE", 65, "乙"),
        ("FIRST", 85, "乙"),
        ("ANY", 65, "乙"),
        ("PRIORITY", 75, "甲"),
        ("RULE ORDER", 85, ["乙", "甲", "甲"]),
        ("OUTPUT ORDER", 85, ["甲", "甲", "乙"]),
        ("COLLECT", 75, ["乙", "甲"]),
        ("COLLECT", 20, []),
        ("FIRST", 20, None),
    ],
)
def test_a_hit_policy_chooses_among_the_rules_that_apply(policy: str, age: int, value: Any) -> None:
    assert decide(OVERLAPPING, policy, {"年龄": age}, values={"档次": '"甲", "乙"'}).value == value


@pytest.mark.parametrize(("policy", "code"), [("UNIQUE", "several-hits"), ("ANY", "differing-hits")])
def test_rules_that_should_agree_but_do_not_give_null_and_name_the_rules(policy: str, code: str) -> None:
    evaluation = decide(OVERLAPPING, policy, {"年龄": 75})
    assert evaluation.value is None
    assert [(d.code, d.details["rules"]) for d in evaluation.diagnostics] == [(code, "1, 2")]


@pytest.mark.parametrize(
    ("aggregation", "value"),
    [("SUM", Decimal("60.5")), ("MIN", Decimal("20.5")), ("MAX", Decimal(40)), ("COUNT", Decimal(2))],
)
def test_collected_numbers_are_aggregated_exactly(aggregation: str, value: Decimal) -> None:
    rows = [">= 60 => 20.5", ">= 70 => 40", "> 90 => 100"]
    options = {"aggregation": aggregation, "outputs": {"金额": "number"}}
    assert decide(rows, "COLLECT", {"年龄": 75}, **options).value == value


def test_counting_no_rules_gives_zero() -> None:
    options = {"aggregation": "COUNT", "outputs": {"金额": "number"}}
    assert decide(["> 90 => 1"], "COLLECT", {"年龄": 1}, **options).value == 0


def test_without_a_rule_the_default_output_counts() -> None:
    assert decide(OVERLAPPING, "FIRST", {"年龄": 3}, defaults={"档次": '"无"'}).value == "无"


def test_several_outputs_make_a_context() -> None:
    outputs = {"档次": "string", "金额": "number"}
    assert decide(['>= 60 => "甲" | 年龄 * 10'], "UNIQUE", {"年龄": 61}, outputs=outputs).value == {
        "档次": "甲",
        "金额": 610,
    }


@pytest.mark.parametrize(
    ("cell", "value", "applies"),
    [
        ("-", None, True),
        ("null", None, True),
        ('"a", "b"', "b", True),
        ('not("a", "b")', "b", False),
        ('not("a", "b")', "c", True),
        ("[1..5)", 5, False),
        ("< 3, > 7", 8, True),
        ("? > 3 and ? < 5", 4, True),
        ('contains(?, "街道")', "东门街道", True),
        ("true", True, True),
        ('date("2026-01-01")', None, False),
        ("[1, 2, 3]", 2, True),
        ("上限", 7, True),
        ("< 上限", 7, False),
        ("!= 3", 4, True),
    ],
)
def test_a_cell_tests_its_input(cell: str, value: Any, applies: Any) -> None:
    tests = compile_unary_tests(cell)
    assert (tests.evaluate(value, {"上限": 7}).value is True) is applies
    kinds = {"值": "", "上限": "number"}
    rows = [f"{cell} | - => true", "- | - => false"]
    assert decide(rows, "FIRST", {"值": value, "上限": 7}, kinds=kinds, outputs={"y": "boolean"}).value is applies


def test_an_empty_conclusion_is_null_and_no_mistake() -> None:
    outputs = {"档次": "string", "说明": "string"}
    loaded = load_model(model(table(AGE, outputs, ['- => "甲" | ']), AGE)).require_valid()
    assert loaded.evaluate("结论", {"年龄": 1}).value == {"档次": "甲", "说明": None}


CELLS = st.sampled_from(
    ["-", "< 10", "<= 10", "> 10", ">= 20", "[10..20]", "(10..20)", "]0..10]", "10", "10, 20", "not(10)", "not(> 20)",
     "-5.5", "null", '"a"', '"b","c"', 'not("a")', "true", "> x", "? > x", "[x..20]", '@"2026-01-01"']
)  # fmt: skip
VALUES = st.one_of(
    st.decimals(-30, 30, places=1), st.sampled_from([10, 20, 0, -5.5, None, True, False, "a", "b", "z", ""])
)


@settings(deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8), VALUES, VALUES)
def test_the_masks_find_the_same_rules_as_asking_cell_by_cell(
    rows: list[tuple[str, str]], first: Any, second: Any
) -> None:
    kinds = {"a": "", "b": "", "x": "number"}
    lines = [f"{a} | {b} | - => {i}" for i, (a, b) in enumerate(rows)]
    inputs = {"a": first, "b": second, "x": 12}
    found = decide(lines, "RULE ORDER", inputs, kinds=kinds, outputs={"n": "number"}).value
    expected = [
        i
        for i, (a, b) in enumerate(rows)
        if compile_unary_tests(a).evaluate(first, {"x": 12}).value is True
        and compile_unary_tests(b).evaluate(second, {"x": 12}).value is True
    ]
    assert found == expected

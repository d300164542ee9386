"""What FEEL expressions mean: one row, one behaviour of DMN 1.5 chapter 10."""

import doctest
import importlib
import pkgutil
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from zhengtong.rules import feel
from zhengtong.rules.feel.api import FeelSyntaxError, Limits, compile_expression, feel_text

CONTEXT: dict[str, Any] = {
    "年龄": 67,
    "monthly income": Decimal("5200.50"),
    "Max-age": 40,
    "applicant": {"name": "李明", "born on": date(1959, 3, 1), "children": [{"age": 4}, {"age": 11}]},
    "nothing": None,
    "count": 7,
}

ANSWERS = [
    ("1 + 2 * 3 - 4 / 2", "5"),
    ("0.1 + 0.2 = 0.3", "true"),
    ("1 / 3", "0." + "3" * 34),
    ("2 ** 10", "1024"),
    ("-2 ** 2", "4"),
    ("10 - 2 - 3", "5"),
    ("1.5e3", "1500"),
    ('if 年龄 >= 60 then "减免" else "全额"', "减免"),
    ('if nothing then "yes" else "no"', "no"),
    ('if 年龄 < 6 then "a" else if 年龄 < 60 then "b" else "c"', "c"),
    ("monthly income * 12", "62406.00"),
    ("Max-age - 1", "39"),
    ("count + 1", "8"),
    ("count([1, 2])", "2"),
    ("applicant.born on", "1959-03-01"),
    ("applicant.children[age > 10]", "[{age: 11}]"),
    ("applicant.children.age", "[4, 11]"),
    ("applicant.children[-1].age", "11"),
    ("true and nothing", "null"),
    ("false and nothing", "false"),
    ("true or nothing", "true"),
    ("false or nothing", "null"),
    ("true and 1", "null"),
    ('1 = "1"', "null"),
    ("nothing = null", "true"),
    ("1 = null", "false"),
    ("1 != null", "true"),
    ("[1, 2] = [1, 2]", "true"),
    ("{a: 1} = {a: 2}", "false"),
    ("5 in [1..5)", "false"),
    ("5 in (1, 3, 5)", "true"),
    ("5 in (< 3, > 4)", "true"),
    ("5 in [[1..2], [4..6]]", "true"),
    ("3 in ]1..3]", "true"),
    ("2 between 1 and 3 and true", "true"),
    ("for i in 1..3 return i * i", "[1, 4, 9]"),
    ("for i in 3..1 return i", "[3, 2, 1]"),
    ("for x in [1, 2], y in [10, 20] return x + y", "[11, 21, 12, 22]"),
    ("for i in 1..5 return if i <= 2 then 1 else partial[-1] + partial[-2]", "[1, 1, 2, 3, 5]"),
    ('for d in @"2026-11-21"..@"2026-11-23" return d.weekday', "[6, 7, 1]"),
    ("some x in [1, 2] satisfies x > 1", "true"),
    ("every x in [1, 2] satisfies x > 1", "false"),
    ("every x in [] satisfies false", "true"),
    ("{a: 1, b: a + 1}.b", "2"),
    ("{fact: function(n) if n <= 1 then 1 else n * fact(n - 1), r: fact(20)}.r", "2432902008176640000"),
    ("(function(a: number, b) a * b)(b: 3, a: 2)", "6"),
    ("(function(a, b) [a, b])(b: 3)", "[null, 3]"),
    ("(function(a, b) [a, b])(c: 3)", "null"),
    ('@"2026-01-31" + @"P1M"', "2026-02-28"),
    ('@"2026-03-01" - @"2026-02-01"', "P28D"),
    ('@"2026-11-22T23:30:00+08:00" + @"PT1H"', "2026-11-23T00:30:00+08:00"),
    ('@"2026-11-22T08:00:00+08:00" = @"2026-11-22T00:00:00Z"', "true"),
    ('@"2026-11-22T08:00:00" < @"2026-11-22T00:00:00Z"', "null"),
    ('@"23:30:00" + @"PT45M"', "00:15:00"),
    ('@"P1Y" * 1.5', "P1Y6M"),
    ('@"PT3H" / @"PT45M"', "4"),
    ('date and time("2026-11-22T10:00:00@Asia/Shanghai").time offset', "PT8H"),
    ("[1, 2, 3] instance of list<number>", "true"),
    ("{a: 1} instance of context<a: string>", "false"),
    ("nothing instance of Any", "false"),
    ("(function(a) a) instance of function", "true"),
    ("1 instance of function", "false"),
    ('string length("政通𠮷")', "3"),
    (r'"\u653F\u901A\t" + "\"x\""', '政通\t"x"'),
    ("1 + /* one */ 1 // two", "2"),
    ("sort([3, 1, 2], function(a, b) a > b)", "[3, 2, 1]"),
    ('not(contains("abc", "z"))', "true"),
    ("min([])", "null"),
    ("append(list: [1], item: 2)", "[1, 2]"),
    ("before(range: [1..5], point: 6)", "true"),
    ('range("[18..)")', "(>=18)"),
    ("0 ** 0", "1"),
    ("sum([1, 2.5])", "3.5"),
    ("[1, 2, 3, 4][item > 1][1]", "2"),
    ('string(["a", 1.50, null, @"P1D", [1..2)])', '["a", 1.50, null, P1D, [1..2)]'),
]


@pytest.mark.parametrize(("source", "written"), ANSWERS)
def test_an_expression_has_the_value_of_the_standard(source: str, written: str) -> None:
    expression = compile_expression(source, names=CONTEXT)
    value = expression.evaluate(CONTEXT).value
    assert ("null" if value is None else feel_text(value)) == written


def test_now_and_today_are_the_given_clock() -> None:
    moment = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
    assert feel_text(compile_expression("now()").value(now=moment)) == "2026-11-22T05:00:00Z"
    assert feel_text(compile_expression('today() + duration("P1D")').value(now=moment)) == "2026-11-23"


def test_without_a_clock_now_is_null_and_says_so() -> None:
    evaluation = compile_expression("now()").evaluate()
    assert evaluation.value is None
    assert [d.code for d in evaluation.diagnostics] == ["out-of-range"]


@pytest.mark.parametrize(
    ("source", "code", "position"),
    [
        ("1 +", "unexpected", 3),
        ("1 + * 2", "unexpected", 4),
        ("", "empty", 0),
        ('"abc', "unterminated-string", 0),
        ("a # b", "unexpected-character", 2),
        ("if a then b", "unexpected", 11),
        ("{a: 1, a: 2}", "repeated-name", 7),
        ("f(1, b: 2)", "mixed-arguments", 5),
        ("x instance of tMissing", "unknown-type", 14),
        ("(" * 200 + "1" + ")" * 200, "too-deep", 64),
    ],
)
def test_what_cannot_be_read_is_refused_at_the_character(source: str, code: str, position: int) -> None:
    with pytest.raises(FeelSyntaxError) as refused:
        compile_expression(source)
    assert (refused.value.diagnostic.code, refused.value.position) == (code, position)


def test_a_refusal_draws_a_caret_under_wide_characters_and_names_the_remedy() -> None:
    with pytest.raises(FeelSyntaxError) as refused:
        compile_expression("年龄 ＞＝ 60）")
    assert refused.value.caret.splitlines()[0] == "年龄 ＞＝ 60）"
    assert refused.value.remedy_zh == "请把全角标点改为半角标点。"


@pytest.mark.parametrize(
    ("source", "codes"),
    [
        ("1 / 0", ["division-by-zero"]),
        ('1 + "a"', ["bad-operands"]),
        ("missing", ["unknown-name"]),
        ("substring(1, 2)", ["bad-argument"]),
        ("substring()", ["bad-arguments"]),
        ("applicant.height", ["no-member"]),
        ("10 ** 7000", ["overflow"]),
        ("nothing(1)", ["not-a-function"]),
    ],
)
def test_an_error_while_running_gives_null_and_a_diagnostic(source: str, codes: list[str]) -> None:
    evaluation = compile_expression(source, names=CONTEXT).evaluate(CONTEXT)
    assert evaluation.value is None
    assert [d.code for d in evaluation.diagnostics] == codes
    assert all(d.zh and d.en for d in evaluation.diagnostics)


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("{f: function(n) f(n), r: f(1)}.r", "depth-limit"),
        ("for a in 1..100000, b in 1..100000 return 1", "step-limit"),
        ("count(for a in 1..9999999999 return 1)", "size-limit"),
        ('{f: function(s, n) if n = 0 then s else f(s + s, n - 1), r: string length(f("ab", 60))}.r', "size-limit"),
    ],
)
def test_an_expression_without_end_stops_at_its_limit(source: str, code: str) -> None:
    evaluation = compile_expression(source).evaluate(limits=Limits(steps=200_000))
    assert evaluation.value is None
    assert evaluation.diagnostics[-1].code == code


def test_a_rule_that_never_ends_is_found_by_a_trial_run() -> None:
    endless = compile_expression("{f: function(n) f(n), r: f(收入)}.r").trial()
    assert endless is not None
    assert endless.code == "depth-limit"
    assert compile_expression("收入 * 2 > 1").trial() is None


def test_only_the_members_an_expression_reads_are_looked_at() -> None:
    form = {"applicant": {"age": 67, "photo": object()}, "children": [{"age": 3}, {"age": 5}], "on": date(2026, 1, 2)}
    assert compile_expression("form.applicant.age >= 60").value({"form": form}) is True
    assert feel_text(compile_expression("form.children.age").value({"form": form})) == "[3, 5]"
    assert feel_text(compile_expression("form.on.year").value({"form": form})) == "2026"
    missing = compile_expression("form.applicant.name").evaluate({"form": {"applicant": {}}})
    assert (missing.value, [d.code for d in missing.diagnostics]) == (None, ["no-member"])
    assert [d.code for d in compile_expression("form.age").evaluate({}).diagnostics] == ["unknown-name"]


def test_the_free_names_are_the_variables_read_from_outside() -> None:
    expression = compile_expression("for x in items return x.price * rate + count(items) + local")
    assert expression.free_names == {"items", "rate", "local"}


def test_the_examples_in_the_docstrings_hold() -> None:
    for module in pkgutil.walk_packages(feel.__path__, feel.__name__ + "."):
        if ".tests" not in module.name:
            assert doctest.testmod(importlib.import_module(module.name)).failed == 0, module.name

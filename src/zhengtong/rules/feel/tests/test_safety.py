"""Safety: whatever is typed, FEEL answers in bounded work, and says why when it stops."""

import contextlib
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhengtong.rules.feel.api import (
    FeelSyntaxError,
    Limits,
    compile_expression,
    compile_unary_tests,
    feel_text,
    to_json,
    to_python,
)

NOW = datetime(2026, 11, 22, tzinfo=UTC)
LIMITS = Limits(steps=20_000)
CONTEXT: dict[str, Any] = {"a": 1, "b": "text", "list": [1, 2, {"x": 1}], "年龄": 67}
VOCABULARY = r"""
1 2.5 .5 1e400 "s" "\u00" a b list 年龄 item ? null true @ @"P1D" @"x" if then else for in return some every
satisfies function external instance of between and or not date time duration sort count matches partial number
range ( ) [ ] { } , : . .. + - * / ** = != < >= -> ' ，
"""
WORDS = st.sampled_from(VOCABULARY.split())


def refusal_of(source: str) -> FeelSyntaxError | None:
    """The refusal of a source that cannot be read."""
    try:
        compile_expression(source, limits=LIMITS)
    except FeelSyntaxError as refused:
        return refused
    return None


def run(source: str) -> None:
    refused = refusal_of(source)
    if refused is not None:
        assert 0 <= refused.position <= len(source)
        assert refused.text("zh")
        assert refused.text("en")
        return
    evaluation = compile_expression(source, limits=LIMITS).evaluate(CONTEXT, now=NOW)
    assert all(note.zh and note.en for note in evaluation.diagnostics)
    feel_text(evaluation.value)
    to_json(evaluation.value)
    to_python(evaluation.value)


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(WORDS, max_size=25))
def test_any_row_of_words_is_a_value_or_a_refusal(words: list[str]) -> None:
    run(" ".join(words))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_a_value_or_a_refusal(text: str) -> None:
    run(text)
    with contextlib.suppress(FeelSyntaxError):
        compile_unary_tests(text, limits=LIMITS).evaluate(1, CONTEXT, now=NOW)


def leaves() -> st.SearchStrategy[str]:
    return st.sampled_from(
        ["1", "0", "-2", "1.5", "null", "true", '"ab"', "a", "list", '@"2026-01-31"', '@"PT1H"', '@"P1M"']
    )


def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.tuples(inner, inner)
    return st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "**", "=", "<", "and", "or", "in"]), inner).map(
            lambda t: f"({t[0]} {t[1]} {t[2]})"
        ),
        pairs.map(lambda t: f"[{t[0]}, {t[1]}]"),
        pairs.map(lambda t: f"[{t[0]}..{t[1]}]"),
        pairs.map(lambda t: f"(for x in {t[0]} return {t[1]})"),
        pairs.map(lambda t: f"(some x in {t[0]} satisfies {t[1]})"),
        pairs.map(lambda t: f"({t[0]})[{t[1]}]"),
        pairs.map(lambda t: f"{{k: {t[0]}, r: {t[1]}}}.k"),
        pairs.map(lambda t: f"(function(p) {t[0]})({t[1]})"),
        st.tuples(
            st.sampled_from(["string", "count", "sum", "min", "flatten", "distinct values", "sort", "abs"]), inner
        ).map(lambda t: f"{t[0]}({t[1]})"),
    )


@settings(max_examples=150, deadline=None)
@given(st.recursive(leaves(), larger, max_leaves=20))
def test_any_well_formed_expression_has_a_value_and_always_the_same(source: str) -> None:
    expression = compile_expression(source, limits=LIMITS)
    first, second = (expression.evaluate(CONTEXT, now=NOW) for _ in range(2))
    assert to_json(first.value) == to_json(second.value)
    assert [note.code for note in first.diagnostics] == [note.code for note in second.diagnostics]


def shared(name: str) -> str:
    return f"{name}0: [1, 1]," + ",".join(f"{name}{i}: [{name}{i - 1}, {name}{i - 1}]" for i in range(1, 40))


BIG = 'string join(for i in 1..3000 return "abcdefgh")'


@pytest.mark.parametrize(
    "source",
    [
        "for a in 1..100000, b in 1..100000 return 1",
        "{" + shared("a") + "}",
        "string({" + shared("a") + "}.a39)",
        "{" + shared("a") + "," + shared("b") + ", r: a39 = b39}.r",
        "distinct values({" + shared("a") + "}.a39)",
        "flatten({" + shared("a") + "}.a39)",
        "for i in 1..200 return partial",
        "{s: " + BIG + ", r: for i in 1..90000 return substring(s, 2)}.r",
        "{s: " + BIG + ', r: for i in 1..900000 return contains(s, "z")}.r',
        "{s: " + BIG + ', r: replace(s, "a", s)}.r',
        'for i in 1..100000 return matches("a", "((((a{9}){9}){5}){9})" + string(i))',
        "for i in 1..900000 return (1.5 + i) ** 1.5",
        "for i in 1..900000 return exp(log(i))",
        "for i in 1..900000 return modulo(1e6144, 1e-6143)",
        "for i in 1..900000 return function(x) x",
        "for i in 1..900000 return i" + "+i" * 10_000,
        "sort(for i in 1..200000 return modulo(i * 7919, 100003), function(a, b) a < b)",
        "{l: for i in 1..50000 return i, r: some x in l satisfies x + 0.5 in l}.r",
    ],
)
def test_work_without_measure_stops_at_the_step_limit(source: str) -> None:
    evaluation = compile_expression(source).evaluate(limits=Limits(steps=60_000))
    assert evaluation.value is None
    assert [note.code for note in evaluation.diagnostics][-1] == "step-limit"


@pytest.mark.parametrize(
    "source",
    [
        "(" * 9_000,
        "-" * 9_000 + "1",
        "a" + "[1]" * 9_000,
        "f(1)" + ".b" * 9_000,
        "1" + "=1" * 9_000,
        "{a:" * 5_000,
        "f(" * 9_000,
    ],
)
def test_nesting_beyond_the_limit_is_refused(source: str) -> None:
    with pytest.raises(FeelSyntaxError) as refused:
        compile_expression(source)
    assert refused.value.diagnostic.code in {"too-deep", "unexpected"}


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("1" + " + 1" * 5_000, "5001"),
        ("true" + " and true" * 3_000, "true"),
        ("if false then 1 else " * 1_000 + "2", "2"),
    ],
)
def test_long_flat_rules_are_no_nesting(source: str, text: str) -> None:
    assert feel_text(compile_expression(source).value()) == text


def test_a_value_feel_does_not_know_is_refused_at_the_door() -> None:
    with pytest.raises(TypeError, match="object"):
        compile_expression("a").evaluate({"a": object()})
    with pytest.raises(TypeError):
        compile_expression("a").evaluate({"a": 10**9999})
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(TypeError, match="nested"):
        compile_expression("a").evaluate({"a": endless})

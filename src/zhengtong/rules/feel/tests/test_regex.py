"""Regular expressions of XPath: the dialect, its errors, and bounded matching."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhengtong.rules.feel.api import compile_expression, feel_text
from zhengtong.rules.feel.regex import PatternError, compile_pattern


class Counter:
    def __init__(self) -> None:
        self.steps = 0

    def __call__(self, steps: int) -> None:
        self.steps += steps


@pytest.mark.parametrize(
    ("pattern", "flags", "text", "found"),
    [
        ("^1[3-9]\\d{9}$", "", "13800138000", True),
        ("^1[3-9]\\d{9}$", "", "138001380001", False),
        ("^\\p{IsCJKUnifiedIdeographs}{2,4}$", "", "李明", True),
        ("[a-z-[aeiou]]+$", "", "aei", False),
        ("[a-z-[aeiou]]", "", "xyz", True),
        ("a.c", "", "a\nc", False),
        ("a.c", "s", "a\nc", True),
        ("^b$", "", "a\nb", False),
        ("^b$", "m", "a\nb\n", True),
        ("A B", "xi", "ab", True),
        ("a.b", "q", "a.b", True),
        ("a.b", "q", "axb", False),
        ("(a)\\1", "", "aa", True),
        ("(a|b)\\1", "", "ab", False),
        ("\\i\\c*", "", "名-1", True),
        ("^\\w+$", "", "a b", False),
        ("^(?:ab)+?$", "", "abab", True),
        ("x|^$", "", "", True),
    ],
)
def test_a_pattern_means_what_xpath_says(pattern: str, flags: str, text: str, found: bool) -> None:  # noqa: FBT001
    assert (compile_pattern(pattern, flags).search(text, Counter()) is not None) is found


@pytest.mark.parametrize(
    "pattern",
    ["(", ")", "[", "a{2,1}", "a**", "*", "\\1", "(a)\\2", "[\\1]", "\\e", "\\p{Nope}", "[]", "(?=a)", "]", "a{x}"],
)
def test_what_xpath_does_not_know_is_an_error(pattern: str) -> None:
    with pytest.raises(PatternError):
        compile_pattern(pattern)
    assert compile_expression('matches("a", p)').evaluate({"p": pattern}).value is None


PIECES = st.recursive(
    st.sampled_from(["a", "b", "[ab]", "[^a]", ".", "^", "$"]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map("|".join).map(lambda p: f"({p})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{1,2}", "*?"])).map(lambda t: f"(?:{t[0]}){t[1]}"),
    ),
    max_leaves=8,
)


@settings(deadline=None, max_examples=300)
@given(PIECES, st.text("abc", max_size=12))
def test_the_matcher_agrees_with_pythons_on_what_they_share(pattern: str, text: str) -> None:
    pattern_of_python = pattern.replace("$", r"\Z")
    python = re.search(pattern_of_python, text, re.DOTALL)
    ours = compile_pattern(pattern, "s").search(text, Counter())
    # Where a match starts, and whether the whole text matches, is the same everywhere; after an empty turn of a loop,
    # engines differ in where a match ends.
    assert (ours.span[0] if ours else None) == (python.start() if python else None)
    whole = compile_pattern(f"^(?:{pattern})$", "s").search(text, Counter())
    assert (whole is not None) == (re.fullmatch(pattern_of_python, text, re.DOTALL) is not None)


@pytest.mark.parametrize("pattern", ["(a*)*b", "(a+)+b", "(a|a)*b", "(a|aa)+$b", "a*a*a*a*a*b", "(.*)*x"])
def test_a_pattern_that_would_explode_stays_linear_in_the_text(pattern: str) -> None:
    short, long = Counter(), Counter()
    compiled = compile_pattern(pattern)
    assert compiled.search("a" * 200, short) is None
    assert compiled.search("a" * 400, long) is None
    assert long.steps < 2.5 * short.steps


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ('replace("darted", "^(.*?)d(.*)$", "$1c$2")', "carted"),
        ('replace("abracadabra", "bra", "*")', "a*cada*"),
        ('replace("AAAA", "A+?", "b")', "bbbb"),
        ('replace("身份证110101", "\\d", "*")', "身份证******"),
        ('replace("a.b", ".", "-", "q")', "a-b"),
        ('replace("price", "i", "\\$")', "pr$ce"),
        ('split("John Doe", "\\s")', '["John", "Doe"]'),
        ('split("a;b;;", ";")', '["a", "b", "", ""]'),
    ],
)
def test_replace_and_split_use_patterns(source: str, text: str) -> None:
    assert feel_text(compile_expression(source).value()) == text


@pytest.mark.parametrize(
    "source",
    [
        'replace("a", ".*", "x")',
        'replace("a", "a", "$")',
        'replace("a", "a", "\\x")',
        'split("a", "x*")',
        'matches("a", "a", "z")',
    ],
)
def test_a_match_of_nothing_or_a_bad_replacement_is_null(source: str) -> None:
    assert compile_expression(source).value() is None

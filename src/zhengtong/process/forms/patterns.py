"""Patterns of texts 填写格式, as an official writes them and as a citizen's text is held to them.

Python's `re` may take exponential time for a pattern somebody wrote in good faith, `(a+)+$`. Here both the check and
the use go through the FEEL engine's matcher, which tries a place in the pattern once at a place in the text; what it
cannot bound, references back to a group, is refused.
"""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from zhengtong.rules.feel.api import PatternError, compile_pattern, invent

LONGEST = 200
_MOST_STEPS = 2_000_000
_LIKED = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz示例 -_/.,:@()（），。、"


class UnfitPatternError(ValueError):
    """A pattern cannot be read, or what it costs cannot be bounded."""


class _TooManySteps(Exception):  # noqa: N818 -- caught here
    """The text is given up."""


def check_pattern(pattern: str) -> None:
    """Refuse a pattern that cannot be read or bounded.

    Raises:
        UnfitPatternError: with the reason in the reader's language.

    >>> check_pattern(r"[A-Z]{2}[0-9]{6}")
    >>> check_pattern("(a")
    Traceback (most recent call last):
    zhengtong.process.forms.patterns.UnfitPatternError: ...
    """
    if len(pattern) > LONGEST:
        raise UnfitPatternError(gettext("格式不能超过 {most} 个字符").format(most=LONGEST))
    try:
        compiled = compile_pattern(pattern)
    except (PatternError, RecursionError) as error:
        raise UnfitPatternError(gettext("格式读不懂：{what}").format(what=error)) from error
    if compiled.has_back_references:
        raise UnfitPatternError(gettext("格式不能引用前面的分组（如 \\1）"))


def fits(pattern: str, text: str) -> bool:
    """Say whether *pattern* is found in *text*, as JSON Schema means it; a text that costs too much does not fit.

    >>> fits("^[0-9]{4}$", "2026"), fits("(a+)+$", "a" * 200 + "b")
    (True, False)
    """
    left = _MOST_STEPS

    def spend(steps: int) -> None:
        nonlocal left
        left -= steps
        if left < 0:
            raise _TooManySteps

    try:
        return compile_pattern(pattern).search(text, spend) is not None
    except _TooManySteps:
        return False


def example_of(pattern: str, *, least: int, most: int) -> str | None:
    """Return a text of *least* to *most* characters that fits *pattern*; None where none is found.

    >>> example_of("^浙[A-Z][0-9A-Z]{5}$", least=0, most=20)
    '浙A00000'
    """
    candidates = "".join(dict.fromkeys(_LIKED + pattern))
    found = invent(compile_pattern(pattern), candidates, least=least, most=most)
    return found if found is not None and fits(pattern, found) else None


class FitsPattern:
    """Django's validator for a pattern; `said` is the sentence for a text that does not fit."""

    def __init__(self, pattern: str, said: str) -> None:
        self.pattern, self.said = pattern, said

    def __call__(self, value: str) -> None:
        """Refuse *value* where it does not fit."""
        if not fits(self.pattern, value):
            raise ValidationError(self.said or gettext("格式不对，请按提示填写。"), code="pattern")

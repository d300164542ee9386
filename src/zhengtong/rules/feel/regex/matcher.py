"""Matcher 匹配: backtracking that remembers where it failed, so the work is bounded by pattern × text.

A pattern with back references may still need more; it runs into the same count of steps as everything else.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, Final

from zhengtong.rules.feel.regex.syntax import PatternError, PatternParser, Program, strip_spaces

FLAGS: Final = frozenset("smixq")
Spend = Callable[[int], None]


class Match:
    """A match: the text and the places of the groups, group 0 being the whole."""

    __slots__ = ("_places", "_text")

    def __init__(self, text: str, places: tuple[int, ...]) -> None:
        self._text, self._places = text, places

    @property
    def span(self) -> tuple[int, int]:
        """Where the match starts and ends."""
        return self._places[0], self._places[1]

    def group(self, number: int) -> str:
        """Return the text of a group, empty if it took no part."""
        start, end = self._places[2 * number], self._places[2 * number + 1]
        return self._text[start:end] if start >= 0 else ""


class Pattern:
    """A compiled pattern; `groups` is the number of capturing groups.

    Without back references the work is bounded by pattern × text.
    """

    def __init__(self, program: Program, groups: int, *, has_back_references: bool, ignore_case: bool) -> None:
        self.program = program
        self.groups = groups
        self.has_back_references = has_back_references
        self._ignore_case = ignore_case

    def search(self, text: str, spend: Spend, start: int = 0) -> Match | None:
        """Return the first match from *start* on; *spend* is called with the steps taken and may raise."""
        failed: set[object] = set()
        for position in range(start, len(text) + 1):
            found = self._match_at(text, position, failed, spend)
            if found is not None:
                return Match(text, found)
        return None

    def iterate(self, text: str, spend: Spend) -> Iterator[Match]:
        """Return all matches, each starting where the last one ended."""
        position = 0
        while position <= len(text):
            match = self.search(text, spend, position)
            if match is None:
                return
            yield match
            position = max(match.span[1], match.span[0] + 1)

    def _match_at(self, text: str, start: int, failed: set[object], spend: Spend) -> tuple[int, ...] | None:
        width = len(text) + 1
        stack = [(0, start, (-1,) * (2 * self.groups + 2))]
        while stack:
            at, position, places = stack.pop()
            steps = 0
            while at >= 0:
                steps += 1
                step = self.program[at]
                kind = step[0]
                if kind == "split":
                    mark: object = (at, position, places) if self.has_back_references else at * width + position
                    if mark in failed:
                        break
                    failed.add(mark)
                    stack.append((step[2], position, places))
                    at = step[1]
                elif kind == "save":
                    places = (*places[: step[1]], position, *places[step[1] + 1 :])
                    at += 1
                elif kind == "match":
                    spend(steps)
                    return places
                else:
                    at, position = self._advance(step, at, text, position, places)
            spend(steps)
        return None

    def _advance(
        self, step: tuple[Any, ...], at: int, text: str, position: int, places: tuple[int, ...]
    ) -> tuple[int, int]:
        """Take a simple step; returns the next instruction (-1: no match) and place."""
        kind = step[0]
        if kind == "char":
            return (at + 1, position + 1) if position < len(text) and step[1](text[position]) else (-1, position)
        if kind == "jump":
            return step[1], position
        if kind == "assert":
            return (at + 1 if _holds(step[1], text, position) else -1), position
        first, last = places[2 * step[1]], places[2 * step[1] + 1]
        part = text[first:last] if first >= 0 else ""
        return (at + 1, position + len(part)) if self._repeats(part, text, position) else (-1, position)

    def _repeats(self, part: str, text: str, position: int) -> bool:
        found = text[position : position + len(part)]
        return found == part or (self._ignore_case and found.casefold() == part.casefold())


def _holds(kind: str, text: str, position: int) -> bool:
    if kind[0] == "^":
        if position == 0:
            return True
        return kind == "^m" and position < len(text) and text[position - 1] == "\n"
    if position == len(text):
        return True
    return kind == "$m" and text[position] == "\n"


@lru_cache(maxsize=512)
def compile_pattern(pattern: str, flags: str = "") -> Pattern:
    """Compile a pattern with flags from `s`, `m`, `i`, `x`, `q`.

    Raises:
        PatternError: it is none of this dialect, or there is no such flag.
    """
    chosen = frozenset(flags)
    if not chosen <= FLAGS:
        raise PatternError(flags)
    if "q" in chosen:
        pattern = "".join("\\" + c if c in "\\|.?*+(){}-[]^$" else c for c in pattern)
    elif "x" in chosen:
        pattern = strip_spaces(pattern)
    parser = PatternParser(pattern, chosen)
    program = parser.parse()
    exact, ignore_case = parser.has_back_references, "i" in chosen
    return Pattern(program, parser.groups, has_back_references=exact, ignore_case=ignore_case)

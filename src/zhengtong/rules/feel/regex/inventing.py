"""Texts for a pattern 示例文本: the shortest that fits, found on the same small machine that matches.

A rehearsal must answer a form nobody has filled in. A search by breadth over places in the pattern and lengths of the
text ends after `MOST_STATES`, whatever the pattern.
"""

from collections import deque
from collections.abc import Iterator
from typing import Final

from zhengtong.rules.feel.regex.matcher import Pattern

MOST_STATES: Final = 200_000
State = tuple[int, int, bool]  # place in the program, length of the text so far, whether nothing may follow


def invent(pattern: Pattern, candidates: str, *, least: int = 0, most: int = 200) -> str | None:
    """Return the shortest text of *least* to *most* characters that *pattern* finds from its beginning on.

    Args:
        pattern: without back references.
        candidates: the characters to try, the ones liked best first.
        least: the shortest length, in characters.
        most: the longest.

    Returns:
        None where there is no such text of these characters, or it was not found in `MOST_STATES` steps.

    >>> from zhengtong.rules.feel.regex.matcher import compile_pattern
    >>> invent(compile_pattern("^[A-Z]{2}-[0-9]{4}$"), "0A-")
    'AA-0000'
    >>> invent(compile_pattern("^(a|bc)+$"), "abc", least=3)
    'abc'
    >>> invent(compile_pattern("[0-9]"), "x7", least=3)
    '7xx'
    >>> invent(compile_pattern("^a$"), "b") is None
    True
    """
    first: State = (0, 0, False)
    came: dict[State, tuple[State, str] | None] = {first: None}
    waiting = deque([first])
    while waiting and len(came) < MOST_STATES:
        state = waiting.popleft()
        if pattern.program[state[0]][0] == "match":
            if state[1] >= least:
                return _text(came, state)
            if not state[2] and candidates and least <= most:
                return _text(came, state) + candidates[0] * (least - state[1])
            continue
        for following, character in _steps(pattern, state, candidates, most):
            if following not in came:
                came[following] = (state, character)
                (waiting.append if character else waiting.appendleft)(following)
    return None


def _steps(pattern: Pattern, state: State, candidates: str, most: int) -> Iterator[tuple[State, str]]:
    at, length, ended = state
    step = pattern.program[at]
    if step[0] == "char":
        if length < most and not ended:
            fitting = next((character for character in candidates if step[1](character)), None)
            if fitting is not None:
                yield (at + 1, length + 1, False), fitting
    elif step[0] == "split":
        yield (step[2], length, ended), ""
        yield (step[1], length, ended), ""
    elif step[0] == "jump":
        yield (step[1], length, ended), ""
    elif step[0] == "save":
        yield (at + 1, length, ended), ""
    elif step[0] == "assert":
        if step[1][0] == "$":
            yield (at + 1, length, True), ""
        elif length == 0:
            yield (at + 1, length, ended), ""


def _text(came: dict[State, tuple[State, str] | None], state: State) -> str:
    found, before = "", came[state]
    while before is not None:
        found = before[1] + found
        before = came[before[0]]
    return found

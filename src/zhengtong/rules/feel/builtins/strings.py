"""String functions 字符串函数: positions count characters (code points) from 1 (DMN 1.5, table 64)."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from zhengtong.rules.feel.builtins.registry import builtin
from zhengtong.rules.feel.regex import Match, Pattern, PatternError, compile_pattern
from zhengtong.rules.feel.runtime import FeelError, Runtime


@builtin("substring(string: string, start position: number, [length: number?])")
def substring(string: str, start_position: Decimal, length: Decimal | None = None) -> str:
    """Return *length* characters from *start position* (negative: from the end); to the end without a length."""
    start = int(start_position)
    if start == 0 or abs(start) > len(string):
        raise FeelError("out-of-range", detail="start position")
    first = start - 1 if start > 0 else len(string) + start
    if length is None:
        return string[first:]
    if length < 1:
        raise FeelError("out-of-range", detail="length")
    return string[first : first + int(min(length, Decimal(len(string))))]


@builtin("string length(string: string)")
def string_length(string: str) -> Decimal:
    """Return the number of characters."""
    return Decimal(len(string))


@builtin("upper case(string: string)")
def upper_case(runtime: Runtime, string: str) -> str:
    """Return the string in upper case."""
    runtime.afford(len(string))
    return string.upper()


@builtin("lower case(string: string)")
def lower_case(runtime: Runtime, string: str) -> str:
    """Return the string in lower case."""
    runtime.afford(len(string))
    return string.lower()


@builtin("substring before(string: string, match: string)")
def substring_before(string: str, match: str) -> str:
    """Return what stands before the first *match*; empty if there is none."""
    before, found, _ = string.partition(match) if match else ("", "", "")
    return before if found else ""


@builtin("substring after(string: string, match: string)")
def substring_after(string: str, match: str) -> str:
    """Return what stands after the first *match*; empty if there is none."""
    if not match:
        return string
    return string.partition(match)[2]


@builtin("contains(string: string, match: string)")
def contains(string: str, match: str) -> bool:
    """Tell whether *match* occurs in the string."""
    return match in string


@builtin("starts with(string: string, match: string)")
def starts_with(string: str, match: str) -> bool:
    """Tell whether the string begins with *match*."""
    return string.startswith(match)


@builtin("ends with(string: string, match: string)")
def ends_with(string: str, match: str) -> bool:
    """Tell whether the string ends with *match*."""
    return string.endswith(match)


def _pattern(runtime: Runtime, pattern: str, flags: str | None) -> Pattern:
    runtime.spend(20 + len(pattern))
    try:
        compiled = compile_pattern(pattern, flags or "")
    except PatternError as error:
        raise FeelError("out-of-range", detail=f"pattern {error}") from None
    runtime.spend(len(compiled.program) >> 1)
    return compiled


def _spender(runtime: Runtime) -> Callable[[int], None]:
    return lambda steps: runtime.spend(1 + steps // 8)


@builtin("matches(input: string, pattern: string, [flags: string?])")
def matches(runtime: Runtime, text: str, pattern: str, flags: str | None = None) -> bool:
    """Tell whether the XPath regular expression *pattern* matches somewhere; flags are `s`, `m`, `i`, `x`, `q`."""
    return _pattern(runtime, pattern, flags).search(text, _spender(runtime)) is not None


@builtin("replace(input: string, pattern: string, replacement: string, [flags: string?])")
def replace(runtime: Runtime, text: str, pattern: str, replacement: str, flags: str | None = None) -> str:
    """Replace every match of *pattern*; `$1` in the replacement is the first group, a match of nothing is an error."""
    compiled = _pattern(runtime, pattern, flags)
    fill = (lambda _match: replacement) if "q" in (flags or "") else _template(replacement, compiled.groups)
    parts: list[str] = []
    size = end = 0
    for match in _real_matches(compiled, text, runtime):
        start, stop = match.span
        parts += [text[end:start], fill(match)]
        end = stop
        size += len(parts[-1]) + len(parts[-2])
        if size > 4096:
            runtime.spend(size >> 4)
            size = 0
    return "".join([*parts, text[end:]])


def _real_matches(compiled: Pattern, text: str, runtime: Runtime) -> Iterator[Match]:
    if compiled.search("", _spender(runtime)) is not None:
        raise FeelError("out-of-range", detail="pattern matches the empty string")
    return compiled.iterate(text, _spender(runtime))


def _template(replacement: str, groups: int) -> Callable[[Match], str]:
    """Read a replacement: `$N` with the longest N that is a group; a backslash before `$` or itself makes it plain."""
    parts: list[str | int] = []
    position = 0
    while position < len(replacement):
        sign = replacement[position]
        following = replacement[position + 1 : position + 2]
        position += 1
        if sign == "\\":
            if following not in {"\\", "$"}:
                raise FeelError("out-of-range", detail="replacement")
            parts.append(following)
            position += 1
        elif sign == "$":
            number, position = _group_number(replacement, position, groups)
            parts.append(number)
        else:
            parts.append(sign)
    return lambda match: "".join(_filled(part, match, groups) for part in parts)


def _group_number(replacement: str, position: int, groups: int) -> tuple[int, int]:
    if not (replacement[position : position + 1].isascii() and replacement[position : position + 1].isdigit()):
        raise FeelError("out-of-range", detail="replacement")
    number = int(replacement[position])
    position += 1
    while replacement[position : position + 1].isdigit() and number * 10 + int(replacement[position]) <= groups:
        number = number * 10 + int(replacement[position])
        position += 1
    return number, position


def _filled(part: str | int, match: Match, groups: int) -> str:
    if isinstance(part, str):
        return part
    return match.group(part) if part <= groups else ""


@builtin("split(string: string, delimiter: string)")
def split(runtime: Runtime, string: str, delimiter: str) -> list[str]:
    """Split at every match of the XPath regular expression *delimiter*."""
    parts: list[str] = []
    end = 0
    for match in _real_matches(_pattern(runtime, delimiter, None), string, runtime):
        start, stop = match.span
        parts.append(string[end:start])
        end = stop
    runtime.afford(len(parts))
    return [*parts, string[end:]]


@builtin("string join(list: list, [delimiter: string?])")
def string_join(runtime: Runtime, items: list[Any], delimiter: str | None = None) -> str:
    """Join strings with *delimiter* between them; nulls are left out."""
    parts = [item for item in items if item is not None]
    if not all(isinstance(part, str) for part in parts):
        raise FeelError("out-of-range", detail="list<string>")
    runtime.afford(sum(map(len, parts)) + len(parts) * len(delimiter or ""))
    return (delimiter or "").join(parts)

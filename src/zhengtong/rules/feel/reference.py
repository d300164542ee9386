"""Reference 参考页: the page of all built-in functions, written from their signatures and docstrings.

Run `python -m zhengtong.rules.feel.reference > docs/reference/feel.md`; a test holds the page to the code.
"""

from typing import Final

from zhengtong.rules.feel.builtins import BUILTINS, Builtin
from zhengtong.rules.feel.runtime import DEFAULT_LIMITS

FAMILIES: Final = {
    "conversion": "Conversion 转换",
    "booleans": "Truth values 布尔",
    "strings": "Strings 字符串",
    "lists": "Lists 列表",
    "numeric": "Numbers 数值",
    "temporal": "Dates and times 日期时间",
    "contexts": "Contexts 上下文",
    "ranges": "Ranges 区间",
}
_HEAD: Final = """# FEEL: types, operators and built-in functions

The one expression language of the platform, after OMG DMN 1.5, chapter 10. Gateways, decision tables,
deadlines and forms use it. This page is generated: `python -m zhengtong.rules.feel.reference >
docs/reference/feel.md`.

## Types

`number` (34 decimal digits, half-even), `string`, `boolean`, `date`, `time`, `date and time`, `days and
time duration`, `years and months duration`, `list<T>`, `context<name: T, …>`, `range<T>`, `function<T,
…> -> R`, `Any`. Literals for dates, times and durations: `@"2026-11-22"`, `@"10:30:00+08:00"`,
`@"2026-11-22T10:30:00@Asia/Shanghai"`, `@"P1Y2M"`, `@"P3DT4H"`.

## Operators, the loosest first

| operator | meaning |
|---|---|
| `or`, `and` | three truth values: `true or null` is true, `true and null` is null |
| `=` `!=` `<` `<=` `>` `>=` `between … and …` `in` | different kinds give null; `x in [1..5)`, `x in (< 3, > 7)` |
| `+` `-` | numbers, strings (`+`), dates, times and durations |
| `*` `/` | numbers, durations and numbers |
| `**` | power, from the left |
| `instance of` | `x instance of list<number>` |
| `-` | negation, binds closer than `**` |
| `.` `[ ]` `( )` | member, filter or position (from 1, negative from the end), call |

`if … then … else …`, `for x in list return …` (with `partial`, the results so far), `for i in 1..10
return …`, `some x in list satisfies …`, `every x in list satisfies …`, `function(a: number, b) a + b`,
`{{key: value}}`, `[1, 2]`.

## Members

`date`: `year`, `month`, `day`, `weekday` (Monday 1). `time`: `hour`, `minute`, `second`, `time offset`,
`timezone`. `date and time`: all of these. Durations: `years`, `months`; `days`, `hours`, `minutes`,
`seconds`. `range`: `start`, `end`, `start included`, `end included`.

## Errors and bounds

An expression that cannot be read is refused with the place; one that fails while it runs is null, with a
diagnostic. One evaluation may use {steps:,} steps, calls nested {depth} deep, values of {size:,} items
or characters, {source:,} characters of source and {nesting} levels of nesting; beyond that it stops and
is null. Regular expressions are those of XPath.

## Built-in functions

Square brackets mark what may be left out, a question mark what may be null, dots any number of
arguments. Arguments may be given by name.
"""


def reference_page() -> str:
    """Return the page."""
    limits = DEFAULT_LIMITS
    head = _HEAD.format(
        steps=limits.steps, depth=limits.depth, size=limits.size, source=limits.source, nesting=limits.nesting
    )
    parts = [head]
    for family, title in FAMILIES.items():
        members = [builtin for builtin in BUILTINS.values() if builtin.family == family and builtin.name != "@"]
        parts.append(f"\n### {title}\n\n| function | meaning |\n|---|---|\n")
        parts += [_row(builtin) for builtin in sorted(members, key=lambda each: each.name)]
    return "".join(parts)


def _row(builtin: Builtin) -> str:
    signatures = "<br>".join(f"`{signature.text}`" for signature in builtin.signatures)
    sentences = dict.fromkeys(signature.doc for signature in builtin.signatures)
    return f"| {signatures} | {' '.join(sentences)} |\n"


if __name__ == "__main__":
    print(reference_page(), end="")  # noqa: T201 -- the page is the output

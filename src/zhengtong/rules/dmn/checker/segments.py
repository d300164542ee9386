"""Segments 分段: the values of an input cut where the rules of a column change."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from zhengtong.rules.dmn.columns import GAPS, Column
from zhengtong.rules.feel import types as t
from zhengtong.rules.feel.text import feel_text
from zhengtong.rules.feel.values import Date

KINDS: Final[dict[t.FeelType, type]] = {t.NUMBER: Decimal, t.STRING: str, t.DATE: Date, t.BOOLEAN: bool}


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of values for which the same rules of a column may hold; `zh` and `en` describe it."""

    mask: int
    zh: str
    en: str


@dataclass(slots=True)
class Stretch:
    """A run of neighbouring points and gaps; an end of None is unbounded."""

    mask: int
    low: Any
    high: Any
    low_included: bool
    high_included: bool

    def describe(self, title: str) -> str:
        """Write the stretch as a condition on *title*."""
        if self.low is None and self.high is None:
            return ""
        if self.low is None:
            return f"{title} {'<=' if self.high_included else '<'} {_literal(self.high)}"
        if self.high is None:
            return f"{title} {'>=' if self.low_included else '>'} {_literal(self.low)}"
        if self.low == self.high:
            return f"{title} = {_literal(self.low)}"
        start, stop = "[" if self.low_included else "(", "]" if self.high_included else ")"
        return f"{title} in {start}{_literal(self.low)}..{_literal(self.high)}{stop}"


def _literal(value: Any) -> str:
    return feel_text([value])[1:-1]


def segments(
    column: Column, title: str, kind: type, allowed: Callable[[Any], bool] | None, extra: list[Any], env: list[Any]
) -> list[Segment]:
    """Cut the values of *kind* into segments, leaving out those that are not allowed."""
    if kind is bool:
        pairs = [(value, column.ask(env, value)) for value in (False, True)]
        return [Segment(mask, *(f"{title} = {_literal(value)}",) * 2) for value, mask in pairs]
    mentioned = [value for values in (*column.constants, extra) for value in values]
    points: list[Any] = sorted({value for value in mentioned if type(value) is kind})
    gaps = list(GAPS[kind](points))
    stretches = _stretches(column, points, gaps, allowed, env)
    if kind is str:
        return _strings(stretches, title)
    found = [(stretch.mask, stretch.describe(title)) for stretch in stretches]
    return [Segment(mask, text, text) for mask, text in found]


def _stretches(
    column: Column, points: list[Any], gaps: list[Any], allowed: Callable[[Any], bool] | None, env: list[Any]
) -> list[Stretch]:
    found: list[Stretch] = []
    for index, gap in enumerate(gaps):
        low = points[index - 1] if index else None
        high = points[index] if index < len(points) else None
        pieces = [(gap, Stretch(0, low, high, low_included=False, high_included=False))]
        if high is not None:
            pieces.append((high, Stretch(0, high, high, low_included=True, high_included=True)))
        for value, piece in pieces:
            if value in points and piece.low != piece.high:
                continue
            if allowed is not None and not allowed(value):
                continue
            piece.mask = column.ask(env, value)
            _join(found, piece)
    return found


def _join(found: list[Stretch], piece: Stretch) -> None:
    """Add a stretch, joined to the last one if they touch and the same rules hold."""
    last = found[-1] if found else None
    if last is not None and last.mask == piece.mask and last.high == piece.low and type(last.high) is not str:
        last.high, last.high_included = piece.high, piece.high_included
    else:
        found.append(piece)


def _strings(stretches: list[Stretch], title: str) -> list[Segment]:
    """Describe texts: the listed ones by value, all the others together."""
    found = [
        Segment(stretch.mask, *(f"{title} = {_literal(stretch.low)}",) * 2)
        for stretch in stretches
        if stretch.low is not None and stretch.low == stretch.high
    ]
    others = {stretch.mask for stretch in stretches if stretch.low is None or stretch.low != stretch.high}
    return found + [Segment(mask, f"{title} 为其他值", f"{title} is another value") for mask in sorted(others)]

"""Images of seals 印模 as vector art: round with a star, oval; the same input gives the same picture, always.

Round seals follow 国发〔1999〕25号: a circle, a star in the middle, the name around it from left to right.
The national emblem of governments' seals is not drawn: its dies are issued by the higher authority. Oval ones follow
the invoice seal of 国家税务总局公告2011年第7号: 40 by 30 millimetres, the name above, the kind of seal below.
"""

import math
from collections.abc import Iterator

from zhengtong.trust.documents.api import SEAL_RED, Drawing, Glyphs, Mark, Shape, Step, width_of
from zhengtong.trust.seals.law import MAX_STAR_SEAL_DIAMETER

_KAPPA = 0.5522847498  # control points of a quarter circle by a cubic curve
_STAR_RATIO = math.sin(math.radians(18)) / math.sin(math.radians(126))  # inner to outer radius of a regular pentagram
_ASCENT = 0.38  # half the height of a Chinese character, from its baseline


def round_seal(name: str, *, code: str = "", purpose: str = "", diameter: float = 42.0) -> Drawing:
    """Return a round seal.

    Args:
        name: the body's legal name, around the star.
        code: digits along the lower edge.
        purpose: a line below the star, such as 合同专用章.
        diameter: in millimetres, at most 45.

    Raises:
        ValueError: no name, or a larger diameter than a star seal may have.
    """
    if not name or not 0 < diameter <= MAX_STAR_SEAL_DIAMETER:
        raise ValueError("a star seal has a name and a diameter of at most 45 mm")
    centre = diameter / 2
    line = diameter * 0.03
    marks: list[Mark] = [
        Shape(steps=ellipse(centre, centre, centre - line / 2, centre - line / 2), stroke=SEAL_RED, line=line),
        Shape(steps=star(centre, centre, diameter * 0.155), fill=SEAL_RED),
    ]
    marks += _arc(name, centre, centre, (centre * 0.74, centre * 0.74), size=diameter * 0.135, span=250)
    if purpose:
        marks.append(_level(purpose, centre, diameter * 0.79, diameter * 0.085, diameter * 0.6))
    if code:
        marks += _arc(code, centre, centre, (centre * 0.84, centre * 0.84), size=diameter * 0.05, span=60, below=True)
    return Drawing(width=diameter, height=diameter, marks=tuple(marks))


def oval_seal(name: str, *, middle: str = "", below: str = "", width: float = 40.0, height: float = 30.0) -> Drawing:
    """Return an oval seal: *name* above, *middle* (a code) and *below* (the kind of seal) on level lines.

    Raises:
        ValueError: no name, or not wider than high.
    """
    if not name or not 0 < height < width:
        raise ValueError("an oval seal has a name and is wider than high")
    x, y, line = width / 2, height / 2, 1.0
    outline = ellipse(x, y, x - line / 2, y - line / 2)
    marks: list[Mark] = [Shape(steps=outline, stroke=SEAL_RED, line=line)]
    marks += _arc(name, x, y, (x * 0.8, y * 0.72), size=height * 0.13, span=200)
    if middle:
        marks.append(_level(middle, x, height * 0.55, height * 0.1, width * 0.72))
    if below:
        marks.append(_level(below, x, height * 0.8, height * 0.13, width * 0.56))
    return Drawing(width=width, height=height, marks=tuple(marks))


def star(x: float, y: float, radius: float) -> tuple[Step, ...]:
    """Return a five-pointed star with one point up."""
    steps: list[Step] = []
    for corner in range(10):
        reach = radius if corner % 2 == 0 else radius * _STAR_RATIO
        angle = math.radians(36 * corner - 90)
        steps.append(("L" if corner else "M", (x + reach * math.cos(angle), y + reach * math.sin(angle))))
    return (*steps, ("Z", ()))


def ellipse(x: float, y: float, across: float, down: float) -> tuple[Step, ...]:
    """Return an ellipse as four curves."""
    a, b = across * _KAPPA, down * _KAPPA
    return (
        ("M", (x + across, y)),
        ("C", (x + across, y + b, x + a, y + down, x, y + down)),
        ("C", (x - a, y + down, x - across, y + b, x - across, y)),
        ("C", (x - across, y - b, x - a, y - down, x, y - down)),
        ("C", (x + a, y - down, x + across, y - b, x + across, y)),
        ("Z", ()),
    )


def moved(drawing: Drawing, x: float, y: float) -> Iterator[Mark]:
    """Yield the marks of *drawing* with its upper left corner at (x, y)."""
    for mark in drawing.marks:
        if isinstance(mark, Glyphs):
            yield Glyphs(
                text=mark.text, x=mark.x + x, y=mark.y + y, size=mark.size,
                colour=mark.colour, turn=mark.turn, stretch=mark.stretch,
            )  # fmt: skip
        else:
            steps = tuple((letter, _shifted(values, x, y)) for letter, values in mark.steps)
            yield Shape(steps=steps, fill=mark.fill, stroke=mark.stroke, line=mark.line)


def _shifted(values: tuple[float, ...], x: float, y: float) -> tuple[float, ...]:
    return tuple(value + (y if place % 2 else x) for place, value in enumerate(values))


def _arc(
    text: str, x: float, y: float, radii: tuple[float, float], *, size: float, span: float, below: bool = False
) -> Iterator[Glyphs]:
    """Set *text* along an ellipse, upright at its top; a long one is set tighter and smaller, never around twice."""
    step = min(span / max(1, len(text) - 1), 40.0 if not below else 8.0)
    room = math.radians(step) * min(radii) * 1.05
    stretch = min(1.0, room / size) if len(text) > 1 else 1.0
    for place, character in enumerate(text):
        degrees = (place - (len(text) - 1) / 2) * step
        angle = math.radians(90 - degrees) if below else math.radians(degrees - 90)
        turn = -degrees if below else degrees
        yield _centred(character, x + radii[0] * math.cos(angle), y + radii[1] * math.sin(angle), size, turn, stretch)


def _centred(character: str, x: float, y: float, size: float, turn: float, stretch: float) -> Glyphs:
    """Place a character so that its middle lies at (x, y), turned about it."""
    angle = math.radians(turn)
    back, down = width_of(character, size) * stretch / 2, size * _ASCENT
    return Glyphs(
        text=character,
        x=x - back * math.cos(angle) - down * math.sin(angle),
        y=y - back * math.sin(angle) + down * math.cos(angle),
        size=size,
        colour=SEAL_RED,
        turn=turn,
        stretch=stretch,
    )


def _level(text: str, x: float, y: float, size: float, width: float) -> Glyphs:
    natural = width_of(text, size)
    stretch = min(1.0, width / natural)
    return Glyphs(
        text=text, x=x - natural * stretch / 2, y=y + size * _ASCENT, size=size, colour=SEAL_RED, stretch=stretch
    )

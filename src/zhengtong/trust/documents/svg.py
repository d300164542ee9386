"""A drawing as SVG 1.1: for pages. Presentation attributes only, so that a strict content policy lets it through."""

from xml.sax.saxutils import escape, quoteattr

from zhengtong.trust.documents.contracts import Colour, Drawing, Glyphs, Shape, Step
from zhengtong.trust.documents.layout import advance


def svg(drawing: Drawing, *, title: str = "") -> str:
    """Return *drawing* as an SVG element, in millimetres; *title* is what a screen reader says."""
    body = "".join(_glyphs(mark) if isinstance(mark, Glyphs) else _shape(mark) for mark in drawing.marks)
    name = f'role="img" aria-label={quoteattr(title)}' if title else 'aria-hidden="true"'
    size = f'width="{number(drawing.width)}mm" height="{number(drawing.height)}mm"'
    box = f'viewBox="0 0 {number(drawing.width)} {number(drawing.height)}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box} {name}>{body}</svg>'


def number(value: float) -> str:
    """Write a length with at most three decimals, without a useless zero.

    >>> number(4.5), number(-0.0001), number(3)
    ('4.5', '0', '3')
    """
    return f"{round(value, 3) + 0.0:.3f}".rstrip("0").rstrip(".")


def _glyphs(mark: Glyphs) -> str:
    """Place each character by itself, so that the reader's fonts do not move the others."""
    places, x = [], 0.0
    for character in mark.text:
        places.append(number(x))
        x += advance(character) * mark.size
    turn = f"translate({number(mark.x)} {number(mark.y)}) rotate({number(mark.turn)}) scale({number(mark.stretch)} 1)"
    font = 'font-family="SimSun,Songti SC,Noto Serif CJK SC,serif"'
    return (
        f'<text transform="{turn}" x="{" ".join(places)}" y="0" {font} font-size="{number(mark.size)}"'
        f' fill="{_colour(mark.colour)}">{escape(mark.text)}</text>'
    )


def _shape(mark: Shape) -> str:
    stroke = f' stroke="{_colour(mark.stroke)}" stroke-width="{number(mark.line)}"' if mark.stroke else ""
    fill = _colour(mark.fill) if mark.fill else "none"
    return f'<path d="{path_data(mark.steps)}" fill="{fill}"{stroke}/>'


def path_data(steps: tuple[Step, ...]) -> str:
    """Return an outline in SVG's path language."""
    return "".join(f"{letter}{' '.join(map(number, values))}" for letter, values in steps)


def _colour(colour: Colour) -> str:
    return f"#{colour.red:02x}{colour.green:02x}{colour.blue:02x}"

"""A document as PDF, unsigned: the same marks as in OFD. Reproducible: the same document gives the same bytes.

Chinese is set in Adobe's STSong-Light, which readers know and which therefore is not embedded; Latin in Courier
narrowed to half a character, so that every line is exactly as wide as in OFD.
"""

import math
from collections.abc import Iterator
from io import BytesIO
from itertools import groupby
from typing import Any

from zhengtong.trust.documents.contracts import Colour, Document, Drawing, Glyphs, Shape
from zhengtong.trust.documents.layout import advance

POINT = 72 / 25.4
_COURIER = 0.6  # advance of every Courier glyph
_SONG = "STSong-Light"


def pdf(document: Document) -> bytes:
    """Return *document* as a PDF file."""
    from reportlab import rl_config  # noqa: PLC0415 -- heavy, and most processes write no PDF
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415 -- the same
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont  # noqa: PLC0415 -- the same
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415 -- the same

    rl_config.invariant = 1
    pdfmetrics.registerFont(UnicodeCIDFont(_SONG))
    output = BytesIO()
    canvas = Canvas(output, invariant=1, pageCompression=1, lang="zh-CN")
    canvas.setTitle(document.title)
    canvas.setCreator("Zhengtong")
    for page in document.pages:
        _page(canvas, page)
    canvas.save()
    return output.getvalue()


def _page(canvas: Any, page: Drawing) -> None:
    canvas.setPageSize((page.width * POINT, page.height * POINT))
    canvas.transform(POINT, 0, 0, -POINT, 0, page.height * POINT)
    for mark in page.marks:
        canvas.saveState()
        if isinstance(mark, Glyphs):
            _glyphs(canvas, mark)
        else:
            _shape(canvas, mark)
        canvas.restoreState()
    canvas.showPage()


def _glyphs(canvas: Any, mark: Glyphs) -> None:
    canvas.setFillColorRGB(*_rgb(mark.colour))
    turn = math.radians(mark.turn)
    cosine, sine = math.cos(turn), math.sin(turn)
    canvas.transform(cosine, sine, -sine, cosine, mark.x, mark.y)
    canvas.transform(mark.stretch, 0, 0, -1, 0, 0)
    x = 0.0
    for wide, text in _runs(mark.text):
        canvas.setFont(_SONG if wide else "Courier", mark.size)
        canvas.drawString(x, 0, text) if wide else _narrow(canvas, x, text)
        x += len(text) * mark.size * (1.0 if wide else 0.5)


def _narrow(canvas: Any, x: float, text: str) -> None:
    line = canvas.beginText(x, 0)
    line.setHorizScale(100 * 0.5 / _COURIER)
    line.textOut(text)
    canvas.drawText(line)


def _runs(text: str) -> Iterator[tuple[bool, str]]:
    for wide, characters in groupby(text, key=lambda character: advance(character) == 1.0 or ord(character) > 0xFF):
        yield wide, "".join(characters)


def _shape(canvas: Any, mark: Shape) -> None:
    path = canvas.beginPath()
    for letter, values in mark.steps:
        {"M": path.moveTo, "L": path.lineTo, "C": path.curveTo, "Z": path.close}[letter](*values)
    if mark.fill:
        canvas.setFillColorRGB(*_rgb(mark.fill))
    if mark.stroke:
        canvas.setStrokeColorRGB(*_rgb(mark.stroke))
        canvas.setLineWidth(mark.line)
    canvas.drawPath(path, stroke=int(mark.stroke is not None), fill=int(mark.fill is not None), fillMode=1)


def _rgb(colour: Colour) -> tuple[float, float, float]:
    return colour.red / 255, colour.green / 255, colour.blue / 255

"""Layout 排版: a template and its data become pages of marks. The same input gives the same marks, always."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from unicodedata import east_asian_width

import segno

from zhengtong.trust.documents.contracts import (
    BLACK,
    Align,
    Data,
    Document,
    Drawing,
    Element,
    Frame,
    Glyphs,
    Mark,
    PageTooSmall,
    Place,
    QrCode,
    SealPlace,
    Shape,
    Step,
    Table,
    Template,
    TemplateValueMissing,
    Text,
)

_QUIET = 4  # modules of white around a QR code (GB/T 18284)
_PLACE = re.compile(r"\{([a-z_]+)\}")
_PADDING = 1.2
_ASCENT = 0.88  # of a Chinese character above its baseline
_NEVER_FIRST = "，。、；：？！）》」』】”’%,.;:?!)"


def render(template: Template, data: Data, *, at: datetime) -> Document:
    """Lay *template* out with *data*.

    Args:
        template: what it looks like.
        data: a text for each `{name}`, rows of texts for each table.
        at: when it was made, written into the file's properties.

    Raises:
        TemplateValueMissing: the data lack something.
        PageTooSmall: something does not fit.
    """
    pages = _Pages(template)
    for element in template.elements:
        _draw(element, pages, data)
    title = filled(template.title, data)
    return Document(title=title, created_at=at, pages=pages.drawings(), places=pages.places)


def filled(text: str, data: Data) -> str:
    """Return *text* with every `{name}` replaced; nothing else in it has a meaning.

    >>> filled("持证人：{holder}", {"holder": "张三 {x}"})
    '持证人：张三 {x}'
    """

    def value(match: re.Match[str]) -> str:
        found = data.get(match[1])
        if not isinstance(found, str):
            raise TemplateValueMissing(name=match[1])
        return found

    return _PLACE.sub(value, text)


def advance(character: str) -> float:
    """Return the width of a character as a part of its size: one for Chinese, a half for Latin.

    >>> [advance(letter) for letter in "政A，"]
    [1.0, 0.5, 1.0]
    """
    return 1.0 if east_asian_width(character) in "WFA" else 0.5


def width_of(text: str, size: float) -> float:
    """Return how wide *text* is set in *size*, in millimetres."""
    return sum(map(advance, text)) * size


def lines_of(text: str, width: float, size: float) -> Iterator[str]:
    """Break *text* into lines of at most *width*; Latin words and numbers stay whole where they can."""
    for paragraph in text.split("\n"):
        line = ""
        for word in _words(paragraph):
            if line and width_of(line + word.rstrip(), size) > width + 1e-9:
                yield line.rstrip()
                line = word.lstrip()
            else:
                line += word
            while width_of(line, size) > width + size:  # one word wider than the line
                cut = max(1, int(width / size * (1 if advance(line[0]) == 1 else 2)))
                yield line[:cut]
                line = line[cut:]
        yield line.rstrip()


def _words(text: str) -> Iterator[str]:
    """Yield what must not be broken: a Latin word with its blanks, a Chinese character with what follows it closely."""
    word = ""
    for character in text:
        joined = advance(character) < 1 and word and advance(word[-1]) < 1 and word[-1] != " "
        if word and not joined and character not in _NEVER_FIRST:
            yield word
            word = ""
        word += character
    if word:
        yield word


class _Pages:
    """The pages so far."""

    def __init__(self, template: Template) -> None:
        self.template = template
        self.places: dict[str, Place] = {}
        self._marks: list[list[Mark]] = [[]]

    def add(self, mark: Mark, page: int = 0) -> None:
        while page >= len(self._marks):
            self._marks.append([])
        self._marks[page].append(mark)

    def drawings(self) -> tuple[Drawing, ...]:
        size = {"width": self.template.width, "height": self.template.height}
        return tuple(Drawing(marks=tuple(marks), **size) for marks in self._marks)


def _draw(element: Element, pages: _Pages, data: Data) -> None:
    if isinstance(element, Text):
        for mark in _paragraph(element, filled(element.value, data)):
            if mark.y > pages.template.height:
                raise PageTooSmall(what=mark.text[:20])
            pages.add(mark)
    elif isinstance(element, Table):
        _table(element, pages, data)
    elif isinstance(element, QrCode):
        pages.add(qr_shape(filled(element.value, data), element.x, element.y, element.size))
    elif isinstance(element, Frame):
        steps = rectangle(element.x, element.y, element.width, element.height)
        pages.add(Shape(steps=steps, stroke=element.colour, line=element.line))
    else:
        pages.places[element.name] = _seal_place(element)


def _seal_place(element: SealPlace) -> Place:
    return Place(page=0, x=element.x, y=element.y)


def _paragraph(element: Text, text: str) -> Iterator[Glyphs]:
    size, top = element.size, element.y
    if element.spread:
        yield from _spread(element, text)
        return
    for line in lines_of(text, element.width, size):
        room = element.width - width_of(line, size)
        indent = {Align.LEFT: 0.0, Align.CENTRE: room / 2, Align.RIGHT: room}[element.align]
        if line:
            yield Glyphs(text=line, x=element.x + indent, y=top + size * _ASCENT, size=size, colour=element.colour)
        top += size * element.leading


def _spread(element: Text, text: str) -> Iterator[Glyphs]:
    gaps = max(1, len(text) - 1)
    space = (element.width - width_of(text, element.size)) / gaps
    if space < 0:
        raise PageTooSmall(what=text[:20])
    x = element.x
    for character in text:
        yield Glyphs(
            text=character, x=x, y=element.y + element.size * _ASCENT, size=element.size, colour=element.colour
        )
        x += advance(character) * element.size + space


def _table(table: Table, pages: _Pages, data: Data) -> None:
    rows = data.get(table.rows)
    if rows is None or isinstance(rows, str):
        raise TemplateValueMissing(name=table.rows)
    page, top = 0, table.y
    head = [table.head] if table.head else []
    for number, row in enumerate([*head, *rows]):
        cells = [list(lines_of(text, width - 2 * _PADDING, table.size)) for text, width in _cells(table, row)]
        height = max(len(lines) for lines in cells) * table.size * 1.4 + 2 * _PADDING
        if top + height > pages.template.height - pages.template.margin and number:
            page, top = page + 1, pages.template.margin
        if top + height > pages.template.height:
            raise PageTooSmall(what=row[0][:20])
        for mark in _row(table, cells, top, height):
            pages.add(mark, page)
        top += height


def _cells(table: Table, row: Sequence[str]) -> Iterator[tuple[str, float]]:
    if len(row) != len(table.widths):
        raise TemplateValueMissing(name=table.rows)
    return zip(row, table.widths, strict=True)


def _row(table: Table, cells: list[list[str]], top: float, height: float) -> Iterator[Mark]:
    x = table.x
    for lines, width in zip(cells, table.widths, strict=True):
        yield Shape(steps=rectangle(x, top, width, height), stroke=BLACK, line=0.2)
        for number, line in enumerate(lines):
            if line:
                baseline = top + _PADDING + (number * 1.4 + _ASCENT) * table.size
                yield Glyphs(text=line, x=x + _PADDING, y=baseline, size=table.size)
        x += width


def rectangle(x: float, y: float, width: float, height: float) -> tuple[Step, ...]:
    """Return the outline of a rectangle."""
    return (
        ("M", (x, y)),
        ("L", (x + width, y)),
        ("L", (x + width, y + height)),
        ("L", (x, y + height)),
        ("Z", ()),
    )


def qr_shape(value: str, x: float, y: float, size: float) -> Shape:
    """Return a QR code as one filled outline; `size` includes its quiet zone."""
    matrix = segno.make(value, error="m", micro=False).matrix
    module = size / (len(matrix) + 2 * _QUIET)
    steps: list[Step] = []
    for row, cells in enumerate(matrix):
        for start, length in _runs(cells):
            left, top = x + (start + _QUIET) * module, y + (row + _QUIET) * module
            steps.extend(rectangle(left, top, length * module, module))
    return Shape(steps=tuple(steps), fill=BLACK)


def _runs(cells: Sequence[int]) -> Iterator[tuple[int, int]]:
    start = None
    for place, dark in enumerate([*cells, 0]):
        if dark and start is None:
            start = place
        elif not dark and start is not None:
            yield start, place - start
            start = None

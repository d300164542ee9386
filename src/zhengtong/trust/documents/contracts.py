"""What crosses the door of documents: what is drawn on a page, what a template says, and what is refused.

Lengths are millimetres, the origin is the upper left corner, y grows downwards: OFD's own user space (GB/T 33190 8.1).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from zhengtong.kernel.errors import InvalidInput, Refusal
from zhengtong.kernel.errors import mark as _

A4 = (210.0, 297.0)


class Form(StrEnum):
    """As what a document is written."""

    OFD = "ofd"
    PDF = "pdf"

    @property
    def media_type(self) -> str:
        """The type a browser is told; OFD's is the one GB/T 33190 readers register."""
        return {"ofd": "application/ofd", "pdf": "application/pdf"}[self.value]


class Align(StrEnum):
    """Where a line stands within its width."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


@dataclass(frozen=True, kw_only=True, slots=True)
class Colour:
    """Red, green and blue, 0 to 255."""

    red: int = 0
    green: int = 0
    blue: int = 0


BLACK = Colour()
SEAL_RED = Colour(red=200, green=16, blue=16)
GREY = Colour(red=150, green=150, blue=150)


@dataclass(frozen=True, kw_only=True, slots=True)
class Glyphs:
    """Characters on one baseline, Chinese ones one `size` wide, Latin ones half of it; `turn` is clockwise, in degrees.

    `stretch` widens or narrows each character about its left edge.
    """

    text: str
    x: float
    y: float
    size: float
    colour: Colour = BLACK
    turn: float = 0.0
    stretch: float = 1.0


Step: TypeAlias = tuple[str, tuple[float, ...]]
"""`("M", (x, y))` moves, `L` draws a line, `C` a cubic curve (two control points, end), `Z` closes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """An outline, filled (non-zero), stroked, or both; `line` is the stroke's width."""

    steps: tuple[Step, ...]
    fill: Colour | None = None
    stroke: Colour | None = None
    line: float = 0.25


Mark: TypeAlias = Glyphs | Shape


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawing:
    """A page, or a picture on one: marks in the order they are painted."""

    width: float
    height: float
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a seal goes: its centre on a page, counted from 0."""

    page: int
    x: float
    y: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """A document laid out: pages, and the places where seals go, by name."""

    title: str
    created_at: datetime
    pages: tuple[Drawing, ...]
    places: Mapping[str, Place] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """A paragraph: wrapped at `width`, `{names}` replaced by the data; `y` is the first line's top."""

    value: str
    x: float
    y: float
    width: float
    size: float = 4.2
    align: Align = Align.LEFT
    leading: float = 1.5
    colour: Colour = BLACK
    spread: bool = False
    """Whether a single line is spread over the whole width, as titles of certificates are."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """Rows from the data under `rows`, each a sequence of texts; it goes on over the page where it must."""

    rows: str
    x: float
    y: float
    widths: Sequence[float]
    size: float = 3.7
    head: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class QrCode:
    """A QR code (GB/T 18284) with what `value` says."""

    value: str
    x: float
    y: float
    size: float = 25.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """A rectangle, drawn only."""

    x: float
    y: float
    width: float
    height: float
    line: float = 0.4
    colour: Colour = BLACK


@dataclass(frozen=True, kw_only=True, slots=True)
class SealPlace:
    """Where the seal of the body named `name` goes: the centre."""

    name: str
    x: float
    y: float


Element: TypeAlias = Text | Table | QrCode | Frame | SealPlace


@dataclass(frozen=True, kw_only=True, slots=True)
class Template:
    """What a kind of document looks like. `title` may hold `{names}` too."""

    title: str
    elements: Sequence[Element]
    width: float = A4[0]
    height: float = A4[1]
    margin: float = 20.0


Data: TypeAlias = Mapping[str, str | Sequence[Sequence[str]]]


class TemplateValueMissing(InvalidInput):
    """The template asks for a value that the data do not hold."""

    code = "template_value_missing"
    message = _("版式模板需要的内容没有提供：{name}")
    remedy = _("请补全这项内容后重新生成文件。")


class PageTooSmall(InvalidInput):
    """Something does not fit its place: a word wider than its column, a text running off the page."""

    code = "page_too_small"
    message = _("内容超出版面：{what}")
    remedy = _("请缩短内容，或改用更大的版面。")


class UnreadableDocument(Refusal):
    """The file is no OFD package, or one built to do harm; nothing of it is believed."""

    code = "unreadable_document"
    status = 422
    message = _("无法读取这个文件：{why}")
    remedy = _("请确认文件完整，并从出具单位重新取得。")

"""The lineage of a dataset as a drawing 血缘图: datasets in columns by distance, lines for what flows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from zhengtong.data.collection.api import Edge

WIDTH, HEIGHT, GAP_X, GAP_Y = 200, 44, 70, 18  # of a box and between boxes, in units of the drawing


@dataclass(frozen=True, kw_only=True)
class Box:
    """A dataset in the drawing: its middle line is at `middle`."""

    name: str
    title: str
    x: int
    y: int
    here: bool

    @property
    def middle(self) -> int:
        return self.y + HEIGHT // 2

    @property
    def text_x(self) -> int:
        return self.x + 12

    @property
    def text_y(self) -> int:
        return self.y + 27


@dataclass(frozen=True, kw_only=True)
class Line:
    """A curve from one box to another, as an SVG path."""

    path: str


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """Boxes and lines, and how large the drawing is."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    width: int
    height: int


def draw(centre: str, edges: Sequence[Edge], titles: Mapping[str, str]) -> Drawing:
    """Return the drawing of *edges* around *centre*; *titles* names datasets, others show by their own name."""
    pairs = sorted({(edge.source, edge.target) for edge in edges})
    ranks = _ranks(centre, pairs)
    columns: dict[int, list[str]] = {}
    for name in sorted(ranks):
        columns.setdefault(ranks[name], []).append(name)
    first = min(columns)
    boxes = {
        name: Box(
            name=name, title=_short(titles.get(name, name)), x=(rank - first) * (WIDTH + GAP_X),
            y=place * (HEIGHT + GAP_Y), here=name == centre,
        )
        for rank, names in columns.items()
        for place, name in enumerate(names)
    }  # fmt: skip
    return Drawing(
        boxes=tuple(boxes.values()),
        lines=tuple(Line(path=_curve(boxes[a], boxes[b])) for a, b in pairs if a in boxes and b in boxes),
        width=len(range(first, max(columns) + 1)) * (WIDTH + GAP_X) - GAP_X,
        height=max(len(names) for names in columns.values()) * (HEIGHT + GAP_Y) - GAP_Y,
    )


def _ranks(centre: str, pairs: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Return how many steps before (negative) or behind *centre* each dataset stands."""
    ranks = {centre: 0}
    frontier = [centre]
    while frontier:
        found: list[str] = []
        for source, target in pairs:
            if target in frontier and source not in ranks:
                ranks[source] = ranks[target] - 1
                found.append(source)
            if source in frontier and target not in ranks:
                ranks[target] = ranks[source] + 1
                found.append(target)
        frontier = found
    return ranks


def _curve(a: Box, b: Box) -> str:
    start, end = a.x + WIDTH, b.x
    bend = (start + end) // 2
    return f"M{start} {a.middle}C{bend} {a.middle} {bend} {b.middle} {end} {b.middle}"


def _short(text: str) -> str:
    """Return as much of *text* as fits a box: Chinese characters take two places.

    >>> _short("户籍人口登记信息"), _short("x" * 40)
    ('户籍人口登记信息', 'xxxxxxxxxxxxxxxxxxxx…')
    """
    room, kept = 21, ""
    for character in text:
        room -= 1 if character.isascii() else 2
        if room < 0:
            return kept[:20] + "…"
        kept += character
    return kept

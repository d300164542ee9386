"""Charts 图表 drawn on the server, arithmetic from counts to shapes; templates draw the SVG and a table beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from zhengtong.kernel.errors import Text


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar; `share` is its length in percent of the longest."""

    label: Text
    value: int
    share: float


@dataclass(frozen=True, kw_only=True)
class Bars:
    """Bars in the order given, with the names of both columns of their table."""

    label: Text
    unit: Text
    bars: tuple[Bar, ...]


def bars(rows: Sequence[tuple[Text, int]], *, label: Text, unit: Text) -> Bars:
    """Return horizontal bars.

    >>> [bar.share for bar in bars([("a", 2), ("b", 1), ("c", 0)], label="", unit="").bars]
    [100.0, 50.0, 0.0]
    """
    longest = max((value for _, value in rows), default=0) or 1
    drawn = tuple(Bar(label=name, value=value, share=100 * value / longest) for name, value in rows)
    return Bars(label=label, unit=unit, bars=drawn)


@dataclass(frozen=True, kw_only=True)
class Band:
    """One age band of a pyramid; shares in percent of the longest side, the left bar ends at the middle."""

    label: Text
    left: int
    right: int
    left_share: float
    right_share: float

    @property
    def left_start(self) -> float:
        """Where the left bar begins."""
        return 100 - self.left_share


@dataclass(frozen=True, kw_only=True)
class Pyramid:
    """Two sides, the oldest band first."""

    label: Text
    left: Text
    right: Text
    bands: tuple[Band, ...]


def pyramid(rows: Sequence[tuple[Text, int, int]], *, label: Text, left: Text, right: Text) -> Pyramid:
    """Return an age pyramid from (band, left, right) in the order given.

    >>> [(b.left_share, b.right_share) for b in pyramid([("0", 4, 2)], label="", left="", right="").bands]
    [(100.0, 50.0)]
    """
    longest = max((max(a, b) for _, a, b in rows), default=0) or 1
    bands = tuple(
        Band(label=name, left=a, right=b, left_share=100 * a / longest, right_share=100 * b / longest)
        for name, a, b in rows
    )
    return Pyramid(label=label, left=left, right=right, bands=bands)


@dataclass(frozen=True, kw_only=True)
class Column:
    """One upright bar in a box of 100 × 100."""

    label: Text
    value: int
    x: float
    width: float
    height: float

    @property
    def y(self) -> float:
        """Where it begins, from the top."""
        return 100 - self.height


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Upright bars along time."""

    label: Text
    unit: Text
    columns: tuple[Column, ...]

    @property
    def first(self) -> Text:
        """The label under the left end."""
        return self.columns[0].label if self.columns else ""

    @property
    def last(self) -> Text:
        """The label under the right end."""
        return self.columns[-1].label if self.columns else ""


def columns(rows: Sequence[tuple[Text, int]], *, label: Text, unit: Text) -> Columns:
    """Return upright bars that fill the width; a fifth of each place is air.

    >>> [(c.x, c.width, c.height) for c in columns([("a", 1), ("b", 2)], label="", unit="").columns]
    [(5.0, 40.0, 50.0), (55.0, 40.0, 100.0)]
    """
    highest = max((value for _, value in rows), default=0) or 1
    step = 100 / max(len(rows), 1)
    drawn = tuple(
        Column(label=name, value=value, x=index * step + step * 0.1, width=step * 0.8, height=100 * value / highest)
        for index, (name, value) in enumerate(rows)
    )
    return Columns(label=label, unit=unit, columns=drawn)


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One hexagon of a schematic map; `level` from 1 (least) to 4 (most)."""

    label: Text
    value: int
    level: int
    x: float
    y: float
    points: str


@dataclass(frozen=True, kw_only=True)
class Tiles:
    """A schematic map: one equal hexagon per area, roughly where the area lies."""

    box: str
    tiles: tuple[Tile, ...]


RADIUS = 56.0


def tiles(areas: Sequence[tuple[Text, int, float, float]]) -> Tiles:
    """Place (name, value, longitude, latitude) on a hexagon grid, keeping north up and neighbours near.

    Rows are cut from north to south, cells of a row go from west to east. It shows where areas lie to each other and
    nothing of their borders, which may only be shown from a reviewed map (地图管理条例 §15).

    >>> [tile.label for tile in tiles([("south", 1, 0, 0), ("north", 9, 0, 1)]).tiles]
    ['north', 'south']
    """
    if not areas:
        return Tiles(box="0 0 10 10", tiles=())
    per_row = max(1, round(sqrt(len(areas))))
    south = sorted(areas, key=lambda area: -area[3])
    rows = [sorted(south[at : at + per_row], key=lambda area: area[2]) for at in range(0, len(south), per_row)]
    highest = max(value for _, value, _, _ in areas) or 1
    wide, tall = RADIUS * sqrt(3), RADIUS * 1.5
    drawn = []
    for down, row in enumerate(rows):
        for right, (name, value, _, _) in enumerate(row):
            x, y = wide * (right + 0.5 + 0.5 * (down % 2)), RADIUS + tall * down
            level = min(4, 1 + int(4 * value / (highest + 1)))
            drawn.append(Tile(label=name, value=value, level=level, x=x, y=y, points=_hexagon(x, y)))
    width = wide * (per_row + (0.5 if len(rows) > 1 else 0))
    return Tiles(box=f"0 0 {width:.0f} {RADIUS * 2 + tall * (len(rows) - 1):.0f}", tiles=tuple(drawn))


def _hexagon(x: float, y: float) -> str:
    half = RADIUS * sqrt(3) / 2
    corners = [
        (x, y - RADIUS),
        (x + half, y - RADIUS / 2),
        (x + half, y + RADIUS / 2),
        (x, y + RADIUS),
        (x - half, y + RADIUS / 2),
        (x - half, y - RADIUS / 2),
    ]
    return " ".join(f"{across:.1f},{down:.1f}" for across, down in corners)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A single number of a board, with what it counts and, where needed, as of when."""

    label: Text
    value: int | None
    note: Text = ""

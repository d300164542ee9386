"""Where people live in the demo province: counties, towns, villages and grids with example coordinates 示意.

Codes and names are the real ones of the region tables; coordinates are laid out by formula (Vogel's sunflower, which
spreads points evenly over an ellipse) round a public centre point, because no open boundary data of towns and villages
exist. Every coordinate is CGCS2000 (EPSG:4490), in degrees.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin, sqrt

from zhengtong.site.demo.chance import Draw
from zhengtong.site.demo.content import Content

_GOLDEN_ANGLE = pi * (3.0 - sqrt(5.0))
_COUNTY_SPREAD = (0.45, 0.35)  # degrees round the city centre for counties without a centre of their own
_COUNTY_HALF = (0.15, 0.11)
_NUMERALS = "一二三四五六七八九"


@dataclass(frozen=True, kw_only=True, slots=True)
class RegionRow:
    """One region as the generator needs it: its code (2, 4, 6, 9 or 12 digits) and its name."""

    code: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Grid:
    """A grid 网格: the sixth level, a village's code and three more digits."""

    code: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Village:
    """A village or an urban community, its place and its grids; `weight` is its share of the county's people."""

    code: str
    name: str
    town: str
    longitude: float
    latitude: float
    weight: float
    grids: list[Grid]

    @property
    def is_community(self) -> bool:
        """Whether it is an urban community 社区 rather than a village."""
        return "村" not in self.name


@dataclass(frozen=True, kw_only=True, slots=True)
class County:
    """A county with everything below it; `round` counts how many parts settled here before."""

    code: str
    name: str
    plate: str
    round: int
    radius: float
    villages: list[Village]
    towns: dict[str, str]


class RegionTree:
    """The rows of one or two provinces by their level, in the order of their codes."""

    def __init__(self, rows: Sequence[RegionRow]) -> None:
        self.names = {row.code: row.name for row in rows}
        self._below: dict[str, list[str]] = {}
        for code in sorted(self.names):
            self._below.setdefault(_parent(code), []).append(code)

    def below(self, code: str) -> list[str]:
        """Return the codes one level under *code*."""
        return self._below.get(code, [])

    def counties(self, province: str) -> list[str]:
        """Return the counties of *province* that have villages, in the order of their codes."""
        return [county for city in self.below(province) for county in self.below(city) if self._has_villages(county)]

    def all_counties(self, province: str) -> list[str]:
        """Return all counties of *province*, in the order of their codes."""
        return [county for city in self.below(province) for county in self.below(city)]

    def _has_villages(self, county: str) -> bool:
        return any(self.below(town) for town in self.below(county))


def county_of_part(tree: RegionTree, content: Content, part: int) -> tuple[str, int]:
    """Return the county where *part* settles and how many parts settled there before it; the home county is first.

    Raises:
        ValueError: the region table has no villages of the home county.
    """
    counties = tree.counties(content.province)
    if content.home_county not in counties:
        raise ValueError(f"no villages of county {content.home_county} among the regions")
    start = counties.index(content.home_county)
    return counties[(start + part) % len(counties)], part // len(counties)


def lay_out(tree: RegionTree, content: Content, code: str, times_before: int = 0) -> County:
    """Return county *code* with its towns, villages and grids, each with its place."""
    longitude, latitude, half_width, half_height = _extent(tree, content, code)
    draw = Draw(content.seed, "places", code)
    towns = [town for town in tree.below(code) if tree.below(town)]
    shrink = 1.0 / sqrt(len(towns))
    villages = []
    for place, town in enumerate(towns):
        town_x, town_y = _sunflower(place, len(towns), longitude, latitude, half_width, half_height)
        below = tree.below(town)
        # Some towns are larger than others, urban sub-districts most of all.
        pull = draw.normal(1.0, 0.4, 0.4, 2.2) * (2.0 if tree.names[town].endswith("街道") else 1.0)
        for spot, village in enumerate(below):
            x, y = _sunflower(spot, len(below), town_x, town_y, half_width * shrink * 0.8, half_height * shrink * 0.8)
            villages.append(_village(tree, content, village, (x, y), pull * draw.normal(1.0, 0.5, 0.3, 3.0)))
    return County(
        code=code,
        name=tree.names[code],
        plate=content.cities[code[:4]]["plate"],
        round=times_before,
        radius=half_height * shrink * 0.25,
        villages=villages,
        towns={town: tree.names[town] for town in towns},
    )


def grids_of(content: Content, code: str, name: str) -> list[Grid]:
    """Return the grids of a village or community: numbered from 001, named by number."""
    count = content.grids["village" if "村" in name else "community"]
    return [Grid(code=f"{code}{number:03d}", name=f"第{_NUMERALS[number - 1]}网格") for number in range(1, count + 1)]


def _village(tree: RegionTree, content: Content, code: str, at: tuple[float, float], weight: float) -> Village:
    name = tree.names[code]
    return Village(
        code=code,
        name=name,
        town=code[:9],
        longitude=at[0],
        latitude=at[1],
        weight=weight if "村" in name else weight * 1.8,
        grids=grids_of(content, code, name),
    )


def _extent(tree: RegionTree, content: Content, code: str) -> tuple[float, float, float, float]:
    known = content.counties.get(code)
    if known:
        return known["longitude"], known["latitude"], known["half_width"], known["half_height"]
    city = content.cities[code[:4]]
    siblings = tree.below(code[:4])
    x, y = _sunflower(siblings.index(code), len(siblings), city["longitude"], city["latitude"], *_COUNTY_SPREAD)
    return x, y, *_COUNTY_HALF


def _sunflower(
    place: int, count: int, x: float, y: float, half_width: float, half_height: float
) -> tuple[float, float]:
    """Return point *place* of *count* spread evenly over the ellipse round (*x*, *y*)."""
    distance, angle = sqrt((place + 0.5) / count), place * _GOLDEN_ANGLE
    return x + half_width * distance * cos(angle), y + half_height * distance * sin(angle)


def _parent(code: str) -> str:
    lengths = {4: 2, 6: 4, 9: 6, 12: 9, 15: 12}
    return code[: lengths.get(len(code), 0)]

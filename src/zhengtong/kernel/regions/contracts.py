"""What the regions 行政区划 say to others: levels, regions, rows to import. Codes and names, never geometry."""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _


class RegionLevel(IntEnum):
    """The six levels: five of the statistical code 统计用区划代码, and the grid 网格 of grassroots governance."""

    PROVINCE = 1
    CITY = 2
    COUNTY = 3
    TOWN = 4
    VILLAGE = 5
    GRID = 6

    @property
    def label(self) -> str:
        """The level's name in the reader's language."""
        return str(_LABELS[self])


_LABELS = {
    RegionLevel.PROVINCE: _("省级"),
    RegionLevel.CITY: _("地级"),
    RegionLevel.COUNTY: _("县级"),
    RegionLevel.TOWN: _("乡级"),
    RegionLevel.VILLAGE: _("村级"),
    RegionLevel.GRID: _("网格"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class RegionView:
    """A region as it is, or was on the day asked for.

    `low` and `high` are its place in the tree: all that lies in it has its `low` between them (both included).
    `valid_from` None means since before the first import; `valid_to` None means still in force (half-open period).
    """

    code: str
    name: str
    full_name: str
    level: RegionLevel
    parent_code: str | None
    low: int
    high: int
    valid_from: date | None
    valid_to: date | None

    def contains(self, other: "RegionView") -> bool:
        """Tell whether *other* is this region or lies in it."""
        return self.low <= other.low <= self.high

    def in_force(self, on: date) -> bool:
        """Tell whether the region existed on that day."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on < self.valid_to)


class RegionRow(NamedTuple):
    """One region to import; its parent comes before it or is there already. A tuple because there are many."""

    code: str
    name: str
    level: RegionLevel
    parent_code: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportReport:
    """What an import did: regions added, renamed, and found as they were."""

    added: int
    renamed: int
    unchanged: int

    @property
    def seen(self) -> int:
        """How many rows came in."""
        return self.added + self.renamed + self.unchanged


class SqlCondition(NamedTuple):
    """A condition for a WHERE clause, with `%s` places, and the values that go there."""

    sql: str
    params: tuple[int | str, ...]

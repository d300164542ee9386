"""What the register says of an asset."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from zhengtong.data.assets.contracts.kinds import AssetState, CostKind, RightKind
from zhengtong.data.exchange.contracts import AgreementUse
from zhengtong.data.opening.contracts import OpeningView


@dataclass(frozen=True, kw_only=True, slots=True)
class RightEntry:
    """A right that is to be entered, in the half-open period [starts_on, ends_on); no end: until further notice."""

    kind: RightKind
    holder: UUID
    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """What was spent on an asset for one thing, in fen: more than nothing."""

    kind: CostKind
    fen: int
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class AssetEntry:
    """What is to be registered: made of which datasets of the own department, held by whom from when on."""

    name: str
    datasets: tuple[str, ...]
    rights: tuple[RightEntry, ...]
    name_en: str = ""
    summary: str = ""
    costs: tuple[Cost, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class RightView:
    """A right with who holds it."""

    id: UUID
    kind: RightKind
    holder: UUID
    holder_name: str
    holder_name_en: str
    starts_on: date
    ends_on: date | None

    def on(self, day: date) -> bool:
        """Say whether it is in force on *day*."""
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)


@dataclass(frozen=True, kw_only=True, slots=True)
class ResourceView:
    """A catalogued dataset that an asset is made of."""

    dataset: str
    name: str
    name_en: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AssetLine:
    """An asset in the register's list."""

    id: UUID
    name: str
    name_en: str
    provider_name: str
    provider_name_en: str
    state: AssetState
    version: int
    resources: int
    registered_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class AssetView:
    """An asset; `version` moves with every change, and each change is an act."""

    id: UUID
    name: str
    name_en: str
    summary: str
    provider: UUID
    provider_name: str
    provider_name_en: str
    region: str
    state: AssetState
    version: int
    registered_at: datetime
    changed_at: datetime
    reason: str
    resources: tuple[ResourceView, ...]
    rights: tuple[RightView, ...]
    costs: tuple[Cost, ...]

    @property
    def datasets(self) -> tuple[str, ...]:
        """The codes of the datasets it is made of."""
        return tuple(one.dataset for one in self.resources)

    @property
    def spent(self) -> int:
        """What was spent on it, all kinds together, in fen."""
        return sum(cost.fen for cost in self.costs)

    def held_by(self, kind: RightKind, day: date) -> RightView | None:
        """Return the right of a kind that is in force on *day*."""
        return next((one for one in self.rights if one.kind is kind and one.on(day)), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Inputs:
    """What a valuation may begin with 估值输入: never a price, which only a buyer can name.

    Attributes:
        volume: rows of its resources at their latest quality check; None where none was checked.
        quality: score of its resources, 0 to 100, weighted by rows; None where none was checked.
        calls: looks under agreements over its resources in the period.
        spent: what was spent on it, in fen.
    """

    volume: int | None
    quality: float | None
    calls: int
    spent: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Chain:
    """The supply chain of an asset 数据供应链: what it is made of, what is built on it, what that brings.

    Calls count in the half-open period [first, until).
    """

    asset: AssetView
    first: date
    until: date
    agreements: tuple[AgreementUse, ...]
    releases: tuple[OpeningView, ...]

    @property
    def calls(self) -> int:
        """Looks under agreements over its resources in the period."""
        return sum(use.calls for use in self.agreements)

    @property
    def rows_shared(self) -> int:
        """Rows that left in batches in the period."""
        return sum(use.rows for use in self.agreements)

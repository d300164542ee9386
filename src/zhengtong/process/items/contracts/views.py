"""What the catalogue shows 目录视图: guides, entries, themes, counts."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from zhengtong.process.items.contracts.definitions import (
    Audience,
    Bundle,
    Evidence,
    Item,
    ItemKind,
    LifeEvent,
    Period,
    Words,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptItem:
    """An item and the body that keeps its elements: of its department's, the one of the highest level."""

    item: Item
    organisation: UUID
    organisation_name: Words
    region: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ImplementationEntry:
    """That an organisation handles an item in a region 实施清单, to be published."""

    item: str
    region: str
    organisation: UUID
    organisation_code: str
    organisation_name: Words
    window: Words


@dataclass(frozen=True, kw_only=True, slots=True)
class ImplementationView:
    """Who handles an item where; `code` has 31 characters (18 + 1 + 12, layout unverified)."""

    code: str
    region: str
    organisation: UUID
    organisation_name: Words
    window: Words


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceGuide:
    """A service guide 办事指南: the item as in force on a day, and who handles it for the reader's region."""

    item: Item
    version: int
    effective_from: date
    implementations: tuple[ImplementationView, ...]
    bundles: tuple["CatalogEntry", ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Handling:
    """An item as in force on a day, and who handles it for an applicant, the body that is meant first."""

    item: Item
    version: int
    implementations: tuple[ImplementationView, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class BundleHandling:
    """A bundle, the body that leads it (None: nobody there), and its items with who handles them, in its order."""

    bundle: Bundle
    lead: ImplementationView | None
    parts: tuple[Handling, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class CatalogEntry:
    """A line of a list: an item, or a bundle (`kind` is None, `parts` counts its items)."""

    code: str
    name: Words
    department: Words
    kind: ItemKind | None
    audiences: tuple[Audience, ...]
    promised: Period | None
    online: bool
    visits: int
    parts: int = 0

    @property
    def is_bundle(self) -> bool:
        """Whether it is one thing made of several items."""
        return self.kind is None


@dataclass(frozen=True, kw_only=True, slots=True)
class BundleGuide:
    """A bundle with its items and the evidence they need between them, each asked once."""

    bundle: Bundle
    items: tuple[CatalogEntry, ...]
    evidence: tuple[Evidence, ...]
    evidence_before: int


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryPage:
    """One page of a list; pages count from 1."""

    entries: tuple[CatalogEntry, ...]
    total: int
    page: int
    size: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.size))


@dataclass(frozen=True, kw_only=True, slots=True)
class Theme:
    """A life event with what is found under it, bundles first."""

    event: LifeEvent
    entries: tuple[CatalogEntry, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DepartmentCount:
    """How many items a department has; of those with a statutory period, how many promise a shorter one 承诺提速."""

    department: Words
    items: int
    with_statutory_period: int = 0
    promised_shorter: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class CatalogueStatistics:
    """The catalogue in figures; shares are from 0 to 1."""

    items: int
    bundles: int
    implementations: int
    online_share: float
    mobile_share: float
    at_most_one_visit_share: float
    instant_share: float
    evidence_not_asked_share: float
    departments: tuple[DepartmentCount, ...] = field(default=())


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishReport:
    """What publishing a catalogue did."""

    added: int
    changed: int
    unchanged: int
    withdrawn: int

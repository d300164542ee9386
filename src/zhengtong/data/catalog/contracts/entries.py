"""Entries of the catalogue as they come in and as they are shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from zhengtong.data.catalog.contracts.kinds import (
    CATALOG_CLASS_LABELS,
    DATA_CLASS_LABELS,
    DATASET_STATE_LABELS,
    ELEMENT_TYPE_LABELS,
    GRADE_LABELS,
    OPENING_CLASS_LABELS,
    OPENING_MODE_LABELS,
    RESOURCE_FORMAT_LABELS,
    SHARING_CLASS_LABELS,
    SHARING_MODE_LABELS,
    UPDATE_CYCLE_LABELS,
    CatalogClass,
    DataClass,
    DataGrade,
    DatasetState,
    ElementType,
    OpeningClass,
    OpeningMode,
    ResourceFormat,
    SharingClass,
    SharingMode,
    UpdateCycle,
)
from zhengtong.kernel.errors import Text


@dataclass(frozen=True, kw_only=True, slots=True)
class DataElement:
    """A data element 数据项: its name in the data, what it means, its type, what it is about and how grave a leak is.

    `standard` names the standard element it follows, `length` counts characters (0: no bound), `grade` None asks for
    the least grade its class allows. `key` marks what tells rows apart.
    """

    name: str
    title: str
    title_en: str = ""
    type: ElementType = ElementType.STRING
    length: int = 0
    standard: str = ""
    required: bool = False
    key: bool = False
    data_class: DataClass = DataClass.PUBLIC
    grade: DataGrade | None = None

    @property
    def type_label(self) -> Text:
        return ELEMENT_TYPE_LABELS[self.type]

    @property
    def class_label(self) -> Text:
        return DATA_CLASS_LABELS[self.data_class]

    @property
    def grade_label(self) -> Text:
        return GRADE_LABELS[self.grade] if self.grade else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DatasetEntry:
    """What a provider says of a dataset 数据集 (信息资源), element by element of the guide.

    `code` is class, item, category and detail 类项目细目, a slash, and a running number (`307001/12`). `basis` names
    the law or policy that a withheld dataset rests on; `condition` says under what a conditional one is shared,
    `opening_mode` how one is opened on condition, None where its provider has not said. `sources` are codes of the
    datasets it is made from; `table` is its name in the lake.
    """

    code: str
    name: str
    name_en: str = ""
    summary: str = ""
    format: ResourceFormat = ResourceFormat.DATABASE
    elements: tuple[DataElement, ...] = ()
    sharing: SharingClass = SharingClass.CONDITIONAL
    condition: str = ""
    basis: str = ""
    modes: tuple[SharingMode, ...] = (SharingMode.QUERY,)
    opening: OpeningClass = OpeningClass.WITHHELD
    opening_condition: str = ""
    opening_mode: OpeningMode | None = None
    cycle: UpdateCycle = UpdateCycle.DAILY
    system: str = ""
    table: str = ""
    sources: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    keywords: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DatasetView:
    """A dataset as the catalogue shows it: the entry with every grade settled, its provider, its state."""

    entry: DatasetEntry
    provider: UUID
    provider_code: str
    provider_name: str
    provider_name_en: str
    region: str
    state: DatasetState
    grade: DataGrade
    version: int
    registered_at: datetime
    changed_at: datetime
    published_on: date | None

    @property
    def code(self) -> str:
        return self.entry.code

    @property
    def slug(self) -> str:
        """The code as it stands in addresses."""
        return self.entry.code.replace("/", "-")

    @property
    def name(self) -> str:
        return self.entry.name

    @property
    def name_en(self) -> str:
        return self.entry.name_en

    @property
    def catalog_class(self) -> CatalogClass:
        return CatalogClass(self.entry.code[0])

    @property
    def keys(self) -> tuple[str, ...]:
        """Names of the data elements that tell rows apart."""
        return tuple(element.name for element in self.entry.elements if element.key)

    @property
    def has_personal_data(self) -> bool:
        return any(e.data_class in {DataClass.PERSONAL, DataClass.SENSITIVE} for e in self.entry.elements)

    @property
    def labels(self) -> dict[str, Any]:
        """Every class of the entry in the reader's words, for templates."""
        entry = self.entry
        return {
            "catalog_class": CATALOG_CLASS_LABELS[self.catalog_class],
            "sharing": SHARING_CLASS_LABELS[entry.sharing],
            "opening": OPENING_CLASS_LABELS[entry.opening],
            "opening_mode": OPENING_MODE_LABELS[entry.opening_mode] if entry.opening_mode else "",
            "cycle": UPDATE_CYCLE_LABELS[entry.cycle],
            "format": RESOURCE_FORMAT_LABELS[entry.format],
            "grade": GRADE_LABELS[self.grade],
            "state": DATASET_STATE_LABELS[self.state],
            "modes": [SHARING_MODE_LABELS[mode] for mode in entry.modes],
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Distribution:
    """A form in which a dataset can be had: its page, its address where nobody need ask for it, its type and bytes."""

    title: str
    page: str
    address: str
    form: str
    media_type: str
    size: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SystemEntry:
    """An information system 政务信息系统 of a department; `key` is unique within its provider."""

    key: str
    name: str
    name_en: str = ""
    summary: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SystemView:
    """An information system with how many datasets it holds."""

    key: str
    name: str
    name_en: str
    summary: str
    provider: UUID
    datasets: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisterReport:
    """What registering did: how many entries were new, changed, or as before."""

    added: int
    changed: int
    unchanged: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """One page of the catalogue, best first; pages count from 1."""

    rows: tuple[DatasetView, ...]
    total: int
    page: int
    size: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.size))


@dataclass(frozen=True, kw_only=True, slots=True)
class Facet:
    """A value a search can be narrowed to, and how many published datasets have it."""

    value: str
    label: Text
    count: int
    label_en: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Facets:
    """What a search can be narrowed by."""

    sharing: Sequence[Facet]
    opening: Sequence[Facet]
    cycle: Sequence[Facet]
    grade: Sequence[Facet]
    provider: Sequence[Facet]


@dataclass(frozen=True, kw_only=True, slots=True)
class DepartmentInventory:
    """The catalogue of one provider in figures 目录清单统计; `grades` counts datasets by their grade."""

    provider: UUID
    name: str
    name_en: str
    systems: int
    datasets: int
    elements: int
    published: int
    unconditional: int
    conditional: int
    withheld: int
    opened: int
    grades: dict[DataGrade, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Inventory:
    """The whole catalogue in figures, provider by provider, the largest first."""

    datasets: int
    elements: int
    systems: int
    departments: tuple[DepartmentInventory, ...]

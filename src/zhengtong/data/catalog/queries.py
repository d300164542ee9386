"""Reads of the catalogue: one dataset, pages of many, facets, figures. One to three statements each."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from zhengtong.data.catalog import storing
from zhengtong.data.catalog.contracts import (
    GRADE_LABELS,
    OPENING_CLASS_LABELS,
    SHARING_CLASS_LABELS,
    UPDATE_CYCLE_LABELS,
    DataGrade,
    DatasetState,
    DatasetUnknown,
    DatasetView,
    DepartmentInventory,
    Facet,
    Facets,
    Found,
    Inventory,
    OpeningClass,
    SharingClass,
    SystemView,
    UpdateCycle,
)
from zhengtong.data.catalog.models import Dataset, InformationSystem
from zhengtong.kernel.errors import Text
from zhengtong.kernel.search import api as search_index
from zhengtong.trust.identity import api as identity

PAGE_SIZE = 20
COLUMNS = ("provider", "sharing", "opening", "cycle", "grade")
OPENED = "opened:yes"
"""The tag of what the public may have."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """What narrows a search; None does not. `opened` keeps what the public may have, at once or on condition."""

    provider: UUID | None = None
    sharing: SharingClass | None = None
    opening: OpeningClass | None = None
    cycle: UpdateCycle | None = None
    grade: DataGrade | None = None
    opened: bool = False

    def given(self) -> dict[str, Any]:
        """Return the values asked for, by column."""
        values = {name: getattr(self, name) for name in COLUMNS}
        return {name: value for name, value in values.items() if value is not None}

    def condition(self) -> Q:
        """Return the filter of published rows."""
        found = Q(state=DatasetState.PUBLISHED, **self.given())
        return found & ~Q(opening=OpeningClass.WITHHELD) if self.opened else found

    def tags(self) -> list[str]:
        """Return what is asked, as the tags of the search index."""
        return [tag(name, value) for name, value in self.given().items()] + ([OPENED] if self.opened else [])


NO_FILTERS = Filters()


def tag(name: str, value: Any) -> str:
    """Return the tag under which a dataset with this value is indexed.

    >>> tag("sharing", SharingClass.WITHHELD), tag("grade", DataGrade.CORE)
    ('sharing:withheld', 'grade:6')
    """
    return f"{name}:{value.value if isinstance(value, Enum) else value}"


def dataset(code: str) -> DatasetView:
    """Return a dataset, whatever its state.

    Raises:
        DatasetUnknown: there is none of this code.
    """
    row = Dataset.objects.select_related("provider").filter(code=code).first()
    if row is None:
        raise DatasetUnknown(dataset=code[:40])
    return view(row)


def datasets(codes: Iterable[str]) -> dict[str, DatasetView]:
    """Return those of *codes* that exist, by code: one statement."""
    rows = Dataset.objects.select_related("provider").filter(code__in=set(codes))
    return {row.code: view(row) for row in rows}


def on_offer(codes: Iterable[str]) -> frozenset[str]:
    """Return those of *codes* that other departments may have today: published, and not withheld. One statement."""
    rows = Dataset.objects.filter(code__in=set(codes), state=DatasetState.PUBLISHED)
    return frozenset(rows.exclude(sharing=SharingClass.WITHHELD).values_list("code", flat=True))


def dataset_of_table(table: str) -> DatasetView:
    """Return the dataset whose rows lie in the table *table* of the lake.

    Raises:
        DatasetUnknown: no entry names it.
    """
    row = Dataset.objects.select_related("provider").filter(table=table).exclude(table="").first()
    if row is None:
        raise DatasetUnknown(dataset=table[:40])
    return view(row)


def datasets_of(provider: UUID, *, page: int = 1, size: int = PAGE_SIZE) -> Found:
    """Return what a department has in the catalogue, drafts included, by code."""
    return _page(_rows().filter(provider=provider).order_by("code"), page, size)


def search(
    text: str = "",
    *,
    filters: Filters = NO_FILTERS,
    page: int = 1,
    size: int = PAGE_SIZE,
    start: int | None = None,
) -> Found:
    """Return published datasets that fit *text*, best first; without text all of them by code.

    Args:
        text: what the reader typed: words, a code, first letters of pinyin.
        filters: what narrows it.
        page: from 1.
        size: datasets a page, up to 1,000.
        start: skip so many instead of whole pages.
    """
    page, size = max(1, page), min(max(1, size), 1000)
    first = (page - 1) * size if start is None else start
    if not text.strip():
        rows = _rows().filter(filters.condition()).order_by("code")
        found_rows = tuple(map(view, rows[first : first + size]))
        return Found(rows=found_rows, total=_total(rows, first, len(found_rows), size), page=page, size=size)
    found = search_index.search(storing.COLLECTION, text, tags=filters.tags(), limit=size, offset=first)
    known = datasets(hit.key for hit in found.hits)
    rows_found = tuple(known[hit.key] for hit in found.hits if hit.key in known)
    return Found(rows=rows_found, total=found.total, page=page, size=size)


def facets(filters: Filters = NO_FILTERS) -> Facets:
    """Return how many published datasets there are for every value a search can be narrowed to: two statements."""
    rows = (
        Dataset.objects.filter(filters.condition())
        .values("sharing", "opening", "cycle", "grade", "provider")
        .annotate(count=Count("code"))
        .order_by()
    )
    counts: dict[str, Counter[Any]] = {name: Counter() for name in ("sharing", "opening", "cycle", "grade", "provider")}
    row: dict[str, Any]
    for row in rows:  # type: ignore[assignment]  # a TypedDict, read by column
        for name, counter in counts.items():
            counter[row[name]] += row["count"]
    names = identity.organisations(counts["provider"])
    return Facets(
        sharing=_facet(counts["sharing"], {k.value: v for k, v in SHARING_CLASS_LABELS.items()}),
        opening=_facet(counts["opening"], {k.value: v for k, v in OPENING_CLASS_LABELS.items()}),
        cycle=_facet(counts["cycle"], {k.value: v for k, v in UPDATE_CYCLE_LABELS.items()}),
        grade=_facet(counts["grade"], {k.value: v for k, v in GRADE_LABELS.items()}),
        provider=[
            Facet(value=str(key), label=names[key].name, label_en=names[key].name_en, count=count)
            for key, count in counts["provider"].most_common()
            if key in names
        ],
    )


def open_dataset(code: str) -> DatasetView:
    """Return a published dataset that the public may have.

    Raises:
        DatasetUnknown: there is none of this code, or it is not open.
    """
    row = _rows().filter(Filters(opened=True).condition(), code=code).first()
    if row is None:
        raise DatasetUnknown(dataset=code[:40])
    return view(row)


def open_codes(*, limit: int | None, offset: int = 0) -> list[str]:
    """Return the codes of what the public may have, in order."""
    rows = Dataset.objects.filter(Filters(opened=True).condition()).order_by("code").values_list("code", flat=True)
    return list(rows[offset:] if limit is None else rows[offset : offset + limit])


def systems_of(provider: UUID) -> tuple[SystemView, ...]:
    """Return the information systems of a department with how many datasets lie in each: two statements."""
    counts = Counter(
        dict(
            Dataset.objects.filter(provider=provider)
            .exclude(state=DatasetState.WITHDRAWN)
            .values_list("system")
            .annotate(Count("code"))
            .order_by()
        )
    )
    return tuple(
        SystemView(
            key=row.key, name=row.name, name_en=row.name_en, summary=row.summary, provider=provider,
            datasets=counts[row.key],
        )
        for row in InformationSystem.objects.filter(provider=provider).order_by("key")
    )  # fmt: skip


def inventory() -> Inventory:
    """Count the catalogue, department by department: three statements."""
    figures = {
        row["provider"]: row
        for row in Dataset.objects.exclude(state=DatasetState.WITHDRAWN)
        .values("provider")
        .annotate(
            datasets=Count("code"),
            elements=Sum("element_count"),
            published=Count("code", filter=Q(state=DatasetState.PUBLISHED)),
            opened=Count("code", filter=~Q(opening=OpeningClass.WITHHELD)),
            **{sharing.value: Count("code", filter=Q(sharing=sharing)) for sharing in SharingClass},
            **{f"grade_{grade.value}": Count("code", filter=Q(grade=grade)) for grade in DataGrade},
        )
        .order_by()
    }
    systems = Counter(InformationSystem.objects.values_list("provider", flat=True))
    names = identity.organisations({*figures, *systems})
    departments = [_department(key, figures.get(key, {}), systems[key], names) for key in names]
    departments.sort(key=lambda one: (-one.datasets, one.name))
    return Inventory(
        datasets=sum(one.datasets for one in departments),
        elements=sum(one.elements for one in departments),
        systems=sum(one.systems for one in departments),
        departments=tuple(departments),
    )


def view(row: Dataset) -> DatasetView:
    """Return *row*, whose provider is loaded, as a contract."""
    return DatasetView(
        entry=storing.load(row.entry, row.opening_mode),
        provider=row.provider_id,
        provider_code=row.provider.code or "",
        provider_name=row.provider.name,
        provider_name_en=row.provider.name_en,
        region=row.region_id,
        state=DatasetState(row.state),
        grade=DataGrade(row.grade),
        version=row.version,
        registered_at=row.registered_at,
        changed_at=row.changed_at,
        published_on=row.published_on,
    )


def _rows() -> QuerySet[Dataset]:
    return Dataset.objects.select_related("provider")


def _page(rows: QuerySet[Dataset], page: int, size: int) -> Found:
    first = (page - 1) * size
    found = tuple(map(view, rows[first : first + size]))
    return Found(rows=found, total=_total(rows, first, len(found), size), page=page, size=size)


def _total(rows: QuerySet[Dataset], first: int, found: int, size: int) -> int:
    """Return how many *rows* there are; a page that is not full tells it without another statement."""
    return first + found if 0 < found < size or (found == first == 0) else rows.count()


def _facet(counts: Counter[Any], labels: Mapping[Any, Text]) -> list[Facet]:
    return [Facet(value=str(key), label=label, count=counts[key]) for key, label in labels.items() if counts[key]]


def _department(key: UUID, row: Mapping[str, Any], systems: int, names: Mapping[UUID, Any]) -> DepartmentInventory:
    return DepartmentInventory(
        provider=key,
        name=names[key].name,
        name_en=names[key].name_en,
        systems=systems,
        datasets=row.get("datasets", 0),
        elements=row.get("elements", 0),
        published=row.get("published", 0),
        unconditional=row.get("unconditional", 0),
        conditional=row.get("conditional", 0),
        withheld=row.get("withheld", 0),
        opened=row.get("opened", 0),
        grades={grade: row.get(f"grade_{grade.value}", 0) for grade in DataGrade},
    )

"""What opening asks of the catalogue: grades after treatment, and an entry of its own for what was counted."""

import re
from collections.abc import Mapping
from datetime import datetime

from zhengtong.data.catalog import api as catalog
from zhengtong.data.catalog.api import (
    DataElement,
    DataGrade,
    DatasetEntry,
    DatasetState,
    DatasetView,
    Derivation,
    OpeningClass,
    OpeningMode,
)
from zhengtong.data.opening import law, plans, storing
from zhengtong.data.opening.contracts import Access, OpeningView, Plan, Treatment
from zhengtong.data.opening.law import COUNT
from zhengtong.trust.identity.api import system_actor

FIRST_NUMBER = 900
"""Running numbers of entries that opening makes begin here, apart from those a department gives."""


def table_of(found: DatasetView) -> str:
    """Return the name of a dataset's table in the lake."""
    return found.entry.table or found.slug


def grades_after(plan: Plan, found: DatasetView) -> dict[str, DataGrade]:
    """Return for each field of *plan* the grade it has when treated (GB/T 43697-2024, derived data)."""
    elements = {element.name: element for element in found.entry.elements}
    grades = {}
    for field in plan.fields:
        grade = catalog.element_grade(elements[field.name])
        if plan.aggregate:
            grade = catalog.derived_grade(Derivation.AGGREGATED, [grade])
        elif field.treatment is not Treatment.KEEP:
            grade = catalog.derived_grade(Derivation.MASKED, [grade])
        grades[field.name] = grade
    return grades


def is_covered(opening: OpeningView, known: Mapping[str, DatasetView]) -> bool:
    """Say whether the catalogue, as it stands now, lets a release be open as it is.

    Its entry is published, no row is more open than the catalogue says, and no grade is higher than its standard lets.

    Args:
        opening: the release.
        known: the entries it rests on, by code.
    """
    source, own = known.get(opening.dataset), known.get(opening.listed_under)
    if source is None or own is None or own.state is not DatasetState.PUBLISHED or opening.report is None:
        return False
    if any(plans.more_open(opening.plan, opening.access, source)):
        return False
    standard = storing.standard_on(opening.report.standard)
    return not law.too_high(grades_after(opening.plan, source), opening.access, standard)


def enter(opening: OpeningView, *, at: datetime) -> str:
    """Register and publish the entry of a table of counts and return its code; rows stand under their source.

    The platform registers it on the strength of the release, which names the officers; the entry names its source.
    """
    if not opening.plan.aggregate:
        return ""
    source = catalog.dataset(opening.dataset)
    entry = _entry(opening, source)
    actor = system_actor()
    catalog.register(actor=actor, provider=opening.provider, entries=[entry], at=at)
    catalog.publish(actor=actor, codes=[entry.code], at=at)
    return entry.code


def take_out(code: str, *, reason: str, at: datetime) -> None:
    """Take the entry of a release out of the catalogue."""
    catalog.withdraw(actor=system_actor(), code=code, reason=reason, at=at)


def _entry(opening: OpeningView, source: DatasetView) -> DatasetEntry:
    elements = {element.name: element for element in source.entry.elements}
    grades = grades_after(opening.plan, source)
    counted = tuple(
        DataElement(
            name=field.name, title=elements[field.name].title, title_en=elements[field.name].title_en, length=200,
            grade=grades[field.name],
        )
        for field in opening.plan.fields
    )  # fmt: skip
    count = DataElement(name=COUNT, title="数量", title_en="Count", type=catalog.ElementType.INTEGER)
    opened = opening.access is Access.UNCONDITIONAL
    return DatasetEntry(
        code=_free_code(source.code),
        name=opening.title,
        name_en=opening.title_en,
        summary=opening.summary or opening.title,
        elements=(*counted, count),
        sharing=catalog.SharingClass.UNCONDITIONAL,
        modes=(catalog.SharingMode.FILE,),
        opening=OpeningClass.UNCONDITIONAL if opened else OpeningClass.CONDITIONAL,
        opening_condition="" if opened else str(opening.access.label),
        opening_mode=_mode(opening.access),
        cycle=source.entry.cycle,
        system=source.entry.system,
        table=f"open_{opening.slug.replace('-', '_')}",
        sources=(source.code,),
    )


def _mode(access: Access) -> OpeningMode | None:
    if access is Access.UNCONDITIONAL:
        return None
    return OpeningMode.REGISTRATION if access is Access.REGISTRATION else OpeningMode.AGREEMENT


def _free_code(source: str) -> str:
    prefix = re.sub(r"/.*", "", source)
    number = FIRST_NUMBER
    while f"{prefix}/{number}" in catalog.datasets([f"{prefix}/{number}"]):
        number += 1
    return f"{prefix}/{number}"

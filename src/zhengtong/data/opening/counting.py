"""Counts for a room above 汇总: a table of counts out of the closed zone, suppressed and judged as a release is.

Who asks gives a definition and gets counts; the rows are read, counted and forgotten here. A table that fails its
report leaves nothing but the reasons.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from zhengtong.data.catalog.api import DatasetState, DatasetView
from zhengtong.data.collection import api as collection
from zhengtong.data.opening import buffer, entries, law, storing
from zhengtong.data.opening.contracts import (
    Access,
    Counted,
    FieldPlan,
    Measures,
    NoRowsToOpen,
    Plan,
    PlanUnfit,
    RiskReport,
    Standard,
)
from zhengtong.data.opening.plans import require_plan
from zhengtong.kernel.clock import on_day
from zhengtong.kernel.errors import Phrase
from zhengtong.kernel.errors import mark as _

MOST_CELLS = 5_000
"""Cells of a table of counts, totals with them: what a page can show and a row can keep."""


def counted(
    dataset: DatasetView, fields: Sequence[FieldPlan], *, margins: bool, smallest: int, at: datetime
) -> Counted:
    """Count the latest version of *dataset* by *fields*, leave out what is small, judge it as if given by agreement.

    A group that is left out is not named either: its label may be the name of the one person in it.

    Args:
        dataset: whose rows.
        fields: by which they are counted, and how each is made coarser.
        margins: give the totals over each field as well.
        smallest: a group of fewer rows is small, where the standard in force is not stricter.
        at: now.

    Raises:
        PlanUnfit: the definition contradicts the catalogue, or gives too many cells.
        NoRowsToOpen: no rows have landed.
    """
    standard = storing.standard_on(on_day(at))
    standard = replace(standard, small_cell=max(standard.small_cell, smallest))
    plan = counting_plan(dataset, fields, margins=margins)
    table = entries.table_of(dataset)
    version = collection.version_of(table)
    rows = collection.rows(table, version=version, columns=[field.name for field in plan.fields])
    if version is None or rows is None:
        raise NoRowsToOpen(dataset=dataset.code)
    measures, cells = buffer.counts(rows, plan, standard)
    if len(cells) > MOST_CELLS:
        raise PlanUnfit(field="fields", what=Phrase(_("分组过细，结果超过 {most} 格"), most=MOST_CELLS))
    report = report_of(measures, plan, dataset, Access.AGREEMENT, standard)
    cells = tuple(cell for cell in cells if cell[-1] is not None)
    names = (*(field.name for field in plan.fields), law.COUNT)
    return Counted(names=names, cells=cells if report.passed else (), report=report, version=version)


def counting_plan(dataset: DatasetView, fields: Sequence[FieldPlan], *, margins: bool) -> Plan:
    """Return the plan of a table of counts by *fields*: always suppressed, with the roles that count.

    Raises:
        PlanUnfit: it contradicts the catalogue.
    """
    plan = Plan(fields=tuple(fields), aggregate=True, margins=margins, suppress=True)
    require_plan(plan, dataset)
    return law.with_roles(plan, {element.name: element for element in dataset.entry.elements})


def still_given(dataset: DatasetView | None, fields: Sequence[FieldPlan], *, margins: bool, at: datetime) -> bool:
    """Say whether the catalogue, as it stands now, lets a table of counts be given that was counted before.

    Its source is published, the definition fits it, and no grade is higher than today's standard lets.
    """
    if dataset is None or dataset.state is not DatasetState.PUBLISHED:
        return False
    try:
        plan = counting_plan(dataset, fields, margins=margins)
    except PlanUnfit:
        return False
    standard = storing.standard_on(on_day(at))
    return not law.too_high(entries.grades_after(plan, dataset), Access.AGREEMENT, standard)


def report_of(measures: Measures, plan: Plan, dataset: DatasetView, access: Access, standard: Standard) -> RiskReport:
    """Return the risk report of a copy with these measures that *access* would give away."""
    grades = entries.grades_after(plan, dataset)
    high = law.too_high(grades, access, standard)
    return RiskReport(
        measures=measures, standard=standard.in_force_on, grades=grades, too_high=high,
        risks=law.judged(measures, high, plan, standard),
    )  # fmt: skip

"""What holds when data are opened, as pure functions: which figures count, which step follows, what is too risky.

k-anonymity: every row looks like at least k − 1 others in its quasi-identifiers (Sweeney, 2002). l-diversity, distinct:
among those the sensitive field has at least l values (Machanavajjhala and others, 2007). Only what is anonymised is no
personal information any more (个人信息保护法 §4, §73).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from zhengtong.data.catalog.contracts import DataClass, DataElement, DataGrade
from zhengtong.data.opening.contracts import Access, FieldPlan, Measures, OpeningState, Plan, Risk, Role, Standard

COUNT = "count"
"""The column of a table of counts."""
ALL = "*"
"""What stands for a field in a total over it."""

STEPS: Mapping[str, frozenset[OpeningState]] = {
    "revise": frozenset({OpeningState.DRAFT, OpeningState.BUFFERED}),
    "freeze": frozenset({OpeningState.DRAFT}),
    "approve": frozenset({OpeningState.BUFFERED}),
    "refuse": frozenset({OpeningState.BUFFERED}),
    "release": frozenset({OpeningState.APPROVED}),
    "withdraw": frozenset(OpeningState) - {OpeningState.WITHDRAWN, OpeningState.REFUSED},
}
"""From which states each step may be taken."""


def standard_on(standards: Sequence[Standard], day: date) -> Standard:
    """Return the last of *standards* that has begun on *day*.

    Raises:
        ValueError: none has.
    """
    begun = [one for one in standards if one.in_force_on <= day]
    if not begun:
        raise ValueError(f"no standard in force on {day}")
    return max(begun, key=lambda one: one.in_force_on)


def with_roles(plan: Plan, elements: Mapping[str, DataElement]) -> Plan:
    """Return *plan* with every field that tells of people in a role that counts, whatever the applicant called it."""
    return replace(plan, fields=tuple(_with_role(field, elements[field.name]) for field in plan.fields))


def _with_role(field: FieldPlan, element: DataElement) -> FieldPlan:
    if field.role is Role.PLAIN and element.data_class is DataClass.PERSONAL:
        return replace(field, role=Role.QUASI)
    if field.role is not Role.SENSITIVE and element.data_class is DataClass.SENSITIVE:
        return replace(field, role=Role.SENSITIVE)
    return field


def too_high(grades: Mapping[str, DataGrade], access: Access, standard: Standard) -> tuple[str, ...]:
    """Return the fields whose grade, after treatment, is above what this access may have."""
    return tuple(name for name, grade in grades.items() if grade > standard.highest_grade[access])


def judged(measures: Measures, high: Sequence[str], plan: Plan, standard: Standard) -> tuple[Risk, ...]:
    """Return every reason why a copy with these measures may not leave the buffer; none when it may.

    >>> from datetime import date
    >>> standard = Standard(in_force_on=date(2026, 1, 1), k=5, l=2, small_cell=5, most_suppressed=0.3,
    ...     highest_grade={}, answer_working_days=10, daily_quota=1000, bases=())
    >>> plan = Plan(fields=(FieldPlan(name="sex", role=Role.QUASI),))
    >>> [risk.value for risk in judged(Measures(rows=9, k=4, variety={"illness": 2}), (), plan, standard)]
    ['few_alike']
    """
    return tuple(_risks(measures, high, plan, standard))


def _risks(measures: Measures, high: Sequence[str], plan: Plan, standard: Standard) -> Iterator[Risk]:
    if not measures.rows:
        yield Risk.EMPTY
    if high:
        yield Risk.GRADE
    if measures.identifiers:
        yield Risk.IDENTIFIERS
    if plan.aggregate and measures.small:
        yield Risk.SMALL_CELLS
    if not plan.aggregate and measures.k is not None and measures.k < standard.k:
        yield Risk.FEW_ALIKE
    if any(values < standard.l for values in measures.variety.values()):
        yield Risk.LITTLE_VARIETY
    if measures.recoverable:
        yield Risk.RECOVERABLE
    gone = measures.suppressed + measures.complementary
    if gone > standard.most_suppressed * (measures.rows if plan.aggregate else measures.rows + measures.suppressed):
        yield Risk.MUCH_SUPPRESSED

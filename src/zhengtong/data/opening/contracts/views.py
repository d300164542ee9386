"""What an application says, what its risk report found, what is open."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from zhengtong.data.catalog.contracts import DataGrade
from zhengtong.data.opening.contracts.kinds import (
    Access,
    FileForm,
    IdentifierKind,
    OpeningState,
    Risk,
    Role,
    Treatment,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldPlan:
    """One field that is to be opened: treated how, betraying what."""

    name: str
    treatment: Treatment = Treatment.KEEP
    role: Role = Role.PLAIN


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """How the copy in the buffer is made.

    Attributes:
        fields: what is kept; everything else is dropped.
        aggregate: publish how many rows there are of each combination instead of the rows.
        margins: of a table of counts, publish the totals over each field as well.
        suppress: leave out rows that too few others resemble; of a table of counts, blank cells that are too small and
            as many others as keep them from being computed.
    """

    fields: tuple[FieldPlan, ...]
    aggregate: bool = False
    margins: bool = False
    suppress: bool = False

    def named(self, role: Role) -> tuple[str, ...]:
        """Return the names of the fields in a role."""
        return tuple(field.name for field in self.fields if field.role is role)


@dataclass(frozen=True, kw_only=True, slots=True)
class Basis:
    """A clause that data may be opened on."""

    code: str
    clause: str
    title: str
    title_en: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Standard:
    """The figures in force from a day on; the last one that has begun counts.

    Attributes:
        in_force_on: its first day; an application keeps the one it was measured by.
        k: how many rows must look alike in their quasi-identifiers.
        l: how many values a sensitive field must have among those.
        small_cell: counts below it, above nought, are small.
        most_suppressed: the share of rows or cells that may be suppressed before a copy is of no use.
        highest_grade: of a field that may leave, by access.
        answer_working_days: for an answer to the public.
        daily_quota: calls a day that a registration brings.
        bases: the clauses one may rest on.
    """

    in_force_on: date
    k: int
    l: int  # noqa: E741 -- the letter of the paper
    small_cell: int
    most_suppressed: float
    highest_grade: Mapping[Access, DataGrade]
    answer_working_days: int
    daily_quota: int
    bases: tuple[Basis, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Identifier:
    """Direct identifiers found in a field: of which kind, in how many rows."""

    field: str
    kind: IdentifierKind
    rows: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Measures:
    """What measuring a copy in the buffer found.

    Attributes:
        rows: how many it has.
        suppressed: rows left out, or cells blanked because they were small.
        complementary: cells blanked besides, so that nobody computes those.
        classes: combinations of quasi-identifiers.
        k: rows in the smallest of them, or the smallest count published; None when there is nothing to compare.
        uniques: combinations of one row.
        small: rows in combinations smaller than the standard's k, or counts below its small cell.
        variety: for each sensitive field the least number of its values in a combination.
        identifiers: direct identifiers.
        recoverable: blanked cells that the published totals give away.
    """

    rows: int
    suppressed: int = 0
    complementary: int = 0
    classes: int = 0
    k: int | None = None
    uniques: int = 0
    small: int = 0
    variety: Mapping[str, int]
    identifiers: tuple[Identifier, ...] = ()
    recoverable: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class RiskReport:
    """The risk report 风险评估报告: what was measured, by which standard, and what is too high."""

    measures: Measures
    standard: date
    grades: Mapping[str, DataGrade]
    too_high: tuple[str, ...]
    risks: tuple[Risk, ...]

    @property
    def passed(self) -> bool:
        """Whether the copy may leave the buffer."""
        return not self.risks


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """A table of counts: its columns, the last the count; nothing small, and nothing at all where the report fails."""

    names: tuple[str, ...]
    cells: tuple[tuple[Any, ...], ...]
    report: RiskReport
    version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class FrozenFile:
    """A file of the frozen copy: its size in bytes and its SHA-256 in hexadecimal."""

    form: FileForm
    size: int
    sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What an application asks for."""

    dataset: str
    slug: str
    title: str
    plan: Plan
    access: Access
    basis: str
    title_en: str = ""
    summary: str = ""
    version: int | None = None
    embargo_until: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OpeningView:
    """An application with what has become of it. `version` is that of the table in the lake."""

    id: UUID
    slug: str
    title: str
    title_en: str
    summary: str
    dataset: str
    dataset_name: str
    provider: UUID
    provider_name: str
    provider_name_en: str
    region: str
    version: int
    plan: Plan
    access: Access
    basis: str
    embargo_until: date | None
    state: OpeningState
    revision: int
    drafted_by: UUID
    drafted_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None
    released_at: datetime | None
    files: tuple[FrozenFile, ...]
    report: RiskReport | None
    reason: str
    entry: str
    folder: str

    @property
    def forms(self) -> tuple[FileForm, ...]:
        """The forms it can be had in."""
        return tuple(file.form for file in self.files)

    @property
    def listed_under(self) -> str:
        """The code of the catalogue's entry it is a distribution of: its own, or its source's."""
        return self.entry or self.dataset


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What an audit of openings found wrong, and where."""

    opening: UUID | None
    slug: str
    what: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Accounted:
    """Who stands behind a release: the acts, the officers who applied and approved, the clause, the report."""

    opening: OpeningView
    frozen_act: UUID | None
    approved_act: UUID | None
    released_act: UUID | None
    applicant: UUID | None
    approver: UUID | None
    faults: tuple[str, ...]

    @property
    def exempt(self) -> bool:
        """Whether it is proven lawful, so that nobody is held liable for it."""
        return not self.faults

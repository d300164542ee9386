"""Plans, reports and files to JSON and back; the standards from their table."""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from zhengtong.data.catalog.contracts import DataGrade
from zhengtong.data.opening import law
from zhengtong.data.opening.contracts import (
    Access,
    Basis,
    FieldPlan,
    FileForm,
    FrozenFile,
    Identifier,
    IdentifierKind,
    Measures,
    Plan,
    Risk,
    RiskReport,
    Role,
    Standard,
    Treatment,
)

_TABLE = Path(__file__).with_name("standards.toml")


@cache
def standards() -> tuple[Standard, ...]:
    """Return the standards, as shipped."""
    with _TABLE.open("rb") as file:
        return tuple(_standard(row) for row in tomllib.load(file)["standard"])


def standard_on(day: date) -> Standard:
    """Return the standard in force on *day*."""
    return law.standard_on(standards(), day)


def dump(value: Any) -> Any:
    """Return a plan, a report or files as plain JSON values."""
    return orjson.loads(orjson.dumps(asdict(value) if not isinstance(value, tuple) else [*map(asdict, value)]))


def load_plan(row: Mapping[str, Any]) -> Plan:
    """Return the plan that `dump` wrote."""
    fields = (
        FieldPlan(name=one["name"], treatment=Treatment(one["treatment"]), role=Role(one["role"]))
        for one in row["fields"]
    )
    return Plan(fields=tuple(fields), aggregate=row["aggregate"], margins=row["margins"], suppress=row["suppress"])


def load_files(rows: list[Mapping[str, Any]]) -> tuple[FrozenFile, ...]:
    """Return the files that `dump` wrote."""
    return tuple(FrozenFile(form=FileForm(one["form"]), size=one["size"], sha256=one["sha256"]) for one in rows)


def load_report(row: Mapping[str, Any]) -> RiskReport:
    """Return the report that `dump` wrote."""
    measures = dict(row["measures"])
    measures["identifiers"] = tuple(
        Identifier(field=one["field"], kind=IdentifierKind(one["kind"]), rows=one["rows"])
        for one in measures["identifiers"]
    )
    return RiskReport(
        measures=Measures(**measures),
        standard=date.fromisoformat(row["standard"]),
        grades={name: DataGrade(grade) for name, grade in row["grades"].items()},
        too_high=tuple(row["too_high"]),
        risks=tuple(map(Risk, row["risks"])),
    )


def _standard(row: Mapping[str, Any]) -> Standard:
    figures = {name: row[name] for name in ("in_force_on", "k", "l", "small_cell", "most_suppressed")}
    return Standard(
        **figures,
        answer_working_days=row["answer_working_days"],
        daily_quota=row["daily_quota"],
        highest_grade={Access(name): DataGrade(grade) for name, grade in row["highest_grade"].items()},
        bases=tuple(Basis(**one) for one in row["basis"]),
    )

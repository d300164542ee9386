"""Making the files 生成: all departments' files side by side, part by part, and the truth in a folder of its own."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from zhengtong.data.registries.contracts import RegistryPart
from zhengtong.site.demo.chance import Draw
from zhengtong.site.demo.sources.tables import TABLES, Table
from zhengtong.site.demo.sources.truth import Entity, Person, World, world
from zhengtong.site.demo.sources.writers import Writer, Writers, writer

_YUAN = 100
_TRUTH: dict[str, tuple[str, ...]] = {
    "population": (
        "key", "name", "sex", "birth_date", "registered_address", "phone", "residence", "marital_status",
    ),
    "legal_persons": (
        "key", "name", "kind", "status", "address", "representative", "capital_yuan", "established_on", "phone",
    ),
    "e_licences": ("key", "kind", "holder_code", "holder_name", "issued_on", "valid_until", "status"),
    "space": ("key", "address", "region", "longitude", "latitude"),
    "social_credit": ("key", "tax_rating", "abnormal", "serious"),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """One file that was made and how many rows it has."""

    department: str
    path: Path
    rows: int


def make(parts: Iterable[RegistryPart], folder: Path, *, today: date, seed: str) -> list[Made]:
    """Write the files of all departments under `folder/sources` and the truth under `folder/truth`.

    Args:
        parts: the province part by part; one is in memory at a time.
        folder: where; files of the same names are replaced.
        today: the day the files are drawn up.
        seed: fixes every fault.

    Returns:
        The files in the order of `TABLES`.
    """
    sources, truth = folder / "sources", folder / "truth"
    truth.mkdir(parents=True, exist_ok=True)
    counts = [0] * len(TABLES)
    with Writers() as open_files:
        files = [open_files.add(_writer(sources, table)) for table in TABLES]
        answers = {name: open_files.add(writer(truth / f"{name}.parquet", columns)) for name, columns in _TRUTH.items()}
        links = open_files.add(writer(truth / "links.parquet", ("source", "row", "key")))
        for part in parts:
            now = world(part, today, seed)
            for name, answer in answers.items():
                answer.write(_truth(name, now))
            for place, (table, file) in enumerate(zip(TABLES, files, strict=True)):
                counts[place] += _write(table, file, links, now, Draw(seed, part.name, table.file), counts[place])
    return [
        Made(department=table.department, path=_path(sources, table), rows=count)
        for table, count in zip(TABLES, counts, strict=True)
    ]


def _path(sources: Path, table: Table) -> Path:
    return sources / table.department / table.file


def _writer(sources: Path, table: Table) -> Writer:
    path = _path(sources, table)
    path.parent.mkdir(parents=True, exist_ok=True)
    return writer(path, table.columns, encoding=table.encoding, table=table.table)


def _write(table: Table, file: Writer, links: Writer, now: World, draw: Draw, before: int) -> int:
    """Write the rows of one part; the truth learns whose each row is, by its number in the file."""
    keys: list[str] = []

    def rows() -> Iterator[tuple[Any, ...]]:
        for key, row in table.rows(now, draw, table.faults):
            keys.append(key)
            yield row

    written = file.write(rows())
    name = f"{table.department}/{table.file}"
    links.write((name, before + number, key) for number, key in enumerate(keys, 1))
    return written


def _truth(name: str, now: World) -> Iterator[tuple[Any, ...]]:
    match name:
        case "population":
            return (_person(person) for person in now.people)
        case "legal_persons":
            return (_entity(entity) for entity in now.entities)
        case "e_licences":
            return (
                (one.number, one.kind, one.holder_code, one.holder_name, one.issued_on, one.valid_until, one.status)
                for one in now.licences
            )
        case "space":
            return ((one.id.hex, one.text, one.region, one.longitude, one.latitude) for one in now.addresses)
        case _:
            return (
                (one.record.credit_code, one.tax_rating, "1" if one.abnormal else "0", "1" if one.serious else "0")
                for one in now.entities
            )


def _person(person: Person) -> tuple[Any, ...]:
    record = person.record
    health_or_insured = {"health", "medical_insurance"} & person.heard.keys()
    return (
        record.id_number, record.name, record.sex.value, record.born_on, person.address,
        person.phone if person.heard and person.phone else None, person.residence if health_or_insured else None,
        person.marital_status,
    )  # fmt: skip


def _entity(entity: Entity) -> tuple[Any, ...]:
    record = entity.record
    return (
        record.credit_code, record.name, record.kind.value, record.status.value, entity.address,
        entity.representative, record.registered_capital // _YUAN, record.established_on, entity.phone,
    )  # fmt: skip

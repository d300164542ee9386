"""The buffer zone 缓冲区: a treated copy of a version, measured, and frozen to files that never change again.

Files lie under `ZHENGTONG_HOME/opening/<application>/<revision>/`. They are written beside and moved into place whole;
what the public later gets is these bytes.
"""

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from django.conf import settings

from zhengtong.data.opening import risk, suppression
from zhengtong.data.opening.contracts import (
    FileForm,
    FrozenFile,
    Measures,
    Plan,
    Role,
    Standard,
    Treatment,
)
from zhengtong.data.opening.law import ALL, COUNT
from zhengtong.data.opening.risk import quoted

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

COPY = "buffered"
CRS = "urn:ogc:def:crs:EPSG::4490"
"""The coordinates of departments' tables: CGCS2000, degrees."""
_LONGITUDES, _LATITUDES = ("longitude", "lng", "lon"), ("latitude", "lat")
_STRIDE = 5_000
_TREATED: Mapping[Treatment, str] = {
    Treatment.KEEP: "{x}",
    Treatment.YEAR: "left(CAST({x} AS VARCHAR), 4)",
    Treatment.MONTH: "left(CAST({x} AS VARCHAR), 7)",
    Treatment.COUNTY: "left(CAST({x} AS VARCHAR), 6)",
    Treatment.CITY: "left(CAST({x} AS VARCHAR), 4)",
}
_AS_CELL = f"replace(coalesce(CAST({{x}} AS VARCHAR), ''), '{ALL}', '＊')"
"""A value as a coordinate of a table of counts: never nothing, which CUBE keeps for totals, never what marks them."""


def folder(name: str) -> Path:
    """Return where the files of a frozen copy lie."""
    return Path(settings.HOME) / "opening" / name


def freeze(rows: "pa.Table", plan: Plan, standard: Standard, name: str) -> tuple[Measures, tuple[FrozenFile, ...]]:
    """Treat *rows* by *plan*, measure the copy and freeze it under *name*; what lay there is replaced.

    Args:
        rows: of the version, in the closed zone.
        plan: what is kept and how.
        standard: what is small.
        name: the folder.
    """
    import duckdb  # noqa: PLC0415 -- heavy; only freezing needs it

    with duckdb.connect() as connection:
        connection.register("closed", rows)
        measures = copy(connection, "closed", plan, standard)
        files = _write(connection, plan, folder(name))
    return measures, files


def counts(rows: "pa.Table", plan: Plan, standard: Standard) -> tuple[Measures, tuple[tuple[Any, ...], ...]]:
    """Return the table of counts that *plan*, which aggregates, makes of *rows*, and its measures; write no file."""
    import duckdb  # noqa: PLC0415 -- heavy; only counting needs it

    with duckdb.connect() as connection:
        connection.register("closed", rows)
        measures = copy(connection, "closed", plan, standard)
        cells = connection.execute(f"SELECT * FROM {COPY}").fetchall()  # noqa: S608 -- our own name
    return measures, tuple(cells)


def copy(connection: "duckdb.DuckDBPyConnection", source: str, plan: Plan, standard: Standard) -> Measures:
    """Make the table `COPY` out of *source* by *plan* and return its measures."""
    shape = _AS_CELL if plan.aggregate else "{x}"
    treated = ", ".join(
        f"{shape.format(x=_TREATED[field.treatment].format(x=quoted(field.name)))} AS {quoted(field.name)}"
        for field in plan.fields
    )
    connection.execute(f"CREATE OR REPLACE TEMP VIEW treated AS SELECT {treated} FROM {source}")  # noqa: S608 -- quoted names
    if plan.aggregate:
        return _count(connection, plan, standard)
    enough = _enough(plan, standard)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {COPY} AS SELECT * FROM treated{enough} ORDER BY ALL")  # noqa: S608 -- our own names
    measures = risk.measured(connection, COPY, plan, standard)
    if not plan.suppress:
        return measures
    (total,) = connection.execute("SELECT count(*) FROM treated").fetchone() or (0,)
    return replace(measures, suppressed=total - measures.rows)


def _enough(plan: Plan, standard: Standard) -> str:
    quasi = ", ".join(map(quoted, plan.named(Role.QUASI)))
    return f" QUALIFY count(*) OVER (PARTITION BY {quasi}) >= {standard.k}" if plan.suppress and quasi else ""


def _count(connection: "duckdb.DuckDBPyConnection", plan: Plan, standard: Standard) -> Measures:
    """Make the table of counts, blank what is too small, and say whether the totals give it away."""
    names = [quoted(field.name) for field in plan.fields]
    listed = ", ".join(names)
    grouped = f"CUBE ({listed})" if plan.margins else listed
    cells = ", ".join(f"coalesce({name}, '{ALL}') AS {name}" for name in names)
    connection.execute(f"""CREATE OR REPLACE TEMP TABLE {COPY} AS
        SELECT {cells}, count(*) AS {quoted(COUNT)} FROM treated GROUP BY {grouped} ORDER BY ALL""")  # noqa: S608 -- quoted names
    found = {row[:-1]: row[-1] for row in connection.execute(f"SELECT * FROM {COPY}").fetchall()}  # noqa: S608 -- our own name
    first: frozenset[suppression.Cell] = frozenset()
    beside: frozenset[suppression.Cell] = frozenset()
    recoverable = 0
    if plan.suppress:
        try:
            first, beside = suppression.suppressed(found, standard.small_cell)
            recoverable = len(suppression.given_away(found, first | beside))
        except suppression.TooSparse:
            first, beside = frozenset(found), frozenset()
        _blank(connection, names, first | beside)
    measures = risk.measured(connection, COPY, plan, standard)
    return replace(measures, suppressed=len(first), complementary=len(beside), recoverable=recoverable)


def _blank(connection: "duckdb.DuckDBPyConnection", names: Sequence[str], cells: frozenset[suppression.Cell]) -> None:
    same = " AND ".join(f"{name} = ?" for name in names)
    for cell in sorted(cells):
        connection.execute(f"UPDATE {COPY} SET {quoted(COUNT)} = NULL WHERE {same}", list(cell))  # noqa: S608 -- quoted names


def _write(connection: "duckdb.DuckDBPyConnection", plan: Plan, place: Path) -> tuple[FrozenFile, ...]:
    fresh = place.with_name(f"{place.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    options = {FileForm.CSV: "HEADER", FileForm.JSON: "FORMAT json, ARRAY true", FileForm.PARQUET: "FORMAT parquet"}
    for form, option in options.items():
        connection.execute(f"COPY {COPY} TO '{_literal(fresh / file_name(form))}' ({option})")
    if points := coordinates(plan):
        _write_points(connection, points, fresh / file_name(FileForm.GEOJSON))
    found = tuple(
        FrozenFile(form=form, size=path.stat().st_size, sha256=sha256(path))
        for form in FileForm
        if (path := fresh / file_name(form)).exists()
    )
    shutil.rmtree(place, ignore_errors=True)
    fresh.rename(place)
    return found


def coordinates(plan: Plan) -> tuple[str, str] | None:
    """Return the fields that hold longitude and latitude as they are, or None."""
    kept = {field.name.lower(): field.name for field in plan.fields if field.treatment is Treatment.KEEP}
    east = next((kept[name] for name in _LONGITUDES if name in kept), None)
    north = next((kept[name] for name in _LATITUDES if name in kept), None)
    return (east, north) if east and north and not plan.aggregate else None


def _write_points(connection: "duckdb.DuckDBPyConnection", points: tuple[str, str], path: Path) -> None:
    """Write GeoJSON (RFC 7946) point by point; the member `crs` says that the coordinates are CGCS2000."""
    answer = connection.execute(f"SELECT * FROM {COPY}")  # noqa: S608 -- our own name
    names = [column[0] for column in answer.description or ()]
    head = orjson.dumps({"type": "name", "properties": {"name": CRS}})
    with path.open("wb") as file:
        file.write(b'{"type":"FeatureCollection","crs":' + head + b',"features":[')
        separator = b""
        while batch := answer.fetchmany(_STRIDE):
            for row in batch:
                file.write(separator + orjson.dumps(_feature(dict(zip(names, row, strict=True)), points), default=str))
                separator = b",\n"
        file.write(b"]}\n")


def _feature(row: dict[str, Any], points: tuple[str, str]) -> dict[str, Any]:
    east, north = (row.pop(name) for name in points)
    known = east is not None and north is not None
    geometry = {"type": "Point", "coordinates": [float(east), float(north)]} if known else None
    return {"type": "Feature", "geometry": geometry, "properties": row}


def file_name(form: FileForm) -> str:
    """Return the name of a file of the frozen copy."""
    return f"data.{form.value}"


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def _reader() -> "duckdb.DuckDBPyConnection":
    """Return what reads frozen files in this process, each read by a cursor: opening one costs twenty reads."""
    import duckdb  # noqa: PLC0415 -- heavy

    return duckdb.connect(config={"threads": 1})


def preview(name: str, *, limit: int, start: int = 0) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """Return the columns and some rows of a frozen copy, from its Parquet file."""
    path = _literal(folder(name) / file_name(FileForm.PARQUET))
    with _reader().cursor() as connection:
        answer = connection.execute(f"SELECT * FROM read_parquet('{path}') LIMIT ? OFFSET ?", [limit, start])  # noqa: S608 -- our own path
        return tuple(column[0] for column in answer.description or ()), answer.fetchall()


def chart_rows(name: str, column: str, *, most: int, counted: bool, latest: bool = False) -> list[tuple[str, int]]:
    """Return the most frequent values of a column, or its latest in their order, and how many rows each has.

    Args:
        name: the folder of the frozen copy.
        column: whose values.
        most: how many of them.
        counted: it is a table of counts, whose counts are added.
        latest: the column is a date.
    """
    path, column = _literal(folder(name) / file_name(FileForm.PARQUET)), quoted(column)
    weight = f"sum({quoted(COUNT)})" if counted else "count(*)"
    order = "value DESC" if latest else "weight DESC"
    with _reader().cursor() as connection:
        found = [
            (str(value), int(count))
            for value, count in connection.execute(
                f"""SELECT {column} AS value, {weight} AS weight FROM read_parquet('{path}')
                WHERE {column} IS NOT NULL AND CAST({column} AS VARCHAR) <> '{ALL}'
                GROUP BY 1 HAVING weight > 0 ORDER BY {order}, value LIMIT ?""",  # noqa: S608 -- a quoted name, our own path
                [most],
            ).fetchall()
        ]
    return found[::-1] if latest else found


def _literal(path: Path) -> str:
    return str(path).replace("'", "''")

"""From cells as they came to values of the catalogue's types 标准化: one pass in DuckDB, a reason for each refusal.

Dates are read as 2026-01-31, 20260131, 2026/1/31, 2026.1.31 and 2026年1月31日; blanks around and empty cells become
nothing. Of rows with the same key the last wins; those before it are refused as duplicates, or are history in a feed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from zhengtong.data.catalog.contracts import DataElement, ElementType
from zhengtong.data.collection.contracts import Fault, SourceUnreadable, fault_key
from zhengtong.kernel.errors import Phrase
from zhengtong.kernel.errors import mark as _

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

_DATES = "['%Y%m%d', '%Y/%m/%d', '%Y.%m.%d', '%Y年%m月%d日']"
_MOMENTS = "['%Y%m%d%H%M%S', '%Y/%m/%d %H:%M:%S', '%Y/%m/%d %H:%M', '%Y年%m月%d日 %H:%M:%S']"
_YES, _NO = "('1', 'true', 't', 'y', 'yes', '是')", "('0', 'false', 'f', 'n', 'no', '否')"
_READ = {
    ElementType.STRING: "{x}",
    ElementType.TEXT: "{x}",
    ElementType.OBJECT: "{x}",
    ElementType.INTEGER: "TRY_CAST({x} AS BIGINT)",
    ElementType.DECIMAL: "TRY_CAST({x} AS DECIMAL(24, 4))",
    ElementType.DOUBLE: "TRY_CAST({x} AS DOUBLE)",
    ElementType.DATE: f"COALESCE(TRY_CAST({{x}} AS DATE), CAST(TRY_STRPTIME({{x}}, {_DATES}) AS DATE))",
    ElementType.DATETIME: f"COALESCE(TRY_CAST({{x}} AS TIMESTAMP), TRY_STRPTIME({{x}}, {_MOMENTS}))",
    ElementType.BOOLEAN: f"CASE WHEN lower({{x}}) IN {_YES} THEN true WHEN lower({{x}}) IN {_NO} THEN false END",
}
_TYPED = {
    ElementType.INTEGER: ("BIGINT", "INTEGER", "SMALLINT", "TINYINT", "HUGEINT", "UBIGINT", "UINTEGER"),
    ElementType.DOUBLE: ("DOUBLE", "FLOAT"),
    ElementType.DATE: ("DATE",),
    ElementType.DATETIME: ("TIMESTAMP",),
    ElementType.BOOLEAN: ("BOOLEAN",),
}


@dataclass(frozen=True, kw_only=True)
class Conformed:
    """What became of a piece: the rows that fit, those refused (`number`, `reasons`, `cells`), faults counted."""

    accepted: "pa.Table"
    refused: "pa.Table"
    read: int
    reasons: Mapping[str, int]


def conform(
    connection: "duckdb.DuckDBPyConnection",
    raw: str,
    elements: Sequence[DataElement],
    *,
    renamed: Mapping[str, str],
    change: str = "",
) -> Conformed:
    """Return the rows of the relation *raw* as the catalogue describes them.

    Args:
        connection: where *raw* is.
        raw: a table with the rows as they came.
        elements: of the dataset.
        renamed: their column names to the names of elements.
        change: a column of *raw* that says `delete` where a row is gone; the result then has `_gone`.

    Raises:
        SourceUnreadable: a column that is a key or required is missing.
    """
    kinds = {str(row[0]): str(row[1]) for row in connection.execute(f"DESCRIBE {raw}").fetchall()}
    columns = match_columns(list(kinds), elements, renamed)
    values = [_value(element, columns.get(element.name), kinds) for element in elements]
    gone = f", raw.{quoted(change)} = 'delete' AS _gone" if change else ""
    keys = [quoted(element.name) for element in elements if element.key]
    latest = f"row_number() OVER (PARTITION BY {', '.join(keys)} ORDER BY _row DESC)" if keys else "1"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE numbered AS SELECT row_number() OVER () AS _row, * FROM {raw}"  # noqa: S608 -- our own name
    )
    connection.execute(f"""CREATE OR REPLACE TEMP TABLE conformed AS
        WITH valued AS (SELECT _row, {", ".join(values)}{gone} FROM numbered raw)
        SELECT *, {latest} AS _place FROM valued{" QUALIFY _place = 1" if change and keys else ""}""")  # noqa: S608 -- quoted names of the catalogue
    reasons = _reasons(elements, columns, keys)
    connection.execute(f"""CREATE OR REPLACE TEMP TABLE judged AS
        SELECT c.*, list_filter([{", ".join(reasons)}], lambda r: r IS NOT NULL) AS _reasons
        FROM conformed c JOIN numbered raw USING (_row)""")  # noqa: S608 -- quoted names of the catalogue
    return _split(connection, elements, gone=bool(change))


def match_columns(names: Sequence[str], elements: Sequence[DataElement], renamed: Mapping[str, str]) -> dict[str, str]:
    """Return for each element the column it is in: by mapping, by name, or by its Chinese title.

    Raises:
        SourceUnreadable: one that is needed is nowhere.
    """
    theirs = {ours: their for their, ours in renamed.items()}
    by_name = {name.strip().lower(): name for name in names}
    found = {}
    for element in elements:
        wanted = [theirs.get(element.name, ""), element.name, element.title]
        place = next((by_name[name.lower()] for name in wanted if name and name.lower() in by_name), None)
        if place is not None:
            found[element.name] = place
        elif element.required or element.key:
            what = Phrase(_("缺少列 {column}（{title}）"), column=element.name, title=element.title)
            raise SourceUnreadable(what=what)
    return found


def quoted(name: str) -> str:
    """Return *name* as an SQL identifier.

    >>> quoted('a"b')
    '"a""b"'
    """
    return '"' + name.replace('"', '""') + '"'


def _value(element: DataElement, column: str | None, kinds: Mapping[str, str]) -> str:
    if column is None:
        empty = _READ[element.type].format(x="CAST(NULL AS VARCHAR)")
        return f"{empty} AS {quoted(element.name)}"
    place = f"raw.{quoted(column)}"
    if kinds[column].split("(")[0] in _TYPED.get(element.type, ()):
        return f"{place} AS {quoted(element.name)}"
    text = f"nullif(trim(CAST({place} AS VARCHAR)), '')"
    return f"{_READ[element.type].format(x=text)} AS {quoted(element.name)}"


def _reasons(elements: Sequence[DataElement], columns: Mapping[str, str], keys: Sequence[str]) -> list[str]:
    found = ["CASE WHEN c._place > 1 THEN 'key:duplicate' END"] if keys else []
    for element in elements:
        value, name = f"c.{quoted(element.name)}", element.name
        if element.name in columns and element.type not in {ElementType.STRING, ElementType.TEXT, ElementType.OBJECT}:
            given = f"nullif(trim(CAST(raw.{quoted(columns[name])} AS VARCHAR)), '') IS NOT NULL"
            found.append(f"CASE WHEN {value} IS NULL AND {given} THEN '{fault_key(name, Fault.TYPE)}' END")
        if element.required or element.key:
            found.append(f"CASE WHEN {value} IS NULL THEN '{fault_key(name, Fault.MISSING)}' END")
        if element.length and element.type is ElementType.STRING:
            fault = fault_key(name, Fault.LENGTH)
            found.append(f"CASE WHEN length({value}) > {element.length} THEN '{fault}' END")
    return found or ["CAST(NULL AS VARCHAR)"]


def _split(connection: "duckdb.DuckDBPyConnection", elements: Sequence[DataElement], *, gone: bool) -> Conformed:
    names = ", ".join([quoted(element.name) for element in elements] + (["_gone"] if gone else []))
    accepted = connection.execute(
        f"SELECT {names} FROM judged WHERE len(_reasons) = 0"  # noqa: S608 -- quoted names of the catalogue
    ).to_arrow_table()
    refused = connection.execute(
        """SELECT CAST(j._row AS BIGINT) AS number, j._reasons AS reasons, CAST(to_json(raw) AS VARCHAR) AS cells
        FROM judged j JOIN numbered raw USING (_row) WHERE len(j._reasons) > 0 ORDER BY j._row"""
    ).to_arrow_table()
    counted = connection.execute(
        "SELECT reason, count(*) FROM (SELECT unnest(_reasons) AS reason FROM judged) GROUP BY 1 ORDER BY 1"
    ).fetchall()
    read = accepted.num_rows + refused.num_rows
    return Conformed(accepted=accepted, refused=refused, read=read, reasons=dict(counted))


def structure_fault(line: int, text: str) -> dict[str, Any]:
    """Return a line that is no row at all, as a refused row."""
    return {"number": line, "reasons": [fault_key("", Fault.STRUCTURE)], "cells": text}
